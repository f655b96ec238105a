//! Errors found while decoding a stream.

use std::fmt;

use crate::{HeaderProblem, OVERHEAD, PRELUDE_LEN};

/// Why a stream could not be decoded, with the numbers that show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The first 8 bytes of a frame do not match the checksum after them.
    ///
    /// At the start of a stream this is often no frame at all but a JSON or HTML answer; the message then quotes
    /// its first bytes.
    PreludeChecksum {
        /// The checksum that the frame carries.
        expected: u32,
        /// The checksum of the bytes that arrived.
        actual: u32,
        /// The 12 bytes in question, checksum included.
        prelude: [u8; PRELUDE_LEN],
    },
    /// The bytes of a frame do not match the checksum at its end.
    MessageChecksum {
        /// The checksum that the frame carries.
        expected: u32,
        /// The checksum of the bytes that arrived.
        actual: u32,
    },
    /// The lengths match their checksum but are impossible: a frame has 16 bytes in addition to its headers and
    /// payload.
    Length {
        /// The claimed length of the whole frame.
        total_len: u32,
        /// The claimed length of its headers.
        headers_len: u32,
    },
    /// The frame may be valid, but it needs more than the decoder allows.
    OverBudget {
        /// Which of the two budgets is exceeded.
        budget: Budget,
        /// What the frame needs; for headers, a lower bound.
        needed: usize,
        /// What the decoder allows.
        allowed: usize,
    },
    /// A header breaks the rules.
    Header {
        /// Where the header starts, in bytes from the start of its frame.
        offset: usize,
        /// Which rule it breaks.
        problem: HeaderProblem,
    },
    /// The stream ended inside a frame.
    Truncated {
        /// How many bytes of the frame arrived.
        have: usize,
        /// The length of the frame; 12, the length of the prelude, if fewer bytes than that arrived.
        need: usize,
    },
}

/// What a decoder limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Budget {
    /// The bytes of one frame: [`FrameDecoder::with_budget`](super::FrameDecoder::with_budget).
    FrameBytes,
    /// The headers of one frame: [`MAX_HEADERS`](crate::MAX_HEADERS).
    Headers,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PreludeChecksum { expected, actual, prelude } => {
                write!(
                    f,
                    "prelude checksum mismatch: the frame says {expected:#010x}, its bytes give {actual:#010x}"
                )?;
                if reads_as_text(&prelude) {
                    let text = prelude.escape_ascii();
                    write!(
                        f,
                        "; it begins with the text \"{text}\", so this is not an event stream: \
                         look at the status and the content type of the response"
                    )
                } else {
                    f.write_str("; the stream is damaged, send the request again")
                }
            }
            Self::MessageChecksum { expected, actual } => write!(
                f,
                "message checksum mismatch: the frame says {expected:#010x}, its bytes give {actual:#010x}; \
                 the stream is damaged, send the request again"
            ),
            Self::Length { total_len, headers_len } => write!(
                f,
                "impossible frame lengths: {headers_len} bytes of headers in a frame of {total_len}, \
                 which needs {OVERHEAD} more than its headers"
            ),
            Self::OverBudget { budget: Budget::FrameBytes, needed, allowed } => write!(
                f,
                "frame over budget: it has {needed} bytes and {allowed} are allowed; \
                 FrameDecoder::with_budget allows more"
            ),
            Self::OverBudget { budget: Budget::Headers, needed, allowed } => {
                write!(f, "frame over budget: it has {needed} headers or more and {allowed} are allowed")
            }
            Self::Header { offset, problem } => {
                write!(f, "malformed header at byte {offset} of the frame: {problem}")
            }
            Self::Truncated { have, need } => write!(
                f,
                "the stream ends inside a frame, after {have} of at least {need} bytes; \
                 the connection was cut, send the request again"
            ),
        }
    }
}

impl std::error::Error for DecodeError {}

/// A length made of printable ASCII would exceed 500 MB, so such a prelude is really text.
fn reads_as_text(prelude: &[u8; PRELUDE_LEN]) -> bool {
    prelude.iter().take(4).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prelude_checksum(prelude: [u8; PRELUDE_LEN]) -> String {
        DecodeError::PreludeChecksum { expected: 0x223a_7b22, actual: 1, prelude }.to_string()
    }

    #[test]
    fn text_in_place_of_a_prelude_is_quoted_and_escaped() {
        let text = prelude_checksum(*b"{\"me\x1b[0m\":\xff\n");
        assert!(text.starts_with("prelude checksum mismatch: the frame says 0x223a7b22"), "{text}");
        assert!(text.contains(r#"the text "{\"me\x1b[0m\":\xff\n""#), "{text}");
        assert!(prelude_checksum(*b"\r\n<html><bod").contains(r#"the text "\r\n<html><bod""#));
    }

    #[test]
    fn bytes_in_place_of_a_prelude_are_called_damage() {
        let text = prelude_checksum(*b"\0\0\0\x10abcdefgh");
        assert!(text.ends_with("its bytes give 0x00000001; the stream is damaged, send the request again"));
    }

    #[test]
    fn over_budget_names_both_numbers_and_the_way_out() {
        let error = DecodeError::OverBudget { budget: Budget::FrameBytes, needed: 5000, allowed: 4096 };
        assert_eq!(
            error.to_string(),
            "frame over budget: it has 5000 bytes and 4096 are allowed; FrameDecoder::with_budget allows more"
        );
    }

    #[test]
    fn a_header_error_names_the_place_and_the_rule() {
        let error = DecodeError::Header { offset: 34, problem: HeaderProblem::DuplicateName };
        assert_eq!(
            error.to_string(),
            "malformed header at byte 34 of the frame: an earlier header has the same name"
        );
    }
}

//! The `application/vnd.amazon.eventstream` framing: [`FrameDecoder`] reads it, [`FrameBuilder`] writes it.
//!
//! A stream is a sequence of frames with nothing between them. AWS calls each a message; here it is a
//! [`Frame`], because a message is what a user and a model exchange. Every integer is big-endian:
//!
//! ```text
//!  0              4              8             12          12+headers         total-4       total
//!  +--------------+--------------+--------------+-----------+-------------------+-------------+
//!  | total length | headers      | prelude CRC  | headers   | payload           | message CRC |
//!  | u32          | length u32   | u32          |           |                   | u32         |
//!  +--------------+--------------+--------------+-----------+-------------------+-------------+
//!  '- prelude CRC covers these  -'                                              |
//!  '- message CRC covers these, the prelude CRC among them ---------------------'
//!
//!  one header   | name length u8 | name, UTF-8 | type u8 | value |
//!
//!  type  0 true   no bytes        type  5 int64       8 bytes
//!        1 false  no bytes              6 byte array  u16 length, then as many bytes
//!        2 byte   1 byte                7 string      u16 length, then as many bytes, UTF-8
//!        3 int16  2 bytes               8 timestamp   8 bytes, milliseconds since 1970
//!        4 int32  4 bytes               9 UUID        16 bytes
//! ```
//!
//! Both checksums are the CRC-32 of gzip (IEEE). The smallest frame has 16 bytes: no headers, no payload.
//! The rules are those of the [Amazon Event Stream specification][spec].
//!
//! Bedrock puts three string headers on every frame: `:message-type` is `event`, `exception` or `error`;
//! `:event-type` (or `:exception-type`) names the event; `:content-type` is the payload's. An error frame has
//! `:error-code` and `:error-message` instead, and no payload.
//!
//! ```
//! use bedrill_eventstream::{Frame, FrameDecoder, HeaderValue};
//!
//! let sent = Frame::builder()
//!     .header(":message-type", HeaderValue::String("event"))
//!     .header(":event-type", HeaderValue::String("messageStart"))
//!     .payload(r#"{"role":"assistant"}"#)
//!     .build()?;
//!
//! // The network cuts where it likes.
//! let mut decoder = FrameDecoder::new();
//! for chunk in sent.as_bytes().chunks(7) {
//!     decoder.push(chunk);
//! }
//! let received = decoder.next_frame()?.expect("the whole frame is in");
//! assert_eq!(received.event_type(), Some("messageStart"));
//! assert_eq!(received.payload(), br#"{"role":"assistant"}"#);
//! decoder.finish()?; // would fail inside a frame
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [spec]: https://smithy.io/2.0/aws/amazon-eventstream.html

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod decode;
mod encode;
mod frame_ref;
mod header;

use std::fmt;

use bytes::Bytes;

pub use decode::{Budget, DecodeError, FrameDecoder};
pub use encode::{EncodeError, FrameBuilder};
pub use frame_ref::FrameRef;
pub use header::{Header, HeaderProblem, HeaderValue, Headers, MAX_HEADERS};

/// Total length, headers length and prelude CRC.
const PRELUDE_LEN: usize = 12;
/// One checksum.
const CRC_LEN: usize = 4;
/// What a frame has in addition to its headers and payload, and so the length of the smallest one.
const OVERHEAD: usize = PRELUDE_LEN + CRC_LEN;

/// One frame of an event stream: its headers and its payload.
///
/// A frame holds checked bytes: both checksums have been verified and every header is well formed and unique,
/// so reading one cannot fail. It is cheap to clone. It shares the memory that its stream arrived in, so a frame
/// kept for long keeps its neighbors' bytes alive too; then keep [`payload`](Self::payload)`.to_vec()` instead.
///
/// Two frames are equal when their bytes are, so the order of headers matters.
///
/// ```
/// use bedrill_eventstream::{Frame, HeaderValue, MessageType};
///
/// let frame = Frame::builder()
///     .header(":message-type", HeaderValue::String("exception"))
///     .header(":exception-type", HeaderValue::String("throttlingException"))
///     .payload(r#"{"message":"Too many tokens"}"#)
///     .build()?;
///
/// assert_eq!(frame.message_type(), Some(MessageType::Exception));
/// assert_eq!(frame.exception_type(), Some("throttlingException"));
/// assert_eq!(frame.headers().count(), 2);
/// # Ok::<(), bedrill_eventstream::EncodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// The whole frame as drawn above. Only the decoder, after its checks, and the builder make one.
    image: Bytes,
    headers_len: usize,
}

impl Frame {
    /// Returns a builder for a frame, with no headers and no payload yet.
    pub fn builder() -> FrameBuilder {
        FrameBuilder::new()
    }

    /// The headers in wire order.
    pub fn headers(&self) -> Headers<'_> {
        self.as_ref().headers()
    }

    /// The value of the header called `name`, compared exactly.
    pub fn header(&self, name: &str) -> Option<HeaderValue<'_>> {
        self.as_ref().header(name)
    }

    /// What kind of frame this is, from `:message-type`; `None` when that is absent or not a string.
    pub fn message_type(&self) -> Option<MessageType<'_>> {
        self.as_ref().message_type()
    }

    /// `:event-type`: which event the payload holds, such as `contentBlockDelta`.
    pub fn event_type(&self) -> Option<&str> {
        self.as_ref().event_type()
    }

    /// `:exception-type`: which modeled error the payload holds, such as `throttlingException`.
    pub fn exception_type(&self) -> Option<&str> {
        self.as_ref().exception_type()
    }

    /// `:error-code`: the code of an error that the service's API does not model.
    pub fn error_code(&self) -> Option<&str> {
        self.as_ref().error_code()
    }

    /// `:error-message`: the text that accompanies [`error_code`](Self::error_code).
    pub fn error_message(&self) -> Option<&str> {
        self.as_ref().error_message()
    }

    /// `:content-type`: the media type of the payload.
    pub fn content_type(&self) -> Option<&str> {
        self.as_ref().content_type()
    }

    /// The bytes after the headers.
    pub fn payload(&self) -> &[u8] {
        self.as_ref().payload()
    }

    /// The payload as an owned handle. Nothing is copied.
    pub fn payload_bytes(&self) -> Bytes {
        self.image.slice(self.as_ref().payload_range())
    }

    /// The whole frame as it is on the wire, checksums included.
    pub fn as_bytes(&self) -> &[u8] {
        &self.image
    }

    /// The length of the whole frame in bytes.
    pub fn total_len(&self) -> usize {
        self.image.len()
    }

    /// `image` must have passed the checks of the decoder.
    fn from_checked(image: Bytes, headers_len: usize) -> Self {
        Self { image, headers_len }
    }

    /// Borrows the frame, in the form that [`FrameDecoder::peek_frame`] returns.
    pub fn as_ref(&self) -> FrameRef<'_> {
        FrameRef::from_checked(&self.image, self.headers_len)
    }
}

/// Shows the headers and the length of the payload. The payload itself is left out: it is conversation text.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        frame_ref::write_debug("Frame", self.as_ref(), f)
    }
}

/// The three kinds of frame, as given by the header `:message-type`. The specification closes this set, and
/// [`Unknown`](Self::Unknown) holds whatever else a peer sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the specification closes this set")]
pub enum MessageType<'a> {
    /// `event`: part of the response; [`Frame::event_type`] says which.
    Event,
    /// `exception`: an error that the service's API models; [`Frame::exception_type`] says which.
    Exception,
    /// `error`: any other error, with [`Frame::error_code`] and [`Frame::error_message`].
    Error,
    /// A kind that the specification does not know.
    Unknown(&'a str),
}

impl<'a> MessageType<'a> {
    fn from_text(text: &'a str) -> Self {
        match text {
            "event" => Self::Event,
            "exception" => Self::Exception,
            "error" => Self::Error,
            other => Self::Unknown(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Frame {
        Frame::builder()
            .header(":event-type", HeaderValue::String("messageStop"))
            .header(":content-type", HeaderValue::String("application/json"))
            .header(":message-type", HeaderValue::String("event"))
            .payload(r#"{"stopReason":"end_turn"}"#)
            .build()
            .unwrap()
    }

    fn with_message_type(value: HeaderValue<'_>) -> Frame {
        Frame::builder().header(":message-type", value).build().unwrap()
    }

    #[test]
    fn an_event_gives_its_type_and_payload() {
        let frame = event();
        assert_eq!(frame.message_type(), Some(MessageType::Event));
        assert_eq!(frame.event_type(), Some("messageStop"));
        assert_eq!(frame.content_type(), Some("application/json"));
        assert_eq!(frame.exception_type(), None);
        assert_eq!(frame.payload(), br#"{"stopReason":"end_turn"}"#);
        assert_eq!(frame.payload_bytes(), frame.payload());
        assert_eq!(frame.total_len(), frame.as_bytes().len());
    }

    #[test]
    fn an_error_gives_its_code_and_message() {
        let frame = Frame::builder()
            .header(":message-type", HeaderValue::String("error"))
            .header(":error-code", HeaderValue::String("InternalError"))
            .header(":error-message", HeaderValue::String("boom"))
            .build()
            .unwrap();
        assert_eq!(frame.message_type(), Some(MessageType::Error));
        assert_eq!(frame.error_code(), Some("InternalError"));
        assert_eq!(frame.error_message(), Some("boom"));
        assert_eq!(frame.payload(), b"");
    }

    #[test]
    fn an_unknown_message_type_keeps_its_text() {
        let exception = with_message_type(HeaderValue::String("exception"));
        assert_eq!(exception.message_type(), Some(MessageType::Exception));
        let header = HeaderValue::String("throttlingException");
        let typed = Frame::builder().header(":exception-type", header).build().unwrap();
        assert_eq!(typed.exception_type(), Some("throttlingException"));
        let unknown = with_message_type(HeaderValue::String("Event"));
        assert_eq!(unknown.message_type(), Some(MessageType::Unknown("Event")));
    }

    #[test]
    fn a_message_type_that_is_not_a_string_is_none() {
        let frame = with_message_type(HeaderValue::ByteArray(b"event"));
        assert_eq!(frame.message_type(), None);
        assert_eq!(frame.header(":message-type"), Some(HeaderValue::ByteArray(b"event")));
    }

    #[test]
    fn payload_bytes_share_the_memory_of_the_frame() {
        let frame = event();
        assert_eq!(frame.payload_bytes().as_ptr(), frame.payload().as_ptr());
    }

    #[test]
    fn debug_shows_headers_and_length_but_not_the_payload() {
        let text = format!("{:?}", event());
        assert!(text.contains(r#"":event-type": String("messageStop")"#), "{text}");
        assert!(text.contains("payload_len: 25"), "{text}");
        assert!(!text.contains("end_turn"), "{text}");
    }
}

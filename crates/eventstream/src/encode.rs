//! Encodes a frame from headers and a payload.

use std::collections::BTreeSet;
use std::fmt;

use crate::header::MAX_HEADERS;
use crate::{Frame, HeaderValue, OVERHEAD};

/// The longest byte array or string that the specification allows: 2^15 - 1 bytes.
const MAX_VALUE_LEN: usize = 32_767;

/// Builds one [`Frame`].
///
/// It follows the specification even where the decoder is lenient: byte arrays and strings have at most 32,767
/// bytes, although their length field allows 65,535 and other implementations send such values. Empty ones are
/// written, because every implementation reads them.
///
/// ```
/// use bedrill_eventstream::{Frame, HeaderValue};
///
/// let smallest = Frame::builder().build()?;
/// assert_eq!(smallest.as_bytes(), b"\0\0\0\x10\0\0\0\0\x05\xc2\x48\xeb\x7d\x98\xc8\xff");
///
/// let doubled = Frame::builder()
///     .header("attempt", HeaderValue::Int32(1))
///     .header("attempt", HeaderValue::Int32(2))
///     .build();
/// assert_eq!(doubled.unwrap_err().to_string(), "two headers are called `attempt`");
/// # Ok::<(), bedrill_eventstream::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "call `build` to get the frame"]
pub struct FrameBuilder {
    /// Already encoded as on the wire.
    headers: Vec<u8>,
    names: BTreeSet<String>,
    payload: Vec<u8>,
    /// The first thing that went wrong, for `build` to return.
    error: Option<EncodeError>,
}

impl FrameBuilder {
    pub(super) fn new() -> Self {
        Self { headers: Vec::new(), names: BTreeSet::new(), payload: Vec::new(), error: None }
    }

    /// Appends a header. [`build`](Self::build) reports any error in it.
    pub fn header(mut self, name: &str, value: HeaderValue<'_>) -> Self {
        if self.error.is_none() {
            self.error = self.append_header(name, value).err();
        }
        self
    }

    /// Sets the payload.
    pub fn payload(mut self, payload: impl Into<Vec<u8>>) -> Self {
        self.payload = payload.into();
        self
    }

    /// Builds the frame, with its lengths and checksums.
    ///
    /// # Errors
    ///
    /// A header breaks a rule (the first such error is returned), or the frame is too long for its length field;
    /// see [`EncodeError`].
    pub fn build(self) -> Result<Frame, EncodeError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let headers_len = self.headers.len();
        let len = OVERHEAD.saturating_add(headers_len).saturating_add(self.payload.len());
        let too_long = || EncodeError::FrameTooLong { len };

        let mut image = Vec::with_capacity(len);
        image.extend_from_slice(&u32::try_from(len).map_err(|_| too_long())?.to_be_bytes());
        image.extend_from_slice(&u32::try_from(headers_len).map_err(|_| too_long())?.to_be_bytes());
        push_checksum(&mut image);
        image.extend_from_slice(&self.headers);
        image.extend_from_slice(&self.payload);
        push_checksum(&mut image);
        Ok(Frame::from_checked(image.into(), headers_len))
    }

    fn append_header(&mut self, name: &str, value: HeaderValue<'_>) -> Result<(), EncodeError> {
        if name.is_empty() {
            return Err(EncodeError::EmptyName);
        }
        let Ok(name_len) = u8::try_from(name.len()) else {
            return Err(EncodeError::NameTooLong { len: name.len() });
        };
        if self.names.len() == MAX_HEADERS {
            return Err(EncodeError::TooManyHeaders);
        }
        if !self.names.insert(name.to_owned()) {
            return Err(EncodeError::DuplicateName { name: name.to_owned() });
        }
        self.headers.push(name_len);
        self.headers.extend_from_slice(name.as_bytes());
        self.headers.push(value.type_number());
        match value {
            HeaderValue::Bool(_) => {}
            HeaderValue::Byte(number) => self.headers.extend_from_slice(&number.to_be_bytes()),
            HeaderValue::Int16(number) => self.headers.extend_from_slice(&number.to_be_bytes()),
            HeaderValue::Int32(number) => self.headers.extend_from_slice(&number.to_be_bytes()),
            HeaderValue::Int64(number) | HeaderValue::Timestamp(number) => {
                self.headers.extend_from_slice(&number.to_be_bytes());
            }
            HeaderValue::ByteArray(bytes) => self.append_with_length(name, bytes)?,
            HeaderValue::String(text) => self.append_with_length(name, text.as_bytes())?,
            HeaderValue::Uuid(bytes) => self.headers.extend_from_slice(&bytes),
        }
        Ok(())
    }

    fn append_with_length(&mut self, name: &str, bytes: &[u8]) -> Result<(), EncodeError> {
        match u16::try_from(bytes.len()) {
            Ok(len) if bytes.len() <= MAX_VALUE_LEN => {
                self.headers.extend_from_slice(&len.to_be_bytes());
                self.headers.extend_from_slice(bytes);
                Ok(())
            }
            _ => Err(EncodeError::ValueTooLong { name: name.to_owned(), len: bytes.len() }),
        }
    }
}

fn push_checksum(image: &mut Vec<u8>) {
    let crc = crc32fast::hash(image);
    image.extend_from_slice(&crc.to_be_bytes());
}

/// Why a frame could not be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A header name is empty.
    EmptyName,
    /// A header name has more than 255 bytes.
    NameTooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Two headers have the same name.
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A byte array or string has more than 32,767 bytes.
    ValueTooLong {
        /// The name of its header.
        name: String,
        /// Its length in bytes.
        len: usize,
    },
    /// There are more than [`MAX_HEADERS`](super::MAX_HEADERS).
    TooManyHeaders,
    /// The whole frame would be longer than its 32-bit length field allows.
    FrameTooLong {
        /// The length it would have.
        len: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyName => f.write_str("a header name is empty"),
            Self::NameTooLong { len } => write!(f, "a header name has {len} bytes; the limit is 255"),
            Self::DuplicateName { name } => write!(f, "two headers are called `{name}`"),
            Self::ValueTooLong { name, len } => {
                write!(f, "the value of header `{name}` has {len} bytes; the limit is {MAX_VALUE_LEN}")
            }
            Self::TooManyHeaders => write!(f, "a frame has at most {MAX_HEADERS} headers"),
            Self::FrameTooLong { len } => {
                write!(f, "the frame would have {len} bytes; the limit is {}", u32::MAX)
            }
        }
    }
}

impl std::error::Error for EncodeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FrameDecoder;

    fn refusal(builder: FrameBuilder) -> EncodeError {
        builder.build().unwrap_err()
    }

    /// The frame as the decoder reads it back.
    fn decoded(frame: &Frame) -> Frame {
        let mut decoder = FrameDecoder::new();
        decoder.push(frame.as_bytes());
        let decoded = decoder.next_frame().unwrap().unwrap();
        decoder.finish().unwrap();
        decoded
    }

    #[test]
    fn the_wire_image_is_the_published_one() {
        // {'foo':'bar'} without and with a header: vectors that several implementations share.
        let plain = Frame::builder().payload("{'foo':'bar'}").build().unwrap();
        assert_eq!(plain.as_bytes(), b"\0\0\0\x1d\0\0\0\0\xfd\x52\x8c\x5a{'foo':'bar'}\xc3\x65\x39\x36");
        let typed = Frame::builder()
            .header("content-type", HeaderValue::String("application/json"))
            .payload("{'foo':'bar'}")
            .build()
            .unwrap();
        assert_eq!(typed.total_len(), 61);
        assert!(typed.as_bytes().ends_with(b"\x8d\x9c\x08\xb1"));
    }

    #[test]
    fn all_ten_types_and_the_payload_are_read_back() {
        let values = [
            HeaderValue::Bool(true),
            HeaderValue::Bool(false),
            HeaderValue::Byte(i8::MIN),
            HeaderValue::Int16(i16::MIN),
            HeaderValue::Int32(i32::MIN),
            HeaderValue::Int64(i64::MIN),
            HeaderValue::ByteArray(&[0, 255]),
            HeaderValue::String("h\u{e9}llo"),
            HeaderValue::Timestamp(-1),
            HeaderValue::Uuid([7; 16]),
            HeaderValue::ByteArray(&[]),
            HeaderValue::String(""),
        ];
        let names: Vec<String> = (0..values.len()).map(|index| format!("name{index}")).collect();
        let mut builder = Frame::builder().payload(vec![0, 1, 2]);
        for (name, value) in names.iter().zip(values) {
            builder = builder.header(name, value);
        }
        let frame = builder.build().unwrap();
        assert_eq!(decoded(&frame), frame);
        assert_eq!(frame.payload(), [0, 1, 2]);
        assert!(frame.headers().map(|header| header.value).eq(values));
        assert!(frame.headers().map(|header| header.name).eq(names.iter().map(String::as_str)));
    }

    #[test]
    fn names_have_1_to_255_bytes_and_appear_once() {
        let named = |name: &str| Frame::builder().header(name, HeaderValue::Bool(true));
        assert_eq!(refusal(named("")), EncodeError::EmptyName);
        assert_eq!(refusal(named(&"n".repeat(256))), EncodeError::NameTooLong { len: 256 });
        assert_eq!(
            refusal(
                named("twice").header("once", HeaderValue::Byte(0)).header("twice", HeaderValue::Byte(1))
            ),
            EncodeError::DuplicateName { name: "twice".to_owned() }
        );
        let longest = named(&"n".repeat(255)).build().unwrap();
        assert_eq!(decoded(&longest), longest);
    }

    #[test]
    fn values_have_at_most_32767_bytes() {
        let long = "x".repeat(MAX_VALUE_LEN + 1);
        let valued = |value| Frame::builder().header("n", value);
        let too_long = EncodeError::ValueTooLong { name: "n".to_owned(), len: 32_768 };
        assert_eq!(refusal(valued(HeaderValue::String(&long))), too_long);
        assert_eq!(refusal(valued(HeaderValue::ByteArray(long.as_bytes()))), too_long);
        let huge = vec![0; 65_536 + 10];
        let wrapped = EncodeError::ValueTooLong { name: "n".to_owned(), len: 65_546 };
        assert_eq!(refusal(valued(HeaderValue::ByteArray(&huge))), wrapped);
        let longest = valued(HeaderValue::String(&long[1..])).build().unwrap();
        assert_eq!(decoded(&longest), longest);
    }

    #[test]
    fn there_are_at_most_as_many_headers_as_the_decoder_reads() {
        let mut builder = Frame::builder();
        for index in 0..MAX_HEADERS {
            builder = builder.header(&index.to_string(), HeaderValue::Bool(true));
        }
        let full = builder.clone().build().unwrap();
        assert_eq!(decoded(&full), full);
        assert_eq!(refusal(builder.header("more", HeaderValue::Bool(true))), EncodeError::TooManyHeaders);
    }

    #[test]
    fn a_refusal_names_the_header_and_the_limit() {
        let name = || "attempt".to_owned();
        for (error, text) in [
            (EncodeError::EmptyName, "a header name is empty"),
            (EncodeError::NameTooLong { len: 256 }, "a header name has 256 bytes; the limit is 255"),
            (EncodeError::DuplicateName { name: name() }, "two headers are called `attempt`"),
            (
                EncodeError::ValueTooLong { name: name(), len: 40_000 },
                "the value of header `attempt` has 40000 bytes; the limit is 32767",
            ),
            (EncodeError::TooManyHeaders, "a frame has at most 1024 headers"),
            (
                EncodeError::FrameTooLong { len: 1 << 32 },
                "the frame would have 4294967296 bytes; the limit is 4294967295",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn the_first_error_is_the_one_reported() {
        let builder = Frame::builder().header("", HeaderValue::Byte(0)).header("a", HeaderValue::Byte(0));
        assert_eq!(refusal(builder.header("a", HeaderValue::Byte(0))), EncodeError::EmptyName);
    }
}

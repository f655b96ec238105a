//! A borrowed frame.

use std::fmt;
use std::ops::Range;

use crate::{CRC_LEN, HeaderValue, Headers, MessageType, PRELUDE_LEN};

/// A validated frame borrowed from the decoder's buffer, for callers that read it once.
///
/// [`FrameDecoder::peek_frame`](crate::FrameDecoder::peek_frame) returns it, and
/// [`discard_frame`](crate::FrameDecoder::discard_frame) makes room for the next one. Its accessors are those of
/// [`Frame`](crate::Frame).
///
/// ```
/// use bedrill_eventstream::{Frame, FrameDecoder, HeaderValue};
///
/// let frame = Frame::builder().header(":event-type", HeaderValue::String("messageStop")).payload("{}").build()?;
/// let mut decoder = FrameDecoder::new();
/// decoder.push(frame.as_bytes());
/// while let Some(frame) = decoder.peek_frame()? {
///     assert_eq!((frame.event_type(), frame.payload()), (Some("messageStop"), &b"{}"[..]));
///     decoder.discard_frame();
/// }
/// decoder.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FrameRef<'a> {
    image: &'a [u8],
    headers_len: usize,
}

impl<'a> FrameRef<'a> {
    /// `image` must have passed the checks of the decoder.
    pub(crate) fn from_checked(image: &'a [u8], headers_len: usize) -> Self {
        Self { image, headers_len }
    }

    /// The headers in wire order.
    #[must_use]
    pub fn headers(self) -> Headers<'a> {
        Headers::new(self.image.get(PRELUDE_LEN..self.payload_range().start).unwrap_or_default())
    }

    /// The value of the header called `name`, compared exactly.
    #[must_use]
    pub fn header(self, name: &str) -> Option<HeaderValue<'a>> {
        self.headers().find_value(name)
    }

    /// What kind of frame this is, from `:message-type`; `None` when that is absent or not a string.
    pub fn message_type(self) -> Option<MessageType<'a>> {
        self.string_header(":message-type").map(MessageType::from_text)
    }

    /// `:event-type`: which event the payload holds, such as `contentBlockDelta`.
    #[must_use]
    pub fn event_type(self) -> Option<&'a str> {
        self.string_header(":event-type")
    }

    /// `:exception-type`: which modeled error the payload holds, such as `throttlingException`.
    #[must_use]
    pub fn exception_type(self) -> Option<&'a str> {
        self.string_header(":exception-type")
    }

    /// `:error-code`: the code of an error that the service's API does not model.
    #[must_use]
    pub fn error_code(self) -> Option<&'a str> {
        self.string_header(":error-code")
    }

    /// `:error-message`: the text that accompanies [`error_code`](Self::error_code).
    #[must_use]
    pub fn error_message(self) -> Option<&'a str> {
        self.string_header(":error-message")
    }

    /// `:content-type`: the media type of the payload.
    #[must_use]
    pub fn content_type(self) -> Option<&'a str> {
        self.string_header(":content-type")
    }

    /// The text of the header called `name`; `None` when that is absent or not a string.
    #[must_use]
    pub fn string_header(self, name: &str) -> Option<&'a str> {
        self.header(name)?.as_str()
    }

    /// The bytes after the headers.
    #[must_use]
    pub fn payload(self) -> &'a [u8] {
        self.image.get(self.payload_range()).unwrap_or_default()
    }

    /// The whole frame as it is on the wire, checksums included.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.image
    }

    /// The length of the whole frame in bytes.
    #[must_use]
    pub fn total_len(self) -> usize {
        self.image.len()
    }

    pub(crate) fn payload_range(self) -> Range<usize> {
        PRELUDE_LEN.saturating_add(self.headers_len)..self.image.len().saturating_sub(CRC_LEN)
    }
}

impl fmt::Debug for FrameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_debug("FrameRef", *self, f)
    }
}

/// Shows the headers and the length of the payload. The payload itself is left out: it is conversation text.
pub(crate) fn write_debug(name: &str, frame: FrameRef<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_struct(name)
        .field("headers", &frame.headers())
        .field("payload_len", &frame.payload().len())
        .finish()
}

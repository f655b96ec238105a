//! Decodes bytes into events: the one decoder that client, embedder, replay and fuzzer share.

#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;

use super::{ConverseStreamEvent, MetadataEvent, ShapeError, StreamException};
use crate::base::redact::Redactor;
use crate::base::{json, quote};
use crate::eventstream::{DecodeError, FrameDecoder, FrameRef, MessageType};
use crate::shape;

/// Decodes the body of a ConverseStream response, in chunks of any size.
///
/// [`push`](Self::push) bytes as they arrive, take events until there are none, and call
/// [`finish`](Self::finish) at the end of the body, which tells a complete response from a truncated one.
///
/// An exception that the service reports, or any error, ends the stream: every later call returns
/// the same `Err`.
///
/// After `messageStop` the answer is complete, and nothing is an error any more: what cannot be read, and content that
/// comes too late, is left out and reported by [`warning`](Self::warning). So is what cannot be read of `metadata`,
/// wherever it comes; it is kept in [`extra`](MetadataEvent::extra).
///
/// ```
/// use bedrill::converse::EventDecoder;
/// use bedrill::eventstream::{Frame, HeaderValue};
///
/// let frame = |event_type, payload: &str| {
///     Frame::builder()
///         .header(":message-type", HeaderValue::String("event"))
///         .header(":event-type", HeaderValue::String(event_type))
///         .payload(payload.as_bytes().to_vec())
///         .build()
/// };
/// let delta = frame("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#)?;
/// let stop = frame("messageStop", r#"{"stopReason":"end_turn"}"#)?;
///
/// let mut decoder = EventDecoder::new();
/// decoder.push(delta.as_bytes());
/// let event = decoder.next_event()?.expect("a whole frame is in");
/// assert_eq!(event.as_text(), Some("Hi"));
/// assert!(decoder.next_event()?.is_none());
/// assert!(decoder.finish().is_err(), "there was no messageStop yet");
///
/// decoder.push(stop.as_bytes());
/// assert!(decoder.next_event()?.is_some());
/// decoder.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct EventDecoder {
    frames: FrameDecoder,
    events_delivered: u64,
    last_event: Option<String>,
    message_stopped: bool,
    failed: Option<EventError>,
    redactor: Redactor,
    /// What was wrong and did not matter; the first of it.
    warning: Option<EventError>,
    /// How many events after the message were left out.
    left_out: u32,
    /// Whether nothing that still comes can be used.
    is_over: bool,
}

/// So many events after the message are left out; then the stream is not read any further.
const MAX_LEFT_OUT: u32 = 1_000;

impl EventDecoder {
    /// Creates a decoder for a new body, with the default memory budget for one frame.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a decoder that rejects frames of more than `budget` bytes.
    #[must_use]
    pub fn with_budget(budget: usize) -> Self {
        Self { frames: FrameDecoder::with_budget(budget), ..Self::default() }
    }

    /// Keeps the secrets of the request out of everything but what the model says.
    #[cfg(feature = "client")]
    pub(crate) fn with_redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = redactor;
        self
    }

    #[cfg(feature = "client")]
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Appends the next bytes of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.is_over {
            self.frames.push(bytes);
        }
    }

    /// Like [`push`](Self::push), but keeps the chunk: complete frames in it are not copied.
    pub fn push_bytes(&mut self, bytes: Bytes) {
        if !self.is_over {
            self.frames.push_bytes(bytes);
        }
    }

    /// Returns the next event, or `None` when more bytes are needed.
    ///
    /// # Errors
    ///
    /// [`EventError`] when a frame is corrupt, its payload does not match the event, or the service reports an
    /// exception. Later calls return the same error. After `messageStop` there are none.
    pub fn next_event(&mut self) -> Result<Option<ConverseStreamEvent>, EventError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        while !self.is_over {
            let event = match self.frames.peek_frame() {
                Ok(None) => return Ok(None),
                Ok(Some(frame)) => {
                    let event = read_event(frame, &self.redactor, &mut self.warning);
                    self.frames.discard_frame();
                    event
                }
                Err(error) => Err(EventError::Frame(without_secrets(error, &self.redactor))),
            };
            match event {
                Ok(event) if self.message_stopped && is_content(&event) => {
                    let event_type = event.event_type().to_owned();
                    self.leave_out(EventError::AfterMessageStop { event_type });
                }
                Ok(event) => {
                    self.events_delivered = self.events_delivered.saturating_add(1);
                    self.message_stopped |= matches!(event, ConverseStreamEvent::MessageStop(_));
                    if self.last_event.as_deref() != Some(event.event_type()) {
                        self.last_event = Some(event.event_type().to_owned());
                    }
                    return Ok(Some(event));
                }
                Err(error) if self.message_stopped => self.leave_out(error),
                Err(error) => {
                    self.failed = Some(error.clone());
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// Leaves out what came after the message. Where the frames are broken, or the service ended the stream, nothing more
    /// can be read.
    fn leave_out(&mut self, what: EventError) {
        use EventError::{Error, Exception, Frame};
        self.left_out = self.left_out.saturating_add(1);
        self.is_over =
            matches!(what, Frame(_) | Exception(_) | Error { .. }) || self.left_out >= MAX_LEFT_OUT;
        self.warning.get_or_insert(what);
    }

    /// Checks that the body may end here. It changes nothing, so it can be called at any time.
    ///
    /// # Errors
    ///
    /// [`EventError`] before `messageStop`, and after an error.
    pub fn finish(&self) -> Result<(), EventError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if self.message_stopped {
            return Ok(());
        }
        self.frames.finish().map_err(EventError::Frame)?;
        Err(EventError::Incomplete { last_event: self.last_event.clone() })
    }

    /// What could not be used although the answer is complete, at the end of the body: `metadata` that cannot be read,
    /// content after `messageStop`, an exception or a broken frame behind it. Only the first is kept.
    #[must_use]
    pub fn warning(&self) -> Option<EventError> {
        let cut = || self.frames.finish().err().filter(|_| self.message_stopped && !self.is_over);
        self.warning.clone().or_else(|| cut().map(EventError::Frame))
    }

    /// Whether nothing that still comes can be used, so that the body need not be read any further.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// How many events have been returned.
    #[must_use]
    pub fn events_delivered(&self) -> u64 {
        self.events_delivered
    }

    /// The name of the last event, `contentBlockDelta`; `None` before the first.
    #[must_use]
    pub fn last_event(&self) -> Option<&str> {
        self.last_event.as_deref()
    }

    /// How many bytes have been pushed and not yet returned in an event; 0 between two frames, and after an error.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.frames.buffered()
    }
}

/// Reads one frame as an event. Source:
/// [Smithy, "Event message serialization"](https://smithy.io/2.0/aws/amazon-eventstream.html).
fn read_event(
    frame: FrameRef<'_>,
    redactor: &Redactor,
    warning: &mut Option<EventError>,
) -> Result<ConverseStreamEvent, EventError> {
    match frame.message_type() {
        Some(MessageType::Event) => {
            let event_type = required(frame, ":event-type")?;
            // Nothing but what the model says may hold a secret.
            let none = Redactor::default();
            let of_event = if event_type == CONTENT { &none } else { redactor };
            let (event_type, payload) = (of_event.text(event_type), of_event.data(frame.payload()));
            ConverseStreamEvent::from_event_bytes(&event_type, &payload).or_else(|error| {
                let error = error.with_path(|path| redactor.text(path).into_owned());
                let is_metadata = event_type == "metadata";
                let error = EventError::Payload { event_type: event_type.into_owned(), error };
                if !is_metadata {
                    return Err(error);
                }
                // It is no part of the answer, and without it the answer is as good.
                warning.get_or_insert(error);
                let members = json::value(&payload).ok().and_then(|value| shape::members(value).ok());
                let members = members.unwrap_or_default();
                Ok(ConverseStreamEvent::Metadata(Box::new(MetadataEvent::from_readable(members))))
            })
        }
        Some(MessageType::Exception) => {
            let name = required(frame, ":exception-type")?;
            Err(EventError::Exception(read_exception(&redactor.text(name), &redactor.bytes(frame.payload()))))
        }
        Some(MessageType::Error) => {
            let code = frame.string_header(":error-code").unwrap_or("unnamed error");
            let message = frame.string_header(":error-message").unwrap_or_default();
            let (code, message) = (redactor.text(code).into_owned(), redactor.text(message).into_owned());
            Err(EventError::Error { code, message })
        }
        Some(MessageType::Unknown(found)) => Err(EventError::MessageType(redactor.text(found).into_owned())),
        None => Err(EventError::MissingHeader(":message-type")),
    }
}

/// The event with what the model says.
const CONTENT: &str = "contentBlockDelta";

/// The same error, unless it quotes a part of a secret.
fn without_secrets(error: DecodeError, redactor: &Redactor) -> DecodeError {
    match error {
        DecodeError::PreludeChecksum { expected, actual, prelude } if redactor.finds_part(&prelude) => {
            DecodeError::PreludeChecksum { expected, actual, prelude: [0; 12] }
        }
        error => error,
    }
}

fn required<'a>(frame: FrameRef<'a>, name: &'static str) -> Result<&'a str, EventError> {
    frame.string_header(name).ok_or(EventError::MissingHeader(name))
}

/// Whether an event is a part of a message. The end of a block is not, because a block ends with its message.
fn is_content(event: &ConverseStreamEvent) -> bool {
    use ConverseStreamEvent::{ContentBlockStop, Metadata, Unknown};
    !matches!(event, ContentBlockStop(_) | Metadata(_) | Unknown { .. })
}

/// Reads an exception's payload; one that is not valid JSON for it is quoted, because the name alone ends the stream.
fn read_exception(name: &str, payload: &[u8]) -> StreamException {
    let read = json::value(payload).ok().and_then(|value| StreamException::from_payload(name, value).ok());
    read.unwrap_or_else(|| StreamException::unreadable(name, quote::quote(payload, QUOTED)))
}

/// How much of an unreadable payload is quoted, in bytes.
const QUOTED: usize = 200;

/// Why a stream yields no further events, or must not end where it did.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum EventError {
    /// A frame is corrupt, too large, or truncated.
    Frame(DecodeError),
    /// A frame lacks the header that says what it is.
    MissingHeader(&'static str),
    /// A frame is neither an event nor an exception nor an error.
    MessageType(String),
    /// An event's payload is not JSON, or not that event.
    Payload {
        /// The event's name.
        event_type: String,
        /// Where it differs from the event's shape.
        error: ShapeError,
    },
    /// The service reported a modeled exception: `throttlingException` and the like.
    Exception(StreamException),
    /// The service reported an error outside its model (`:message-type: error`).
    Error {
        /// `:error-code`.
        code: String,
        /// `:error-message`.
        message: String,
    },
    /// Content came after `messageStop`, and is left out. Only [`EventDecoder::warning`] reports it.
    AfterMessageStop {
        /// The event's name.
        event_type: String,
    },
    /// The body ended between frames, but before `messageStop`: the response is truncated.
    Incomplete {
        /// The last event received; `None` for an empty body.
        last_event: Option<String>,
    },
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(error) => write!(f, "the event stream is broken: {error}"),
            Self::MissingHeader(name) => write!(f, "a frame of the event stream has no header {name}"),
            Self::MessageType(found) => {
                write!(f, "a frame of the event stream has the unknown :message-type {found:?}")
            }
            Self::Payload { event_type, error } => {
                write!(f, "the event {event_type:?} cannot be read: {error}")
            }
            Self::Exception(exception) => exception.fmt(f),
            Self::Error { code, message } => {
                write!(f, "the service ended the stream with {}", quote::escape(code))?;
                if message.is_empty() { Ok(()) } else { write!(f, ": {}", quote::escape(message)) }
            }
            Self::AfterMessageStop { event_type } => {
                write!(f, "the event {event_type:?} came after messageStop, and is not part of the answer")
            }
            Self::Incomplete { last_event: None } => {
                f.write_str("the answer is empty: it ended before the first event")
            }
            Self::Incomplete { last_event: Some(event) } => {
                write!(f, "the answer is incomplete: it ended after {event:?}, before messageStop")
            }
        }
    }
}

impl std::error::Error for EventError {}

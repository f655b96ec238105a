//! The one error of the client: what failed, and everything the service said about it.

mod cause;
mod in_body;
mod retryable;
mod stream_end;
#[cfg(test)]
mod tests;
mod text;
mod timeout;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::auth::AuthError;
use crate::base::redact::Redactor;
use crate::converse::{AssemblyError, EventError, MessageBuilder};
use crate::operation::{AnswerError, ServiceError};
use crate::transport::{TransportError, TransportErrorKind};

pub(crate) use retryable::Retryable;
pub use stream_end::StreamEnd;
pub use timeout::TimeoutKind;
pub(crate) use timeout::{Progress, TimedOut};

/// What kind of thing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The region, the endpoint, the model id or the TLS settings cannot be used. Nothing was sent.
    Configuration,
    /// No usable credentials. Nothing was sent.
    Credentials,
    /// No response, or a body that broke off.
    Transport,
    /// One of the client's limits ran out; [`Error::timeout_kind`] says which.
    Timeout,
    /// The service answered with an error status.
    Service,
    /// The service answered with success, but not with what the operation returns.
    Answer,
    /// The frames are corrupt or truncated, or the stream ended before `messageStop`.
    Stream,
    /// The service reported an exception or an error inside the stream.
    Exception,
    /// The events do not form a message.
    Assembly,
}

/// Why a call, or a stream, failed.
///
/// `Display` is complete: what failed, where, and what to do next where that is known. `Debug` says the same, so that it
/// can be read when `main` returns the error; `{:#?}` shows the parts. Neither holds a secret.
///
/// [`source`](std::error::Error::source) continues below what `Display` shows: it is the source of the cause, never the
/// cause itself, so that printing the chain repeats nothing. The cause has methods of its own:
/// [`credentials`](Self::credentials), [`service`](Self::service), [`transport`](Self::transport),
/// [`answer`](Self::answer), [`event`](Self::event), [`assembly`](Self::assembly), [`endpoint`](Self::endpoint),
/// [`configuration`](Self::configuration).
///
/// A clone is the same error, not a copy.
#[derive(Clone)]
pub struct Error(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    cause: Cause,
    request_id: Option<String>,
    status: Option<StatusCode>,
    events_delivered: u64,
    attempts: u32,
    in_stream: bool,
    received: Option<Received>,
    hint: Option<String>,
}

/// The part of an answer that arrived before it failed. Hidden from `Debug`, because it is conversation content.
struct Received(MessageBuilder);

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Received(..)")
    }
}

#[derive(Debug)]
enum Cause {
    Configuration(Box<dyn std::error::Error + Send + Sync>),
    Credentials(AuthError),
    Transport(TransportError),
    Timeout(TimedOut),
    Service(ServiceError),
    Answer(AnswerError),
    Event(EventError),
    Assembly(AssemblyError),
}

impl Error {
    fn new(cause: Cause) -> Self {
        let (status, request_id) = match &cause {
            Cause::Service(error) => (Some(error.status()), error.request_id().map(str::to_owned)),
            _ => (None, None),
        };
        Self(Arc::new(Parts {
            cause,
            request_id,
            status,
            events_delivered: 0,
            attempts: 0,
            in_stream: false,
            received: None,
            hint: None,
        }))
    }

    pub(crate) fn of_configuration(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Cause::Configuration(error.into()))
    }

    /// Completes the error, which has not been cloned yet at that point.
    fn complete(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        if let Some(parts) = Arc::get_mut(&mut self.0) {
            change(parts);
        }
        self
    }

    /// The same, when the transport failed, without secrets in what it quotes.
    pub(crate) fn without_secrets(mut self, redactor: &Redactor) -> Self {
        if let Some(parts) = Arc::get_mut(&mut self.0)
            && let Cause::Transport(error) = &mut parts.cause
        {
            let other = TransportError::new(error.kind(), String::new());
            *error = std::mem::replace(error, other).without_secrets(redactor);
        }
        self
    }

    pub(crate) fn with_response(self, status: StatusCode, request_id: Option<&str>) -> Self {
        self.complete(|parts| {
            parts.status = Some(status);
            parts.request_id = request_id.map(str::to_owned);
        })
    }

    /// Marks the error as the end of a stream that returned `events` events.
    pub(crate) fn in_stream(self, events: u64) -> Self {
        self.complete(|parts| {
            parts.in_stream = true;
            parts.events_delivered = events;
        })
    }

    pub(crate) fn with_attempts(self, attempts: u32) -> Self {
        // What these two report was found before anything was sent.
        if matches!(self.kind(), ErrorKind::Configuration | ErrorKind::Credentials) {
            return self;
        }
        self.complete(|parts| parts.attempts = attempts)
    }

    pub(crate) fn with_received(self, message: MessageBuilder) -> Self {
        self.complete(|parts| parts.received = Some(Received(message)))
    }

    pub(crate) fn with_hint(self, hint: Option<String>) -> Self {
        self.complete(|parts| parts.hint = hint)
    }

    /// What kind of thing failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            Cause::Configuration(_) => ErrorKind::Configuration,
            Cause::Credentials(_) => ErrorKind::Credentials,
            Cause::Transport(_) => ErrorKind::Transport,
            Cause::Timeout(_) => ErrorKind::Timeout,
            Cause::Service(_) => ErrorKind::Service,
            Cause::Answer(_) => ErrorKind::Answer,
            Cause::Event(EventError::Exception(_) | EventError::Error { .. }) => ErrorKind::Exception,
            Cause::Event(_) => ErrorKind::Stream,
            Cause::Assembly(_) => ErrorKind::Assembly,
        }
    }

    /// The service's name for the error, `ThrottlingException`, from an HTTP error or from inside the stream.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Service(error) => error.code(),
            Cause::Event(EventError::Exception(exception)) => Some(exception.kind.as_str()),
            Cause::Event(EventError::Error { code, .. }) => Some(code),
            _ => None,
        }
    }

    /// The service's own words, unescaped.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Service(error) => Some(error.message()).filter(|message| !message.is_empty()),
            Cause::Event(EventError::Exception(exception)) => exception.message.as_deref(),
            Cause::Event(EventError::Error { message, .. }) => Some(message),
            _ => None,
        }
    }

    /// The status of the HTTP response; `None` when there was none. 200 for a failure inside a stream.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The request ID (`x-amzn-requestid`), for AWS support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How many events of the stream were returned before it failed. With 0, sending the request again
    /// repeats nothing.
    #[must_use]
    pub fn events_delivered(&self) -> u64 {
        self.0.events_delivered
    }

    /// How many requests were sent before the client gave up; 0 when nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The part of the answer that arrived before it failed, in the error of [`ConverseStream::collect`](
    /// crate::ConverseStream::collect); [`MessageBuilder::text`] is its text. When reading the stream itself, that part
    /// was already returned.
    #[must_use]
    pub fn received(&self) -> Option<&MessageBuilder> {
        self.0.received.as_ref().map(|received| &received.0)
    }

    /// Which limit ran out, if one did.
    #[must_use]
    pub fn timeout_kind(&self) -> Option<TimeoutKind> {
        match &self.0.cause {
            Cause::Timeout(error) => Some(error.kind),
            // The only limit that a transport sets itself.
            Cause::Transport(error) if error.kind() == TransportErrorKind::Timeout => {
                Some(TimeoutKind::Connect)
            }
            _ => None,
        }
    }

    /// How long the service asks to wait before a retry (`x-amz-retry-after`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.0.cause {
            Cause::Service(error) => error.retry_after(),
            _ => None,
        }
    }

    /// What to do next, if known. Part of `Display` too.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Whether the same request may succeed when sent again: the connection broke, time ran out, the
    /// service was overloaded, throttled or not ready. The client has tried [`attempts`](Self::attempts) times
    /// already. Look at [`events_delivered`](Self::events_delivered) before sending again.
    ///
    /// The statuses and codes are those that the AWS SDKs retry in their standard mode
    /// ([Retry behavior](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html)), and
    /// `ModelNotReadyException`, which Bedrock's model marks as retryable.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.retryable().is_some()
    }
}

//! Errors on their way through a body, which knows those of the transport alone, and back.

use std::sync::Arc;

use super::{Cause, Error, TimedOut};
use crate::transport::{TransportError, TransportErrorKind};

impl Error {
    /// What ends a body: an error of the transport, or a limit. It is not shared yet where that happens.
    pub(crate) fn into_transport(self) -> TransportError {
        match Arc::try_unwrap(self.0).map(|parts| parts.cause) {
            Ok(Cause::Transport(error)) => error,
            Ok(Cause::Timeout(error)) => error.into(),
            Ok(_) | Err(_) => TransportError::new(TransportErrorKind::Other, "the body cannot be read"),
        }
    }
}

/// For bodies that are handed out; an [`Error`](super::Error) that is made of it knows the limit again.
impl From<TimedOut> for TransportError {
    fn from(timed_out: TimedOut) -> Self {
        Self::new(TransportErrorKind::Timeout, timed_out.to_string()).with_source(timed_out)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        // A limit of ours can run out in a body that was handed out.
        let limit = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<TimedOut>());
        Self::new(limit.cloned().map_or_else(|| Cause::Transport(error), Cause::Timeout))
    }
}

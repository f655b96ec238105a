//! Carries errors through a body, which can only hold the transport's own, and back.

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

/// For bodies that are returned to the caller; an [`Error`](super::Error) made from it recovers the limit.
impl From<TimedOut> for TransportError {
    fn from(timed_out: TimedOut) -> Self {
        Self::new(TransportErrorKind::Timeout, timed_out.to_string()).with_source(timed_out)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        // One of our limits can run out in a body that was returned to the caller.
        let limit = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<TimedOut>());
        Self::new(limit.cloned().map_or_else(|| Cause::Transport(error), Cause::Timeout))
    }
}

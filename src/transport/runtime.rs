//! The tokio runtime around a transport.

use std::future::pending;
use std::time::Duration;

use tokio::runtime::{Handle, Id};

use super::{BoxFuture, TransportError, TransportErrorKind};

/// Identifies the runtime that polls this. A connection lives in the runtime in which it was made.
///
/// # Errors
///
/// [`TransportErrorKind::Other`] when there is none: tokio itself would panic.
pub(super) fn current() -> Result<Id, TransportError> {
    Handle::try_current().map(|runtime| runtime.id()).map_err(|_| {
        TransportError::new(
            TransportErrorKind::Other,
            "requests are sent inside a tokio runtime, with I/O and time enabled, and this was polled outside of one",
        )
    })
}

/// A timer of the runtime. Outside of one it never fires; the request that it limits says what is wrong.
pub(super) fn sleep(duration: Duration) -> BoxFuture<'static, ()> {
    match Handle::try_current() {
        Ok(_) => Box::pin(tokio::time::sleep(duration)),
        Err(_) => Box::pin(pending()),
    }
}

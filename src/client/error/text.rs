//! The text of an error: for people, and for code that prints a chain of sources.

use std::fmt;

use super::{Cause, Error};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &*self.0;
        match &parts.cause {
            Cause::Configuration(error) => error.fmt(f)?,
            Cause::Credentials(error) => error.fmt(f)?,
            Cause::Transport(error) => error.fmt(f)?,
            Cause::Timeout(error) => error.fmt(f)?,
            Cause::Service(error) => error.fmt(f)?,
            Cause::Answer(error) => error.fmt(f)?,
            Cause::Event(error) => error.fmt(f)?,
            Cause::Assembly(error) => error.fmt(f)?,
        }
        if parts.events_delivered > 0 {
            let events = parts.events_delivered;
            write!(f, " (after {events} event{})", if events == 1 { "" } else { "s" })?;
        }
        if parts.attempts > 1 {
            write!(f, " ({} attempts)", parts.attempts)?;
        }
        if let Some(request_id) = &parts.request_id {
            write!(f, " [request id {}]", crate::base::quote::escape(request_id))?;
        }
        if let Some(hint) = &parts.hint {
            write!(f, "\n  {hint}")?;
        }
        Ok(())
    }
}

/// What a person reads when `main` returns the error.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            f.debug_tuple("Error").field(&self.0).finish()
        } else {
            fmt::Display::fmt(self, f)
        }
    }
}

impl std::error::Error for Error {
    /// The cause's source. `Display` already shows the cause itself.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Cause::Configuration(error) => error.source(),
            Cause::Credentials(error) => error.source(),
            Cause::Transport(error) => error.source(),
            Cause::Timeout(error) => error.source(),
            Cause::Service(error) => error.source(),
            Cause::Answer(error) => error.source(),
            Cause::Event(error) => error.source(),
            Cause::Assembly(error) => error.source(),
        }
    }
}

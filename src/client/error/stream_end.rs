//! How a stream that is not whole came to its end.

use super::{Cause, Error, TimeoutKind};
use crate::converse::EventError;
use crate::eventstream::DecodeError;

/// How a stream ended that is not complete. See [`Error::stream_end`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEnd {
    /// The body ended inside a frame.
    Truncated {
        /// How many bytes of the frame arrived.
        have: usize,
        /// How many it has; 12, its prelude, as long as fewer arrived.
        need: usize,
    },
    /// The body ended between two frames, before `messageStop`.
    Incomplete,
    /// The service reported an exception or an error; see [`Error::code`] and [`Error::exception`].
    Exception,
    /// The connection broke.
    Reset,
    /// Nothing came for too long, or one frame took too long; see [`Error::timeout_kind`].
    Idle,
    /// The total time of the call ran out.
    OutOfTime,
    /// A frame exceeds the budget.
    OverBudget,
    /// A frame or its payload is damaged, or not what this protocol has.
    Corrupt,
}

impl Error {
    /// How the stream ended, when this is the end of one; `None` for every other failure.
    #[must_use]
    pub fn stream_end(&self) -> Option<StreamEnd> {
        match &self.0.cause {
            Cause::Event(error) => Some(of_event(error)),
            Cause::Transport(_) if self.0.in_stream => Some(StreamEnd::Reset),
            Cause::Timeout(error) if self.0.in_stream => Some(match error.kind {
                TimeoutKind::Total => StreamEnd::OutOfTime,
                _ => StreamEnd::Idle,
            }),
            _ => None,
        }
    }
}

fn of_event(error: &EventError) -> StreamEnd {
    match error {
        EventError::Frame(DecodeError::Truncated { have, need }) => {
            StreamEnd::Truncated { have: *have, need: *need }
        }
        EventError::Frame(DecodeError::OverBudget { .. }) => StreamEnd::OverBudget,
        EventError::Frame(_)
        | EventError::MissingHeader(_)
        | EventError::MessageType(_)
        | EventError::Payload { .. } => StreamEnd::Corrupt,
        EventError::Exception(_) | EventError::Error { .. } => StreamEnd::Exception,
        EventError::Incomplete { .. } => StreamEnd::Incomplete,
    }
}

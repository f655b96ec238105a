//! How an incomplete stream ended.

use super::{Cause, Error, TimeoutKind};
use crate::converse::{AssemblyError, EventError, Problem};
use crate::eventstream::DecodeError;

/// How an incomplete stream ended. See [`Error::stream_end`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEnd {
    /// The body ended inside a frame.
    Truncated {
        /// How many bytes of the frame arrived.
        have: usize,
        /// How many bytes it has; 12, its prelude, while fewer than that have arrived.
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
    /// A frame exceeds the size limit, or it or the assembled answer would take more memory than it may.
    OverBudget,
    /// A frame or its payload is corrupt, or not part of this protocol.
    Corrupt,
}

impl Error {
    /// How the stream ended, if this error ended one; `None` for every other failure.
    #[must_use]
    pub fn stream_end(&self) -> Option<StreamEnd> {
        match &self.0.cause {
            Cause::Event(error) => Some(of_event(error)),
            Cause::Assembly(AssemblyError::OverBudget { .. }) if self.0.in_stream => {
                Some(StreamEnd::OverBudget)
            }
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
        EventError::Payload { error, .. } if matches!(error.problem(), Problem::OverBudget { .. }) => {
            StreamEnd::OverBudget
        }
        EventError::Frame(_)
        | EventError::MissingHeader(_)
        | EventError::MessageType(_)
        | EventError::AfterMessageStop { .. }
        | EventError::Payload { .. } => StreamEnd::Corrupt,
        EventError::Exception(_) | EventError::Error { .. } => StreamEnd::Exception,
        EventError::Incomplete { .. } => StreamEnd::Incomplete,
    }
}

//! A limit that ran out: which one, and what the client was waiting for.

use std::fmt;
use std::time::Duration;

use crate::base::time::Seconds;

/// Which of the client's limits ran out; see [`Timeouts`](crate::client::Timeouts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// No connection was made in time.
    Connect,
    /// No response head came in time.
    FirstByte,
    /// Nothing came for too long, between two frames or inside one.
    Idle,
    /// One frame, or the body of a non-streaming answer, took too long.
    Frame,
    /// The call as a whole took too long.
    Total,
}

/// A limit of the client that ran out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimedOut {
    pub(crate) kind: TimeoutKind,
    pub(crate) limit: Duration,
    /// How far the answer had come: `None` if it had not begun.
    pub(crate) progress: Option<Progress>,
}

/// How far a stream had come when time ran out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) last_event: Option<String>,
    /// How many bytes of the next frame had arrived.
    pub(crate) buffered: usize,
}

impl TimedOut {
    pub(crate) fn new(kind: TimeoutKind, limit: Duration) -> Self {
        Self { kind, limit, progress: None }
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = Seconds(self.limit);
        match self.kind {
            TimeoutKind::Connect => write!(f, "connect timeout: no connection within {seconds} s")?,
            TimeoutKind::FirstByte => write!(f, "first-byte timeout: no response within {seconds} s")?,
            TimeoutKind::Idle => write!(f, "idle timeout: nothing arrived for {seconds} s")?,
            TimeoutKind::Frame => match self.progress {
                Some(_) => write!(f, "frame timeout: one frame was still incomplete after {seconds} s")?,
                None => write!(f, "frame timeout: the body was still incomplete after {seconds} s")?,
            },
            TimeoutKind::Total => write!(f, "total timeout: the call was not finished after {seconds} s")?,
        }
        let Some(Progress { last_event, buffered }) = &self.progress else { return Ok(()) };
        match last_event {
            Some(event) => write!(f, "; the last event was {event:?}")?,
            None => f.write_str("; there was no event yet")?,
        }
        if *buffered > 0 {
            write!(f, ", and {buffered} bytes of the next frame had arrived")?;
        }
        Ok(())
    }
}

impl std::error::Error for TimedOut {}

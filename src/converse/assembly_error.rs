//! Errors found while assembling events into a message.

use std::fmt;

/// Why events could not be assembled into a message.
///
/// Neither `Display` nor `Debug` shows a tool's input: it is content, and may repeat a secret.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssemblyError {
    /// Two `contentBlockStart` for one index.
    StartedTwice {
        /// The `contentBlockIndex`.
        index: u32,
    },
    /// A delta whose kind does not match its block.
    OtherKind {
        /// The `contentBlockIndex`.
        index: u32,
        /// The kind of the block.
        open: &'static str,
        /// The kind of the delta.
        found: &'static str,
    },
    /// A tool's assembled input is not JSON, although the model says that it has finished.
    ToolInput {
        /// The `contentBlockIndex`.
        index: u32,
        /// The tool's name.
        name: String,
        /// The input as received.
        text: String,
        /// Where it stops being JSON.
        problem: String,
    },
    /// A tool's input or result without the start event that names it.
    Unannounced {
        /// The `contentBlockIndex`.
        index: u32,
        /// What was received.
        found: &'static str,
    },
    /// The events end before `messageStop`.
    NoMessageStop,
    /// The message would take more memory than it may.
    OverBudget {
        /// The limit, in bytes.
        allowed: usize,
    },
}

impl fmt::Display for AssemblyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartedTwice { index } => write!(f, "content block {index} is started twice"),
            Self::OtherKind { index, open, found } => {
                write!(f, "content block {index} is {open}, but one of its deltas is {found}")
            }
            Self::ToolInput { index, name, text, problem } => write!(
                f,
                "the input of tool {name:?} in content block {index} is not JSON ({problem}); it is {} bytes",
                text.len(),
            ),
            Self::Unannounced { index, found } => {
                write!(f, "content block {index} has {found}, but no contentBlockStart that names it")
            }
            Self::OverBudget { allowed } => {
                write!(f, "the answer is over its budget of {allowed} bytes")
            }
            Self::NoMessageStop => {
                f.write_str("the events end before messageStop: the message is incomplete")
            }
        }
    }
}

impl fmt::Debug for AssemblyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AssemblyError({self})")
    }
}

impl std::error::Error for AssemblyError {}

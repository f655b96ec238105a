//! What a program is told about a call beside its answer.

use std::fmt;

use crate::fit::Adjustment;

/// Reports that something other was sent than what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A different model ID was sent than the one requested, which is not served on demand.
    InferenceProfile {
        /// The ID that was requested.
        asked: String,
        /// The ID of the profile that was sent.
        used: String,
    },
    /// The request was adjusted to its model.
    Adjusted(Adjustment),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InferenceProfile { asked, used } => {
                write!(f, "{asked} is not served on demand, so {used} was invoked instead")
            }
            Self::Adjusted(adjustment) => adjustment.fmt(f),
        }
    }
}

type Tell = dyn Fn(&Notice) + Send + Sync;

/// Whoever wants to know.
#[derive(Default)]
pub(super) struct Notices(Option<Box<Tell>>);

impl Notices {
    pub(super) fn to(tell: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(tell)))
    }

    /// Tells it, once per call, however many attempts the call takes.
    pub(super) fn tell<'a>(&self, notices: impl IntoIterator<Item = &'a Notice>) {
        if let Some(tell) = &self.0 {
            notices.into_iter().for_each(tell);
        }
    }
}

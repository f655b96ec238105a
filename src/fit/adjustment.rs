//! What was changed in a request, and why.

use std::borrow::Cow;
use std::fmt;

/// A change of a request that its model would not have taken as it was.
///
/// `Display` is one sentence: what, how and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adjustment {
    /// What was changed, as the API names it: `inferenceConfig.temperature`.
    pub member: Cow<'static, str>,
    /// What was done to it.
    pub action: Action,
    /// Why.
    pub cause: Cause,
}

/// What was done to a part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// It was left out.
    LeftOut,
    /// It was lowered.
    Lowered {
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// It was raised.
    Raised {
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// It was replaced.
    Replaced {
        /// What it was; empty where there were several.
        from: String,
        /// What it is; empty where there are several.
        to: String,
    },
    /// It stands elsewhere.
    Moved {
        /// Where.
        to: &'static str,
    },
    /// The answer comes as a whole, and not as a stream.
    NotStreamed,
    /// Nothing: it is sent as it is, and the service may refuse it.
    Kept,
}

/// Why a part of a request was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The model rejects it.
    Rejected,
    /// The model takes one of two, and not both.
    NotTogether,
    /// The model does not take it while it thinks.
    WhileThinking,
    /// The model does not take it while it thinks with high effort.
    AtHighEffort,
    /// It is above what the model can do.
    AboveMaximum,
    /// The tokens of the thoughts count toward it.
    ThinkingBudget,
    /// The model has no such level.
    NoSuchLevel,
    /// The model cannot be told not to think.
    AlwaysThinks,
    /// The model cannot think.
    CannotThink,
    /// The model thinks as much as it likes.
    NoLevels,
    /// It is not known how the model is asked.
    NotKnown,
    /// The model does not have it.
    NotTaken,
    /// The model does not call tools while it streams.
    ToolsInStream,
    /// The model does not stream.
    NoStream,
    /// The model's tool ids have other characters, or another length.
    ToolIds,
    /// The model takes nothing else in a message with tool results.
    BesideToolResults,
    /// The model does not take it in a tool result.
    InToolResults,
    /// The model wants the user to begin.
    FirstTurn,
    /// The model does not continue a message of the assistant.
    Prefill,
}

impl Cause {
    fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "the model rejects it",
            Self::NotTogether => "the model rejects it beside temperature",
            Self::WhileThinking => "the model rejects it while it thinks",
            Self::AtHighEffort => "the model rejects it when it thinks with high effort",
            Self::AboveMaximum => "that is the model's maximum",
            Self::ThinkingBudget => "thoughts count toward it",
            Self::NoSuchLevel => "the model has no such level",
            Self::AlwaysThinks => "the model cannot be told not to think",
            Self::CannotThink => "the model cannot think",
            Self::NoLevels => "the model cannot be told how much to think",
            Self::NotKnown => "how this model is asked is not known",
            Self::NotTaken => "the model does not take it",
            Self::ToolsInStream => "the model does not call tools while it streams",
            Self::NoStream => "the model does not stream",
            Self::ToolIds => "the model takes only ids of another form",
            Self::BesideToolResults => "the model takes nothing beside tool results in a message",
            Self::InToolResults => "the model does not take it in a tool result",
            Self::FirstTurn => "the model wants the first message to be the user's",
            Self::Prefill => "the model does not continue a message of the assistant",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Adjustment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, action, cause } = self;
        f.write_str(member)?;
        let (verb, from, to) = match action {
            Action::LeftOut => (" was left out", "", ""),
            Action::Lowered { from, to } => (" was lowered", from.as_str(), to.as_str()),
            Action::Raised { from, to } => (" was raised", from.as_str(), to.as_str()),
            Action::Replaced { from, to } => (" was changed", from.as_str(), to.as_str()),
            Action::Moved { to } => (" was moved", "", *to),
            Action::NotStreamed => (" is not streamed", "", ""),
            Action::Kept => (" is sent as it is, and may be refused", "", ""),
        };
        f.write_str(verb)?;
        for (word, value) in [(" from ", from), (" to ", to)] {
            if !value.is_empty() {
                f.write_str(word)?;
                f.write_str(value)?;
            }
        }
        f.write_str(": ")?;
        f.write_str(cause.as_str())
    }
}

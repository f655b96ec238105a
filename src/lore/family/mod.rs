//! What is known of a family of models.

mod members;
mod read;
mod table;

use std::borrow::Cow;

pub use members::FamilyValue;
#[cfg(feature = "config")]
pub(crate) use read::FAMILY_MEMBERS;
pub use read::FamilyMistake;
pub(crate) use read::Member;

use super::set::Set;
use super::thinking_level::ThinkingLevel;
use super::vocabulary::{
    CachePlace, DataRetention, Dialect, FirstTurn, Geography, Modality, Parameter, ReasoningForm,
    ReasoningOff, Tier, ToolChoice, ToolIdAlphabet,
};

/// What is known of a family of models: all dates and versions of one name, in all geographies.
///
/// Every member is optional. `None` means that it is not known; nothing is guessed.
///
/// ```
/// use bedrill::lore::{Family, Parameter, ReasoningForm};
///
/// let opus = Family::of("us.anthropic.claude-opus-4-8").expect("a known family");
/// assert_eq!(opus.context_window, Some(1_000_000));
/// assert_eq!(opus.reasoning.form, Some(ReasoningForm::ClaudeAdaptive));
/// assert!(opus.rejects.is_some_and(|rejects| rejects.contains(Parameter::Temperature)));
/// assert!(Family::of("acme.unheard-of-v1:0").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Family {
    /// The name of the family: its models' ids without date and version, `anthropic.claude-opus-4-8`.
    pub id: Cow<'static, str>,
    /// The context window in tokens, output included.
    pub context_window: Option<u64>,
    /// The maximum number of output tokens.
    pub max_output: Option<u64>,
    /// The geographies of the inference profiles that the catalogues name for it. What a region lists is the service's
    /// to say.
    pub profiles: Option<Set<Geography>>,
    /// What it reads.
    pub input: Option<Set<Modality>>,
    /// What it writes.
    pub output: Option<Set<Modality>>,
    /// Whether it streams its answer.
    pub streaming: Option<bool>,
    /// Whether it takes a system prompt.
    pub system: Option<bool>,
    /// Whether it calls tools.
    pub tools: Option<bool>,
    /// Whether it calls tools while it streams.
    pub tools_in_stream: Option<bool>,
    /// The tool choices that it has.
    pub tool_choices: Option<Set<ToolChoice>>,
    /// What may stand in a tool's result beside text and JSON.
    pub tool_results: Option<Set<Modality>>,
    /// Whether other content may stand in a message with tool results.
    pub content_beside_tool_results: Option<bool>,
    /// How its tool ids are written.
    pub tool_ids: ToolIds,
    /// Whether it takes `strict` for a tool.
    pub strict_tools: Option<bool>,
    /// Which role the first message may have.
    pub first_turn: Option<FirstTurn>,
    /// Whether the last message may be the assistant's, to be continued.
    pub prefill: Option<bool>,
    /// The parameters that it rejects.
    pub rejects: Option<Set<Parameter>>,
    /// The maximum number of stop sequences.
    pub max_stop_sequences: Option<u64>,
    /// Prompt caching.
    pub prompt_cache: PromptCache,
    /// Whether it takes a JSON schema for its answer in `outputConfig`.
    pub structured_output: Option<bool>,
    /// The service tiers that serve it.
    pub tiers: Option<Set<Tier>>,
    /// The beta flags that it takes, separated by commas.
    pub betas: Option<Cow<'static, str>>,
    /// Whether CountTokens counts for it.
    pub count_tokens: Option<bool>,
    /// The dialects of OpenAI and Anthropic that AWS itself speaks for it at `bedrock-runtime`.
    pub dialects: Option<Set<Dialect>>,
    /// Its name at `bedrock-mantle`, when that is not the family's.
    pub dialect_name: Option<Cow<'static, str>>,
    /// How it thinks, and how it is asked to.
    pub reasoning: Reasoning,
    /// The data retention that it demands.
    pub data_retention: Option<DataRetention>,
}

/// How a family's tool ids are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ToolIds {
    /// Their characters.
    pub alphabet: Option<ToolIdAlphabet>,
    /// Their minimum length.
    pub min_length: Option<u64>,
    /// Their maximum length.
    pub max_length: Option<u64>,
}

/// How a family caches prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PromptCache {
    /// Where cache points are allowed; empty when the family takes none.
    pub places: Option<Set<CachePlace>>,
    /// The minimum number of tokens before a cache point.
    pub min_tokens: Option<u64>,
    /// The maximum number of cache points in a request.
    pub max_points: Option<u64>,
    /// Whether an entry can be kept for an hour.
    pub one_hour: Option<bool>,
}

/// How a family thinks, and how it is asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Reasoning {
    /// Whether it can think before it answers.
    pub supported: Option<bool>,
    /// The fields that ask for it.
    pub form: Option<ReasoningForm>,
    /// The levels that these fields can express, without [`Off`](ThinkingLevel::Off).
    pub levels: Option<Set<ThinkingLevel>>,
    /// Whether it thinks unless told otherwise.
    pub by_default: Option<bool>,
    /// How thinking is switched off.
    pub off: Option<ReasoningOff>,
    /// Whether thoughts are left out of the answer unless `display: "summarized"` asks for them.
    pub hidden: Option<bool>,
    /// The parameters that it rejects while it thinks.
    pub rejects: Option<Set<Parameter>>,
    /// The parameters that it rejects at the level [`High`](ThinkingLevel::High) and above.
    pub rejects_at_high: Option<Set<Parameter>>,
    /// The tool choices that it has while it thinks.
    pub tool_choices: Option<Set<ToolChoice>>,
}

impl Family {
    /// Returns what is known of the family of `model_id`: a model's id, an inference profile's, or the ARN of either or of
    /// a custom model, with or without the prefixes of other tools.
    ///
    /// An application profile's ARN does not name its model: look up the base model that
    /// [`catalog::Entry::base_model`](crate::catalog::Entry::base_model) gives.
    #[must_use]
    pub fn of(model_id: &str) -> Option<Self> {
        table::find(super::id::base_model(model_id)?)
    }

    /// Every family of the table, in its order.
    pub fn all() -> impl Iterator<Item = Self> {
        table::names().filter_map(table::find)
    }

    /// The day on which the table was last renewed, `2026-11-28`.
    #[must_use]
    pub fn as_of() -> &'static str {
        table::as_of()
    }
}

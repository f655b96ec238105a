//! What is known of models, geographies and the service's messages: everything that ages, in one place, as dated data.
//!
//! [`Family`] says what a family of models takes: windows, tools, parameters, the words that make it think. Its table is
//! renewed by `lore/update.py` from public catalogues and from rows that were checked by hand, which win.
//!
//! When AWS changes something, look here. Each table names its source. Nothing here uses a type of the other modules: ids,
//! regions and messages are passed as text.

mod family;
pub(crate) mod geography;
pub(crate) mod id;
mod overlay;
pub(crate) mod reason;
mod set;
pub(crate) mod spelling;
mod thinking_level;
mod vocabulary;
pub(crate) mod words;

pub use family::{Family, FamilyMistake, PromptCache, Reasoning, ToolIds};
pub use overlay::Overlay;
pub use set::{Set, Word};
pub use thinking_level::{ThinkingLevel, UnknownThinkingLevel};
pub use vocabulary::{
    CachePlace, DataRetention, Dialect, FirstTurn, Geography, Modality, Parameter, ReasoningForm,
    ReasoningOff, Tier, ToolChoice, ToolIdAlphabet,
};

/// Context windows, output limits and quirks by model family, with the date of their sources.
pub(crate) const LIMITS: &str = include_str!("limits.json");

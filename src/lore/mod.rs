//! What is known of models, geographies and the service's messages: everything that ages, in one place, as dated data.
//!
//! [`Family`] says what a family of models takes: windows, tools, parameters, the words that make it think. Its table is
//! renewed by `lore/update.py` from public catalogues and from rows that were checked by hand, which win.
//!
//! When AWS changes something, look here. Each table names its source. Nothing here uses a type of the other modules: ids,
//! regions and messages are passed as text.

mod about;
mod family;
pub(crate) mod geography;
pub(crate) mod id;
mod lines;
mod overlay;
mod prices;
pub(crate) mod reason;
mod set;
pub(crate) mod spelling;
mod thinking_level;
mod vocabulary;
pub(crate) mod words;

pub use about::About;
#[cfg(feature = "config")]
pub(crate) use family::{FAMILY_MEMBERS, Member as FamilyMember};
pub use family::{Family, FamilyMistake, FamilyValue, PromptCache, Reasoning, ToolIds};
pub use overlay::Overlay;
pub use prices::{Prices, Rates};
pub use set::{Set, Word};
pub use thinking_level::{ThinkingLevel, UnknownThinkingLevel};
pub use vocabulary::{
    CachePlace, DataRetention, Dialect, FirstTurn, Geography, Modality, Parameter, ReasoningForm,
    ReasoningOff, Tier, ToolChoice, ToolIdAlphabet,
};

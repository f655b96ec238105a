//! Known facts about models, geographies and the service's messages: everything that ages, in one place, as data.
//!
//! When AWS changes something, look here. Each table names its source. Nothing here uses a type of
//! the other modules: ids, regions and messages are passed as text.

pub(crate) mod geography;
pub(crate) mod reason;
pub(crate) mod reasoning;
pub(crate) mod spelling;
pub(crate) mod words;

/// Context windows, output limits and quirks by model family, with the date of their sources.
pub(crate) const LIMITS: &str = include_str!("limits.json");

//! What is known of models, geographies and the service's words: everything that ages, in one place, as data.
//!
//! When AWS changes something, this is what to look at. Each table says where it is from. Nothing here knows a type of
//! the rooms above: ids, regions and messages come in as text.

pub(crate) mod geography;
pub(crate) mod reason;
pub(crate) mod reasoning;
pub(crate) mod words;

/// Context windows, output limits and quirks by model family, with the date of their sources.
pub(crate) const LIMITS: &str = include_str!("limits.json");

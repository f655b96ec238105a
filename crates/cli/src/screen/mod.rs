//! What a person sees: answers as they come, a sign of life, and text that a terminal may be shown.

pub(crate) mod answer;
pub(crate) mod pricing;
pub(crate) mod spinner;
pub(crate) mod terminal;

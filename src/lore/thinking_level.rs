//! How much a model thinks.

use std::fmt;
use std::str::FromStr;

use super::set::{self, Word, private};

/// How much a model thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ThinkingLevel {
    /// Not at all.
    Off,
    /// As little as the model can.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// More.
    XHigh,
    /// As much as the model can.
    Max,
}

impl ThinkingLevel {
    /// All levels, from none to most.
    pub const ALL: [Self; 7] =
        [Self::Off, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::XHigh, Self::Max];

    /// Returns the level's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        set::name(self)
    }
}

impl private::Listed for ThinkingLevel {
    const WORDS: &'static [Self] = &Self::ALL;
    const NAMES: &'static str = "off minimal low medium high xhigh max";
    fn index(self) -> u8 {
        self as u8
    }
}

impl Word for ThinkingLevel {}

impl fmt::Display for ThinkingLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is not the name of a [`ThinkingLevel`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownThinkingLevel;

impl fmt::Display for UnknownThinkingLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a thinking level, write one of off, minimal, low, medium, high, xhigh, max")
    }
}

impl std::error::Error for UnknownThinkingLevel {}

impl FromStr for ThinkingLevel {
    type Err = UnknownThinkingLevel;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        set::named(name).ok_or(UnknownThinkingLevel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_by_name() {
        for level in ThinkingLevel::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        assert_eq!("loud".parse::<ThinkingLevel>(), Err(UnknownThinkingLevel));
    }
}

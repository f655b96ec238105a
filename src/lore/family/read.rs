//! Members of a family by their names: what the table and an overlay have in common.

use std::borrow::Cow;
use std::fmt;

use super::Family;
use crate::lore::set::private::Listed as _;
use crate::lore::set::{self, Set, Word};
use crate::lore::thinking_level::ThinkingLevel;
use crate::lore::vocabulary::{
    CachePlace, DataRetention, Dialect, FirstTurn, Geography, Modality, Parameter, ReasoningForm,
    ReasoningOff, Tier, ToolChoice, ToolIdAlphabet,
};

/// The names of all members, separated by spaces. A row names a member by its place here: `A` is the first, `Z` the
/// twenty-sixth, `a` the next. `lore/update` reads the list here.
pub(crate) const FAMILY_MEMBERS: &str = "\
    contextWindow maxOutput input profiles output streaming system tools toolsInStream toolChoices toolResults \
    contentBesideToolResults toolIds.alphabet toolIds.minLength toolIds.maxLength strictTools firstTurn prefill \
    rejects maxStopSequences promptCache.in promptCache.minTokens promptCache.maxPoints promptCache.oneHour \
    structuredOutput tiers betas countTokens dialects dialectName reasoning.supported reasoning.form \
    reasoning.levels reasoning.byDefault reasoning.off reasoning.hidden reasoning.rejects \
    reasoning.rejectsAtHigh reasoning.toolChoices dataRetention";

/// The place of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member(u8);

impl Member {
    /// The member called `name`; `reasoning` alone is short for `reasoning.supported`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = if name == "reasoning" { "reasoning.supported" } else { name };
        let place = FAMILY_MEMBERS.split_ascii_whitespace().position(|known| known == name)?;
        u8::try_from(place).ok().map(Self)
    }

    /// The member that a row calls `letter`.
    pub(super) fn lettered(letter: u8) -> Self {
        let after = |first: u8, place: u8| letter.wrapping_sub(first).wrapping_add(place);
        Self(if letter.is_ascii_uppercase() { after(b'A', 0) } else { after(b'a', 26) })
    }
}

/// Why a member cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FamilyMistake {
    /// There is no such member.
    Unknown,
    /// The value must be this.
    Expected(&'static str),
    /// The value must be among these words, which spaces separate.
    ExpectedWord(&'static str),
}

impl fmt::Display for FamilyMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no such member"),
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::ExpectedWord(words) => {
                f.write_str("expected words of this list, or none: ")?;
                for (index, word) in words.split_ascii_whitespace().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    f.write_str(word)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for FamilyMistake {}

impl Family {
    /// Sets the member called `name`, as JSON spells it, with a `.` before the member of a member: `contextWindow`,
    /// `promptCache.minTokens`. Words of a set are separated by commas.
    ///
    /// # Errors
    ///
    /// [`FamilyMistake`] when there is no such member, or its value is something else.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), FamilyMistake> {
        let member = Member::named(name).ok_or(FamilyMistake::Unknown)?;
        self.set_member(member, value).ok_or_else(|| member.expected())
    }

    /// Sets a member by its place; `None` when that is no member's, or the value is not one of it.
    pub(crate) fn set_member(&mut self, member: Member, value: &str) -> Option<()> {
        match member.0 {
            0 => number(&mut self.context_window, value),
            1 => number(&mut self.max_output, value),
            2 => words(&mut self.input, value),
            3 => words(&mut self.profiles, value),
            4 => words(&mut self.output, value),
            5 => flag(&mut self.streaming, value),
            6 => flag(&mut self.system, value),
            7 => flag(&mut self.tools, value),
            8 => flag(&mut self.tools_in_stream, value),
            9 => words(&mut self.tool_choices, value),
            10 => words(&mut self.tool_results, value),
            11 => flag(&mut self.content_beside_tool_results, value),
            12 => word(&mut self.tool_ids.alphabet, value),
            13 => number(&mut self.tool_ids.min_length, value),
            14 => number(&mut self.tool_ids.max_length, value),
            15 => flag(&mut self.strict_tools, value),
            16 => word(&mut self.first_turn, value),
            17 => flag(&mut self.prefill, value),
            18 => words(&mut self.rejects, value),
            19 => number(&mut self.max_stop_sequences, value),
            20 => words(&mut self.prompt_cache.places, value),
            21 => number(&mut self.prompt_cache.min_tokens, value),
            22 => number(&mut self.prompt_cache.max_points, value),
            23 => flag(&mut self.prompt_cache.one_hour, value),
            24 => flag(&mut self.structured_output, value),
            25 => words(&mut self.tiers, value),
            26 => text(&mut self.betas, value),
            27 => flag(&mut self.count_tokens, value),
            28 => words(&mut self.dialects, value),
            29 => text(&mut self.dialect_name, value),
            30 => flag(&mut self.reasoning.supported, value),
            31 => word(&mut self.reasoning.form, value),
            32 => words(&mut self.reasoning.levels, value),
            33 => flag(&mut self.reasoning.by_default, value),
            34 => word(&mut self.reasoning.off, value),
            35 => flag(&mut self.reasoning.hidden, value),
            36 => words(&mut self.reasoning.rejects, value),
            37 => words(&mut self.reasoning.rejects_at_high, value),
            38 => words(&mut self.reasoning.tool_choices, value),
            39 => word(&mut self.data_retention, value),
            _ => None,
        }
    }
}

fn number(member: &mut Option<u64>, value: &str) -> Option<()> {
    *member = Some(value.parse().ok().filter(|number| *number > 0)?);
    Some(())
}

fn flag(member: &mut Option<bool>, value: &str) -> Option<()> {
    *member = Some(value.parse().ok()?);
    Some(())
}

fn text(member: &mut Option<Cow<'static, str>>, value: &str) -> Option<()> {
    *member = Some(Cow::Owned(value.to_owned()));
    Some(())
}

fn word<T: Word>(member: &mut Option<T>, value: &str) -> Option<()> {
    *member = Some(set::named(value)?);
    Some(())
}

fn words<T: Word>(member: &mut Option<Set<T>>, value: &str) -> Option<()> {
    *member = Some(Set::parse(value)?);
    Some(())
}

impl Member {
    /// What its value must be.
    fn expected(self) -> FamilyMistake {
        let words = match self.0 {
            0 | 1 | 13 | 14 | 19 | 21 | 22 => return FamilyMistake::Expected("a whole number above 0"),
            5 | 6 | 7 | 8 | 11 | 15 | 17 | 23 | 24 | 27 | 30 | 33 | 35 => {
                return FamilyMistake::Expected("true or false");
            }
            2 | 4 | 10 => Modality::NAMES,
            3 => Geography::NAMES,
            9 | 38 => ToolChoice::NAMES,
            12 => ToolIdAlphabet::NAMES,
            16 => FirstTurn::NAMES,
            18 | 36 | 37 => Parameter::NAMES,
            20 => CachePlace::NAMES,
            25 => Tier::NAMES,
            28 => Dialect::NAMES,
            31 => ReasoningForm::NAMES,
            32 => ThinkingLevel::NAMES,
            34 => ReasoningOff::NAMES,
            39 => DataRetention::NAMES,
            _ => return FamilyMistake::Expected("a text"),
        };
        FamilyMistake::ExpectedWord(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_listed_and_can_be_set() {
        for (place, name) in FAMILY_MEMBERS.split_ascii_whitespace().enumerate() {
            let values = ["1", "true", "text", "auto", "none", "user", "adaptive", "word", "aws_review"];
            let set = values.iter().any(|value| Family::default().set(name, value).is_ok());
            assert!(set, "{name}");
            // The reason for a refusal fits what is accepted.
            let error = Family::default().set(name, "?").err();
            let number =
                Family::default().set(name, "7").is_ok() && *name != *"betas" && *name != *"dialectName";
            let expects_number = error == Some(FamilyMistake::Expected("a whole number above 0"));
            assert_eq!(number, expects_number, "{name}");
            if let Some(FamilyMistake::ExpectedWord(words)) = error {
                let all =
                    words.split_ascii_whitespace().all(|word| Family::default().set(name, word).is_ok());
                assert!(all, "{name}: {words}");
            }
            let letter = (b'A'..=b'Z').chain(b'a'..=b'z').nth(place).expect("a letter");
            assert_eq!(Member::named(name), Some(Member::lettered(letter)), "{name}");
        }
        assert_eq!(Member::named("reasoning"), Member::named("reasoning.supported"));
        assert_eq!(Family::default().set("window", "1"), Err(FamilyMistake::Unknown));
    }
}

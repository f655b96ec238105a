//! Members of a family by their names: what the table and an overlay have in common.

use std::borrow::Cow;
use std::fmt;

use super::Family;
use crate::lore::set::{self, Set, Word};

/// The names of all members, separated by spaces.
#[cfg(any(feature = "config", test))]
pub(crate) const FAMILY_MEMBERS: &str = "\
    contextWindow maxOutput profiles input output streaming system tools toolsInStream toolChoices toolResults \
    contentBesideToolResults toolIds.alphabet toolIds.minLength toolIds.maxLength strictTools firstTurn prefill \
    rejects maxStopSequences promptCache.in promptCache.minTokens promptCache.maxPoints promptCache.oneHour \
    structuredOutput tiers betas countTokens dialects dialectName reasoning reasoning.supported reasoning.form \
    reasoning.levels reasoning.byDefault reasoning.off reasoning.hidden reasoning.rejects \
    reasoning.rejectsAtHigh reasoning.toolChoices dataRetention";

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
            Self::Expected(what) => write!(f, "not {what}"),
            Self::ExpectedWord(words) => {
                f.write_str("not of these words, or none: ")?;
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

type Outcome = Result<(), FamilyMistake>;

impl Family {
    /// Sets the member called `name`, as JSON spells it, with a `.` before the member of a member: `contextWindow`,
    /// `promptCache.minTokens`. Words of a set are separated by commas.
    ///
    /// # Errors
    ///
    /// [`FamilyMistake`] when there is no such member, or its value is something else.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), FamilyMistake> {
        match name {
            "contextWindow" => number(&mut self.context_window, value),
            "maxOutput" => number(&mut self.max_output, value),
            "profiles" => words(&mut self.profiles, value),
            "input" => words(&mut self.input, value),
            "output" => words(&mut self.output, value),
            "streaming" => flag(&mut self.streaming, value),
            "system" => flag(&mut self.system, value),
            "tools" => flag(&mut self.tools, value),
            "toolsInStream" => flag(&mut self.tools_in_stream, value),
            "toolChoices" => words(&mut self.tool_choices, value),
            "toolResults" => words(&mut self.tool_results, value),
            "contentBesideToolResults" => flag(&mut self.content_beside_tool_results, value),
            "toolIds.alphabet" => word(&mut self.tool_ids.alphabet, value),
            "toolIds.minLength" => number(&mut self.tool_ids.min_length, value),
            "toolIds.maxLength" => number(&mut self.tool_ids.max_length, value),
            "strictTools" => flag(&mut self.strict_tools, value),
            "firstTurn" => word(&mut self.first_turn, value),
            "prefill" => flag(&mut self.prefill, value),
            "rejects" => words(&mut self.rejects, value),
            "maxStopSequences" => number(&mut self.max_stop_sequences, value),
            "promptCache.in" => words(&mut self.prompt_cache.places, value),
            "promptCache.minTokens" => number(&mut self.prompt_cache.min_tokens, value),
            "promptCache.maxPoints" => number(&mut self.prompt_cache.max_points, value),
            "promptCache.oneHour" => flag(&mut self.prompt_cache.one_hour, value),
            "structuredOutput" => flag(&mut self.structured_output, value),
            "tiers" => words(&mut self.tiers, value),
            "betas" => text(&mut self.betas, value),
            "countTokens" => flag(&mut self.count_tokens, value),
            "dialects" => words(&mut self.dialects, value),
            "dialectName" => text(&mut self.dialect_name, value),
            "reasoning" | "reasoning.supported" => flag(&mut self.reasoning.supported, value),
            "reasoning.form" => word(&mut self.reasoning.form, value),
            "reasoning.levels" => words(&mut self.reasoning.levels, value),
            "reasoning.byDefault" => flag(&mut self.reasoning.by_default, value),
            "reasoning.off" => word(&mut self.reasoning.off, value),
            "reasoning.hidden" => flag(&mut self.reasoning.hidden, value),
            "reasoning.rejects" => words(&mut self.reasoning.rejects, value),
            "reasoning.rejectsAtHigh" => words(&mut self.reasoning.rejects_at_high, value),
            "reasoning.toolChoices" => words(&mut self.reasoning.tool_choices, value),
            "dataRetention" => word(&mut self.data_retention, value),
            _ => Err(FamilyMistake::Unknown),
        }
    }
}

fn number(member: &mut Option<u64>, value: &str) -> Outcome {
    let number = value.parse().ok().filter(|number| *number > 0);
    *member = Some(number.ok_or(FamilyMistake::Expected("a whole number above 0"))?);
    Ok(())
}

fn flag(member: &mut Option<bool>, value: &str) -> Outcome {
    *member = Some(value.parse().map_err(|_| FamilyMistake::Expected("true or false"))?);
    Ok(())
}

fn text(member: &mut Option<Cow<'static, str>>, value: &str) -> Outcome {
    *member = Some(Cow::Owned(value.to_owned()));
    Ok(())
}

fn word<T: Word>(member: &mut Option<T>, value: &str) -> Outcome {
    *member = Some(set::named(value).ok_or(FamilyMistake::ExpectedWord(T::NAMES))?);
    Ok(())
}

fn words<T: Word>(member: &mut Option<Set<T>>, value: &str) -> Outcome {
    *member = Some(Set::parse(value).ok_or(FamilyMistake::ExpectedWord(T::NAMES))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_listed_and_can_be_set() {
        let source = include_str!("read.rs");
        let arms =
            source.split("match name {").nth(1).and_then(|rest| rest.split("_ =>").next()).expect("the arms");
        let named: Vec<&str> = arms.split('"').skip(1).step_by(2).collect();
        assert_eq!(named, FAMILY_MEMBERS.split_ascii_whitespace().collect::<Vec<_>>());
        for name in named {
            let values = ["1", "true", "text", "auto", "none", "user", "adaptive", "word", "aws_review"];
            let set = values.iter().any(|value| Family::default().set(name, value).is_ok());
            assert!(set, "{name}");
        }
        assert_eq!(Family::default().set("window", "1"), Err(FamilyMistake::Unknown));
    }
}

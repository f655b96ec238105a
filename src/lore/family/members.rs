//! All that is known of a family, one member after another. For those who show it.

use std::borrow::Cow;

use super::Family;
use crate::lore::set::{self, Set, Word};

/// The value of a member of a [`Family`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FamilyValue {
    /// A number, of tokens for example.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// A word, or a text.
    Text(Cow<'static, str>),
    /// The words of a set.
    Words(Vec<&'static str>),
}

impl Family {
    /// The members that are known, by their names as [`set`](Self::set) takes them.
    #[must_use]
    pub fn members(&self) -> Vec<(&'static str, FamilyValue)> {
        let Self { tool_ids, prompt_cache, reasoning, .. } = self;
        let all = [
            ("contextWindow", number(self.context_window)),
            ("maxOutput", number(self.max_output)),
            ("profiles", words(self.profiles)),
            ("input", words(self.input)),
            ("output", words(self.output)),
            ("streaming", flag(self.streaming)),
            ("system", flag(self.system)),
            ("tools", flag(self.tools)),
            ("toolsInStream", flag(self.tools_in_stream)),
            ("toolChoices", words(self.tool_choices)),
            ("toolResults", words(self.tool_results)),
            ("contentBesideToolResults", flag(self.content_beside_tool_results)),
            ("toolIds.alphabet", word(tool_ids.alphabet)),
            ("toolIds.minLength", number(tool_ids.min_length)),
            ("toolIds.maxLength", number(tool_ids.max_length)),
            ("strictTools", flag(self.strict_tools)),
            ("firstTurn", word(self.first_turn)),
            ("prefill", flag(self.prefill)),
            ("rejects", words(self.rejects)),
            ("maxStopSequences", number(self.max_stop_sequences)),
            ("promptCache.in", words(prompt_cache.places)),
            ("promptCache.minTokens", number(prompt_cache.min_tokens)),
            ("promptCache.maxPoints", number(prompt_cache.max_points)),
            ("promptCache.oneHour", flag(prompt_cache.one_hour)),
            ("structuredOutput", flag(self.structured_output)),
            ("tiers", words(self.tiers)),
            ("betas", self.betas.clone().map(FamilyValue::Text)),
            ("countTokens", flag(self.count_tokens)),
            ("dialects", words(self.dialects)),
            ("dialectName", self.dialect_name.clone().map(FamilyValue::Text)),
            ("reasoning.supported", flag(reasoning.supported)),
            ("reasoning.form", word(reasoning.form)),
            ("reasoning.levels", words(reasoning.levels)),
            ("reasoning.byDefault", flag(reasoning.by_default)),
            ("reasoning.off", word(reasoning.off)),
            ("reasoning.hidden", flag(reasoning.hidden)),
            ("reasoning.rejects", words(reasoning.rejects)),
            ("reasoning.rejectsAtHigh", words(reasoning.rejects_at_high)),
            ("reasoning.toolChoices", words(reasoning.tool_choices)),
            ("dataRetention", word(self.data_retention)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

fn number(value: Option<u64>) -> Option<FamilyValue> {
    value.map(FamilyValue::Number)
}

fn flag(value: Option<bool>) -> Option<FamilyValue> {
    value.map(FamilyValue::Flag)
}

fn word<T: Word>(value: Option<T>) -> Option<FamilyValue> {
    value.map(|word| FamilyValue::Text(Cow::Borrowed(set::name(word))))
}

fn words<T: Word>(value: Option<Set<T>>) -> Option<FamilyValue> {
    value.map(|words| FamilyValue::Words(words.iter().map(set::name).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lore::family::read::FAMILY_MEMBERS;

    #[test]
    fn what_is_shown_makes_the_same_family_again() {
        let mut shown = Vec::new();
        for family in Family::all() {
            let mut again = Family { id: family.id.clone(), ..Family::default() };
            for (name, value) in family.members() {
                let text = match value {
                    FamilyValue::Number(number) => number.to_string(),
                    FamilyValue::Flag(flag) => flag.to_string(),
                    FamilyValue::Text(text) => text.into_owned(),
                    FamilyValue::Words(words) => words.join(","),
                };
                assert_eq!(again.set(name, &text), Ok(()), "{name}={text}");
                shown.push(name);
            }
            assert_eq!(again, family);
        }
        // `reasoning` alone is short for the second.
        for name in FAMILY_MEMBERS.split_ascii_whitespace().filter(|name| *name != "reasoning") {
            assert!(shown.contains(&name), "no family has {name}");
        }
    }
}

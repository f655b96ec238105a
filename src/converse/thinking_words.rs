//! The words in which each family of models is asked to think.

use serde_json::{Map, Value};

use super::config::InferenceConfiguration;
use super::thinking::Thinking;
use crate::lore::{Family, Reasoning, ReasoningForm, ReasoningOff, ThinkingLevel};
use crate::shape;

/// What became of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// The level that was asked for.
    pub(crate) asked: ThinkingLevel,
    /// What the request says now.
    pub(crate) words: Words,
    /// What `maxTokens` was, and what it was raised to.
    pub(crate) raised: Option<(i32, i32)>,
}

/// What a request says about thinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// This level.
    Level(ThinkingLevel),
    /// Nothing, or not to think; `BetweenTools` is the least of some models.
    Off(ReasoningOff),
    /// Nothing, because the model cannot think.
    Cannot,
    /// Nothing, because the model takes no word for it.
    Silent,
    /// Nothing, because it is not known how the model is asked.
    NotKnown,
}

/// The levels of a family that names none.
const USUAL: [ThinkingLevel; 3] = [ThinkingLevel::Low, ThinkingLevel::Medium, ThinkingLevel::High];

/// The words for `level`.
fn choose(level: ThinkingLevel, reasoning: &Reasoning) -> Words {
    let Reasoning { supported, form, levels, by_default, off, .. } = *reasoning;
    if level == ThinkingLevel::Off {
        let silent = by_default == Some(false) || supported == Some(false);
        match off {
            Some(ReasoningOff::Never) => {}
            Some(off) => return Words::Off(off),
            None if silent => return Words::Off(ReasoningOff::Omit),
            None => return Words::NotKnown,
        }
    } else if supported == Some(false) {
        return Words::Cannot;
    }
    let form = match form {
        Some(ReasoningForm::Nothing) => return Words::Silent,
        None => return Words::NotKnown,
        Some(form) => form,
    };
    let has = |level: &ThinkingLevel| match levels {
        Some(levels) => levels.contains(*level),
        None => form == ReasoningForm::ClaudeBudget || USUAL.contains(level),
    };
    let thinking = ThinkingLevel::ALL.iter().filter(|level| **level != ThinkingLevel::Off && has(level));
    let lower = thinking.clone().rfind(|other| **other <= level);
    match lower.or_else(|| thinking.clone().next()) {
        Some(level) => Words::Level(*level),
        None => Words::Silent,
    }
}

/// The budget of a level, which leaves room for the answer.
fn budget_tokens(level: ThinkingLevel, max_output: Option<u64>) -> i32 {
    let budget = match level {
        ThinkingLevel::Off | ThinkingLevel::Minimal => 1024,
        ThinkingLevel::Low => 2048,
        ThinkingLevel::Medium => 8192,
        ThinkingLevel::High => 16384,
        ThinkingLevel::XHigh => 24576,
        ThinkingLevel::Max => 32768,
    };
    let most = max_output.map_or(budget, |most| tokens(most.saturating_sub(most / 8)));
    budget.min(most).max(1024)
}

/// A number of tokens as the API counts them.
pub(crate) fn tokens(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

const THINKING: &str = "thinking";
const OUTPUT_CONFIG: &str = "output_config";
const EFFORT: &str = "effort";
const TYPE: &str = "type";
const REASONING: &str = "reasoning";
const REASONING_EFFORT: &str = "reasoning_effort";
const REASONING_CONFIG: &str = "reasoning_config";
const NOVA: &str = "reasoningConfig";

/// The fields that ask any family to think; a wish replaces all of them.
const FIELDS: [&str; 5] = [THINKING, REASONING, REASONING_EFFORT, REASONING_CONFIG, NOVA];

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        shape::put(&mut object, name, value);
    }
    Value::Object(object)
}

fn put(fields: &mut Map<String, Value>, name: &str, member: &str, value: &str) {
    match fields.get_mut(name) {
        Some(Value::Object(members)) => shape::put(members, member, value.into()),
        _ => shape::put(fields, name, object([(member, value.into())])),
    }
}

/// The parts of a request that a wish for thinking changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Parts {
    pub(crate) fields: Option<Value>,
    pub(crate) inference: Option<InferenceConfiguration>,
}

impl Parts {
    /// Writes the wish in the words of `family`, and tells what became of the level.
    pub(crate) fn write(&mut self, wish: Thinking, family: &Family) -> Option<Written> {
        let Thinking { level, show_thoughts } = wish;
        let reasoning = &family.reasoning;
        let show = show_thoughts && reasoning.hidden == Some(true);
        if level.is_none() && !show {
            return None;
        }
        let had_fields = self.fields.is_some();
        let mut fields = match self.fields.take() {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let written = level.map(|level| {
            let words = choose(level, reasoning);
            for name in FIELDS {
                shape::leave_out(&mut fields, name);
            }
            if let Some(Value::Object(config)) = fields.get_mut(OUTPUT_CONFIG) {
                shape::leave_out(config, EFFORT);
                if config.is_empty() {
                    shape::leave_out(&mut fields, OUTPUT_CONFIG);
                }
            }
            let raised = self.write_words(&mut fields, words, family);
            Written { asked: level, words, raised }
        });
        if show {
            show_in(&mut fields, reasoning);
        }
        if had_fields || !fields.is_empty() {
            self.fields = Some(Value::Object(fields));
        }
        written
    }

    /// Returns how `maxTokens` was raised, if it was.
    fn write_words(
        &mut self,
        fields: &mut Map<String, Value>,
        words: Words,
        family: &Family,
    ) -> Option<(i32, i32)> {
        let form = family.reasoning.form?;
        let (kind, effort) = match words {
            Words::Level(level) => ("", level.as_str()),
            Words::Off(ReasoningOff::Disabled) => ("disabled", ""),
            Words::Off(ReasoningOff::BetweenTools) => ("between_tools", ""),
            Words::Off(ReasoningOff::Effort) => ("", "none"),
            _ => return None,
        };
        if !kind.is_empty() {
            put(fields, THINKING, TYPE, kind);
            return None;
        }
        match form {
            ReasoningForm::ClaudeAdaptive => {
                put(fields, THINKING, TYPE, "adaptive");
                put(fields, OUTPUT_CONFIG, EFFORT, effort);
            }
            ReasoningForm::ClaudeBudget => {
                let Words::Level(level) = words else { return None };
                let budget = budget_tokens(level, family.max_output);
                let value = object([(TYPE, "enabled".into()), ("budget_tokens", budget.into())]);
                shape::put(fields, THINKING, value);
                return self.raise_max_tokens(budget, family.max_output);
            }
            ReasoningForm::Nova => {
                put(fields, NOVA, TYPE, "enabled");
                put(fields, NOVA, "maxReasoningEffort", effort);
            }
            ReasoningForm::Effort => shape::put(fields, REASONING_EFFORT, effort.into()),
            ReasoningForm::NestedEffort => put(fields, REASONING, EFFORT, effort),
            ReasoningForm::Config => shape::put(fields, REASONING_CONFIG, effort.into()),
            ReasoningForm::Nothing => {}
        }
        None
    }

    fn raise_max_tokens(&mut self, budget: i32, max_output: Option<u64>) -> Option<(i32, i32)> {
        let max_tokens = self.inference.as_mut()?.max_tokens.as_mut()?;
        let before = *max_tokens;
        if before > budget {
            return None;
        }
        let most = max_output.map_or(i32::MAX, tokens);
        *max_tokens = before.saturating_add(budget).min(most.max(budget.saturating_add(1)));
        Some((before, *max_tokens))
    }
}

/// Asks for the thoughts, if the model will think.
fn show_in(fields: &mut Map<String, Value>, reasoning: &Reasoning) {
    let adaptive = reasoning.form == Some(ReasoningForm::ClaudeAdaptive);
    if !fields.contains_key(THINKING) && adaptive && reasoning.by_default == Some(true) {
        put(fields, THINKING, TYPE, "adaptive");
    }
    if let Some(Value::Object(thinking)) = fields.get_mut(THINKING)
        && thinking.get(TYPE).and_then(Value::as_str) != Some("disabled")
        && !thinking.contains_key("display")
    {
        shape::put(thinking, "display", "summarized".into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wish(level: ThinkingLevel) -> Thinking {
        Thinking { level: Some(level), show_thoughts: false }
    }

    fn with_fields(fields: Value) -> Parts {
        Parts { fields: Some(fields), inference: None }
    }

    fn with_max_tokens(max_tokens: i32) -> Parts {
        Parts { fields: None, inference: Some(InferenceConfiguration::new().with_max_tokens(max_tokens)) }
    }

    fn family(members: &[(&str, &str)]) -> Family {
        let mut family = Family::default();
        for (name, value) in members {
            family.set(name, value).unwrap();
        }
        family
    }

    fn written(family: &Family, level: ThinkingLevel) -> (Value, Words) {
        let mut parts = Parts::default();
        let written = parts.write(wish(level), family).unwrap();
        (parts.fields.unwrap_or_default(), written.words)
    }

    #[test]
    fn each_family_is_asked_in_its_own_words() {
        use ThinkingLevel::{High, Medium, Minimal, Off, XHigh};
        let of = |form| family(&[("reasoning.form", form), ("reasoning.off", "none")]);
        for (form, level, fields) in [
            (
                "adaptive",
                XHigh,
                json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
            ),
            ("budget", Minimal, json!({"thinking": {"type": "enabled", "budget_tokens": 1024}})),
            (
                "reasoningConfig",
                Medium,
                json!({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}}),
            ),
            ("reasoning_effort", High, json!({"reasoning_effort": "high"})),
            ("reasoning.effort", Minimal, json!({"reasoning": {"effort": "low"}})),
            ("reasoning.effort", Off, json!({"reasoning": {"effort": "none"}})),
            ("reasoning_config", High, json!({"reasoning_config": "high"})),
        ] {
            assert_eq!(written(&of(form), level).0, fields, "{form}");
        }
    }

    #[test]
    fn a_level_that_is_missing_becomes_the_next_lower_one_or_the_lowest() {
        use ThinkingLevel::{High, Low, Max, Medium, Minimal};
        let qwen = family(&[("reasoning.form", "reasoning_config"), ("reasoning.levels", "low,high")]);
        for (asked, got) in [(Minimal, Low), (Low, Low), (Medium, Low), (High, High), (Max, High)] {
            assert_eq!(written(&qwen, asked).1, Words::Level(got));
        }
    }

    #[test]
    fn nothing_is_sent_where_nothing_is_known_or_nothing_is_taken() {
        let cannot = family(&[("reasoning", "false"), ("reasoning.form", "none")]);
        let silent = family(&[("reasoning", "true"), ("reasoning.form", "none"), ("reasoning.off", "never")]);
        for (family, level, words) in [
            (&Family::default(), ThinkingLevel::High, Words::NotKnown),
            (&Family::default(), ThinkingLevel::Off, Words::NotKnown),
            (&cannot, ThinkingLevel::High, Words::Cannot),
            (&cannot, ThinkingLevel::Off, Words::Off(ReasoningOff::Omit)),
            (&silent, ThinkingLevel::High, Words::Silent),
            (&silent, ThinkingLevel::Off, Words::Silent),
        ] {
            assert_eq!(written(family, level), (Value::Null, words), "{level}");
        }
    }

    #[test]
    fn what_is_on_by_default_is_switched_off_by_its_own_word() {
        let of = |off| {
            family(&[("reasoning.form", "adaptive"), ("reasoning.byDefault", "true"), ("reasoning.off", off)])
        };
        assert_eq!(written(&of("disabled"), ThinkingLevel::Off).0, json!({"thinking": {"type": "disabled"}}));
        assert_eq!(
            written(&of("between_tools"), ThinkingLevel::Off).0,
            json!({"thinking": {"type": "between_tools"}})
        );
        let (fields, words) = written(&of("never"), ThinkingLevel::Off);
        assert_eq!(fields["output_config"]["effort"], "low");
        assert_eq!(words, Words::Level(ThinkingLevel::Low));
    }

    #[test]
    fn other_fields_stay_and_other_words_for_thinking_go() {
        let nova = family(&[("reasoning.form", "reasoningConfig"), ("reasoning.off", "omit")]);
        let fields = json!({"seed": 1, "thinking": {}, "reasoning_effort": "low", "output_config": {"effort": "low", "x": 1}});
        let mut parts = with_fields(fields);
        parts.write(wish(ThinkingLevel::Off), &nova);
        assert_eq!(parts, with_fields(json!({"seed": 1, "output_config": {"x": 1}})));
        let mut parts = Parts::default();
        parts.write(wish(ThinkingLevel::Off), &nova);
        assert_eq!(parts, Parts::default());
    }

    #[test]
    fn max_tokens_leave_room_beside_the_budget() {
        let claude = family(&[("reasoning.form", "budget"), ("maxOutput", "10000")]);
        let raised =
            |max_tokens| with_max_tokens(max_tokens).write(wish(ThinkingLevel::Low), &claude).unwrap().raised;
        assert_eq!(raised(1000), Some((1000, 3048)));
        assert_eq!(raised(2048), Some((2048, 4096)));
        assert_eq!(raised(2049), None);
        let mut parts = with_max_tokens(8000);
        assert_eq!(parts.write(wish(ThinkingLevel::Max), &claude).unwrap().raised, Some((8000, 10_000)));
        assert_eq!(parts.fields.unwrap()["thinking"]["budget_tokens"], 8750);
    }

    #[test]
    fn thoughts_are_asked_for_only_where_they_are_hidden_and_thought() {
        let with = |hidden, by_default| {
            family(&[
                ("reasoning.form", "adaptive"),
                ("reasoning.hidden", hidden),
                ("reasoning.byDefault", by_default),
            ])
        };
        let shown = |family: &Family, level: Option<ThinkingLevel>, mut parts: Parts| {
            parts.write(Thinking { level, show_thoughts: true }, family);
            parts.fields.map(|fields| fields["thinking"].clone())
        };
        assert_eq!(shown(&with("false", "true"), None, Parts::default()), None);
        assert_eq!(shown(&with("true", "false"), None, Parts::default()), None);
        let summarized = json!({"type": "adaptive", "display": "summarized"});
        assert_eq!(shown(&with("true", "true"), None, Parts::default()), Some(summarized.clone()));
        let high = Some(ThinkingLevel::High);
        assert_eq!(shown(&with("true", "false"), high, Parts::default()), Some(summarized));
        let own = with_fields(json!({"thinking": {"type": "adaptive", "display": "omitted"}}));
        assert_eq!(shown(&with("true", "true"), None, own).unwrap()["display"], "omitted");
    }
}

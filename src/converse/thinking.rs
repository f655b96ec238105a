//! How much a model thinks, as its family spells it.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::request::ConverseRequest;
use crate::lore::reasoning::ReasoningWords;

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
    /// As much as the model can.
    Max,
}

impl ThinkingLevel {
    /// All levels, from none to most.
    pub const ALL: [Self; 6] = [Self::Off, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Max];

    /// Returns the level's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Max => "max",
        }
    }

    fn budget_tokens(self) -> i32 {
        match self {
            Self::Off => 0,
            Self::Minimal => 1024,
            Self::Low => 2048,
            Self::Medium => 8192,
            Self::High => 16384,
            Self::Max => 32768,
        }
    }

    /// The nearest of the three levels that every family has.
    fn effort(self) -> &'static str {
        match self {
            Self::Off | Self::Minimal | Self::Low => "low",
            Self::Medium => "medium",
            Self::High | Self::Max => "high",
        }
    }
}

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
        f.write_str("not a thinking level, write one of off, minimal, low, medium, high, max")
    }
}

impl std::error::Error for UnknownThinkingLevel {}

impl FromStr for ThinkingLevel {
    type Err = UnknownThinkingLevel;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|level| level.as_str() == name).ok_or(UnknownThinkingLevel)
    }
}

/// The fields that [`ConverseRequest::thinking`] sets in any dialect, and so removes in any.
const FIELDS: [&str; 4] = ["thinking", "output_config", "reasoning_effort", "reasoningConfig"];

impl ConverseRequest {
    /// Sets how much the model thinks, in the additional fields and in the form of its family, which the model
    /// id determines. `Off` removes these fields again.
    ///
    /// Claude before 4.6 thinks within a budget that counts toward `maxTokens`. If `maxTokens` is set and leaves
    /// no room, it is raised by the budget.
    ///
    /// | model ids | additional fields |
    /// | --- | --- |
    /// | Claude Opus and Sonnet from 4.6 on, Claude from 5 on | `thinking: {type: "adaptive"}`, `output_config: {effort}` |
    /// | Claude before those | `thinking: {type: "enabled", budget_tokens}` |
    /// | OpenAI | `reasoning_effort` |
    /// | all others | `reasoningConfig: {type: "enabled", maxReasoningEffort}` |
    ///
    /// | level | Claude's `effort` | `budget_tokens` | `reasoning_effort`, `maxReasoningEffort` |
    /// | --- | --- | --- | --- |
    /// | `Minimal` | low | 1024 | low |
    /// | `Low` | low | 2048 | low |
    /// | `Medium` | medium | 8192 | medium |
    /// | `High` | high | 16384 | high |
    /// | `Max` | max | 32768 | high |
    ///
    /// Sources: [adaptive thinking](https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.html),
    /// [extended thinking](https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html),
    /// [Nova 2](https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html).
    ///
    /// ```
    /// use bedrill::converse::ThinkingLevel;
    /// use bedrill::ConverseRequest;
    /// use serde_json::json;
    ///
    /// let request = ConverseRequest::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    ///     .max_tokens(1000)
    ///     .thinking(ThinkingLevel::Low);
    /// assert_eq!(
    ///     request.additional_model_request_fields,
    ///     Some(json!({"thinking": {"type": "enabled", "budget_tokens": 2048}}))
    /// );
    /// assert_eq!(request.inference_config.unwrap().max_tokens, Some(3048));
    /// ```
    #[must_use]
    pub fn thinking(mut self, level: ThinkingLevel) -> Self {
        let had_fields = self.additional_model_request_fields.is_some();
        let mut fields = match self.additional_model_request_fields.take() {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        for name in FIELDS {
            fields.remove(name);
        }
        if level != ThinkingLevel::Off {
            self.put_thinking(&mut fields, level);
        }
        if had_fields || !fields.is_empty() {
            self.additional_model_request_fields = Some(Value::Object(fields));
        }
        self
    }

    fn put_thinking(&mut self, fields: &mut Map<String, Value>, level: ThinkingLevel) {
        let mut put = |name: &str, value| fields.insert(name.to_owned(), value);
        match ReasoningWords::of(self.model_id.as_str()) {
            ReasoningWords::ClaudeAdaptive => {
                let effort = if level == ThinkingLevel::Max { "max" } else { level.effort() };
                put("thinking", json!({"type": "adaptive"}));
                put("output_config", json!({"effort": effort}));
            }
            ReasoningWords::ClaudeBudget => {
                let budget = level.budget_tokens();
                put("thinking", json!({"type": "enabled", "budget_tokens": budget}));
                let max_tokens =
                    self.inference_config.as_mut().and_then(|inference| inference.max_tokens.as_mut());
                if let Some(max_tokens) = max_tokens.filter(|max_tokens| **max_tokens <= budget) {
                    *max_tokens = max_tokens.saturating_add(budget);
                }
            }
            ReasoningWords::OpenAi => {
                put("reasoning_effort", json!(level.effort()));
            }
            ReasoningWords::ReasoningConfig => {
                put("reasoningConfig", json!({"type": "enabled", "maxReasoningEffort": level.effort()}));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(model_id: &str, level: ThinkingLevel) -> Value {
        ConverseRequest::new(model_id).thinking(level).additional_model_request_fields.unwrap()
    }

    #[test]
    fn each_dialect_has_its_own_fields() {
        use ThinkingLevel::{High, Max, Medium, Minimal};
        assert_eq!(
            fields("anthropic.claude-opus-4-6-v1", Max),
            json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}})
        );
        assert_eq!(
            fields("anthropic.claude-3-7-sonnet-20250219-v1:0", Minimal),
            json!({"thinking": {"type": "enabled", "budget_tokens": 1024}})
        );
        assert_eq!(fields("openai.gpt-oss-20b-1:0", High), json!({"reasoning_effort": "high"}));
        assert_eq!(
            fields("amazon.nova-2-lite-v1:0", Medium),
            json!({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}})
        );
    }

    #[test]
    fn off_removes_the_fields_and_keeps_the_others() {
        let request = ConverseRequest::new("openai.gpt-oss-20b-1:0").additional_fields(json!({"seed": 1}));
        let request = request.thinking(ThinkingLevel::High).thinking(ThinkingLevel::Off);
        assert_eq!(request.additional_model_request_fields, Some(json!({"seed": 1})));
        let request = ConverseRequest::new("m").thinking(ThinkingLevel::Off);
        assert_eq!(request.additional_model_request_fields, None);
    }

    #[test]
    fn max_tokens_leave_room_beside_the_budget() {
        let thinking = |max_tokens| {
            let request = ConverseRequest::new("anthropic.claude-sonnet-4-5-20250929-v1:0");
            request
                .max_tokens(max_tokens)
                .thinking(ThinkingLevel::Medium)
                .inference_config
                .unwrap()
                .max_tokens
        };
        assert_eq!(thinking(1000), Some(9192));
        assert_eq!(thinking(8192), Some(16384));
        assert_eq!(thinking(10_000), Some(10_000));
        assert_eq!(thinking(i32::MAX), Some(i32::MAX));
    }

    #[test]
    fn levels_are_read_by_name() {
        for level in ThinkingLevel::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        assert_eq!("loud".parse::<ThinkingLevel>(), Err(UnknownThinkingLevel));
    }
}

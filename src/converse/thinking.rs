//! How much a model thinks, as its family spells it.

use serde_json::{Map, Value, json};

use super::request::ConverseRequest;
use crate::lore::ThinkingLevel;
use crate::lore::reasoning::ReasoningWords;

fn budget_tokens(level: ThinkingLevel) -> i32 {
    match level {
        ThinkingLevel::Off => 0,
        ThinkingLevel::Minimal => 1024,
        ThinkingLevel::Low => 2048,
        ThinkingLevel::Medium => 8192,
        ThinkingLevel::High => 16384,
        ThinkingLevel::XHigh => 24576,
        ThinkingLevel::Max => 32768,
    }
}

/// The nearest of the three levels that every family has.
fn effort(level: ThinkingLevel) -> &'static str {
    match level {
        ThinkingLevel::Off | ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
        ThinkingLevel::Medium => "medium",
        ThinkingLevel::High | ThinkingLevel::XHigh | ThinkingLevel::Max => "high",
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
    /// | `XHigh` | high | 24576 | high |
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
                let effort = if level == ThinkingLevel::Max { "max" } else { effort(level) };
                put("thinking", json!({"type": "adaptive"}));
                put("output_config", json!({"effort": effort}));
            }
            ReasoningWords::ClaudeBudget => {
                let budget = budget_tokens(level);
                put("thinking", json!({"type": "enabled", "budget_tokens": budget}));
                let max_tokens =
                    self.inference_config.as_mut().and_then(|inference| inference.max_tokens.as_mut());
                if let Some(max_tokens) = max_tokens.filter(|max_tokens| **max_tokens <= budget) {
                    *max_tokens = max_tokens.saturating_add(budget);
                }
            }
            ReasoningWords::OpenAi => {
                put("reasoning_effort", json!(effort(level)));
            }
            ReasoningWords::ReasoningConfig => {
                put("reasoningConfig", json!({"type": "enabled", "maxReasoningEffort": effort(level)}));
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
}

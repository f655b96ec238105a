//! A request's wish for thinking.

use super::request::ConverseRequest;
use super::thinking_words::{Parts, Written};
use crate::lore::{Family, ThinkingLevel};

impl ConverseRequest {
    /// Sets how much the model thinks. `Off` asks it not to, which takes a word of its own where thinking is on by
    /// default.
    ///
    /// The request keeps the level. When it is sent, the level is written into the additional fields, in the words of the
    /// family that the model ID determines, and replaces what these fields say about thinking. A level that the family
    /// lacks becomes the next lower one. Where nothing is known of the family, nothing is sent. [`fit`](crate::fit) does
    /// it, and says what changed; [`to_body_json`](Self::to_body_json) does the same for a request that was not fitted.
    ///
    /// Claude before 4.6 thinks within a budget that counts toward `maxTokens`. If `maxTokens` is set and leaves
    /// no room, it is raised by the budget.
    ///
    /// | families | additional fields |
    /// | --- | --- |
    /// | Claude Opus and Sonnet from 4.6 on, Claude from 5 on | `thinking: {type: "adaptive"}`, `output_config: {effort}` |
    /// | Claude before those | `thinking: {type: "enabled", budget_tokens}` |
    /// | Nova 2 | `reasoningConfig: {type: "enabled", maxReasoningEffort}` |
    /// | gpt-oss, DeepSeek V3 | `reasoning_effort` |
    /// | GPT-5, GPT-6 | `reasoning: {effort}` |
    /// | Qwen3, GLM, Kimi | `reasoning_config` |
    ///
    /// | level | `budget_tokens`, at most seven eighths of the maximum output |
    /// | --- | --- |
    /// | `Minimal` | 1024 |
    /// | `Low` | 2048 |
    /// | `Medium` | 8192 |
    /// | `High` | 16384 |
    /// | `XHigh` | 24576 |
    /// | `Max` | 32768 |
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
    /// let request = ConverseRequest::new("us.anthropic.claude-opus-4-8").thinking(ThinkingLevel::Low);
    /// assert_eq!(
    ///     request.to_body_json(),
    ///     json!({"additionalModelRequestFields": {
    ///         "thinking": {"type": "adaptive"}, "output_config": {"effort": "low"},
    ///     }})
    /// );
    /// ```
    #[must_use]
    pub fn thinking(mut self, level: ThinkingLevel) -> Self {
        self.thinking.get_or_insert_default().level = Some(level);
        self
    }

    /// Asks for the thoughts of a model that hides them by default, where it thinks.
    #[must_use]
    pub fn show_thoughts(mut self) -> Self {
        self.thinking.get_or_insert_default().show_thoughts = true;
        self
    }

    /// Writes the wish in the words of `family`, and tells what became of the level.
    pub(crate) fn write_thinking(&mut self, family: &Family) -> Option<Written> {
        let wish = self.thinking.take()?;
        let mut parts = Parts {
            fields: self.additional_model_request_fields.take(),
            inference: self.inference_config.take(),
        };
        let written = parts.write(wish, family);
        (self.additional_model_request_fields, self.inference_config) = (parts.fields, parts.inference);
        written
    }
}

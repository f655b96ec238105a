//! Which request fields make a family of models think before it answers.
//!
//! Sources, as of 2026-11-22:
//! [adaptive thinking](https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.html),
//! [extended thinking](https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html),
//! [Nova 2](https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html).

/// The request fields that make a family of models think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasoningWords {
    /// `thinking: {type: "adaptive"}` and `output_config: {effort}`.
    ClaudeAdaptive,
    /// `thinking: {type: "enabled", budget_tokens}`.
    ClaudeBudget,
    /// `reasoning_effort`.
    OpenAi,
    /// `reasoningConfig: {type: "enabled", maxReasoningEffort}`.
    ReasoningConfig,
}

impl ReasoningWords {
    /// The fields for a model id, an inference profile id or an ARN that ends with one of them.
    ///
    /// An application inference profile does not name its model, so it is treated like all others.
    pub(crate) fn of(model_id: &str) -> Self {
        let id = model_id.to_ascii_lowercase();
        if let Some((_, name)) = id.split_once("anthropic.claude-") {
            return if claude_is_adaptive(name) { Self::ClaudeAdaptive } else { Self::ClaudeBudget };
        }
        if id.contains("openai.") { Self::OpenAi } else { Self::ReasoningConfig }
    }
}

/// Whether Claude itself decides how long to think: Opus and Sonnet from 4.6 on, all models from 5 on.
///
/// `name` is what follows `anthropic.claude-`: `opus-4-6-v1`, `sonnet-4-5-20250929-v1:0`, `3-7-sonnet-20250219-v1:0`.
fn claude_is_adaptive(name: &str) -> bool {
    // A version number has one or two digits; a longer one is a date, and `v1:0` is not a number.
    let mut numbers = name.split('-').skip_while(|part| !is_version_number(part)).map(version_number);
    let major = numbers.next().flatten().unwrap_or(0);
    let minor = numbers.next().flatten().unwrap_or(0);
    let from_4_6 = name.starts_with("opus-") || name.starts_with("sonnet-");
    major >= 5 || (major == 4 && minor >= 6 && from_4_6)
}

fn is_version_number(part: &str) -> bool {
    version_number(part).is_some()
}

fn version_number(part: &str) -> Option<u32> {
    if part.len() > 2 { None } else { part.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_id_determines_the_fields() {
        let cases = [
            ("anthropic.claude-opus-4-6-v1", ReasoningWords::ClaudeAdaptive),
            ("us.anthropic.claude-sonnet-4-6", ReasoningWords::ClaudeAdaptive),
            ("global.anthropic.claude-opus-4-7", ReasoningWords::ClaudeAdaptive),
            ("eu.anthropic.claude-sonnet-5-20260601-v1:0", ReasoningWords::ClaudeAdaptive),
            ("anthropic.claude-haiku-5", ReasoningWords::ClaudeAdaptive),
            ("anthropic.claude-sonnet-4-20250514-v1:0", ReasoningWords::ClaudeBudget),
            ("us.anthropic.claude-opus-4-1-20250805-v1:0", ReasoningWords::ClaudeBudget),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", ReasoningWords::ClaudeBudget),
            ("us.anthropic.claude-haiku-4-5-20251001-v1:0", ReasoningWords::ClaudeBudget),
            ("anthropic.claude-3-7-sonnet-20250219-v1:0", ReasoningWords::ClaudeBudget),
            (
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
                ReasoningWords::ClaudeAdaptive,
            ),
            ("arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-oss-120b-1:0", ReasoningWords::OpenAi),
            ("openai.gpt-oss-20b-1:0", ReasoningWords::OpenAi),
            ("us.amazon.nova-2-lite-v1:0", ReasoningWords::ReasoningConfig),
            (
                "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
                ReasoningWords::ReasoningConfig,
            ),
        ];
        for (model_id, words) in cases {
            assert_eq!(ReasoningWords::of(model_id), words, "{model_id}");
        }
    }
}

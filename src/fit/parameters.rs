//! Sampling parameters, the number of tokens, and the service tier.

use serde_json::{Map, Value};

use super::{Action, Cause, Fitting};
use crate::converse::{ConverseRequest, InferenceConfiguration, tokens};
use crate::lore::{Parameter, Set, ThinkingLevel};
use crate::shape;

pub(super) const MAX_TOKENS: &str = "inferenceConfig.maxTokens";
const THINKING: &str = "thinking";
const BUDGET: &str = "budget_tokens";

/// The least budget that Claude takes.
const LEAST_BUDGET: i64 = 1024;

/// Claude takes this temperature even while it thinks.
const NEUTRAL: f64 = 1.0;

impl Fitting<'_> {
    /// Leaves out what the model rejects, and lowers what is above its maximum.
    pub(super) fn parameters(&mut self) {
        let family = self.family;
        let reasoning = &family.reasoning;
        let effort = self.effort();
        if let Some(rejects) = family.rejects {
            self.leave_out(rejects, Cause::Rejected);
        }
        if let Some(rejects) = reasoning.rejects.filter(|_| effort.is_some()) {
            self.leave_out(rejects, Cause::WhileThinking);
        }
        if let Some(rejects) = reasoning.rejects_at_high.filter(|_| effort >= Some(ThinkingLevel::High)) {
            self.leave_out(rejects, Cause::AtHighEffort);
        }
        self.stop_sequences();
        self.max_tokens();
        self.tier();
    }

    /// How hard the model will think, as far as it is known; `None` when it will not.
    pub(super) fn effort(&self) -> Option<ThinkingLevel> {
        let by_default =
            self.family.reasoning.by_default == Some(true) && kind(&self.request) != Some("disabled");
        effort(&self.request).or_else(|| by_default.then_some(ThinkingLevel::Low))
    }

    fn leave_out(&mut self, rejects: Set<Parameter>, cause: Cause) {
        for parameter in rejects.iter() {
            let (member, cause) = match parameter {
                Parameter::Temperature => ("inferenceConfig.temperature", cause),
                Parameter::TopP => ("inferenceConfig.topP", cause),
                Parameter::TemperatureWithTopP => ("inferenceConfig.topP", Cause::NotTogether),
                Parameter::TopK => ("additionalModelRequestFields.top_k", cause),
                Parameter::StopSequences => ("inferenceConfig.stopSequences", cause),
                Parameter::MaxTokens => (MAX_TOKENS, cause),
            };
            if !is_set(&self.request, parameter, cause) {
                continue;
            }
            let request = self.request.to_mut();
            let mut inference = request.inference_config.take().unwrap_or_default();
            match parameter {
                Parameter::Temperature => inference.temperature = None,
                Parameter::TopP | Parameter::TemperatureWithTopP => inference.top_p = None,
                Parameter::StopSequences => inference.stop_sequences = None,
                Parameter::MaxTokens => inference.max_tokens = None,
                Parameter::TopK => {
                    if let Some(Value::Object(fields)) = &mut request.additional_model_request_fields {
                        shape::leave_out(fields, "top_k");
                        if fields.is_empty() {
                            request.additional_model_request_fields = None;
                        }
                    }
                }
            }
            request.inference_config = Some(inference).filter(|left| *left != InferenceConfiguration::new());
            self.note(member, Action::LeftOut, cause);
        }
    }

    fn stop_sequences(&mut self) {
        let inference = self.request.inference_config.as_ref();
        let count = inference.and_then(|inference| inference.stop_sequences.as_ref()).map_or(0, Vec::len);
        let most = self.family.max_stop_sequences.and_then(|most| usize::try_from(most).ok());
        let Some(most) = most.filter(|most| count > *most) else { return };
        let inference = self.request.to_mut().inference_config.as_mut();
        if let Some(texts) = inference.and_then(|inference| inference.stop_sequences.as_mut()) {
            texts.truncate(most);
        }
        let (from, to) = (count.to_string(), most.to_string());
        self.note("the number of stop sequences", Action::Lowered { from, to }, Cause::AboveMaximum);
    }

    fn max_tokens(&mut self) {
        let inference = self.request.inference_config.as_ref();
        let Some(max_tokens) = inference.and_then(|inference| inference.max_tokens) else { return };
        let most = self.family.max_output.map(tokens).filter(|most| max_tokens > *most);
        if let Some(most) = most {
            self.request.to_mut().inference_config.get_or_insert_default().max_tokens = Some(most);
            let action = Action::Lowered { from: max_tokens.to_string(), to: most.to_string() };
            self.note(MAX_TOKENS, action, Cause::AboveMaximum);
        }
        self.budget(i64::from(most.unwrap_or(max_tokens)));
    }

    /// A budget that the caller wrote must be less than `maxTokens`.
    fn budget(&mut self, max_tokens: i64) {
        let budget = thinking(&self.request).and_then(|thinking| thinking.get(BUDGET)?.as_i64());
        let Some(budget) = budget.filter(|budget| *budget >= max_tokens) else { return };
        let Some(Value::Object(fields)) = &mut self.request.to_mut().additional_model_request_fields else {
            return;
        };
        let less = max_tokens.saturating_sub(1);
        let action = if less < LEAST_BUDGET {
            shape::leave_out(fields, THINKING);
            let empty = fields.is_empty();
            if empty {
                self.request.to_mut().additional_model_request_fields = None;
            }
            Action::LeftOut
        } else {
            if let Some(Value::Object(thinking)) = fields.get_mut(THINKING) {
                shape::put(thinking, BUDGET, less.into());
            }
            Action::Lowered { from: budget.to_string(), to: less.to_string() }
        };
        self.note("the thinking budget", action, Cause::ThinkingBudget);
    }

    fn tier(&mut self) {
        let Some(tier) = &self.request.service_tier else { return };
        let Some(tiers) = self.family.tiers else { return };
        if !tiers.iter().any(|known| known.as_str() == tier.kind.as_str()) {
            self.request.to_mut().service_tier = None;
            self.note("serviceTier", Action::LeftOut, Cause::NotTaken);
        }
    }
}

fn is_set(request: &ConverseRequest, parameter: Parameter, cause: Cause) -> bool {
    let blank = InferenceConfiguration::new();
    let inference = request.inference_config.as_ref().unwrap_or(&blank);
    match parameter {
        Parameter::Temperature => {
            let neutral = cause == Cause::WhileThinking;
            inference
                .temperature
                .is_some_and(|temperature| !neutral || (temperature - NEUTRAL).abs() > f64::EPSILON)
        }
        Parameter::TopP => inference.top_p.is_some(),
        Parameter::TemperatureWithTopP => inference.temperature.is_some() && inference.top_p.is_some(),
        Parameter::StopSequences => inference.stop_sequences.is_some(),
        Parameter::MaxTokens => inference.max_tokens.is_some(),
        Parameter::TopK => fields(request).is_some_and(|fields| fields.contains_key("top_k")),
    }
}

fn fields(request: &ConverseRequest) -> Option<&Map<String, Value>> {
    request.additional_model_request_fields.as_ref()?.as_object()
}

fn thinking(request: &ConverseRequest) -> Option<&Map<String, Value>> {
    fields(request)?.get(THINKING)?.as_object()
}

/// What `thinking.type` says.
fn kind(request: &ConverseRequest) -> Option<&str> {
    thinking(request)?.get("type")?.as_str()
}

/// How hard the request makes the model think, in whichever words; `None` when it does not ask it to.
fn effort(request: &ConverseRequest) -> Option<ThinkingLevel> {
    let fields = fields(request)?;
    let level = |value: Option<&Value>| value?.as_str()?.parse().ok();
    let member = |name: &str, member: &str| level(fields.get(name).and_then(|words| words.get(member)));
    let asked = match kind(request) {
        // Claude's effort also limits what it writes; whether it thinks is said apart.
        Some("enabled" | "adaptive" | "between_tools") => {
            member("output_config", "effort").or(Some(ThinkingLevel::Medium))
        }
        _ => level(fields.get("reasoning_effort"))
            .or_else(|| level(fields.get("reasoning_config")))
            .or_else(|| member("reasoning", "effort"))
            .or_else(|| member("reasoningConfig", "maxReasoningEffort")),
    };
    asked.filter(|level| *level != ThinkingLevel::Off)
}

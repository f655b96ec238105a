//! The request of Converse and ConverseStream.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::config::{
    InferenceConfiguration, OutputConfig, PerformanceConfigLatency, PerformanceConfiguration,
    PromptVariableValue, ServiceTier,
};
use super::guardrail::GuardrailConfiguration;
use super::message::{Message, SystemContentBlock};
use super::thinking::Thinking;
use super::thinking_words::Parts;
use super::tool::{Tool, ToolChoice, ToolConfiguration, mend_inputs};
use crate::lore::Family;
use crate::model_id::RequestedModel;
use crate::shape::{self, Shape, ShapeError};

structure_without_builders! {
    /// A request of Converse or ConverseStream, which take the same members.
    ///
    /// Each method takes the request and returns it. An absent list is not sent; an empty one is.
    ///
    /// ```
    /// use bedrill::converse::ServiceTierType;
    /// use bedrill::converse::guardrail::GuardrailConfiguration;
    /// use bedrill::{ConverseRequest, Message};
    /// use serde_json::json;
    ///
    /// let mut request = ConverseRequest::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    ///     .system("You are terse.")
    ///     .message("Name a prime.")
    ///     .max_tokens(100)
    ///     .temperature(0.2)
    ///     .additional_fields(json!({"top_k": 50}))
    ///     .service_tier(ServiceTierType::Flex)
    ///     .guardrail(GuardrailConfiguration::new().with_guardrail_identifier("gr1").with_guardrail_version("1"));
    ///
    /// // The conversation goes on:
    /// request.push(Message::assistant("7"));
    /// request.push("Another.");
    /// assert_eq!(request.messages.as_deref().unwrap().len(), 3);
    /// ```
    ///
    /// When serialized with serde, the model id is the member `modelId`, and a wish for [thinking](Self::thinking) is
    /// `thinking`; the body that is sent has no such members.
    pub struct ConverseRequest {
        required {
            /// What to invoke: the id or ARN of a model, an inference profile, a provisioned model or a prompt. It
            /// is part of the path, not of the body.
            model_id: RequestedModel = "modelId",
        }
        optional {
            /// The conversation.
            messages: Vec<Message> = "messages",
            /// The system prompt.
            system: Vec<SystemContentBlock> = "system",
            /// The sampling settings of the model.
            inference_config: InferenceConfiguration = "inferenceConfig",
            /// The tools.
            tool_config: ToolConfiguration = "toolConfig",
            /// The guardrail.
            guardrail_config: GuardrailConfiguration = "guardrailConfig",
            /// The project that the invocation belongs to, by ID or ARN; absent or `default` for the account's default
            /// one. It must be active, in the account and region that the request is sent to. Application inference
            /// profiles work only in the default project, and requests that name both are rejected before they are sent.
            project_identifier: String = "projectIdentifier",
            /// The model's own fields, in addition to those of the API.
            additional_model_request_fields: Value = "additionalModelRequestFields",
            /// What replaces the variables of a managed prompt, by name.
            prompt_variables: BTreeMap<String, PromptVariableValue> = "promptVariables",
            /// JSON Pointers to the fields of the model's own response to return, at most 10.
            additional_model_response_field_paths: Vec<String> = "additionalModelResponseFieldPaths",
            /// Pairs that the service writes to its invocation log, at most 16.
            request_metadata: BTreeMap<String, String> = "requestMetadata",
            /// The requested latency.
            performance_config: PerformanceConfiguration = "performanceConfig",
            /// The class of service.
            service_tier: ServiceTier = "serviceTier",
            /// Requirements on the response.
            output_config: OutputConfig = "outputConfig",
            /// How much the model is asked to think. It is no member of the API: [`thinking`](Self::thinking) says what
            /// is sent for it.
            thinking: Thinking = "thinking",
        }
    }
}

/// Members of a stored request that no body has.
const MODEL_ID: &str = "modelId";
const THINKING: &str = "thinking";

impl ConverseRequest {
    /// Creates a request to the model `model_id`, without messages.
    #[must_use]
    pub fn new(model_id: impl Into<RequestedModel>) -> Self {
        Self {
            model_id: model_id.into(),
            messages: None,
            system: None,
            inference_config: None,
            tool_config: None,
            guardrail_config: None,
            project_identifier: None,
            additional_model_request_fields: None,
            prompt_variables: None,
            additional_model_response_field_paths: None,
            request_metadata: None,
            performance_config: None,
            service_tier: None,
            output_config: None,
            thinking: None,
            extra: Map::new(),
        }
    }

    /// Adds a message; text becomes a user message.
    #[must_use]
    pub fn message(mut self, message: impl Into<Message>) -> Self {
        self.push(message);
        self
    }

    /// Adds messages.
    #[must_use]
    pub fn messages(mut self, messages: impl IntoIterator<Item = impl Into<Message>>) -> Self {
        self.messages.get_or_insert_default().extend(messages.into_iter().map(Into::into));
        self
    }

    /// Adds a message in place, to continue a conversation.
    pub fn push(&mut self, message: impl Into<Message>) {
        self.messages.get_or_insert_default().push(message.into());
    }

    /// Adds a block to the system prompt: text, guard content or a cache point.
    #[must_use]
    pub fn system(mut self, block: impl Into<SystemContentBlock>) -> Self {
        self.system.get_or_insert_default().push(block.into());
        self
    }

    /// Sets all sampling settings of the model at once.
    #[must_use]
    pub fn inference(mut self, inference: InferenceConfiguration) -> Self {
        self.inference_config = Some(inference);
        self
    }

    /// Sets the most tokens to write.
    #[must_use]
    pub fn max_tokens(mut self, max_tokens: i32) -> Self {
        self.inference_config.get_or_insert_default().max_tokens = Some(max_tokens);
        self
    }

    /// Sets the temperature, 0 to 1.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.inference_config.get_or_insert_default().temperature = Some(temperature);
        self
    }

    /// Sets the share of the most likely tokens to sample from, 0 to 1.
    #[must_use]
    pub fn top_p(mut self, top_p: f64) -> Self {
        self.inference_config.get_or_insert_default().top_p = Some(top_p);
        self
    }

    /// Sets the texts at which the model stops.
    #[must_use]
    pub fn stop_sequences(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let texts = texts.into_iter().map(Into::into).collect();
        self.inference_config.get_or_insert_default().stop_sequences = Some(texts);
        self
    }

    /// Adds a tool, or a cache point behind those so far.
    #[must_use]
    pub fn tool(mut self, tool: impl Into<Tool>) -> Self {
        self.tool_configuration().tools.push(tool.into());
        self
    }

    /// Adds tools.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = impl Into<Tool>>) -> Self {
        self.tool_configuration().tools.extend(tools.into_iter().map(Into::into));
        self
    }

    /// Sets which tools the model must call. Requires [`tools`](Self::tools) too.
    #[must_use]
    pub fn tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_configuration().tool_choice = Some(choice);
        self
    }

    fn tool_configuration(&mut self) -> &mut ToolConfiguration {
        self.tool_config.get_or_insert_with(|| ToolConfiguration::new([]))
    }

    /// Sets the guardrail.
    #[must_use]
    pub fn guardrail(mut self, guardrail: GuardrailConfiguration) -> Self {
        self.guardrail_config = Some(guardrail);
        self
    }

    /// Sets the project that the invocation belongs to, by ID or ARN.
    #[must_use]
    pub fn project(mut self, project: impl Into<String>) -> Self {
        self.project_identifier = Some(project.into());
        self
    }

    /// Sets the model's own fields, as an object. It replaces those set before.
    #[must_use]
    pub fn additional_fields(mut self, fields: Value) -> Self {
        self.additional_model_request_fields = Some(fields);
        self
    }

    /// Sets a variable of a managed prompt.
    #[must_use]
    pub fn prompt_variable(mut self, name: impl Into<String>, value: impl Into<PromptVariableValue>) -> Self {
        self.prompt_variables.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    /// Adds JSON Pointers to the fields of the model's own response to return.
    #[must_use]
    pub fn response_field_paths(mut self, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let all = self.additional_model_response_field_paths.get_or_insert_default();
        all.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds a pair for the service's invocation log.
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request_metadata.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    /// Sets the requested latency.
    #[must_use]
    pub fn latency(mut self, latency: PerformanceConfigLatency) -> Self {
        self.performance_config.get_or_insert_default().latency = Some(latency);
        self
    }

    /// Sets the class of service.
    #[must_use]
    pub fn service_tier(mut self, tier: impl Into<ServiceTier>) -> Self {
        self.service_tier = Some(tier.into());
        self
    }

    /// Sets the requirements on the response.
    #[must_use]
    pub fn output(mut self, output: OutputConfig) -> Self {
        self.output_config = Some(output);
        self
    }

    /// Returns the body for ConverseStream: every member except the model id, and the wish for
    /// [thinking](Self::thinking) in the words of the model's family.
    #[must_use]
    pub fn to_body_json(&self) -> Value {
        let mut body = Shape::to_json(self);
        mend_inputs(&mut body);
        if let Value::Object(members) = &mut body {
            shape::leave_out(members, MODEL_ID);
            if let Some(written) = self.written_thinking() {
                shape::leave_out(members, THINKING);
                shape::write(members, "additionalModelRequestFields", &written.fields);
                shape::write(members, "inferenceConfig", &written.inference);
            }
        }
        body
    }

    /// What the wish for thinking makes of the parts that it changes; `None` without one.
    pub(crate) fn written_thinking(&self) -> Option<Parts> {
        let wish = self.thinking?;
        let mut parts = Parts {
            fields: self.additional_model_request_fields.clone(),
            inference: self.inference_config.clone(),
        };
        parts.write(wish, &Family::of(self.model_id.as_str()).unwrap_or_default());
        Some(parts)
    }

    /// Returns the body for Converse: like [`to_body_json`](Self::to_body_json), but without
    /// `guardrailConfig.streamProcessingMode`, which only ConverseStream has.
    #[must_use]
    pub fn to_converse_body_json(&self) -> Value {
        let mut body = self.to_body_json();
        if let Some(Value::Object(guardrail)) = body.get_mut("guardrailConfig") {
            shape::leave_out(guardrail, "streamProcessingMode");
        }
        body
    }

    /// Reads the body of either operation.
    ///
    /// # Errors
    ///
    /// The body does not match the shape of the API.
    pub fn from_body_json(model_id: impl Into<RequestedModel>, body: Value) -> Result<Self, ShapeError> {
        let mut members = shape::members(body)?;
        let model_id = model_id.into();
        shape::put(&mut members, MODEL_ID, Shape::to_json(&model_id));
        // A body has no wish: a member of this name is one that the API model does not have.
        let unknown = members.get(THINKING).cloned();
        shape::leave_out(&mut members, THINKING);
        let mut request: Self = Shape::from_json(Value::Object(members))?;
        request.model_id = model_id;
        if let Some(unknown) = unknown {
            shape::put(&mut request.extra, THINKING, unknown);
        }
        Ok(request)
    }
}

/// In JSON, the text.
impl Shape for RequestedModel {
    fn blank() -> Self {
        String::new().into()
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        let mut text = String::new();
        text.read(value)?;
        *self = text.into();
        Ok(())
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

unknown_members!(ConverseRequest);

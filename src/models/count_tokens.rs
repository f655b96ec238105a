//! CountTokens.

use serde_json::Value;

use crate::converse::{ConverseRequest, Message, SystemContentBlock, ToolConfiguration, mend_inputs};
use crate::model_id::RequestedModel;
use crate::shape::{self, Blob, Shape};

structure! {
    /// The parts of a Converse request that count as tokens.
    #[derive(Default)]
    pub struct ConverseTokensRequest {
        required {}
        optional {
            /// The conversation.
            messages / with_messages: Vec<Message> = "messages",
            /// The system prompt.
            system / with_system: Vec<SystemContentBlock> = "system",
            /// The tools.
            tool_config / with_tool_config: ToolConfiguration = "toolConfig",
            /// The model's own fields.
            additional_model_request_fields / with_additional_model_request_fields: Value = "additionalModelRequestFields",
        }
    }
}

impl From<&ConverseRequest> for ConverseTokensRequest {
    fn from(request: &ConverseRequest) -> Self {
        let fields = match request.written_thinking() {
            Some(written) => written.fields,
            None => request.additional_model_request_fields.clone(),
        };
        Self {
            messages: request.messages.clone(),
            system: request.system.clone(),
            tool_config: request.tool_config.clone(),
            additional_model_request_fields: fields,
            ..Self::new()
        }
    }
}

structure! {
    /// A body of InvokeModel, in the model's own format.
    pub struct InvokeModelTokensRequest {
        required {
            /// The body.
            body: Blob = "body",
        }
        optional {}
    }
}

union! {
    /// What to count.
    pub enum CountTokensInput {
        /// A body of InvokeModel.
        InvokeModel(InvokeModelTokensRequest) = "invokeModel",
        /// A Converse request.
        Converse(ConverseTokensRequest) = "converse",
    }
}

structure! {
    /// A request of CountTokens.
    ///
    /// ```
    /// use bedrill::models::CountTokensRequest;
    /// use bedrill::ConverseRequest;
    /// use serde_json::json;
    ///
    /// let request = ConverseRequest::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0").message("hi").max_tokens(9);
    /// let count = CountTokensRequest::from(&request);
    /// let messages = json!([{"role": "user", "content": [{"text": "hi"}]}]);
    /// assert_eq!(count.to_body_json(), json!({"input": {"converse": {"messages": messages}}}));
    /// ```
    pub struct CountTokensRequest {
        required {
            /// The foundation model. It is part of the path, not of the body.
            model_id: RequestedModel = "modelId",
            /// What to count.
            input: CountTokensInput = "input",
        }
        optional {}
    }
}

impl CountTokensRequest {
    /// Returns the body: every member except the model id.
    #[must_use]
    pub fn to_body_json(&self) -> Value {
        let mut body = Shape::to_json(self);
        if let Some(counted) = body.pointer_mut("/input/converse") {
            mend_inputs(counted);
        }
        if let Value::Object(members) = &mut body {
            shape::leave_out(members, "modelId");
        }
        body
    }
}

impl From<&ConverseRequest> for CountTokensRequest {
    fn from(request: &ConverseRequest) -> Self {
        Self::new(&request.model_id, CountTokensInput::Converse(request.into()))
    }
}

outermost!(CountTokensRequest);

structure! {
    /// The response of CountTokens.
    pub struct CountTokensResponse {
        required {
            /// The number of input tokens for this model.
            input_tokens: i32 = "inputTokens",
        }
        optional {}
    }
}

outermost!(CountTokensResponse);

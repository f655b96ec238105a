//! What Converse answers, and what a whole stream adds up to.

use serde_json::Value;

use super::cache_point::CacheTtl;
use super::config::{PerformanceConfiguration, ServiceTier};
use super::guardrail::GuardrailTraceAssessment;
use super::message::Message;

open_enum! {
    /// Why a model stopped.
    pub enum StopReason {
        /// It was done.
        EndTurn = "end_turn",
        /// It waits for the result of a tool.
        ToolUse = "tool_use",
        /// It reached the request's `maxTokens`.
        MaxTokens = "max_tokens",
        /// It wrote one of the request's stop sequences.
        StopSequence = "stop_sequence",
        /// The guardrail stepped in.
        GuardrailIntervened = "guardrail_intervened",
        /// The service filtered the answer.
        ContentFiltered = "content_filtered",
        /// The model wrote something that the service cannot read.
        MalformedModelOutput = "malformed_model_output",
        /// The model called a tool in a way that the service cannot read.
        MalformedToolUse = "malformed_tool_use",
        /// The conversation no longer fits the model.
        ModelContextWindowExceeded = "model_context_window_exceeded",
    }
}

structure! {
    /// The tokens that one cache point wrote.
    pub struct CacheDetail {
        required {
            /// How long they live.
            ttl: CacheTtl = "ttl",
            /// How many.
            input_tokens: i32 = "inputTokens",
        }
        optional {}
    }
}

structure! {
    /// The tokens of a request and its answer.
    pub struct TokenUsage {
        required {
            /// Tokens read, without those from or to the cache.
            input_tokens: i32 = "inputTokens",
            /// Tokens written.
            output_tokens: i32 = "outputTokens",
            /// All tokens, with those from and to the cache.
            total_tokens: i32 = "totalTokens",
        }
        optional {
            /// Tokens read from the cache.
            cache_read_input_tokens / with_cache_read_input_tokens: i32 = "cacheReadInputTokens",
            /// Tokens written to the cache.
            cache_write_input_tokens / with_cache_write_input_tokens: i32 = "cacheWriteInputTokens",
            /// The latter by their time to live.
            cache_details / with_cache_details: Vec<CacheDetail> = "cacheDetails",
        }
    }
}

structure! {
    /// How long an answer took.
    pub struct Metrics {
        required {
            /// Milliseconds inside the service.
            latency_ms: i64 = "latencyMs",
        }
        optional {}
    }
}

structure! {
    /// What a prompt router did.
    #[derive(Default)]
    pub struct PromptRouterTrace {
        required {}
        optional {
            /// The ARN of the model that answered.
            invoked_model_id / with_invoked_model_id: String = "invokedModelId",
        }
    }
}

structure! {
    /// What the guardrail and the prompt router did.
    #[derive(Default)]
    pub struct ConverseTrace {
        required {}
        optional {
            /// What the guardrail found.
            guardrail / with_guardrail: GuardrailTraceAssessment = "guardrail",
            /// What the prompt router chose.
            prompt_router / with_prompt_router: PromptRouterTrace = "promptRouter",
        }
    }
}

union! {
    /// What an answer consists of.
    pub enum Output {
        /// The message.
        Message(Message) = "message",
    }
}

impl From<Message> for Output {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

structure! {
    /// A whole answer: what Converse returns, and what the events of a stream add up to.
    ///
    /// The API documents `usage` and `metrics` as always present. Here they may be absent, because a stream can
    /// end well without a metadata event.
    ///
    /// ```
    /// use bedrill::converse::{ConverseOutput, StopReason};
    /// use serde_json::json;
    ///
    /// let output = ConverseOutput::from_json(json!({
    ///     "output": {"message": {"role": "assistant", "content": [{"text": "Paris"}]}},
    ///     "stopReason": "end_turn",
    ///     "usage": {"inputTokens": 12, "outputTokens": 1, "totalTokens": 13},
    ///     "metrics": {"latencyMs": 230},
    /// }))
    /// .unwrap();
    /// assert_eq!(output.text(), "Paris");
    /// assert_eq!(output.stop_reason, StopReason::EndTurn);
    /// ```
    pub struct ConverseOutput {
        required {
            /// The message.
            output: Output = "output",
            /// Why the model stopped.
            stop_reason: StopReason = "stopReason",
        }
        optional {
            /// Tokens.
            usage / with_usage: TokenUsage = "usage",
            /// Times.
            metrics / with_metrics: Metrics = "metrics",
            /// The model's own fields that the request asked for.
            additional_model_response_fields / with_additional_model_response_fields: Value
                = "additionalModelResponseFields",
            /// What the guardrail and the prompt router did, when the request asked for it.
            trace / with_trace: Box<ConverseTrace> = "trace",
            /// The performance settings that were in force.
            performance_config / with_performance_config: PerformanceConfiguration = "performanceConfig",
            /// The service tier that was in force.
            service_tier / with_service_tier: ServiceTier = "serviceTier",
        }
    }
}

impl ConverseOutput {
    /// The message.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match &self.output {
            Output::Message(message) => Some(message),
            Output::Unknown { .. } => None,
        }
    }

    /// The message, to be put into the next request.
    #[must_use]
    pub fn into_message(self) -> Option<Message> {
        match self.output {
            Output::Message(message) => Some(message),
            Output::Unknown { .. } => None,
        }
    }

    /// The text of the message's text blocks, joined as it stands.
    #[must_use]
    pub fn text(&self) -> String {
        self.message().map(Message::text).unwrap_or_default()
    }
}

outermost!(ConverseOutput);

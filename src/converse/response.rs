//! What Converse returns, and what a whole stream adds up to.

use serde_json::Value;

use super::cache_point::CacheTtl;
use super::config::{PerformanceConfiguration, ServiceTier};
use super::guardrail::GuardrailTraceAssessment;
use super::message::{ContentBlock, Message};
use super::tool::ToolUse;

open_enum! {
    /// Why a model stopped.
    pub enum StopReason {
        /// It finished.
        EndTurn = "end_turn",
        /// It is waiting for the result of a tool.
        ToolUse = "tool_use",
        /// It reached the request's `maxTokens`.
        MaxTokens = "max_tokens",
        /// It wrote one of the request's stop sequences.
        StopSequence = "stop_sequence",
        /// The guardrail intervened.
        GuardrailIntervened = "guardrail_intervened",
        /// The service filtered the response.
        ContentFiltered = "content_filtered",
        /// The model's output is malformed.
        MalformedModelOutput = "malformed_model_output",
        /// The model's tool call is malformed.
        MalformedToolUse = "malformed_tool_use",
        /// The conversation no longer fits the model.
        ModelContextWindowExceeded = "model_context_window_exceeded",
    }
}

structure! {
    /// The tokens that one cache point wrote to the cache.
    pub struct CacheDetail {
        required {
            /// How long they stay cached.
            ttl: CacheTtl = "ttl",
            /// How many.
            input_tokens: i32 = "inputTokens",
        }
        optional {}
    }
}

structure! {
    /// The tokens of a request and its response.
    pub struct TokenUsage {
        required {
            /// Input tokens, excluding those read from or written to the cache.
            input_tokens: i32 = "inputTokens",
            /// Output tokens.
            output_tokens: i32 = "outputTokens",
            /// All tokens, including those read from and written to the cache.
            total_tokens: i32 = "totalTokens",
        }
        optional {
            /// Tokens read from the cache.
            cache_read_input_tokens / with_cache_read_input_tokens: i32 = "cacheReadInputTokens",
            /// Tokens written to the cache.
            cache_write_input_tokens / with_cache_write_input_tokens: i32 = "cacheWriteInputTokens",
            /// Tokens written to the cache, by their time to live.
            cache_details / with_cache_details: Vec<CacheDetail> = "cacheDetails",
        }
    }
}

structure! {
    /// How long a response took.
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
            /// The ARN of the model that responded.
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
    /// What a response consists of.
    pub enum ConverseOutput {
        /// The message.
        Message(Message) = "message",
    }
}

impl From<Message> for ConverseOutput {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

structure! {
    /// A complete response: what Converse returns, and what the events of a stream add up to.
    ///
    /// The API documents `usage` and `metrics` as always present. Here they may be absent, because a stream can
    /// end well without a metadata event.
    ///
    /// ```
    /// use bedrill::converse::StopReason;
    /// use bedrill::ConverseResponse;
    /// use serde_json::json;
    ///
    /// let output = ConverseResponse::from_json(json!({
    ///     "output": {"message": {"role": "assistant", "content": [{"text": "Paris"}]}},
    ///     "stopReason": "end_turn",
    ///     "usage": {"inputTokens": 12, "outputTokens": 1, "totalTokens": 13},
    ///     "metrics": {"latencyMs": 230},
    /// }))
    /// .unwrap();
    /// assert_eq!(output.text(), "Paris");
    /// assert_eq!(output.stop_reason, StopReason::EndTurn);
    /// ```
    pub struct ConverseResponse {
        required {
            /// The message.
            output: ConverseOutput = "output",
            /// Why the model stopped.
            stop_reason: StopReason = "stopReason",
        }
        optional {
            /// The tokens used.
            usage / with_usage: TokenUsage = "usage",
            /// How long it took.
            metrics / with_metrics: Metrics = "metrics",
            /// The model's own fields that the request asked for.
            additional_model_response_fields / with_additional_model_response_fields: Value
                = "additionalModelResponseFields",
            /// What the guardrail and the prompt router did, when the request asked for it.
            trace / with_trace: Box<ConverseTrace> = "trace",
            /// The performance settings that were applied.
            performance_config / with_performance_config: PerformanceConfiguration = "performanceConfig",
            /// The service tier that was applied.
            service_tier / with_service_tier: ServiceTier = "serviceTier",
        }
    }
}

impl ConverseResponse {
    /// The message.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match &self.output {
            ConverseOutput::Message(message) => Some(message),
            ConverseOutput::Unknown { .. } => None,
        }
    }

    /// Takes the message, for the next request.
    #[must_use]
    pub fn into_message(self) -> Option<Message> {
        match self.output {
            ConverseOutput::Message(message) => Some(message),
            ConverseOutput::Unknown { .. } => None,
        }
    }

    /// The tool calls that the model did not finish, because it was cut while it wrote them. They can neither be run nor sent
    /// back; [`ToolUse::unfinished_input`] is what there is of each.
    pub fn unfinished_tool_uses(&self) -> impl Iterator<Item = &ToolUse> {
        let blocks = self.message().map(|message| message.content.as_slice()).unwrap_or_default();
        blocks.iter().filter_map(|block| match block {
            ContentBlock::ToolUse(call) if call.unfinished_input().is_some() => Some(call),
            _ => None,
        })
    }

    /// Returns the text of the message's text blocks, joined without separators.
    #[must_use]
    pub fn text(&self) -> String {
        self.message().map(Message::text).unwrap_or_default()
    }
}

outermost!(ConverseResponse);

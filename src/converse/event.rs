//! The events of ConverseStream.
//!
//! ```text
//! messageStart                  role
//!   contentBlockStart           only for tool use, tool results and images
//!   contentBlockDelta ...       text, tool input, reasoning, citations
//!   contentBlockStop
//!   (more blocks, each with its contentBlockIndex)
//! messageStop                   stop reason: the answer is complete
//! metadata                      usage and metrics; may be absent, may come before messageStop
//! ```

use serde_json::Value;

use super::config::{PerformanceConfiguration, ServiceTier};
use super::delta::{ContentBlockDelta, ContentBlockStart};
use super::message::Role;
use super::response::{ConverseTrace, Metrics, StopReason, TokenUsage};
use super::text_delta::{self, TextDelta};
use crate::base::json;
use crate::shape::{self, Shape as _, ShapeError};

structure! {
    /// The start of the response.
    pub struct MessageStartEvent padded {
        required {
            /// The role of the message: the assistant.
            role: Role = "role",
        }
        optional {}
    }
}

structure! {
    /// The start of a content block.
    pub struct ContentBlockStartEvent padded {
        required {
            /// The index of the block in the message.
            content_block_index: u32 = "contentBlockIndex",
            /// What kind of block it is.
            start: ContentBlockStart = "start",
        }
        optional {}
    }
}

structure! {
    /// A piece of a content block.
    pub struct ContentBlockDeltaEvent padded {
        required {
            /// The index of the block in the message.
            content_block_index: u32 = "contentBlockIndex",
            /// The piece.
            delta: ContentBlockDelta = "delta",
        }
        optional {}
    }
}

structure! {
    /// The end of a content block.
    pub struct ContentBlockStopEvent padded {
        required {
            /// The index of the block in the message.
            content_block_index: u32 = "contentBlockIndex",
        }
        optional {}
    }
}

structure! {
    /// The end of the response.
    pub struct MessageStopEvent padded {
        required {
            /// Why the model stopped.
            stop_reason: StopReason = "stopReason",
        }
        optional {
            /// The model's own fields that the request asked for.
            additional_model_response_fields / with_additional_model_response_fields: Value
                = "additionalModelResponseFields",
        }
    }
}

structure! {
    /// The usage and metrics of the response.
    ///
    /// The API documents `usage` and `metrics` as always present; here a server may leave them out.
    #[derive(Default)]
    pub struct MetadataEvent padded {
        required {}
        optional {
            /// The tokens used.
            usage / with_usage: TokenUsage = "usage",
            /// How long it took.
            metrics / with_metrics: Metrics = "metrics",
            /// What the guardrail and the prompt router did, when the request asked for it.
            trace / with_trace: Box<ConverseTrace> = "trace",
            /// The performance settings that were applied.
            performance_config / with_performance_config: PerformanceConfiguration = "performanceConfig",
            /// The service tier that was applied.
            service_tier / with_service_tier: ServiceTier = "serviceTier",
        }
    }
}

union! {
    /// One event of a ConverseStream response.
    ///
    /// Exceptions that end a stream are not events: see [`StreamException`](super::StreamException). The padding
    /// `p`, random letters that Bedrock adds to each event, is dropped when an event is read.
    ///
    /// ```
    /// use bedrill::converse::{ContentBlockDelta, ConverseStreamEvent};
    /// use serde_json::json;
    ///
    /// let payload = br#"{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abcdefgh"}"#;
    /// let event = ConverseStreamEvent::from_event_bytes("contentBlockDelta", payload).unwrap();
    /// assert_eq!(event.as_text(), Some("Hi"));
    /// assert_eq!(
    ///     event.to_json(),
    ///     json!({"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}})
    /// );
    /// ```
    pub enum ConverseStreamEvent {
        /// The start of the response.
        MessageStart(MessageStartEvent) = "messageStart",
        /// The start of a content block.
        ContentBlockStart(Box<ContentBlockStartEvent>) = "contentBlockStart",
        /// A piece of a content block.
        ContentBlockDelta(ContentBlockDeltaEvent) = "contentBlockDelta",
        /// The end of a content block.
        ContentBlockStop(ContentBlockStopEvent) = "contentBlockStop",
        /// The end of the response.
        MessageStop(MessageStopEvent) = "messageStop",
        /// The usage and metrics of the response.
        Metadata(Box<MetadataEvent>) = "metadata",
    }
}

impl ConverseStreamEvent {
    /// Reads an event from its `:event-type` and its payload, which is the bare member: on the wire it is not
    /// wrapped in its name.
    ///
    /// An event type that this version does not name is `Unknown`.
    ///
    /// # Errors
    ///
    /// A known event does not match its shape.
    pub fn from_event_type(event_type: &str, payload: Value) -> Result<Self, ShapeError> {
        let mut event = Self::blank();
        event.read_member(event_type, payload)?;
        if let Self::Unknown { value: Value::Object(members), .. } = &mut event {
            shape::drop_padding(members);
        }
        Ok(event)
    }

    /// Reads an event from its `:event-type` and the bytes of its payload.
    ///
    /// # Errors
    ///
    /// The bytes are not JSON, or a known event does not match its shape.
    pub fn from_event_bytes(event_type: &str, payload: &[u8]) -> Result<Self, ShapeError> {
        if event_type == "contentBlockDelta"
            && let Some(TextDelta { content_block_index, text }) = text_delta::read(payload)
        {
            let delta = ContentBlockDelta::Text(text);
            return Ok(Self::ContentBlockDelta(ContentBlockDeltaEvent::new(content_block_index, delta)));
        }
        let payload =
            json::value(payload).map_err(|error| ShapeError::not_json(error).in_member(event_type))?;
        Self::from_event_type(event_type, payload)
    }

    /// The name of the event, as in the header `:event-type`.
    #[must_use]
    pub fn event_type(&self) -> &str {
        match self {
            Self::MessageStart(_) => "messageStart",
            Self::ContentBlockStart(_) => "contentBlockStart",
            Self::ContentBlockDelta(_) => "contentBlockDelta",
            Self::ContentBlockStop(_) => "contentBlockStop",
            Self::MessageStop(_) => "messageStop",
            Self::Metadata(_) => "metadata",
            Self::Unknown { name, .. } => name,
        }
    }

    /// Returns the text that this event adds to the response, if any.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::ContentBlockDelta(ContentBlockDeltaEvent {
                delta: ContentBlockDelta::Text(text), ..
            }) => Some(text),
            _ => None,
        }
    }
}

outermost!(ConverseStreamEvent);

//! The shapes of Converse and ConverseStream: every member that the API has, read from JSON and written back.
//!
//! A [`ConverseRequest`] serves both operations. [`ConverseResponse`] is what Converse returns;
//! [`ConverseStreamEvent`] is one event of what ConverseStream returns.
//!
//! ```
//! use bedrill::converse::InferenceConfiguration;
//! use bedrill::ConverseRequest;
//! use serde_json::json;
//!
//! let request = ConverseRequest::new("us.amazon.nova-lite-v1:0")
//!     .system("Answer in one word.")
//!     .message("Which city is the capital of France?")
//!     .max_tokens(64);
//! assert_eq!(
//!     request.to_body_json(),
//!     json!({
//!         "system": [{"text": "Answer in one word."}],
//!         "messages": [{"role": "user", "content": [{"text": "Which city is the capital of France?"}]}],
//!         "inferenceConfig": {"maxTokens": 64},
//!     })
//! );
//! ```
//!
//! # Shapes
//!
//! - A structure has public fields, `new` with its required members, and `with_*` for each optional one. Members
//!   that this version does not name stay in `extra` and are written back.
//! - A union has exactly one member. A member that this version does not name is `Unknown` and is written back; a
//!   malformed one that it does name is an error. `null` members and `__type` are skipped.
//! - An enum of strings keeps values that it does not name in `Unknown`.
//! - A known member that is `null` counts as absent. A number that the API calls a float is an `f64`: `1` is read
//!   as `1.0` and written as `1.0`, which is the same number in JSON.
//! - All of them implement `serde::Serialize` and `serde::Deserialize` in the API's own JSON, so a conversation
//!   can be stored and read again. `unknown_members` on the outermost types lists what is only preserved.
//!
//! Names and members: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html> and
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>.

mod about;
mod accumulate;
mod assembly_error;
mod cache_point;
mod citation;
mod config;
mod decoder;
mod delta;
mod event;
mod events_of;
mod exception;
pub mod guardrail;
mod media;
mod message;
mod partial;
mod reasoning;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod text_delta;
mod thinking;
mod thinking_words;
mod tool;
mod weight;
mod wish;

pub use crate::lore::{ThinkingLevel, UnknownThinkingLevel};
pub use crate::shape::{Blob, Problem, ShapeError};
pub use accumulate::MessageBuilder;
pub use assembly_error::AssemblyError;
pub use cache_point::{CachePoint, CachePointType, CacheTtl};
pub use citation::{
    Citation, CitationGeneratedContent, CitationLocation, CitationSourceContent, CitationsConfig,
    CitationsContent, DocumentCharLocation, DocumentChunkLocation, DocumentPageLocation, SearchResult,
    SearchResultContent, SearchResultLocation, WebLocation,
};
pub use config::{
    InferenceConfiguration, JsonSchemaDefinition, JsonSchemaText, OutputConfig, OutputFormat,
    OutputFormatStructure, OutputFormatType, PerformanceConfigLatency, PerformanceConfiguration,
    PromptVariableValue, ServiceTier, ServiceTierType,
};
pub use decoder::{EventDecoder, EventError};
pub use delta::{
    CitationSourceContentDelta, CitationsDelta, ContentBlockDelta, ContentBlockStart, ImageBlockDelta,
    ImageBlockStart, ReasoningContentDelta, ToolResultDelta, ToolResultStart, ToolUseDelta, ToolUseStart,
};
pub use event::{
    ContentBlockDeltaEvent, ContentBlockStartEvent, ContentBlockStopEvent, ConverseStreamEvent,
    MessageStartEvent, MessageStopEvent, MetadataEvent,
};
#[cfg(feature = "client")]
pub(crate) use events_of::events_of;
pub use exception::{ExceptionKind, StreamException};
pub use media::{
    AudioBlock, AudioFormat, AudioSource, DocumentBlock, DocumentContent, DocumentFormat, DocumentSource,
    ErrorBlock, ImageBlock, ImageFormat, ImageSource, S3Location, VideoBlock, VideoFormat, VideoSource,
};
pub use message::{
    ContentBlock, ContentBlocks, Message, Role, SystemContentBlock, ToolAddition, ToolReference, ToolRemoval,
};
pub use reasoning::{ReasoningContent, ReasoningText};
pub use request::ConverseRequest;
pub use response::{
    CacheDetail, ConverseOutput, ConverseResponse, ConverseTrace, Metrics, PromptRouterTrace, StopReason,
    TokenUsage,
};
pub use thinking::Thinking;
pub(crate) use thinking_words::{Words, tokens};
pub(crate) use tool::mend_inputs;
pub use tool::{
    AnyToolChoice, AutoToolChoice, SpecificToolChoice, SystemTool, Tool, ToolChoice, ToolConfiguration,
    ToolInputSchema, ToolResult, ToolResultContent, ToolResultContents, ToolResultStatus, ToolSpecification,
    ToolUse, ToolUseType,
};

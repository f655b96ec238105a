//! What content block events carry: how a block starts, and its deltas.

use serde_json::Value;

use super::citation::CitationLocation;
use super::media::{ErrorBlock, ImageFormat, ImageSource};
use super::tool::{ToolResultStatus, ToolUseType};
use crate::shape::Blob;

structure! {
    /// The start of a tool call by the model.
    pub struct ToolUseStart {
        required {
            /// The id of this call.
            tool_use_id: String = "toolUseId",
            /// The tool.
            name: String = "name",
        }
        optional {
            /// Who runs the tool; absent for a tool that the caller runs.
            kind / with_kind: ToolUseType = "type",
        }
    }
}

structure! {
    /// The start of a result from a tool that the service ran.
    pub struct ToolResultStart {
        required {
            /// The id of the call.
            tool_use_id: String = "toolUseId",
        }
        optional {
            /// The kind of result.
            kind / with_kind: String = "type",
            /// How the tool ended.
            status / with_status: ToolResultStatus = "status",
        }
    }
}

structure! {
    /// The start of an image.
    pub struct ImageBlockStart {
        required {
            /// The format.
            format: ImageFormat = "format",
        }
        optional {}
    }
}

union! {
    /// How a content block starts. Blocks of text and of reasoning have no start.
    pub enum ContentBlockStart {
        /// The model calls a tool.
        ToolUse(ToolUseStart) = "toolUse",
        /// The result of a tool that the service ran.
        ToolResult(ToolResultStart) = "toolResult",
        /// An image.
        Image(ImageBlockStart) = "image",
        _ =>
        /// Nothing, `{}`: some servers that speak Bedrock's protocol send a start for every block, which is empty
        /// for blocks that Bedrock would not start.
        Empty
    }
}

structure! {
    /// A piece of a tool's input.
    pub struct ToolUseDelta {
        required {
            /// A piece of JSON text; the pieces of a block, joined, are the input.
            input: String = "input",
        }
        optional {}
    }
}

union! {
    /// A piece of the result of a tool that the service ran.
    pub enum ToolResultDelta {
        /// A piece of text.
        Text(String) = "text",
        /// JSON.
        Json(Value) = "json",
    }
}

union! {
    /// A piece of the model's reasoning.
    pub enum ReasoningContentDelta {
        /// A piece of text.
        Text(String) = "text",
        /// Reasoning encrypted by the provider.
        RedactedContent(Blob) = "redactedContent",
        /// The provider's signature for the text before it.
        Signature(String) = "signature",
    }
}

structure! {
    /// A piece of a cited passage.
    #[derive(Default)]
    pub struct CitationSourceContentDelta {
        required {}
        optional {
            /// Text.
            text / with_text: String = "text",
        }
    }
}

structure! {
    /// A citation for the text of its block. The service may send only the location.
    #[derive(Default)]
    pub struct CitationsDelta {
        required {}
        optional {
            /// The title of the source.
            title / with_title: String = "title",
            /// The source of a search result.
            source / with_source: String = "source",
            /// The passages.
            source_content / with_source_content: Vec<CitationSourceContentDelta> = "sourceContent",
            /// Where they are.
            location / with_location: CitationLocation = "location",
        }
    }
}

structure! {
    /// A piece of an image.
    #[derive(Default)]
    pub struct ImageBlockDelta {
        required {}
        optional {
            /// The image, or a piece of its bytes.
            source / with_source: ImageSource = "source",
            /// Why there is no image.
            error / with_error: ErrorBlock = "error",
        }
    }
}

union! {
    /// A piece that is appended to a content block.
    pub enum ContentBlockDelta {
        /// A piece of text.
        Text(String) = "text",
        /// A piece of a tool's input.
        ToolUse(ToolUseDelta) = "toolUse",
        /// Pieces of the result of a tool that the service ran.
        ToolResult(Vec<ToolResultDelta>) = "toolResult",
        /// A piece of the model's reasoning.
        ReasoningContent(ReasoningContentDelta) = "reasoningContent",
        /// A citation for the block's text.
        Citation(Box<CitationsDelta>) = "citation",
        /// A piece of an image.
        Image(Box<ImageBlockDelta>) = "image",
    }
}

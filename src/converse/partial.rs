//! A partial content block: what its start and its deltas have delivered so far.

use bytes::BytesMut;
use serde_json::Value;

use super::assembly_error::AssemblyError;
use super::delta::{
    CitationsDelta, ContentBlockDelta, ContentBlockStart, ImageBlockDelta, ReasoningContentDelta,
    ToolResultDelta, ToolResultStart, ToolUseStart,
};
use super::media::{ErrorBlock, ImageBlock, ImageFormat, ImageSource};
use super::tool::{ToolResult, ToolResultContent, ToolUse, as_object};
use super::{
    Blob, Citation, CitationGeneratedContent, CitationSourceContent, CitationsContent, ContentBlock,
    ReasoningContent, ReasoningText,
};
use crate::base::json::{self, JsonError};
use crate::shape::Shape as _;

/// A block between its first event and the end of the message.
#[derive(Debug, Clone)]
pub(super) enum PartialBlock {
    /// Text; with citations in it, cited text.
    Text { text: String, citations: Vec<Citation> },
    /// A tool's input, as text until it is complete.
    ToolUse { start: Option<ToolUseStart>, input: String },
    /// The result of a tool that the service ran.
    ToolResult { start: Option<ToolResultStart>, content: Vec<ToolResultContent> },
    /// Reasoning as text.
    Reasoning { text: String, signature: Option<String> },
    /// Encrypted reasoning.
    Redacted(BytesMut),
    /// An image, as bytes or by reference.
    Image {
        format: Option<ImageFormat>,
        bytes: BytesMut,
        elsewhere: Option<ImageSource>,
        error: Option<ErrorBlock>,
    },
    /// A kind that this version does not know: what was received, unchanged.
    Unknown { name: String, pieces: Vec<Value> },
}

impl PartialBlock {
    /// The block that `start` announces; `None` when it announces nothing.
    pub(super) fn started(start: &ContentBlockStart) -> Option<Self> {
        Some(match start {
            ContentBlockStart::ToolUse(start) => {
                Self::ToolUse { start: Some(start.clone()), input: String::new() }
            }
            ContentBlockStart::ToolResult(start) => {
                Self::ToolResult { start: Some(start.clone()), content: Vec::new() }
            }
            ContentBlockStart::Image(start) => Self::image(Some(start.format.clone())),
            // `{"reasoningContent":{}}`, as some servers write, says no more than the first delta will.
            ContentBlockStart::Unknown { value, .. }
                if value.as_object().is_some_and(|map| map.is_empty()) =>
            {
                return None;
            }
            // `{"text":""}`: text needs no start, but a server that writes one means text.
            ContentBlockStart::Unknown { name, value: Value::String(text) } if name == "text" => {
                Self::Text { text: text.clone(), citations: Vec::new() }
            }
            ContentBlockStart::Unknown { name, value } => {
                Self::Unknown { name: name.clone(), pieces: vec![value.clone()] }
            }
            ContentBlockStart::Empty => return None,
        })
    }

    /// An empty block of the kind that `delta` belongs to.
    pub(super) fn opened_by(delta: &ContentBlockDelta) -> Self {
        match delta {
            ContentBlockDelta::Text(_) | ContentBlockDelta::Citation(_) => {
                Self::Text { text: String::new(), citations: Vec::new() }
            }
            ContentBlockDelta::ToolUse(_) => Self::ToolUse { start: None, input: String::new() },
            ContentBlockDelta::ToolResult(_) => Self::ToolResult { start: None, content: Vec::new() },
            ContentBlockDelta::ReasoningContent(ReasoningContentDelta::RedactedContent(_)) => {
                Self::Redacted(BytesMut::new())
            }
            ContentBlockDelta::ReasoningContent(ReasoningContentDelta::Unknown { name, .. })
            | ContentBlockDelta::Unknown { name, .. } => {
                Self::Unknown { name: name.clone(), pieces: Vec::new() }
            }
            ContentBlockDelta::ReasoningContent(_) => {
                Self::Reasoning { text: String::new(), signature: None }
            }
            ContentBlockDelta::Image(_) => Self::image(None),
        }
    }

    fn image(format: Option<ImageFormat>) -> Self {
        Self::Image { format, bytes: BytesMut::new(), elsewhere: None, error: None }
    }

    /// Adds `delta`. Returns `false` and changes nothing when it is of another kind.
    pub(super) fn extend(&mut self, delta: &ContentBlockDelta) -> bool {
        match (self, delta) {
            (Self::Text { text, .. }, ContentBlockDelta::Text(piece)) => text.push_str(piece),
            (Self::Text { citations, .. }, ContentBlockDelta::Citation(piece)) => {
                citations.push(citation(piece));
            }
            (Self::ToolUse { input, .. }, ContentBlockDelta::ToolUse(piece)) => input.push_str(&piece.input),
            (Self::ToolResult { content, .. }, ContentBlockDelta::ToolResult(pieces)) => {
                content.extend(pieces.iter().map(tool_result_content));
            }
            (Self::Reasoning { text, signature }, ContentBlockDelta::ReasoningContent(piece)) => {
                match piece {
                    ReasoningContentDelta::Text(piece) => text.push_str(piece),
                    ReasoningContentDelta::Signature(piece) => {
                        signature.get_or_insert_default().push_str(piece);
                    }
                    ReasoningContentDelta::Unknown { .. } => {}
                    ReasoningContentDelta::RedactedContent(_) => return false,
                }
            }
            (
                Self::Redacted(bytes),
                ContentBlockDelta::ReasoningContent(ReasoningContentDelta::RedactedContent(piece)),
            ) => bytes.extend_from_slice(piece.as_bytes()),
            (Self::Image { bytes, elsewhere, error, .. }, ContentBlockDelta::Image(piece)) => {
                extend_image(bytes, elsewhere, error, piece);
            }
            (Self::Unknown { pieces, .. }, piece) => pieces.push(piece.to_json()),
            // A newer service may send more about a block than this version can hold.
            (_, ContentBlockDelta::Unknown { .. }) => {}
            _ => return false,
        }
        true
    }

    /// The kind, worded for an error message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::ToolUse { .. } => "tool input",
            Self::ToolResult { .. } => "a tool result",
            Self::Reasoning { .. } => "reasoning",
            Self::Redacted(_) => "redacted reasoning",
            Self::Image { .. } => "an image",
            Self::Unknown { .. } => "of an unknown kind",
        }
    }

    /// The response text of the block, if it is a text block.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What is wrong with the block, if it is said to be complete. `left` is what the values in it may take in memory.
    pub(super) fn check(&self, index: u32, left: &mut usize) -> Result<(), AssemblyError> {
        let found = match self {
            Self::ToolUse { start: Some(start), input } => {
                return tool_input(input, left).map(drop).map_err(|error| match error {
                    JsonError { over_budget: Some(allowed), .. } => AssemblyError::OverBudget { allowed },
                    JsonError { line, column, .. } => {
                        let (name, text) = (start.name.clone(), input.clone());
                        let problem = format!("at line {line} column {column}");
                        AssemblyError::ToolInput { index, name, text, problem }
                    }
                });
            }
            Self::ToolUse { start: None, .. } => "tool input",
            Self::ToolResult { start: None, .. } => "a tool result",
            Self::Image { format: None, .. } => "an image",
            _ => return Ok(()),
        };
        Err(AssemblyError::Unannounced { index, found })
    }

    /// The block, as far as it came. `left` is what the values in it may take in memory.
    pub(super) fn close(self, left: &mut usize) -> ContentBlock {
        match self {
            Self::Text { text, citations } if citations.is_empty() => ContentBlock::Text(text),
            Self::Text { text, citations } => cited(text, citations),
            Self::ToolUse { start, input } => {
                let parsed = start.as_ref().and_then(|_| tool_input(&input, left).ok());
                // A call without a start has no name, and cannot be run whatever its input is.
                let start = start.unwrap_or_else(|| ToolUseStart::new("", ""));
                let input = parsed.unwrap_or(Value::String(input));
                let mut tool_use = ToolUse::new(start.tool_use_id, start.name, input);
                tool_use.kind = start.kind;
                tool_use.extra = start.extra;
                ContentBlock::ToolUse(tool_use)
            }
            Self::ToolResult { start, content } => {
                let start = start.unwrap_or_else(|| ToolResultStart::new(""));
                let mut result = ToolResult::new(start.tool_use_id, content);
                result.status = start.status;
                result.kind = start.kind;
                result.extra = start.extra;
                ContentBlock::ToolResult(result)
            }
            Self::Reasoning { text, signature } => {
                let mut reasoning = ReasoningText::new(text);
                reasoning.signature = signature;
                ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(reasoning))
            }
            Self::Redacted(bytes) => {
                ContentBlock::ReasoningContent(ReasoningContent::RedactedContent(Blob::from(bytes.freeze())))
            }
            Self::Image { format, bytes, elsewhere, error } => {
                let source = elsewhere.unwrap_or_else(|| ImageSource::Bytes(bytes.freeze().into()));
                let mut image = ImageBlock::new(format.unwrap_or_else(|| ImageFormat::from("")), source);
                image.error = error;
                ContentBlock::Image(image)
            }
            Self::Unknown { name, pieces } => ContentBlock::Unknown { name, value: Value::Array(pieces) },
        }
    }
}

/// The input of a tool, as an object. A call without arguments is sent as `{}`, as `null`, or without any delta.
fn tool_input(text: &str, left: &mut usize) -> Result<Value, JsonError> {
    let mut input = Value::Null;
    if !text.trim().is_empty() {
        let allowed = json::allowed(text.len()).min(*left);
        let (value, counted) = json::counted(text.as_bytes(), allowed)?;
        *left = left.saturating_sub(counted);
        input = value;
    }
    Ok(as_object(input))
}

/// Text with citations: the text is one generated passage, or none if the block holds only citations.
fn cited(text: String, citations: Vec<Citation>) -> ContentBlock {
    let mut block = CitationsContent::new();
    block.content = (!text.is_empty()).then(|| vec![CitationGeneratedContent::Text(text)]);
    block.citations = Some(citations);
    ContentBlock::CitationsContent(block)
}

fn citation(delta: &CitationsDelta) -> Citation {
    let mut citation = Citation::new();
    citation.title.clone_from(&delta.title);
    citation.source.clone_from(&delta.source);
    citation.location.clone_from(&delta.location);
    citation.extra.clone_from(&delta.extra);
    citation.source_content = delta.source_content.as_ref().map(|passages| {
        passages.iter().filter_map(|passage| passage.text.clone()).map(CitationSourceContent::Text).collect()
    });
    citation
}

fn tool_result_content(delta: &ToolResultDelta) -> ToolResultContent {
    match delta {
        ToolResultDelta::Text(text) => ToolResultContent::Text(text.clone()),
        ToolResultDelta::Json(value) => ToolResultContent::Json(value.clone()),
        ToolResultDelta::Unknown { name, value } => {
            ToolResultContent::Unknown { name: name.clone(), value: value.clone() }
        }
    }
}

fn extend_image(
    bytes: &mut BytesMut,
    elsewhere: &mut Option<ImageSource>,
    error: &mut Option<ErrorBlock>,
    delta: &ImageBlockDelta,
) {
    match &delta.source {
        Some(ImageSource::Bytes(piece)) => bytes.extend_from_slice(piece.as_bytes()),
        Some(other) => *elsewhere = Some(other.clone()),
        None => {}
    }
    if delta.error.is_some() {
        error.clone_from(&delta.error);
    }
}

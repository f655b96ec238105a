//! What events add to a message, in bytes of memory. An estimate: what can be long is counted, the rest is a constant.
//!
//! Written out, because the JSON of every shape would be linked for the sake of a number.

use super::delta::{
    CitationsDelta, ContentBlockDelta, ContentBlockStart, ReasoningContentDelta, ToolResultDelta,
};
use super::event::{MessageStopEvent, MetadataEvent};
use super::media::ImageSource;
use crate::base::json;
use crate::shape::Shape;

/// A block, or a part of one that stays a value of its own.
pub(super) const PART: usize = 512;

/// What `start` adds to a message.
pub(super) fn of_start(start: &ContentBlockStart) -> usize {
    let content = match start {
        ContentBlockStart::ToolUse(start) => {
            let names = start.tool_use_id.len().saturating_add(start.name.len());
            names.saturating_add(json::weight_of_members(&start.extra))
        }
        ContentBlockStart::ToolResult(start) => {
            start.tool_use_id.len().saturating_add(json::weight_of_members(&start.extra))
        }
        ContentBlockStart::Unknown { value, .. } => json::weight(value),
        ContentBlockStart::Image(_) | ContentBlockStart::Empty => 0,
    };
    content.saturating_add(PART)
}

/// What `delta` adds to a block.
pub(super) fn of_delta(delta: &ContentBlockDelta) -> usize {
    match delta {
        ContentBlockDelta::Text(piece)
        | ContentBlockDelta::ReasoningContent(
            ReasoningContentDelta::Text(piece) | ReasoningContentDelta::Signature(piece),
        ) => piece.len(),
        ContentBlockDelta::ToolUse(piece) => piece.input.len(),
        ContentBlockDelta::ReasoningContent(ReasoningContentDelta::RedactedContent(piece)) => {
            piece.as_bytes().len()
        }
        ContentBlockDelta::ToolResult(pieces) => pieces.iter().map(of_result).fold(0, usize::saturating_add),
        ContentBlockDelta::Citation(citation) => of_citation(citation),
        ContentBlockDelta::Image(image) => match &image.source {
            Some(ImageSource::Bytes(piece)) => piece.as_bytes().len(),
            // What is not bytes replaces what was there.
            _ => json::weight(&image.source.to_json()).saturating_add(json::weight(&image.error.to_json())),
        },
        ContentBlockDelta::ReasoningContent(ReasoningContentDelta::Unknown { value, .. })
        | ContentBlockDelta::Unknown { value, .. } => json::weight(value).saturating_add(PART),
    }
}

fn of_result(piece: &ToolResultDelta) -> usize {
    let content = match piece {
        ToolResultDelta::Text(text) => text.len(),
        ToolResultDelta::Json(value) | ToolResultDelta::Unknown { value, .. } => json::weight(value),
    };
    content.saturating_add(PART)
}

fn of_citation(citation: &CitationsDelta) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let passages = citation.source_content.as_deref().unwrap_or_default();
    [
        text(&citation.title),
        text(&citation.source),
        json::weight(&citation.location.to_json()),
        json::weight_of_members(&citation.extra),
        PART,
    ]
    .into_iter()
    .chain(passages.iter().map(|passage| text(&passage.text).saturating_add(PART)))
    .fold(0, usize::saturating_add)
}

/// What `stop` adds to a message.
pub(super) fn of_stop(stop: &MessageStopEvent) -> usize {
    let fields = stop.additional_model_response_fields.as_ref().map_or(0, json::weight);
    fields.saturating_add(json::weight_of_members(&stop.extra))
}

/// What `metadata` adds to a message. There is one trace at most, whose document had a limit of its own.
pub(super) fn of_metadata(metadata: &MetadataEvent) -> usize {
    json::weight_of_members(&metadata.extra)
}

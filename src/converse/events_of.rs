//! A whole response as the events of a stream that would have brought it.

use super::{
    Citation, CitationGeneratedContent, CitationSourceContent, CitationSourceContentDelta, CitationsContent,
    CitationsDelta, ContentBlock, ContentBlockDelta, ContentBlockDeltaEvent, ContentBlockStart,
    ContentBlockStartEvent, ContentBlockStopEvent, ConverseOutput, ConverseResponse, ConverseStreamEvent,
    ImageBlockDelta, ImageBlockStart, MessageStartEvent, MessageStopEvent, MetadataEvent, ReasoningContent,
    ReasoningContentDelta, Role, ToolResultContent, ToolResultDelta, ToolResultStart, ToolUseDelta,
    ToolUseStart,
};
use crate::shape::Shape as _;

impl ConverseResponse {
    /// Returns the events of a stream that would have brought this response: one delta for each part, where ConverseStream
    /// sends many. A [`MessageBuilder`](super::MessageBuilder) makes the response of them again.
    ///
    /// ```
    /// use bedrill::ConverseResponse;
    /// use bedrill::converse::MessageBuilder;
    /// use serde_json::json;
    ///
    /// let response = ConverseResponse::from_json(json!({
    ///     "output": {"message": {"role": "assistant", "content": [{"text": "Paris"}]}},
    ///     "stopReason": "end_turn",
    /// }))?;
    /// let mut message = MessageBuilder::new();
    /// for event in response.clone().into_events() {
    ///     message.apply(&event)?;
    /// }
    /// assert_eq!(message.finish()?, response);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn into_events(self) -> Vec<ConverseStreamEvent> {
        let (role, content) = match self.output {
            ConverseOutput::Message(message) => (message.role, message.content),
            ConverseOutput::Unknown { .. } => (Role::Assistant, Vec::new()),
        };
        let mut events = vec![ConverseStreamEvent::MessageStart(MessageStartEvent::new(role))];
        for (index, block) in (0_u32..).zip(content) {
            let (start, deltas) = pieces(block);
            if let Some(start) = start {
                let start = ContentBlockStartEvent::new(index, start);
                events.push(ConverseStreamEvent::ContentBlockStart(Box::new(start)));
            }
            let deltas = deltas.into_iter().map(|delta| ContentBlockDeltaEvent::new(index, delta));
            events.extend(deltas.map(ConverseStreamEvent::ContentBlockDelta));
            events.push(ConverseStreamEvent::ContentBlockStop(ContentBlockStopEvent::new(index)));
        }
        let mut stop = MessageStopEvent::new(self.stop_reason);
        stop.additional_model_response_fields = self.additional_model_response_fields;
        events.push(ConverseStreamEvent::MessageStop(stop));
        let mut metadata = MetadataEvent::new();
        metadata.usage = self.usage;
        metadata.metrics = self.metrics;
        metadata.trace = self.trace;
        metadata.performance_config = self.performance_config;
        metadata.service_tier = self.service_tier;
        metadata.extra = self.extra;
        events.push(ConverseStreamEvent::Metadata(Box::new(metadata)));
        events
    }
}

/// How a block starts, and the deltas that bring it.
fn pieces(block: ContentBlock) -> (Option<ContentBlockStart>, Vec<ContentBlockDelta>) {
    match block {
        ContentBlock::Text(text) => (None, vec![ContentBlockDelta::Text(text)]),
        ContentBlock::ToolUse(call) => {
            let delta = ToolUseDelta::new(call.input.to_string());
            let mut start = ToolUseStart::new(call.tool_use_id, call.name);
            start.kind = call.kind;
            start.extra = call.extra;
            (Some(ContentBlockStart::ToolUse(start)), vec![ContentBlockDelta::ToolUse(delta)])
        }
        ContentBlock::ReasoningContent(reasoning) => (None, thoughts(reasoning)),
        ContentBlock::CitationsContent(cited) => (None, citations(cited)),
        ContentBlock::ToolResult(result) => {
            let content = result.content.into_iter().map(|content| match content {
                ToolResultContent::Text(text) => ToolResultDelta::Text(text),
                ToolResultContent::Json(value) => ToolResultDelta::Json(value),
                other => match other.to_json() {
                    serde_json::Value::Object(members) => {
                        unknown(members, |name, value| ToolResultDelta::Unknown { name, value })
                    }
                    value => ToolResultDelta::Json(value),
                },
            });
            let delta = ContentBlockDelta::ToolResult(content.collect());
            let mut start = ToolResultStart::new(result.tool_use_id);
            start.kind = result.kind;
            start.status = result.status;
            start.extra = result.extra;
            (Some(ContentBlockStart::ToolResult(start)), vec![delta])
        }
        ContentBlock::Image(image) => {
            let mut delta = ImageBlockDelta::new();
            delta.source = Some(image.source);
            delta.error = image.error;
            let start = ContentBlockStart::Image(ImageBlockStart::new(image.format));
            (Some(start), vec![ContentBlockDelta::Image(Box::new(delta))])
        }
        other => match other.to_json() {
            serde_json::Value::Object(members) => {
                let start = unknown(members, |name, value| ContentBlockStart::Unknown { name, value });
                (Some(start), Vec::new())
            }
            _ => (None, Vec::new()),
        },
    }
}

/// The only member of a union.
fn unknown<T>(
    members: serde_json::Map<String, serde_json::Value>,
    make: fn(String, serde_json::Value) -> T,
) -> T {
    let (name, value) = members.into_iter().next().unwrap_or_default();
    make(name, value)
}

fn thoughts(reasoning: ReasoningContent) -> Vec<ContentBlockDelta> {
    let deltas = match reasoning {
        ReasoningContent::ReasoningText(text) => {
            let signature = text.signature.map(ReasoningContentDelta::Signature);
            [Some(ReasoningContentDelta::Text(text.text)), signature]
        }
        ReasoningContent::RedactedContent(blob) => [Some(ReasoningContentDelta::RedactedContent(blob)), None],
        ReasoningContent::Unknown { name, value } => {
            [Some(ReasoningContentDelta::Unknown { name, value }), None]
        }
    };
    deltas.into_iter().flatten().map(ContentBlockDelta::ReasoningContent).collect()
}

fn citations(cited: CitationsContent) -> Vec<ContentBlockDelta> {
    let texts = cited.content.into_iter().flatten().filter_map(|content| match content {
        CitationGeneratedContent::Text(text) => Some(ContentBlockDelta::Text(text)),
        CitationGeneratedContent::Unknown { .. } => None,
    });
    let citations = cited.citations.into_iter().flatten().map(|citation: Citation| {
        let mut delta = CitationsDelta::new();
        delta.title = citation.title;
        delta.source = citation.source;
        delta.location = citation.location;
        delta.extra = citation.extra;
        delta.source_content = citation.source_content.map(|passages| {
            let passages = passages.into_iter().map(|passage| match passage {
                CitationSourceContent::Text(text) => CitationSourceContentDelta::new().with_text(text),
                CitationSourceContent::Unknown { .. } => CitationSourceContentDelta::new(),
            });
            passages.collect()
        });
        ContentBlockDelta::Citation(Box::new(delta))
    });
    texts.chain(citations).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::converse::MessageBuilder;

    #[test]
    fn the_events_of_a_response_add_up_to_it() {
        let response = ConverseResponse::from_json(json!({
            "output": {"message": {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
                {"reasoningContent": {"redactedContent": "AQI="}},
                {"text": "a"},
                {"citationsContent": {"content": [{"text": "b"}], "citations": [
                    {"title": "t", "sourceContent": [{"text": "s"}], "location": {"web": {"url": "u"}}},
                ]}},
                {"toolUse": {"toolUseId": "t1", "name": "n", "input": {"x": [1, "y"]}, "type": "server_tool_use"}},
                {"toolResult": {"toolUseId": "t1", "content": [{"text": "r"}, {"json": {"z": 1}}], "status": "success"}},
                {"image": {"format": "png", "source": {"bytes": "AQID"}}},
            ]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
            "metrics": {"latencyMs": 4},
            "additionalModelResponseFields": {"stop_sequence": "."},
            "serviceTier": {"type": "flex"},
            "more": 1,
        }))
        .unwrap();
        let mut message = MessageBuilder::new();
        for event in response.clone().into_events() {
            message.apply(&event).unwrap();
        }
        assert_eq!(message.finish(), Ok(response));
    }
}

//! What is kept of an answer whose text is printed as it comes: enough to judge how it ended.

use bedrill::converse::{Blob, ContentBlockDelta, ConverseStreamEvent, ReasoningContentDelta};

/// How much of the inputs of tools is kept, in bytes, to see whether they are complete.
const INPUTS: usize = 1024 * 1024;

/// How much was kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    inputs: usize,
    is_partial: bool,
}

impl Kept {
    /// Takes out of `event` what is not needed any more. Returns whether anything is left of it.
    pub(crate) fn keep(&mut self, event: &mut ConverseStreamEvent) -> bool {
        match event {
            ConverseStreamEvent::ContentBlockDelta(delta) => self.keep_delta(&mut delta.delta),
            ConverseStreamEvent::MessageStop(stop) => {
                stop.additional_model_response_fields = None;
                true
            }
            ConverseStreamEvent::Metadata(metadata) => {
                metadata.trace = None;
                metadata.extra.clear();
                true
            }
            ConverseStreamEvent::Unknown { .. } => false,
            _ => true,
        }
    }

    /// Whether a part of an input was not kept.
    pub(crate) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// An empty piece stays, which preserves the order and the kinds of the blocks.
    fn keep_delta(&mut self, delta: &mut ContentBlockDelta) -> bool {
        match delta {
            ContentBlockDelta::Text(text)
            | ContentBlockDelta::ReasoningContent(
                ReasoningContentDelta::Text(text) | ReasoningContentDelta::Signature(text),
            ) => *text = String::new(),
            ContentBlockDelta::ReasoningContent(ReasoningContentDelta::RedactedContent(content)) => {
                *content = Blob::from(&[][..]);
            }
            ContentBlockDelta::ToolUse(piece) => {
                self.inputs = self.inputs.saturating_add(piece.input.len());
                if self.inputs > INPUTS {
                    self.is_partial = true;
                    piece.input = String::new();
                }
            }
            ContentBlockDelta::ToolResult(pieces) => pieces.clear(),
            ContentBlockDelta::Image(piece) => {
                piece.source = None;
                piece.error = None;
                piece.extra.clear();
            }
            // A citation belongs to a text.
            ContentBlockDelta::Citation(_) => *delta = ContentBlockDelta::Text(String::new()),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use bedrill::converse::MessageBuilder;
    use serde_json::{Value, json};

    use super::*;

    fn delta(delta: Value) -> ConverseStreamEvent {
        let payload = json!({ "contentBlockIndex": 0, "delta": delta });
        ConverseStreamEvent::from_event_type("contentBlockDelta", payload).expect("an event")
    }

    #[test]
    fn an_endless_block_of_any_kind_keeps_nothing() {
        let long = "QUJD".repeat(250_000);
        for piece in [
            json!({ "text": long }),
            json!({"reasoningContent": { "text": long }}),
            json!({"reasoningContent": { "signature": long }}),
            json!({"reasoningContent": { "redactedContent": long }}),
            json!({"toolUse": { "input": long }}),
            json!({"toolResult": [{ "text": long }]}),
            json!({"image": {"source": { "bytes": long }}}),
            json!({"citation": { "title": long }}),
            json!({ "hologram": long }),
        ] {
            let mut kept = Kept::default();
            let mut message = MessageBuilder::with_budget(3 << 20);
            for _ in 0..8 {
                let mut event = delta(piece.clone());
                if kept.keep(&mut event) {
                    message.apply(&event).unwrap_or_else(|error| panic!("{piece:.40}: {error}"));
                }
            }
            assert_eq!(kept.is_partial(), piece.get("toolUse").is_some());
        }
    }
}

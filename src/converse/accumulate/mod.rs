//! Assembles events into one message: tolerant while events arrive, strict at the end.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::assembly_error::AssemblyError;
use super::partial::PartialBlock;
use super::{
    ContentBlock, ConverseResponse, ConverseStreamEvent, Message, MessageStopEvent, MetadataEvent, Role,
};

/// Assembles the events of a stream into the message that `Converse` would have returned.
///
/// Blocks are keyed by `contentBlockIndex` and open on first sight, because text and reasoning have no start
/// event; blocks may interleave; a block that is never stopped closes with `messageStop`; `metadata` may come on
/// either side of it. An event that does not fit is an error and is never dropped silently.
///
/// ```
/// use bedrill::converse::{ConverseStreamEvent, MessageBuilder};
/// use serde_json::json;
///
/// let mut message = MessageBuilder::new();
/// for (name, payload) in [
///     ("messageStart", json!({"role": "assistant"})),
///     ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": "Hel"}})),
///     ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": "lo"}})),
///     ("messageStop", json!({"stopReason": "end_turn"})),
/// ] {
///     message.apply(&ConverseStreamEvent::from_event_type(name, payload)?)?;
/// }
/// assert_eq!(message.finish()?.text(), "Hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MessageBuilder {
    role: Option<Role>,
    blocks: BTreeMap<u32, PartialBlock>,
    stop: Option<MessageStopEvent>,
    metadata: Option<MetadataEvent>,
}

impl MessageBuilder {
    /// Creates a builder that has seen no events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies the next event. An event of an unknown kind adds nothing.
    ///
    /// # Errors
    ///
    /// [`AssemblyError`] when the kind of a delta does not match its block. Earlier events are kept.
    pub fn apply(&mut self, event: &ConverseStreamEvent) -> Result<(), AssemblyError> {
        match event {
            ConverseStreamEvent::MessageStart(start) => self.role = Some(start.role.clone()),
            ConverseStreamEvent::ContentBlockStart(start) => {
                let index = start.content_block_index;
                // A block announced with an empty `start` opens with its first delta.
                if let Some(block) = PartialBlock::started(&start.start) {
                    match self.blocks.entry(index) {
                        Entry::Vacant(place) => place.insert(block),
                        Entry::Occupied(_) => return Err(AssemblyError::StartedTwice { index }),
                    };
                }
            }
            ConverseStreamEvent::ContentBlockDelta(delta) => {
                let index = delta.content_block_index;
                let block = self.blocks.entry(index).or_insert_with(|| PartialBlock::opened_by(&delta.delta));
                if !block.extend(&delta.delta) {
                    let (open, found) = (block.kind(), PartialBlock::opened_by(&delta.delta).kind());
                    return Err(AssemblyError::OtherKind { index, open, found });
                }
            }
            ConverseStreamEvent::MessageStop(stop) => self.stop = Some(stop.clone()),
            ConverseStreamEvent::Metadata(metadata) => self.add_metadata(metadata),
            // A block is complete when the message stops; its own stop event adds nothing.
            ConverseStreamEvent::ContentBlockStop(_) | ConverseStreamEvent::Unknown { .. } => {}
        }
        Ok(())
    }

    /// A second `metadata` event adds what the first left out: one without usage does not erase the usage.
    fn add_metadata(&mut self, later: &MetadataEvent) {
        let Some(sooner) = self.metadata.take() else {
            self.metadata = Some(later.clone());
            return;
        };
        let mut merged = later.clone();
        merged.usage = merged.usage.or(sooner.usage);
        merged.metrics = merged.metrics.or(sooner.metrics);
        merged.trace = merged.trace.or(sooner.trace);
        merged.performance_config = merged.performance_config.or(sooner.performance_config);
        merged.service_tier = merged.service_tier.or(sooner.service_tier);
        for (name, value) in sooner.extra {
            merged.extra.entry(name).or_insert(value);
        }
        self.metadata = Some(merged);
    }

    /// Returns the text so far, of all blocks in order: what is left of a response that breaks off.
    #[must_use]
    pub fn text(&self) -> String {
        self.blocks.values().filter_map(PartialBlock::text).collect()
    }

    /// Returns the complete message.
    ///
    /// # Errors
    ///
    /// [`AssemblyError`] when there was no `messageStop`, or a tool's input is not JSON.
    pub fn finish(self) -> Result<ConverseResponse, AssemblyError> {
        let Some(stop) = self.stop else { return Err(AssemblyError::NoMessageStop) };
        let content: Vec<ContentBlock> =
            self.blocks.into_iter().map(|(index, block)| block.close(index)).collect::<Result<_, _>>()?;
        let message = Message::new(self.role.unwrap_or(Role::Assistant), content);
        let mut output = ConverseResponse::new(message, stop.stop_reason);
        output.additional_model_response_fields = stop.additional_model_response_fields;
        if let Some(metadata) = self.metadata {
            output.usage = metadata.usage;
            output.metrics = metadata.metrics;
            output.trace = metadata.trace;
            output.performance_config = metadata.performance_config;
            output.service_tier = metadata.service_tier;
            output.extra = metadata.extra;
        }
        Ok(output)
    }
}

//! Assembles events into one message: tolerant while events arrive, strict at the end.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::assembly_error::AssemblyError;
use super::partial::PartialBlock;
use super::{
    ContentBlock, ConverseResponse, ConverseStreamEvent, Message, MessageStopEvent, MetadataEvent, Role,
    StopReason, TokenUsage, weight,
};

/// Assembles the events of a stream into the message that `Converse` would have returned.
///
/// Blocks are keyed by `contentBlockIndex` and open on first sight, because text and reasoning have no start
/// event; blocks may interleave; a block that is never stopped closes with `messageStop`; `metadata` may come on
/// either side of it. An event that does not fit is an error and is never dropped silently. After `messageStop` the
/// message is complete: content that comes after it is not taken.
///
/// The message may take [64 MiB](Self::DEFAULT_BUDGET) of memory, or as much as [`with_budget`](Self::with_budget) says.
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
    budget: Budget,
}

/// How much memory the message may take, and takes.
#[derive(Debug, Clone)]
struct Budget {
    allowed: usize,
    used: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { allowed: MessageBuilder::DEFAULT_BUDGET, used: 0 }
    }
}

impl Budget {
    fn take(&mut self, bytes: usize) -> Result<(), AssemblyError> {
        let used = self.used.saturating_add(bytes);
        if used > self.allowed {
            return Err(AssemblyError::OverBudget { allowed: self.allowed });
        }
        self.used = used;
        Ok(())
    }
}

impl MessageBuilder {
    /// The memory that a message may take by default.
    pub const DEFAULT_BUDGET: usize = 64 * 1024 * 1024;

    /// Creates a builder that has seen no events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a builder for a message that takes at most `bytes` of memory.
    #[must_use]
    pub fn with_budget(bytes: usize) -> Self {
        Self { budget: Budget { allowed: bytes, used: 0 }, ..Self::default() }
    }

    /// Applies the next event. An event of an unknown kind adds nothing, nor does content after `messageStop`.
    ///
    /// # Errors
    ///
    /// [`AssemblyError`] when the kind of a delta does not match its block, or the message is over its budget. Earlier
    /// events are kept.
    pub fn apply(&mut self, event: &ConverseStreamEvent) -> Result<(), AssemblyError> {
        if self.stop.is_some() && !matches!(event, ConverseStreamEvent::Metadata(_)) {
            return Ok(());
        }
        match event {
            ConverseStreamEvent::MessageStart(start) => self.role = Some(start.role.clone()),
            ConverseStreamEvent::ContentBlockStart(start) => {
                let index = start.content_block_index;
                // A block announced with an empty `start` opens with its first delta.
                if let Some(block) = PartialBlock::started(&start.start) {
                    self.budget.take(weight::of_start(&start.start))?;
                    match self.blocks.entry(index) {
                        Entry::Vacant(place) => place.insert(block),
                        Entry::Occupied(_) => return Err(AssemblyError::StartedTwice { index }),
                    };
                }
            }
            ConverseStreamEvent::ContentBlockDelta(delta) => {
                let index = delta.content_block_index;
                self.budget.take(weight::of_delta(&delta.delta))?;
                let block = match self.blocks.entry(index) {
                    Entry::Occupied(block) => block.into_mut(),
                    Entry::Vacant(place) => {
                        self.budget.take(weight::PART)?;
                        place.insert(PartialBlock::opened_by(&delta.delta))
                    }
                };
                if !block.extend(&delta.delta) {
                    let (open, found) = (block.kind(), PartialBlock::opened_by(&delta.delta).kind());
                    return Err(AssemblyError::OtherKind { index, open, found });
                }
            }
            ConverseStreamEvent::MessageStop(stop) => {
                self.budget.take(weight::of_stop(stop))?;
                self.stop = Some(stop.clone());
            }
            ConverseStreamEvent::Metadata(metadata) => {
                self.budget.take(weight::of_metadata(metadata))?;
                self.add_metadata(metadata);
            }
            // A block is complete when the message stops; its own stop event adds nothing.
            ConverseStreamEvent::ContentBlockStop(_) | ConverseStreamEvent::Unknown { .. } => {}
        }
        Ok(())
    }

    /// A second `metadata` event adds what the first left out: one without usage does not erase the usage.
    fn add_metadata(&mut self, later: &MetadataEvent) {
        let later = later.clone();
        self.metadata = Some(match self.metadata.take() {
            Some(sooner) => later.or(sooner),
            None => later,
        });
    }

    /// Returns the text so far, of all blocks in order: what is left of a response that breaks off.
    #[must_use]
    pub fn text(&self) -> String {
        self.blocks.values().filter_map(PartialBlock::text).collect()
    }

    /// Why the model stopped; `None` before `messageStop`.
    #[must_use]
    pub fn stop_reason(&self) -> Option<&StopReason> {
        self.stop.as_ref().map(|stop| &stop.stop_reason)
    }

    /// The tokens used, if the service has said.
    #[must_use]
    pub fn usage(&self) -> Option<&TokenUsage> {
        self.metadata.as_ref()?.usage.as_ref()
    }

    /// Returns the message so far, with what there is of each block: the input of a tool call that is not complete is its
    /// text, as [`ToolUse::unfinished_input`](super::ToolUse::unfinished_input) has it.
    #[must_use]
    pub fn message(&self) -> Message {
        assembled(self.role.clone(), self.blocks.clone(), self.budget.allowed)
    }

    /// Returns the complete message, and leaves the builder empty.
    ///
    /// A tool call may be unfinished where the stop reason says that the model was cut (`max_tokens`), or that something
    /// is wrong (`malformed_tool_use`): see [`ConverseResponse::unfinished_tool_uses`].
    ///
    /// # Errors
    ///
    /// [`AssemblyError`] when there was no `messageStop`; or when a tool's input is not JSON, or a block lacks its start,
    /// although the model says that it has finished. The builder keeps what it has: see [`message`](Self::message) and
    /// [`stop_reason`](Self::stop_reason).
    pub fn finish(&mut self) -> Result<ConverseResponse, AssemblyError> {
        let Some(stop) = &self.stop else { return Err(AssemblyError::NoMessageStop) };
        // Why the model stopped is judged first. These two say that every block is complete.
        if matches!(stop.stop_reason, StopReason::EndTurn | StopReason::ToolUse) {
            let mut left = self.budget.allowed;
            self.blocks.iter().try_for_each(|(index, block)| block.check(*index, &mut left))?;
        }
        let Some(stop) = self.stop.take() else { return Err(AssemblyError::NoMessageStop) };
        let message = assembled(self.role.take(), std::mem::take(&mut self.blocks), self.budget.allowed);
        let mut output = ConverseResponse::new(message, stop.stop_reason);
        output.additional_model_response_fields = stop.additional_model_response_fields;
        output.extra = stop.extra;
        self.budget.used = 0;
        Ok(output.with_metadata(self.metadata.take().unwrap_or_default()))
    }
}

fn assembled(role: Option<Role>, blocks: BTreeMap<u32, PartialBlock>, allowed: usize) -> Message {
    let mut left = allowed;
    let content: Vec<ContentBlock> = blocks.into_values().map(|block| block.close(&mut left)).collect();
    Message::new(role.unwrap_or(Role::Assistant), content)
}

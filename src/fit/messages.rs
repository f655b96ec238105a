//! The conversation: who begins and ends it, where the system prompt stands, and what tool results look like.

use super::{Action, Cause, Fitting};
use crate::converse::{ContentBlock, ConverseRequest, Message, Role, SystemContentBlock, ToolResultContent};
use crate::lore::{FirstTurn, Modality, ToolIdAlphabet, ToolIds};

impl Fitting<'_> {
    /// Fits the system prompt and the messages.
    pub(super) fn messages(&mut self) {
        let family = self.family;
        if family.system == Some(false) && self.request.system.is_some() {
            self.system();
        }
        let Some(messages) = self.request.messages.as_deref().filter(|messages| !messages.is_empty()) else {
            return;
        };
        let is_assistant = |message: Option<&Message>| message.is_some_and(|it| it.role == Role::Assistant);
        let begins = is_assistant(messages.first()) && family.first_turn == Some(FirstTurn::User);
        let continues = is_assistant(messages.last()) && family.prefill == Some(false);
        let crowded = family.content_beside_tool_results == Some(false) && messages.iter().any(is_crowded);
        let takes = |modality| family.tool_results.is_none_or(|results| results.contains(modality));
        let foreign =
            results(messages).flat_map(|result| &result.content).find_map(|content| match content {
                ToolResultContent::Image(_) if !takes(Modality::Image) => Some("an image in a tool result"),
                ToolResultContent::Document(_) if !takes(Modality::Document) => {
                    Some("a document in a tool result")
                }
                ToolResultContent::Video(_) if !takes(Modality::Video) => Some("a video in a tool result"),
                _ => None,
            });
        let renames = ids(messages).any(|id| !fits(id, &family.tool_ids));
        if begins {
            self.note("the first message", Action::Kept, Cause::FirstTurn);
        }
        if continues {
            self.note("the last message", Action::Kept, Cause::Prefill);
        }
        if crowded {
            self.note("content beside a tool result", Action::Kept, Cause::BesideToolResults);
        }
        if let Some(foreign) = foreign {
            self.note(foreign, Action::Kept, Cause::InToolResults);
        }
        if renames {
            rename(self.request.to_mut(), &family.tool_ids);
            let (from, to) = (String::new(), String::new());
            self.note("toolUseId", Action::Replaced { from, to }, Cause::ToolIds);
        }
    }

    /// Puts the system prompt before the first message of the user.
    fn system(&mut self) {
        let is_user = |message: &Message| message.role == Role::User;
        let Some(place) = self.request.messages.iter().flatten().position(is_user) else {
            self.note("system", Action::Kept, Cause::NotTaken);
            return;
        };
        let request = self.request.to_mut();
        let blocks = request.system.take().unwrap_or_default().into_iter().filter_map(|block| match block {
            SystemContentBlock::Text(text) => Some(ContentBlock::Text(text)),
            SystemContentBlock::GuardContent(content) => Some(ContentBlock::GuardContent(content)),
            SystemContentBlock::CachePoint(_) | SystemContentBlock::Unknown { .. } => None,
        });
        if let Some(message) = request.messages.as_mut().and_then(|messages| messages.get_mut(place)) {
            message.content.splice(0..0, blocks);
        }
        self.note("system", Action::Moved { to: "the first message of the user" }, Cause::NotTaken);
    }
}

fn results(messages: &[Message]) -> impl Iterator<Item = &crate::converse::ToolResult> {
    messages.iter().flat_map(|message| &message.content).filter_map(|block| match block {
        ContentBlock::ToolResult(result) => Some(result),
        _ => None,
    })
}

/// Whether a message has tool results and other content.
fn is_crowded(message: &Message) -> bool {
    let is_result = |block: &ContentBlock| matches!(block, ContentBlock::ToolResult(_));
    let is_other = |block: &ContentBlock| !is_result(block) && !matches!(block, ContentBlock::CachePoint(_));
    message.content.iter().any(is_result) && message.content.iter().any(is_other)
}

fn ids(messages: &[Message]) -> impl Iterator<Item = &str> {
    messages.iter().flat_map(|message| &message.content).filter_map(|block| match block {
        ContentBlock::ToolUse(call) => Some(call.tool_use_id.as_str()),
        ContentBlock::ToolResult(result) => Some(result.tool_use_id.as_str()),
        _ => None,
    })
}

fn fits(id: &str, form: &ToolIds) -> bool {
    let is_allowed = |byte: u8| match form.alphabet {
        Some(ToolIdAlphabet::Alphanumeric) => byte.is_ascii_alphanumeric(),
        Some(ToolIdAlphabet::Word) => byte.is_ascii_alphanumeric() || b"_-".contains(&byte),
        Some(ToolIdAlphabet::Api) => byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte),
        None => true,
    };
    let length = u64::try_from(id.len()).unwrap_or(u64::MAX);
    form.min_length.is_none_or(|least| length >= least)
        && form.max_length.is_none_or(|most| length <= most)
        && id.bytes().all(is_allowed)
}

/// Renames each id that does not fit, in the call and in its result alike.
fn rename(request: &mut ConverseRequest, form: &ToolIds) {
    for block in request.messages.iter_mut().flatten().flat_map(|message| &mut message.content) {
        let id = match block {
            ContentBlock::ToolUse(call) => &mut call.tool_use_id,
            ContentBlock::ToolResult(result) => &mut result.tool_use_id,
            _ => continue,
        };
        if !fits(id, form) {
            *id = substitute(id, form);
        }
    }
}

/// Letters and digits that depend on `id` alone, so that a conversation keeps its prefix from turn to turn.
fn substitute(id: &str, form: &ToolIds) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let length = form.max_length.unwrap_or(12).min(12).max(form.min_length.unwrap_or_default());
    // FNV-1a, of which each round gives one character.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut stir = |byte: u8| {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        hash
    };
    for byte in id.bytes() {
        stir(byte);
    }
    let characters = (0..length.min(64)).map(|_| {
        let index = usize::try_from(stir(0) >> 59).unwrap_or_default();
        char::from(DIGITS.get(index).copied().unwrap_or(b'a'))
    });
    characters.collect()
}

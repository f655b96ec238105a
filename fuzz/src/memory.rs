//! What a document becomes in memory, counted by the allocator.

use allocation_counter::measure;
use bedrill::converse::{ConverseStreamEvent, MessageBuilder};
use bedrill::operation;
use http::HeaderMap;

use super::input::Input;

/// What every document may become in memory.
const FLOOR: u64 = 64 << 20;

/// What a longer one may, per byte.
const PER_BYTE: u64 = 16;

/// The longest document that is made.
const MAX_LEN: usize = 2 << 20;

/// The names of the events, and two documents of other operations.
const KINDS: [&str; 9] = [
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
    "eventOfTomorrow",
    "Converse",
    "ListInferenceProfiles",
];

/// A document that repeats a part of itself, read as an event, an answer or a list: however it is made, it takes at most
/// 64 MiB or 16 times its bytes.
///
/// ```text
/// | kind u8 | halvings u8 | prefix length u8, prefix | suffix length u8, suffix | what is repeated between them |
/// ```
pub fn json_memory(data: &[u8]) {
    let mut input = Input(data);
    let kind = KINDS[usize::from(input.byte()) % KINDS.len()];
    let halvings = u32::from(input.byte() % 16);
    let len = input.byte();
    let prefix = input.bytes(usize::from(len));
    let len = input.byte();
    let suffix = input.bytes(usize::from(len));
    let part = input.0;
    let times = if part.is_empty() { 0 } else { (MAX_LEN / part.len()) >> halvings };
    let document = [prefix, &part.repeat(times), suffix].concat();
    let counted = measure(|| read(kind, &document));
    let allowed = FLOOR.max(PER_BYTE * document.len() as u64);
    assert!(counted.bytes_max <= allowed, "{} bytes became {}", document.len(), counted.bytes_max);
}

fn read(kind: &str, document: &[u8]) {
    let headers = HeaderMap::new();
    // What is refused is over a budget, or not the document.
    match kind {
        "Converse" => {
            let _ = operation::parse_converse(&headers, document);
        }
        "ListInferenceProfiles" => {
            let _ = operation::parse_list_inference_profiles(&headers, document);
        }
        event_type => {
            let Ok(event) = ConverseStreamEvent::from_event_bytes(event_type, document) else { return };
            let mut message = MessageBuilder::new();
            let _ = message.apply(&event);
            drop(event);
            let _ = message.finish();
        }
    }
}

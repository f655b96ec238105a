//! Damaged bytes in a stream, and intact ones however they are cut.

use bedrill::ErrorKind;
use bedrill::client::StreamEnd;
use bedrill::converse::{ConverseStreamEvent, EventDecoder, EventError};
use bedrill::eventstream::{DecodeError, FrameDecoder};
use bedrill::test_util::events::{metadata, start, stop, text};
use bedrill::test_util::{Server, Step};

use super::{begin, over_each};
use crate::client::{drain, prompt, within};
use crate::support::pieces::random_pieces;

#[test]
fn every_flipped_bit_is_caught_within_its_frame_and_no_event_follows() {
    for bit in 0..text("evil").len() * 8 {
        let mut bad = text("evil");
        bad[bit / 8] ^= 1 << (bit % 8);
        let mut decoder = EventDecoder::new();
        decoder.push(&[start(), text("Hi"), bad].concat());
        let before: Vec<_> =
            (0..2).map(|_| decoder.next_event().expect("sound").expect("an event")).collect();
        assert_eq!(before[1].as_text(), Some("Hi"), "bit {bit}");
        // Nothing has come after the frame: the decoder cannot have waited for it.
        let error = decoder.next_event().expect_err("a damaged frame was accepted");
        let EventError::Frame(damage) = &error else { panic!("bit {bit}: {error}") };
        let in_prelude = matches!(damage, DecodeError::PreludeChecksum { .. });
        assert_eq!(in_prelude, bit < 12 * 8, "bit {bit}: {error}");
        assert!(in_prelude || matches!(damage, DecodeError::MessageChecksum { .. }), "bit {bit}: {error}");
        decoder.push(&[text("good"), stop("end_turn"), metadata()].concat());
        assert_eq!(decoder.next_event(), Err(error.clone()), "bit {bit}");
        assert_eq!((decoder.finish(), decoder.buffered()), (Err(error), 0), "bit {bit}");
    }
}

#[tokio::test]
async fn a_flipped_bit_ends_the_stream_while_the_server_still_waits() {
    let bytes = text("evil").len();
    over_each(async |wire| {
        // The model id says which byte: `flip-17`. The server sends none after the bad frame, and stays connected.
        let server = Server::start(|_, request| {
            let id = request.uri().path().split('/').nth(2).expect("a model id").to_owned();
            let at: usize = id.strip_prefix("flip-").and_then(|at| at.parse().ok()).expect("a number");
            let mut bad = text("evil");
            bad[at] ^= 1 << (at % 8);
            vec![begin(&[start(), text("Hi"), bad].concat()), Step::Hang]
        });
        let client = wire.client(&server);
        for at in 0..bytes {
            let request = prompt(&format!("flip-{at}"));
            let mut stream = within(client.converse_stream(&request)).await.expect("a stream");
            let (text, events, end) = within(drain(&mut stream)).await;
            let error = end.expect_err("a damaged frame was accepted");
            let case = format!("{}: byte {at}: {error}", wire.name);
            assert_eq!((text.as_str(), events.len()), ("Hi", 2), "{case}");
            assert_eq!(
                (error.kind(), error.stream_end()),
                (ErrorKind::Stream, Some(StreamEnd::Corrupt)),
                "{case}"
            );
            assert_eq!((error.attempts(), error.is_retryable()), (1, false), "{case}");
            assert!(error.to_string().contains("checksum"), "{case}");
        }
        assert_eq!(server.requests().len(), bytes, "{}", wire.name);
    })
    .await;
}

#[test]
fn every_other_value_of_every_byte_is_refused() {
    let good = text("evil");
    for at in 0..good.len() {
        for change in 1..=255 {
            let mut bad = good.clone();
            bad[at] ^= change;
            let mut decoder = FrameDecoder::new();
            decoder.push(&bad);
            assert!(decoder.next_frame().is_err(), "byte {at}, changed by {change:#04x}");
        }
    }
}

/// The events of `pieces`, taken after each.
fn events<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<ConverseStreamEvent> {
    let mut decoder = EventDecoder::new();
    let mut events = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        while let Some(event) = decoder.next_event().expect("a sound stream") {
            events.push(event);
        }
    }
    decoder.finish().expect("a whole stream");
    events
}

#[test]
fn any_split_gives_the_same_events() {
    let body = [start(), text("Hel"), text("lo"), stop("end_turn"), metadata()].concat();
    let whole = events([&body[..]]);
    assert_eq!(whole.len(), 5);
    for at in 0..=body.len() {
        let (first, rest) = body.split_at(at);
        assert_eq!(events([first, rest]), whole, "split at {at}");
    }
    for size in 1..=16 {
        assert_eq!(events(body.chunks(size)), whole, "chunks of {size}");
    }
    for seed in 1..=10_000 {
        assert_eq!(events(random_pieces(&body, seed)), whole, "seed {seed}");
    }
}

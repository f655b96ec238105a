//! A program that reads slowly, or goes away.

use std::time::Duration;

use bedrill::test_util::events::{start, stop, text};
use bedrill::test_util::responses::{LAST_CHUNK, chunk};
use bedrill::test_util::{Server, Step};

use super::{begin, over_each};
use crate::client::{MODEL, drain, prompt, within};

const MIB: usize = 1 << 20;

/// How long a connection may outlive its reader.
const SOON: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_slow_reader_slows_the_server_down_and_misses_nothing() {
    over_each(async |wire| {
        let piece = "x".repeat(MIB / 8);
        let frame = chunk(&text(&piece));
        let mut steps = vec![begin(&[start(), text("Hi")].concat())];
        steps.extend((0..256).map(|_| Step::Send(frame.clone())));
        steps.push(Step::Send([chunk(&stop("end_turn")), LAST_CHUNK.to_vec()].concat()));
        let server = Server::answering(steps);

        let mut stream =
            within(wire.client(&server).converse_stream(&prompt(MODEL))).await.expect("a stream");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let ahead = server.sent();
        // What the sockets of both sides hold, and hardly anything else.
        assert!(ahead < 16 * MIB, "{}: {ahead} bytes went to a reader that does not read", wire.name);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(server.sent(), ahead, "{}: the server waits", wire.name);

        let (text, _, end) = within(drain(&mut stream)).await;
        assert!(end.is_ok(), "{}: {end:?}", wire.name);
        assert_eq!(text.len(), 2 + 256 * piece.len(), "{}", wire.name);
        assert!(server.sent() > 32 * MIB, "{}", wire.name);
        assert_eq!(server.requests().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_events_before_content_is_not_read_ahead() {
    over_each(async |wire| {
        let server = Server::answering([begin(&start().repeat(1_000)), Step::Hang]);
        // It would wait for content forever.
        let mut stream =
            within(wire.client(&server).converse_stream(&prompt(MODEL))).await.expect("a stream");
        for _ in 0..1_000 {
            let event = within(stream.next()).await.expect("an event").expect("no error");
            assert_eq!(event.event_type(), "messageStart", "{}", wire.name);
        }
        assert_eq!((stream.events_delivered(), server.requests().len()), (1_000, 1), "{}", wire.name);
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_goes_away_closes_its_connection() {
    over_each(async |wire| {
        let server = Server::answering([begin(&[start(), text("Hi")].concat()), Step::Hang]);
        let mut stream =
            within(wire.client(&server).converse_stream(&prompt(MODEL))).await.expect("a stream");
        for _ in 0..2 {
            within(stream.next()).await.expect("an event").expect("no error");
        }
        drop(stream);
        let closed = tokio::time::timeout(SOON, server.hung_up()).await;
        assert!(closed.is_ok(), "{}: open though nobody reads", wire.name);

        // Before there is an answer.
        let server = Server::answering([Step::Hang]);
        let (client, request) = (wire.client(&server), prompt(MODEL));
        let arrival = async {
            while server.requests().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        within(async {
            tokio::select! {
                answer = client.converse_stream(&request) => panic!("{}: {answer:?}", wire.name),
                () = arrival => {}
            }
        })
        .await;
        let closed = tokio::time::timeout(SOON, server.hung_up()).await;
        assert!(closed.is_ok(), "{}: open though nobody waits", wire.name);
        assert_eq!(server.requests().len(), 1, "{}", wire.name);
    })
    .await;
}

//! What dropping a future loses, and what it does not.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bedrill::client::TimeoutKind;
use bedrill::test_util::events::{start, stop, text};
use bedrill::transport::{Body, TransportError};
use bytes::Bytes;
use futures_core::Stream;

use super::*;
use crate::support::scripted_clock::{Reply, Script, Step};

const SECOND: Duration = Duration::from_secs(1);

/// Polls `future` once and drops it.
fn glance<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn stream(reply: Reply) -> (Script, ConverseStream) {
    let script = Script::new([reply]);
    let client = script.client().build().expect("a client");
    let stream = script.run(client.converse_stream(&prompt(MODEL))).expect("a stream");
    (script, stream)
}

#[test]
fn next_that_is_dropped_while_it_waits_loses_no_event() {
    let rest = [text("lo"), text(" you"), stop("end_turn")].concat();
    let steps = (0..rest.len()).flat_map(|at| [Step::Wait(SECOND), Step::Send(rest[at..=at].to_vec())]);
    let (script, mut stream) = stream(Reply::stream([start(), text("Hel")]).then(steps.collect::<Vec<_>>()));
    let (mut said, mut dropped) = (String::new(), 0);
    loop {
        match glance(stream.next()) {
            Poll::Ready(Some(event)) => said.push_str(event.expect("no error").as_text().unwrap_or_default()),
            Poll::Ready(None) => break,
            Poll::Pending => {
                dropped += 1;
                script.pass(SECOND);
            }
        }
    }
    assert_eq!((said.as_str(), dropped, stream.events_delivered()), ("Hello you", rest.len(), 5));
}

#[test]
fn silence_is_counted_on_while_nobody_waits_until_bytes_come() {
    let hanging = || {
        Reply::stream([start(), text("Hel")]).then([Step::Wait(301 * SECOND), Step::Send(stop("end_turn"))])
    };
    let (script, mut waited_for) = stream(hanging());
    while let Poll::Ready(event) = glance(waited_for.next()) {
        event.expect("an event").expect("no error");
    }
    script.pass(300 * SECOND);
    let Poll::Ready(Some(Err(error))) = glance(waited_for.next()) else { panic!("no error") };
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Idle));

    // Bytes that are there count, however late they are read.
    let (script, mut late) = stream(hanging());
    while let Poll::Ready(event) = glance(late.next()) {
        event.expect("an event").expect("no error");
    }
    script.pass(301 * SECOND);
    assert!(matches!(glance(late.next()), Poll::Ready(Some(Ok(_)))));
}

/// Chunks, and `None` for each time that nothing has arrived yet.
struct Halting(VecDeque<Option<&'static str>>);

impl Stream for Halting {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0.pop_front() {
            Some(Some(chunk)) => Poll::Ready(Some(Ok(chunk.into()))),
            Some(None) => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

#[test]
fn a_body_loses_no_chunk_but_what_was_read_of_the_whole() {
    let halting = || Body::from_stream(Halting([Some("a"), None, Some("b")].into()));
    let mut body = halting();
    let mut chunk = || glance(body.chunk()).map(|chunk| chunk.expect("no error"));
    assert_eq!(chunk(), Poll::Ready(Some("a".into())));
    assert_eq!(chunk(), Poll::Pending);
    assert_eq!(chunk(), Poll::Ready(Some("b".into())));
    assert_eq!(chunk(), Poll::Ready(None));

    let mut body = halting();
    assert!(glance(body.read_at_most(9)).is_pending());
    let Poll::Ready(rest) = glance(body.read_at_most(9)) else { panic!("it waits") };
    assert_eq!(rest.expect("no error"), b"b");
}

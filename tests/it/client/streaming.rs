//! Streams over a socket: as they arrive, side by side, dropped, and broken off.

use std::time::{Duration, Instant};

use bedrill::client::StreamEnd;
use bedrill::converse::{AssemblyError, StopReason};
use bedrill::operation::AnswerError;
use bedrill::test_util::events::{answer, event, exception, metadata, stop, text};
use bedrill::test_util::responses::{LAST_CHUNK, chunk, head, response};
use bedrill::test_util::{Server, Step};
use bedrill::transport::TransportErrorKind;
use bedrill::{Client, ConverseStream, ErrorKind};

use super::{MODEL, builder, drain, prompt, within};
use crate::support::fixture;

const STREAM: (&str, &str) = ("content-type", "application/vnd.amazon.eventstream");
const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");
const PAUSE: Duration = Duration::from_millis(30);

fn client(server: &Server) -> Client {
    builder().endpoint_url(server.url()).build().expect("a client")
}

async fn stream(server: &Server) -> ConverseStream {
    within(client(server).converse_stream(&prompt(MODEL))).await.expect("a stream")
}

/// The head of a chunked stream and its first bytes.
fn begin(bytes: &[u8]) -> Step {
    Step::Send([head("200 OK", &[STREAM, CHUNKED]), chunk(bytes)].concat())
}

#[tokio::test]
async fn an_answer_arrives_however_slowly_it_drips() {
    let body = fixture::stream("converse-stream-text");
    let chunked = [chunk(&body), LAST_CHUNK.to_vec()].concat();
    for (headers, body) in [
        (vec![STREAM, ("content-length", "*")], body.clone()),
        (vec![STREAM, CHUNKED], chunked),
        (vec![STREAM, ("connection", "close")], body),
    ] {
        let length = body.len().to_string();
        let headers: Vec<_> = headers
            .into_iter()
            .map(|(name, value)| (name, if value == "*" { &length } else { value }))
            .collect();
        let bytes = [head("200 OK", &headers), body].concat();
        for (chunk, delay) in [(1, Duration::ZERO), (7, Duration::from_millis(1)), (1400, Duration::ZERO)] {
            let server =
                Server::answering([Step::SendEach { bytes: bytes.clone(), chunk, delay }, Step::Close]);
            let mut stream = stream(&server).await;
            let (text, events, end) = within(drain(&mut stream)).await;
            assert!(end.is_ok(), "{headers:?}, {chunk}: {end:?}");
            assert_eq!(text, "Rain is drops of water that grew too heavy for their cloud 🌧.");
            assert_eq!(
                events,
                [
                    "messageStart",
                    "contentBlockDelta",
                    "contentBlockDelta",
                    "contentBlockStop",
                    "messageStop",
                    "metadata"
                ]
            );
            assert!(stream.warning().is_none());
            assert_eq!(stream.events_delivered(), 6);
        }
    }
}

#[tokio::test]
async fn events_are_handed_out_while_the_server_still_writes() {
    let first = text("Hel");
    let (half, rest) = first.split_at(first.len() / 2);
    let second = [rest.to_vec(), text("lo")].concat();
    let server = Server::answering([begin(half), Step::Sleep(PAUSE), Step::Send(chunk(&second)), Step::Hang]);
    let mut stream = stream(&server).await;
    let started = Instant::now();
    for expected in ["Hel", "lo"] {
        let event = within(stream.next()).await.expect("an event").expect("no error");
        assert_eq!(event.as_text(), Some(expected));
    }
    assert!(started.elapsed() < Duration::from_secs(5));
    let pending = tokio::time::timeout(PAUSE, stream.next()).await;
    assert!(pending.is_err(), "the stream waits, and neither ends nor fails");
}

#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    let server = Server::answering([begin(&text("Hi")), Step::Hang]);
    let mut stream = stream(&server).await;
    within(stream.next()).await.expect("an event").expect("no error");
    let closed = tokio::time::timeout(PAUSE, server.hung_up()).await;
    assert!(closed.is_err(), "open while the stream lives");
    drop(stream);
    tokio::time::timeout(Duration::from_secs(1), server.hung_up()).await.expect("closed within a second");
}

#[tokio::test]
async fn dropping_a_request_before_its_answer_closes_its_connection() {
    let server = Server::answering([Step::Hang]);
    let client = client(&server);
    let pending = tokio::time::timeout(PAUSE, client.converse_stream(&prompt(MODEL))).await;
    assert!(pending.is_err(), "there is no answer yet");
    tokio::time::timeout(Duration::from_secs(1), server.hung_up()).await.expect("closed within a second");
}

#[tokio::test]
async fn two_streams_of_one_client_run_side_by_side() {
    let server = Server::start(|number, _| {
        let rest = [text("2"), stop("end_turn"), metadata()].concat();
        let end = [chunk(&rest), LAST_CHUNK.to_vec()].concat();
        vec![begin(&text(&format!("{number}-"))), Step::Sleep(PAUSE), Step::Send(end)]
    });
    let client = client(&server);
    let mut a = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    let mut b = within(client.clone().converse_stream(&prompt(MODEL))).await.expect("a stream");
    for (stream, expected) in [(&mut b, "1-"), (&mut a, "0-")] {
        let event = within(stream.next()).await.expect("an event").expect("no error");
        assert_eq!(event.as_text(), Some(expected));
    }
    let ((text_b, ..), (text_a, _, end)) = within(async { (drain(&mut b).await, drain(&mut a).await) }).await;
    assert_eq!((text_a.as_str(), text_b.as_str(), end.is_ok()), ("2", "2", true));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn an_exception_in_the_stream_is_typed_and_keeps_what_came_before() {
    let headers = [STREAM, ("x-amzn-requestid", "r-9")];
    let server = Server::sending(response("200 OK", &headers, fixture::stream("exception-mid-stream")));
    let mut throttled = stream(&server).await;
    let (text, events, end) = within(drain(&mut throttled)).await;
    assert_eq!((text.as_str(), events.len()), ("The first thing to", 2));
    let error = end.expect_err("an exception");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Exception, Some("ThrottlingException")));
    assert_eq!(error.message(), Some("Too many tokens, wait."));
    assert_eq!((error.status().map(u16::from), error.request_id()), (Some(200), Some("r-9")));
    assert_eq!((error.events_delivered(), error.is_retryable()), (2, true));
    let shown = error.to_string();
    assert!(shown.contains("(after 2 events) [request id r-9]"), "{shown}");

    let server = Server::sending(response("200 OK", &headers, fixture::stream("model-error-at-once")));
    let error = within(stream(&server).await.collect()).await.expect_err("an exception");
    let exception = error.exception().expect("an exception");
    assert_eq!(exception.original_status_code, Some(500));
    assert_eq!(exception.original_message.as_deref(), Some("out of memory"));
    assert_eq!((error.events_delivered(), error.is_retryable()), (0, false));

    let server = Server::sending(response("200 OK", &headers, fixture::stream("error-frame")));
    let error = within(stream(&server).await.collect()).await.expect_err("an error");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Exception, Some("InternalError")));
    assert_eq!(error.message(), Some("The stream could not be kept open."));
}

#[tokio::test]
async fn a_corrupt_frame_ends_the_stream_without_waiting_for_more() {
    let mut corrupt = text("evil");
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 0x20;
    let good = [stop("end_turn"), metadata()].concat();
    let body = [text("Hi"), corrupt, good].concat();
    let server = Server::answering([begin(&body), Step::Hang]);
    let mut stream = stream(&server).await;
    let (text, events, end) = within(drain(&mut stream)).await;
    assert_eq!((text.as_str(), events.len()), ("Hi", 1));
    let error = end.expect_err("a corrupt frame");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Stream, false));
    assert!(error.to_string().contains("checksum"), "{error}");
}

#[tokio::test]
async fn a_reset_in_the_middle_is_an_error_and_after_the_end_a_warning() {
    let message = [text("Hi"), stop("end_turn")].concat();
    for (body, whole) in
        [(text("Hi"), false), (message.clone(), true), ([message, metadata()].concat(), true)]
    {
        let server = Server::answering([begin(&body), Step::Sleep(PAUSE), Step::Reset]);
        let mut stream = stream(&server).await;
        let (text, _, end) = within(drain(&mut stream)).await;
        assert_eq!(text, "Hi");
        match end {
            Ok(()) => {
                assert!(whole, "a cut answer was taken for a whole one");
                assert_eq!(
                    stream.warning().expect("a warning").transport_kind(),
                    Some(TransportErrorKind::Broken)
                );
            }
            Err(error) => {
                assert!(!whole, "{error}");
                assert_eq!(error.transport_kind(), Some(TransportErrorKind::Broken));
                assert!(error.is_retryable());
            }
        }
    }
}

#[tokio::test]
async fn an_empty_answer_is_incomplete() {
    let server = Server::sending(response("200 OK", &[STREAM], ""));
    let error = within(stream(&server).await.collect()).await.expect_err("no message");
    assert_eq!(error.kind(), ErrorKind::Stream);
    assert!(error.to_string().contains("the answer is empty"), "{error}");
}

#[tokio::test]
async fn unknown_events_are_handed_out_and_harm_nothing() {
    let mut body = event("hologramStart", r#"{"depth":3}"#);
    body.extend(answer(&["Hi"]));
    let server = Server::sending(response("200 OK", &[STREAM], &body));
    let (_, events, end) = within(drain(&mut stream(&server).await)).await;
    assert!(end.is_ok());
    assert_eq!(events[0], "hologramStart");
    assert_eq!(within(stream(&server).await.collect()).await.expect("an answer").text(), "Hi");
}

#[tokio::test]
async fn behind_the_end_nothing_is_an_error_for_stream_and_collect() {
    let message = [text("Hi"), stop("end_turn")].concat();
    let exception = exception("throttlingException", r#"{"message":"late"}"#);
    let usage = |tokens: &str| {
        event(
            "metadata",
            format!(r#"{{"usage":{{"inputTokens":{tokens},"outputTokens":1,"totalTokens":1}}}}"#),
        )
    };
    for (behind, said) in [
        (exception, "ThrottlingException: late"),
        (usage("3000000000"), "\"metadata\" cannot be read"),
        (usage("NaN"), "\"metadata\" cannot be read"),
        (text("INJECTED"), "came after messageStop"),
        (vec![b'x'; 40], "the event stream is broken"),
        (metadata()[..50].to_vec(), "ends inside a frame"),
    ] {
        let body = [message.clone(), behind].concat();
        let server = Server::sending(response("200 OK", &[STREAM], body));
        let mut stream = stream(&server).await;
        let (text, _, end) = within(drain(&mut stream)).await;
        end.unwrap_or_else(|error| panic!("{said}: {error}"));
        assert_eq!(text, "Hi");
        let warning = stream.warning().expect(said);
        assert!(warning.event().is_some() && warning.to_string().contains(said), "{warning}");
        let collected = within(client(&server).converse_stream(&prompt(MODEL))).await.expect("a stream");
        let collected = within(collected.collect()).await.expect(said);
        assert_eq!((collected.text().as_str(), collected.usage), ("Hi", None));
    }
}

#[tokio::test]
async fn an_answer_over_its_budget_keeps_what_came_before() {
    let body = [text("Hel"), text(&"x".repeat(5_000)), stop("end_turn")].concat();
    let server = Server::sending(response("200 OK", &[STREAM], body));
    let client = builder().endpoint_url(server.url()).answer_budget(2_000).build().expect("a client");
    let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    let error = within(stream.collect()).await.expect_err("too much");
    assert_eq!((error.kind(), error.stream_end()), (ErrorKind::Assembly, Some(StreamEnd::OverBudget)));
    assert_eq!(error.assembly(), Some(&AssemblyError::OverBudget { allowed: 2_000 }));
    assert_eq!(error.received().map(|message| message.text()).as_deref(), Some("Hel"));
    // The events of a stream are not kept, and have no such limit.
    let mut stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    within(drain(&mut stream)).await.2.expect("all of it");
    let answer = r#"{"output":{"message":{"role":"assistant","content":[]}},"stopReason":"end_turn"}"#;
    let server = Server::sending(response("200 OK", &[("content-type", "application/json")], answer));
    let client = builder().endpoint_url(server.url()).answer_budget(2_000).build().expect("a client");
    let error = within(client.converse(&prompt(MODEL))).await.expect_err("too much");
    assert_eq!(error.answer(), Some(&AnswerError::OverMemory { allowed: 2_000 }));
}

#[tokio::test]
async fn a_call_that_is_cut_comes_with_its_answer() {
    let announced = r#"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t","name":"f"}}}"#;
    let input = r#"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"a\":"}}}"#;
    let call = [event("contentBlockStart", announced), event("contentBlockDelta", input)].concat();
    let collect = async |end: Vec<u8>| {
        let server = Server::sending(response("200 OK", &[STREAM], [text("Hi"), call.clone(), end].concat()));
        within(stream(&server).await.collect()).await
    };
    let answer = collect([stop("max_tokens"), metadata()].concat()).await.expect("an answer");
    assert_eq!(answer.unfinished_tool_uses().count(), 1);
    assert_eq!((answer.text().as_str(), answer.usage.is_some()), ("Hi", true));
    for (end, reason) in [([stop("tool_use"), metadata()].concat(), Some("tool_use")), (vec![], None)] {
        let error = collect(end).await.expect_err("no answer");
        let received = error.received().expect("what came");
        assert_eq!(received.stop_reason().map(StopReason::as_str), reason);
        assert_eq!((received.message().content.len(), received.usage().is_some()), (2, reason.is_some()));
    }
}

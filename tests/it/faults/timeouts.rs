//! The default time limits against a server that is too slow, on a clock that runs 2,000 times as fast.

use std::sync::Arc;
use std::time::Duration;

use bedrill::ErrorKind;
use bedrill::client::{StreamEnd, TimeoutKind, Timeouts};
use bedrill::test_util::events::{start, text};
use bedrill::test_util::responses::head;
use bedrill::test_util::{Server, Step};

use super::{CHUNKED, STREAM, ask, begin, hello, over_each};
use crate::client::within;
use crate::support::scripted::Hurried;

/// 600 s are 300 ms.
const FACTOR: u32 = 2_000;

/// Far below every limit.
const DRIP: Duration = Duration::from_millis(10);

fn drip(bytes: Vec<u8>) -> Step {
    Step::SendEach { bytes, chunk: 1, delay: DRIP }
}

#[tokio::test]
async fn a_head_that_never_comes_is_asked_for_again() {
    over_each(async |wire| {
        let server = Server::start(|number, _| if number == 0 { vec![Step::Hang] } else { hello() });
        let (text, end) = ask(&wire.hurried(&server, FACTOR)).await;
        assert_eq!(
            (text.as_str(), end.is_ok(), server.requests().len()),
            ("Hello", true, 2),
            "{}",
            wire.name
        );
        within(server.hung_up()).await;

        let server = Server::answering([Step::Hang]);
        let error = ask(&wire.hurried(&server, FACTOR)).await.1.expect_err("silence");
        assert_eq!((error.kind(), error.timeout_kind()), (ErrorKind::Timeout, Some(TimeoutKind::FirstByte)));
        assert_eq!((server.requests().len(), error.attempts(), error.stream_end()), (3, 3, None));
        assert!(error.to_string().starts_with("first-byte timeout: no response within 600 s"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_head_that_trickles_runs_out_of_time() {
    over_each(async |wire| {
        let server = Server::answering([drip(head("200 OK", &[STREAM, CHUNKED]))]);
        let (text, end) = ask(&wire.hurried(&server, FACTOR)).await;
        let error = end.expect_err("too slow");
        assert_eq!((error.kind(), error.timeout_kind()), (ErrorKind::Timeout, Some(TimeoutKind::FirstByte)));
        assert_eq!((text.as_str(), server.requests().len(), error.attempts()), ("", 3, 3), "{}", wire.name);
    })
    .await;
}

#[tokio::test]
async fn a_frame_that_trickles_runs_out_of_time() {
    over_each(async |wire| {
        let framed = [b"1000\r\n".to_vec(), text(&"x".repeat(3_900))].concat();
        let server = Server::answering([begin(&[start(), text("Hi")].concat()), drip(framed)]);
        // Silence does not matter here, even when the machine is busy.
        let timeouts = Timeouts::new().with_idle(None);
        let hurried = Hurried::new(Arc::clone(&wire.transport), FACTOR);
        let builder = wire.builder(server.url()).timeouts(timeouts).transport(hurried);
        let (text, end) = ask(&builder.build().expect("a client")).await;
        let error = end.expect_err("too slow");
        assert_eq!(
            (error.kind(), error.timeout_kind(), error.stream_end()),
            (ErrorKind::Timeout, Some(TimeoutKind::Frame), Some(StreamEnd::Idle)),
            "{}: {error}",
            wire.name
        );
        assert_eq!((text.as_str(), server.requests().len(), error.attempts()), ("Hi", 1, 1), "{}", wire.name);
        let shown = error.to_string();
        assert!(shown.contains("300 s; the last event was \"contentBlockDelta\", and "), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn a_stall_ends_the_stream_with_its_text() {
    over_each(async |wire| {
        let part = text("lo")[..40].to_vec();
        for (frames, came) in [
            (vec![start()], ""),
            (vec![start(), text("Hel")], "Hel"),
            (vec![start(), text("Hel"), part], "Hel"),
        ] {
            let server = Server::answering([begin(&frames.concat()), Step::Hang]);
            let (text, end) = ask(&wire.hurried(&server, FACTOR)).await;
            let error = end.expect_err("a stall");
            assert_eq!(
                (error.kind(), error.stream_end()),
                (ErrorKind::Timeout, Some(StreamEnd::Idle)),
                "{}: {error}",
                wire.name
            );
            // Inside a frame both limits are 300 s.
            assert!(matches!(error.timeout_kind(), Some(TimeoutKind::Idle | TimeoutKind::Frame)));
            assert_eq!(
                (text.as_str(), server.requests().len(), error.attempts()),
                (came, 1, 1),
                "{}",
                wire.name
            );
            assert!(error.to_string().contains("300 s; the last event was"), "{error}");
            within(server.hung_up()).await;
        }
    })
    .await;
}

//! Malformed response heads, and successes that are not a stream.

use std::time::Instant;

use bedrill::ErrorKind;
use bedrill::client::StreamEnd;
use bedrill::operation::AnswerError;
use bedrill::test_util::events::{start, stop, text};
use bedrill::test_util::responses::{chunk, head, response};
use bedrill::test_util::{Server, Step};
use bedrill::transport::TransportErrorKind;

use super::{CHUNKED, STREAM, ask, begin, over_each, prelude};
use crate::client::{MODEL, prompt, within};

#[tokio::test]
async fn a_malformed_head_is_a_transport_error() {
    let many_headers: String = (0..10_000).map(|number| format!("x-{number}: y\r\n")).collect();
    let answers = [
        ("another protocol", "SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned()),
        ("a bad status line", "HTTP/1.1 abc\r\n\r\n".to_owned()),
        ("another version", "HTTP/9.9 200 OK\r\n\r\n".to_owned()),
        ("a header without a colon", "HTTP/1.1 200 OK\r\nbad header\r\n\r\n".to_owned()),
        ("10,000 headers", format!("HTTP/1.1 200 OK\r\n{many_headers}\r\n")),
        ("a head of a megabyte", format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1 << 20))),
        ("a head without an end", format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1 << 20))),
        ("two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_owned()),
    ];
    over_each(async |wire| {
        for (name, answer) in &answers {
            let server = Server::answering([Step::Send(answer.clone().into_bytes()), Step::Hang]);
            let (text, end) = ask(&wire.client(&server)).await;
            let error = end.expect_err(name);
            let case = format!("{}: {name}: {error}", wire.name);
            assert_eq!(
                (error.kind(), error.stream_end(), text.as_str()),
                (ErrorKind::Transport, None, ""),
                "{case}"
            );
            assert_eq!(error.transport_kind(), Some(TransportErrorKind::Broken), "{case}");
            // The SDKs also retry what they cannot read.
            assert_eq!((server.requests().len(), error.attempts()), (3, 3), "{case}");
            assert!(error.to_string().contains("127.0.0.1") && error.to_string().len() < 300, "{case}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_head_of_7_kib_is_read() {
    over_each(async |wire| {
        let long = "y".repeat(7 << 10);
        let frames = [start(), text("Hello"), stop("end_turn")].concat();
        let server = Server::sending(response("200 OK", &[STREAM, ("x-long", &long)], frames));
        let (text, end) = ask(&wire.client(&server)).await;
        assert_eq!(
            (text.as_str(), end.is_ok(), server.requests().len()),
            ("Hello", true, 1),
            "{}",
            wire.name
        );
    })
    .await;
}

#[tokio::test]
async fn success_without_frames_is_quoted_and_not_asked_for_again() {
    over_each(async |wire| {
        for (headers, body, quoted) in [
            (
                &[("content-type", "text/html")][..],
                &b"<html>\x1b[2Jlogin"[..],
                r"(text/html) begins with: <html>\u{1b}[2Jlogin",
            ),
            (&[("content-type", "application/json")], b"{\"message\":\"hello\"}", r#"{"message":"hello"}"#),
            (&[], b"hello", "(no content type) begins with: hello"),
            (&[STREAM, ("content-encoding", "gzip")], b"\x1f\x8b\x08\0\0", "is compressed (gzip)"),
        ] {
            let server = Server::sending(response("200 OK", headers, body));
            let (text, end) = ask(&wire.client(&server)).await;
            let error = end.expect_err("no stream");
            let case = format!("{}: {headers:?}", wire.name);
            assert_eq!(
                (error.kind(), error.status().map(u16::from)),
                (ErrorKind::Answer, Some(200)),
                "{case}"
            );
            assert_eq!((error.stream_end(), text.as_str()), (None, ""), "{case}");
            assert_eq!((server.requests().len(), error.attempts()), (1, 1), "{case}");
            assert!(error.to_string().contains(quoted), "{case}: {error}");
            assert_eq!(server.request().headers()["accept-encoding"], "identity", "{case}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_without_an_end_is_left_after_the_idle_time() {
    over_each(async |wire| {
        let page = [head("200 OK", &[("content-type", "text/html"), CHUNKED]), chunk(b"<html>")].concat();
        let server = Server::answering([Step::Send(page), Step::Hang]);
        let started = Instant::now();
        // 300 s in 150 ms.
        let error = ask(&wire.hurried(&server, 2_000)).await.1.expect_err("no stream");
        assert!(started.elapsed().as_millis() >= 150, "{}", wire.name);
        assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Answer, 1), "{}", wire.name);
        assert!(error.to_string().contains("(text/html)"), "{error}");
        within(server.hung_up()).await;
    })
    .await;
}

#[tokio::test]
async fn a_frame_over_the_budget_keeps_the_text_before_it() {
    over_each(async |wire| {
        for length in [4_097_u32, 0x7fff_ffff, 0xffff_ffff] {
            let frames = [start(), text("Hi"), prelude(length, 0)].concat();
            let server = Server::answering([begin(&frames), Step::Hang]);
            let client = wire.builder(server.url()).frame_budget(4_096).build().expect("a client");
            let (text, end) = ask(&client).await;
            let error = end.expect_err("too big");
            assert_eq!((text.as_str(), server.requests().len()), ("Hi", 1), "{}", wire.name);
            assert_eq!((error.kind(), error.stream_end()), (ErrorKind::Stream, Some(StreamEnd::OverBudget)));
            let shown = error.to_string();
            assert!(shown.contains(&length.to_string()) && shown.contains("4096"), "{shown}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_document_over_the_budget_names_the_budget() {
    over_each(async |wire| {
        let page = [head("200 OK", &[("content-type", "application/json"), CHUNKED]), chunk(&[b' '; 5_000])]
            .concat();
        let server = Server::answering([Step::Send(page), Step::Hang]);
        let client = wire.builder(server.url()).frame_budget(4_096).build().expect("a client");
        let error = within(client.converse(&prompt(MODEL))).await.expect_err("too big");
        assert_eq!(
            (error.kind(), error.status().map(u16::from)),
            (ErrorKind::Answer, Some(200)),
            "{}",
            wire.name
        );
        assert_eq!((server.requests().len(), error.attempts()), (1, 1), "{}", wire.name);
        assert!(error.to_string().contains("over the budget of 4096 bytes"), "{error}");
        within(server.hung_up()).await;
    })
    .await;
}

#[tokio::test]
async fn a_list_of_models_has_a_lower_budget_than_an_answer() {
    over_each(async |wire| {
        let page =
            [head("200 OK", &[("content-type", "application/json"), CHUNKED]), chunk(&vec![b' '; 9 << 20])]
                .concat();
        let server = Server::answering([Step::Send(page), Step::Hang]);
        let client = wire.client(&server);
        let error = within(client.list_foundation_models(&Default::default())).await.expect_err("too big");
        assert_eq!(error.answer(), Some(&AnswerError::OverBudget { allowed: 8 << 20 }), "{}", wire.name);
        within(server.hung_up()).await;
    })
    .await;
}

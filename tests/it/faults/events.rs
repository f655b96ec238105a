//! Valid frames around invalid events.

use bedrill::ErrorKind;
use bedrill::client::StreamEnd;
use bedrill::test_util::events::{event, metadata, start, stop, text};
use bedrill::test_util::{Server, Step};

use super::{ask, begin, over_each, whole};
use crate::client::{MODEL, prompt, within};

#[tokio::test]
async fn a_payload_that_cannot_be_read_names_its_event_and_not_its_text() {
    let deep = format!(r#"{{"new":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    over_each(async |wire| {
        for (event_type, payload) in [
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"canary"#),
            ("contentBlockDelta", r#"{"contentBlockIndex":"canary","delta":{"text":"canary"}}"#),
            ("contentBlockDelta", r#"{"delta":{"text":"canary"}}"#),
            ("contentBlockDelta", "\u{0}canary"),
            ("contentBlockDelta", ""),
            ("contentBlockDelta", deep.as_str()),
            ("hologramStart", deep.as_str()),
            ("messageStop", "[]"),
        ] {
            let frames =
                [start(), text("Hi"), event(event_type, payload), text("!"), stop("end_turn")].concat();
            let server = Server::answering([begin(&frames), Step::Hang]);
            let (text, end) = ask(&wire.client(&server)).await;
            let error = end.expect_err("a payload that is none");
            let case = format!("{}: {event_type} {payload:.60}", wire.name);
            assert_eq!((text.as_str(), server.requests().len()), ("Hi", 1), "{case}");
            assert_eq!(
                (error.kind(), error.stream_end()),
                (ErrorKind::Stream, Some(StreamEnd::Corrupt)),
                "{case}"
            );
            assert_eq!((error.events_delivered(), error.is_retryable()), (2, false), "{case}");
            let shown = format!("{error} {error:?} {error:#?}");
            assert!(shown.contains(event_type) && !shown.contains("canary"), "{case}: {shown:.300}");
        }
    })
    .await;
}

#[tokio::test]
async fn tolerated_disorder_makes_the_same_message() {
    let block_stop = event("contentBlockStop", r#"{"contentBlockIndex":0}"#);
    let strange = event(
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"text":"Hel"},"p":"abc","new":{"a":[1]},"contentBlockName":null}"#,
    );
    let unknown = event("hologramStart", r#"{"depth":3}"#);
    let cases = [
        ("no messageStart", vec![text("Hel"), text("lo"), stop("end_turn")]),
        ("messageStart behind a delta", vec![text("Hel"), start(), text("lo"), stop("end_turn")]),
        ("messageStart twice", vec![start(), start(), text("Hel"), text("lo"), stop("end_turn")]),
        ("messageStop twice", vec![start(), text("Hel"), text("lo"), stop("end_turn"), stop("end_turn")]),
        ("metadata first", vec![metadata(), start(), text("Hel"), text("lo"), stop("end_turn")]),
        ("metadata before the stop", vec![start(), text("Hel"), text("lo"), metadata(), stop("end_turn")]),
        (
            "a block that stops before it begins",
            vec![block_stop.clone(), text("Hel"), text("lo"), stop("end_turn")],
        ),
        ("a block that goes on behind its stop", vec![text("Hel"), block_stop, text("lo"), stop("end_turn")]),
        (
            "text behind messageStop",
            vec![start(), text("Hel"), text("lo"), stop("end_turn"), text("INJECTED")],
        ),
        (
            "a second message",
            vec![text("Hel"), text("lo"), stop("end_turn"), start(), text("Hello"), stop("end_turn")],
        ),
        (
            "members and events of a newer service",
            vec![unknown, start(), strange, text("lo"), stop("end_turn")],
        ),
    ];
    over_each(async |wire| {
        for (name, frames) in &cases {
            let server = Server::answering(whole(&frames.concat()));
            let client = wire.client(&server);
            let (text, end) = ask(&client).await;
            assert!(end.is_ok(), "{}: {name}: {end:?}", wire.name);
            assert_eq!(text, "Hello", "{}: {name}", wire.name);
            let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
            assert_eq!(within(stream.collect()).await.expect(name).text(), "Hello", "{}: {name}", wire.name);
            assert_eq!(server.requests().len(), 2);
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_that_cannot_be_put_together_keeps_its_text() {
    let tool = event(
        "contentBlockStart",
        r#"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t","name":"f"}}}"#,
    );
    let input =
        event("contentBlockDelta", r#"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"a\":"}}}"#);
    let frames = [start(), text("Hi"), tool, input, stop("end_turn")].concat();
    over_each(async |wire| {
        let server = Server::answering(whole(&frames));
        let client = wire.client(&server);
        let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
        let error = within(stream.collect()).await.expect_err("no JSON");
        assert_eq!((error.kind(), error.stream_end()), (ErrorKind::Assembly, None), "{}", wire.name);
        assert_eq!(error.received().map(|message| message.text()).as_deref(), Some("Hi"), "{}", wire.name);
        assert_eq!((server.requests().len(), error.events_delivered()), (1, 5), "{}", wire.name);
    })
    .await;
}

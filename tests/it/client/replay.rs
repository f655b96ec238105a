//! Streams from memory: no socket, no features of a runtime.

use bedrill::ErrorKind;
use bedrill::converse::StopReason;
use bedrill::test_util::events::{self, answer};

use super::{MODEL, builder, drain, prompt, within};
use crate::support::replay::ReplayTransport;
use crate::support::{conformance, fixture};

const CHUNKS: [usize; 7] = [1, 2, 3, 7, 64, 1400, usize::MAX];

#[tokio::test]
async fn an_answer_is_collected_however_it_is_cut() {
    for size in CHUNKS {
        let transport = ReplayTransport::stream(answer(&["Hel", "lo"]))
            .with_header("x-amzn-requestid", "r-1")
            .in_chunks(size)
            .shared();
        let client = builder().transport(transport.clone()).build().expect("a client");
        let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
        assert_eq!(stream.request_id(), Some("r-1"));
        let output = within(stream.collect()).await.expect("an answer");
        assert_eq!((output.text().as_str(), &output.stop_reason), ("Hello", &StopReason::EndTurn));
        assert_eq!(output.usage.expect("usage").total_tokens, 3);
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
async fn conformance_recorded_streams_pass_through_the_client() {
    const SUITE: &str = "captures-client";
    let folder = conformance::folder("captures");
    let mut count = 0;
    for case in conformance::entries(&folder) {
        if !case.join("events.json").is_file() {
            continue;
        }
        count += 1;
        let name = case.display();
        let expected = conformance::json(&case.join("events.json"));
        let expected = expected.as_array().expect("a list");
        let mut texts = std::collections::BTreeMap::<u64, String>::new();
        for delta in expected.iter().filter_map(|event| event.get("contentBlockDelta")) {
            let piece = delta["delta"]["text"].as_str().unwrap_or_default();
            texts.entry(delta["contentBlockIndex"].as_u64().expect("an index")).or_default().push_str(piece);
        }
        let text: String = texts.into_values().collect();
        let body = bytes::Bytes::from(std::fs::read(case.join("response.bin")).expect("a body"));
        for size in CHUNKS {
            let transport = ReplayTransport::stream(body.clone()).in_chunks(size).shared();
            let client = builder().transport(transport).build().expect("a client");
            let mut stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
            let (_, events, end) = within(drain(&mut stream)).await;
            assert!(end.is_ok() && events.len() == expected.len(), "{name}: {end:?}");
            let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
            let output = within(stream.collect()).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(output.text(), text, "{name}");
        }
    }
    conformance::report(SUITE, count);
}

#[tokio::test]
async fn an_answer_that_is_encoded_as_itself_is_whole() {
    let transport =
        ReplayTransport::stream(answer(&["Hello"])).with_header("content-encoding", "identity").in_chunks(9);
    let client = builder().transport(transport.shared()).build().expect("a client");
    let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    assert_eq!(within(stream.collect()).await.expect("an answer").text(), "Hello");
}

#[tokio::test]
async fn an_answer_of_another_kind_is_quoted_and_nothing_of_it_is_obeyed() {
    for (content_type, encoding, body, quoted) in [
        ("application/json", "identity", &b"{\"message\":\"Hi\"}"[..], r#"{"message":"Hi"}"#),
        ("text/html", "identity", b"<html>\x1b]52;c;x\x07", r"<html>\u{1b}]52;c;x\u{7}"),
        (
            "application/vnd.amazon.eventstream",
            "gzip",
            b"\x1f\x8b\x08\0",
            "(application/vnd.amazon.eventstream)",
        ),
    ] {
        let transport = ReplayTransport::stream(body)
            .with_header("content-type", content_type)
            .with_header("content-encoding", encoding)
            .with_header("x-amzn-requestid", "r-2");
        let client = builder().transport(transport.shared()).build().expect("a client");
        let error = within(client.converse_stream(&prompt(MODEL))).await.expect_err("no stream");
        assert_eq!(
            (error.kind(), error.status().map(u16::from), error.request_id()),
            (ErrorKind::Answer, Some(200), Some("r-2"))
        );
        let shown = error.to_string();
        assert!(shown.contains("expected an event stream") && shown.contains(quoted), "{shown}");
        assert!(!shown.contains(char::is_control), "{shown:?}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn an_error_status_is_an_error_of_the_service() {
    let transport = ReplayTransport::stream(r#"{"message":"Slow down"}"#)
        .with_status(503)
        .with_header("content-type", "application/json")
        .with_header("x-amzn-errortype", "ServiceUnavailableException:http://internal.amazon.com/")
        .in_chunks(3);
    let client = builder().transport(transport.shared()).build().expect("a client");
    let error = within(client.converse(&prompt(MODEL))).await.expect_err("an error");
    assert_eq!((error.kind(), error.status().map(u16::from)), (ErrorKind::Service, Some(503)));
    assert_eq!((error.code(), error.message()), (Some("ServiceUnavailableException"), Some("Slow down")));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn events_that_do_not_form_a_message_are_an_assembly_error() {
    let mut body = events::event(
        "contentBlockStart",
        r#"{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"n"}}}"#,
    );
    body.extend(events::event(
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{"}}}"#,
    ));
    body.extend(events::stop("end_turn"));
    let transport = ReplayTransport::stream(body).with_header("x-amzn-requestid", "r-3").shared();
    let client = builder().transport(transport).build().expect("a client");
    let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    let error = within(stream.collect()).await.expect_err("no message");
    assert_eq!(
        (error.kind(), error.request_id(), error.events_delivered()),
        (ErrorKind::Assembly, Some("r-3"), 3)
    );
    assert!(error.to_string().contains("tool \"n\" in content block 0"), "{error}");
}

#[tokio::test]
async fn a_fault_of_a_fixture_ends_its_stream() {
    for (name, kind, delivered, code) in [
        ("exception-mid-stream", ErrorKind::Exception, 2, Some("ThrottlingException")),
        ("model-error-at-once", ErrorKind::Exception, 0, Some("ModelStreamErrorException")),
        ("error-frame", ErrorKind::Exception, 1, Some("InternalError")),
        ("damaged-payload", ErrorKind::Stream, 2, None),
        ("cut-inside-a-frame", ErrorKind::Stream, 2, None),
        ("html-instead-of-frames", ErrorKind::Stream, 0, None),
    ] {
        for size in CHUNKS {
            let transport = ReplayTransport::stream(fixture::stream(name)).in_chunks(size).shared();
            let client = builder().transport(transport).build().expect("a client");
            let mut stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
            let (_, events, end) = within(drain(&mut stream)).await;
            let error = end.expect_err(name);
            assert_eq!(
                (error.kind(), events.len(), error.code()),
                (kind, delivered, code),
                "{name}: {error}"
            );
            assert_eq!(error.status().map(u16::from), Some(200), "{name}");
        }
    }
}

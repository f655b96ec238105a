use super::*;
use crate::eventstream::{Frame, HeaderValue};

fn frame(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let builder = headers
        .iter()
        .fold(Frame::builder(), |builder, (name, value)| builder.header(name, HeaderValue::String(value)));
    builder.payload(payload.as_bytes()).build().unwrap().as_bytes().to_vec()
}

fn event(event_type: &str, payload: &str) -> Vec<u8> {
    frame(&[(":message-type", "event"), (":event-type", event_type)], payload)
}

fn text() -> Vec<u8> {
    event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#)
}

fn stop() -> Vec<u8> {
    event("messageStop", r#"{"stopReason":"end_turn"}"#)
}

/// The types of the events in `body`, and how it ends.
fn decode(body: &[u8]) -> (Vec<String>, Result<(), EventError>) {
    let mut decoder = EventDecoder::new();
    decoder.push(body);
    let mut events = Vec::new();
    loop {
        match decoder.next_event() {
            Ok(Some(event)) => events.push(event.event_type().to_owned()),
            Ok(None) => break,
            Err(error) => {
                assert_eq!(decoder.finish(), Err(error.clone()), "the end says the same");
                return (events, Err(error));
            }
        }
    }
    assert_eq!(decoder.events_delivered(), events.len() as u64);
    (events, decoder.finish())
}

fn error(body: &[u8]) -> EventError {
    decode(body).1.expect_err("a fault")
}

#[test]
fn a_body_may_end_after_message_stop_and_after_metadata() {
    let metadata = event("metadata", "{}");
    for body in [stop(), [text(), stop()].concat(), [text(), stop(), metadata.clone()].concat()] {
        assert_eq!(decode(&body).1, Ok(()));
    }
    assert_eq!(decode(&[metadata, text(), stop()].concat()).1, Ok(()), "metadata may come first");
}

#[test]
fn a_body_that_ends_before_message_stop_is_incomplete() {
    assert_eq!(error(b""), EventError::Incomplete { last_event: None });
    assert_eq!(error(b"").to_string(), "the answer is empty: it ended before the first event");
    let last = EventError::Incomplete { last_event: Some("contentBlockDelta".to_owned()) };
    assert_eq!(error(&[text(), text()].concat()), last);
    assert_eq!(
        last.to_string(),
        "the answer is incomplete: it ended after \"contentBlockDelta\", before messageStop"
    );
    let metadata = event("metadata", "{}");
    assert_eq!(error(&metadata), EventError::Incomplete { last_event: Some("metadata".to_owned()) });
}

#[test]
fn a_body_that_ends_inside_a_frame_is_cut_unless_the_message_was_complete() {
    let whole = [text(), stop(), event("metadata", "{}")].concat();
    let edges = [text().len(), text().len() + stop().len(), whole.len()];
    for length in 1..whole.len() {
        let (events, end) = decode(&whole[..length]);
        assert_eq!(events.len(), edges.iter().filter(|edge| **edge <= length).count(), "{length}");
        match end {
            Ok(()) => assert!(length >= edges[1], "{length}"),
            Err(EventError::Incomplete { .. }) => assert_eq!(length, edges[0], "{length}"),
            Err(error) => {
                assert!(matches!(error, EventError::Frame(_)) && length < edges[1], "{error}");
                assert!(length != edges[0], "{error}");
            }
        }
        assert_eq!(warning(&whole[..length]).is_some(), length > edges[1] && length < edges[2], "{length}");
    }
}

/// What is reported of `body` besides its events and its end.
fn warning(body: &[u8]) -> Option<String> {
    let mut decoder = EventDecoder::new();
    decoder.push(body);
    while let Ok(Some(_)) = decoder.next_event() {}
    decoder.warning().map(|warning| warning.to_string())
}

#[test]
fn after_message_stop_nothing_is_an_error_and_everything_is_reported() {
    let exception =
        frame(&[(":message-type", "exception"), (":exception-type", "modelStreamErrorException")], "{}");
    let late = "came after messageStop, and is not part of the answer";
    for (behind, expected) in [
        (exception, "ended the stream with ModelStreamErrorException"),
        (frame(&[(":message-type", "error"), (":error-code", "Gone")], ""), "ended the stream with Gone"),
        (frame(&[(":message-type", "telegram")], ""), "unknown :message-type"),
        (vec![b'x'; 5], "truncated"),
        (vec![b'x'; 40], "broken"),
        (text(), late),
        (event("messageStart", r#"{"role":"assistant"}"#), late),
        (stop(), late),
        (event("contentBlockDelta", "{"), "is not JSON"),
    ] {
        let body = [text(), stop(), behind, text()].concat();
        let (events, end) = decode(&body);
        assert_eq!((events, end), (vec!["contentBlockDelta".to_owned(), "messageStop".to_owned()], Ok(())));
        let warning = warning(&body).expect(expected);
        assert!(warning.contains(expected) || expected == "truncated", "{warning}");
    }
    let metadata = event("metadata", r#"{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}"#);
    let (events, end) = decode(&[text(), stop(), text(), metadata].concat());
    assert_eq!((events.len(), events.last().map(String::as_str), end), (3, Some("metadata"), Ok(())));
    assert_eq!(
        warning(&[text(), stop(), event("contentBlockStop", r#"{"contentBlockIndex":0}"#)].concat()),
        None
    );
    // An endless rest is not read to its end.
    let mut decoder = EventDecoder::new();
    decoder.push(&stop());
    for _ in 0..2_000 {
        decoder.push(&text());
    }
    while decoder.next_event().unwrap().is_some() {}
    assert!(decoder.is_over());
}

#[test]
fn of_metadata_what_can_be_read_is_kept_and_the_rest_is_reported() {
    let usage = r#"{"inputTokens":1,"outputTokens":2,"totalTokens":3}"#;
    for (payload, has_usage, has_metrics) in [
        (r#"{"usage":{"inputTokens":3000000000,"outputTokens":1,"totalTokens":1},"metrics":{"latencyMs":1}}"#.to_owned(), false, true),
        (r#"{"usage":{"inputTokens":1,"outputTokens":1},"metrics":{"latencyMs":1}}"#.to_owned(), false, true),
        (format!(r#"{{"usage":{usage},"metrics":{{"latencyMs":12.5}}}}"#), true, false),
        (format!(r#"{{"usage":{usage},"metrics":{{"latencyMs":1}},"trace":7}}"#), true, true),
        (r#"{"usage":{"inputTokens":NaN}}"#.to_owned(), false, false),
        ("[]".to_owned(), false, false),
    ] {
        // It may come before the end of the message, too.
        for body in [[stop(), event("metadata", &payload)], [event("metadata", &payload), stop()]] {
            let mut decoder = EventDecoder::new();
            decoder.push(&body.concat());
            let mut message = crate::converse::MessageBuilder::new();
            while let Some(event) = decoder.next_event().expect(&payload) {
                message.apply(&event).unwrap();
            }
            decoder.finish().expect(&payload);
            assert!(decoder.warning().unwrap().to_string().contains("\"metadata\" cannot be read"));
            let response = message.finish().unwrap();
            assert_eq!((response.usage.is_some(), response.metrics.is_some()), (has_usage, has_metrics));
        }
    }
}

#[test]
fn half_a_character_does_not_end_the_stream() {
    for (payload, expected) in [
        (r#"{"contentBlockIndex":0,"delta":{"text":"a\ud83d"}}"#, "a\u{fffd}"),
        (r#"{"contentBlockIndex":0,"delta":{"text":"\ude00b"},"p":"abc"}"#, "\u{fffd}b"),
        (r#"{"contentBlockIndex":0,"delta":{"text":"\ud83c\udf27"}}"#, "\u{1f327}"),
    ] {
        let read = ConverseStreamEvent::from_event_bytes("contentBlockDelta", payload.as_bytes()).unwrap();
        assert_eq!(read.as_text(), Some(expected));
    }
}

#[test]
fn an_unknown_event_is_handed_out_as_it_came() {
    let mut decoder = EventDecoder::new();
    decoder.push(&event("hologramDelta", r#"{"depth":1,"p":"abc"}"#));
    let event = decoder.next_event().unwrap().unwrap();
    assert_eq!(event.to_json(), serde_json::json!({"hologramDelta": {"depth": 1}}));
    assert_eq!((event.event_type(), decoder.events_delivered()), ("hologramDelta", 1));
}

#[test]
fn an_exception_is_typed_and_the_last_thing_that_comes() {
    let payload =
        r#"{"message":"The model broke off.","originalStatusCode":500,"originalMessage":"out of memory"}"#;
    let exception =
        frame(&[(":message-type", "exception"), (":exception-type", "modelStreamErrorException")], payload);
    let (events, end) = decode(&[text(), exception, text(), stop()].concat());
    assert_eq!(events, ["contentBlockDelta"]);
    let Err(EventError::Exception(exception)) = end else { panic!("{end:?}") };
    assert_eq!(exception.kind.as_str(), "ModelStreamErrorException");
    assert_eq!(exception.original_status_code, Some(500));
    assert_eq!(
        exception.to_string(),
        "the service ended the stream with ModelStreamErrorException: The model broke off. (the model answered 500: \
         out of memory)"
    );
}

#[test]
fn an_exception_whose_payload_cannot_be_read_is_quoted() {
    for (payload, quoted) in
        [("", ""), ("no\u{1b}[2J", r"no\u{1b}[2J"), (r#"{"message":7}"#, r#"{"message":7}"#)]
    {
        let body =
            frame(&[(":message-type", "exception"), (":exception-type", "throttlingException")], payload);
        let EventError::Exception(exception) = error(&body) else { panic!("no exception") };
        assert_eq!(exception.kind.as_str(), "ThrottlingException");
        assert_eq!(exception.message.as_deref(), Some(quoted));
    }
}

#[test]
fn an_error_frame_keeps_code_and_message() {
    let named = frame(
        &[(":message-type", "error"), (":error-code", "InternalError"), (":error-message", "gone\u{7}")],
        "",
    );
    assert_eq!(
        error(&named),
        EventError::Error { code: "InternalError".to_owned(), message: "gone\u{7}".to_owned() }
    );
    assert_eq!(error(&named).to_string(), r"the service ended the stream with InternalError: gone\u{7}");
    let nameless = frame(&[(":message-type", "error")], "");
    assert_eq!(error(&nameless).to_string(), "the service ended the stream with unnamed error");
}

#[test]
fn a_frame_says_what_it_is() {
    for (body, expected) in [
        (frame(&[], "{}"), EventError::MissingHeader(":message-type")),
        (frame(&[(":message-type", "event")], "{}"), EventError::MissingHeader(":event-type")),
        (frame(&[(":message-type", "exception")], "{}"), EventError::MissingHeader(":exception-type")),
        (frame(&[(":message-type", "telegram")], "{}"), EventError::MessageType("telegram".to_owned())),
    ] {
        let (events, end) = decode(&[text(), body].concat());
        assert_eq!((events.len(), end), (1, Err(expected)));
    }
}

#[test]
fn the_order_of_headers_does_not_count() {
    let body =
        frame(&[(":content-type", "x"), (":event-type", "messageStop"), (":message-type", "event")], {
            r#"{"stopReason":"end_turn"}"#
        });
    assert_eq!(decode(&body).1, Ok(()));
}

#[test]
fn a_payload_that_is_not_the_events_names_the_place_and_not_the_text() {
    for (payload, place) in [
        ("canary", "`contentBlockDelta` is not JSON at line 1 column 1"),
        (r#"{"contentBlockIndex":0}"#, "`contentBlockDelta.delta` is missing"),
        (
            r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":["canary"]}}}"#,
            "toolUse.input` is a list where",
        ),
        (r#"{"contentBlockIndex":-1,"delta":{"text":"canary"}}"#, "`contentBlockDelta.contentBlockIndex` is"),
    ] {
        let (events, end) = decode(&[text(), event("contentBlockDelta", payload), text(), stop()].concat());
        let error = end.expect_err(payload);
        assert_eq!(events.len(), 1);
        assert!(matches!(error, EventError::Payload { .. }));
        let error = error.to_string();
        assert!(error.starts_with("the event \"contentBlockDelta\" cannot be read: "), "{error}");
        assert!(error.contains(place), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

#[test]
fn a_corrupt_frame_ends_the_stream_and_the_good_one_after_it_never_comes() {
    let mut corrupt = text();
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 1;
    let (events, end) = decode(&[text(), corrupt, stop()].concat());
    assert_eq!(events.len(), 1);
    assert!(matches!(end, Err(EventError::Frame(DecodeError::MessageChecksum { .. }))), "{end:?}");
}

#[test]
fn a_frame_over_the_budget_is_refused() {
    let mut decoder = EventDecoder::with_budget(64);
    decoder.push(&text()[..12]);
    let error = decoder.next_event().unwrap_err();
    assert!(matches!(error, EventError::Frame(DecodeError::OverBudget { .. })), "{error}");
    decoder.push(&stop());
    assert_eq!(decoder.next_event(), Err(error));
}

//! The rules that all shapes share.

use serde_json::{Value, json};

use super::guardrail::GuardrailConfiguration;
use super::{
    Blob, CachePoint, ContentBlock, ContentBlockDelta, ContentBlockStart, ConverseRequest, ConverseResponse,
    ConverseStreamEvent, ExceptionKind, InferenceConfiguration, Message, Problem, Role, StopReason,
    StreamException, ThinkingLevel, ToolResult,
};
use crate::shape::Shape;

fn problem<T: Shape>(value: Value) -> (String, Problem) {
    let error = T::from_json(value).err().expect("a departure from the shape");
    (error.path().to_owned(), error.problem())
}

#[test]
fn a_union_has_exactly_one_member() {
    assert_eq!(problem::<ContentBlock>(json!({})), (String::new(), Problem::NoMember));
    assert_eq!(problem::<ContentBlock>(json!({"text": null})), (String::new(), Problem::NoMember));
    let two = json!({"text": "a", "hologram": {}});
    assert_eq!(problem::<ContentBlock>(two), (String::new(), Problem::SeveralMembers));
}

#[test]
fn null_members_and_type_of_a_union_are_skipped() {
    let block = ContentBlock::from_json(json!({"image": null, "__type": "x#ContentBlock", "text": "a"}));
    assert_eq!(block, Ok(ContentBlock::Text("a".to_owned())));
}

#[test]
fn an_unknown_union_member_is_written_back() {
    let value = json!({"hologram": {"depth": [1, null]}});
    let block = ContentBlock::from_json(value.clone()).unwrap();
    assert!(matches!(&block, ContentBlock::Unknown { name, .. } if name == "hologram"));
    assert_eq!(block.to_json(), value);
}

#[test]
fn a_malformed_known_member_is_an_error_and_not_unknown() {
    let error = problem::<Message>(
        json!({"role": "assistant", "content": [{"text": "a"}, {"toolUse": {"toolUseId": "t", "input": {}}}]}),
    );
    assert_eq!(error, ("content[1].toolUse.name".to_owned(), Problem::Missing));
    let error = problem::<ContentBlock>(json!({"text": 3}));
    assert_eq!(error, ("text".to_owned(), Problem::Expected { expected: "a string", found: "a number" }));
    let error =
        problem::<ContentBlock>(json!({"image": {"format": "png", "source": {"bytes": "not base64!"}}}));
    assert_eq!(error, ("image.source.bytes".to_owned(), Problem::NotBase64));
    let error = problem::<ConverseStreamEvent>(json!({"contentBlockDelta": {"contentBlockIndex": 0}}));
    assert_eq!(error, ("contentBlockDelta.delta".to_owned(), Problem::Missing));
}

#[test]
fn an_error_names_the_place_and_not_the_value() {
    let error = ContentBlock::from_json(json!({"toolResult": {"toolUseId": "t", "content": "secret"}}));
    let text = error.unwrap_err().to_string();
    assert_eq!(text, "`toolResult.content` is a string where the API has a list");
    let error = ConverseRequest::from_body_json("m", json!({"requestMetadata": {"a": 1}})).unwrap_err();
    assert_eq!(error.path(), "requestMetadata.a");
    let error = ConverseStreamEvent::from_event_bytes("metadata", b"<html>").unwrap_err();
    assert_eq!(error.to_string(), "`metadata` is not JSON at line 1 column 1");
}

#[test]
fn unknown_members_of_a_structure_are_kept_listed_and_written_back() {
    let value = json!({
        "output": {"message": {"role": "critic", "content": [{"text": "a"}, {"hologram": {}}]}},
        "stopReason": "refusal",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3, "serverToolUsage": {}, "none": null},
    });
    let output = ConverseResponse::from_json(value.clone()).unwrap();
    assert_eq!(output.stop_reason, StopReason::Unknown("refusal".to_owned()));
    assert_eq!(output.to_json(), value);
    assert_eq!(
        output.unknown_members(),
        [
            "output.message.role=critic",
            "output.message.content[1].hologram",
            "stopReason=refusal",
            "usage.none",
            "usage.serverToolUsage",
        ]
    );
}

#[test]
fn a_known_member_that_is_null_counts_as_absent() {
    let inference = InferenceConfiguration::from_json(json!({"maxTokens": null, "topP": 1})).unwrap();
    assert_eq!(inference, InferenceConfiguration::new().with_top_p(1.0));
    assert_eq!(
        problem::<Message>(json!({"role": null, "content": []})),
        ("role".to_owned(), Problem::Missing)
    );
}

#[test]
fn a_document_may_be_null() {
    let value = json!({"toolUse": {"toolUseId": "t", "name": "n", "input": null}});
    assert_eq!(ContentBlock::from_json(value.clone()).unwrap().to_json(), value);
}

#[test]
fn an_empty_list_is_not_an_absent_one() {
    let body = json!({"system": [], "messages": []});
    let request = ConverseRequest::from_body_json("m", body.clone()).unwrap();
    assert_eq!(request.to_body_json(), body);
    assert_eq!(ConverseRequest::new("m").to_body_json(), json!({}));
}

#[test]
fn integers_may_be_written_with_a_fraction_of_zero() {
    assert_eq!(i32::from_json(json!(3.0)), Ok(3));
    for value in [json!(3.5), json!(2_147_483_648_i64), json!(1e300), json!("3")] {
        assert!(i32::from_json(value.clone()).is_err(), "{value}");
    }
    assert_eq!(i64::from_json(json!(i64::MIN)), Ok(i64::MIN));
    assert!(u32::from_json(json!(-1)).is_err());
}

#[test]
fn blobs_are_base64_with_or_without_padding() {
    for text in ["AAECAw==", "AAECAw"] {
        let blob = Blob::from_json(json!(text)).unwrap();
        assert_eq!(blob.as_bytes(), [0, 1, 2, 3]);
        assert_eq!(blob.to_json(), json!("AAECAw=="));
    }
}

#[test]
fn serde_reads_and_writes_the_same_json() {
    let text = r#"{"content":[{"text":"a"},{"cachePoint":{"type":"default"}}],"role":"user"}"#;
    let message: Message = serde_json::from_str(text).unwrap();
    assert_eq!(message, Message::user("a").with(CachePoint::default()));
    assert_eq!(serde_json::to_string(&message).unwrap(), text);
    let error = serde_json::from_str::<ToolResult>(r#"{"toolUseId":"t"}"#).unwrap_err();
    assert_eq!(error.to_string(), "`content` is missing");
}

#[test]
fn padding_of_events_is_dropped_in_both_forms() {
    let payload = json!({"contentBlockIndex": 0, "delta": {"text": "Hi"}, "p": "abc12"});
    let wrapped = json!({"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}});
    let event = ConverseStreamEvent::from_event_type("contentBlockDelta", payload.clone()).unwrap();
    assert_eq!(event.to_json(), wrapped);
    let event = ConverseStreamEvent::from_json(json!({"contentBlockDelta": payload})).unwrap();
    assert_eq!(event.to_json(), wrapped);
    assert_eq!(event.unknown_members(), [""; 0]);
    let event = ConverseStreamEvent::from_event_type("later", json!({"a": 1, "p": "xyz"})).unwrap();
    assert_eq!(event.to_json(), json!({"later": {"a": 1}}));
}

#[test]
fn a_member_p_that_is_not_padding_stays() {
    let payload = json!({"role": "assistant", "p": {"more": 1}});
    let event = ConverseStreamEvent::from_event_type("messageStart", payload.clone()).unwrap();
    assert_eq!(event.to_json(), json!({"messageStart": payload}));
}

#[test]
fn a_block_may_start_with_nothing_announced() {
    for payload in [json!({"contentBlockIndex": 1, "start": {}}), json!({"contentBlockIndex": 1})] {
        let event = ConverseStreamEvent::from_event_type("contentBlockStart", payload).unwrap();
        let ConverseStreamEvent::ContentBlockStart(started) = &event else { panic!("{event:?}") };
        assert_eq!(started.start, ContentBlockStart::Empty);
        assert_eq!(event.to_json(), json!({"contentBlockStart": {"contentBlockIndex": 1, "start": {}}}));
    }
}

#[test]
fn a_citation_delta_may_hold_only_its_location() {
    let delta = json!({"citation": {"location": {"web": {"url": "https://example.com"}}}});
    assert!(matches!(ContentBlockDelta::from_json(delta), Ok(ContentBlockDelta::Citation(_))));
}

#[test]
fn exceptions_are_named_without_regard_to_case() {
    for name in ["throttlingException", "ThrottlingException"] {
        assert_eq!(ExceptionKind::from(name), ExceptionKind::Throttling);
    }
    let value = json!({"message": "m", "originalStatusCode": 500, "originalMessage": "o", "more": 1});
    let exception = StreamException::from_payload("modelStreamErrorException", value.clone()).unwrap();
    assert_eq!(exception.to_json(), json!({"modelStreamErrorException": value}));
    let later = StreamException::from_payload("laterException", json!({})).unwrap();
    assert_eq!(later.kind.as_str(), "laterException");
    assert_eq!(later.to_json(), json!({"laterException": {}}));
}

#[test]
fn converse_is_not_sent_the_stream_processing_mode() {
    let guardrail = GuardrailConfiguration::new().with_trace("enabled").with_stream_processing_mode("async");
    let request = ConverseRequest::new("m").guardrail(guardrail);
    assert_eq!(
        request.to_body_json(),
        json!({"guardrailConfig": {"trace": "enabled", "streamProcessingMode": "async"}})
    );
    assert_eq!(request.to_converse_body_json(), json!({"guardrailConfig": {"trace": "enabled"}}));
}

#[test]
fn a_stored_request_keeps_its_model_id() {
    let request = ConverseRequest::new("m").system("s").messages(["a"]).thinking(ThinkingLevel::Off);
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<ConverseRequest>(&text).unwrap(), request);
    assert!(text.contains(r#""modelId":"m""#));
}

#[test]
fn text_of_a_message_joins_text_and_cited_text() {
    let value = json!({"role": "assistant", "content": [
        {"reasoningContent": {"reasoningText": {"text": "hm"}}},
        {"text": "a"},
        {"citationsContent": {"content": [{"text": "b"}, {"text": "c"}]}},
    ]});
    let message = Message::from_json(value).unwrap();
    assert_eq!((message.role.clone(), message.text()), (Role::Assistant, "abc".to_owned()));
}

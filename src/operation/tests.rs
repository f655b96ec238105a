use super::*;
use crate::converse::{ContentBlock, Message, Role};
use crate::endpoint::{HostVariant, Plane, Region};
use http::StatusCode;
use serde_json::json;
use std::time::Duration;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
}

fn code(header: Option<&str>, body: &str) -> Option<String> {
    let headers = match header {
        Some(value) => headers(&[("x-amzn-errortype", value)]),
        None => HeaderMap::new(),
    };
    parse_error(StatusCode::BAD_REQUEST, &headers, body.as_bytes()).code().map(str::to_owned)
}

fn message(body: &str) -> String {
    parse_error(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes()).message().to_owned()
}

fn endpoint() -> Endpoint {
    Endpoint::regional(Plane::Data, &Region::new("eu-west-3").unwrap(), HostVariant::default())
}

#[test]
fn a_request_is_a_post_with_the_id_as_one_label() {
    for (id, path) in [
        ("amazon.nova-lite-v1:0", "/model/amazon.nova-lite-v1%3A0/converse-stream"),
        ("bedrock/us.amazon.nova-lite-v1:0", "/model/us.amazon.nova-lite-v1%3A0/converse-stream"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
            "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc/converse-stream",
        ),
    ] {
        let request = converse_stream(&ConverseRequest::new(id).message("hi"), &endpoint()).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri().path(), path);
        assert_eq!(request.uri().authority().unwrap(), "bedrock-runtime.eu-west-3.amazonaws.com");
        assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(request.headers()[ACCEPT], EVENT_STREAM);
        assert_eq!(request.headers()[ACCEPT_ENCODING], "identity");
        assert_eq!(request.headers().len(), 3);
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body, serde_json::json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]}));
    }
    let request = converse(&ConverseRequest::new("a.b").message("hi"), &endpoint()).unwrap();
    assert_eq!(
        (request.uri().path(), &request.headers()[ACCEPT]),
        ("/model/a.b/converse", &JSON.parse().unwrap())
    );
    let error = converse(&ConverseRequest::new("a b").message("hi"), &endpoint()).unwrap_err();
    assert!(matches!(error, BuildError::ModelId(_)));
    assert!(error.to_string().contains("\"a b\" cannot be a model id"), "{error}");
}

#[test]
fn a_project_is_a_member_of_the_body_of_both_operations() {
    let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi").project("p1");
    let expected = serde_json::json!({
        "messages": [{"role": "user", "content": [{"text": "hi"}]}],
        "projectIdentifier": "p1",
    });
    for http in [converse(&request, &endpoint()).unwrap(), converse_stream(&request, &endpoint()).unwrap()] {
        assert_eq!(serde_json::from_slice::<Value>(http.body()).unwrap(), expected);
        assert_eq!((http.headers().len(), http.uri().query()), (3, None));
    }
}

#[test]
fn neither_operation_takes_a_project_with_an_application_profile() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    let request = |project: &str| ConverseRequest::new(arn).message("hi").project(project);
    for build in [converse, converse_stream] {
        let error = build(&request("p1"), &endpoint()).unwrap_err();
        assert!(matches!(error, BuildError::Project(_)), "{error}");
        assert!(build(&request("default"), &endpoint()).is_ok());
    }
    // A profile that stands in for the model is held against the project too.
    let model = ConverseRequest::new("amazon.nova-lite-v1:0").project("p1");
    assert!(matches!(
        converse_with(&ModelId::parse(arn).unwrap(), &model, &endpoint()),
        Err(BuildError::Project(_))
    ));
}

#[test]
fn an_error_code_is_cut_out_of_its_surroundings() {
    for (text, expected) in [
        ("ThrottlingException", "ThrottlingException"),
        ("ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/", "ThrottlingException"),
        ("aws.protocoltests.restjson#FooError", "FooError"),
        ("aws.protocoltests.restjson#FooError:http://internal.amazon.com/coral/x#y/", "FooError"),
        (" ThrottlingException ", "ThrottlingException"),
    ] {
        assert_eq!(code(Some(text), "{}").as_deref(), Some(expected), "{text}");
        for name in ["code", "__type", "Code"] {
            let body = serde_json::json!({ name: text }).to_string();
            assert_eq!(code(None, &body).as_deref(), Some(expected), "{body}");
        }
    }
}

#[test]
fn the_header_names_the_error_before_the_body_does() {
    assert_eq!(code(Some("A"), r#"{"code":"B","__type":"C"}"#).as_deref(), Some("A"));
    assert_eq!(code(None, r#"{"__type":"C","code":"B"}"#).as_deref(), Some("B"));
    assert_eq!(code(None, r#"{"code":500,"__type":"C"}"#).as_deref(), Some("C"));
    // Empty means none.
    for empty in ["", " ", ":http://internal.amazon.com/", "ns#"] {
        assert_eq!(code(Some(empty), r#"{"__type":"ns#C"}"#).as_deref(), Some("C"), "{empty:?}");
        let body = serde_json::json!({"code": empty, "__type": "C"}).to_string();
        assert_eq!(code(None, &body).as_deref(), Some("C"), "{body}");
    }
    for body in ["", "{}", "[]", "null", "not JSON", r#"{"code":null}"#] {
        assert_eq!(code(None, body), None, "{body}");
    }
}

#[test]
fn the_message_has_several_names() {
    for body in [
        r#"{"message":"isn’t"}"#,
        r#"{"Message":"isn’t"}"#,
        r#"{"errorMessage":"isn’t"}"#,
        r#"{"message":null,"Message":"isn’t"}"#,
        r#"{"message":" ","Message":"isn’t"}"#,
        r#"{"error":{"message":"isn’t","code":400}}"#,
    ] {
        assert_eq!(message(body), "isn’t", "{body}");
    }
    assert_eq!(message(r#"{"message":"a","Message":"b"}"#), "a");
    for body in ["", " \r\n\t"] {
        assert_eq!(message(body), "", "{body:?}");
    }
}

#[test]
fn a_body_that_is_not_an_error_document_is_quoted_and_cut() {
    let html = headers(&[("content-type", "text/html; charset=utf-8")]);
    let error = parse_error(StatusCode::BAD_GATEWAY, &html, b"<html>\x1b]52;c;x\x07</html>");
    assert_eq!(
        error.message(),
        r"the answer (text/html; charset=utf-8) begins with: <html>\u{1b}]52;c;x\u{7}</html>"
    );
    assert_eq!(error.to_string(), format!("HTTP 502: {}", error.message()));
    assert_eq!(message("<Error><Code>X</Code></Error>"), {
        "the answer (no content type) begins with: <Error><Code>X</Code></Error>"
    });
    assert!(message(r#"{"detail":"Not Found"}"#).ends_with(r#"begins with: {"detail":"Not Found"}"#));
    let long = message(&"x".repeat(10_000));
    assert!(long.ends_with("x…") && long.len() < 300, "{}", long.len());
    // Bytes that are not text, and one cut inside a character.
    let error = parse_error(StatusCode::INTERNAL_SERVER_ERROR, &HeaderMap::new(), &[0xff, 0xfe, 0]);
    assert!(error.message().ends_with("\u{fffd}\u{fffd}\\u{0}"), "{}", error.message());
    assert!(message(&"é".repeat(500)).contains("é"));
}

#[test]
fn an_error_keeps_what_support_and_retries_need() {
    let given = headers(&[
        ("x-amzn-errortype", "ThrottlingException:http://internal.amazon.com/"),
        ("x-amzn-requestid", "a-b-c"),
        ("x-amz-retry-after", " 1500 "),
    ]);
    let error =
        parse_error(StatusCode::TOO_MANY_REQUESTS, &given, br#"{"message":"Too many requests\u0007"}"#);
    assert_eq!(
        (error.status(), error.request_id(), error.retry_after()),
        (StatusCode::TOO_MANY_REQUESTS, Some("a-b-c"), Some(Duration::from_millis(1500)))
    );
    assert_eq!(error.message(), "Too many requests\u{7}");
    assert_eq!(error.to_string(), r"ThrottlingException (HTTP 429): Too many requests\u{7}");
    assert_eq!(
        parse_error(StatusCode::TOO_MANY_REQUESTS, &headers(&[("x-amz-retry-after", "soon")]), b"")
            .retry_after(),
        None
    );
    assert_eq!(parse_error(StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new(), b"").to_string(), "HTTP 503");
    assert_eq!(request_id(&headers(&[("x-amz-request-id", "d")])), Some("d"));
    assert_eq!(request_id(&HeaderMap::new()), None);
}

#[test]
fn only_frames_are_accepted_as_an_event_stream() {
    for content_type in
        [EVENT_STREAM, "Application/Vnd.Amazon.EventStream", "application/vnd.amazon.eventstream ; charset=x"]
    {
        assert_eq!(expect_event_stream(&headers(&[("content-type", content_type)]), b""), Ok(()));
    }
    let encoded = [("content-type", EVENT_STREAM), ("content-encoding", "Identity")];
    assert_eq!(expect_event_stream(&headers(&encoded), b""), Ok(()));
    let gzip = headers(&[("content-type", EVENT_STREAM), ("content-encoding", "gzip")]);
    let error = expect_event_stream(&gzip, b"\x1f\x8b\x08").expect_err("compressed").to_string();
    assert!(error.contains("(application/vnd.amazon.eventstream) is compressed (gzip)"), "{error}");
    for (given, body) in [
        (headers(&[("content-type", "application/json")]), &b"{\"a\":1}"[..]),
        (headers(&[("content-type", "application/vnd.amazon.eventstreams")]), b""),
        (HeaderMap::new(), b"<html>"),
    ] {
        let error = expect_event_stream(&given, body).expect_err("another kind of content").to_string();
        assert!(error.starts_with("expected an event stream, but the answer ("), "{error}");
        assert!(error.contains(&quote::quote(body, QUOTED)), "{error}");
    }
}

#[test]
fn an_answer_of_converse_is_read_or_quoted() {
    let json = headers(&[("content-type", "application/json")]);
    let body =
        br#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn"}"#;
    assert_eq!(parse_converse(&json, body).unwrap().text(), "Hi");
    let error = parse_converse(&json, b"<html>").unwrap_err().to_string();
    assert!(error.contains("expected JSON") && error.contains("<html>"), "{error}");
    let error = parse_converse(&json, br#"{"message":"no"}"#).unwrap_err();
    assert!(matches!(error, AnswerError::Shape(_)), "{error}");
}

#[test]
fn what_is_about_an_answer_may_be_unreadable() {
    let json = HeaderMap::new();
    for usage in [
        r#"{"inputTokens":3000000000,"outputTokens":1,"totalTokens":1}"#,
        r#"{"inputTokens":1,"outputTokens":1}"#,
        "7",
    ] {
        let body = format!(
            r#"{{"output":{{"message":{{"role":"assistant","content":[{{"text":"Hi"}}]}}}},"stopReason":"end_turn","usage":{usage},"metrics":{{"latencyMs":12.5}},"new":1}}"#
        );
        let answer = parse_converse(&json, body.as_bytes()).unwrap();
        assert_eq!(
            (answer.text().as_str(), answer.usage.is_none(), answer.metrics.is_none()),
            ("Hi", true, true)
        );
        assert_eq!(answer.extra.keys().collect::<Vec<_>>(), ["metrics", "new", "usage"], "kept as it came");
    }
    let called = r#"{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"f","input":null}}]}},"stopReason":"tool_use"}"#;
    let message = parse_converse(&json, called.as_bytes()).unwrap().into_message().unwrap();
    let [ContentBlock::ToolUse(call)] = &message.content[..] else { panic!("{message:?}") };
    assert_eq!(call.input, json!({}));
}

#[test]
fn the_inputs_of_calls_are_sent_back_as_objects() {
    for (input, sent) in [
        (Value::Null, json!({})),
        (json!("{\"a\": 1}"), json!({"a": 1})),
        (json!({"a": null}), json!({"a": null})),
        (json!("{\"a\""), json!("{\"a\"")),
    ] {
        let call = ContentBlock::ToolUse(crate::converse::ToolUse::new("t1", "f", input));
        let request = ConverseRequest::new("m").messages([Message::new(Role::Assistant, vec![call])]);
        let body = request.to_body_json();
        assert_eq!(body["messages"][0]["content"][0]["toolUse"]["input"], sent);
        assert_eq!(request.to_converse_body_json(), body);
        let counted = CountTokensRequest::from(&request).to_body_json();
        assert_eq!(counted["input"]["converse"]["messages"], body["messages"]);
    }
}

#[test]
fn an_answer_has_a_limit_of_memory() {
    let body = |fields: usize| {
        let fields = vec![r#"{"":0}"#; fields].join(",");
        format!(
            r#"{{"output":{{"message":{{"role":"assistant","content":[]}}}},"stopReason":"end_turn","additionalModelResponseFields":[{fields}]}}"#
        )
    };
    let headers = HeaderMap::new();
    assert!(parse_converse(&headers, body(10_000).as_bytes()).is_ok());
    let error = parse_converse(&headers, body(100_000).as_bytes()).unwrap_err();
    assert_eq!(error, AnswerError::OverMemory { allowed: 64 << 20 });
    let error = parse_converse_within(&headers, body(100).as_bytes(), 10_000).unwrap_err();
    assert_eq!(error, AnswerError::OverMemory { allowed: 10_000 });
}

use super::*;
use crate::converse::StreamException;
use crate::endpoint::EndpointError;
use crate::eventstream::DecodeError;
use crate::operation::BuildError;

fn service(status: u16, code: &str, message: &str) -> Error {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-amzn-errortype", code.parse().unwrap());
    headers.insert("x-amzn-requestid", "r-1".parse().unwrap());
    headers.insert("x-amz-retry-after", "250".parse().unwrap());
    let body = serde_json::json!({ "message": message }).to_string();
    crate::operation::parse_error(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes()).into()
}

fn exception(name: &str) -> Error {
    let payload = serde_json::json!({"message": "no more", "originalStatusCode": 429});
    EventError::Exception(StreamException::from_payload(name, payload).unwrap()).into()
}

fn transport(kind: TransportErrorKind) -> Error {
    TransportError::new(kind, "it broke").with_source(std::io::Error::other("deeper")).into()
}

#[test]
fn an_error_of_the_service_has_all_its_parts() {
    let error =
        service(429, "ThrottlingException:http://x/", "Slow down\u{1b}").with_hint(Some("wait".to_owned()));
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!(error.code(), Some("ThrottlingException"));
    assert_eq!(error.message(), Some("Slow down\u{1b}"));
    assert_eq!((error.status().map(u16::from), error.request_id()), (Some(429), Some("r-1")));
    assert_eq!(error.retry_after(), Some(Duration::from_millis(250)));
    assert_eq!((error.hint(), error.events_delivered()), (Some("wait"), 0));
    assert_eq!(
        error.to_string(),
        "ThrottlingException (HTTP 429): Slow down\\u{1b} [request id r-1]\n  wait"
    );
    assert!(error.exception().is_none() && error.transport_kind().is_none());
}

#[test]
fn an_exception_in_the_stream_keeps_the_status_of_the_response() {
    let error =
        exception("modelStreamErrorException").with_response(StatusCode::OK, Some("r-2\u{7}")).in_stream(3);
    assert_eq!(error.kind(), ErrorKind::Exception);
    assert_eq!(error.code(), Some("ModelStreamErrorException"));
    assert_eq!((error.message(), error.status().map(u16::from)), (Some("no more"), Some(200)));
    assert_eq!(error.exception().unwrap().original_status_code, Some(429));
    assert_eq!(
        error.to_string(),
        "the service ended the stream with ModelStreamErrorException: no more (the model answered 429) (after 3 events) \
         [request id r-2\\u{7}]"
    );
    let error: Error = EventError::Error { code: "InternalError".into(), message: "gone".into() }.into();
    assert_eq!((error.kind(), error.code(), error.message()), {
        (ErrorKind::Exception, Some("InternalError"), Some("gone"))
    });
}

#[test]
fn every_cause_has_its_kind() {
    let kinds = [
        Error::from(EndpointError::MissingRegion).kind(),
        Error::from(crate::model_id::ModelId::parse("").unwrap_err()).kind(),
        Error::from(AuthError::new("profile", "broken")).kind(),
        transport(TransportErrorKind::Dns).kind(),
        service(400, "ValidationException", "x").kind(),
        Error::from(crate::operation::parse_converse(&http::HeaderMap::new(), b"").unwrap_err()).kind(),
        Error::from(EventError::Incomplete { last_event: None }).kind(),
        Error::from(EventError::MissingHeader(":event-type")).kind(),
        Error::from(AssemblyError::NoMessageStop).kind(),
    ];
    assert_eq!(
        kinds,
        [
            ErrorKind::Configuration,
            ErrorKind::Configuration,
            ErrorKind::Credentials,
            ErrorKind::Transport,
            ErrorKind::Service,
            ErrorKind::Answer,
            ErrorKind::Stream,
            ErrorKind::Stream,
            ErrorKind::Assembly,
        ]
    );
}

#[test]
fn what_may_succeed_when_sent_again_is_retryable() {
    use TransportErrorKind::{Broken, Connect, Dns, Other, Proxy, Timeout, Tls};
    for (status, code, retryable) in [
        (500, "InternalServerException", true),
        (502, "", true),
        (503, "ServiceUnavailableException", true),
        (504, "", true),
        (429, "ThrottlingException", true),
        (429, "ModelNotReadyException", true),
        (400, "ThrottlingException", true),
        (400, "throttlingException", true),
        (400, "ValidationException", false),
        (400, "ServiceQuotaExceededException", false),
        (403, "AccessDeniedException", false),
        (404, "ResourceNotFoundException", false),
        (408, "ModelTimeoutException", false),
        (424, "ModelErrorException", false),
        (529, "", false),
    ] {
        assert_eq!(service(status, code, "x").is_retryable(), retryable, "{status} {code}");
    }
    for (name, retryable) in [
        ("throttlingException", true),
        ("internalServerException", true),
        ("serviceUnavailableException", true),
        ("modelStreamErrorException", false),
        ("validationException", false),
        ("newException", false),
    ] {
        assert_eq!(exception(name).is_retryable(), retryable, "{name}");
    }
    for (kind, retryable) in [
        (Connect, true),
        (Timeout, true),
        (Broken, true),
        (Dns, false),
        (Tls, false),
        (Proxy, false),
        (Other, false),
    ] {
        assert_eq!(transport(kind).is_retryable(), retryable, "{kind:?}");
        assert_eq!(transport(kind).transport_kind(), Some(kind));
    }
    assert!(Error::from(EventError::Incomplete { last_event: None }).is_retryable());
    assert!(!Error::from(EventError::MissingHeader(":event-type")).is_retryable());
}

/// What `anyhow` and its like print: the error, then each source.
fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let texts = std::iter::successors(Some(error), |error| error.source());
    texts.map(ToString::to_string).collect()
}

/// An error of each cause, and which of its accessors gives it.
fn one_of_each_cause() -> [(Error, &'static str); 9] {
    let answer = crate::operation::parse_converse(&http::HeaderMap::new(), b"").unwrap_err();
    [
        (EndpointError::MissingRegion.into(), "configuration endpoint"),
        (BuildError::Endpoint(EndpointError::MissingRegion).into(), "configuration endpoint"),
        (crate::model_id::ModelId::parse("").unwrap_err().into(), "configuration"),
        (AuthError::new("profile", "broken").into(), "credentials"),
        (transport(TransportErrorKind::Dns), "transport"),
        (service(400, "ValidationException", "x"), "service"),
        (answer.into(), "answer"),
        (EventError::Frame(DecodeError::Truncated { have: 3, need: 12 }).into(), "event"),
        (AssemblyError::NoMessageStop.into(), "assembly"),
    ]
}

#[test]
fn a_printed_chain_says_nothing_twice() {
    for (error, cause) in one_of_each_cause() {
        let texts = chain(&error);
        for (place, text) in texts.iter().enumerate() {
            assert!(!texts[..place].iter().any(|said| said.contains(text)), "{cause}: {texts:?}");
        }
    }
    assert_eq!(chain(&transport(TransportErrorKind::Broken)), ["it broke", "deeper"]);
}

#[test]
fn every_cause_is_returned_and_only_that_one() {
    for (error, expected) in one_of_each_cause() {
        let given = [
            ("configuration", error.configuration().map(ToString::to_string)),
            ("endpoint", error.endpoint().map(ToString::to_string)),
            ("credentials", error.credentials().map(ToString::to_string)),
            ("transport", error.transport().map(ToString::to_string)),
            ("service", error.service().map(ToString::to_string)),
            ("answer", error.answer().map(ToString::to_string)),
            ("event", error.event().map(ToString::to_string)),
            ("assembly", error.assembly().map(ToString::to_string)),
        ];
        let mut names = Vec::new();
        for (name, text) in given {
            let Some(text) = text else { continue };
            names.push(name);
            assert!(error.to_string().starts_with(&text), "{name}: {error}");
        }
        assert_eq!(names.join(" "), expected);
    }
}

#[test]
fn main_that_returns_an_error_prints_what_a_person_reads() {
    let failed = service(403, "AccessDeniedException", "no").with_hint(Some("allow it".to_owned()));
    assert_eq!(format!("{failed:?}"), failed.to_string());
    assert!(format!("{failed:?}").ends_with("\n  allow it"));
    let inner = failed.service().unwrap();
    assert_eq!(format!("{inner:?}"), "AccessDeniedException (HTTP 403): no");
    let auth = AuthError::new("profile", "broken").with_hint("mend it");
    assert_eq!(format!("{auth:?}"), "profile: broken; mend it");
    for (parts, expected) in [
        (format!("{failed:#?}"), ["Parts {", "status: 403", "retry_after: Some(", "hint: Some("]),
        (format!("{inner:#?}"), ["ServiceError {", "status: 403", "code: Some(", "message: \"no\""]),
        (
            format!("{auth:#?}"),
            ["AuthError(", "kind: Misconfigured", "problem: \"broken\"", "hint: \"mend it\""],
        ),
    ] {
        for part in expected {
            assert!(parts.contains(part), "{part}: {parts}");
        }
    }
}

#[test]
fn a_clone_is_the_same_error() {
    let error = service(429, "ThrottlingException", "x").with_attempts(3);
    let clone = error.clone();
    assert_eq!((clone.attempts(), clone.to_string()), (3, error.to_string()));
    assert!(Arc::ptr_eq(&error.0, &clone.0));
}

use super::*;

fn service(status: u16, code: &str, message: &str) -> Error {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-amzn-errortype", code.parse().unwrap());
    headers.insert("x-amzn-requestid", "r-1".parse().unwrap());
    headers.insert("x-amz-retry-after", "250".parse().unwrap());
    let body = serde_json::json!({ "message": message }).to_string();
    crate::operation::parse_error(status, &headers, body.as_bytes()).into()
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
    assert_eq!((error.status(), error.request_id()), (Some(429), Some("r-1")));
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
    let error = exception("modelStreamErrorException").with_response(200, Some("r-2\u{7}")).in_stream(3);
    assert_eq!(error.kind(), ErrorKind::Exception);
    assert_eq!(error.code(), Some("ModelStreamErrorException"));
    assert_eq!((error.message(), error.status()), (Some("no more"), Some(200)));
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
    assert!(!Error::from(EventError::Incomplete { last_event: None }).is_retryable());
}

#[test]
fn the_chain_of_sources_goes_on_below_what_is_already_said() {
    use std::error::Error as _;
    let error = transport(TransportErrorKind::Broken);
    assert_eq!(error.to_string(), "it broke");
    assert_eq!(error.source().unwrap().to_string(), "deeper");
    assert!(service(400, "x", "y").source().is_none());
}

//! Answers that are not a stream: errors of the service, other kinds of content, redirects, no answer at all.

use std::time::Duration;

use bedrill::client::RetryPolicy;
use bedrill::test_util::responses::{head, response};
use bedrill::test_util::{Server, Step, refused};
use bedrill::transport::TransportErrorKind;
use bedrill::{Error, ErrorKind};

use super::{MODEL, builder, prompt, within};

/// With one attempt: these tests are about how an answer is read, not about what follows it.
async fn error_of(server: &Server, model: &str) -> Error {
    let builder = builder().endpoint_url(server.url()).region("eu-west-1").retry(RetryPolicy::none());
    let client = builder.build().expect("a client");
    within(client.converse_stream(&prompt(model))).await.expect_err("no stream")
}

async fn error_from(status: &str, headers: &[(&str, &str)], body: &str) -> Error {
    let server = Server::sending(response(status, headers, body));
    error_of(&server, MODEL).await
}

#[tokio::test]
async fn an_error_of_the_service_is_mapped_with_all_its_parts() {
    let headers = [
        ("content-type", "application/json"),
        ("x-amzn-ErrorType", "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/"),
        ("x-amzn-RequestId", "r-1"),
        ("x-amz-retry-after", "1500"),
    ];
    let body = r#"{"message":"Too many requests, please wait before trying again."}"#;
    let error = error_from("429 Too Many Requests", &headers, body).await;
    assert_eq!((error.kind(), error.status().map(u16::from)), (ErrorKind::Service, Some(429)));
    assert_eq!((error.code(), error.request_id()), (Some("ThrottlingException"), Some("r-1")));
    assert_eq!(error.message(), Some("Too many requests, please wait before trying again."));
    assert_eq!(error.retry_after(), Some(Duration::from_millis(1500)));
    assert_eq!((error.is_retryable(), error.events_delivered()), (true, 0));
    let shown = error.to_string();
    assert!(shown.starts_with("ThrottlingException (HTTP 429): Too many requests"), "{shown}");
    assert!(shown.contains("[request id r-1]") && shown.contains(error.hint().expect("a hint")), "{shown}");
}

#[tokio::test]
async fn errors_help_with_what_to_do_next() {
    for (status, code, message, model, hints) in [
        (
            "400 Bad Request",
            "ValidationException",
            "Invocation of model ID anthropic.claude-sonnet-5 with on-demand throughput isn’t supported. Retry your request \
             with the ID or ARN of an inference profile that contains this model.",
            "anthropic.claude-sonnet-5",
            &["inference profile", "eu.anthropic.claude-sonnet-5", "global.anthropic.claude-sonnet-5"][..],
        ),
        (
            "403 Forbidden",
            "AccessDeniedException",
            "You don't have access to the model with the specified model ID.",
            MODEL,
            &["IAM must allow", "bedrock:InvokeModelWithResponseStream", "eu-west-1"],
        ),
        (
            "400 Bad Request",
            "ValidationException",
            "The provided model identifier is invalid.",
            MODEL,
            &["eu-west-1"],
        ),
        (
            "403 Forbidden",
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            MODEL,
            &["access key AKIA..MPLE"],
        ),
        (
            "403 Forbidden",
            "InvalidSignatureException",
            "Signature expired: 20250130T064508Z is now earlier than 20250210T013411Z",
            MODEL,
            &["clock"],
        ),
        (
            "403 Forbidden",
            "ExpiredTokenException",
            "The security token included in the request is expired",
            MODEL,
            &["new ones"],
        ),
        ("404 Not Found", "UnknownOperationException", "", MODEL, &["bedrock-runtime endpoint"]),
    ] {
        let body = serde_json::json!({ "message": message }).to_string();
        let server = Server::sending(response(status, &[("x-amzn-errortype", code)], body));
        let error = error_of(&server, model).await;
        assert_eq!((error.kind(), error.code()), (ErrorKind::Service, Some(code)));
        assert!(!error.is_retryable(), "{code}");
        let hint = error.hint().expect("a hint");
        assert!(hints.iter().all(|part| hint.contains(part)), "{code}: {hint}");
        assert!(error.to_string().ends_with(hint), "{error}");
    }
}

#[tokio::test]
async fn an_error_page_of_a_proxy_is_quoted() {
    let error = error_from("502 Bad Gateway", &[("content-type", "text/html")], "<h1>Bad\x1b[2J</h1>").await;
    assert_eq!(
        (error.kind(), error.code(), error.status().map(u16::from)),
        (ErrorKind::Service, None, Some(502))
    );
    assert!(error.is_retryable());
    let shown = error.to_string();
    assert!(
        shown.contains(r"HTTP 502: the answer (text/html) begins with: <h1>Bad\u{1b}[2J</h1>"),
        "{shown}"
    );
}

#[tokio::test]
async fn an_endless_error_page_is_read_only_so_far() {
    let page =
        [head("500 Internal Server Error", &[("content-type", "text/html")]), vec![b'x'; 300_000]].concat();
    let server = Server::answering([Step::Send(page), Step::Hang]);
    let error = error_of(&server, MODEL).await;
    assert_eq!(error.status().map(u16::from), Some(500));
    assert!(error.to_string().len() < 1_000);
    within(server.hung_up()).await;
}

#[tokio::test]
async fn an_error_body_that_breaks_off_leaves_status_and_code() {
    let headers = [("x-amzn-errortype", "AccessDeniedException"), ("content-length", "100")];
    let cut = [head("403 Forbidden", &headers), b"{\"mess".to_vec()].concat();
    let server = Server::answering([Step::Send(cut), Step::Close]);
    let error = error_of(&server, MODEL).await;
    assert_eq!((error.code(), error.status().map(u16::from)), (Some("AccessDeniedException"), Some(403)));
}

#[tokio::test]
async fn success_with_other_content_than_frames_is_an_answer_error() {
    let frames = "application/vnd.amazon.eventstream";
    for (headers, body, quoted) in [
        (
            &[("content-type", "application/json")][..],
            &b"{\"message\":\"\x1b[2J\"}"[..],
            r#"{"message":"\u{1b}[2J"}"#,
        ),
        (&[("content-type", "text/html")], b"<html>login</html>", "<html>login</html>"),
        (&[], b"hello", "(no content type) begins with: hello"),
        (&[("content-type", frames), ("content-encoding", "gzip")], b"\x1f\x8b\x08\0\0", r"\u{1f}"),
    ] {
        let server = Server::sending(response("200 OK", headers, body));
        let error = error_of(&server, MODEL).await;
        assert_eq!((error.kind(), error.status().map(u16::from)), (ErrorKind::Answer, Some(200)));
        let shown = error.to_string();
        assert!(shown.contains(quoted) && !shown.contains(char::is_control), "{shown:?}");
    }
}

#[tokio::test]
async fn redirects_are_reported_and_never_followed() {
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent"]
    {
        let elsewhere = Server::sending(response("200 OK", &[], ""));
        let location = format!("{}/elsewhere", elsewhere.url());
        let server = Server::sending(response(status, &[("location", &location)], ""));
        let error = error_of(&server, MODEL).await;
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!(
            error.status().map(u16::from).map(|status| status.to_string()).as_deref(),
            status.get(..3)
        );
        assert!(error.to_string().contains("redirects are not followed"), "{error}");
        assert_eq!((server.requests().len(), elsewhere.connections()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn no_connection_is_a_transport_error_that_names_the_host() {
    let client = builder().endpoint_url(format!("http://{}", refused())).build().expect("a client");
    let error = within(client.converse_stream(&prompt(MODEL))).await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.transport_kind(), error.status().map(u16::from)),
        (ErrorKind::Transport, Some(TransportErrorKind::Connect), None)
    );
    assert!(error.is_retryable());
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_head_is_broken() {
    for last in [Step::Close, Step::Reset] {
        for steps in [
            vec![last.clone()],
            vec![Step::Send(b"HTTP/1.1 200 O".to_vec()), Step::Sleep(PAUSE), last.clone()],
        ] {
            let server = Server::answering(steps);
            let error = error_of(&server, MODEL).await;
            assert_eq!(
                (error.kind(), error.transport_kind()),
                (ErrorKind::Transport, Some(TransportErrorKind::Broken)),
                "{error}"
            );
            assert!(error.is_retryable());
            assert_eq!(server.requests().len(), 1, "nothing is sent twice behind our back");
        }
    }
}

const PAUSE: Duration = Duration::from_millis(30);

#[tokio::test]
async fn an_answer_that_is_not_http_is_a_transport_error() {
    let server = Server::answering([Step::Send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec()), Step::Close]);
    let error = error_of(&server, MODEL).await;
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
}

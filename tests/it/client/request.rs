//! What goes over the wire, byte for byte as a server sees it.

use std::sync::Arc;
use std::time::SystemTime;

use bedrill::auth::Auth;
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::test_util::Server;
use bedrill::test_util::events::answer;
use bedrill::test_util::responses::response;
use bedrill::{Client, ErrorKind, sigv4};
use bytes::Bytes;
use http::Request;

use super::{MODEL, builder, credentials, prompt, within};

const STREAM: [(&str, &str); 1] = [("content-type", "application/vnd.amazon.eventstream")];

async fn server() -> Server {
    Server::sending(response("200 OK", &STREAM, answer(&["Hi"])))
}

async fn sent(server: &Server, model: &str) -> Request<Bytes> {
    let client = builder().endpoint_url(server.url()).build().expect("a client");
    within(client.converse_stream(&prompt(model))).await.expect("a stream");
    server.request()
}

fn names(request: &Request<Bytes>) -> Vec<&str> {
    let mut names: Vec<_> = request.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_request_carries_what_bedrock_needs_and_nothing_else() {
    let server = server().await;
    let request = sent(&server, MODEL).await;
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri().to_string(), "/model/us.amazon.nova-lite-v1%3A0/converse-stream");
    assert_eq!(
        names(&request),
        [
            "accept",
            "accept-encoding",
            "amz-sdk-invocation-id",
            "amz-sdk-request",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-amz-date"
        ]
    );
    let headers = request.headers();
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["accept"], "application/vnd.amazon.eventstream");
    assert_eq!(headers["accept-encoding"], "identity");
    assert_eq!(headers["host"], server.authority());
    assert_eq!(headers["user-agent"], concat!("bedrill/", env!("CARGO_PKG_VERSION")));
    let body: serde_json::Value = serde_json::from_slice(request.body()).expect("JSON");
    assert_eq!(
        body,
        serde_json::json!({"messages": [{"role": "user", "content": [{"text": "Why is the sky blue?"}]}]})
    );
    let authorization = headers["authorization"].to_str().expect("ASCII");
    let signed = authorization.split("SignedHeaders=").nth(1).expect("signed headers");
    for name in ["amz-sdk-invocation-id", "amz-sdk-request", "content-type", "host", "x-amz-date"] {
        assert!(signed.split([';', ',']).any(|signed| signed == name), "{authorization}");
    }
    assert!(!signed.contains("user-agent"), "{authorization}");
    assert_eq!(sigv4::verify(&request, &credentials(), "bedrock", SystemTime::now()), Ok(()));
}

#[tokio::test]
async fn an_arn_is_one_label_of_the_path() {
    let server = server().await;
    let arn = "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc123";
    let request = sent(&server, arn).await;
    assert_eq!(
        request.uri().to_string(),
        "/model/arn%3Aaws%3Abedrock%3Aeu-west-3%3A123456789012%3Aapplication-inference-profile%2Fabc123/converse-stream"
    );
    assert_eq!(sigv4::verify(&request, &credentials(), "bedrock", SystemTime::now()), Ok(()));
    assert!(
        request.headers()["authorization"]
            .to_str()
            .expect("ASCII")
            .contains("/eu-west-3/bedrock/aws4_request")
    );
}

#[tokio::test]
async fn a_signature_of_another_secret_or_another_request_does_not_verify() {
    let server = server().await;
    let request = sent(&server, MODEL).await;
    let now = SystemTime::now();
    let other = Credentials::new("AKIAIOSFODNN7EXAMPLE", "another secret");
    assert_eq!(sigv4::verify(&request, &other, "bedrock", now), Err(sigv4::VerifyError::SignatureMismatch));
    let mut changed = request;
    *changed.uri_mut() = "/model/us.amazon.nova-lite-v1:0/converse-stream".parse().expect("a path");
    assert_eq!(
        sigv4::verify(&changed, &credentials(), "bedrock", now),
        Err(sigv4::VerifyError::SignatureMismatch)
    );
}

#[tokio::test]
async fn a_session_token_is_sent_and_signed() {
    let server = server().await;
    let credentials = credentials().with_session_token("IQoJb3JpZ2luX2Vj==");
    let client = Client::builder()
        .auth(Auth::SigV4(credentials.clone()))
        .machine(Arc::new(StaticMachine::new()))
        .endpoint_url(server.url())
        .build()
        .expect("a client");
    within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    let request = server.request();
    assert_eq!(request.headers()["x-amz-security-token"], "IQoJb3JpZ2luX2Vj==");
    assert!(request.headers()["authorization"].to_str().expect("ASCII").contains("x-amz-security-token"));
    assert_eq!(sigv4::verify(&request, &credentials, "bedrock", SystemTime::now()), Ok(()));
}

#[tokio::test]
async fn a_bearer_token_goes_without_a_signature() {
    let server = server().await;
    let host = StaticMachine::new()
        .with_var("AWS_BEARER_TOKEN_BEDROCK", " bedrock-api-key-EXAMPLE\n")
        .with_var("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url());
    let client = Client::builder().machine(Arc::new(host)).build().expect("a client");
    within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    let request = server.request();
    assert_eq!(request.headers()["authorization"], "Bearer bedrock-api-key-EXAMPLE");
    assert_eq!(
        names(&request),
        [
            "accept",
            "accept-encoding",
            "amz-sdk-invocation-id",
            "amz-sdk-request",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent"
        ]
    );
}

#[tokio::test]
async fn a_bearer_token_never_goes_over_plain_http_to_another_machine() {
    let client = Client::builder()
        .auth(Auth::Bearer("canary".into()))
        .machine(Arc::new(StaticMachine::new()))
        .endpoint_url("http://bedrock.invalid")
        .build()
        .expect("a client");
    let error = within(client.converse_stream(&prompt(MODEL))).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let shown = error.to_string();
    assert!(shown.contains("plain http") && !shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn converse_asks_for_json_and_reads_one_document() {
    let body = r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn",
        "usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":4}}"#;
    let server = Server::sending(response("200 OK", &[("content-type", "application/json")], body));
    let client = builder().endpoint_url(server.url()).build().expect("a client");
    let output = within(client.converse(&prompt(MODEL))).await.expect("an answer");
    assert_eq!((output.text().as_str(), output.usage.expect("usage").output_tokens), ("Hi", 2));
    let request = server.request();
    assert_eq!(request.uri().to_string(), "/model/us.amazon.nova-lite-v1%3A0/converse");
    assert_eq!(request.headers()["accept"], "application/json");
    assert_eq!(sigv4::verify(&request, &credentials(), "bedrock", SystemTime::now()), Ok(()));
}

#[tokio::test]
async fn a_project_is_sent_in_the_body() {
    let server = server().await;
    let client = builder().endpoint_url(server.url()).build().expect("a client");
    within(client.converse_stream(&prompt(MODEL).project("p1"))).await.expect("a stream");
    let body: serde_json::Value = serde_json::from_slice(server.request().body()).expect("JSON");
    assert_eq!(body["projectIdentifier"], "p1");
}

#[tokio::test]
async fn a_project_with_an_application_profile_is_refused_before_anything_is_sent() {
    let server = server().await;
    // Without credentials: those are not even looked for.
    let host = Arc::new(StaticMachine::new());
    let client = Client::builder().machine(host).endpoint_url(server.url()).build().expect("a client");
    let arn = "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc123";
    let request = prompt(arn).project("p1");
    for error in [
        within(client.converse(&request)).await.map(|_| ()).expect_err("refused"),
        within(client.converse_stream(&request)).await.map(|_| ()).expect_err("refused"),
    ] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0), "{error}");
        assert!(
            error.to_string().starts_with(&format!("the project p1 cannot be used with {arn}: ")),
            "{error}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_client_keeps_its_connection_for_the_next_request() {
    let server = server().await;
    let client = builder().endpoint_url(server.url()).build().expect("a client");
    for _ in 0..3 {
        let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
        within(stream.collect()).await.expect("an answer");
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 1));
}

#[tokio::test]
async fn nothing_with_a_line_break_in_it_is_sent() {
    let server = server().await;
    let keys = |id: &str, token: &str| Auth::SigV4(Credentials::new(id, "secret").with_session_token(token));
    let evil = "canary\r\nx-evil: 1";
    for (auth, model, kind) in [
        (Auth::Bearer(evil.into()), MODEL, ErrorKind::Credentials),
        (keys(evil, "token"), MODEL, ErrorKind::Credentials),
        (keys("AKIDEXAMPLE", evil), MODEL, ErrorKind::Credentials),
        (keys("AKIDEXAMPLE", "token"), "a.b\r\nx-evil: 1", ErrorKind::Configuration),
        (keys("AKIDEXAMPLE", "token"), "../../evil", ErrorKind::Configuration),
    ] {
        let client = builder().auth(auth).endpoint_url(server.url()).build().expect("a client");
        let error = within(client.converse_stream(&prompt(model))).await.expect_err("refused");
        assert_eq!((error.kind(), error.attempts()), (kind, 0), "{error}");
        assert!(!format!("{error} {error:?} {error:#?}").contains("canary"), "{error}");
    }
    for region in ["us-east-1\r\nx-evil: 1", "us-east-1.evil.test/#", "us-east-1@evil.test"] {
        assert_eq!(builder().region(region).build().expect_err(region).kind(), ErrorKind::Configuration);
    }
    assert_eq!(server.connections(), 0);
}

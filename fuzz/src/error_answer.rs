//! Error answers, head and body, as the client reports them, with its advice.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bedrill::auth::Auth;
use bedrill::client::{InferenceProfileFallback, RetryPolicy};
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bedrill::{Client, ConverseRequest, Error};
use bytes::Bytes;

use super::input::Input;

/// The secret of each call, which an answer may repeat and an error may not.
const CANARY: &str = "canary/SECRET+0123456789==";

const MODELS: [&str; 6] = [
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "amazon.nova-lite-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456",
    "qwen.qwen3-32b-v1:0",
    "acme.own",
];

const REGIONS: [&str; 4] = ["us-east-1", "ca-central-1", "ap-southeast-2", "cn-north-1"];

/// What services are known to say, to be mixed with what the input holds.
const WORDS: [&str; 16] = [
    "is not authorized to perform: bedrock:InvokeModel on resource: x",
    "with an explicit deny in a service control policy",
    "on-demand throughput isn\u{2019}t supported",
    "aws-marketplace:Subscribe",
    "INVALID_PAYMENT_INSTRUMENT",
    "Bearer Token has expired",
    "Please make sure your API Key is valid",
    "Credential should be scoped to a valid region",
    "Too many tokens per day",
    "Too many tokens, please wait",
    "have access to the model",
    "The provided model identifier is invalid",
    "Signature expired",
    "data retention mode",
    "service tier",
    CANARY,
];

const CODES: [&str; 8] = [
    "AccessDeniedException",
    "ValidationException",
    "ThrottlingException",
    "InvalidSignatureException",
    "UnrecognizedClientException",
    "ResourceNotFoundException",
    "ExpiredTokenException",
    CANARY,
];

const HEADERS: [&str; 6] =
    ["x-amzn-errortype", "content-type", "x-amzn-requestid", "retry-after", "date", "content-encoding"];

/// Answers every request alike.
struct Answer(http::Response<Bytes>);

impl Transport for Answer {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let (head, body) = self.0.clone().into_parts();
        Box::pin(std::future::ready(Ok(http::Response::from_parts(head, Body::from(body)))))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

/// An answer with an error status, any headers and any body.
///
/// It is an error; neither form of it holds the secret of the call, nor anything that a terminal would obey; the advice
/// names no page that is gone, and never the ID that was just tried as the one to try.
pub fn error_answer(data: &[u8]) {
    let mut input = Input(data);
    let (choice, status) = (input.byte(), input.byte());
    let model = MODELS[usize::from(choice) % MODELS.len()];
    let region = REGIONS[usize::from(choice / 8) % REGIONS.len()];
    let auth = match choice & 0x40 {
        0 => Auth::SigV4(Credentials::new("AKIDEXAMPLE", "canary").with_session_token(CANARY)),
        _ => Auth::Bearer(CANARY.into()),
    };
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = http::StatusCode::from_u16(300 + u16::from(status) % 300).expect("three digits");
    for _ in 0..input.byte() % 5 {
        let name = HEADERS[usize::from(input.byte()) % HEADERS.len()];
        if let Ok(value) = http::HeaderValue::from_bytes(said(&mut input, &CODES).as_bytes()) {
            answer.headers_mut().append(name, value);
        }
    }
    let message = said(&mut input, &WORDS);
    let body = match input.byte() % 4 {
        0 => message,
        1 => serde_json::json!({ "Message": message, "__type": said(&mut input, &CODES) }).to_string(),
        2 => serde_json::json!({ "error": { "message": message } }).to_string(),
        _ => serde_json::json!({ "message": message }).to_string(),
    };
    *answer.body_mut() = Bytes::from(body);

    let client = Client::builder()
        .region(region)
        .auth(auth)
        .machine(StaticMachine::new())
        .transport(Arc::new(Answer(answer)))
        .retry(RetryPolicy::none())
        .inference_profile_fallback(InferenceProfileFallback::Off)
        .no_clock_skew_correction()
        .build()
        .expect("a client");
    let request = ConverseRequest::new(model).message("hi");
    let error = match choice & 0x80 {
        0 => now(client.converse(&request)).expect_err("a status of an error"),
        _ => now(client.list_foundation_models(&Default::default())).expect_err("a status of an error"),
    };
    check(&error, model);
}

fn check(error: &Error, model: &str) {
    for text in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
        assert!(!text.contains(CANARY), "{text}");
    }
    let shown = error.to_string();
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    let Some(hint) = error.hint() else { return };
    assert!(!hint.is_empty() && !hint.contains("Model access"), "{hint}");
    assert!(
        !hint.contains(&format!("try the model id {model} ")) && !hint.ends_with(&format!("id {model}")),
        "{hint}"
    );
}

/// A text of the input's own bytes and of what services say.
fn said(input: &mut Input<'_>, known: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..1 + input.byte() % 3 {
        match input.byte() {
            choice if choice < 0xC0 => text.push_str(known[usize::from(choice) % known.len()]),
            length => text.push_str(input.text(usize::from(length - 0xC0))),
        }
        text.push(' ');
    }
    text.pop();
    text
}

/// The output of a future that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

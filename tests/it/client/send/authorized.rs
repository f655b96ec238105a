//! What a request is authorized with.

use std::sync::Mutex;

use bedrill::ErrorKind;
use bedrill::auth::{Answer, AuthError, Chain, Found, Source};
use bedrill::transport::BoxFuture;

use super::*;
use crate::support::aws_signer::Signer;
use crate::support::scripted_clock::Reply;

const EXPIRED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>ExpiredToken</Code><Message>The provided token \
                       has expired.</Message><Token-0>canary</Token-0></Error>";

/// What `aws-sigv4` signs with the settings for S3 is what was sent.
fn assert_signed_for_s3(sent: &Sent, payload_unsigned: bool) {
    let mut unsigned = sent.request.clone();
    for name in ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"] {
        unsigned.headers_mut().remove(name);
    }
    let signer = Signer {
        credentials: &credentials(),
        region: "us-east-1",
        service: "s3",
        at: date(sent),
        content_sha256: true,
        token_unsigned: false,
        normalize: false,
        double: false,
        payload_unsigned,
        expires: None,
    };
    let (expected, _) = signer.sign(&unsigned);
    for name in ["authorization", "x-amz-content-sha256"] {
        assert_eq!(sent.header(name), expected.headers()[name], "{name}");
    }
}

#[test]
fn s3_gets_the_signature_that_it_requires() {
    let script = Script::new((0..2).map(|_| Reply::json(200, "{}")));
    let client = client(&script);
    for unsigned in [false, true] {
        let service = SigningService::s3().with_options(SigningOptions::s3().with_unsigned_payload(unsigned));
        send(&script, &client, &service.with_host_prefix("my-bucket.s3"), "/a//b/../%C3%A9%2B?list-type=2")
            .expect("sent");
        assert_signed_for_s3(script.sent().last().expect("a request"), unsigned);
    }
    assert_eq!(script.sent()[1].header("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
}

#[test]
fn each_attempt_is_the_same_request_signed_anew() {
    let slow = Reply::error(500, "").after(2 * SECOND);
    let script = Script::new([slow, Reply::json(200, "{}")]);
    send(&script, &client(&script), &runtime(), INVOKE).expect("an answer");
    let sent = script.sent();
    assert_eq!(sent[1].header("amz-sdk-request"), "attempt=2; max=3");
    assert_eq!(sent[0].request.body(), sent[1].request.body());
    assert_eq!(sent[0].request.uri(), sent[1].request.uri());
    assert_ne!(sent[0].header("x-amz-date"), sent[1].header("x-amz-date"));
    assert_verified(&sent[1], "bedrock");
}

#[test]
fn a_wrong_clock_is_corrected_for_all_calls() {
    let body = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
    let refused = Reply::json(403, body).header("date", "Sun, 22 Nov 2026 12:20:00 GMT");
    let script = Script::new([refused, Reply::json(200, "{}"), Reply::hello()]);
    let client = client(&script);
    assert_eq!(send(&script, &client, &SigningService::s3(), "/b/k").expect("an answer").status(), 200);
    script.run(async {
        client.converse_stream(&prompt(MODEL)).await.expect("a stream").collect().await.expect("hello")
    });
    let dates: Vec<String> = script.sent().iter().map(|sent| sent.header("x-amz-date").to_owned()).collect();
    assert_eq!(dates, ["20261122T120000Z", "20261122T122000Z", "20261122T122000Z"]);
}

/// Hands out one key after the other.
struct Keys(Mutex<Vec<&'static str>>);

impl Source for Keys {
    fn name(&self) -> &str {
        "keys"
    }

    fn load<'a>(&'a self, _: bedrill::auth::Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        let id = self.0.lock().expect("no panic").pop().expect("a key");
        let keys = Credentials::new(id, "secret")
            .with_expiration(SystemTime::UNIX_EPOCH + Duration::from_secs(NOON) + 3_600 * SECOND);
        Box::pin(std::future::ready(Ok(Found::new(Auth::SigV4(keys), "keys").into())))
    }
}

#[test]
fn rejected_credentials_are_replaced_once() {
    let of = |replies: [Reply; 2]| {
        let script = Script::new(replies);
        let source = Keys(Mutex::new(vec!["AKIDTHIRD", "AKIDSECOND", "AKIDFIRST"]));
        let machine = Arc::new(StaticMachine::new());
        let chain =
            Chain::builder().machine(machine.clone()).clock(script.clock()).source(Box::new(source)).build();
        let client =
            Client::builder().machine(machine).chain(chain).clock(script.clock()).region("us-east-1");
        let client = client.transport(Arc::new(script.clone())).build().expect("a client");
        let response = send(&script, &client, &SigningService::s3(), "/bucket/key").expect("an answer");
        let key = |sent: &Sent| sent.header("authorization").split(['=', '/']).nth(1).unwrap().to_owned();
        let sent = script.sent();
        let attempts: Vec<_> = sent.iter().map(|sent| sent.header("amz-sdk-request").to_owned()).collect();
        (response, sent.iter().map(key).collect::<Vec<_>>(), attempts, script)
    };
    let (response, keys, attempts, _) = of([Reply::json(400, EXPIRED), Reply::json(200, "{}")]);
    assert_eq!(
        (response.status().as_u16(), keys),
        (200, vec!["AKIDFIRST".to_owned(), "AKIDSECOND".to_owned()])
    );
    assert_eq!(attempts, ["attempt=1; max=3", "attempt=1; max=3"]);

    let (mut response, keys, _, script) = of([Reply::json(400, EXPIRED), Reply::json(400, EXPIRED)]);
    assert_eq!((response.status().as_u16(), keys.len()), (400, 2));
    assert_eq!(read(&script, &mut response).0, EXPIRED.as_bytes());
}

#[test]
fn a_bearer_token_is_sent_where_it_is_taken() {
    let script = Script::new((0..4).map(|_| Reply::json(200, "{}")));
    let client = bearer(&script);
    let elsewhere = SigningService::new("bedrock-mantle").with_bearer(true);
    for (service, uri) in [
        (runtime(), INVOKE),
        (SigningService::bedrock(Plane::Control), "/guardrails"),
        (elsewhere, "/v1/responses"),
        (runtime(), "http://127.0.0.1:4566/"),
    ] {
        send(&script, &client, &service, uri).expect("an answer");
        let sent = script.sent().pop().expect("a request");
        assert_eq!(sent.header("authorization"), "Bearer token-canary");
        assert!(!sent.request.headers().contains_key("x-amz-date"));
    }
}

#[test]
fn a_bearer_token_goes_to_no_other_service_and_not_over_plain_http() {
    let script = Script::new([]);
    let client = bearer(&script);
    for (service, uri, expected) in [
        (SigningService::s3(), "/bucket/key", "s3 accepts no bearer token"),
        (SigningService::new("sts"), "https://sts.amazonaws.com/", "sts accepts no bearer token"),
        (runtime(), "http://gateway.test/", "plain http"),
        (SigningService::s3().with_bearer(true), "http://gateway.test/", "plain http"),
    ] {
        let error = send(&script, &client, &service, uri).expect_err(uri);
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Credentials, 0), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    assert!(script.sent().is_empty());
}

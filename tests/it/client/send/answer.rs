//! What comes back, when, and what is asked for again.

use std::task::{Context, Poll, Waker};

use bedrill::ErrorKind;
use bedrill::client::{RetryPolicy, TimeoutKind, Timeouts};
use bedrill::transport::TransportErrorKind;

use super::*;
use crate::support::scripted_clock::{Reply, Step};

fn outcome(replies: impl IntoIterator<Item = Reply>) -> (Result<Response<Body>, Error>, Script) {
    let script = Script::new(replies);
    let response = send(&script, &client(&script), &runtime(), INVOKE);
    (response, script)
}

#[test]
fn an_invocation_is_signed_and_its_answer_is_handed_on() {
    let reply = Reply::json(200, r#"{"embedding":[0.5],"#).header("x-amzn-bedrock-input-token-count", "6");
    let script = Script::new([reply.then([Step::Wait(SECOND), Step::Send(br#""n":1}"#.to_vec())])]);
    let mut response = send(&script, &client(&script), &runtime(), INVOKE).expect("an answer");
    assert_eq!(
        (response.status().as_u16(), script.elapsed()),
        (200, Duration::ZERO),
        "the head is not kept waiting"
    );
    assert_eq!(response.headers()["x-amzn-bedrock-input-token-count"], "6");
    let (body, error) = read(&script, &mut response);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(body, br#"{"embedding":[0.5],"n":1}"#);

    let sent = &script.sent()[0];
    let expected = format!("https://bedrock-runtime.us-east-1.amazonaws.com{INVOKE}");
    assert_eq!(sent.request.uri().to_string(), expected);
    assert_eq!((sent.request.method().as_str(), &sent.request.body()[..]), ("POST", &b"{}"[..]));
    assert!(sent.header("user-agent").starts_with("bedrill/"), "{}", sent.header("user-agent"));
    assert_eq!(sent.header("amz-sdk-request"), "attempt=1; max=3");
    assert_verified(sent, "bedrock");
}

#[test]
fn what_may_pass_is_sent_again() {
    for (first, wait) in [
        (Reply::error(503, ""), 50),
        (Reply::error(429, "ThrottlingException"), 1_000),
        (Reply::json(400, r#"{"__type":"ThrottlingException"}"#), 1_000),
        (Reply::json(400, "<Error><Code>SlowDown</Code></Error>"), 1_000),
        (Reply::error(503, "").header("x-amz-retry-after", "1500"), 1_500),
        (Reply::failure(TransportErrorKind::Broken), 50),
        (Reply::error(502, "").then([Step::Break]), 50),
    ] {
        let (response, script) = outcome([first, Reply::json(200, "{}")]);
        assert_eq!(response.expect("an answer").status(), 200);
        assert_eq!(script.times(), [0, wait]);
    }
}

#[test]
fn an_answer_that_is_not_retried_is_not_an_error() {
    for status in [204, 301, 304, 400, 403, 404, 408, 501, 529] {
        let reply = Reply::json(status, "{\"message\":\"no ").header("x-amzn-requestid", "r-1");
        let reply = reply.then([Step::Send(b"token-canary\"}\r\n".to_vec())]);
        let script = Script::new([reply]);
        let mut response = send(&script, &bearer(&script), &runtime(), INVOKE).expect("an answer");
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["x-amzn-requestid"], "r-1");
        // As it came: the caller may have to hand it on.
        assert_eq!(read(&script, &mut response).0, b"{\"message\":\"no token-canary\"}\r\n", "{status}");
        assert_eq!(script.times(), [0]);
    }
}

#[test]
fn the_last_answer_is_returned_when_there_are_no_retries_left() {
    let (response, script) =
        outcome([Reply::error(503, ""), Reply::error(500, ""), Reply::json(502, "<html>")]);
    let mut response = response.expect("an answer");
    assert_eq!((response.status().as_u16(), read(&script, &mut response).0), (502, b"<html>".to_vec()));
    assert_eq!(script.times(), [0, 50, 150]);

    let script = Script::new([Reply::json(503, ""), Reply::json(200, "{}")]);
    let client = script.client().retry(RetryPolicy::none()).build().expect("a client");
    let mut response = send(&script, &client, &runtime(), INVOKE).expect("an answer");
    assert_eq!((response.status().as_u16(), read(&script, &mut response).0), (503, Vec::new()));
}

#[test]
fn a_refusal_longer_than_what_is_read_of_it_comes_whole() {
    let long: Vec<Step> = (0..5).map(|n| Step::Send(vec![n; 40_000])).collect();
    let script = Script::new([Reply::json(400, "{").then(long)]);
    let mut response = send(&script, &client(&script), &runtime(), INVOKE).expect("an answer");
    let (body, error) = read(&script, &mut response);
    assert!(error.is_none() && body.len() == 200_001, "{} {error:?}", body.len());
    assert_eq!((body[0], body[1], body[200_000]), (b'{', 0, 4));
}

#[test]
fn a_refusal_that_breaks_off_is_handed_on_with_its_end() {
    let (response, script) = outcome([Reply::json(400, "{").then([Step::Break]), Reply::json(200, "{}")]);
    let mut response = response.expect("an answer");
    let (body, error) = read(&script, &mut response);
    assert_eq!((response.status().as_u16(), &body[..], script.times()), (400, &b"{"[..], vec![0]));
    assert_eq!(error.expect("cut").kind(), TransportErrorKind::Broken);
}

#[test]
fn each_stage_has_its_limit() {
    let limits = Timeouts::none().with_first_byte(5 * SECOND).with_idle(7 * SECOND).with_total(30 * SECOND);
    let of = |timeouts: Timeouts, replies: Vec<Reply>| {
        let script = Script::new(replies);
        let client = script.client().timeouts(timeouts).retry(RetryPolicy::none()).build().expect("a client");
        (send(&script, &client, &runtime(), INVOKE), script)
    };
    let (response, script) = of(limits, vec![Reply::silence()]);
    let error = response.expect_err("no head");
    assert_eq!((error.timeout_kind(), script.elapsed()), (Some(TimeoutKind::FirstByte), 5 * SECOND));
    let (response, script) = of(limits, vec![Reply::json(400, "{").then([Step::Hang])]);
    let mut response = response.expect("the head");
    let (body, error) = read(&script, &mut response);
    let error = Error::from(error.expect("a limit"));
    assert_eq!(
        (&body[..], error.timeout_kind(), script.elapsed()),
        (&b"{"[..], Some(TimeoutKind::Idle), 7 * SECOND)
    );

    let trickling = |wait: u64| {
        (0..9)
            .flat_map(move |_| [Step::Wait(u32::try_from(wait).unwrap() * SECOND), Step::Send(b"x".to_vec())])
    };
    for (wait, came, kind, at) in [(8, 0, TimeoutKind::Idle, 7), (6, 4, TimeoutKind::Total, 30)] {
        let reply = Reply::stream([]).then(trickling(wait));
        let (response, script) = of(limits, vec![reply]);
        let mut response = response.expect("the head");
        let (body, error) = read(&script, &mut response);
        let error = error.expect("a limit");
        assert_eq!(
            (error.kind(), body.len(), script.elapsed().as_secs()),
            (TransportErrorKind::Timeout, came, at)
        );
        let error = Error::from(error);
        assert_eq!((error.kind(), error.timeout_kind()), (ErrorKind::Timeout, Some(kind)));
        assert_eq!(error.is_retryable(), kind == TimeoutKind::Idle);
    }
    // The limit for frames does not apply to a body.
    let reply = Reply::stream([]).then(trickling(6));
    let (response, script) = of(Timeouts::none().with_frame(SECOND), vec![reply]);
    let mut response = response.expect("the head");
    assert_eq!(read(&script, &mut response).0.len(), 9);
}

#[test]
fn a_body_that_breaks_off_says_so() {
    let (response, script) = outcome([Reply::json(200, "{").then([Step::Break]), Reply::json(200, "{}")]);
    let (body, error) = read(&script, &mut response.expect("the head"));
    assert_eq!(
        (body, error.expect("cut").kind(), script.times()),
        (b"{".to_vec(), TransportErrorKind::Broken, vec![0])
    );
}

#[test]
fn a_call_that_is_dropped_is_not_sent_again() {
    let script = Script::new([Reply::silence(), Reply::json(200, "{}")]);
    let client = client(&script);
    let service = runtime();
    let mut sending = Box::pin(client.send(&service, post(INVOKE)));
    assert!(matches!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    drop(sending);
    assert_eq!(script.sent().len(), 1);
    assert_eq!(send(&script, &client, &service, INVOKE).expect("an answer").status(), 200);
    assert_eq!(script.sent().len(), 2);
}

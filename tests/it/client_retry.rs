//! What a client does with a request that fails: how often and when it sends it again, and how it is signed.

use std::sync::Arc;
use std::time::Duration;

use bedrill::auth::Auth;
use bedrill::client::{RetryPolicy, StreamEnd};
use bedrill::machine::StaticMachine;
use bedrill::test_util::events::{event, exception, frame, start, stop, text};
use bedrill::transport::TransportErrorKind;
use bedrill::{Client, ConverseRequest, ConverseResponse, Error, ErrorKind};

use crate::support::scripted_clock::{Reply, Script, Step};

fn request() -> ConverseRequest {
    ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi")
}

/// An exception in the stream.
fn failure(exception_type: &str) -> Vec<u8> {
    exception(exception_type, r#"{"message":"said the service"}"#)
}

fn collect(script: &Script, client: &Client) -> Result<ConverseResponse, Error> {
    script.run(async { client.converse_stream(&request()).await?.collect().await })
}

/// The text of the answer, or the error, and when requests were sent.
fn outcome(replies: impl IntoIterator<Item = Reply>) -> (Result<String, Error>, Vec<u64>) {
    let script = Script::new(replies);
    let client = script.client().build().expect("a client");
    (collect(&script, &client).map(|output| output.text()), script.times())
}

#[track_caller]
fn assert_retried(first: Reply, wait: u64) {
    let (text, times) = outcome([first, Reply::hello()]);
    assert_eq!(text.expect("an answer"), "Hello");
    assert_eq!(times, [0, wait]);
}

#[track_caller]
fn assert_final(first: Reply) -> Error {
    let (answer, times) = outcome([first, Reply::hello()]);
    let error = answer.expect_err("a failure");
    assert_eq!(times, [0], "{error}");
    assert_eq!(error.attempts(), 1);
    error
}

#[test]
fn three_attempts_are_made_and_the_last_failure_is_returned() {
    let (answer, times) = outcome([Reply::error(503, ""), Reply::error(500, ""), Reply::error(502, "")]);
    let error = answer.expect_err("a failure");
    assert_eq!(times, [0, 50, 150]);
    assert_eq!((error.status().map(u16::from), error.attempts()), (Some(502), 3));
    assert!(error.to_string().contains("(3 attempts)"), "{error}");
}

#[test]
fn what_may_pass_is_tried_again() {
    for status in [500, 502, 503, 504] {
        assert_retried(Reply::error(status, ""), 50);
    }
    assert_retried(Reply::error(429, "ThrottlingException"), 1_000);
    assert_retried(Reply::error(429, "ModelNotReadyException"), 50);
    assert_retried(Reply::error(503, "").header("x-amz-retry-after", "1500"), 1_500);
    assert_retried(Reply::error(503, "").header("x-amz-retry-after", "soon"), 50);
    // The SDKs do not read the header that HTTP has for this.
    assert_retried(Reply::error(503, "").header("retry-after", "7"), 50);
    for kind in [
        TransportErrorKind::Connect,
        TransportErrorKind::Broken,
        TransportErrorKind::Timeout,
        TransportErrorKind::DnsTemporary,
    ] {
        assert_retried(Reply::failure(kind), 50);
    }
}

#[test]
fn what_will_not_pass_is_returned_at_once() {
    for (status, code) in [
        (400, "ValidationException"),
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (408, "ModelTimeoutException"),
        (424, "ModelErrorException"),
        (529, ""),
        (302, ""),
    ] {
        assert_final(Reply::error(status, code));
    }
    for kind in [TransportErrorKind::Dns, TransportErrorKind::Tls, TransportErrorKind::Proxy] {
        assert_eq!(assert_final(Reply::failure(kind)).transport_kind(), Some(kind));
    }
    assert_eq!(assert_final(Reply::json(200, "{}")).kind(), ErrorKind::Answer);
}

#[test]
fn each_attempt_is_dated_numbered_and_signed_anew() {
    let slow = Reply::error(500, "").after(Duration::from_secs(2));
    let script = Script::new([slow.clone(), slow, Reply::hello(), Reply::hello()]);
    let client = script.client().build().expect("a client");
    collect(&script, &client).expect("an answer");
    collect(&script, &client).expect("an answer");

    let sent = script.sent();
    let numbers: Vec<&str> = sent.iter().map(|sent| sent.header("amz-sdk-request")).collect();
    assert_eq!(numbers, ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3", "attempt=1; max=3"]);
    let dates: Vec<&str> = sent.iter().map(|sent| sent.header("x-amz-date")).collect();
    assert_eq!(dates[..3], ["20261122T120000Z", "20261122T120002Z", "20261122T120004Z"]);
    let ids: Vec<&str> = sent.iter().map(|sent| sent.header("amz-sdk-invocation-id")).collect();
    assert_eq!(ids[0].len(), 36);
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3], "{ids:?}");
    let signatures: Vec<&str> = sent.iter().map(|sent| sent.header("authorization")).collect();
    assert!(signatures.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(signatures[0].contains(";amz-sdk-request;") || signatures[0].contains("=amz-sdk-"), "signed");
    assert!(sent.iter().all(|later| later.request.body() == sent[0].request.body()));
}

#[test]
fn a_stream_that_fails_before_content_is_asked_for_again() {
    assert_retried(Reply::stream([failure("throttlingException")]), 1_000);
    assert_retried(Reply::stream([start(), failure("serviceUnavailableException")]), 50);
    assert_retried(Reply::stream([start(), failure("InternalServerException")]), 50);
    assert_retried(
        Reply::stream([frame(&[(":message-type", "error"), (":error-code", "ThrottlingException")], "")]),
        1_000,
    );
    assert_retried(Reply::stream([]).then([Step::Break]), 50);
    // A part of the first frame is not an event.
    assert_retried(Reply::stream([start()[..20].to_vec()]).then([Step::Break]), 50);
}

#[test]
fn nothing_is_shown_twice() {
    let script = Script::new([
        Reply::stream([start(), failure("throttlingException")]),
        Reply::stream([start(), text("He"), text("llo"), stop("end_turn")]),
    ]);
    let client = script.client().build().expect("a client");
    script.run(async {
        let mut stream = client.converse_stream(&request()).await.expect("a stream");
        assert_eq!((stream.attempts(), stream.events_delivered()), (2, 0));
        let mut events = Vec::new();
        while let Some(event) = stream.next().await {
            events.push(event.expect("an event").event_type().to_owned());
            assert_eq!(stream.events_delivered(), events.len() as u64);
        }
        assert_eq!(events, ["messageStart", "contentBlockDelta", "contentBlockDelta", "messageStop"]);
    });
}

#[test]
fn after_content_nothing_is_sent_again() {
    for (reply, end) in [
        (Reply::stream([start(), text("Hel"), failure("throttlingException")]), StreamEnd::Exception),
        (Reply::stream([start(), text("Hel")]).then([Step::Break]), StreamEnd::Reset),
    ] {
        let error = assert_final(reply);
        assert_eq!(error.stream_end(), Some(end));
        assert_eq!(error.events_delivered(), 2);
        assert_eq!(error.received().map(|message| message.text()).as_deref(), Some("Hel"));
        assert!(error.is_retryable(), "the caller may decide to");
        assert!(!format!("{error:#?}").contains("Hel"), "{error:?}");
    }
}

#[test]
fn an_answer_that_ends_before_content_is_asked_for_again_however_it_ends() {
    for frames in
        [vec![], vec![start()], vec![start()[..20].to_vec()], vec![start(), text("Hi")[..30].to_vec()]]
    {
        assert_retried(Reply::stream(frames.clone()), 50);
        assert_retried(Reply::stream(frames).then([Step::Break]), 50);
    }
}

#[test]
fn what_is_wrong_with_a_stream_for_good_is_handed_out_with_what_came() {
    for (body, end) in [
        (vec![start(), failure("validationException")], StreamEnd::Exception),
        (vec![start(), failure("modelStreamErrorException")], StreamEnd::Exception),
        (vec![start(), event("contentBlockDelta", "{")], StreamEnd::Corrupt),
        (vec![start(), vec![b'x'; 40]], StreamEnd::Corrupt),
    ] {
        let error = assert_final(Reply::stream(body));
        assert_eq!(error.stream_end(), Some(end), "{error}");
        assert_eq!((error.status().map(u16::from), error.events_delivered()), (Some(200), 1), "{error}");
    }
}

#[test]
fn a_frame_over_the_budget_is_an_end_of_its_own() {
    let script = Script::new([Reply::stream([start(), text("Hel"), text(&"x".repeat(2_000))])]);
    let client = script.client().frame_budget(1_000).build().expect("a client");
    let error = collect(&script, &client).expect_err("too big");
    assert_eq!(error.stream_end(), Some(StreamEnd::OverBudget));
    assert_eq!(error.received().map(|message| message.text()).as_deref(), Some("Hel"));
}

#[test]
fn streams_that_keep_failing_are_handed_out_as_they_failed() {
    let throttled = Reply::stream([start(), failure("throttlingException")]);
    let (answer, times) = outcome([throttled.clone(), throttled.clone(), throttled]);
    let error = answer.expect_err("throttled");
    assert_eq!(times, [0, 1_000, 3_000]);
    assert!(error.is_throttling());
    assert_eq!((error.attempts(), error.events_delivered()), (3, 1));
}

#[test]
fn streams_can_be_left_as_they_come() {
    let script = Script::new([Reply::stream([]).then([Step::Wait(Duration::from_secs(5)), Step::Break])]);
    let policy = RetryPolicy::standard().with_retry_streams(false);
    let client = script.client().retry(policy).build().expect("a client");
    script.run(async {
        let mut stream = client.converse_stream(&request()).await.expect("the head");
        assert_eq!(script.elapsed(), Duration::ZERO);
        assert!(stream.next().await.expect("an item").is_err());
        assert!(stream.next().await.is_none());
    });
    assert_eq!(script.times(), [0]);
}

#[test]
fn without_retries_one_request_is_sent() {
    let script = Script::new([Reply::error(503, ""), Reply::hello()]);
    let client = script.client().retry(RetryPolicy::none()).build().expect("a client");
    assert_eq!(collect(&script, &client).expect_err("a failure").attempts(), 1);
    assert_eq!(script.sent()[0].header("amz-sdk-request"), "attempt=1; max=1");
}

#[test]
fn an_answer_whose_body_breaks_is_asked_for_again() {
    const WHOLE: &str = r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},
        "stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}"#;
    let script = Script::new([
        Reply::error(500, ""),
        Reply::json(200, &WHOLE[..40]).then([Step::Break]),
        Reply::json(200, WHOLE),
    ]);
    let client = script.client().build().expect("a client");
    let output = script.run(client.converse(&request())).expect("an answer");
    assert_eq!(output.text(), "Hello");
    assert_eq!(script.times(), [0, 50, 150]);
}

#[test]
fn calls_share_one_quota() {
    let script = Script::new((0..60).map(|_| Reply::error(503, "")));
    let client = script.client().build().expect("a client");
    let requests: Vec<usize> = (0..20)
        .map(|_| {
            let before = script.sent().len();
            collect(&script, &client).expect_err("a failure");
            script.sent().len() - before
        })
        .collect();
    // 500 tokens are 35 retries at 14: two for each of 17 calls, one for the next.
    assert_eq!(requests, [vec![3; 17], vec![2], vec![1, 1]].concat());
}

#[test]
fn settings_of_the_machine_count_unless_the_program_has_its_own() {
    let attempts = |host: StaticMachine, policy: Option<RetryPolicy>| -> Result<usize, String> {
        let script = Script::new((0..9).map(|_| Reply::error(503, "")));
        let credentials = bedrill::credentials::Credentials::new("AKIDEXAMPLE", "secret");
        let mut builder = Client::builder()
            .machine(Arc::new(host.with_home("/home/me")))
            .auth(Auth::SigV4(credentials))
            .transport(Arc::new(script.clone()));
        if let Some(policy) = policy {
            builder = builder.retry(policy);
        }
        let client = builder.build().map_err(|error| error.to_string())?;
        collect(&script, &client).expect_err("a failure");
        Ok(script.sent().len())
    };
    let host = StaticMachine::new;
    let profile = |line: &str| host().with_file("/home/me/.aws/config", format!("[default]\n{line}\n"));
    assert_eq!(attempts(host(), None), Ok(3));
    assert_eq!(attempts(host().with_var("AWS_MAX_ATTEMPTS", "5"), None), Ok(5));
    assert_eq!(attempts(profile("max_attempts = 2"), None), Ok(2));
    assert_eq!(attempts(profile("max_attempts = 2").with_var("AWS_MAX_ATTEMPTS", "4"), None), Ok(4));
    for mode in ["standard", "legacy", "adaptive", "Standard"] {
        assert_eq!(attempts(host().with_var("AWS_RETRY_MODE", mode), None), Ok(3), "{mode}");
    }
    for attempts_text in ["0", "-1", "three", "1.5"] {
        let error = attempts(host().with_var("AWS_MAX_ATTEMPTS", attempts_text), None).unwrap_err();
        assert!(error.starts_with("AWS_MAX_ATTEMPTS: "), "{error}");
    }
    let error = attempts(host().with_var("AWS_RETRY_MODE", "never"), None).unwrap_err();
    assert!(error.starts_with("AWS_RETRY_MODE: \"never\" is not a retry mode"), "{error}");
    // Empty counts as absent.
    let empty = host().with_var("AWS_MAX_ATTEMPTS", "").with_var("AWS_RETRY_MODE", "");
    assert_eq!(attempts(empty, None), Ok(3));
    let error = attempts(profile("retry_mode = never"), None).unwrap_err();
    assert!(error.contains("config:2: \"never\" is not a retry mode"), "{error}");
    let own = Some(RetryPolicy::standard().with_max_attempts(2));
    assert_eq!(attempts(host().with_var("AWS_MAX_ATTEMPTS", "0"), own), Ok(2));
}

const FIVE_MINUTES_ON: (&str, &str) = ("date", "Sun, 22 Nov 2026 12:05:00 GMT");

fn refusal(code: &'static str) -> Reply {
    Reply::error(403, code).header(FIVE_MINUTES_ON.0, FIVE_MINUTES_ON.1)
}

#[test]
fn a_wrong_clock_is_corrected_once_and_stays_correct() {
    let script = Script::new([refusal("InvalidSignatureException"), Reply::hello(), Reply::hello()]);
    let client = script.client().build().expect("a client");
    let clone = client.clone();
    collect(&script, &client).expect("an answer");
    collect(&script, &clone).expect("an answer");
    let dates: Vec<String> = script.sent().iter().map(|sent| sent.header("x-amz-date").to_owned()).collect();
    assert_eq!(dates, ["20261122T120000Z", "20261122T120500Z", "20261122T120500Z"]);
}

#[test]
fn a_refusal_with_the_corrected_time_is_final() {
    let later = Reply::error(403, "SignatureDoesNotMatch").header("date", "Sun, 22 Nov 2026 13:00:00 GMT");
    for second in [refusal("SignatureDoesNotMatch"), later] {
        let (answer, times) = outcome([refusal("SignatureDoesNotMatch"), second, Reply::hello()]);
        assert_eq!(answer.expect_err("refused").attempts(), 2);
        assert_eq!(times, [0, 50]);
    }
}

#[test]
fn a_clock_is_not_corrected_without_a_reason() {
    assert_final(refusal("ValidationException"));
    assert_final(refusal("AccessDeniedException").header("age", "1"));
    assert_final(Reply::error(403, "AccessDeniedException").header("date", "Sun, 22 Nov 2026 12:04:00 GMT"));

    let script = Script::new([refusal("AccessDeniedException")]);
    let client = script.client().no_clock_skew_correction().build().expect("a client");
    collect(&script, &client).expect_err("refused");
    assert_eq!(script.times(), [0]);

    // A bearer token carries no date.
    let script = Script::new([refusal("AccessDeniedException")]);
    let client = script.client().auth(Auth::Bearer("token".into())).build().expect("a client");
    collect(&script, &client).expect_err("refused");
    assert_eq!(script.times(), [0]);
}

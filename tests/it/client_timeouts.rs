//! Time limits: what each bounds, what its error says, and what does not count.

use std::time::Duration;

use bedrill::client::{StreamEnd, TimeoutKind, Timeouts};
use bedrill::test_util::events::{event, start, stop, text};
use bedrill::transport::TransportErrorKind;
use bedrill::{ConverseRequest, ConverseResponse, Error, ErrorKind};

use crate::support::scripted_clock::{Reply, Script, Step};

const fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

fn request() -> ConverseRequest {
    ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi")
}

fn outcome(
    timeouts: Timeouts,
    replies: impl IntoIterator<Item = Reply>,
) -> (Result<ConverseResponse, Error>, Script) {
    let script = Script::new(replies);
    let client = script.client().timeouts(timeouts).build().expect("a client");
    let answer = script.run(async { client.converse_stream(&request()).await?.collect().await });
    (answer, script)
}

/// Bytes that arrive one per second.
fn drip(bytes: &[u8]) -> Vec<Step> {
    (0..bytes.len()).flat_map(|at| [Step::Wait(seconds(1)), Step::Send(bytes[at..=at].to_vec())]).collect()
}

#[test]
fn a_head_that_does_not_come_is_waited_for_600_s_and_asked_for_again() {
    let (answer, script) = outcome(Timeouts::new(), [Reply::silence(), Reply::silence(), Reply::silence()]);
    let error = answer.expect_err("silence");
    assert_eq!(script.times(), [0, 600_050, 1_200_150]);
    assert_eq!(script.elapsed(), Duration::from_millis(1_800_150));
    assert_eq!((error.kind(), error.timeout_kind()), (ErrorKind::Timeout, Some(TimeoutKind::FirstByte)));
    assert_eq!((error.stream_end(), error.attempts()), (None, 3));
    assert_eq!(error.to_string(), "first-byte timeout: no response within 600 s (3 attempts)");
    let late = outcome(Timeouts::new(), [Reply::hello().after(seconds(599))]);
    assert_eq!(late.0.expect("in time").text(), "Hello");
}

#[test]
fn a_stream_that_stalls_ends_after_300_s() {
    let stalled = Reply::stream([start(), text("Hel")]).then([Step::Wait(seconds(10)), Step::Hang]);
    let (answer, script) = outcome(Timeouts::new(), [stalled, Reply::hello()]);
    let error = answer.expect_err("a stall");
    assert_eq!((script.times(), script.elapsed()), (vec![0], seconds(300)));
    assert_eq!((error.timeout_kind(), error.stream_end()), (Some(TimeoutKind::Idle), Some(StreamEnd::Idle)));
    assert_eq!(error.received().map(|message| message.text()).as_deref(), Some("Hel"));
    assert_eq!(
        error.to_string(),
        "idle timeout: nothing arrived for 300 s; the last event was \"contentBlockDelta\" (after 2 events)"
    );
}

#[test]
fn a_stall_before_the_first_event_says_so_and_is_not_asked_for_again() {
    let (answer, script) = outcome(Timeouts::new(), [Reply::stream([]).then([Step::Hang]), Reply::hello()]);
    let error = answer.expect_err("a stall");
    assert_eq!(script.times(), [0]);
    assert_eq!(error.to_string(), "idle timeout: nothing arrived for 300 s; there was no event yet");
}

#[test]
fn pauses_below_the_limit_are_not_a_stall() {
    let pause = Step::Wait(seconds(299));
    let reply = Reply::stream([start()]).then([
        pause.clone(),
        Step::Send(text("Hel")),
        pause.clone(),
        Step::Send(text("lo")),
        pause.clone(),
        Step::Send(stop("end_turn")),
        pause,
    ]);
    let (answer, script) = outcome(Timeouts::new(), [reply]);
    assert_eq!(answer.expect("whole").text(), "Hello");
    assert_eq!(script.elapsed(), seconds(4 * 299));
}

#[test]
fn a_stall_is_counted_from_the_last_bytes_to_the_second() {
    let mut reply = Reply::stream([start()]);
    for _ in 0..5 {
        reply = reply.then([Step::Wait(seconds(130)), Step::Send(text("tick "))]);
    }
    let (answer, script) = outcome(Timeouts::new(), [reply.then([Step::Hang])]);
    assert_eq!(answer.expect_err("a stall").timeout_kind(), Some(TimeoutKind::Idle));
    assert_eq!(script.elapsed(), seconds(5 * 130 + 300));
}

#[test]
fn a_frame_that_trickles_is_given_300_s() {
    let long = text(&"x".repeat(400));
    let reply = Reply::stream([start(), text("Hel")]).then([Step::Wait(seconds(50))]).then(drip(&long));
    let (answer, script) = outcome(Timeouts::new(), [reply, Reply::hello()]);
    let error = answer.expect_err("too slow");
    // The frame begins with its first byte, after 51 s.
    assert_eq!((script.times(), script.elapsed()), (vec![0], seconds(351)));
    assert_eq!((error.timeout_kind(), error.stream_end()), (Some(TimeoutKind::Frame), Some(StreamEnd::Idle)));
    let said = error.to_string();
    assert!(
        said.starts_with("frame timeout: one frame was still incomplete after 300 s; the last event was"),
        "{said}"
    );
    assert!(said.contains(" bytes of the next frame had arrived"), "{said}");
}

#[test]
fn frames_that_trickle_in_time_are_read() {
    let mut reply = Reply::stream([start()]);
    for _ in 0..5 {
        reply = reply.then(drip(&text("slow")));
    }
    let (answer, script) = outcome(Timeouts::new(), [reply.then([Step::Send(stop("end_turn"))])]);
    assert_eq!(answer.expect("whole").text(), "slow".repeat(5));
    assert!(script.elapsed() > seconds(300), "longer in all than one frame may take");
}

#[test]
fn a_slow_reader_is_not_a_stall() {
    let head_of_next = text("lo")[..20].to_vec();
    let rest_of_next = text("lo")[20..].to_vec();
    let first = [start(), text("Hel"), head_of_next].concat();
    let script = Script::new([Reply::stream([first]).then([
        Step::Wait(seconds(1)),
        Step::Send(rest_of_next),
        Step::Send(stop("end_turn")),
    ])]);
    let client = script.client().build().expect("a client");
    script.run(async {
        let mut stream = client.converse_stream(&request()).await.expect("a stream");
        let mut events = 0;
        while let Some(event) = stream.next().await {
            event.expect("an event");
            events += 1;
            script.pass(seconds(1_000));
        }
        assert_eq!(events, 4);
    });
}

#[test]
fn the_total_bounds_retries_and_the_waits_between_them() {
    let timeouts = Timeouts::new().with_total(Duration::from_millis(120));
    let (answer, script) = outcome(timeouts, [Reply::error(503, ""), Reply::error(503, ""), Reply::hello()]);
    let error = answer.expect_err("out of time");
    assert_eq!((script.times(), script.elapsed()), (vec![0, 50], Duration::from_millis(120)));
    assert_eq!((error.timeout_kind(), error.attempts()), (Some(TimeoutKind::Total), 2));
    assert!(!error.is_retryable());
    assert_eq!(error.to_string(), "total timeout: the call was not finished after 0.12 s (2 attempts)");
}

#[test]
fn the_total_bounds_the_stream() {
    let mut reply = Reply::stream([start()]);
    for _ in 0..100 {
        reply = reply.then([Step::Send(text("tick ")), Step::Wait(seconds(1))]);
    }
    let timeouts = Timeouts::new().with_total(Duration::from_millis(2_500));
    let (answer, script) = outcome(timeouts, [reply.then([Step::Send(stop("end_turn"))])]);
    let error = answer.expect_err("out of time");
    assert_eq!(script.elapsed(), Duration::from_millis(2_500));
    assert_eq!(
        (error.timeout_kind(), error.stream_end()),
        (Some(TimeoutKind::Total), Some(StreamEnd::OutOfTime))
    );
    assert_eq!(error.received().map(|message| message.text()).as_deref(), Some("tick tick tick "));
}

#[test]
fn a_stall_after_the_message_costs_only_the_usage() {
    let script = Script::new([Reply::hello().then([Step::Hang])]);
    let client = script.client().build().expect("a client");
    script.run(async {
        let mut stream = client.converse_stream(&request()).await.expect("a stream");
        while let Some(event) = stream.next().await {
            event.expect("an event");
        }
        let warning = stream.warning().expect("a warning");
        assert_eq!(warning.timeout_kind(), Some(TimeoutKind::Idle));
        assert!(warning.to_string().contains("idle timeout"), "{warning}");
    });
    assert_eq!(script.elapsed(), seconds(300));
}

#[test]
fn limits_can_be_removed() {
    let eons = seconds(1_000_000);
    let reply =
        Reply::stream([start(), text("Hel"), text("lo")]).after(eons).then([Step::Wait(eons)]).then([
            Step::Send(stop("end_turn")[..5].to_vec()),
            Step::Wait(eons),
            Step::Send(stop("end_turn")[5..].to_vec()),
        ]);
    let off = Timeouts::new().with_first_byte(None).with_idle(Duration::ZERO).with_frame(None);
    let (answer, _) = outcome(off, [reply.clone()]);
    assert_eq!(answer.expect("whole").text(), "Hello");
    assert_eq!(outcome(Timeouts::none(), [reply]).0.expect("whole").text(), "Hello");
}

#[test]
fn an_answer_that_is_not_a_stream_has_its_limits_too() {
    let body = [b' '; 1_000];
    for (reply, kind, said) in [
        (
            Reply::json(200, "{").then([Step::Hang]),
            TimeoutKind::Idle,
            "idle timeout: nothing arrived for 300 s",
        ),
        (
            Reply::json(200, "{").then(drip(&body)),
            TimeoutKind::Frame,
            "frame timeout: the body was still incomplete after 300 s",
        ),
    ] {
        let script = Script::new([reply.clone(), reply.clone(), reply]);
        let client = script.client().build().expect("a client");
        let error = script.run(client.converse(&request())).expect_err("out of time");
        assert_eq!(
            (error.timeout_kind(), error.status().map(u16::from), error.attempts()),
            (Some(kind), Some(200), 3)
        );
        assert!(error.to_string().starts_with(said), "{error}");
        assert_eq!(error.stream_end(), None);
    }
}

#[test]
fn an_error_whose_message_does_not_arrive_is_still_that_error() {
    let hanging = Reply::error(400, "ValidationException").then([Step::Hang]);
    let (answer, script) = outcome(Timeouts::new(), [hanging]);
    let error = answer.expect_err("refused");
    assert_eq!((error.code(), script.elapsed()), (Some("ValidationException"), seconds(300)));
}

#[test]
fn a_transport_that_runs_out_of_time_was_connecting() {
    let failure = || Reply::failure(TransportErrorKind::Timeout);
    let (answer, script) = outcome(Timeouts::new(), [failure(), failure(), failure()]);
    assert_eq!(answer.expect_err("no connection").timeout_kind(), Some(TimeoutKind::Connect));
    assert_eq!(script.times().len(), 3);
}

#[test]
fn unknown_events_are_content() {
    let reply = Reply::stream([start(), event("somethingNew", "{}")]).then([Step::Hang]);
    let script = Script::new([reply]);
    let client = script.client().build().expect("a client");
    script.run(async {
        client.converse_stream(&request()).await.expect("a stream");
    });
    assert_eq!(script.elapsed(), Duration::ZERO);
}

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::auth::{Auth, Found};
use crate::credentials::Credentials;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

fn keys(id: &str, expiration: Option<SystemTime>) -> Credentials {
    let keys = Credentials::new(id, "canary");
    match expiration {
        Some(at) => keys.with_expiration(at),
        None => keys,
    }
}

fn resolved(id: &str, expiration: Option<SystemTime>) -> Resolved {
    Resolved::new("test", Found::new(Auth::SigV4(keys(id, expiration)), "here"))
}

fn exact(id: &str, expiration: Option<SystemTime>) -> Resolved {
    Resolved::new("test", Found::new(Auth::SigV4(keys(id, expiration)), "here").with_reuse(Reuse::Exact))
}

fn error() -> AuthError {
    AuthError::new("test", "refused")
}

/// Returns a state that has held `resolved` since second 0.
fn holding(resolved: Resolved) -> State {
    let mut state = State::default();
    state.succeeded(at(0), resolved, 0.0, Vec::new()).expect("fresh");
    state
}

#[derive(Debug, PartialEq)]
enum Does {
    Serve,
    Renew,
    Ask,
    Refuse,
}

fn does(state: &State, now: SystemTime) -> Does {
    match state.decide(now, false) {
        Decision::Serve(_) => Does::Serve,
        Decision::Renew(_) => Does::Renew,
        Decision::Ask => Does::Ask,
        Decision::Refuse(_) => Does::Refuse,
    }
}

#[test]
fn the_advisory_window_depends_on_the_lifetime() {
    for (lifetime, window) in [(15, 5), (20, 5), (21, 15), (60, 15), (89, 15), (90, 60), (360, 60), (720, 60)]
    {
        let end = at(0) + minutes(lifetime);
        let state = holding(resolved("A", Some(end)));
        let second = Duration::from_secs(1);
        assert_eq!(does(&state, end - minutes(window) - second), Does::Serve, "{lifetime}");
        assert_eq!(does(&state, end - minutes(window)), Does::Renew, "{lifetime}");
        assert_eq!(does(&state, end - minutes(1) - second), Does::Renew, "{lifetime}");
        assert_eq!(does(&state, end - minutes(1)), Does::Ask, "{lifetime}");
        assert_eq!(does(&state, end + minutes(600)), Does::Ask, "{lifetime}");
    }
}

#[test]
fn a_source_that_has_little_time_left_to_give_is_not_asked_in_a_loop() {
    let state = holding(resolved("A", Some(at(240))));
    assert_eq!(does(&state, at(59)), Does::Serve);
    assert_eq!(does(&state, at(60)), Does::Renew);
    let state = holding(resolved("A", Some(at(40))));
    assert_eq!((does(&state, at(19)), does(&state, at(20))), (Does::Serve, Does::Ask));
}

#[test]
fn after_a_failed_renewal_old_keys_serve_and_the_next_try_waits_five_to_ten_minutes() {
    for (jitter, pause) in [(0.0, 300), (0.5, 450), (1.0, 600), (7.0, 600)] {
        let mut state = holding(resolved("A", Some(at(3600))));
        let served = state.failed(at(3590), error(), jitter, Vec::new()).expect("the old keys");
        assert!(served.warnings()[0].contains("could not be renewed"), "{:?}", served.warnings());
        assert_eq!(does(&state, at(3590 + pause - 1)), Does::Serve, "expired or not");
        assert_eq!(does(&state, at(3590 + pause)), Does::Ask);
        // And again, indefinitely.
        state.failed(at(9000), error(), jitter, Vec::new()).expect("the old keys");
        assert_eq!(does(&state, at(9000 + pause - 1)), Does::Serve);
        state.succeeded(at(10_000), resolved("B", Some(at(13_600))), 0.0, Vec::new()).expect("fresh");
        assert_eq!(does(&state, at(10_001)), Does::Serve);
    }
}

#[test]
fn a_first_failure_is_repeated_for_one_to_five_seconds() {
    for (jitter, milliseconds) in [(0.0, 1000), (0.5, 3000), (1.0, 5000)] {
        let mut state = State::default();
        assert_eq!(does(&state, at(0)), Does::Ask);
        state.failed(at(0), error(), jitter, Vec::new()).expect_err("nothing to serve");
        let end = at(0) + Duration::from_millis(milliseconds);
        assert_eq!(does(&state, end - Duration::from_millis(1)), Does::Refuse);
        assert_eq!(does(&state, end), Does::Ask);
    }
}

#[test]
fn credentials_that_arrive_expired_count_as_a_failure() {
    let mut state = State::default();
    let error = state.succeeded(at(10), resolved("A", Some(at(10))), 0.0, Vec::new()).expect_err("expired");
    assert!(error.to_string().contains("already expired"), "{error}");
    assert_eq!(does(&state, at(10)), Does::Refuse);
    let mut state = holding(resolved("A", Some(at(3600))));
    let served =
        state.succeeded(at(3600), resolved("B", Some(at(3000))), 0.0, Vec::new()).expect("the old keys");
    assert!(matches!(served.auth(), Auth::SigV4(keys) if keys.access_key_id() == "A"));
    assert_eq!(does(&state, at(3601)), Does::Serve);
}

#[test]
fn keys_without_an_expiration_are_asked_for_each_time_unless_a_process_printed_them() {
    assert_eq!(does(&holding(resolved("A", None)), at(0)), Does::Ask);
    let mut state = holding(exact("A", None));
    assert_eq!(does(&state, at(1_000_000)), Does::Serve);
    state.invalidate(at(5), "A");
    assert_eq!(does(&state, at(5)), Does::Ask);
}

#[test]
fn keys_of_a_process_are_not_used_beyond_their_expiration() {
    let mut state = holding(exact("A", Some(at(3600))));
    state.failed(at(3000), error(), 1.0, Vec::new()).expect("still good");
    assert_eq!((does(&state, at(3599)), does(&state, at(3600))), (Does::Serve, Does::Ask));
    state.failed(at(3600), error(), 1.0, Vec::new()).expect_err("expired");
    assert_eq!(does(&state, at(3601)), Does::Refuse);
}

#[test]
fn a_rejected_key_counts_as_expired_and_another_one_does_not() {
    let mut state = holding(resolved("A", Some(at(36_000))));
    state.invalidate(at(10), "B");
    assert_eq!(does(&state, at(10)), Does::Serve);
    state.invalidate(at(10), "A");
    assert_eq!(does(&state, at(10)), Does::Ask);
    // A key that was rejected is not requested again and again.
    state.failed(at(10), error(), 0.0, Vec::new()).expect("the old keys");
    state.invalidate(at(20), "A");
    assert_eq!((does(&state, at(20)), does(&state, at(310))), (Does::Serve, Does::Ask));
}

#[test]
fn a_changed_file_makes_all_ask_whatever_pauses() {
    let files = vec![("token".into(), Some(at(0)))];
    let found = Found::new(Auth::SigV4(keys("A", Some(at(36_000)))), "here").with_file("token", Some(at(0)));
    let mut state = holding(Resolved::new("test", found));
    assert_eq!(state.watched(), files);
    assert_eq!(state.decide(at(1), true), Decision::Ask);
    let now = vec![("token".into(), Some(at(7)))];
    state.failed(at(8), error(), 1.0, now.clone()).expect("the old keys");
    assert_eq!(state.watched(), now, "the same change is not a change again");
    assert_eq!(state.decide(at(9), true), Decision::Ask);
}

#[test]
fn a_clock_that_is_set_back_neither_panics_nor_pauses_longer() {
    let back = UNIX_EPOCH;
    let mut state = State::default();
    state.failed(at(0), error(), 1.0, Vec::new()).expect_err("nothing to serve");
    assert_eq!(does(&state, back), Does::Ask);
    let mut state = holding(resolved("A", Some(at(3600))));
    assert_eq!(does(&state, back), Does::Serve);
    state.failed(at(3590), error(), 1.0, Vec::new()).expect("the old keys");
    state.invalidate(back, "A");
    assert_eq!(does(&state, back), Does::Ask, "a pause that seems an hour long is over");
    let far = UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX) * 4000);
    assert_eq!(does(&holding(resolved("A", Some(far))), at(0)), Does::Serve);
}

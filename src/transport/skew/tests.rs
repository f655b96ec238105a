use super::*;

/// Sun, 22 Nov 2026 12:00:00 GMT.
const NOON: Duration = Duration::from_secs(1_795_348_800);

struct Row {
    name: &'static str,
    code: Option<&'static str>,
    date: Option<&'static str>,
    age: bool,
    /// When the request was sent, and how long the answer took, both in seconds from noon on the client's clock.
    sent: i64,
    round_trip: u64,
    /// What the request was signed with, in seconds.
    signed_with: i64,
    /// What it is signed with the next time, in seconds; `None` when it is not sent again.
    expected: Option<i64>,
}

const ROW: Row = Row {
    name: "",
    code: Some("InvalidSignatureException"),
    date: Some("Sun, 22 Nov 2026 12:00:00 GMT"),
    age: false,
    sent: -300,
    round_trip: 0,
    signed_with: 0,
    expected: None,
};

const ROWS: &[Row] = &[
    Row { name: "invalid signature", expected: Some(300), ..ROW },
    Row { name: "signature does not match", code: Some("SignatureDoesNotMatch"), expected: Some(300), ..ROW },
    Row { name: "auth failure", code: Some("AuthFailure"), expected: Some(300), ..ROW },
    Row { name: "too skewed", code: Some("RequestTimeTooSkewed"), expected: Some(300), ..ROW },
    Row { name: "access denied", code: Some("AccessDeniedException"), expected: Some(300), ..ROW },
    Row { name: "a clock that is ahead", sent: 300, expected: Some(-300), ..ROW },
    Row { name: "a clock a day behind", sent: -86_400, expected: Some(86_400), ..ROW },
    Row { name: "two minutes", sent: -120, ..ROW },
    Row { name: "two minutes ahead", sent: 120, ..ROW },
    Row { name: "exactly four minutes", sent: -240, ..ROW },
    Row { name: "exactly four minutes ahead", sent: 240, ..ROW },
    Row { name: "four minutes and a second", sent: -241, expected: Some(241), ..ROW },
    Row { name: "3:59", sent: -239, ..ROW },
    Row { name: "no date", date: None, ..ROW },
    Row { name: "no code", code: None, ..ROW },
    Row { name: "a date that is none", date: Some("noon"), ..ROW },
    Row { name: "an obsolete date", date: Some("Sun Nov 22 12:00:00 2026"), expected: Some(300), ..ROW },
    Row { name: "a validation error", code: Some("ValidationException"), ..ROW },
    Row { name: "expired: no longer on the list", code: Some("RequestExpired"), ..ROW },
    Row { name: "in the future: no longer on the list", code: Some("RequestInTheFuture"), ..ROW },
    Row { name: "throttling", code: Some("ThrottlingException"), ..ROW },
    Row { name: "an answer of a cache", age: true, ..ROW },
    Row { name: "a long round trip", sent: -3_600, round_trip: 901, ..ROW },
    Row {
        name: "the longest round trip that counts",
        sent: -3_600,
        round_trip: 900,
        expected: Some(3_150),
        ..ROW
    },
    Row {
        name: "the middle of the round trip counts",
        sent: -300,
        round_trip: 100,
        expected: Some(250),
        ..ROW
    },
    Row { name: "the middle within the tolerance", sent: -300, round_trip: 120, ..ROW },
    Row { name: "refused with the right time: final", signed_with: 300, ..ROW },
    Row { name: "refused with a stale correction", signed_with: 900, expected: Some(300), ..ROW },
    Row {
        name: "a right clock, signed with a wrong correction",
        sent: 0,
        signed_with: 300,
        expected: Some(0),
        ..ROW
    },
];

fn at(seconds: i64) -> SystemTime {
    Skew(seconds * 1_000).apply(UNIX_EPOCH + NOON)
}

#[test]
fn a_refusal_is_corrected_when_the_clock_explains_it() {
    for row in ROWS {
        let mut headers = HeaderMap::new();
        if let Some(date) = row.date {
            headers.insert(DATE, date.parse().expect("a header value"));
        }
        if row.age {
            headers.insert(AGE, "0".parse().expect("a header value"));
        }
        let sent = at(row.sent);
        let measured = Skew::measure(&headers, sent, sent + Duration::from_secs(row.round_trip));
        let corrected = Skew(row.signed_with * 1_000).corrected(row.code, measured);
        assert_eq!(corrected, row.expected.map(|seconds| Skew(seconds * 1_000)), "{}", row.name);
    }
}

#[test]
fn a_clock_that_was_set_back_on_the_way_measures_nothing() {
    let mut headers = HeaderMap::new();
    headers.insert(DATE, "Sun, 22 Nov 2026 12:00:00 GMT".parse().expect("a header value"));
    assert_eq!(Skew::measure(&headers, at(0), at(-1)), None);
    assert!(Skew::measure(&headers, at(0), at(1)).is_some());
}

#[test]
fn milliseconds_count() {
    let mut headers = HeaderMap::new();
    headers.insert(DATE, "Sun, 22 Nov 2026 12:04:00 GMT".parse().expect("a header value"));
    let sent = at(0) - Duration::from_millis(2);
    let measured = Skew::measure(&headers, sent, at(0));
    assert_eq!(measured, Some(Skew(240_001)));
    assert_eq!(Skew(0).corrected(Some("AuthFailure"), measured), measured);
    assert_eq!(Skew(1).corrected(Some("AuthFailure"), measured), None);
}

#[test]
fn times_that_no_clock_shows_are_left_alone() {
    assert_eq!(Skew(i64::MIN).apply(UNIX_EPOCH), Skew(i64::MIN).apply(UNIX_EPOCH));
    assert_eq!(Skew(i64::MAX).corrected(Some("AuthFailure"), Some(Skew(i64::MIN))), Some(Skew(i64::MIN)));
}

//! The behavior that AWS publishes for its standard mode, 2.1, as data.

use super::*;
use crate::client::error::Error;
use http::HeaderMap;

/// The result of one attempt.
#[derive(Clone, Copy)]
enum Answer {
    Ok,
    /// A status.
    Status(u16),
    /// A status, and `x-amzn-errortype`.
    Code(u16, &'static str),
    /// A status, and `x-amz-retry-after`.
    After(u16, &'static str),
    /// A throttling code, and `x-amz-retry-after`.
    ThrottledAfter(&'static str),
}

/// What the policy should do after an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// Another attempt after so many milliseconds.
    Wait(u64),
    /// The call is done: it succeeded, or the failure is returned.
    Done,
}

use Answer::{After, Code, Ok as Success, Status, ThrottledAfter};
use Then::{Done, Wait};

/// A row: attempts, longest wait in ms, quota at the start, then for each answer what follows and the quota after it.
type Row = (&'static str, u32, u64, u32, &'static [(Answer, Then, u32)]);

const ROWS: &[Row] = &[
    (
        "success after two retries gives back the last cost",
        3,
        20_000,
        500,
        &[(Status(500), Wait(50), 486), (Status(500), Wait(100), 472), (Success, Done, 486)],
    ),
    (
        "attempts run out before the quota is asked",
        3,
        20_000,
        500,
        &[(Status(502), Wait(50), 486), (Status(502), Wait(100), 472), (Status(502), Done, 472)],
    ),
    (
        "the quota is spent by a single retry",
        3,
        20_000,
        14,
        &[(Status(500), Wait(50), 0), (Status(500), Done, 0)],
    ),
    ("no retry without quota", 3, 20_000, 0, &[(Status(500), Done, 0)]),
    ("no retry with less quota than it costs", 3, 20_000, 13, &[(Status(500), Done, 13)]),
    (
        "waits double",
        5,
        20_000,
        500,
        &[
            (Status(500), Wait(50), 486),
            (Status(500), Wait(100), 472),
            (Status(500), Wait(200), 458),
            (Status(500), Wait(400), 444),
            (Status(500), Done, 444),
        ],
    ),
    (
        "waits are capped",
        5,
        200,
        500,
        &[
            (Status(500), Wait(50), 486),
            (Status(500), Wait(100), 472),
            (Status(500), Wait(200), 458),
            (Status(500), Wait(200), 444),
            (Status(500), Done, 444),
        ],
    ),
    (
        "the second failure finds too little quota",
        3,
        20_000,
        20,
        &[(Status(500), Wait(50), 6), (Status(502), Done, 6)],
    ),
    (
        "the quota recovers with success, from call to call",
        3,
        20_000,
        30,
        &[
            (Status(500), Wait(50), 16),
            (Status(502), Wait(100), 2),
            (Success, Done, 16),
            (Status(500), Wait(50), 2),
            (Success, Done, 16),
        ],
    ),
    (
        "throttling waits longer and costs less",
        3,
        20_000,
        500,
        &[(Code(400, "Throttling"), Wait(1_000), 495), (Success, Done, 500)],
    ),
    (
        "throttling twice",
        3,
        20_000,
        500,
        &[
            (Code(429, "ThrottlingException"), Wait(1_000), 495),
            (Code(429, "ThrottlingException"), Wait(2_000), 490),
            (Code(429, "ThrottlingException"), Done, 490),
        ],
    ),
    (
        "throttling up to the cap of 20 s",
        8,
        20_000,
        500,
        &[
            (Code(429, "TooManyRequestsException"), Wait(1_000), 495),
            (Code(429, "TooManyRequestsException"), Wait(2_000), 490),
            (Code(429, "TooManyRequestsException"), Wait(4_000), 485),
            (Code(429, "TooManyRequestsException"), Wait(8_000), 480),
            (Code(429, "TooManyRequestsException"), Wait(16_000), 475),
            (Code(429, "TooManyRequestsException"), Wait(20_000), 470),
            (Code(429, "TooManyRequestsException"), Wait(20_000), 465),
            (Code(429, "TooManyRequestsException"), Done, 465),
        ],
    ),
    (
        "the base belongs to each failure, the exponent to the call",
        4,
        20_000,
        500,
        &[
            (Status(500), Wait(50), 486),
            (Code(429, "ThrottlingException"), Wait(2_000), 481),
            (Status(503), Wait(200), 467),
            (Success, Done, 481),
        ],
    ),
    (
        "a throttling code counts for more than its status",
        3,
        20_000,
        500,
        &[(Code(503, "SlowDown"), Wait(1_000), 495), (Success, Done, 500)],
    ),
    (
        "quota for throttling where there is none for the rest",
        3,
        20_000,
        5,
        &[(Code(429, "ThrottlingException"), Wait(1_000), 0), (Status(500), Done, 0)],
    ),
    (
        "a model that is not ready is transient",
        3,
        20_000,
        500,
        &[(Code(429, "ModelNotReadyException"), Wait(50), 486), (Success, Done, 500)],
    ),
    (
        "the service's wait is followed",
        3,
        20_000,
        500,
        &[(After(500, "1500"), Wait(1_500), 486), (Success, Done, 500)],
    ),
    (
        "the service's wait is not undercut",
        3,
        20_000,
        500,
        &[(After(500, "0"), Wait(50), 486), (Success, Done, 500)],
    ),
    (
        "the service's wait is followed for 5 s more than one's own",
        3,
        20_000,
        500,
        &[(After(500, "10000"), Wait(5_050), 486), (Success, Done, 500)],
    ),
    (
        "a wait that is not a number is ignored",
        3,
        20_000,
        500,
        &[(After(500, "invalid"), Wait(50), 486), (Success, Done, 500)],
    ),
    (
        "a negative wait is ignored",
        3,
        20_000,
        500,
        &[(After(500, "-1500"), Wait(50), 486), (Success, Done, 500)],
    ),
    (
        "a wait in fractions is ignored",
        3,
        20_000,
        500,
        &[(After(500, "1.5"), Wait(50), 486), (Success, Done, 500)],
    ),
    (
        "the service's wait under throttling",
        3,
        20_000,
        500,
        &[
            (ThrottledAfter("3000"), Wait(3_000), 495),
            (ThrottledAfter("9000"), Wait(7_000), 490),
            (Success, Done, 495),
        ],
    ),
    ("success at once gives back one", 3, 20_000, 480, &[(Success, Done, 481), (Success, Done, 482)]),
    ("the quota is never above its capacity", 3, 20_000, 500, &[(Success, Done, 500)]),
    (
        "no more is given back than there is room for",
        3,
        20_000,
        499,
        &[(Status(504), Wait(50), 485), (Success, Done, 499), (Success, Done, 500), (Success, Done, 500)],
    ),
    ("one attempt is one attempt", 1, 20_000, 500, &[(Status(500), Done, 500)]),
    ("408 is final", 3, 20_000, 500, &[(Code(408, "ModelTimeoutException"), Done, 500)]),
    ("424 is final", 3, 20_000, 500, &[(Code(424, "ModelErrorException"), Done, 500)]),
    ("400 is final", 3, 20_000, 500, &[(Code(400, "ValidationException"), Done, 500)]),
    ("403 is final", 3, 20_000, 500, &[(Code(403, "AccessDeniedException"), Done, 500)]),
    ("404 is final", 3, 20_000, 500, &[(Code(404, "ResourceNotFoundException"), Done, 500)]),
    ("529 is final", 3, 20_000, 500, &[(Status(529), Done, 500)]),
    ("429 without a code is final", 3, 20_000, 500, &[(Status(429), Done, 500)]),
    (
        "a final failure after a retry gives nothing back",
        3,
        20_000,
        500,
        &[(Status(500), Wait(50), 486), (Code(400, "ValidationException"), Done, 486)],
    ),
];

fn error(answer: Answer) -> Option<Error> {
    let (status, code, after) = match answer {
        Answer::Ok => return None,
        Status(status) => (status, None, None),
        Code(status, code) => (status, Some(code), None),
        After(status, after) => (status, None, Some(after)),
        ThrottledAfter(after) => (429, Some("ThrottlingException"), Some(after)),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in [("x-amzn-errortype", code), ("x-amz-retry-after", after)] {
        if let Some(value) = value {
            headers.insert(name, value.parse().expect("a header value"));
        }
    }
    let status = http::StatusCode::from_u16(status).unwrap();
    Some(crate::operation::parse_error(status, &headers, b"").into())
}

#[test]
fn attempts_waits_and_quota_are_those_of_the_standard_mode() {
    for (name, attempts, longest, tokens, steps) in ROWS {
        let policy = RetryPolicy::standard()
            .with_max_attempts(*attempts)
            .with_max_backoff(Duration::from_millis(*longest))
            .with_random(|| 1.0);
        let quota = Quota(Mutex::new(*tokens));
        let mut retries = Retries::new(&policy, &quota);
        for (number, (answer, then, left)) in steps.iter().enumerate() {
            let wait = match error(*answer) {
                None => {
                    retries.succeeded();
                    None
                }
                Some(error) => {
                    error.retryable().and_then(|failure| retries.failed(failure, error.retry_after()))
                }
            };
            let came = wait.map_or(Done, |wait| Wait(u64::try_from(wait.as_millis()).unwrap()));
            assert_eq!(came, *then, "{name}, step {number}");
            assert_eq!(*quota.0.lock().unwrap(), *left, "{name}, step {number}");
            if came == Done {
                retries = Retries::new(&policy, &quota);
            }
        }
    }
}

#[test]
fn jitter_scales_the_wait_before_the_hint_is_clamped() {
    let hint = Some(Duration::from_secs(60));
    for (random, own) in [(0.0, 0), (0.5, 500), (1.0, 1_000), (7.0, 1_000), (-1.0, 0)] {
        let policy = RetryPolicy::standard().with_random(move || random);
        assert_eq!(policy.backoff(Retryable::Throttling, 0, None), Duration::from_millis(own));
        assert_eq!(policy.backoff(Retryable::Throttling, 0, hint), Duration::from_millis(own + 5_000));
    }
    let unsound = RetryPolicy::standard().with_random(|| f64::NAN);
    assert_eq!(unsound.backoff(Retryable::Transient, u32::MAX, None), Duration::from_secs(20));
}

#[test]
fn the_number_of_attempts_is_never_zero() {
    assert_eq!(RetryPolicy::standard().with_max_attempts(0).max_attempts(), 1);
    assert_eq!(RetryPolicy::default().max_attempts(), 3);
    assert!(RetryPolicy::standard().waits_for_content());
    assert!(!RetryPolicy::none().waits_for_content());
    assert!(!RetryPolicy::standard().with_retry_streams(false).waits_for_content());
}

//! Clock skew: measured against the service's clock, and corrected for the next request.
//!
//! ```text
//! sent -------- Date -------- received        skew = Date - (sent + received) / 2
//! ```
//!
//! A signature is dated, and the service refuses one whose time differs from its own. When a refusal comes from a clock
//! that is more than 4 minutes away from the time that was signed, the client keeps the difference, and signs with it
//! from then on. The measure is worthless behind a cache (`Age`), or after a round trip of more than 15 minutes.
//! Source: the rule that the AWS SDKs share since 2026.

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::{AGE, DATE};

use crate::base::time::parse_http_date;

/// The skew from which a clock counts as wrong. Services tolerate five minutes.
const TOLERATED_MS: u64 = 4 * 60 * 1_000;

const LONGEST_ROUND_TRIP: Duration = Duration::from_secs(15 * 60);

/// The errors that a wrong clock can cause.
const CODES: [&str; 5] = [
    "AccessDeniedException",
    "AuthFailure",
    "InvalidSignatureException",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];

/// How far a clock is behind the service's, in milliseconds; negative when it is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Skew(i64);

impl Skew {
    /// The skew shown by a response, if it shows any.
    pub(crate) fn measure(headers: &HeaderMap, sent: SystemTime, received: SystemTime) -> Option<Self> {
        if headers.contains_key(AGE) {
            return None;
        }
        // Fails when the clock has been set back in the meantime.
        let round_trip = received.duration_since(sent).ok()?;
        if round_trip > LONGEST_ROUND_TRIP {
            return None;
        }
        let date = parse_http_date(headers.get(DATE)?.to_str().ok()?)?;
        let here = sent.checked_add(round_trip.checked_div(2)?)?;
        unix_ms(date)?.checked_sub(unix_ms(here)?).map(Self)
    }

    /// The skew to sign with after this request, signed with `self`, was refused with `code`.
    ///
    /// The comparison is with what this request was signed with, not with what the client would sign with by now:
    /// if two requests are refused at once, both are retried.
    pub(crate) fn corrected(self, code: Option<&str>, measured: Option<Self>) -> Option<Self> {
        let measured = measured?;
        let wrong = measured.0.abs_diff(self.0) > TOLERATED_MS;
        (wrong && CODES.contains(&code?)).then_some(measured)
    }

    /// The milliseconds, to be kept.
    pub(crate) fn milliseconds(self) -> i64 {
        self.0
    }

    /// The skew of so many milliseconds.
    pub(crate) fn from_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// The service's time when this clock shows `now`.
    pub(crate) fn apply(self, now: SystemTime) -> SystemTime {
        let by = Duration::from_millis(self.0.unsigned_abs());
        let there = if self.0 < 0 { now.checked_sub(by) } else { now.checked_add(by) };
        there.unwrap_or(now)
    }
}

fn unix_ms(at: SystemTime) -> Option<i64> {
    match at.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).ok(),
        Err(before) => i64::try_from(before.duration().as_millis()).ok()?.checked_neg(),
    }
}

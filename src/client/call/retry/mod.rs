//! How often and how soon a failed request is retried: pure policy, without a clock and without I/O.
//!
//! AWS's standard mode in its 2.1 form. Source:
//! [Retry behavior](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
//!
//! | | transient | throttling |
//! | --- | --- | --- |
//! | wait before retry i, from 0 | `random * min(0.05 s * 2^i, 20 s)` | `random * min(1 s * 2^i, 20 s)` |
//! | cost, of a quota of 500 | 14 | 5 |
//!
//! `x-amz-retry-after`, in milliseconds, is honored up to 5 s above that wait. A success returns what its last
//! retry cost, or 1 when it needed none. Once the quota is spent, failures are final at once, so that a client does
//! not flood a service that is down.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::base::random;
use crate::client::error::Retryable;

/// The first wait after a transient failure, before the jitter.
const TRANSIENT_BASE: Duration = Duration::from_millis(50);
/// The first wait after throttling, before the jitter.
const THROTTLING_BASE: Duration = Duration::from_secs(1);
/// How far above its own wait the client honors the service's.
const HINT_SPAN: Duration = Duration::from_secs(5);

const QUOTA: u32 = 500;
const TRANSIENT_COST: u32 = 14;
const THROTTLING_COST: u32 = 5;
const SUCCESS_WITHOUT_RETRY: u32 = 1;

/// How often and how soon the client retries a failed request.
///
/// The standard: three attempts in all, with waits that double and are drawn at random, for connections that broke or
/// were not made in time, for the statuses 500, 502, 503 and 504, for throttling, and for models that are not ready. A
/// quota that all requests of a client share ends retries while the service is down.
///
/// A stream is also retried when the service ends it with throttling, an internal error or unavailability before its
/// first content, or when its connection breaks before its first event. Never after content: nothing is shown
/// twice.
///
/// Without a policy of the program's own, `AWS_MAX_ATTEMPTS` and the profile's `max_attempts` set the attempts.
/// `AWS_RETRY_MODE` and `retry_mode` may be `standard`, `legacy` or `adaptive`; all three mean this policy.
///
/// ```
/// use bedrill::client::RetryPolicy;
///
/// let patient = RetryPolicy::standard().with_max_attempts(5);
/// assert_eq!(patient.max_attempts(), 5);
/// assert_eq!(RetryPolicy::none().max_attempts(), 1);
/// ```
#[derive(Clone)]
pub struct RetryPolicy {
    max_attempts: u32,
    max_backoff: Duration,
    retry_streams: bool,
    random: Option<Arc<dyn Fn() -> f64 + Send + Sync>>,
}

impl RetryPolicy {
    /// AWS's standard mode: 3 attempts, waits of at most 20 s.
    #[must_use]
    pub fn standard() -> Self {
        Self { max_attempts: 3, max_backoff: Duration::from_secs(20), retry_streams: true, random: None }
    }

    /// One attempt: every failure is final.
    #[must_use]
    pub fn none() -> Self {
        Self::standard().with_max_attempts(1)
    }

    /// Sets the maximum number of requests sent, including the first; 3 by default, and at least 1.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the longest wait of the client's own, before a wait that the service asks for; 20 s by default.
    #[must_use]
    pub fn with_max_backoff(mut self, wait: Duration) -> Self {
        self.max_backoff = wait;
        self
    }

    /// Sets whether streams that fail before their first content are retried; they are by default.
    ///
    /// This is why `converse_stream` then returns with the first content, and not with the head of the response.
    #[must_use]
    pub fn with_retry_streams(mut self, retry_streams: bool) -> Self {
        self.retry_streams = retry_streams;
        self
    }

    /// Draws the jitter from `random`, a number from 0 to 1: `|| 1.0` waits as long as the policy ever does.
    #[must_use]
    pub fn with_random(mut self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.random = Some(Arc::new(random));
        self
    }

    /// The maximum number of requests sent, including the first.
    #[must_use]
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// Whether streams are read up to their first content before they are returned.
    pub(in crate::client) fn waits_for_content(&self) -> bool {
        self.retry_streams && self.max_attempts > 1
    }

    /// The wait before retry number `retry`, from 0.
    fn backoff(&self, failure: Retryable, retry: u32, hint: Option<Duration>) -> Duration {
        let base = match failure {
            Retryable::Transient => TRANSIENT_BASE,
            Retryable::Throttling => THROTTLING_BASE,
        };
        let doubled = base.saturating_mul(2_u32.saturating_pow(retry)).min(self.max_backoff);
        let jitter = self.random.as_ref().map_or_else(random::unit, |random| random());
        let own = random::between(Duration::ZERO, doubled, jitter);
        hint.map_or(own, |hint| hint.clamp(own, own.saturating_add(HINT_SPAN)))
    }
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("max_attempts", &self.max_attempts)
            .field("max_backoff", &self.max_backoff)
            .field("retry_streams", &self.retry_streams)
            .finish_non_exhaustive()
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::standard()
    }
}

/// What all requests of a client may spend on retries together: a token bucket.
#[derive(Debug)]
pub(in crate::client) struct Quota(Mutex<u32>);

impl Quota {
    pub(in crate::client) fn new() -> Self {
        Self(Mutex::new(QUOTA))
    }

    fn spend(&self, cost: u32) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = left.checked_sub(cost);
        *left = rest.unwrap_or(*left);
        rest.is_some()
    }

    fn give_back(&self, tokens: u32) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_add(tokens).min(QUOTA);
    }
}

/// The retries of one call.
#[derive(Debug)]
pub(in crate::client) struct Retries<'a> {
    policy: &'a RetryPolicy,
    quota: &'a Quota,
    /// The number of the current attempt, from 1.
    attempt: u32,
    spent: Option<u32>,
}

impl<'a> Retries<'a> {
    pub(in crate::client) fn new(policy: &'a RetryPolicy, quota: &'a Quota) -> Self {
        Self { policy, quota, attempt: 1, spent: None }
    }

    pub(in crate::client) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Records that the attempt failed in a way that a retry may fix. Returns how long to wait before the next one, or
    /// `None` when there is none.
    pub(in crate::client) fn failed(
        &mut self,
        failure: Retryable,
        hint: Option<Duration>,
    ) -> Option<Duration> {
        if self.attempt >= self.policy.max_attempts {
            return None;
        }
        let cost = match failure {
            Retryable::Transient => TRANSIENT_COST,
            Retryable::Throttling => THROTTLING_COST,
        };
        if !self.quota.spend(cost) {
            return None;
        }
        self.spent = Some(cost);
        let wait = self.policy.backoff(failure, self.attempt.saturating_sub(1), hint);
        self.attempt = self.attempt.saturating_add(1);
        Some(wait)
    }

    /// Records that the attempt succeeded.
    pub(in crate::client) fn succeeded(&mut self) {
        self.quota.give_back(self.spent.take().unwrap_or(SUCCESS_WITHOUT_RETRY));
    }
}

//! One call, with as many attempts as it needs, each built, dated, signed and sent from scratch.
//!
//! The caller decides what an attempt does; this module adds the rest: number and ID for the service, the time to
//! sign with, the wait before the next one, and the limit for all of them together.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};

use super::retry::{Quota, Retries, RetryPolicy};
use super::skew::LearnedSkew;
use super::timeouts::Timeouts;
use super::timer::{Timer, within};
use crate::base::random;
use crate::transport::skew::Skew;

const INVOCATION_ID: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
const REQUEST: HeaderName = HeaderName::from_static("amz-sdk-request");
use crate::auth::Auth;
use crate::client::error::{Error, Retryable, TimeoutKind};
use crate::transport::Transport;

/// What a client keeps from one call to the next.
pub(in crate::client) struct Attempts {
    pub(in crate::client) policy: RetryPolicy,
    pub(in crate::client) timeouts: Timeouts,
    quota: Quota,
    skew: LearnedSkew,
}

/// One attempt of a call.
#[derive(Debug, Clone)]
pub(in crate::client) struct Attempt {
    number: u32,
    max: u32,
    invocation_id: HeaderValue,
    skew: Skew,
}

/// A failed attempt, and what its response shows about the clock.
pub(in crate::client) struct Failed {
    pub(in crate::client) error: Error,
    measured: Option<Skew>,
}

/// The verdict on an attempt that returned an answer.
pub(in crate::client) enum Verdict<'a> {
    /// It is the expected answer.
    Success,
    /// It is a failure, but a retry may succeed.
    Retryable(Retryable),
    /// It is a failure, to be treated like an attempt without an answer.
    Failed(&'a Failed),
    /// It is a failure that a retry cannot help.
    Final,
}

/// The result of a call, and the time remaining for the stream.
pub(in crate::client) struct Done<T> {
    pub(in crate::client) answer: T,
    pub(in crate::client) total: Option<Timer>,
}

impl Attempts {
    pub(in crate::client) fn new(policy: RetryPolicy, timeouts: Timeouts, correct_skew: bool) -> Self {
        Self { policy, timeouts, quota: Quota::new(), skew: LearnedSkew::new(correct_skew) }
    }

    /// Calls `send_once` until it succeeds, fails permanently, or may not be retried. Returns the last failure, or the
    /// last answer that `judge` rejects.
    pub(in crate::client) async fn run<T, F>(
        &self,
        transport: &dyn Transport,
        mut send_once: impl FnMut(Attempt) -> F,
        judge: fn(&T) -> Verdict<'_>,
    ) -> Result<Done<T>, Error>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        let mut total = Timer::start(transport, TimeoutKind::Total, self.timeouts.total());
        let mut retries = Retries::new(&self.policy, &self.quota);
        let invocation_id = invocation_id();
        let mut corrected = false;
        loop {
            let number = retries.attempt();
            let attempt = Attempt {
                number,
                max: self.policy.max_attempts(),
                invocation_id: invocation_id.clone(),
                skew: self.skew.get(),
            };
            let signed_with = attempt.skew;
            let outcome = within(transport, total.as_mut(), pin!(send_once(attempt))).await;
            let wait = match outcome.map_err(|timed_out| Error::from(timed_out).with_attempts(number))? {
                Ok(answer) => {
                    let wait = match judge(&answer) {
                        Verdict::Retryable(failure) => retries.failed(failure, None),
                        Verdict::Success => {
                            retries.succeeded();
                            None
                        }
                        Verdict::Failed(failed) => {
                            self.wait_after(failed, signed_with, &mut corrected, &mut retries)
                        }
                        Verdict::Final => None,
                    };
                    match wait {
                        // The answer is dropped, and its connection with it.
                        Some(wait) => wait,
                        None => return Ok(Done { answer, total }),
                    }
                }
                Err(failed) => match self.wait_after(&failed, signed_with, &mut corrected, &mut retries) {
                    Some(wait) => wait,
                    None => return Err(failed.error.with_attempts(number)),
                },
            };
            let slept = within(transport, total.as_mut(), transport.sleep(wait)).await;
            slept.map_err(|timed_out| Error::from(timed_out).with_attempts(number))?;
        }
    }

    /// How long to wait for the next attempt; `None` when there is none. A wrong clock is corrected once.
    fn wait_after(
        &self,
        failed: &Failed,
        signed_with: Skew,
        corrected: &mut bool,
        retries: &mut Retries<'_>,
    ) -> Option<Duration> {
        let Failed { error, measured } = failed;
        let correction = signed_with.corrected(error.code(), *measured).filter(|_| !*corrected);
        let failure = match correction {
            Some(skew) => {
                self.skew.set(skew);
                *corrected = true;
                Some(Retryable::Transient)
            }
            None => error.retryable(),
        };
        retries.failed(failure?, error.retry_after())
    }

    /// What a refusal shows about the clock; `None` when the request carried no date, or the clock is not to be
    /// corrected.
    pub(in crate::client) fn measure(
        &self,
        auth: &Auth,
        headers: &HeaderMap,
        sent: SystemTime,
        received: SystemTime,
    ) -> Option<Skew> {
        let dated = matches!(auth, Auth::SigV4(_));
        if dated && self.skew.is_enabled() { Skew::measure(headers, sent, received) } else { None }
    }
}

impl Attempt {
    /// The number of this attempt, from 1.
    pub(in crate::client) fn number(&self) -> u32 {
        self.number
    }

    /// The time to sign with, when this machine's clock shows `now`.
    pub(in crate::client) fn date(&self, now: SystemTime) -> SystemTime {
        self.skew.apply(now)
    }

    /// Tells the service which attempt of which call this is. Must be signed with the rest.
    pub(in crate::client) fn mark(&self, headers: &mut HeaderMap) {
        let Self { number, max, .. } = self;
        headers.insert(INVOCATION_ID, self.invocation_id.clone());
        if let Ok(value) = HeaderValue::try_from(format!("attempt={number}; max={max}")) {
            headers.insert(REQUEST, value);
        }
    }
}

impl Failed {
    /// A refusal, with the skew shown by its response head.
    pub(in crate::client) fn refused(error: Error, measured: Option<Skew>) -> Self {
        Self { error, measured }
    }

    /// The same, with other advice.
    pub(in crate::client) fn with_hint(self, hint: String) -> Self {
        Self { error: self.error.with_hint(Some(hint)), ..self }
    }
}

impl<E> From<E> for Failed
where
    Error: From<E>,
{
    fn from(error: E) -> Self {
        Self { error: error.into(), measured: None }
    }
}

/// One ID for all attempts of a call.
fn invocation_id() -> HeaderValue {
    // A UUID is a valid header value.
    HeaderValue::try_from(random::uuid()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

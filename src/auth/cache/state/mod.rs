//! Decides when cached credentials are used, renewed or requested: a function of given instants, without clock or I/O.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::super::{Auth, AuthError, Resolved, Reuse};
use crate::base::random::between;

const MINUTE: Duration = Duration::from_secs(60);

/// The longest pause after a failed renewal; the shortest is half of it.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// The longest time for which a failed first load is repeated without asking again; the shortest is 1 s.
const LONGEST_REFUSAL: Duration = Duration::from_secs(5);

/// A file that credentials came from, and when it was last changed.
pub(super) type Watched = (PathBuf, Option<SystemTime>);

/// The state of the cache.
#[derive(Default)]
pub(super) struct State {
    held: Option<Held>,
    refusal: Option<Refusal>,
}

struct Held {
    resolved: Resolved,
    expires_at: Option<SystemTime>,
    windows: Windows,
    files: Vec<Watched>,
    /// No renewal is attempted before this.
    next_try: Option<SystemTime>,
}

/// A first load that failed.
struct Refusal {
    error: AuthError,
    until: SystemTime,
}

/// What a caller should do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Use these credentials.
    Serve(Resolved),
    /// One caller renews them; the others use these meanwhile.
    Renew(Resolved),
    /// Ask the chain; all callers wait for the answer.
    Ask,
    /// Return the error of a moment ago.
    Refuse(AuthError),
}

impl State {
    /// Decides what a caller should do at `now`; `changed` says that one of [`watched`](Self::watched) has changed.
    pub(super) fn decide(&self, now: SystemTime, changed: bool) -> Decision {
        let Some(held) = &self.held else {
            return match &self.refusal {
                Some(refusal) if is_pausing(refusal.until, now, LONGEST_REFUSAL) => {
                    Decision::Refuse(refusal.error.clone())
                }
                _ => Decision::Ask,
            };
        };
        if changed {
            return Decision::Ask;
        }
        let Some(expires_at) = held.expires_at else { return Decision::Serve(held.resolved.clone()) };
        let remaining = expires_at.duration_since(now).unwrap_or_default();
        let usable = held.resolved.found().reuse() == Reuse::Stable || !remaining.is_zero();
        if usable && held.next_try.is_some_and(|at| is_pausing(at, now, LONGEST_PAUSE)) {
            Decision::Serve(held.resolved.clone())
        } else if remaining <= held.windows.mandatory {
            Decision::Ask
        } else if remaining <= held.windows.advisory {
            Decision::Renew(held.resolved.clone())
        } else {
            Decision::Serve(held.resolved.clone())
        }
    }

    /// Returns the files that the cached credentials came from.
    pub(super) fn watched(&self) -> &[Watched] {
        self.held.as_ref().map_or(&[], |held| &held.files)
    }

    /// Records that the chain returned `resolved`. Credentials that have already expired count as a failure; `jitter`
    /// and `files` are as in [`failed`](Self::failed).
    pub(super) fn succeeded(
        &mut self,
        now: SystemTime,
        resolved: Resolved,
        jitter: f64,
        files: Vec<Watched>,
    ) -> Result<Resolved, AuthError> {
        let expires_at = expiration(&resolved);
        if expires_at.is_some_and(|at| at <= now) {
            let problem = format!("the credentials from {} have already expired", resolved.origin());
            return self.failed(now, AuthError::new(resolved.source(), problem), jitter, files);
        }
        self.refusal = None;
        if expires_at.is_none() && resolved.found().reuse() == Reuse::Stable {
            // Variables and static keys: reading them again is cheap, and notices changes.
            self.held = None;
            return Ok(resolved);
        }
        let lifetime = expires_at.and_then(|at| at.duration_since(now).ok());
        let windows = lifetime.map(Windows::of_lifetime).unwrap_or_default();
        // A source with a cache of its own may return credentials with little time left: do not ask for them in a loop.
        let next_try = lifetime
            .filter(|lifetime| *lifetime <= windows.advisory)
            .and_then(|lifetime| now.checked_add(MINUTE.min(half(lifetime))));
        let files = resolved.found().files().to_vec();
        self.held = Some(Held { resolved: resolved.clone(), expires_at, windows, files, next_try });
        Ok(resolved)
    }

    /// Records that the chain has failed. The cached credentials stay in use, even after they expire: the service
    /// decides. `jitter`, from 0 to 1, spreads the attempts of many processes; `files` are the watched files as they
    /// are now.
    pub(super) fn failed(
        &mut self,
        now: SystemTime,
        error: AuthError,
        jitter: f64,
        files: Vec<Watched>,
    ) -> Result<Resolved, AuthError> {
        let remains = |held: &Held| {
            held.resolved.found().reuse() == Reuse::Stable
                || held.expires_at.is_none_or(|expires_at| now < expires_at)
        };
        let Some(held) = self.held.as_mut().filter(|held| remains(held)) else {
            self.held = None;
            let pause = between(Duration::from_secs(1), LONGEST_REFUSAL, jitter);
            let refusal = |until| Refusal { error: error.clone(), until };
            self.refusal = now.checked_add(pause).map(refusal);
            return Err(error);
        };
        held.next_try = now.checked_add(between(half(LONGEST_PAUSE), LONGEST_PAUSE, jitter));
        held.files = files;
        Ok(held
            .resolved
            .clone()
            .with_warning(format!("the credentials could not be renewed and stay in use: {error}")))
    }

    /// Records that the service rejects this access key: it counts as expired from now on. A pause after a failed
    /// renewal stays.
    pub(super) fn invalidate(&mut self, now: SystemTime, access_key_id: &str) {
        let is_rejected = |held: &&mut Held| matches!(held.resolved.auth(), Auth::SigV4(keys) if keys.access_key_id() == access_key_id);
        if let Some(held) = self.held.as_mut().filter(is_rejected) {
            held.expires_at = Some(held.expires_at.map_or(now, |at| at.min(now)));
        }
    }
}

/// How long before their expiration credentials are renewed.
#[derive(Clone, Copy, Default)]
struct Windows {
    /// From here on one caller renews them.
    advisory: Duration,
    /// From here on all callers wait.
    mandatory: Duration,
}

impl Windows {
    fn of_lifetime(lifetime: Duration) -> Self {
        let advisory = if lifetime <= minutes(20) {
            minutes(5)
        } else if lifetime < minutes(90) {
            minutes(15)
        } else {
            minutes(60)
        };
        Self { advisory, mandatory: MINUTE.min(advisory) }
    }
}

fn expiration(resolved: &Resolved) -> Option<SystemTime> {
    match resolved.auth() {
        Auth::SigV4(credentials) => credentials.expiration(),
        Auth::Bearer(_) => None,
    }
}

/// Whether `until` is still ahead. If it is further ahead than `longest`, the clock was set back: the pause is over.
fn is_pausing(until: SystemTime, now: SystemTime, longest: Duration) -> bool {
    until.duration_since(now).is_ok_and(|ahead| !ahead.is_zero() && ahead <= longest)
}

fn minutes(count: u32) -> Duration {
    MINUTE.saturating_mul(count)
}

fn half(duration: Duration) -> Duration {
    duration.checked_div(2).unwrap_or_default()
}

#[cfg(test)]
mod tests;

//! Caches credentials until they must be renewed, by one caller for all.
//!
//! The rules are those of the AWS SDKs' current cache:
//!
//! - Credentials that expire are renewed in two windows. In the *advisory* window (the last 5 minutes of a lifetime of
//!   up to 20, 15 minutes of one below 90, else 60 minutes) one caller renews them and the others use the current ones.
//!   In the *mandatory* window (the last minute), and on the first load, all callers wait for one answer.
//! - When renewal fails, the current credentials stay in use, even after they expire, and the next attempt is made
//!   after 5 to 10 minutes. Receiving credentials that have already expired counts as a failure. A failed first load is
//!   repeated from memory for 1 to 5 seconds.
//! - A key that the service rejects counts as expired ([`Cache::invalidate`]).
//! - When a file that the credentials came from has changed, the chain is asked again at once: `aws sso login` in
//!   another terminal is enough.
//! - Keys and tokens without an expiration are looked up each time, because variables and files are cheap; those that a
//!   `credential_process` prints are kept, and are not used beyond an expiration.

mod state;

use std::fmt;
use std::sync::Arc;

use super::{Attempt, AuthError, Chain, Resolved};
use crate::base::flight::{self, Question, SingleFlight};
use crate::base::random;
use state::{Decision, State, Watched};

/// A [`Chain`] whose answers are cached.
///
/// Any number of tasks may load at once. The chain is asked once for all of them, and every waiting task can drive it:
/// one that is no longer polled blocks no other.
///
/// ```
/// use bedrill::auth::{Cache, Chain};
/// use bedrill::machine::StaticMachine;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let machine = StaticMachine::new().with_var("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").with_var("AWS_SECRET_ACCESS_KEY", "secret");
/// let cache = Cache::new(Chain::builder().machine(machine).build());
/// assert_eq!(cache.load().await?.source(), "environment");
/// # Ok::<(), bedrill::auth::AuthError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Cache {
    /// Shared with the request, which may outlive the caller that began it.
    chain: Arc<Chain>,
    shared: SingleFlight<State, Outcome>,
}

type Outcome = Result<Resolved, AuthError>;

impl Cache {
    /// Creates an empty cache in front of `chain`.
    #[must_use]
    pub fn new(chain: Chain) -> Self {
        Self { chain: Arc::new(chain), shared: SingleFlight::new(State::default()) }
    }

    /// Returns the chain behind it.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Returns the cached credentials, or else asks the chain.
    ///
    /// # Errors
    ///
    /// As [`Chain::load`], when nothing is cached.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends only this call. The request to the chain continues for the other callers that wait for
    /// it, and is canceled with the last of them, as [`Chain::load`] says. The cached credentials stay.
    pub async fn load(&self) -> Result<Resolved, AuthError> {
        let ask = || -> Question<Outcome> {
            let chain = Arc::clone(&self.chain);
            Box::pin(async move { chain.load().await })
        };
        self.shared.run(|state| self.decide(state), ask, |state, answer| self.keep(state, answer)).await
    }

    /// As [`Chain::explain`]. The chain's result is cached, so that a [`load`](Self::load) right after it does not ask
    /// again.
    pub(crate) async fn explain(&self) -> Vec<Attempt> {
        let (attempts, answer) = self.chain.ask_all().await;
        // The result is in the cache.
        let _ = self.shared.with(|state| self.keep(state, answer));
        attempts
    }

    /// Reports that the service rejected the access key `access_key_id`: if it is the cached one, the next
    /// [`load`](Self::load) asks the chain again.
    pub fn invalidate(&self, access_key_id: &str) {
        self.shared.with(|state| state.invalidate(self.chain.now(), access_key_id));
    }

    fn decide(&self, state: &State) -> flight::Decision<Outcome> {
        let changed = self.current(state.watched()) != state.watched();
        match state.decide(self.chain.now(), changed) {
            Decision::Serve(resolved) => flight::Decision::Serve(Ok(resolved)),
            Decision::Refuse(error) => flight::Decision::Serve(Err(error)),
            Decision::Renew(resolved) => flight::Decision::Renew(Ok(resolved)),
            Decision::Ask => flight::Decision::Ask,
        }
    }

    /// Stores an answer of the chain, and returns what callers get for it.
    fn keep(&self, state: &mut State, answer: Outcome) -> Outcome {
        let now = self.chain.now();
        let files = self.current(state.watched());
        match answer {
            Ok(resolved) => state.succeeded(now, resolved, random::unit(), files),
            Err(error) => state.failed(now, error, random::unit(), files),
        }
    }

    /// Returns the watched files as they are now.
    fn current(&self, watched: &[Watched]) -> Vec<Watched> {
        watched.iter().map(|(path, _)| (path.clone(), self.chain.machine().modified(path))).collect()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("chain", &self.chain).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::StaticMachine;

    #[test]
    fn debug_shows_the_chain_and_nothing_that_is_kept() {
        let cache = Cache::new(Chain::builder().machine(StaticMachine::new()).build());
        let shown = format!("{cache:?}");
        assert!(shown.starts_with("Cache { chain: Chain") && !shown.contains("shared"), "{shown}");
    }
}

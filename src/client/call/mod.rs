//! One call: its attempts, their limits, and what each sends and reads.

pub(super) mod attempt;
pub(super) mod exchange;
pub(super) mod head;
pub(super) mod passed;
pub(super) mod retry;
mod skew;
pub(super) mod timeouts;
pub(super) mod timer;

use std::future::Future;
use std::sync::Arc;

use super::error::Error;
use crate::converse::EventDecoder;
use crate::sigv4::SigningKeyCache;
use crate::transport::{Body, Transport};
use attempt::{Attempt, Attempts, Done, Failed, Verdict};
use timer::StreamTimers;

/// How many bytes of an unsuccessful response are read: messages are short, proxies' pages are not.
const ERROR_BODY: usize = 64 * 1024;

/// How calls are made: the transport, the retries, the time limits and the largest answer accepted.
pub(super) struct Calls {
    transport: Arc<dyn Transport>,
    attempts: Attempts,
    signing_keys: SigningKeyCache,
    pub(super) budgets: Budgets,
}

/// How much of an answer is accepted, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budgets {
    /// A frame, or the document of a response, as it is sent.
    pub(super) frame: usize,
    /// An assembled answer, in memory.
    pub(super) answer: usize,
}

impl Budgets {
    /// A document that is not an answer of a model: a list of thousands of models is half of it.
    const DOCUMENT: usize = 8 * 1024 * 1024;

    /// A document that is not an answer of a model.
    pub(super) fn document(self) -> usize {
        self.frame.min(Self::DOCUMENT)
    }
}

impl Calls {
    pub(super) fn new(transport: Arc<dyn Transport>, attempts: Attempts, budgets: Budgets) -> Self {
        Self { transport, attempts, signing_keys: SigningKeyCache::new(), budgets }
    }

    /// Makes one call, with as many attempts as it needs.
    pub(super) fn run<T, F>(
        &self,
        send_once: impl FnMut(Attempt) -> F,
        judge: fn(&T) -> Verdict<'_>,
    ) -> impl Future<Output = Result<Done<T>, Error>>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        self.attempts.run(&*self.transport, send_once, judge)
    }

    /// Creates the decoder for the frames of a stream.
    pub(super) fn decoder(&self) -> EventDecoder {
        EventDecoder::with_budget(self.budgets.frame)
    }

    /// The limits of a stream that starts now.
    pub(super) fn stream_timers(&self) -> StreamTimers {
        StreamTimers::new(Arc::clone(&self.transport), self.attempts.timeouts)
    }

    /// Whether streams are read up to their first content before they are returned.
    pub(super) fn waits_for_content(&self) -> bool {
        self.attempts.policy.waits_for_content()
    }

    /// The first bytes of an unexpected response. They show who answered; failing to read them does not matter here.
    pub(super) async fn beginning(&self, body: &mut Body) -> Vec<u8> {
        let timeouts = &self.attempts.timeouts;
        timer::read_at_most(body, ERROR_BODY, &*self.transport, timeouts).await.0
    }
}

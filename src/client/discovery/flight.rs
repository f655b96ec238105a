//! One caller asks, the others wait for its answer: without a runtime, and without a task of its own.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::SystemTime;

use crate::catalog::Catalog;
use crate::error::Error;

/// An answer in memory: until when it is fresh.
pub(super) struct Answer {
    pub(super) catalog: Arc<Catalog>,
    pub(super) fresh_until: SystemTime,
}

/// The answer under one key, and the call that is under way for it.
#[derive(Default)]
pub(super) struct Flight(Mutex<State>);

#[derive(Default)]
struct State {
    running: bool,
    /// How many calls have ended; those who wait look for a change.
    ended: u64,
    answer: Option<Answer>,
    failure: Option<Error>,
    waiting: Vec<Waker>,
}

impl Flight {
    /// The fresh answer in memory; else that of the call under way; else that of `work`, for all who come meanwhile.
    ///
    /// When the caller who runs `work` gives up, one of those who wait runs it anew.
    pub(super) async fn run<W>(
        &self,
        now: SystemTime,
        force: bool,
        work: impl Fn() -> W,
    ) -> Result<Arc<Catalog>, Error>
    where
        W: Future<Output = Result<Answer, Error>>,
    {
        loop {
            let ended = {
                let mut state = self.lock();
                if let Some(answer) =
                    state.answer.as_ref().filter(|answer| !force && now < answer.fresh_until)
                {
                    return Ok(Arc::clone(&answer.catalog));
                }
                if !state.running {
                    state.running = true;
                    None
                } else {
                    Some(state.ended)
                }
            };
            match ended {
                None => {
                    let lead = Lead { flight: self, ended: false };
                    return lead.end(work().await);
                }
                Some(ended) => {
                    if let Some(result) = self.wait(ended).await {
                        return result;
                    }
                }
            }
        }
    }

    /// Whether there is anything in it that another call could use.
    pub(super) fn is_live(&self, now: SystemTime) -> bool {
        let state = self.lock();
        state.running || state.answer.as_ref().is_some_and(|answer| now < answer.fresh_until)
    }

    /// The result of the call under way; `None` when its caller gave it up.
    async fn wait(&self, ended: u64) -> Option<Result<Arc<Catalog>, Error>> {
        poll_fn(|context| {
            let mut state = self.lock();
            if state.ended != ended {
                return Poll::Ready(state.result());
            }
            if !state.running {
                return Poll::Ready(None);
            }
            if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held; the state is whole at every point.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn result(&self) -> Option<Result<Arc<Catalog>, Error>> {
        match (&self.failure, &self.answer) {
            (Some(error), _) => Some(Err(error.shared())),
            (None, Some(answer)) => Some(Ok(Arc::clone(&answer.catalog))),
            (None, None) => None,
        }
    }

    fn stop(&mut self) -> Vec<Waker> {
        self.running = false;
        std::mem::take(&mut self.waiting)
    }
}

/// The call under way. Dropped before its end, it lets another begin.
struct Lead<'a> {
    flight: &'a Flight,
    ended: bool,
}

impl Lead<'_> {
    fn end(mut self, result: Result<Answer, Error>) -> Result<Arc<Catalog>, Error> {
        self.ended = true;
        let mut state = self.flight.lock();
        state.ended = state.ended.wrapping_add(1);
        let result = match result {
            Ok(answer) => {
                let catalog = Arc::clone(&answer.catalog);
                state.failure = None;
                state.answer = Some(answer);
                Ok(catalog)
            }
            Err(error) => {
                state.failure = Some(error.shared());
                Err(error)
            }
        };
        let waiting = state.stop();
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
        result
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let waiting = self.flight.lock().stop();
            waiting.into_iter().for_each(Waker::wake);
        }
    }
}

/// Both results of two futures that run at the same time.
pub(super) async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut a, mut b) = (None, None);
    poll_fn(|context| {
        if a.is_none()
            && let Poll::Ready(output) = first.as_mut().poll(context)
        {
            a = Some(output);
        }
        if b.is_none()
            && let Poll::Ready(output) = second.as_mut().poll(context)
        {
            b = Some(output);
        }
        match (a.take(), b.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (first, second) => {
                (a, b) = (first, second);
                Poll::Pending
            }
        }
    })
    .await
}

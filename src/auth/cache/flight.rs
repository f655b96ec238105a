//! One question to the chain that any number of callers wait on.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::super::{AuthError, Resolved};

type Outcome = Result<Resolved, AuthError>;

/// A question under way.
#[derive(Default)]
pub(super) struct Flight(Mutex<Progress>);

#[derive(Default)]
struct Progress {
    landed: Option<Option<Outcome>>,
    wakers: Vec<Waker>,
}

impl Flight {
    /// Ends the flight and wakes all who wait: with the answer, or without when its leader was dropped.
    pub(super) fn land(&self, outcome: Option<Outcome>) {
        let mut progress = self.lock();
        progress.landed.get_or_insert(outcome);
        let wakers = std::mem::take(&mut progress.wakers);
        drop(progress);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Resolves when the flight has ended; `None` when nobody has an answer, and somebody else must ask.
    pub(super) fn wait(self: Arc<Self>) -> Waiting {
        Waiting { flight: self, place: None }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One caller that waits.
pub(super) struct Waiting {
    flight: Arc<Flight>,
    /// Where its waker is.
    place: Option<usize>,
}

impl Future for Waiting {
    type Output = Option<Outcome>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let flight = Arc::clone(&self.flight);
        let mut progress = flight.lock();
        if let Some(outcome) = &progress.landed {
            return Poll::Ready(outcome.clone());
        }
        match self.place.and_then(|place| progress.wakers.get_mut(place)) {
            Some(waker) => waker.clone_from(context.waker()),
            None => {
                self.place = Some(progress.wakers.len());
                progress.wakers.push(context.waker().clone());
            }
        }
        Poll::Pending
    }
}

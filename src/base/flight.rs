//! One caller asks, the others wait for its answer: without a runtime, and without a task of its own.
//!
//! ```text
//! caller 1 --ask----------------------> answer --keep--> kept
//! caller 2      `--wait-----------------'
//! caller 3                `--wait-------'
//! ```

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// What a caller gets for what is kept.
pub(crate) enum Decision<T> {
    /// This serves.
    Serve(T),
    /// One caller asks, and this serves the others meanwhile.
    Renew(T),
    /// One caller asks, and the others wait.
    Ask,
}

/// What callers keep between them, and the question that one of them asks for all.
pub(crate) struct SingleFlight<S, T>(Mutex<Inner<S, T>>);

struct Inner<S, T> {
    kept: S,
    flight: Option<Arc<Flight<T>>>,
}

/// What one caller does next.
enum Step<'a, S, T: Clone> {
    Answer(T),
    Wait(Arc<Flight<T>>),
    Lead(Lead<'a, S, T>),
}

impl<S, T: Clone> SingleFlight<S, T> {
    pub(crate) fn new(kept: S) -> Self {
        Self(Mutex::new(Inner { kept, flight: None }))
    }

    /// What serves by `decide`; else the answer of `ask`, which `keep` takes in and turns into what every caller gets.
    ///
    /// When the caller who asks gives up, one of those who wait asks anew.
    pub(crate) async fn run<A, W>(
        &self,
        decide: impl Fn(&S) -> Decision<T>,
        ask: impl Fn() -> W,
        keep: impl FnOnce(&mut S, A) -> T,
    ) -> T
    where
        W: Future<Output = A>,
    {
        loop {
            match self.step(&decide) {
                Step::Answer(answer) => return answer,
                Step::Wait(flight) => {
                    if let Some(answer) = flight.wait().await {
                        return answer;
                    }
                }
                Step::Lead(lead) => {
                    let answer = ask().await;
                    return lead.land(|kept| keep(kept, answer));
                }
            }
        }
    }

    /// Whether a caller is asking.
    pub(crate) fn is_asking(&self) -> bool {
        self.lock().flight.is_some()
    }

    /// Looks at what is kept, or changes it.
    pub(crate) fn with<R>(&self, use_it: impl FnOnce(&mut S) -> R) -> R {
        use_it(&mut self.lock().kept)
    }

    fn step(&self, decide: impl Fn(&S) -> Decision<T>) -> Step<'_, S, T> {
        let mut inner = self.lock();
        match (decide(&inner.kept), &inner.flight) {
            (Decision::Serve(answer), _) | (Decision::Renew(answer), Some(_)) => Step::Answer(answer),
            (Decision::Ask, Some(flight)) => Step::Wait(Arc::clone(flight)),
            (Decision::Ask | Decision::Renew(_), None) => {
                let flight = Arc::new(Flight(Mutex::new(Progress { landed: None, wakers: Vec::new() })));
                inner.flight = Some(Arc::clone(&flight));
                Step::Lead(Lead { all: self, flight })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<S, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The caller that asks for all. Dropped before it has an answer, it leaves the question to the next.
struct Lead<'a, S, T: Clone> {
    all: &'a SingleFlight<S, T>,
    flight: Arc<Flight<T>>,
}

impl<S, T: Clone> Lead<'_, S, T> {
    fn land(self, keep: impl FnOnce(&mut S) -> T) -> T {
        let mut inner = self.all.lock();
        let outcome = keep(&mut inner.kept);
        inner.flight = None;
        drop(inner);
        self.flight.land(Some(outcome.clone()));
        outcome
    }
}

impl<S, T: Clone> Drop for Lead<'_, S, T> {
    fn drop(&mut self) {
        let mut inner = self.all.lock();
        // After `land`, the flight there may be another's.
        if inner.flight.as_ref().is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            inner.flight = None;
        }
        drop(inner);
        self.flight.land(None);
    }
}

/// A question under way.
struct Flight<T>(Mutex<Progress<T>>);

struct Progress<T> {
    /// The outcome, or that there is none.
    landed: Option<Option<T>>,
    wakers: Vec<Waker>,
}

impl<T: Clone> Flight<T> {
    /// Ends the flight and wakes all who wait: with the answer, or without when its leader was dropped.
    fn land(&self, outcome: Option<T>) {
        let mut progress = self.lock();
        progress.landed.get_or_insert(outcome);
        let wakers = std::mem::take(&mut progress.wakers);
        drop(progress);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Resolves when the flight has ended; `None` when nobody has an answer, and somebody else must ask.
    fn wait(self: Arc<Self>) -> Waiting<T> {
        Waiting { flight: self, place: None }
    }
}

impl<T> Flight<T> {
    fn lock(&self) -> MutexGuard<'_, Progress<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One caller that waits.
struct Waiting<T> {
    flight: Arc<Flight<T>>,
    /// Where its waker is.
    place: Option<usize>,
}

impl<T: Clone> Future for Waiting<T> {
    type Output = Option<T>;

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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{poll_fn, ready};
    use std::pin::pin;

    use super::*;

    /// Asks for all, or waits: whoever leads gets its number.
    async fn ask(flight: &SingleFlight<u32, u32>, asked: &Cell<u32>, open: &Cell<bool>) -> u32 {
        let answer = async || {
            asked.set(asked.get() + 1);
            poll_fn(|_| if open.get() { Poll::Ready(asked.get()) } else { Poll::Pending }).await
        };
        let keep = |kept: &mut u32, answer: u32| {
            *kept = answer;
            answer
        };
        flight.run(|_| Decision::Ask, answer, keep).await
    }

    #[test]
    fn all_who_wait_get_the_one_answer_and_a_leader_who_gives_up_is_followed_by_another() {
        let (flight, asked, open) = (SingleFlight::new(0), Cell::new(0), Cell::new(false));
        let mut context = Context::from_waker(Waker::noop());
        let mut second = pin!(ask(&flight, &asked, &open));
        let mut third = pin!(ask(&flight, &asked, &open));
        {
            let mut first = pin!(ask(&flight, &asked, &open));
            for caller in [first.as_mut(), second.as_mut(), third.as_mut()] {
                assert!(caller.poll(&mut context).is_pending());
            }
            assert_eq!((asked.get(), flight.is_asking()), (1, true));
        }
        assert!(!flight.is_asking(), "the first has given up");
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(third.as_mut().poll(&mut context).is_pending());
        assert_eq!(asked.get(), 2);
        open.set(true);
        assert_eq!(second.as_mut().poll(&mut context), Poll::Ready(2));
        assert_eq!(third.as_mut().poll(&mut context), Poll::Ready(2));
        assert_eq!((asked.get(), flight.with(|kept| *kept), flight.is_asking()), (2, 2, false));
    }

    #[test]
    fn what_still_serves_is_given_out_while_one_caller_renews_it() {
        let flight = SingleFlight::new(7);
        let mut context = Context::from_waker(Waker::noop());
        let renew = |kept: &u32| Decision::Renew(*kept);
        let mut first = pin!(flight.run(renew, std::future::pending::<u32>, |_, answer| answer));
        assert!(first.as_mut().poll(&mut context).is_pending());
        let mut second = pin!(flight.run(renew, || ready(8), |_, answer| answer));
        assert_eq!(second.as_mut().poll(&mut context), Poll::Ready(7));
        let mut third = pin!(flight.run(|_| Decision::Serve(9), || ready(8), |_, answer| answer));
        assert_eq!(third.as_mut().poll(&mut context), Poll::Ready(9));
    }
}

//! One question for all who ask at once. It belongs to those who wait for its answer, and whoever of them is polled
//! polls it: without a runtime, and without a task of its own.
//!
//! ```text
//! caller 1 --ask--poll------(not polled any more)
//! caller 2      `------poll-----------poll--> answer --keep--> kept
//! caller 3         `-------------poll---'
//! ```
//!
//! `loom/` goes through the ways in which callers on several threads can meet here.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use crate::base::sync::{Mutex, MutexGuard};

/// What a caller gets for what is kept.
pub(crate) enum Decision<T> {
    /// This serves.
    Serve(T),
    /// One caller asks, and this serves the others meanwhile.
    Renew(T),
    /// All wait for one answer.
    Ask,
}

/// What is asked for all. It owns what it needs: the caller that began it may be gone before it ends.
pub(crate) type Question<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What callers keep between them, and the question that they ask together.
pub(crate) struct SingleFlight<S, T>(Mutex<Inner<S, T>>);

struct Inner<S, T> {
    kept: S,
    /// Weak, because a question ends with its last caller, whatever it holds itself.
    flight: Weak<Flight<T>>,
}

impl<S, T: Clone> SingleFlight<S, T> {
    pub(crate) fn new(kept: S) -> Self {
        Self(Mutex::new(Inner { kept, flight: Weak::new() }))
    }

    /// What serves by `decide`; else the answer to the question of `ask`, which `keep` takes in and turns into what
    /// every caller gets.
    ///
    /// A caller that is dropped leaves the question to the others, and ends it when there are none. When the question
    /// panics, one of the others asks anew.
    pub(crate) async fn run(
        &self,
        decide: impl Fn(&S) -> Decision<T>,
        ask: impl Fn() -> Question<T>,
        keep: impl Fn(&mut S, T) -> T,
    ) -> T {
        loop {
            let mut caller = match self.step(&decide, &ask) {
                Ok(answer) => return answer,
                Err(flight) => Caller { flight, place: None },
            };
            if let Some(answer) = poll_fn(|context| self.poll(&mut caller, context, &keep)).await {
                return answer;
            }
        }
    }

    /// Whether callers are asking.
    pub(crate) fn is_asking(&self) -> bool {
        self.lock().flight.strong_count() > 0
    }

    /// Looks at what is kept, or changes it.
    pub(crate) fn with<R>(&self, use_it: impl FnOnce(&mut S) -> R) -> R {
        use_it(&mut self.lock().kept)
    }

    /// What serves now, or else the question to wait for.
    fn step(
        &self,
        decide: impl Fn(&S) -> Decision<T>,
        ask: impl Fn() -> Question<T>,
    ) -> Result<T, Arc<Flight<T>>> {
        let mut inner = self.lock();
        match decide(&inner.kept) {
            Decision::Serve(answer) => return Ok(answer),
            // Only counted: a question that ended with this handle would end under the lock.
            Decision::Renew(answer) if inner.flight.strong_count() > 0 => return Ok(answer),
            Decision::Renew(_) | Decision::Ask => {}
        }
        Err(inner.flight.upgrade().unwrap_or_else(|| {
            let flight =
                Arc::new(Flight { progress: Mutex::new(Progress::Asked(Some(ask()))), bell: Arc::default() });
            inner.flight = Arc::downgrade(&flight);
            flight
        }))
    }

    /// Polls the question for all, unless another caller is just doing so. `None` when it has panicked.
    fn poll(
        &self,
        caller: &mut Caller<T>,
        context: &Context<'_>,
        keep: impl Fn(&mut S, T) -> T,
    ) -> Poll<Option<T>> {
        let flight = &*caller.flight;
        // First of all: a bell that rings from here on is heard.
        flight.bell.hear(&mut caller.place, context.waker());
        let mut question = match flight.turn() {
            Turn::Poll(question) => question,
            Turn::Wait => return Poll::Pending,
            Turn::Over(outcome) => return Poll::Ready(outcome),
        };
        let mut polling = Polling { all: self, flight, next: Progress::Over(None) };
        let waker = Waker::from(Arc::clone(&flight.bell));
        // No lock is held here: other callers come and go meanwhile.
        match question.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => {
                polling.next = Progress::Asked(Some(question));
                Poll::Pending
            }
            Poll::Ready(answer) => {
                drop(question);
                let answer = keep(&mut self.lock().kept, answer);
                polling.next = Progress::Over(Some(answer.clone()));
                Poll::Ready(Some(answer))
            }
        }
    }
}

impl<S, T> SingleFlight<S, T> {
    fn lock(&self) -> MutexGuard<'_, Inner<S, T>> {
        lock(&self.0)
    }
}

/// A panic while one of them is held leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A question under way.
struct Flight<T> {
    progress: Mutex<Progress<T>>,
    /// Apart from the question, which holds it as its waker.
    bell: Arc<Bell>,
}

enum Progress<T> {
    /// `None` while a caller polls it.
    Asked(Option<Question<T>>),
    /// The outcome; `None` when it has panicked.
    Over(Option<T>),
}

/// What a caller that is polled is to do.
enum Turn<T> {
    Poll(Question<T>),
    Wait,
    Over(Option<T>),
}

impl<T: Clone> Flight<T> {
    fn turn(&self) -> Turn<T> {
        match &mut *lock(&self.progress) {
            Progress::Over(outcome) => Turn::Over(outcome.clone()),
            // Once for each time that the bell rings: the other callers that it has woken go on waiting.
            Progress::Asked(question) => {
                question.take_if(|_| self.bell.answer()).map_or(Turn::Wait, Turn::Poll)
            }
        }
    }
}

/// The caller that polls. When it panics, the question is over without an answer.
struct Polling<'a, S, T> {
    all: &'a SingleFlight<S, T>,
    flight: &'a Flight<T>,
    next: Progress<T>,
}

impl<S, T> Drop for Polling<'_, S, T> {
    fn drop(&mut self) {
        let next = std::mem::replace(&mut self.next, Progress::Over(None));
        let is_over = matches!(next, Progress::Over(_));
        if is_over {
            // Before anybody has the answer: who asks with it in hand asks anew.
            self.all.lock().flight = Weak::new();
        }
        *lock(&self.flight.progress) = next;
        if is_over || !self.flight.bell.is_answered() {
            // Who came to poll meanwhile was sent away.
            self.flight.bell.ring();
        }
    }
}

/// One caller that waits.
struct Caller<T> {
    flight: Arc<Flight<T>>,
    /// Where its waker is.
    place: Option<usize>,
}

impl<T> Drop for Caller<T> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.flight.bell.leave(place);
        }
    }
}

/// The question's waker. It wakes all who wait, because any of them may be one that is not polled any more.
#[derive(Default)]
struct Bell(Mutex<Hearers>);

#[derive(Default)]
struct Hearers {
    /// The question has been polled, or is about to be, since the bell rang last.
    is_answered: bool,
    /// A place for each caller; empty when its caller has been woken.
    wakers: Vec<Option<Waker>>,
    /// The places of callers that have left.
    free: Vec<usize>,
}

// Wakers are the code of others, which may come back here: they are cloned, woken and dropped outside of the lock.
impl Bell {
    /// Wakes `waker` when the bell rings next.
    fn hear(&self, place: &mut Option<usize>, waker: &Waker) {
        let waker = waker.clone();
        let mut guard = lock(&self.0);
        let hearers = &mut *guard;
        let place = *place.get_or_insert_with(|| {
            hearers.free.pop().unwrap_or_else(|| {
                hearers.wakers.push(None);
                hearers.wakers.len().saturating_sub(1)
            })
        });
        let old = hearers.wakers.get_mut(place).and_then(|held| held.replace(waker));
        drop(guard);
        drop(old);
    }

    /// Gives a place back.
    fn leave(&self, place: usize) {
        let mut hearers = lock(&self.0);
        let old = hearers.wakers.get_mut(place).and_then(Option::take);
        hearers.free.push(place);
        drop(hearers);
        drop(old);
    }

    fn ring(&self) {
        let mut hearers = lock(&self.0);
        hearers.is_answered = false;
        let woken: Vec<_> = hearers.wakers.iter_mut().filter_map(Option::take).collect();
        drop(hearers);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Whether it has rung and nobody has answered. It counts as answered from now on.
    fn answer(&self) -> bool {
        !std::mem::replace(&mut lock(&self.0).is_answered, true)
    }

    fn is_answered(&self) -> bool {
        lock(&self.0).is_answered
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

#[cfg(test)]
mod tests;

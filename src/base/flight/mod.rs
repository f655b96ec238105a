//! Runs one request for all concurrent callers. The callers own it, and whichever of them is polled polls it: it needs
//! neither a runtime nor a task of its own.
//!
//! ```text
//! caller 1 --ask--poll------(not polled any more)
//! caller 2      `------poll-----------poll--> answer --keep--> kept
//! caller 3         `-------------poll---'
//! ```
//!
//! `loom/` explores how callers on several threads can interleave here.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use crate::base::sync::{Mutex, MutexGuard};

/// What to do with the stored value.
pub(crate) enum Decision<T> {
    /// Use it.
    Serve(T),
    /// One caller asks for a new one; the others use this meanwhile.
    Renew(T),
    /// All callers wait for one answer.
    Ask,
}

/// The shared request. It owns what it needs, because the caller that began it may be gone before it ends.
pub(crate) type Question<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The state that callers share, and their common request.
pub(crate) struct SingleFlight<S, T>(Mutex<Inner<S, T>>);

struct Inner<S, T> {
    kept: S,
    /// Weak, because a request ends with its last caller, whatever it holds itself.
    flight: Weak<Flight<T>>,
}

impl<S, T: Clone> SingleFlight<S, T> {
    pub(crate) fn new(kept: S) -> Self {
        Self(Mutex::new(Inner { kept, flight: Weak::new() }))
    }

    /// Returns the stored value if `decide` allows it; else waits for the request made by `ask`, whose answer `keep`
    /// stores and turns into what every caller gets.
    ///
    /// A dropped caller leaves the request to the others; the last one to go ends it. When the request panics, one of
    /// the others starts a new one.
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

    /// Whether a request is in progress.
    pub(crate) fn is_asking(&self) -> bool {
        self.lock().flight.strong_count() > 0
    }

    /// Reads or changes what is stored.
    pub(crate) fn with<R>(&self, use_it: impl FnOnce(&mut S) -> R) -> R {
        use_it(&mut self.lock().kept)
    }

    /// Returns the value to use now, or else the request to wait for.
    fn step(
        &self,
        decide: impl Fn(&S) -> Decision<T>,
        ask: impl Fn() -> Question<T>,
    ) -> Result<T, Arc<Flight<T>>> {
        let mut inner = self.lock();
        match decide(&inner.kept) {
            Decision::Serve(answer) => return Ok(answer),
            // Only counted: dropping the last handle here would drop the request under the lock.
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

    /// Polls the request for all, unless another caller is polling it right now. `None` when it has panicked.
    fn poll(
        &self,
        caller: &mut Caller<T>,
        context: &Context<'_>,
        keep: impl Fn(&mut S, T) -> T,
    ) -> Poll<Option<T>> {
        let flight = &*caller.flight;
        // Done first, so that a later wake-up is noticed.
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

/// A panic while one of these locks is held leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request in progress.
struct Flight<T> {
    progress: Mutex<Progress<T>>,
    /// Separate from the request, which holds it as its waker.
    bell: Arc<Bell>,
}

enum Progress<T> {
    /// `None` while a caller polls it.
    Asked(Option<Question<T>>),
    /// The outcome; `None` when it has panicked.
    Over(Option<T>),
}

/// What a polled caller does next.
enum Turn<T> {
    Poll(Question<T>),
    Wait,
    Over(Option<T>),
}

impl<T: Clone> Flight<T> {
    fn turn(&self) -> Turn<T> {
        match &mut *lock(&self.progress) {
            Progress::Over(outcome) => Turn::Over(outcome.clone()),
            // Once per wake-up: the other callers that it woke go on waiting.
            Progress::Asked(question) => {
                question.take_if(|_| self.bell.answer()).map_or(Turn::Wait, Turn::Poll)
            }
        }
    }
}

/// The caller that polls. When it panics, the request ends without an answer.
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
            // Before anyone gets the answer: a caller that has it and asks again starts a new request.
            self.all.lock().flight = Weak::new();
        }
        *lock(&self.flight.progress) = next;
        if is_over || !self.flight.bell.is_answered() {
            // Callers that came to poll meanwhile were turned away.
            self.flight.bell.ring();
        }
    }
}

/// One waiting caller.
struct Caller<T> {
    flight: Arc<Flight<T>>,
    /// The index of its waker.
    place: Option<usize>,
}

impl<T> Drop for Caller<T> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.flight.bell.leave(place);
        }
    }
}

/// The request's waker. It wakes all waiting callers, because any of them may no longer be polled.
#[derive(Default)]
struct Bell(Mutex<Hearers>);

#[derive(Default)]
struct Hearers {
    /// The request has been polled, or is about to be, since the last wake-up.
    is_answered: bool,
    /// A slot for each caller; empty when its caller has been woken.
    wakers: Vec<Option<Waker>>,
    /// The slots of callers that have left.
    free: Vec<usize>,
}

// Wakers are foreign code that may call back in here: they are cloned, woken and dropped outside the lock.
impl Bell {
    /// Registers `waker` for the next wake-up.
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

    /// Releases a slot.
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

    /// Whether there was a wake-up that nobody has handled. It counts as handled from now on.
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

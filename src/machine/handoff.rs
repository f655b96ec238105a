//! Passes results between a future and the threads that work for it: watching a process, or making a blocking call.
//!
//! `loom/` explores the possible interleavings.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::base::sync::{Condvar, Mutex, MutexGuard};

/// How long dropping the future waits for the process to end. Killing one takes some milliseconds.
const KILL_TIME: Duration = Duration::from_secs(1);

/// The shared state: `O` is the output, `R` the result.
pub(super) struct Handoff<O, R> {
    slot: Mutex<Slot<O, R>>,
    changed: Condvar,
}

struct Slot<O, R> {
    output: Option<O>,
    /// Nobody is waiting any more.
    is_canceled: bool,
    result: Option<R>,
    has_ended: bool,
    waker: Option<Waker>,
}

impl<O, R> Handoff<O, R> {
    pub(super) fn new() -> Arc<Self> {
        let slot = Slot { output: None, is_canceled: false, result: None, has_ended: false, waker: None };
        Arc::new(Self { slot: Mutex::new(slot), changed: Condvar::new() })
    }

    /// The process has closed its output.
    pub(super) fn put_output(&self, output: O) {
        self.slot().output = Some(output);
        self.changed.notify_all();
    }

    /// Waits for the output; `None` when there is none within `limit`, or nobody is waiting for it any more.
    pub(super) fn output(&self, limit: Duration) -> Option<O> {
        self.wait_while(limit, |slot| slot.output.is_none() && !slot.is_canceled).output.take()
    }

    /// Whether nobody is waiting any more, now or within `limit`.
    pub(super) fn is_canceled(&self, limit: Duration) -> bool {
        self.wait_while(limit, |slot| !slot.is_canceled).is_canceled
    }

    /// Records that the work has ended. The first result counts.
    pub(super) fn end(&self, result: impl FnOnce() -> R) {
        let mut slot = self.slot();
        if slot.has_ended {
            return;
        }
        slot.result = Some(result());
        slot.has_ended = true;
        let waker = slot.waker.take();
        drop(slot);
        self.changed.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<R> {
        // A waker is foreign code that may call back in here: it is cloned and dropped outside the lock.
        let waker = context.waker().clone();
        let mut slot = self.slot();
        if let Some(result) = slot.result.take() {
            return Poll::Ready(result);
        }
        let old = slot.waker.replace(waker);
        drop(slot);
        drop(old);
        Poll::Pending
    }

    fn slot(&self) -> MutexGuard<'_, Slot<O, R>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the slot once `waits` is false or `limit` has passed.
    fn wait_while(&self, limit: Duration, waits: fn(&mut Slot<O, R>) -> bool) -> MutexGuard<'_, Slot<O, R>> {
        let waited = self.changed.wait_timeout_while(self.slot(), limit, waits);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// The future's side. Dropping it cancels, and waits until the process has ended.
pub(super) struct Running<O, R>(pub(super) Arc<Handoff<O, R>>);

impl<O, R> Future for Running<O, R> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        self.0.poll(context)
    }
}

impl<O, R> Drop for Running<O, R> {
    fn drop(&mut self) {
        self.0.slot().is_canceled = true;
        self.0.changed.notify_all();
        drop(self.0.wait_while(KILL_TIME, |slot| !slot.has_ended));
    }
}

/// The future's side of work that cannot be canceled. Dropping it leaves the thread to end by itself.
pub(super) struct Detached<R>(pub(super) Arc<Handoff<(), R>>);

impl<R> Future for Detached<R> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        self.0.poll(context)
    }
}

/// The thread's side. If it is dropped before the work has ended, because the thread panicked, the result is that of
/// `otherwise`.
pub(super) struct Watching<O, R> {
    pub(super) handoff: Arc<Handoff<O, R>>,
    pub(super) otherwise: fn() -> R,
}

impl<O, R> Drop for Watching<O, R> {
    fn drop(&mut self) {
        self.handoff.end(self.otherwise);
    }
}

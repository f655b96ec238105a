//! What a server has seen so far, and the tasks waiting for more.

use std::collections::{BTreeMap, VecDeque};
use std::net::Shutdown;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;

use super::connection::Socket;

/// How long a test waits for an event.
const LIMIT: Duration = Duration::from_secs(30);

/// Shared by a server, its threads and the test.
#[derive(Default)]
pub(super) struct Seen {
    state: Mutex<State>,
    changed: Condvar,
    sent: AtomicUsize,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) connections: usize,
    pub(super) requests: Vec<Request<Bytes>>,
    /// How many requests were taken off that list.
    pub(super) taken: usize,
    /// When clients hung up, unless already reported.
    pub(super) hung_up: VecDeque<Instant>,
    /// How many steps the test has let pass.
    pub(super) passes: usize,
    /// The open connections, by number.
    open: BTreeMap<usize, Socket>,
    /// The server is gone: its connections end.
    is_over: bool,
    wakers: Vec<Waker>,
}

impl Seen {
    /// What has been seen. A thread that panicked has left it consistent: every change is one assignment.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes all who wait.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let (changed, wakers) = {
            let mut state = self.state();
            (change(&mut state), std::mem::take(&mut state.wakers))
        };
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
        changed
    }

    pub(super) fn add_sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes, Ordering::SeqCst);
    }

    pub(super) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// Waits until `look` finds something.
    ///
    /// # Panics
    ///
    /// When it finds nothing within 30 seconds.
    #[track_caller]
    pub(super) fn wait<T>(&self, what: &str, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        let until = Instant::now().checked_add(LIMIT);
        let mut state = self.state();
        loop {
            if let Some(found) = look(&mut state) {
                return found;
            }
            let left = until.map_or(LIMIT, |until| until.saturating_duration_since(Instant::now()));
            #[allow(clippy::panic)] // said above
            if left.is_zero() {
                drop(state);
                panic!("no {what} within {LIMIT:?}");
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// As [`wait`](Self::wait), as a future and without a limit.
    pub(super) fn poll<T>(
        &self,
        context: &mut Context<'_>,
        look: impl FnOnce(&mut State) -> Option<T>,
    ) -> Poll<T> {
        let mut state = self.state();
        match look(&mut state) {
            Some(found) => Poll::Ready(found),
            None => {
                state.wakers.push(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Waits for a pass of the test; `false` when the server is gone before one comes.
    pub(super) fn take_pass(&self) -> bool {
        let state = self.state();
        let waited = self.changed.wait_while(state, |state| state.passes == 0 && !state.is_over);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.passes = state.passes.saturating_sub(1);
        !state.is_over
    }

    /// Waits for the duration, or until the server is gone; `false` then.
    pub(super) fn sleep(&self, duration: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.state(), duration, |state| !state.is_over);
        !waited.unwrap_or_else(PoisonError::into_inner).0.is_over
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().is_over
    }

    /// Ends all connections.
    pub(super) fn end(&self) {
        self.change(|state| {
            state.is_over = true;
            for connection in state.open.values() {
                // One that is already closed is fine.
                let _ = connection.0.shutdown(Shutdown::Both);
            }
        });
    }
}

/// An open connection. Dropping it takes it off the list, even when a script panics: the socket closes with its
/// last owner.
pub(super) struct Open<'a> {
    seen: &'a Seen,
    number: usize,
}

impl<'a> Open<'a> {
    pub(super) fn new(seen: &'a Seen, number: usize, socket: Socket) -> Self {
        seen.state().open.insert(number, socket);
        Self { seen, number }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.seen.state().open.remove(&self.number);
    }
}

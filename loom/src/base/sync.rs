//! Loom's locks, with what they lack.

use std::sync::LockResult;
use std::time::Duration;

pub(crate) use loom::sync::{Mutex, MutexGuard};

/// Loom's has no `wait_timeout_while`. This one has no time: a missing notification is a deadlock, where the
/// program would merely continue late.
pub(crate) struct Condvar(loom::sync::Condvar);

impl Condvar {
    pub(crate) fn new() -> Self {
        Self(loom::sync::Condvar::new())
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    pub(crate) fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        _: Duration,
        mut waits: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, ())> {
        while waits(&mut guard) {
            guard = self.0.wait(guard).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        Ok((guard, ()))
    }
}

//! The locks of what `loom/` checks. It puts loom's in their place.

pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

//! The locks used by code that `loom/` checks, which substitutes loom's own.

pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

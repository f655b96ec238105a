//! The files of bedrill in which threads meet, with the locks of [loom](https://docs.rs/loom): it runs each model once
//! for every order in which the threads can take them, and fails when one of them ends in a deadlock or a wrong answer.
//!
//! The files are those that bedrill is built of. They take their locks from `crate::base::sync`, which is another here.

#[allow(dead_code)]
#[path = "../../src/base/flight/mod.rs"]
mod flight;
#[allow(dead_code)]
#[path = "../../src/machine/handoff.rs"]
mod handoff;
mod base {
    pub(crate) mod sync;
}

pub mod models_of_flight;
pub mod models_of_process;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Polls `future` once, as a caller that nothing wakes any more.
fn poll_once<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

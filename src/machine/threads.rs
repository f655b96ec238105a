//! Blocking calls, moved off the thread that waits for them.

use std::sync::Arc;
use std::{io, thread};

use super::handoff::{Detached, Handoff, Watching};
use crate::base::BoxFuture;

/// Starts a detached thread. Boxed, so that the code to start a thread is compiled once.
pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let work: Box<dyn FnOnce() + Send> = Box::new(work);
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
    // The words by which resolvers tell a fault that passes (EAI_AGAIN).
    spawned.map(drop).map_err(|error| {
        io::Error::new(error.kind(), format!("no thread can be started for it, try again later: {error}"))
    })
}

/// Starts `work` on a thread of its own at once. Dropping the future leaves that thread to end by itself.
///
/// Returns an error when no thread can be started, or `work` panics.
pub(super) fn away<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> BoxFuture<'static, io::Result<T>> {
    let handoff = Handoff::new();
    let working = Arc::clone(&handoff);
    let spawned = spawn(name, move || {
        let otherwise = || Err(io::Error::other("the thread that did the work failed"));
        let watching = Watching { handoff: working, otherwise };
        let result = work();
        watching.handoff.end(|| result);
    });
    if let Err(error) = spawned {
        handoff.end(|| Err(error));
    }
    Box::pin(Detached(handoff))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    #[test]
    fn the_thread_that_waits_does_other_things_meanwhile() {
        let (done, waits) = mpsc::channel();
        let answer = run(async {
            let other = tokio::spawn(async move { done.send("done").expect("somebody waits") });
            let answer =
                away("test", move || waits.recv_timeout(Duration::from_secs(20)).map_err(io::Error::other));
            let answer = answer.await;
            other.await.expect("no panic");
            answer
        });
        assert_eq!(answer.expect("the other was not held up"), "done");
    }

    #[test]
    fn a_future_that_is_dropped_does_not_wait_for_its_thread() {
        let (done, waits) = mpsc::channel::<()>();
        let (ended, end) = mpsc::channel();
        drop(away("test", move || {
            let released = waits.recv_timeout(Duration::from_secs(20)).is_ok();
            ended.send(released).map_err(io::Error::other)
        }));
        done.send(()).expect("it still runs");
        assert!(end.recv().expect("it ends by itself"), "it was dropped before the thread was done");
    }

    #[test]
    fn a_panic_on_the_thread_is_an_error() {
        let work = || -> io::Result<()> { std::panic::resume_unwind(Box::new(())) };
        let error = run(away("test", work)).expect_err("a panic");
        assert_eq!(error.to_string(), "the thread that did the work failed");
    }
}

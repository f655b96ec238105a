//! The future of a process, the thread that watches it, and the thread that reads its output; and calls that block.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use loom::future::block_on;
use loom::thread;

use crate::handoff::{Detached, Handoff, Running, Watching};
use crate::poll_once;

/// Loom has no time: nothing ends because it took too long.
const LIMIT: Duration = Duration::ZERO;

const FAILED: &str = "the thread failed";

type Process = Arc<Handoff<&'static str, Result<&'static str, &'static str>>>;

/// The thread that watches: it waits for the output, then for the end.
fn watch(process: &Process) -> thread::JoinHandle<()> {
    let handoff = Arc::clone(process);
    thread::spawn(move || {
        let watching = Watching { handoff, otherwise: || Err(FAILED) };
        let output = watching.handoff.output(LIMIT);
        watching.handoff.end(|| output.ok_or("killed"));
    })
}

/// The thread that reads.
fn read(process: &Process) -> thread::JoinHandle<()> {
    let handoff = Arc::clone(process);
    thread::spawn(move || handoff.put_output("output"))
}

/// Output, end and the first poll, in any order.
pub fn the_end_of_a_process_wakes_who_waits() {
    let process = Handoff::new();
    let threads = [watch(&process), read(&process)];
    assert_eq!(block_on(Running(process)), Ok("output"));
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// The future is polled by another task than before.
pub fn the_task_that_polled_last_is_woken() {
    let process = Handoff::new();
    let threads = [watch(&process), read(&process)];
    let mut running = pin!(Running(process));
    if poll_once(running.as_mut()).is_pending() {
        assert_eq!(block_on(running), Ok("output"));
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// The future is dropped while the process runs, ends its output, or has ended.
pub fn dropping_the_future_waits_until_the_process_has_ended() {
    let process: Process = Handoff::new();
    let threads = [watch(&process), read(&process)];
    drop(Running(Arc::clone(&process)));
    // Nobody hears what it reports now.
    process.end(|| panic!("it has ended"));
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// The future of a process that writes nothing is dropped: nothing but that ends it.
pub fn a_silent_process_ends_with_its_future() {
    let process: Process = Handoff::new();
    let watching = watch(&process);
    let mut running = Box::pin(Running(Arc::clone(&process)));
    assert!(poll_once(running.as_mut()).is_pending());
    drop(running);
    process.end(|| panic!("it has ended"));
    watching.join().unwrap();
}

/// The output is closed, the process stays, and the future is dropped.
pub fn a_process_without_output_ends_with_its_future() {
    let process: Process = Handoff::new();
    let handoff = Arc::clone(&process);
    let watching = thread::spawn(move || {
        assert!(handoff.is_canceled(LIMIT));
        handoff.end(|| Err("killed"));
    });
    drop(Running(process));
    watching.join().unwrap();
}

/// The thread that watches ends without a result.
pub fn a_thread_that_fails_is_an_error() {
    let process: Process = Handoff::new();
    let handoff = Arc::clone(&process);
    let watching = thread::spawn(move || drop(Watching { handoff, otherwise: || Err(FAILED) }));
    assert_eq!(block_on(Running(process)), Err(FAILED));
    watching.join().unwrap();
}

/// A call that blocks and cannot be ended: its future gets the answer, whoever comes first.
pub fn the_answer_of_a_call_reaches_who_waits() {
    let call = Handoff::<(), _>::new();
    let handoff = Arc::clone(&call);
    let calling = thread::spawn(move || handoff.end(|| "answer"));
    assert_eq!(block_on(Detached(call)), "answer");
    calling.join().unwrap();
}

/// The future of such a call is dropped: its thread is not waited for, and ends by itself.
pub fn a_call_goes_on_without_its_future() {
    let call = Handoff::<(), _>::new();
    let mut detached = Box::pin(Detached(Arc::clone(&call)));
    let _ = poll_once(detached.as_mut());
    let calling = thread::spawn(move || call.end(|| "answer"));
    drop(detached);
    calling.join().unwrap();
}

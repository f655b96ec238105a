//! Callers of one question, which another thread answers.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::Mutex;
use loom::thread;

use crate::flight::{Decision, Question, SingleFlight};
use crate::poll_once;

/// What questions wait for: whether it has happened, and the waker of each.
#[derive(Default)]
struct Event(Mutex<(bool, BTreeMap<u32, Waker>)>);

impl Event {
    fn happen(&self) {
        self.0.lock().unwrap().0 = true;
        self.stir();
    }

    /// Wakes without anything that has happened.
    fn stir(&self) {
        let wakers = std::mem::take(&mut self.0.lock().unwrap().1);
        wakers.into_values().for_each(Waker::wake);
    }

    /// Whether it has happened; else the question `number` is woken when it does.
    fn has_happened(&self, number: u32, waker: &Waker) -> bool {
        let mut event = self.0.lock().unwrap();
        let (has_happened, wakers) = &mut *event;
        if !*has_happened {
            wakers.insert(number, waker.clone());
        }
        *has_happened
    }

    fn forget(&self, number: u32) {
        let waker = self.0.lock().unwrap().1.remove(&number);
        drop(waker);
    }
}

/// How many questions there were. Not loom's atomics, which would be points for switching threads.
#[derive(Default)]
struct Counts {
    asked: AtomicU32,
    ended: AtomicU32,
}

struct Waiting {
    event: Arc<Event>,
    counts: Arc<Counts>,
    number: u32,
    fails: bool,
}

impl Future for Waiting {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        if !self.event.has_happened(self.number, context.waker()) {
            return Poll::Pending;
        }
        if self.fails {
            // Without a panic message.
            resume_unwind(Box::new("the question fails"));
        }
        Poll::Ready(1)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // It drops its waker, as a timer or a socket does.
        self.event.forget(self.number);
        self.counts.ended.fetch_add(1, SeqCst);
    }
}

struct Setup {
    flight: SingleFlight<u32, u32>,
    event: Arc<Event>,
    counts: Arc<Counts>,
    /// Whether the first question fails.
    fails: bool,
}

impl Setup {
    fn new(fails: bool) -> Arc<Self> {
        let (event, counts) = Default::default();
        Arc::new(Self { flight: SingleFlight::new(0), event, counts, fails })
    }

    /// Waits for the answer, which is kept: who comes later is served.
    async fn ask(&self) -> u32 {
        let decide = |kept: &u32| if *kept > 0 { Decision::Serve(*kept) } else { Decision::Ask };
        let ask = || -> Question<u32> {
            let number = self.counts.asked.fetch_add(1, SeqCst);
            let (event, counts) = (Arc::clone(&self.event), Arc::clone(&self.counts));
            Box::pin(Waiting { event, counts, number, fails: self.fails && number == 0 })
        };
        let keep = |kept: &mut u32, answer| {
            *kept += answer;
            *kept
        };
        self.flight.run(decide, ask, keep).await
    }

    fn counts(&self) -> (u32, u32) {
        (self.counts.asked.load(SeqCst), self.counts.ended.load(SeqCst))
    }

    /// The thread that answers.
    fn answer(self: &Arc<Self>) -> thread::JoinHandle<()> {
        let setup = Arc::clone(self);
        thread::spawn(move || setup.event.happen())
    }

    /// A thread that waits for the answer.
    fn caller(self: &Arc<Self>) -> thread::JoinHandle<u32> {
        let setup = Arc::clone(self);
        thread::spawn(move || block_on(setup.ask()))
    }
}

/// Two callers on two threads, from their first poll on.
pub fn all_get_the_one_answer() {
    let setup = Setup::new(false);
    let (answer, other) = (setup.answer(), setup.caller());
    assert_eq!((block_on(setup.ask()), other.join().unwrap()), (1, 1));
    answer.join().unwrap();
    assert_eq!((setup.counts(), setup.flight.is_asking()), ((1, 1), false));
}

/// A caller that polls once, at any time, and then stays without being polled.
pub fn a_parked_caller_blocks_nobody() {
    let setup = Setup::new(false);
    let (answer, other) = (setup.answer(), setup.caller());
    let mut parked = pin!(setup.ask());
    let first = poll_once(parked.as_mut());
    assert_eq!(other.join().unwrap(), 1);
    answer.join().unwrap();
    if first.is_pending() {
        assert_eq!(poll_once(parked), Poll::Ready(1), "the answer is there for it, too");
    }
    assert_eq!(setup.counts(), (1, 1));
}

/// The question wakes its callers before it has an answer, too, and one of them is parked.
pub fn a_wake_up_while_a_caller_polls_is_passed_on() {
    let setup = Setup::new(false);
    let stirring = Arc::clone(&setup);
    let answer = thread::spawn(move || {
        stirring.event.stir();
        stirring.event.happen();
    });
    let other = setup.caller();
    let mut parked = pin!(setup.ask());
    let _ = poll_once(parked.as_mut());
    assert_eq!(other.join().unwrap(), 1);
    answer.join().unwrap();
    assert_eq!(setup.counts(), (1, 1));
}

/// A caller that polls and leaves, at any time.
pub fn a_caller_that_leaves_takes_no_wake_up_along() {
    let setup = Setup::new(false);
    let (answer, other) = (setup.answer(), setup.caller());
    let _ = poll_once(pin!(setup.ask()));
    assert_eq!(other.join().unwrap(), 1);
    answer.join().unwrap();
    // Two, if it had left before the other came.
    let (asked, ended) = setup.counts();
    assert!(asked == ended && asked <= 2, "{asked} {ended}");
}

/// The last two callers leave at the same time, while the question is being answered.
pub fn the_last_caller_ends_the_question() {
    let setup = Setup::new(false);
    let answer = setup.answer();
    let leaving = Arc::clone(&setup);
    let other = thread::spawn(move || poll_once(pin!(leaving.ask())).is_ready());
    let ready = poll_once(pin!(setup.ask())).is_ready() | other.join().unwrap();
    answer.join().unwrap();
    let (asked, ended) = setup.counts();
    assert!(asked == ended && asked <= 2, "{asked} {ended}");
    assert!(!setup.flight.is_asking());
    // The next one is served, or asks again.
    assert_eq!(block_on(setup.ask()), 1);
    assert_eq!(setup.counts().0, if ready { asked } else { asked + 1 });
}

/// The question fails in the hands of one caller.
pub fn after_a_panic_the_other_caller_asks_anew() {
    let setup = Setup::new(true);
    let answer = setup.answer();
    let failing = Arc::clone(&setup);
    let ask = |setup: &Setup| catch_unwind(AssertUnwindSafe(|| block_on(setup.ask()))).ok();
    let other = thread::spawn(move || ask(&failing));
    let answers = [ask(&setup), other.join().unwrap()];
    answer.join().unwrap();
    assert!(answers.contains(&None) && answers.contains(&Some(1)), "{answers:?}");
    assert_eq!((setup.counts(), setup.flight.is_asking()), ((2, 2), false));
}

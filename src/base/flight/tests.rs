use std::future::{poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::watch;

use super::*;

/// A request that is answered with how often it was made, once `open` allows it.
struct Asked {
    flight: SingleFlight<u32, u32>,
    asked: Arc<AtomicU32>,
    open: watch::Sender<bool>,
}

impl Asked {
    fn new() -> Self {
        Self { flight: SingleFlight::new(0), asked: Arc::default(), open: watch::Sender::new(false) }
    }

    async fn ask(&self) -> u32 {
        let question = || -> Question<u32> {
            let (asked, mut open) = (Arc::clone(&self.asked), self.open.subscribe());
            Box::pin(async move {
                let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
                open.wait_for(|open| *open).await.expect("the test still runs");
                number
            })
        };
        let keep = |kept: &mut u32, answer: u32| {
            *kept = answer;
            answer
        };
        self.flight.run(|_| Decision::Ask, question, keep).await
    }

    fn times(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn poll<T>(caller: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    caller.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn all_waiting_callers_get_the_one_answer_and_the_last_to_give_up_ends_the_question() {
    let all = Asked::new();
    {
        let mut second = pin!(all.ask());
        {
            let mut first = pin!(all.ask());
            assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        }
        assert_eq!((all.times(), all.flight.is_asking()), (1, true), "the first has given up");
    }
    assert_eq!((all.open.receiver_count(), all.flight.is_asking()), (0, false), "all have given up");
    let (mut third, mut fourth) = (pin!(all.ask()), pin!(all.ask()));
    assert!(poll(third.as_mut()).is_pending() && poll(fourth.as_mut()).is_pending());
    all.open.send_replace(true);
    assert_eq!((poll(fourth), poll(third)), (Poll::Ready(2), Poll::Ready(2)));
    assert_eq!((all.flight.with(|kept| *kept), all.flight.is_asking()), (2, false));
}

#[test]
fn whoever_is_polled_polls_the_question_and_the_others_find_the_answer() {
    let all = Asked::new();
    let (mut parked, mut polled) = (pin!(all.ask()), pin!(all.ask()));
    assert!(poll(parked.as_mut()).is_pending() && poll(polled.as_mut()).is_pending());
    all.open.send_replace(true);
    assert_eq!((poll(polled), all.flight.is_asking()), (Poll::Ready(1), false));
    // A caller that arrives now starts a new request, though one caller has not yet taken its answer.
    all.open.send_replace(false);
    assert!(poll(pin!(all.ask())).is_pending());
    assert_eq!((all.times(), poll(parked)), (2, Poll::Ready(1)));
}

#[test]
fn a_question_may_wake_by_reference_while_it_is_polled() {
    let flight = SingleFlight::new(());
    let question = || -> Question<u32> {
        let mut is_ready = false;
        Box::pin(poll_fn(move |context| {
            if std::mem::replace(&mut is_ready, true) {
                return Poll::Ready(1);
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    };
    let mut caller = pin!(flight.run(|_| Decision::Ask, question, |_, answer| answer));
    assert!(poll(caller.as_mut()).is_pending());
    assert_eq!(poll(caller), Poll::Ready(1));
}

#[test]
fn what_still_serves_is_given_out_while_one_caller_renews_it() {
    let flight = SingleFlight::new(7);
    let renew = |kept: &u32| Decision::Renew(*kept);
    let never = || -> Question<u32> { Box::pin(std::future::pending()) };
    let mut first = pin!(flight.run(renew, never, |_, answer| answer));
    assert!(poll(first.as_mut()).is_pending());
    let now = || -> Question<u32> { Box::pin(ready(8)) };
    assert_eq!(poll(pin!(flight.run(renew, now, |_, answer| answer))), Poll::Ready(7));
    assert_eq!(poll(pin!(flight.run(|_| Decision::Serve(9), now, |_, answer| answer))), Poll::Ready(9));
}

#[test]
fn a_caller_that_needs_an_answer_takes_over_a_renewal_from_one_that_is_parked() {
    let (flight, open) = (SingleFlight::new(7), watch::Sender::new(false));
    let question = || -> Question<u32> {
        let mut open = open.subscribe();
        Box::pin(async move { open.wait_for(|open| *open).await.map_or(0, |_| 8) })
    };
    let keep = |kept: &mut u32, answer| {
        *kept = answer;
        answer
    };
    let mut parked = pin!(flight.run(|kept| Decision::Renew(*kept), question, keep));
    assert!(poll(parked.as_mut()).is_pending());
    let mut second = pin!(flight.run(|_| Decision::Ask, question, keep));
    assert!(poll(second.as_mut()).is_pending());
    open.send_replace(true);
    assert_eq!((poll(second), flight.with(|kept| *kept)), (Poll::Ready(8), 8));
}

#[test]
fn after_a_panic_another_caller_asks_anew() {
    let (flight, open) = (SingleFlight::new(0), watch::Sender::new(false));
    let fails = || -> Question<u32> {
        let mut open = open.subscribe();
        Box::pin(async move {
            let _ = open.wait_for(|open| *open).await;
            resume_unwind(Box::new("the question fails"))
        })
    };
    let mut first = pin!(flight.run(|_| Decision::Ask, fails, |_, answer| answer));
    assert!(poll(first.as_mut()).is_pending());
    let succeeds = || -> Question<u32> { Box::pin(ready(2)) };
    let mut second = pin!(flight.run(|_| Decision::Ask, succeeds, |_, answer| answer));
    assert!(poll(second.as_mut()).is_pending());
    open.send_replace(true);
    assert!(catch_unwind(AssertUnwindSafe(|| poll(first.as_mut()))).is_err());
    assert!(!flight.is_asking());
    assert_eq!(poll(second), Poll::Ready(2));
}

#[test]
fn a_caller_that_leaves_takes_its_waker_along() {
    struct Task;
    impl Wake for Task {
        fn wake(self: Arc<Self>) {}
    }
    let all = Asked::new();
    let mut patient = pin!(all.ask());
    assert!(poll(patient.as_mut()).is_pending());
    let task = Arc::new(Task);
    let waker = Waker::from(Arc::clone(&task));
    for _ in 0..3 {
        let mut caller = pin!(all.ask());
        for _ in 0..3 {
            assert!(caller.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert_eq!(Arc::strong_count(&task), 3, "one waker for a caller, however often it is polled");
    }
    assert_eq!(Arc::strong_count(&task), 2);
}

//! A limit on the peer's time, which is not ours.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::{BoxFuture, Transport};

/// A timer that rings so many milliseconds later than it was set for means that this program did not run: it was stopped, its
/// container was frozen, or its machine stalled. The peer may have answered meanwhile.
const LATE: u64 = 100;

/// How long what arrived while we slept may take to get here: another task may have to read the connection first.
const LAST_LOOK: Duration = Duration::from_millis(20);

/// A limit, running since it was created.
///
/// ```text
/// running ---rings in time--------------------------------------------------> out of time
///    |                                  ^                                          ^
///    `--rings late: we slept---> again, once ---rings late again---> 20 ms --------'
/// ```
pub(crate) struct Limit {
    length: Duration,
    /// When it rings, in milliseconds on the transport's clock: every call that waits keeps two of these.
    due: u64,
    sleep: BoxFuture<'static, ()>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It starts anew when it rings late.
    Running,
    /// It does not.
    Final,
    /// It rings after the last look.
    LastLook,
}

impl Limit {
    /// A limit on how long the peer takes.
    pub(crate) fn on_peer(transport: &dyn Transport, length: Duration) -> Self {
        Self::new(transport, length, Stage::Running)
    }

    /// A limit by the clock, whoever needs the time.
    #[cfg(feature = "client")]
    pub(crate) fn by_clock(transport: &dyn Transport, length: Duration) -> Self {
        Self::new(transport, length, Stage::Final)
    }

    fn new(transport: &dyn Transport, length: Duration, stage: Stage) -> Self {
        let due = milliseconds(transport.now().saturating_add(length));
        Self { length, due, sleep: transport.sleep(length), stage }
    }

    /// How long it is.
    #[cfg(feature = "client")]
    pub(crate) fn length(&self) -> Duration {
        self.length
    }

    /// Whether the time has run out, and everything that had arrived by then could be read. Must not be polled again after
    /// that.
    pub(crate) fn poll(&mut self, transport: &dyn Transport, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let late = ready!(self.poll_ring(transport, context));
            match self.stage {
                Stage::Running if late => *self = Self::new(transport, self.length, Stage::Final),
                Stage::Final if late => {
                    self.sleep = transport.sleep(LAST_LOOK);
                    self.stage = Stage::LastLook;
                }
                _ => return Poll::Ready(()),
            }
        }
    }

    /// Resolves when it rings, to whether that is so late that this program must have slept.
    pub(crate) fn poll_ring(&mut self, transport: &dyn Transport, context: &mut Context<'_>) -> Poll<bool> {
        ready!(Pin::new(&mut self.sleep).poll(context));
        Poll::Ready(milliseconds(transport.now()).saturating_sub(self.due) > LATE)
    }
}

fn milliseconds(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::{Arc, Mutex};
    use std::task::Waker;

    use bytes::Bytes;

    use super::*;
    use crate::transport::{Body, TransportError};

    /// A clock that stands still until it is set; timers ring when it is past them.
    #[derive(Default, Clone)]
    struct Clock(Arc<Mutex<Duration>>);

    impl Clock {
        fn pass(&self, milliseconds: u64) {
            *self.0.lock().expect("the time") += Duration::from_millis(milliseconds);
        }
    }

    impl Transport for Clock {
        fn send(
            &self,
            _: http::Request<Bytes>,
        ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
            unreachable!("nothing is sent")
        }

        fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
            let clock = self.clone();
            let due = self.now() + duration;
            Box::pin(poll_fn(move |_| if clock.now() >= due { Poll::Ready(()) } else { Poll::Pending }))
        }

        fn now(&self) -> Duration {
            *self.0.lock().expect("the time")
        }
    }

    /// After how many of `passed`, milliseconds each, the limit of 4 s has run out.
    fn runs_out_after(start: fn(&dyn Transport, Duration) -> Limit, passed: &[u64]) -> Option<usize> {
        let clock = Clock::default();
        let mut limit = start(&clock, Duration::from_secs(4));
        let mut context = Context::from_waker(Waker::noop());
        assert!(limit.poll(&clock, &mut context).is_pending());
        passed.iter().position(|milliseconds| {
            clock.pass(*milliseconds);
            limit.poll(&clock, &mut context).is_ready()
        })
    }

    #[test]
    fn it_runs_out_in_time() {
        assert_eq!(runs_out_after(Limit::on_peer, &[3_999, 1]), Some(1));
        // An ordinary delay of the runtime is no sleep.
        assert_eq!(runs_out_after(Limit::on_peer, &[4_100]), Some(0));
    }

    #[test]
    fn time_that_we_slept_is_given_to_the_peer_once_more_and_no_oftener() {
        assert_eq!(runs_out_after(Limit::on_peer, &[9_000, 3_999, 1]), Some(2));
        assert_eq!(runs_out_after(Limit::on_peer, &[9_000, 9_000, 19, 1]), Some(3));
    }

    #[test]
    fn a_limit_by_the_clock_gives_what_arrived_a_last_look_alone() {
        assert_eq!(runs_out_after(Limit::by_clock, &[9_000, 20]), Some(1));
    }
}

//! Enforces the limits: timers of the transport's runtime, polled alongside the work they limit.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::timeouts::Timeouts;
use crate::client::error::{Error, TimedOut, TimeoutKind};
use crate::transport::limit::Limit;
use crate::transport::{self, Body, BoxFuture, Transport};

/// One limit, running since it was created.
pub(in crate::client) struct Timer {
    kind: TimeoutKind,
    limit: Limit,
}

impl Timer {
    /// A timer for `limit`; `None` when there is no limit.
    pub(in crate::client) fn start(
        transport: &dyn Transport,
        kind: TimeoutKind,
        length: Option<Duration>,
    ) -> Option<Self> {
        let length = length?;
        // All but the total are limits on the peer.
        let limit = match kind {
            TimeoutKind::Total => Limit::by_clock(transport, length),
            _ => Limit::on_peer(transport, length),
        };
        Some(Self { kind, limit })
    }

    /// Which limit has run out, if any. Must not be polled again after that.
    fn poll(&mut self, transport: &dyn Transport, context: &mut Context<'_>) -> Poll<TimedOut> {
        self.limit.poll(transport, context).map(|()| TimedOut::new(self.kind, self.limit.length()))
    }
}

/// Resolves to the output of `work`, unless `timer` runs out first.
pub(in crate::client) fn within<'a, W: Future + Unpin + 'a>(
    transport: &'a dyn Transport,
    mut timer: Option<&'a mut Timer>,
    work: W,
) -> impl Future<Output = Result<W::Output, TimedOut>> + 'a {
    let limit = move |context: &mut Context<'_>| {
        timer.as_mut().map_or(Poll::Pending, |timer| timer.poll(transport, context))
    };
    transport::within(limit, work)
}

/// Reads a non-streaming body, or its first `limit` bytes and a little more, within the limits for silence and for
/// one frame. Also returns what arrived before an error.
///
/// Boxed: mostly used for errors, but every call would reserve space for it.
pub(in crate::client) fn read_at_most<'a>(
    body: &'a mut Body,
    limit: usize,
    transport: &'a dyn Transport,
    timeouts: &'a Timeouts,
) -> BoxFuture<'a, (Vec<u8>, Result<(), Error>)> {
    Box::pin(async move {
        let mut whole = Vec::new();
        let read = async {
            loop {
                let mut idle = Timer::start(transport, TimeoutKind::Idle, timeouts.idle());
                let Some(chunk) = within(transport, idle.as_mut(), pin!(body.chunk())).await?? else {
                    return Ok::<_, Error>(());
                };
                whole.extend_from_slice(&chunk);
                if whole.len() > limit {
                    return Ok(());
                }
            }
        };
        let mut frame = Timer::start(transport, TimeoutKind::Frame, timeouts.frame());
        let read = within(transport, frame.as_mut(), pin!(read)).await;
        (whole, read.unwrap_or_else(|timed_out| Err(timed_out.into())))
    })
}

/// The limits of a stream. They run only while waiting for the network.
pub(in crate::client) struct StreamTimers {
    transport: Arc<dyn Transport>,
    idle: Silence,
    frame: Silence,
    /// Runs from the start of the call.
    pub(in crate::client) total: Option<Timer>,
}

impl StreamTimers {
    pub(in crate::client) fn new(transport: Arc<dyn Transport>, timeouts: Timeouts) -> Self {
        let idle = Silence::new(TimeoutKind::Idle, timeouts.idle());
        let frame = Silence::new(TimeoutKind::Frame, timeouts.frame());
        Self { transport, idle, frame, total: None }
    }

    /// Records that bytes have arrived.
    pub(in crate::client) fn chunk_came(&mut self) {
        self.idle.since = None;
    }

    /// Records that a frame is complete.
    pub(in crate::client) fn frame_came(&mut self) {
        self.frame.since = None;
    }

    /// Whether the whole call has taken too long.
    pub(in crate::client) fn poll_total(&mut self, context: &mut Context<'_>) -> Poll<TimedOut> {
        self.total.as_mut().map_or(Poll::Pending, |total| total.poll(&*self.transport, context))
    }

    /// Which limit has run out, when no data is ready; `in_frame` when part of a frame has arrived.
    pub(in crate::client) fn poll_waiting(
        &mut self,
        in_frame: bool,
        context: &mut Context<'_>,
    ) -> Poll<TimedOut> {
        let timed_out = self.idle.poll(&*self.transport, context);
        if timed_out.is_pending() && in_frame {
            return self.frame.poll(&*self.transport, context);
        }
        timed_out
    }
}

/// A limit on silences, most of which end long before the limit.
///
/// Setting a timer for each of thousands of silences is costly. So an earlier silence's timer keeps running; only when
/// it fires is the current silence measured, and a timer set for the rest.
struct Silence {
    kind: TimeoutKind,
    length: Option<Duration>,
    /// When the current silence began; `None` while there is none.
    since: Option<Duration>,
    alarm: Option<Alarm>,
}

struct Alarm {
    limit: Limit,
    /// Whether it was set for the current silence, so that firing means the silence has lasted too long.
    decides: bool,
}

impl Silence {
    fn new(kind: TimeoutKind, length: Option<Duration>) -> Self {
        Self { kind, length, since: None, alarm: None }
    }

    /// Whether the silence, which begins now at the latest, has lasted too long.
    fn poll(&mut self, transport: &dyn Transport, context: &mut Context<'_>) -> Poll<TimedOut> {
        let Some(length) = self.length else { return Poll::Pending };
        let mut since = *self.since.get_or_insert_with(|| {
            if let Some(alarm) = &mut self.alarm {
                alarm.decides = false;
            }
            transport.now()
        });
        loop {
            let alarm = self.alarm.get_or_insert_with(|| {
                let rest = length.saturating_sub(transport.now().saturating_sub(since));
                Alarm { limit: Limit::on_peer(transport, rest), decides: true }
            });
            if alarm.decides {
                ready!(alarm.limit.poll(transport, context));
                return Poll::Ready(TimedOut::new(self.kind, length));
            }
            let slept = ready!(alarm.limit.poll_ring(transport, context));
            self.alarm = None;
            if slept {
                // Nobody knows for how much of the silence.
                since = transport.now();
                self.since = Some(since);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Waker;

    use bytes::Bytes;

    use super::*;
    use crate::transport::TransportError;

    /// A clock that stays at its time until set, and timers that fire on demand.
    #[derive(Default)]
    struct Clock {
        started: Mutex<Vec<Duration>>,
        time: Mutex<Duration>,
        ring: Arc<AtomicBool>,
    }

    impl Clock {
        fn pass(&self, seconds: u64) {
            *self.time.lock().expect("the time") += Duration::from_secs(seconds);
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
            self.started.lock().expect("the timers").push(duration);
            let ring = Arc::clone(&self.ring);
            Box::pin(poll_fn(move |_| {
                if ring.swap(false, Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
            }))
        }

        fn now(&self) -> Duration {
            *self.time.lock().expect("the time")
        }
    }

    #[test]
    fn a_thousand_silences_take_one_timer_and_the_limit_is_kept() {
        let clock = Clock::default();
        let mut silence = Silence::new(TimeoutKind::Idle, Some(Duration::from_secs(300)));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..1_000 {
            assert!(silence.poll(&clock, &mut context).is_pending());
            silence.since = None;
        }
        assert_eq!(clock.started.lock().expect("the timers")[..], [Duration::from_secs(300)]);

        // The last silence begins 200 s into that timer.
        clock.pass(200);
        assert!(silence.poll(&clock, &mut context).is_pending());
        clock.pass(100);
        clock.ring.store(true, Ordering::Relaxed);
        assert!(silence.poll(&clock, &mut context).is_pending());
        let seconds = clock.started.lock().expect("the timers").clone();
        assert_eq!(seconds, [Duration::from_secs(300), Duration::from_secs(200)]);
        clock.pass(200);
        clock.ring.store(true, Ordering::Relaxed);
        assert!(silence.poll(&clock, &mut context).is_ready());
    }

    #[test]
    fn a_silence_that_we_slept_through_begins_anew() {
        let clock = Clock::default();
        let mut silence = Silence::new(TimeoutKind::Idle, Some(Duration::from_secs(300)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(silence.poll(&clock, &mut context).is_pending());
        silence.since = None;
        clock.pass(200);
        assert!(silence.poll(&clock, &mut context).is_pending());
        // The timer of the earlier silence rings five hours late.
        clock.pass(18_000);
        clock.ring.store(true, Ordering::Relaxed);
        assert!(silence.poll(&clock, &mut context).is_pending());
        let started = clock.started.lock().expect("the timers").clone();
        assert_eq!(started, [Duration::from_secs(300); 2]);
    }
}

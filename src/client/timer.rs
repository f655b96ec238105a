//! Limits at work: timers of the transport's runtime, polled beside what they bound.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::timeouts::Timeouts;
use crate::error::{Error, TimedOut, TimeoutKind};
use crate::transport::{Body, BoxFuture, Transport};

/// One limit, running from when it was made.
pub(super) struct Timer {
    kind: TimeoutKind,
    limit: Duration,
    sleep: BoxFuture<'static, ()>,
}

impl Timer {
    /// A timer for `limit`; `None` when there is no limit.
    pub(super) fn start(
        transport: &dyn Transport,
        kind: TimeoutKind,
        limit: Option<Duration>,
    ) -> Option<Self> {
        let limit = limit?;
        Some(Self { kind, limit, sleep: transport.sleep(limit) })
    }

    /// Which limit ran out, when it has. Not to be asked again then.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<TimedOut> {
        self.sleep.as_mut().poll(context).map(|()| TimedOut::new(self.kind, self.limit))
    }
}

/// What `work` resolves to, unless `timer` runs out first. Work that is done wins.
pub(super) async fn within<T>(
    timer: Option<&mut Timer>,
    work: impl Future<Output = T>,
) -> Result<T, TimedOut> {
    let Some(timer) = timer else { return Ok(work.await) };
    let mut work = pin!(work);
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => timer.poll(context).map(Err),
    })
    .await
}

/// Reads a body that is no stream, or its first `limit` bytes and a little more, within the limits for silence and for
/// one frame.
pub(super) async fn read_at_most(
    body: &mut Body,
    limit: usize,
    transport: &dyn Transport,
    timeouts: &Timeouts,
) -> Result<Vec<u8>, Error> {
    let mut whole = Vec::new();
    let read = async {
        loop {
            let mut idle = Timer::start(transport, TimeoutKind::Idle, timeouts.idle());
            let Some(chunk) = within(idle.as_mut(), body.chunk()).await?? else { return Ok::<_, Error>(()) };
            whole.extend_from_slice(&chunk);
            if whole.len() > limit {
                return Ok(());
            }
        }
    };
    let mut frame = Timer::start(transport, TimeoutKind::Frame, timeouts.frame());
    within(frame.as_mut(), read).await??;
    Ok(whole)
}

/// The limits of a stream. They run only while the network is waited for.
pub(super) struct StreamTimers {
    transport: Arc<dyn Transport>,
    timeouts: Timeouts,
    idle: Option<Timer>,
    frame: Option<Timer>,
    /// Runs from the beginning of the call, which knows it.
    pub(super) total: Option<Timer>,
}

impl StreamTimers {
    pub(super) fn new(transport: Arc<dyn Transport>, timeouts: Timeouts) -> Self {
        Self { transport, timeouts, idle: None, frame: None, total: None }
    }

    /// Bytes have come.
    pub(super) fn chunk_came(&mut self) {
        self.idle = None;
    }

    /// A frame is whole.
    pub(super) fn frame_came(&mut self) {
        self.frame = None;
    }

    /// Whether the whole call has taken too long.
    pub(super) fn poll_total(&mut self, context: &mut Context<'_>) -> Poll<TimedOut> {
        self.total.as_mut().map_or(Poll::Pending, |total| total.poll(context))
    }

    /// Which limit has run out, now that nothing comes; `in_frame` with a part of a frame in hand.
    pub(super) fn poll_waiting(&mut self, in_frame: bool, context: &mut Context<'_>) -> Poll<TimedOut> {
        let Self { transport, timeouts, .. } = self;
        if self.idle.is_none() {
            self.idle = Timer::start(&**transport, TimeoutKind::Idle, timeouts.idle());
        }
        if in_frame && self.frame.is_none() {
            self.frame = Timer::start(&**transport, TimeoutKind::Frame, timeouts.frame());
        }
        for timer in [&mut self.idle, &mut self.frame].into_iter().flatten() {
            if let Poll::Ready(timed_out) = timer.poll(context) {
                return Poll::Ready(timed_out);
            }
        }
        Poll::Pending
    }
}

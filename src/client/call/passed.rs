//! A response that is passed on unchanged, whatever it says.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::response::Parts;

use super::attempt::{Failed, Verdict};
use super::timer::StreamTimers;
use crate::client::error::Error;
use crate::transport::{Body, TransportError};

/// A response, and the service's error when it is a refusal.
pub(in crate::client) struct Passed {
    pub(super) head: Parts,
    /// The part of the body read to find the error, and the error that cut it short.
    pub(super) beginning: Bytes,
    pub(super) cut: Option<Error>,
    pub(super) rest: Body,
    pub(super) refused: Option<Failed>,
}

impl Passed {
    pub(in crate::client) fn verdict(&self) -> Verdict<'_> {
        self.refused.as_ref().map_or(Verdict::Success, Verdict::Failed)
    }

    /// The response, its body read within the limits of `timers`.
    pub(in crate::client) fn into_response(self, timers: StreamTimers) -> http::Response<Body> {
        let Self { head, beginning, cut, rest, .. } = self;
        let beginning = Some(beginning).filter(|beginning| !beginning.is_empty());
        let body = Limited { beginning, cut: cut.map(Error::into_transport), rest: Some(rest), timers };
        http::Response::from_parts(head, Body::from_stream(body))
    }
}

/// A body within the limits for silence and for the whole call. It ends after an error.
struct Limited {
    beginning: Option<Bytes>,
    cut: Option<TransportError>,
    rest: Option<Body>,
    timers: StreamTimers,
}

impl Limited {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        if let Some(beginning) = self.beginning.take() {
            return Poll::Ready(Some(Ok(beginning)));
        }
        if let Some(cut) = self.cut.take() {
            return Poll::Ready(Some(Err(cut)));
        }
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        if let Poll::Ready(timed_out) = self.timers.poll_total(context) {
            return Poll::Ready(Some(Err(timed_out.into())));
        }
        match Pin::new(rest).poll_next(context) {
            Poll::Ready(item) => {
                self.timers.chunk_came();
                Poll::Ready(item)
            }
            Poll::Pending => {
                let timed_out = ready!(self.timers.poll_waiting(false, context));
                Poll::Ready(Some(Err(timed_out.into())))
            }
        }
    }
}

impl Stream for Limited {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.poll(context));
        if !matches!(item, Some(Ok(_))) {
            // The connection is no longer needed, and is closed or returned to the pool before the body is dropped.
            self.rest = None;
        }
        Poll::Ready(item)
    }
}

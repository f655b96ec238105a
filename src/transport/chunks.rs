//! A response body of hyper's kind as a stream of chunks.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use super::TransportError;

/// The data frames of `body`; trailers are dropped. `describe` explains an error.
pub(super) struct Chunks<B, D> {
    body: B,
    describe: D,
}

impl<B, D> Chunks<B, D> {
    pub(super) fn new(body: B, describe: D) -> Self {
        Self { body, describe }
    }
}

impl<B, D> Stream for Chunks<B, D>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    D: Fn(B::Error) -> TransportError + Unpin,
{
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => Poll::Ready(None),
                Some(Err(error)) => Poll::Ready(Some(Err((self.describe)(error)))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => Poll::Ready(Some(Ok(data))),
                    Err(_trailers) => continue,
                },
            };
        }
    }
}

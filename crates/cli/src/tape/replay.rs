//! A transport that plays a recorded body again.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bedrill::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use futures_core::Stream;

use crate::failure::Failure;
use crate::input;

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// Answers a request with the bytes of a recorded body, as an event stream; another one with nothing.
pub(crate) struct Replay(Mutex<Option<Box<dyn Read + Send>>>);

impl Replay {
    /// `-` is stdin.
    pub(crate) fn open(path: &Path, quiet: bool) -> Result<Self, Failure> {
        let recording = input::open_recording(path, quiet)
            .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
        Ok(Self(Mutex::new(Some(recording))))
    }
}

impl Transport for Replay {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let recording = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut response = http::Response::new(Body::from_stream(Chunks(recording)));
        let event_stream = http::HeaderValue::from_static(bedrill::operation::EVENT_STREAM);
        response.headers_mut().insert(http::header::CONTENT_TYPE, event_stream);
        Box::pin(std::future::ready(Ok(response)))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The bytes of a recording, piece by piece. A read may wait for stdin, which holds up nothing but this answer.
struct Chunks(Option<Box<dyn Read + Send>>);

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(recording) = &mut self.0 else { return Poll::Ready(None) };
        let mut chunk = vec![0; CHUNK];
        let read = loop {
            match recording.read(&mut chunk) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        Poll::Ready(match read {
            Ok(0) => {
                self.0 = None;
                None
            }
            Ok(length) => {
                chunk.truncate(length);
                Some(Ok(chunk.into()))
            }
            Err(error) => {
                self.0 = None;
                Some(Err(TransportError::new(
                    TransportErrorKind::Other,
                    format!("the recording cannot be read: {error}"),
                )))
            }
        })
    }
}

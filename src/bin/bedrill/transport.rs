//! Transports around the client's own: one that records what comes, one that plays it again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bedrill::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use futures_core::Stream;

use crate::failure::Failure;

/// The file that a body is recorded to.
#[derive(Clone)]
pub(crate) struct Record {
    file: Arc<Mutex<File>>,
    path: PathBuf,
}

impl Record {
    /// Makes `path` empty, readable by the owner alone: answers are private.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|error| Failure::usage(format!("{} cannot be written: {error}", path.display())))?;
        Ok(Self { file: Arc::new(Mutex::new(file)), path: path.to_owned() })
    }

    fn append(&self, chunk: &[u8]) -> Result<(), TransportError> {
        let written = self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(chunk);
        written.map_err(|error| {
            let message = format!("the record {} cannot be written: {error}", self.path.display());
            TransportError::new(TransportErrorKind::Other, message)
        })
    }
}

/// Records the raw body of each response while it passes.
pub(crate) struct Recording {
    inner: Arc<dyn Transport>,
    record: Record,
}

impl Recording {
    pub(crate) fn new(inner: Arc<dyn Transport>, record: Record) -> Self {
        Self { inner, record }
    }
}

impl Transport for Recording {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let response = self.inner.send(request).await?;
            let record = self.record.clone();
            Ok(response.map(|body| Body::from_stream(Tee { body, record })))
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.inner.sleep(duration)
    }
}

/// A body whose chunks go to a file before they go on.
struct Tee {
    body: Body,
    record: Record,
}

impl Stream for Tee {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled
            && let Err(error) = self.record.append(chunk)
        {
            return Poll::Ready(Some(Err(error)));
        }
        polled
    }
}

/// Answers every request with the bytes of a recorded body, as an event stream.
pub(crate) struct Replay(Bytes);

impl Replay {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let bytes = read_recording(path)
            .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
        Ok(Self(bytes.into()))
    }
}

/// The bytes of `path`; of stdin for `-`.
pub(crate) fn read_recording(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        Ok(bytes)
    } else {
        std::fs::read(path)
    }
}

impl Transport for Replay {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut response = http::Response::new(Body::from(self.0.clone()));
        let event_stream = http::HeaderValue::from_static(bedrill::operation::EVENT_STREAM);
        response.headers_mut().insert(http::header::CONTENT_TYPE, event_stream);
        Box::pin(std::future::ready(Ok(response)))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

//! Transports around the client's own: one that records what comes, one that plays it again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bedrill::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use futures_core::Stream;

use crate::failure::Failure;

/// How long the rest of a body may take to come once nobody waits for it any more.
const REST_LIMIT: Duration = Duration::from_secs(10);

/// The file that a body is recorded to.
#[derive(Clone)]
pub(crate) struct Record {
    path: PathBuf,
    state: Arc<Mutex<Recorded>>,
}

struct Recorded {
    file: File,
    /// What was not read of the body, because its reader gave up.
    rest: Option<Body>,
}

impl Record {
    /// Makes sure that `path` can be written before anything is asked. A new file is readable by the owner alone:
    /// answers are private. An old one keeps its content until there is an answer.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|error| Failure::usage(format!("{} cannot be written: {error}", path.display())))?;
        let state = Arc::new(Mutex::new(Recorded { file, rest: None }));
        Ok(Self { path: path.to_owned(), state })
    }

    /// Records what the stream's reader left over: a recording is most wanted when the stream could not be read.
    pub(crate) async fn complete(&self) -> Result<(), String> {
        let Some(mut rest) = self.state().rest.take() else { return Ok(()) };
        let read = async {
            while let Some(chunk) = rest.chunk().await? {
                self.append(&chunk)?;
            }
            Ok::<_, TransportError>(())
        };
        let problem = match tokio::time::timeout(REST_LIMIT, read).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "its end did not come in time".to_owned(),
        };
        Err(format!("the record {} is not complete: {problem}", self.path.display()))
    }

    fn state(&self) -> MutexGuard<'_, Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Empties the file for a new answer, of which a call has several when it is tried again; a pipe or a device has
    /// nothing to empty.
    fn begin(&self) -> Result<(), TransportError> {
        let mut state = self.state();
        state.rest = None;
        let is_file = state.file.metadata().is_ok_and(|metadata| metadata.is_file());
        let emptied = if is_file { state.file.set_len(0).and_then(|()| state.file.rewind()) } else { Ok(()) };
        emptied.map_err(|error| self.unwritable(&error))
    }

    fn append(&self, chunk: &[u8]) -> Result<(), TransportError> {
        self.state().file.write_all(chunk).map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &io::Error) -> TransportError {
        let message = format!("the record {} cannot be written: {error}", self.path.display());
        TransportError::new(TransportErrorKind::Other, message)
    }
}

/// Records the raw body of the response while it passes; of several the last. Lists of models are not recorded.
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
            let path = request.uri().path();
            let is_answer = path.ends_with("/converse-stream") || path.ends_with("/converse");
            let response = self.inner.send(request).await?;
            if !is_answer {
                return Ok(response);
            }
            self.record.begin()?;
            let record = self.record.clone();
            Ok(response.map(|body| Body::from_stream(Tee { body: Some(body), record })))
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.inner.sleep(duration)
    }
}

/// A body whose chunks go to a file before they go on.
struct Tee {
    /// `None` behind its end.
    body: Option<Body>,
    record: Record,
}

impl Stream for Tee {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let item = match ready!(Pin::new(body).poll_next(context)) {
            Some(Ok(chunk)) => self.record.append(&chunk).map(|()| chunk),
            Some(Err(error)) => Err(error),
            None => {
                self.body = None;
                return Poll::Ready(None);
            }
        };
        if item.is_err() {
            self.body = None;
        }
        Poll::Ready(Some(item))
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        self.record.state().rest = self.body.take();
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

//! A transport around the client's own that records responses.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bedrill::machine::PrivateFile;
use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bytes::Bytes;
use futures_core::Stream;

use crate::failure::Failure;
use crate::input::Waiting;
use crate::tape::echo::Echo;

/// How long the rest of a body may take once no one waits for it.
const REST_LIMIT: Duration = Duration::from_secs(10);

/// The file that a body is recorded to.
///
/// Only the body is recorded, and no header of either side. A problem with the file does not disturb the answer:
/// it is reported at the end.
#[derive(Clone)]
pub(crate) struct Record {
    path: PathBuf,
    state: Arc<Mutex<Recorded>>,
}

struct Recorded {
    /// `None` until there is an answer.
    file: Option<File>,
    /// Whether the file is a device or a pipe, which is opened once.
    is_device: bool,
    /// The unread rest of the body, when its reader gave up.
    rest: Option<Body>,
    /// Why the recording is incomplete; nothing more is written.
    problem: Option<String>,
    echo: Echo,
}

impl Record {
    /// Checks that `path` can be written before any request is sent.
    pub(crate) fn open(path: &Path, quiet: bool) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Err(Failure::usage(
                "--record cannot be stdout, which the answer goes to; name a file (one of that name is ./-)",
            ));
        }
        let unwritable =
            |error: io::Error| Failure::usage(format!("{} cannot be written: {error}", path.display()));
        let is_device = is_device(path).map_err(unwritable)?;
        let file = if is_device {
            let _waiting = Waiting::begin(&format!("a reader of {}", path.display()), quiet);
            #[expect(clippy::disallowed_methods, reason = "nothing is read")]
            let file = OpenOptions::new().write(true).open(path).map_err(unwritable)?;
            Some(file)
        } else {
            // Dropped at once: an older record stays until there is an answer.
            PrivateFile::beside(path).map_err(unwritable)?;
            None
        };
        let recorded = Recorded { file, is_device, rest: None, problem: None, echo: Echo::default() };
        Ok(Self { path: path.to_owned(), state: Arc::new(Mutex::new(recorded)) })
    }

    /// Records what the stream's reader left unread: a recording is most wanted when the stream could not be read.
    pub(crate) async fn complete(&self) {
        let Some(mut rest) = self.state().rest.take() else { return };
        let read = async {
            while let Some(chunk) = rest.chunk().await? {
                self.append(&chunk);
            }
            Ok::<_, TransportError>(())
        };
        let problem = match tokio::time::timeout(REST_LIMIT, read).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "its end did not arrive in time".to_owned(),
        };
        self.state().problem.get_or_insert(problem);
    }

    /// Why the recording is incomplete, if it is.
    pub(crate) fn problem(&self) -> Option<String> {
        let state = self.state();
        let problem = state.problem.as_ref()?;
        Some(format!("the recording {} is incomplete: {problem}", self.path.display()))
    }

    fn state(&self) -> MutexGuard<'_, Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a new answer; a call has several when it is retried. An older recording stays until then.
    fn begin(&self, echo: Echo) {
        let mut state = self.state();
        (state.rest, state.problem, state.echo) = (None, None, echo);
        if state.is_device {
            return;
        }
        // Answers are private, so a file that someone else put there meanwhile is not written to.
        match PrivateFile::beside(&self.path).and_then(PrivateFile::put_in_place) {
            Ok(file) => state.file = Some(file),
            Err(error) => state.problem = Some(error.to_string()),
        }
    }

    fn append(&self, chunk: &[u8]) {
        let mut state = self.state();
        let Recorded { file: Some(file), problem: problem @ None, echo, .. } = &mut *state else { return };
        if echo.is_heard_in(chunk) {
            // Its beginning may have been written with the chunk before. A device cannot be emptied.
            let _ = file.set_len(0);
            *problem = Some("the answer repeats the credentials of the request".to_owned());
        } else if let Err(error) = file.write_all(chunk) {
            *problem = Some(error.to_string());
        }
    }
}

/// Whether `path` leads to a device or a pipe, such as `/dev/stdout` and the result of the shell's `>(gzip)`.
///
/// # Errors
///
/// Also when it is a link to a file: somebody else may have put it there.
fn is_device(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => return Ok(true),
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            Err(io::Error::other("it is a symbolic link; name the file that it points to"))
        }
        _ => Ok(false),
    }
}

/// Records the raw body of the response as it passes; of several, the last. Lists of models are not recorded.
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
            let echo = Echo::of(request.headers());
            let response = self.inner.send(request).await?;
            if !is_answer {
                return Ok(response);
            }
            self.record.begin(echo);
            let record = self.record.clone();
            Ok(response.map(|body| Body::from_stream(Tee { body: Some(body), record })))
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.inner.sleep(duration)
    }

    fn now(&self) -> Duration {
        self.inner.now()
    }
}

/// A body whose chunks go to a file before they are passed on.
struct Tee {
    /// `None` after its end.
    body: Option<Body>,
    record: Record,
}

impl Stream for Tee {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let item = ready!(Pin::new(body).poll_next(context));
        match &item {
            Some(Ok(chunk)) => self.record.append(chunk),
            Some(Err(_)) | None => self.body = None,
        }
        Poll::Ready(item)
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        self.record.state().rest = self.body.take();
    }
}

//! A transport that answers from a function, and a machine whose files are real and whose variables are not.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bedrill::machine::{FileLock, Machine, ProcessLimits, ProcessOutput, StaticMachine, SystemMachine};
use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bytes::Bytes;

/// What a server does with one request.
pub enum Reply {
    /// It answers.
    Status(u16, Bytes),
    /// It answers with this `location`.
    Redirect(u16, &'static str),
    /// The connection breaks.
    Broken,
    /// It never answers.
    Silence,
}

impl Reply {
    /// An answer with status 200.
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self::Status(200, body.into())
    }
}

type Answer = dyn Fn(&http::Request<Bytes>) -> Reply + Send + Sync;

/// Answers from a function and keeps the requests. Time passes at once: a silent server is one that is too slow.
#[derive(Clone)]
pub struct Replies {
    answer: Arc<Answer>,
    requests: Arc<Mutex<Vec<http::Request<Bytes>>>>,
}

impl Replies {
    pub fn new(answer: impl Fn(&http::Request<Bytes>) -> Reply + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), requests: Arc::default() }
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<http::Request<Bytes>> {
        self.requests.lock().expect("no panic").clone()
    }
}

impl Transport for Replies {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let reply = (self.answer)(&request);
        self.requests.lock().expect("no panic").push(request);
        let (status, location, body) = match reply {
            Reply::Status(status, body) => (status, None, body),
            Reply::Redirect(status, to) => (status, Some(to), Bytes::new()),
            Reply::Broken => {
                let error = TransportError::new(
                    bedrill::transport::TransportErrorKind::Broken,
                    "the connection broke",
                );
                return Box::pin(std::future::ready(Err(error)));
            }
            Reply::Silence => return Box::pin(std::future::pending()),
        };
        let mut response = http::Response::builder().status(status);
        if let Some(location) = location {
            response = response.header("location", location);
        }
        let response = response.body(Body::from(body)).expect("a response");
        Box::pin(std::future::ready(Ok(response)))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::task::yield_now())
    }
}

/// Made-up variables, over the real files and shell.
pub struct DiskMachine(pub StaticMachine);

impl Machine for DiskMachine {
    fn var(&self, name: &str) -> Option<String> {
        self.0.var(name)
    }
    fn home(&self) -> Option<PathBuf> {
        self.0.home()
    }
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        SystemMachine.read(path)
    }
    fn modified(&self, path: &Path) -> Option<SystemTime> {
        SystemMachine.modified(path)
    }
    fn writable_by_others(&self, path: &Path) -> bool {
        SystemMachine.writable_by_others(path)
    }
    fn write_private(&self, path: &Path, contents: &[u8]) -> std::io::Result<()> {
        SystemMachine.write_private(path, contents)
    }
    fn try_lock(&self, path: &Path) -> std::io::Result<Option<FileLock>> {
        SystemMachine.try_lock(path)
    }
    fn run(
        &self,
        command: &str,
        limits: ProcessLimits,
    ) -> BoxFuture<'static, std::io::Result<ProcessOutput>> {
        SystemMachine.run(command, limits)
    }
}

/// Runs a future to its end on this thread.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

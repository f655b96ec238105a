//! Transports for tests of what sends requests: one that a script answers, one that shortens waits.

#![allow(dead_code)] // each suite uses its part

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedrill::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{Request, Response};

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    Answer(u16, Bytes),
    Fails(TransportErrorKind),
    /// Nothing ever arrives.
    Silence,
}

/// An answer of 200.
pub fn ok(body: impl Into<Bytes>) -> Outcome {
    Outcome::Answer(200, body.into())
}

/// An answer without a body.
pub fn status(status: u16) -> Outcome {
    Outcome::Answer(status, Bytes::new())
}

type Script = dyn Fn(usize, &Request<Bytes>) -> Outcome + Send + Sync;

/// Answers from memory and keeps the requests. Its timer fires at once, so that silence is a timeout without a wait.
pub struct Scripted {
    script: Box<Script>,
    requests: Mutex<Vec<Request<Bytes>>>,
    pauses: Mutex<Vec<Duration>>,
}

impl Scripted {
    /// Chooses the outcome of each request; the number counts them from 0.
    pub fn new(script: impl Fn(usize, &Request<Bytes>) -> Outcome + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { script: Box::new(script), requests: Mutex::default(), pauses: Mutex::default() })
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.requests.lock().expect("the requests").clone()
    }

    /// Methods and URIs of the requests so far.
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().map(|request| format!("{} {}", request.method(), request.uri())).collect()
    }

    /// Every timer that was set.
    pub fn timers(&self) -> Vec<Duration> {
        self.pauses.lock().expect("the pauses").clone()
    }
}

impl Transport for Scripted {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let number = {
            let mut requests = self.requests.lock().expect("the requests");
            requests.push(request.clone());
            requests.len() - 1
        };
        let outcome = (self.script)(number, &request);
        Box::pin(async move {
            match outcome {
                Outcome::Answer(status, body) => {
                    let mut response = Response::new(Body::from(body));
                    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
                    Ok(response)
                }
                Outcome::Fails(kind) => Err(TransportError::new(kind, format!("{kind:?}"))),
                Outcome::Silence => std::future::pending().await,
            }
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.pauses.lock().expect("the pauses").push(duration);
        Box::pin(tokio::task::yield_now())
    }
}

/// A transport whose timers run faster, so that tests of timeouts need not wait.
pub struct Hurried {
    inner: Arc<dyn Transport>,
    factor: u32,
}

impl Hurried {
    pub fn new(inner: Arc<dyn Transport>, factor: u32) -> Arc<Self> {
        Arc::new(Self { inner, factor })
    }
}

impl Transport for Hurried {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        self.inner.send(request)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.inner.sleep(duration / self.factor)
    }
}

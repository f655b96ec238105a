//! A transport that answers from memory, in pieces of a chosen size.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedrill::operation::EVENT_STREAM;
use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bytes::Bytes;
use http::{Request, Response};

/// Answers every request with the same recorded response, and keeps the requests.
pub struct ReplayTransport {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    chunk: usize,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl ReplayTransport {
    /// A stream in one piece.
    pub fn stream(body: impl Into<Bytes>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", EVENT_STREAM.to_owned())],
            body: body.into(),
            chunk: usize::MAX,
            requests: Mutex::default(),
        }
    }

    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Sets a header, in place of one of that name.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Yields the body in pieces of `size` bytes.
    pub fn in_chunks(mut self, size: usize) -> Self {
        self.chunk = size;
        self
    }

    pub fn shared(self) -> Arc<Self> {
        Arc::new(self)
    }

    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.requests.lock().expect("the requests").clone()
    }
}

impl Transport for ReplayTransport {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        self.requests.lock().expect("the requests").push(request);
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        let pieces: Vec<_> = self.body.chunks(self.chunk).map(Bytes::copy_from_slice).map(Ok).collect();
        let response = response.body(Body::from_chunks(pieces)).expect("a response");
        Box::pin(std::future::ready(Ok(response)))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

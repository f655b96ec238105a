//! Bedrock as a function: a transport that answers requests from a closure and keeps count of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedrill::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

/// What a [`Service`] answers.
pub enum Reply {
    /// 200 and this document.
    Json(Value),
    /// 200 and the frames of an event stream.
    Stream(Vec<u8>),
    /// An error of the service: status, code, message.
    Error(u16, &'static str, String),
    /// No answer at all.
    Broken,
}

type Handler = dyn Fn(&Request<Bytes>) -> Reply + Send + Sync;

/// A transport whose server is a closure.
#[derive(Clone)]
pub struct Service {
    handler: Arc<Handler>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Service {
    pub fn new(handler: impl Fn(&Request<Bytes>) -> Reply + Send + Sync + 'static) -> Self {
        Self { handler: Arc::new(handler), seen: Arc::default() }
    }

    /// What it answers to `request`, without counting it.
    pub fn reply(&self, request: &Request<Bytes>) -> Reply {
        (self.handler)(request)
    }

    /// The targets of all requests so far, path and query.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests had a path that begins with `path`.
    pub fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|target| target.starts_with(path)).count()
    }
}

impl Transport for Service {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        self.seen.lock().unwrap().push(request.uri().path_and_query().unwrap().to_string());
        Box::pin(async move {
            // Long enough for all others to arrive.
            tokio::time::sleep(Duration::from_millis(2)).await;
            let respond = |status: u16, content_type: &str, body: Vec<u8>| {
                Response::builder()
                    .status(status)
                    .header("content-type", content_type)
                    .header("x-amzn-requestid", "test-request")
                    .body(Body::from(Bytes::from(body)))
                    .unwrap()
            };
            match (self.handler)(&request) {
                Reply::Json(value) => Ok(respond(200, "application/json", value.to_string().into_bytes())),
                Reply::Stream(bytes) => Ok(respond(200, "application/vnd.amazon.eventstream", bytes)),
                Reply::Error(status, code, message) => {
                    let body = json!({ "message": message }).to_string().into_bytes();
                    let mut response = respond(status, "application/json", body);
                    response.headers_mut().insert("x-amzn-errortype", code.parse().unwrap());
                    Ok(response)
                }
                Reply::Broken => Err(TransportError::new(TransportErrorKind::Connect, "nobody is there")),
            }
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

//! HTTP/1.1 requests, read from pieces of any size.

use std::error::Error;
use std::fmt;

use bytes::{Buf as _, Bytes, BytesMut};
use http::Request;
use serde_json::Value;

/// The longest head that is read, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// The most headers that a head may have.
const MAX_HEADERS: usize = 100;

/// The longest body that is read, in bytes.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Reads the requests of one connection, one after the other.
///
/// A body is as long as its `content-length` says ([RFC 9112, 6]); no AWS client sends chunks unless it is told to.
///
/// [RFC 9112, 6]: https://www.rfc-editor.org/rfc/rfc9112#section-6
#[derive(Debug, Default)]
pub struct RequestDecoder {
    received: BytesMut,
}

impl RequestDecoder {
    /// Creates a decoder that has received nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the bytes received.
    pub fn push(&mut self, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
    }

    /// Whether all bytes received have been returned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.received.is_empty()
    }

    /// The next request; `None` when it is not complete yet.
    ///
    /// Its URI is the target as it was sent. Header names are in lower case.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] when the bytes are not a request, or one that is too long. The connection is then unusable.
    pub fn next_request(&mut self) -> Result<Option<Request<Bytes>>, InvalidRequest> {
        let Some((head, head_length)) = parse_head(&self.received)? else {
            if self.received.len() > MAX_HEAD {
                return Err(InvalidRequest(format!("its head is longer than {MAX_HEAD} bytes")));
            }
            return Ok(None);
        };
        let length = body_length(&head)?;
        if self.received.len().saturating_sub(head_length) < length {
            return Ok(None);
        }
        self.received.advance(head_length);
        let body = self.received.split_to(length).freeze();
        Ok(Some(head.map(|()| body)))
    }
}

/// The request without its body, and the length of its head; `None` while the head is incomplete.
fn parse_head(received: &[u8]) -> Result<Option<(Request<()>, usize)>, InvalidRequest> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let status = head.parse(received).map_err(|error| InvalidRequest(error.to_string()))?;
    let httparse::Status::Complete(length) = status else { return Ok(None) };
    let mut request =
        Request::builder().method(head.method.unwrap_or_default()).uri(head.path.unwrap_or_default());
    for header in &*head.headers {
        request = request.header(header.name, header.value);
    }
    let request = request.body(()).map_err(|error| InvalidRequest(error.to_string()))?;
    Ok(Some((request, length)))
}

fn body_length(head: &Request<()>) -> Result<usize, InvalidRequest> {
    if head.headers().contains_key(http::header::TRANSFER_ENCODING) {
        return Err(InvalidRequest("its body has no content-length".to_owned()));
    }
    let Some(value) = head.headers().get(http::header::CONTENT_LENGTH) else { return Ok(0) };
    let length = value.to_str().ok().and_then(|value| value.parse().ok());
    match length {
        Some(length) if length <= MAX_BODY => Ok(length),
        _ => Err(InvalidRequest(format!("its content-length is not a number up to {MAX_BODY}: {value:?}"))),
    }
}

/// The bytes are not a request that a [`RequestDecoder`] can read.
#[derive(Clone, Debug)]
pub struct InvalidRequest(String);

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a request: {}", self.0)
    }
}

impl Error for InvalidRequest {}

/// The first line of `request`, as in `POST /model/x/converse HTTP/1.1`.
pub fn line(request: &Request<Bytes>) -> String {
    format!("{} {} {:?}", request.method(), request.uri(), request.version())
}

/// The value of the header `name`; empty when it is absent or not text.
pub fn header<'a>(request: &'a Request<Bytes>, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The body of `request` as JSON; `null` when it is not JSON.
pub fn json(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap_or_default()
}

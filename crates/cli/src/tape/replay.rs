//! A transport that plays a recorded body again.

use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bytes::Bytes;

use crate::failure::Failure;

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

//! The rules of [`Transport`], checked for every implementation that the features provide.

mod connecting;
mod connections;
mod messages;
mod runtimes;

use std::sync::Arc;
use std::time::Duration;

use bedrill::test_util::{Server, Step};
use bedrill::transport::{Body, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;

/// What a test sets; the rest is the default.
#[derive(Clone, Default)]
pub struct Settings {
    pub connect_timeout: Option<Duration>,
    pub ca_bundle: Option<String>,
}

/// Runs `case` over each transport, with its name for the messages. Each gets a server of its own inside `case`.
pub async fn over_each(settings: Settings, case: impl AsyncFn(&'static str, Arc<dyn Transport>)) {
    macro_rules! over {
        ($name:literal, $transport:ident) => {{
            // Whatever proxy the caller's environment names.
            let mut builder = bedrill::transport::$transport::builder().no_proxy();
            if let Some(limit) = settings.connect_timeout {
                builder = builder.connect_timeout(limit);
            }
            if let Some(pem) = &settings.ca_bundle {
                builder = builder.ca_bundle(pem.as_bytes());
            }
            case($name, Arc::new(builder.build().expect($name))).await;
        }};
    }
    #[cfg(feature = "reqwest")]
    over!("reqwest", ReqwestTransport);
    #[cfg(feature = "hyper")]
    over!("hyper", HyperTransport);
}

fn post(url: &str) -> http::Request<Bytes> {
    http::Request::post(url)
        .header("content-type", "application/json")
        .body(Bytes::from_static(b"{}"))
        .expect("a request")
}

/// The rest of `body`, and the error that ended it.
async fn drain(body: &mut Body) -> (Vec<u8>, Option<TransportError>) {
    let mut whole = Vec::new();
    loop {
        match body.chunk().await {
            Ok(Some(chunk)) => whole.extend_from_slice(&chunk),
            Ok(None) => return (whole, None),
            Err(error) => return (whole, Some(error)),
        }
    }
}

pub fn send(text: &str) -> Step {
    Step::Send(text.as_bytes().to_vec())
}

/// Whether a client closes a connection on which `server` hangs within two seconds.
async fn sees_close(server: &Server) -> bool {
    tokio::time::timeout(Duration::from_secs(2), server.hung_up()).await.is_ok()
}

/// The kind of the error that `send` ends with.
async fn kind_of_failure(transport: &dyn Transport, url: &str) -> (TransportErrorKind, String) {
    let error = transport.send(post(url)).await.map(|response| response.status()).expect_err(url);
    (error.kind(), error.to_string())
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

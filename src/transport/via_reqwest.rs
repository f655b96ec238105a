//! [`Transport`] over reqwest: HTTP/1.1, rustls configured by us, proxies from the environment.

use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use rustls::ClientConfig;

use super::tls;
use super::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use crate::endpoint::{is_link_local, is_loopback};

/// How long a connection may take to be made, by default: the AWS SDK for Rust's 3.1 s.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// The default transport. Cloning is cheap and shares the connection pool.
///
/// HTTP/1.1 only, redirects never followed, nothing decompressed. `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
/// `NO_PROXY` are honoured, except that requests to this machine (`localhost`, loopback addresses) and to its link
/// (`169.254.0.0/16`, `fe80::/10`, `fd00:ec2::/32`: the metadata service, containers' agents) always go directly: a
/// proxy has other credentials there.
///
/// ```
/// use bedrill::transport::ReqwestTransport;
///
/// let transport = ReqwestTransport::new()?;
/// # Ok::<(), bedrill::transport::TransportError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    proxied: reqwest::Client,
    // Made on first use: most programs never talk to their own machine.
    direct: std::sync::Arc<OnceLock<reqwest::Client>>,
    settings: ReqwestTransportBuilder,
    tls: ClientConfig,
}

impl ReqwestTransport {
    /// A transport with the defaults.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of kind [`Tls`](TransportErrorKind::Tls) when there is no provider or no trust anchor.
    pub fn new() -> Result<Self, TransportError> {
        Self::builder().build()
    }

    /// Settings, then [`build`](ReqwestTransportBuilder::build).
    #[must_use]
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder { connect_timeout: CONNECT_TIMEOUT, ca_bundle: None, use_proxies: true }
    }

    fn client_for(&self, uri: &http::Uri) -> Result<&reqwest::Client, TransportError> {
        let near = uri.host().is_some_and(|host| is_loopback(host) || is_link_local(host));
        if !near || !self.settings.use_proxies {
            return Ok(&self.proxied);
        }
        if let Some(client) = self.direct.get() {
            return Ok(client);
        }
        let client = client(&self.settings, self.tls.clone(), false)?;
        Ok(self.direct.get_or_init(|| client))
    }
}

/// Settings of a [`ReqwestTransport`].
#[derive(Debug, Clone)]
pub struct ReqwestTransportBuilder {
    connect_timeout: Duration,
    ca_bundle: Option<Vec<u8>>,
    use_proxies: bool,
}

impl ReqwestTransportBuilder {
    /// How long a connection may take to be made, TLS handshake included; 3.1 s by default.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Trust anchors in PEM, added to the built-in ones: the content of the file in `AWS_CA_BUNDLE`.
    #[must_use]
    pub fn ca_bundle(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_bundle = Some(pem.into());
        self
    }

    /// Takes no proxy from the environment.
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.use_proxies = false;
        self
    }

    /// The transport.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of kind [`Tls`](TransportErrorKind::Tls) when there is no provider or no trust anchor,
    /// or the bundle is not PEM.
    pub fn build(self) -> Result<ReqwestTransport, TransportError> {
        let tls = tls::client_config(self.ca_bundle.as_deref())
            .map_err(|error| TransportError::new(TransportErrorKind::Tls, error.to_string()))?;
        let proxied = client(&self, tls.clone(), self.use_proxies)?;
        Ok(ReqwestTransport { proxied, direct: std::sync::Arc::default(), settings: self, tls })
    }
}

fn client(
    settings: &ReqwestTransportBuilder,
    tls: ClientConfig,
    use_proxies: bool,
) -> Result<reqwest::Client, TransportError> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .connect_timeout(settings.connect_timeout);
    let builder = if use_proxies { builder } else { builder.no_proxy() };
    builder.build().map_err(|error| {
        TransportError::new(TransportErrorKind::Other, "the HTTP client could not be set up")
            .with_source(error)
    })
}

impl Transport for ReqwestTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let client = self.client_for(request.uri())?;
            let request = reqwest::Request::try_from(request).map_err(|error| describe(error, "send to"))?;
            let response = client.execute(request).await.map_err(|error| describe(error, "reach"))?;
            Ok(http::Response::from(response).map(|body| Body::from_stream(Chunks(body))))
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The data frames of a reqwest body; trailers are dropped.
struct Chunks(reqwest::Body);

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return match ready!(Pin::new(&mut self.0).poll_frame(context)) {
                None => Poll::Ready(None),
                Some(Err(error)) => Poll::Ready(Some(Err(describe(error, "read from")))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => Poll::Ready(Some(Ok(data))),
                    Err(_trailers) => continue,
                },
            };
        }
    }
}

/// Tells what failed from the chain of sources, because `reqwest::Error` names only "request" or "connect".
fn describe(error: reqwest::Error, action: &str) -> TransportError {
    // The URL holds the model id; the host is what matters here.
    let host = error.url().and_then(|url| url.host_str()).unwrap_or("the host").to_owned();
    let error = error.without_url();
    let mut causes = Vec::new();
    let mut kind = None;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(current) = cause {
        let text = current.to_string();
        kind = kind.or_else(|| kind_of(current, &text));
        causes.push(text);
        cause = current.source();
    }
    let kind = kind.unwrap_or_else(|| {
        if error.is_timeout() {
            TransportErrorKind::Timeout
        } else if error.is_connect() {
            TransportErrorKind::Connect
        } else if error.is_body() || error.is_decode() || error.is_request() {
            TransportErrorKind::Broken
        } else {
            TransportErrorKind::Other
        }
    });
    // The innermost cause says what happened; the ones above only where.
    let root = causes.pop().unwrap_or_default();
    let message = match kind {
        TransportErrorKind::Dns => {
            format!("could not resolve {host}: {root}; check the region, the endpoint and the network")
        }
        TransportErrorKind::Tls => format!(
            "could not make a TLS connection to {host}: {root}; a proxy that inspects TLS needs its CA in AWS_CA_BUNDLE"
        ),
        TransportErrorKind::Proxy => format!("the proxy would not connect to {host}: {root}"),
        TransportErrorKind::Timeout => format!("could not {action} {host} in time: {root}"),
        TransportErrorKind::Broken => format!("the connection to {host} broke: {root}"),
        _ => format!("could not {action} {host}: {root}"),
    };
    TransportError::new(kind, message).with_source(error)
}

fn kind_of(cause: &(dyn std::error::Error + 'static), text: &str) -> Option<TransportErrorKind> {
    if cause.is::<rustls::Error>() {
        return Some(TransportErrorKind::Tls);
    }
    if let Some(io) = cause.downcast_ref::<std::io::Error>() {
        // rustls errors travel inside I/O errors of kind InvalidData.
        if io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
            return Some(TransportErrorKind::Tls);
        }
        return match io.kind() {
            std::io::ErrorKind::TimedOut => Some(TransportErrorKind::Timeout),
            std::io::ErrorKind::ConnectionReset
            | std::io::ErrorKind::ConnectionAborted
            | std::io::ErrorKind::BrokenPipe
            | std::io::ErrorKind::UnexpectedEof => Some(TransportErrorKind::Broken),
            _ => None,
        };
    }
    // hyper-util keeps its connect errors private; their text is all there is to tell them by.
    if text.starts_with("dns error") {
        return Some(TransportErrorKind::Dns);
    }
    if text.contains("tunnel") || text.contains("proxy") {
        return Some(TransportErrorKind::Proxy);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_its_link_are_never_asked_through_a_proxy() {
        let transport = ReqwestTransport::new().expect("a transport");
        let goes_directly = |uri: &str| {
            let client = transport.client_for(&uri.parse().expect("a URI")).expect("a client");
            !std::ptr::eq(client, &raw const transport.proxied)
        };
        for uri in [
            "http://localhost/",
            "http://127.0.0.1:1/",
            "http://[::1]/",
            "http://169.254.169.254/latest",
            "http://169.254.170.2/",
            "http://[fd00:ec2::254]/",
            "http://[fe80::1]/",
        ] {
            assert!(goes_directly(uri), "{uri}");
        }
        for uri in [
            "https://bedrock-runtime.us-east-1.amazonaws.com/",
            "http://169.253.169.254/",
            "http://169.254.169.254.evil.test/",
            "http://[fd00:ec3::254]/",
            "http://[fec0::1]/",
            "http://10.0.0.1/",
        ] {
            assert!(!goes_directly(uri), "{uri}");
        }
    }
}

//! [`Transport`] over hyper and rustls alone: the same rules as over reqwest, in fewer bytes and crates.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http_body::{Frame, SizeHint};
use hyper_util::client::legacy::{self, connect};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::chunks::Chunks;
use super::direct::is_direct;
use super::proxy::ProxyVariables;
use super::{Body, BoxFuture, CONNECT_TIMEOUT, Transport, TransportError, TransportErrorKind};
use super::{failure, tls};

/// What a connection reads at once, in bytes, and the longest head of a response: what proxies allow by default, too.
/// Left to itself hyper doubles it whenever a read fills it: a thousand streams then hold tens of megabytes for the sake
/// of a few bursts.
const READ_BUFFER: usize = 8 * 1024;

/// How long an unused connection stays open, as in reqwest.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// How often a silent connection is probed, and how many probes may stay unanswered; as in reqwest.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_PROBES: u32 = 3;

/// The lean transport. Cloning is cheap and shares the connection pool.
///
/// HTTP/1.1 only, redirects never followed, nothing decompressed. **It does not speak to proxies.** When a proxy
/// variable (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`) applies to a request and `NO_PROXY` does not list its host, the
/// request fails with [`TransportErrorKind::Proxy`] instead of going past the proxy unnoticed. Requests to this
/// machine (`localhost`, loopback addresses) and to the credential endpoints of AWS machines (169.254.0.0/16,
/// fd00:ec2::/32) always go directly.
///
/// ```
/// use bedrill::transport::HyperTransport;
///
/// let transport = HyperTransport::new()?;
/// # Ok::<(), bedrill::transport::TransportError>(())
/// ```
#[derive(Debug, Clone)]
pub struct HyperTransport {
    client: legacy::Client<Connector, Whole>,
    connect_timeout: Duration,
    proxies: Arc<ProxyVariables>,
}

impl HyperTransport {
    /// A transport with the defaults.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of kind [`Tls`](TransportErrorKind::Tls) when there is no provider or no trust anchor.
    pub fn new() -> Result<Self, TransportError> {
        Self::builder().build()
    }

    /// Settings, then [`build`](HyperTransportBuilder::build).
    #[must_use]
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder { connect_timeout: CONNECT_TIMEOUT, ca_bundle: None, proxies: None }
    }

    /// Refuses a request that should go through a proxy.
    fn check_direct(&self, uri: &Uri) -> Result<(), TransportError> {
        let host = uri.host().unwrap_or_default();
        match self.proxies.for_uri(uri) {
            Some(variable) if !is_direct(host) => Err(TransportError::new(
                TransportErrorKind::Proxy,
                format!(
                    "{variable} is set, and the hyper transport does not speak to proxies: unset it, add {host} to \
                     NO_PROXY, or use the feature reqwest"
                ),
            )),
            _ => Ok(()),
        }
    }
}

/// Settings of a [`HyperTransport`].
#[derive(Debug, Clone)]
pub struct HyperTransportBuilder {
    connect_timeout: Duration,
    ca_bundle: Option<Vec<u8>>,
    /// Those of the process when not set.
    proxies: Option<ProxyVariables>,
}

impl HyperTransportBuilder {
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

    /// Where the proxy variables are looked up, instead of the environment of the process.
    #[must_use]
    pub fn proxy_variables(mut self, lookup: impl Fn(&str) -> Option<String>) -> Self {
        self.proxies = Some(ProxyVariables::read(lookup));
        self
    }

    /// Goes directly to every host, whatever the proxy variables say.
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Some(ProxyVariables::default());
        self
    }

    /// The transport.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of kind [`Tls`](TransportErrorKind::Tls) when there is no provider or no trust anchor,
    /// or the bundle is not PEM.
    pub fn build(self) -> Result<HyperTransport, TransportError> {
        let tls = tls::client_config(self.ca_bundle.as_deref())
            .map_err(|error| TransportError::new(TransportErrorKind::Tls, error.to_string()))?;
        let mut tcp = connect::HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        tcp.set_keepalive_retries(Some(KEEPALIVE_PROBES));
        let connector = Connector { tcp, tls: Arc::new(tls).into(), limit: self.connect_timeout };
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .http1_read_buf_exact_size(READ_BUFFER)
            .build(connector);
        let proxies = self.proxies.unwrap_or_else(|| ProxyVariables::read(|name| std::env::var(name).ok()));
        Ok(HyperTransport { client, connect_timeout: self.connect_timeout, proxies: Arc::new(proxies) })
    }
}

impl Transport for HyperTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            self.check_direct(request.uri())?;
            let host = request.uri().host().unwrap_or("the host").to_owned();
            let response = self.client.request(request.map(Whole)).await.map_err(|error| {
                let connecting = error.is_connect();
                let otherwise =
                    if connecting { TransportErrorKind::Connect } else { TransportErrorKind::Broken };
                let error = failure::describe(error, &host, "reach", otherwise);
                failure::no_connection_within(self.connect_timeout, error)
            })?;
            Ok(response.map(|body| {
                Body::from_stream(Chunks::new(body, move |error: hyper::Error| {
                    failure::describe(error, &host, "read from", TransportErrorKind::Broken)
                }))
            }))
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A request body that is there as a whole; empty once it is taken.
struct Whole(Bytes);

impl http_body::Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let whole = std::mem::take(&mut self.0);
        Poll::Ready((!whole.is_empty()).then(|| Ok(Frame::data(whole))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

/// Makes connections: name, TCP, and TLS when the scheme is `https`, all within one limit.
#[derive(Clone)]
struct Connector {
    tcp: connect::HttpConnector,
    tls: TlsConnector,
    limit: Duration,
}

type ConnectError = Box<dyn Error + Send + Sync>;

impl Connector {
    async fn connect(mut self, uri: Uri) -> Result<Connection, ConnectError> {
        let https = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        let name = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let tcp = self.tcp.call(uri).await?;
        if !https {
            return Ok(Box::new(tcp));
        }
        let tls = self.tls.connect(ServerName::try_from(name)?, tcp.into_inner()).await?;
        Ok(Box::new(TokioIo::new(tls)))
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Connection, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let limit = self.limit;
        let connecting = self.clone().connect(uri);
        Box::pin(async move {
            let outcome = tokio::time::timeout(limit, connecting).await;
            outcome.unwrap_or_else(|late| Err(io::Error::new(io::ErrorKind::TimedOut, late).into()))
        })
    }
}

/// A connection, with or without TLS.
type Connection = Box<dyn Io>;

trait Io: hyper::rt::Read + hyper::rt::Write + Send + Unpin {}

impl<T: hyper::rt::Read + hyper::rt::Write + Send + Unpin> Io for T {}

impl connect::Connection for Connection {
    fn connected(&self) -> connect::Connected {
        connect::Connected::new()
    }
}

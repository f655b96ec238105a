//! [`Transport`] over hyper and rustls only: the same rules as over reqwest, with a smaller binary and fewer crates.

mod connect;
mod connection;
mod pool;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Uri};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Instant;

use self::connect::Connector;
use self::connection::{Answer, Connection, SendError};
use self::pool::{Origin, Pool};
use super::chunks::Chunks;
use super::proxy::ProxyVariables;
use super::{
    Body, BoxFuture, CONNECT_TIMEOUT, Transport, TransportError, TransportErrorKind, failure, runtime, tls,
};
use crate::base::uri;

/// The lightweight transport. Cloning is cheap and shares the connection pool. It may be used in several tokio runtimes,
/// at once or in turn: an idle connection is only used again in the runtime in which it was made.
///
/// HTTP/1.1 only, redirects never followed, nothing decompressed. A connection is driven by the call or the body that
/// uses it, without a task of its own; unused ones are closed after 90 seconds. **It does not speak to proxies.** When a proxy
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
    connector: Connector,
    pool: Pool,
    proxies: Arc<ProxyVariables>,
    /// Uses the runtime's clock, which a test can pause.
    origin: Instant,
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

    /// Starts a builder; finish with [`build`](HyperTransportBuilder::build).
    #[must_use]
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder { connect_timeout: CONNECT_TIMEOUT, ca_bundle: None, proxies: None }
    }

    /// Refuses a request that should go through a proxy.
    fn check_direct(&self, uri: &Uri) -> Result<(), TransportError> {
        let host = uri.host().unwrap_or_default();
        match self.proxies.for_uri(uri) {
            Some(variable) => Err(TransportError::new(
                TransportErrorKind::Proxy,
                format!(
                    "{variable} is set, and the hyper transport does not support proxies: unset it, add {host} to \
                     NO_PROXY, or use the feature reqwest"
                ),
            )),
            None => Ok(()),
        }
    }
}

/// Settings of a [`HyperTransport`].
#[derive(Debug, Clone)]
pub struct HyperTransportBuilder {
    connect_timeout: Duration,
    ca_bundle: Option<Vec<u8>>,
    /// The process environment when not set.
    proxies: Option<ProxyVariables>,
}

impl HyperTransportBuilder {
    /// How long making a connection may take, including the TLS handshake; 3.1 s by default.
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

    /// Connects directly to every host, whatever the proxy variables say.
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Some(ProxyVariables::default());
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of kind [`Tls`](TransportErrorKind::Tls) when there is no provider or no trust anchor,
    /// or the bundle is not PEM.
    pub fn build(self) -> Result<HyperTransport, TransportError> {
        let tls = tls::client_config(self.ca_bundle.as_deref())
            .map_err(|error| TransportError::new(TransportErrorKind::Tls, error.to_string()))?;
        let connector = Connector::new(tls, self.connect_timeout);
        let proxies = self.proxies.unwrap_or_else(ProxyVariables::of_process);
        let (pool, proxies) = (Pool::default(), Arc::new(proxies));
        Ok(HyperTransport { connector, pool, proxies, origin: Instant::now() })
    }
}

impl Transport for HyperTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.start(request, false)
    }

    fn send_directly(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.start(request, true)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        runtime::sleep(duration)
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }
}

impl HyperTransport {
    /// Sends the request; unless it is one that goes `directly`, it must not be meant for a proxy.
    fn start(
        &self,
        request: http::Request<Bytes>,
        directly: bool,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        // A future keeps space for its arguments until its end, so it gets a pointer.
        let mut request = Box::new(request.map(Whole));
        Box::pin(async move {
            if !directly {
                self.check_direct(request.uri())?;
            }
            let origin = Origin::of(request.uri())?;
            make_origin_form(&mut request);
            // If the server has closed the socket since its last answer, the request is unsent; a new socket is the
            // last resort.
            while let Some(socket) = self.pool.take(&origin) {
                match Connection::send(socket, request).await {
                    Ok(answer) => return Ok(self.received(answer, origin)),
                    Err(SendError { unsent: Some(unsent), .. }) => request = unsent,
                    Err(SendError { error, .. }) => return Err(broken(error, origin.place(), "reach")),
                }
            }
            // On the heap, so that a call waiting for its answer does not reserve the space that connecting needed.
            let socket = Box::pin(self.connector.connect(&origin)).await?;
            match Connection::send(socket, request).await {
                Ok(answer) => Ok(self.received(answer, origin)),
                Err(SendError { error, .. }) => Err(broken(error, origin.place(), "reach")),
            }
        })
    }

    /// The answer for the caller; its socket returns to the pool once it has been read to its end.
    fn received(
        &self,
        (head, connection): (http::Response<Incoming>, Option<Connection>),
        origin: Origin,
    ) -> http::Response<Body> {
        head.map(|body| {
            let host = origin.place().to_owned();
            let answer = Answer::new(body, connection, origin, self.pool.clone());
            Body::from_stream(Chunks::new(answer, move |error| broken(error, &host, "read from")))
        })
    }
}

fn broken(error: hyper::Error, host: &str, action: &str) -> TransportError {
    failure::describe(error, host, action, TransportErrorKind::Broken)
}

/// The request as sent to the server: the origin moves from its target to `host`.
fn make_origin_form<B>(request: &mut http::Request<B>) {
    let host = uri::host_header(request.uri()).and_then(|host| HeaderValue::from_str(host).ok());
    request.headers_mut().entry(HOST).or_insert(host.unwrap_or(HeaderValue::from_static("")));
    let target = request.uri().path_and_query().cloned();
    *request.uri_mut() = target.map_or_else(|| Uri::from_static("/"), Uri::from);
}

/// A request body that is available as a whole; empty once it is taken.
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

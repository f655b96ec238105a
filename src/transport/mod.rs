//! How requests travel: one trait over `http` types, and the rules that every implementation follows.

#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod chunks;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod direct;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod failure;
pub(crate) mod limit;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod proxy;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod runtime;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
pub(crate) mod tls;
#[cfg(feature = "hyper")]
mod via_hyper;
#[cfg(feature = "reqwest")]
mod via_reqwest;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use std::time::Instant;

use bytes::Bytes;
use futures_core::Stream;
use http::HeaderValue;

#[cfg(feature = "hyper")]
pub use via_hyper::{HyperTransport, HyperTransportBuilder};
#[cfg(feature = "reqwest")]
pub use via_reqwest::{ReqwestTransport, ReqwestTransportBuilder};

/// How long making a connection may take by default, from the name lookup to the end of the TLS
/// handshake: the AWS SDK for Rust's 3.1 s.
#[cfg(any(feature = "reqwest", feature = "hyper"))]
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// The program's name in every request. Not signed, as the SDKs leave it out too: proxies like to rewrite it.
pub(crate) const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("bedrill/", env!("CARGO_PKG_VERSION")));

pub use crate::base::BoxFuture;

/// Marks a request, in its extensions, that never goes through a proxy, whatever its host is called: the answer is this
/// machine's identity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Direct;

/// Sends one request to its host and returns the response.
///
/// The rules:
///
/// * The request is sent unchanged. Its head is signed: no existing header may change, no path may be
///   normalized, and `host` is the URI's authority.
/// * A response is `Ok` whatever its status. Redirects are never followed: they would carry the signature, the
///   session token or the bearer token to another host.
/// * The body is returned as it arrives, undecoded. An end that the peer did not announce (a reset, a missing last
///   chunk, fewer bytes than `content-length`) is an `Err` item.
/// * Dropping the future or the body closes the connection or returns it to the pool, and nothing keeps running.
///
/// ```
/// use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
/// use bytes::Bytes;
/// use std::time::Duration;
///
/// /// Answers every request with the same recorded body.
/// struct Replay(Bytes);
///
/// impl Transport for Replay {
///     fn send(
///         &self,
///         _request: http::Request<Bytes>,
///     ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
///         let mut response = http::Response::new(Body::from(self.0.clone()));
///         let event_stream = http::HeaderValue::from_static("application/vnd.amazon.eventstream");
///         response.headers_mut().insert(http::header::CONTENT_TYPE, event_stream);
///         Box::pin(std::future::ready(Ok(response)))
///     }
///
///     fn sleep(&self, _duration: Duration) -> BoxFuture<'static, ()> {
///         Box::pin(std::future::ready(()))
///     }
/// }
/// ```
pub trait Transport: Send + Sync {
    /// Sends `request` and resolves when the response's head has arrived.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when there is no response.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, or returns it to the pool when nothing was sent. Whether the request
    /// reached the host is then unknown.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>>;

    /// Resolves after `duration`, on the timer that belongs to the transport's runtime.
    ///
    /// A limit that rings more than 100 ms late by [`now`](Self::now) starts again, once: this program was stopped then,
    /// and not the peer.
    ///
    /// A transport without a runtime, whose reads block, may have no timers that fire: it tracks the deadlines of the
    /// futures that are not dropped yet, and lets a read block until the earliest of them.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the timer.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// The time on the clock used by [`sleep`](Self::sleep), since a moment that the transport chooses once. It never
    /// goes back.
    ///
    /// By default the time on the system's clock since the first call. `wasm32-unknown-unknown` has no such clock: the
    /// method has no default there, and every transport must supply the time.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    fn now(&self) -> Duration {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        ORIGIN.get_or_init(Instant::now).elapsed()
    }

    /// The time on the clock used by [`sleep`](Self::sleep), since a moment that the transport chooses once. It never
    /// goes back.
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    fn now(&self) -> Duration;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        (**self).send(request)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }

    fn now(&self) -> Duration {
        (**self).now()
    }
}

/// Resolves to the output of `work`, unless `limit` is ready first. Finished work wins: an answer already there counts.
///
/// The work must already be pinned. Pinning it here would store it twice, at the caller and where it is polled, and an
/// attempt is a kilobyte.
pub(crate) fn within<W: Future + Unpin, E>(
    mut limit: impl FnMut(&mut Context<'_>) -> Poll<E>,
    mut work: W,
) -> impl Future<Output = Result<W::Output, E>> {
    poll_fn(move |context| match Pin::new(&mut work).poll(context) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => limit(context).map(Err),
    })
}

/// A response body: chunks as they arrive from the network.
pub struct Body(Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>);

impl Body {
    /// Creates a body that yields the items of `chunks`.
    pub fn from_stream(chunks: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Self(Box::pin(chunks))
    }

    /// Creates a body of known chunks, each its own item; an `Err` represents a connection that broke there.
    pub fn from_chunks<I>(chunks: I) -> Self
    where
        I: IntoIterator<Item = Result<Bytes, TransportError>>,
        I::IntoIter: Send + Unpin + 'static,
    {
        Self::from_stream(Chunks(chunks.into_iter()))
    }

    /// The next chunk; `None` at the announced end.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when the connection broke.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future while it waits loses nothing: the next call yields the chunk. A body made of a custom stream
    /// does so if the stream's `poll_next` does.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        poll_fn(|context| self.0.as_mut().poll_next(context)).await.transpose()
    }

    /// Reads the whole body, or its first `limit` bytes and a little more: reading stops there.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when the connection broke before the end.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses what it has read. The rest can still be read.
    pub async fn read_at_most(&mut self, limit: usize) -> Result<Vec<u8>, TransportError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
            if whole.len() > limit {
                break;
            }
        }
        Ok(whole)
    }
}

impl From<Bytes> for Body {
    fn from(whole: Bytes) -> Self {
        Self::from_chunks(Some(Ok(whole)))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

struct Chunks<I>(I);

impl<I: Iterator + Unpin> Stream for Chunks<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next())
    }
}

/// What failed on the way to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name does not exist.
    Dns,
    /// The host name could not be looked up for now: no answer, or none from a server that knows.
    DnsTemporary,
    /// No connection could be made.
    Connect,
    /// The TLS handshake failed: an untrusted certificate, a wrong name, a port without TLS.
    Tls,
    /// The proxy refused, or the transport does not support proxies.
    Proxy,
    /// No connection in time. All other limits are the client's ([`Timeouts`](crate::client::Timeouts)); in a body of
    /// [`Client::send`](crate::Client::send), it is one of those.
    Timeout,
    /// The connection broke: inside the TLS handshake, before the head, or inside the body. A peer that hangs up in the
    /// handshake has not reported a permanent fault: it may be a load balancer that restarts.
    Broken,
    /// The request could not be sent, or the response not be read, for another reason.
    Other,
}

/// A request without a response, or a body that broke off.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TransportError {
    /// An error of `kind`, described in `message`.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Adds the error of the library below.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What failed.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

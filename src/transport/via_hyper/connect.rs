//! New sockets: name, TCP, and TLS when the scheme is `https`, all within one limit.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::connection::Socket;
use super::pool::Origin;
use crate::base::uri;
use crate::machine::look_up;
use crate::transport::{BoxFuture, TransportError, TransportErrorKind, failure};

/// How often a silent connection is probed, and how many probes may stay unanswered; as in reqwest.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_PROBES: u32 = 3;

#[derive(Clone)]
pub(super) struct Connector {
    tcp: HttpConnector<Resolver>,
    tls: TlsConnector,
    limit: Duration,
}

type ConnectError = Box<dyn Error + Send + Sync>;

impl Connector {
    pub(super) fn new(tls: rustls::ClientConfig, limit: Duration) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        tcp.set_keepalive_retries(Some(KEEPALIVE_PROBES));
        Self { tcp, tls: Arc::new(tls).into(), limit }
    }

    pub(super) async fn connect(&self, origin: &Origin) -> Result<Socket, TransportError> {
        let error = match tokio::time::timeout(self.limit, self.socket(origin)).await {
            Ok(Ok(socket)) => return Ok(socket),
            Ok(Err(error)) => error,
            Err(late) => io::Error::new(io::ErrorKind::TimedOut, late).into(),
        };
        let error = failure::describe(error, origin.place(), "reach", TransportErrorKind::Connect);
        Err(failure::no_connection_within(self.limit, error))
    }

    async fn socket(&self, origin: &Origin) -> Result<Socket, ConnectError> {
        let tcp = self.tcp.clone().call(origin.uri()?).await?;
        if !origin.is_https() {
            return Ok(Box::new(tcp));
        }
        let host = origin.host();
        let name = uri::inside_brackets(host).unwrap_or(host).to_owned();
        let tls = self.tls.connect(ServerName::try_from(name)?, tcp.into_inner()).await?;
        Ok(Box::new(TokioIo::new(tls)))
    }
}

/// Looks names up on threads of our own: tokio's for such work panic where the system has none left.
#[derive(Clone)]
struct Resolver;

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        look_up(name.as_str())
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("limit", &self.limit).finish_non_exhaustive()
    }
}

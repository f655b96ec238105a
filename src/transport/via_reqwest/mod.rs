//! [`Transport`] over reqwest: HTTP/1.1, rustls configured by us, proxies from the environment.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use tokio::runtime::Id;
use tokio::time::Instant;

use super::chunks::Chunks;
use super::proxy::{ProxyVariables, always_direct};
use super::{
    Body, BoxFuture, CONNECT_TIMEOUT, Transport, TransportError, TransportErrorKind, failure, runtime, tls,
};
use crate::base::uri;

/// The default transport. Cloning is cheap and shares the connection pool. It may be used in several tokio runtimes, at
/// once or in turn: an idle connection is only used again in the runtime in which it was made.
///
/// HTTP/1.1 only, redirects never followed, nothing decompressed. `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
/// `NO_PROXY` are honored, and one that is not the URL of a proxy is an error, except that requests to this machine (`localhost`, loopback addresses) and to the
/// credential endpoints of AWS machines (169.254.0.0/16, fe80::/10, fd00:ec2::/32) always go directly.
///
/// ```
/// use bedrill::transport::ReqwestTransport;
///
/// let transport = ReqwestTransport::new()?;
/// # Ok::<(), bedrill::transport::TransportError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    clients: Arc<Mutex<Vec<Clients>>>,
    settings: Arc<ReqwestTransportBuilder>,
    tls: ClientConfig,
    /// Uses the runtime's clock, which a test can pause.
    origin: Instant,
}

/// How many runtimes have clients of their own. Beyond that, those that were not used for the longest time go, and with
/// them their idle connections; a program may make a runtime for each call.
const MAX_RUNTIMES: usize = 16;

/// The clients of one runtime: a connection waits for the runtime in which it was made to be driven.
#[derive(Debug)]
struct Clients {
    /// `None` until the first request.
    runtime: Option<Id>,
    // Each is made on first use: most programs need one of them.
    proxied: Option<reqwest::Client>,
    direct: Option<reqwest::Client>,
}

/// The way of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    Direct,
    /// Through the proxy of this variable, or through the one that the program set.
    Proxy(Option<&'static str>),
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

    /// Starts a builder; finish with [`build`](ReqwestTransportBuilder::build).
    #[must_use]
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder { connect_timeout: CONNECT_TIMEOUT, ca_bundle: None, proxy: Proxy::Process }
    }

    fn client_for(&self, way: &Way) -> Result<reqwest::Client, TransportError> {
        let runtime = Some(runtime::current()?);
        let mut all = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        // The last one was used last.
        let known = all.iter().position(|clients| clients.runtime == runtime || clients.runtime.is_none());
        let mut clients = match known {
            Some(place) => all.remove(place),
            None => Clients { runtime, proxied: None, direct: None },
        };
        clients.runtime = runtime;
        let place = if *way == Way::Direct { &mut clients.direct } else { &mut clients.proxied };
        let wanted = match place {
            Some(made) => Ok(made.clone()),
            None => client(&self.settings, self.tls.clone(), way).inspect(|made| *place = Some(made.clone())),
        };
        if all.len() >= MAX_RUNTIMES {
            all.remove(0);
        }
        all.push(clients);
        wanted
    }

    fn send_by(
        &self,
        request: http::Request<Bytes>,
        way: Way,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let client = self.client_for(&way)?;
            let host = request.uri().authority().map_or("the host", uri::place).to_owned();
            let request = unchanged(request, &host)?;
            let response = client.execute(request).await.map_err(|error| {
                let error = describe(error, &host, "reach");
                let error = failure::no_connection_within(self.settings.connect_timeout, error);
                match way {
                    Way::Direct => error,
                    Way::Proxy(variable) => failure::through(variable, error),
                }
            })?;
            Ok(http::Response::from(response).map(|body| {
                Body::from_stream(Chunks::new(body, move |error| describe(error, &host, "read from")))
            }))
        })
    }

    fn way_of(&self, uri: &http::Uri) -> Way {
        match &self.settings.proxy {
            Proxy::Variables(variables) => {
                variables.for_uri(uri).map_or(Way::Direct, |variable| Way::Proxy(Some(variable)))
            }
            Proxy::Always(_) if !always_direct(uri) => Way::Proxy(None),
            _ => Way::Direct,
        }
    }
}

/// Settings of a [`ReqwestTransport`].
#[derive(Debug, Clone)]
pub struct ReqwestTransportBuilder {
    connect_timeout: Duration,
    ca_bundle: Option<Vec<u8>>,
    proxy: Proxy,
}

/// The proxy that requests to other machines go through.
#[derive(Clone)]
enum Proxy {
    /// Those that the process's variables name.
    Process,
    /// Those that these variables name.
    Variables(ProxyVariables),
    Always(Box<reqwest::Proxy>),
    None,
}

/// Its URL may contain a password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Process => "Process",
            Self::Variables(variables) => return variables.fmt(f),
            Self::Always(_) => "Always(..)",
            Self::None => "None",
        })
    }
}

impl ReqwestTransportBuilder {
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
        self.proxy = Proxy::Variables(ProxyVariables::read(lookup));
        self
    }

    /// Ignores the environment's proxy settings.
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.proxy = Proxy::None;
        self
    }

    /// Sends every request through this proxy, `http://user:password@proxy.example:3128`, whatever the environment
    /// says. Requests that always go directly still do.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of kind [`Proxy`](TransportErrorKind::Proxy) when `url` is not the URL of a proxy.
    pub fn proxy(mut self, url: &str) -> Result<Self, TransportError> {
        // The URL may contain a password, so the error leaves it out.
        let proxy = reqwest::Proxy::all(url).map_err(|_| {
            TransportError::new(TransportErrorKind::Proxy, "the URL of the proxy cannot be used")
        })?;
        self.proxy = Proxy::Always(Box::new(proxy));
        Ok(self)
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of kind [`Tls`](TransportErrorKind::Tls) when there is no provider or no trust anchor,
    /// or the bundle is not PEM; of kind [`Proxy`](TransportErrorKind::Proxy) when a proxy variable is set to what is
    /// not the URL of a proxy.
    pub fn build(mut self) -> Result<ReqwestTransport, TransportError> {
        let tls = tls::client_config(self.ca_bundle.as_deref())
            .map_err(|error| TransportError::new(TransportErrorKind::Tls, error.to_string()))?;
        if matches!(self.proxy, Proxy::Process) {
            self.proxy = Proxy::Variables(ProxyVariables::of_process());
        }
        // What is wrong with the proxies is told now, and not with the first request.
        let way = Way::Proxy(None);
        let proxied = Some(client(&self, tls.clone(), &way)?);
        let origin = Instant::now();
        let clients = Arc::new(Mutex::new(vec![Clients { runtime: None, proxied, direct: None }]));
        Ok(ReqwestTransport { clients, settings: Arc::new(self), tls, origin })
    }

    /// The proxies for `https` and for `http`, in the form of reqwest.
    fn proxies(&self) -> Result<Vec<reqwest::Proxy>, TransportError> {
        let variables = match &self.proxy {
            Proxy::Variables(variables) => variables,
            Proxy::Always(proxy) => return Ok(vec![(**proxy).clone()]),
            Proxy::Process | Proxy::None => return Ok(Vec::new()),
        };
        let kinds = [reqwest::Proxy::https, reqwest::Proxy::http];
        let named = kinds.into_iter().zip(variables.urls());
        named
            .filter_map(|(kind, named)| Some((kind, named?)))
            .map(|(kind, (variable, url))| {
                // The value may contain a password, so the error leaves it out.
                url.and_then(|url| kind(url).ok()).ok_or_else(|| {
                    let problem =
                        format!("{variable} is not the URL of a proxy; write it as http://HOST:PORT");
                    TransportError::new(TransportErrorKind::Proxy, problem)
                })
            })
            .collect()
    }
}

fn client(
    settings: &ReqwestTransportBuilder,
    tls: ClientConfig,
    way: &Way,
) -> Result<reqwest::Client, TransportError> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .dns_resolver(Resolver)
        .connect_timeout(settings.connect_timeout)
        // The variables are read here only, so that what applies is what errors name.
        .no_proxy();
    if *way != Way::Direct {
        for proxy in settings.proxies()? {
            builder = builder.proxy(proxy);
        }
    }
    builder.build().map_err(|error| {
        TransportError::new(TransportErrorKind::Other, "the HTTP client could not be set up")
            .with_source(error)
    })
}

/// Looks names up on threads of our own: tokio's for such work panic where the system has none left.
struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = crate::machine::look_up(name.as_str());
        Box::pin(async move { Ok(Box::new(found.await?) as Addrs) })
    }
}

impl Transport for ReqwestTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let way = self.way_of(request.uri());
        self.send_by(request, way)
    }

    fn send_directly(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.send_by(request, Way::Direct)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        runtime::sleep(duration)
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }
}

/// Converts the request to reqwest's form; refused when that form would go to another path than the one that was
/// signed: URLs resolve `.` and `..`, and encode some characters.
fn unchanged(request: http::Request<Bytes>, host: &str) -> Result<reqwest::Request, TransportError> {
    let uri = request.uri().clone();
    let request = reqwest::Request::try_from(request).map_err(|error| describe(error, host, "send to"))?;
    let url = request.url();
    if (url.path(), url.query()) == (uri.path(), uri.query()) {
        Ok(request)
    } else {
        Err(TransportError::new(
            TransportErrorKind::Other,
            format!(
                "could not send to {host}: reqwest would change the path {}, and break the signature",
                uri.path()
            ),
        ))
    }
}

fn describe(error: reqwest::Error, host: &str, action: &str) -> TransportError {
    // The URL contains the model ID; only the host matters.
    let error = error.without_url();
    let otherwise = if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_body() || error.is_decode() || error.is_request() {
        TransportErrorKind::Broken
    } else {
        TransportErrorKind::Other
    };
    failure::describe(error, host, action, otherwise)
}

//! One HTTP exchange of a source: bounded in time and size, never following redirects, never quoted in errors.

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use zeroize::Zeroizing;

use crate::auth::Context;
use crate::base::quote;
use crate::base::redact::Redactor;
use crate::base::time::Seconds;
use crate::transport::limit::Limit;
use crate::transport::skew::Skew;
use crate::transport::{self, BoxFuture, Cargo, InClear, Transport, TransportErrorKind, USER_AGENT};

/// The largest answer that is read: 64 KiB. Credential documents take a few.
pub(in crate::auth) const MAX_BODY: usize = 64 * 1024;

/// The time and size limits of one exchange.
#[derive(Debug, Clone, Copy)]
pub(in crate::auth) struct Limits {
    /// Until the response head has arrived, connecting included.
    pub(in crate::auth) first_byte: Duration,
    /// Until the whole response has arrived.
    pub(in crate::auth) total: Duration,
    /// The largest body, in bytes.
    pub(in crate::auth) max_body: usize,
    /// Whether it may go through a proxy.
    proxy: bool,
}

impl Limits {
    /// Limits the head to `first_byte`, the whole to `total`, and bodies to [`MAX_BODY`].
    pub(in crate::auth) const fn new(first_byte: Duration, total: Duration) -> Self {
        Self { first_byte, total, max_body: MAX_BODY, proxy: true }
    }

    /// The same, never through a proxy: for what answers for this machine alone.
    pub(in crate::auth) const fn without_proxy(self) -> Self {
        Self { proxy: false, ..self }
    }
}

/// An answer, whatever its status. No `Debug`: the body may hold secrets.
pub(in crate::auth) struct Reply {
    pub(in crate::auth) status: StatusCode,
    pub(in crate::auth) body: Zeroizing<Vec<u8>>,
    /// How far this machine's clock is off by the server's, if the answer shows it.
    pub(in crate::auth) skew: Option<Skew>,
}

impl Reply {
    /// Whether a retry may bring another answer.
    pub(in crate::auth) fn is_server_error(&self) -> bool {
        self.status.is_server_error()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::auth) enum FetchError {
    /// There is no transport.
    NoTransport,
    /// Nothing came, or not all of it, within this time.
    Timeout(Duration),
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// A secret would have been readable on its way.
    InClear(InClear),
    /// The transport failed with this error.
    Transport(TransportErrorKind, String),
}

impl FetchError {
    /// Whether a retry may succeed: the connection could not be made, or broke, or took too long.
    pub(in crate::auth) fn is_transient(&self) -> bool {
        match self {
            Self::NoTransport | Self::InClear(_) | Self::TooLarge(_) => false,
            Self::Timeout(_) => true,
            Self::Transport(kind, _) => matches!(
                kind,
                TransportErrorKind::Connect | TransportErrorKind::Timeout | TransportErrorKind::Broken
            ),
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTransport => {
                f.write_str("there is no HTTP transport: give the chain one with ChainBuilder::transport")
            }
            Self::InClear(error) => write!(f, "{error}; {}", InClear::HINT),
            Self::Timeout(limit) => write!(f, "no answer within {} s", Seconds(*limit)),
            Self::TooLarge(limit) => write!(f, "the answer is larger than {} KiB", limit / 1024),
            Self::Transport(_, message) => f.write_str(&quote::escape(message)),
        }
    }
}

/// The future that [`fetch`] awaits. Boxed and of one type, so that it is not part of other futures: otherwise every
/// source would hold and compile a copy of it.
pub(in crate::auth) type Fetching<'a> = BoxFuture<'a, Result<Reply, FetchError>>;

/// Sends `request`, which holds `cargo`, once and reads the whole answer.
pub(in crate::auth) fn fetch(
    context: Context<'_>,
    mut request: http::Request<Bytes>,
    cargo: Cargo,
    limits: Limits,
) -> Fetching<'_> {
    Box::pin(async move {
        let transport = context.transport().ok_or(FetchError::NoTransport)?;
        context.check(request.uri(), cargo).map_err(FetchError::InClear)?;
        request.headers_mut().insert(http::header::USER_AGENT, USER_AGENT);
        let exchange = async {
            let sending =
                if limits.proxy { transport.send(request) } else { transport.send_directly(request) };
            let sent = context.now();
            let response = within(transport, limits.first_byte, sending).await?;
            let (head, mut body) = response.map_err(from_transport)?.into_parts();
            let skew = Skew::measure(&head.headers, sent, context.now());
            let bytes = body.read_at_most(limits.max_body).await.map_err(from_transport)?;
            let body = Zeroizing::new(bytes);
            if body.len() > limits.max_body {
                return Err(FetchError::TooLarge(limits.max_body));
            }
            Ok(Reply { status: head.status, body, skew })
        };
        within(transport, limits.total, pin!(exchange)).await?
    })
}

/// How often to try, and how long to wait in between.
#[derive(Debug, Clone, Copy)]
pub(in crate::auth) struct Retries {
    /// The number of attempts, including the first.
    pub(in crate::auth) attempts: usize,
    /// The pause before the second attempt; it doubles each time.
    pub(in crate::auth) pause: Duration,
}

/// Sends what `request` builds for each attempt, counted from 0, until `again` decides against a retry or no attempt is
/// left.
pub(in crate::auth) fn fetch_with_retries<'a>(
    context: Context<'a>,
    request: &'a (dyn Fn(usize) -> http::Request<Bytes> + Sync),
    cargo: Cargo,
    limits: Limits,
    retries: Retries,
    again: &'a (dyn Fn(&Result<Reply, FetchError>) -> bool + Sync),
) -> Fetching<'a> {
    Box::pin(async move {
        let mut pause = retries.pause;
        let mut attempt = 0;
        loop {
            let outcome = fetch(context, request(attempt), cargo, limits).await;
            attempt = attempt.saturating_add(1);
            if attempt >= retries.attempts || !again(&outcome) {
                return outcome;
            }
            if let Some(transport) = context.transport() {
                transport.sleep(pause).await;
            }
            pause = pause.saturating_mul(2);
        }
    })
}

/// Whether the connection or the server failed, and not the request.
pub(in crate::auth) fn is_transient(outcome: &Result<Reply, FetchError>) -> bool {
    match outcome {
        Ok(reply) => reply.is_server_error(),
        Err(error) => error.is_transient(),
    }
}

fn from_transport(error: transport::TransportError) -> FetchError {
    FetchError::Transport(error.kind(), error.to_string())
}

/// Returns the result of `work`, unless it takes longer than `limit`.
fn within<'a, W: Future + Unpin + 'a>(
    transport: &'a dyn Transport,
    limit: Duration,
    work: W,
) -> impl Future<Output = Result<W::Output, FetchError>> + 'a {
    let mut timer = Limit::on_peer(transport, limit);
    transport::within(
        move |context| timer.poll(transport, context).map(|()| FetchError::Timeout(limit)),
        work,
    )
}

/// Quotes a foreign server's `text` for an error: without any of `secrets`, escaped and cut short.
pub(in crate::auth) fn scrubbed(text: &str, secrets: &[&str]) -> String {
    quote::quote(&Redactor::new(secrets).bytes(text.as_bytes()), 300)
}

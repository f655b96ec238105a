//! One HTTP exchange of a source: bounded in time and size, redirects never followed, nothing of it in errors.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{HeaderValue, USER_AGENT};
use zeroize::Zeroizing;

use crate::auth::Context;
use crate::base::quote;
use crate::base::time::Seconds;
use crate::transport::{BoxFuture, Transport, TransportErrorKind};

/// The most that is read of an answer: 64 KiB. Credential documents have a few.
pub(in crate::auth) const MAX_BODY: usize = 64 * 1024;

const OURS: HeaderValue = HeaderValue::from_static(concat!("bedrill/", env!("CARGO_PKG_VERSION")));

/// How long one exchange may take, and how much it may bring.
#[derive(Debug, Clone, Copy)]
pub(in crate::auth) struct Limits {
    /// Until the head of the answer is there, connecting included.
    pub(in crate::auth) first_byte: Duration,
    /// Until the whole answer is there.
    pub(in crate::auth) total: Duration,
    /// The largest body, in bytes.
    pub(in crate::auth) max_body: usize,
}

impl Limits {
    /// `first_byte` for the head, `total` for all of it, bodies up to [`MAX_BODY`].
    pub(in crate::auth) const fn new(first_byte: Duration, total: Duration) -> Self {
        Self { first_byte, total, max_body: MAX_BODY }
    }
}

/// An answer, whatever its status. No `Debug`: the body may hold secrets.
pub(in crate::auth) struct Reply {
    pub(in crate::auth) status: StatusCode,
    pub(in crate::auth) body: Zeroizing<Vec<u8>>,
}

impl Reply {
    /// Whether another try may well bring another answer.
    pub(in crate::auth) fn is_server_error(&self) -> bool {
        self.status.is_server_error()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::auth) enum FetchError {
    /// Nothing carries requests.
    NoTransport,
    /// Nothing came, or not all of it, within this time.
    Timeout(Duration),
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// The transport says this.
    Transport(TransportErrorKind, String),
}

impl FetchError {
    /// Whether another try may well succeed: the connection could not be made, or broke, or took too long.
    pub(in crate::auth) fn is_transient(&self) -> bool {
        match self {
            Self::NoTransport | Self::TooLarge(_) => false,
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
            Self::NoTransport => f.write_str(
                "nothing carries HTTP requests: give the chain a transport with ChainBuilder::transport",
            ),
            Self::Timeout(limit) => write!(f, "no answer within {} s", Seconds(*limit)),
            Self::TooLarge(limit) => write!(f, "the answer is larger than {} KiB", limit / 1024),
            Self::Transport(_, message) => f.write_str(&quote::escape(message)),
        }
    }
}

/// What [`fetch`] is waited for with. On the heap and of one type, so that it is part of no other future: every source
/// would hold, and be compiled with, a copy of it.
pub(in crate::auth) type Fetching<'a> = BoxFuture<'a, Result<Reply, FetchError>>;

/// Sends `request` once and reads the whole answer.
pub(in crate::auth) fn fetch(
    context: Context<'_>,
    mut request: http::Request<Bytes>,
    limits: Limits,
) -> Fetching<'_> {
    Box::pin(async move {
        let transport = context.transport().ok_or(FetchError::NoTransport)?;
        request.headers_mut().insert(USER_AGENT, OURS);
        let exchange = async {
            let response = within(transport, limits.first_byte, transport.send(request)).await?;
            let (head, mut body) = response.map_err(from_transport)?.into_parts();
            let bytes = body.read_at_most(limits.max_body).await.map_err(from_transport)?;
            let body = Zeroizing::new(bytes);
            if body.len() > limits.max_body {
                return Err(FetchError::TooLarge(limits.max_body));
            }
            Ok(Reply { status: head.status, body })
        };
        within(transport, limits.total, pin!(exchange)).await?
    })
}

/// How often to try, and how long to wait between.
#[derive(Debug, Clone, Copy)]
pub(in crate::auth) struct Retries {
    /// All tries, the first one included.
    pub(in crate::auth) attempts: usize,
    /// The pause before the second try; it doubles each time.
    pub(in crate::auth) pause: Duration,
}

/// Sends what `request` makes for each attempt, counted from 0, until `again` says of an outcome that another try is of
/// no use, or no try is left.
pub(in crate::auth) fn fetch_with_retries<'a>(
    context: Context<'a>,
    request: &'a (dyn Fn(usize) -> http::Request<Bytes> + Sync),
    limits: Limits,
    retries: Retries,
    again: &'a (dyn Fn(&Result<Reply, FetchError>) -> bool + Sync),
) -> Fetching<'a> {
    Box::pin(async move {
        let mut pause = retries.pause;
        let mut attempt = 0;
        loop {
            let outcome = fetch(context, request(attempt), limits).await;
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

fn from_transport(error: crate::transport::TransportError) -> FetchError {
    FetchError::Transport(error.kind(), error.to_string())
}

/// What `work` yields, unless the transport's timer goes off first. `work` is asked first, so that an answer that is
/// already there counts. It comes pinned, because to pin it in here would keep it twice.
fn within<W: Future + Unpin>(
    transport: &dyn Transport,
    limit: Duration,
    mut work: W,
) -> impl Future<Output = Result<W::Output, FetchError>> {
    let mut timer: BoxFuture<'static, ()> = transport.sleep(limit);
    poll_fn(move |context| {
        if let Poll::Ready(output) = Pin::new(&mut work).poll(context) {
            return Poll::Ready(Ok(output));
        }
        timer.as_mut().poll(context).map(|()| Err(FetchError::Timeout(limit)))
    })
}

/// `text` of a foreign server as an error may show it: without any of `secrets`, escaped and cut short.
pub(in crate::auth) fn scrubbed(text: &str, secrets: &[&str]) -> String {
    quote::quote(&quote::redacted(text.as_bytes(), secrets), 300)
}

//! Idle sockets, waiting for their next request.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, Scheme};
use tokio::runtime::{Handle, Id};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::connection::{Socket, is_silent};
use crate::base::uri;
use crate::transport::{TransportError, TransportErrorKind, runtime};

/// How long an unused socket stays open, as in reqwest.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// How often unused sockets are checked: those that have expired, or that the server has closed, are closed.
const SWEEP: Duration = Duration::from_secs(5);

/// Where a socket leads, and the runtime in which it was made: in another one it would wait for that one to be driven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    https: bool,
    authority: Authority,
    runtime: Id,
}

impl Origin {
    pub(super) fn of(uri: &Uri) -> Result<Self, TransportError> {
        let runtime = runtime::current()?;
        let https = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => Some(true),
            Some(scheme) if *scheme == Scheme::HTTP => Some(false),
            _ => None,
        };
        https
            .zip(uri.authority())
            .map(|(https, authority)| Self { https, authority: authority.clone(), runtime })
            .ok_or_else(|| {
                TransportError::new(
                    TransportErrorKind::Other,
                    format!("{uri} is not an http or https URL with a host"),
                )
            })
    }

    pub(super) fn is_https(&self) -> bool {
        self.https
    }

    /// The root of the origin.
    pub(super) fn uri(&self) -> Result<Uri, http::Error> {
        let scheme = if self.https { Scheme::HTTPS } else { Scheme::HTTP };
        Uri::builder().scheme(scheme).authority(self.authority.clone()).path_and_query("/").build()
    }

    pub(super) fn host(&self) -> &str {
        self.authority.host()
    }

    /// The host, with the port when it has one of its own: what errors name.
    pub(super) fn place(&self) -> &str {
        uri::place(&self.authority)
    }
}

/// Unused sockets of all origins. Clones share them; they are closed with the last one.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool(Arc<Mutex<Unused>>);

#[derive(Debug, Default)]
struct Unused {
    /// In order of arrival: the newest last.
    sockets: Vec<Waiting>,
    /// Close expired sockets, one in each runtime while there are any of its sockets.
    sweepers: Vec<(Id, JoinHandle<()>)>,
}

struct Waiting {
    origin: Origin,
    socket: Socket,
    since: Instant,
}

impl Pool {
    /// The most recently used socket to `origin`, if it is still usable.
    pub(super) fn take(&self, origin: &Origin) -> Option<Socket> {
        let mut unused = lock(&self.0);
        loop {
            let index = unused.sockets.iter().rposition(|waiting| waiting.origin == *origin)?;
            let mut waiting = unused.sockets.remove(index);
            if waiting.is_usable() {
                return Some(waiting.socket);
            }
        }
    }

    /// Keeps `socket` for the next request, if it is reusable.
    pub(super) fn put(&self, origin: Origin, socket: Socket) {
        let runtime = origin.runtime;
        let mut waiting = Waiting { origin, socket, since: Instant::now() };
        // In another runtime, or in none, nothing would close it in time.
        let Some(handle) = Handle::try_current().ok().filter(|handle| handle.id() == runtime) else { return };
        if !waiting.is_usable() {
            return;
        }
        let mut unused = lock(&self.0);
        unused.sockets.push(waiting);
        // A sweeper ends with its runtime, too.
        unused.sweepers.retain(|(_, sweeper)| !sweeper.is_finished());
        if unused.sweepers.iter().all(|(of, _)| *of != runtime) {
            // Those of runtimes that are gone: a program may make one for each call.
            unused.sockets.retain_mut(Waiting::is_usable);
            let sweeper = handle.spawn(sweep(Arc::downgrade(&self.0), runtime));
            unused.sweepers.push((runtime, sweeper));
        }
    }
}

impl Waiting {
    fn is_usable(&mut self) -> bool {
        self.since.elapsed() < IDLE_TIMEOUT && is_silent(&mut self.socket)
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("origin", &self.origin)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

async fn sweep(unused: Weak<Mutex<Unused>>, runtime: Id) {
    loop {
        sleep(SWEEP).await;
        let Some(unused) = unused.upgrade() else { return };
        let mut unused = lock(&unused);
        unused.sockets.retain_mut(Waiting::is_usable);
        if unused.sockets.iter().all(|waiting| waiting.origin.runtime != runtime) {
            unused.sweepers.retain(|(of, _)| *of != runtime);
            if unused.sockets.is_empty() {
                unused.sockets.shrink_to_fit();
            }
            return;
        }
    }
}

fn lock(unused: &Mutex<Unused>) -> MutexGuard<'_, Unused> {
    unused.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};

    use super::*;

    fn origin(url: &'static str) -> Origin {
        Origin::of(&Uri::from_static(url)).expect("an origin")
    }

    /// A socket, and the server's end of it.
    fn socket() -> (Socket, DuplexStream) {
        let (near, far) = duplex(1_024);
        (Box::new(TokioIo::new(near)), far)
    }

    async fn is_closed(mut far: DuplexStream) -> bool {
        matches!(far.read(&mut [0]).await, Ok(0))
    }

    #[tokio::test(start_paused = true)]
    async fn a_socket_serves_only_its_own_origin() {
        let pool = Pool::default();
        let (socket, _far) = socket();
        pool.put(origin("http://a.test/x"), socket);
        for other in ["http://b.test/", "https://a.test/", "http://a.test:8080/"] {
            assert!(pool.take(&origin(other)).is_none(), "{other}");
        }
        assert!(pool.take(&origin("http://A.test/y")).is_some());
        assert!(pool.take(&origin("http://a.test/x")).is_none(), "it is taken");
    }

    #[test]
    fn a_socket_serves_its_own_runtime_alone() {
        let runtime =
            || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (pool, [a, b]) = (Pool::default(), [runtime(), runtime()]);
        let (near, far) = socket();
        let of_a = a.block_on(async { origin("http://a.test/") });
        let of_b = b.block_on(async { origin("http://a.test/") });
        a.block_on(async { pool.put(of_a.clone(), near) });
        assert!(pool.take(&of_b).is_none());
        let near = pool.take(&of_a).expect("it is there");
        b.block_on(async {
            pool.put(of_a, near);
            assert!(is_closed(far).await, "its own runtime would have to look after it");
        });
    }

    #[tokio::test(start_paused = true)]
    async fn a_socket_that_the_server_has_closed_is_not_handed_out() {
        let pool = Pool::default();
        let (older, far) = socket();
        let (younger, _far) = socket();
        pool.put(origin("http://a.test/"), younger);
        pool.put(origin("http://a.test/"), older);
        drop(far);
        assert!(pool.take(&origin("http://a.test/")).is_some());
        assert!(pool.take(&origin("http://a.test/")).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_nobody_asked_for_end_a_socket() {
        let pool = Pool::default();
        let (socket, mut far) = socket();
        pool.put(origin("http://a.test/"), socket);
        tokio::io::AsyncWriteExt::write_all(&mut far, b"HTTP/1.1 200 OK\r\n").await.expect("room");
        assert!(pool.take(&origin("http://a.test/")).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_unused_socket_is_closed_after_90_seconds() {
        let pool = Pool::default();
        let (socket, far) = socket();
        let start = Instant::now();
        pool.put(origin("http://a.test/"), socket);
        assert!(is_closed(far).await);
        let waited = start.elapsed();
        assert!(waited >= IDLE_TIMEOUT && waited <= IDLE_TIMEOUT + SWEEP, "{waited:?}");
        assert!(lock(&pool.0).sweepers.is_empty(), "nothing is left to do");
        // And the next one is watched again.
        let (socket, far) = self::socket();
        pool.put(origin("http://a.test/"), socket);
        assert!(is_closed(far).await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_by_the_server_is_answered_while_nothing_is_sent() {
        let pool = Pool::default();
        let (socket, far) = socket();
        pool.put(origin("http://a.test/"), socket);
        drop(far);
        sleep(SWEEP + Duration::from_millis(1)).await;
        assert!(lock(&pool.0).sockets.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn sockets_close_with_the_last_of_their_users() {
        let pool = Pool::default();
        let (socket, far) = socket();
        pool.put(origin("http://a.test/"), socket);
        drop(pool.clone());
        let start = Instant::now();
        drop(pool);
        assert!(is_closed(far).await);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test]
    async fn an_origin_has_a_scheme_of_the_web_and_a_host() {
        for url in ["/path", "ftp://a.test/", "a.test"] {
            assert!(Origin::of(&Uri::from_static(url)).is_err(), "{url}");
        }
    }
}

//! The server: it accepts, and gives each connection a thread that plays the script.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;

use super::connection::{Connection, Socket};
use super::player::Player;
use super::seen::{Open, Seen};
use super::step::Step;

/// Wraps a socket: in TLS, for example.
type Handshake = dyn Fn(Socket) -> io::Result<Box<dyn Connection>> + Send + Sync;

/// Chooses the steps for a request; the number counts the requests from 0.
type Choice = dyn Fn(usize, &Request<Bytes>) -> Vec<Step> + Send + Sync;

enum Script {
    /// Reads requests, one after the other, and answers each.
    ByRequest(Box<Choice>),
    /// The steps of each connection; the last also apply to all that follow.
    ByConnection(Vec<Vec<Step>>),
}

struct Shared {
    script: Script,
    handshake: Option<Box<Handshake>>,
    seen: Seen,
}

/// A server on loopback that lives until it is dropped, and its connections with it.
pub struct Server {
    address: SocketAddr,
    url: String,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers every request with `steps`, and waits for the next one on the same connection.
    ///
    /// # Panics
    ///
    /// When loopback has no free port.
    pub fn answering(steps: impl Into<Vec<Step>>) -> Self {
        let steps = steps.into();
        Self::start(move |_, _| steps.clone())
    }

    /// Answers every request with `bytes`.
    ///
    /// # Panics
    ///
    /// As [`answering`](Self::answering).
    pub fn sending(bytes: impl Into<Vec<u8>>) -> Self {
        Self::answering([Step::Send(bytes.into())])
    }

    /// Answers each request with the steps that `script` chooses for it; the number counts the requests from 0.
    ///
    /// # Panics
    ///
    /// As [`answering`](Self::answering).
    pub fn start(script: impl Fn(usize, &Request<Bytes>) -> Vec<Step> + Send + Sync + 'static) -> Self {
        started(Self::listen(script))
    }

    /// As [`start`](Self::start), for programs that must not panic.
    ///
    /// # Errors
    ///
    /// Loopback has no free port, or the system no thread.
    pub fn listen(
        script: impl Fn(usize, &Request<Bytes>) -> Vec<Step> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::accept(Script::ByRequest(Box::new(script)), None)
    }

    /// Plays `scripts[n]` on connection `n` from its first byte on, and the last one on all that follow. What is left of
    /// a connection at the end of its script is closed in order.
    ///
    /// # Panics
    ///
    /// As [`answering`](Self::answering).
    pub fn playing(scripts: impl Into<Vec<Vec<Step>>>) -> Self {
        started(Self::accept(Script::ByConnection(scripts.into()), None))
    }

    /// As [`start`](Self::start), over what `handshake` makes of each socket.
    ///
    /// # Panics
    ///
    /// As [`answering`](Self::answering).
    pub fn start_tls(
        handshake: impl Fn(Socket) -> io::Result<Box<dyn Connection>> + Send + Sync + 'static,
        script: impl Fn(usize, &Request<Bytes>) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        started(Self::accept(Script::ByRequest(Box::new(script)), Some(Box::new(handshake))))
    }

    /// As [`playing`](Self::playing), over what `handshake` makes of each socket.
    ///
    /// # Panics
    ///
    /// As [`answering`](Self::answering).
    pub fn playing_tls(
        handshake: impl Fn(Socket) -> io::Result<Box<dyn Connection>> + Send + Sync + 'static,
        scripts: impl Into<Vec<Vec<Step>>>,
    ) -> Self {
        started(Self::accept(Script::ByConnection(scripts.into()), Some(Box::new(handshake))))
    }

    fn accept(script: Script, handshake: Option<Box<Handshake>>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let url = match handshake {
            Some(_) => format!("https://localhost:{}", address.port()),
            None => format!("http://{address}"),
        };
        let shared = Arc::new(Shared { script, handshake, seen: Seen::default() });
        let accepting = {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name("server".to_owned()).spawn(move || accept(&listener, &shared))?
        };
        Ok(Self { address, url, shared, accepting: Some(accepting) })
    }

    /// The URL it listens on: by name over TLS, because that is what a certificate is for.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port, as in the `host` header.
    #[must_use]
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections were made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.seen.state().connections
    }

    /// How many bytes the clients' connections have accepted. A client may have read a piece before it is counted.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.shared.seen.sent()
    }

    /// The requests so far, each with its target and its headers as received.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.shared.seen.state().requests.clone()
    }

    /// The requests since the last call, which are then forgotten.
    #[must_use]
    pub fn take_requests(&self) -> Vec<Request<Bytes>> {
        let mut state = self.shared.seen.state();
        state.taken = state.taken.saturating_add(state.requests.len());
        std::mem::take(&mut state.requests)
    }

    /// The only request so far.
    ///
    /// # Panics
    ///
    /// When there was none, or more than one.
    #[track_caller]
    #[must_use]
    pub fn request(&self) -> Request<Bytes> {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "one request is expected: {requests:?}");
        requests.remove(0)
    }

    /// Lets one [`Step::WaitForTest`] pass: one that is waiting, or the next one.
    pub fn go_on(&self) {
        self.shared.seen.change(|state| state.passes = state.passes.saturating_add(1));
    }

    /// Waits until there has been a request.
    ///
    /// # Panics
    ///
    /// When none comes within 30 seconds.
    #[track_caller]
    pub fn wait_for_request(&self) {
        self.shared.seen.wait("request", |state| (!state.requests.is_empty()).then_some(()));
    }

    /// Waits until a client has closed a connection that the server is still sending on, or hanging on; returns when
    /// that was. Each connection is reported once.
    ///
    /// # Panics
    ///
    /// When none does within 30 seconds.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "waiting is enough for most")]
    pub fn wait_for_hang_up(&self) -> Instant {
        self.shared.seen.wait("client that hangs up", |state| state.hung_up.pop_front())
    }

    /// As [`wait_for_hang_up`](Self::wait_for_hang_up), as a future and without a limit.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn hung_up(&self) -> Instant {
        poll_fn(|context| self.shared.seen.poll(context, |state| state.hung_up.pop_front())).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.seen.end();
        // Wakes the thread that accepts; once it has ended, the port refuses connections.
        let woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let (Ok(_), Some(accepting)) = (woken, self.accepting.take()) {
            let _ = accepting.join();
        }
    }
}

#[allow(clippy::expect_used)] // each caller's documentation says so
#[track_caller]
fn started(server: io::Result<Server>) -> Server {
    server.expect("a server on loopback")
}

/// A port on loopback that refuses connections, unless another program takes it.
///
/// # Panics
///
/// When loopback has no free port.
#[allow(clippy::expect_used)] // said above
#[must_use]
pub fn refused() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback");
    listener.local_addr().expect("the address of a listener")
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    while let Ok((socket, _)) = listener.accept() {
        if shared.seen.is_over() {
            return;
        }
        let number = shared.seen.change(|state| {
            let number = state.connections;
            state.connections = number.saturating_add(1);
            number
        });
        let shared = Arc::clone(shared);
        let serve = move || {
            // A client that leaves, or sends something that is not a request, only has its connection closed.
            let _ = shared.serve(number, &Socket(Arc::new(socket)));
        };
        // Without a thread the connection closes.
        let _ = std::thread::Builder::new().name(format!("connection {number}")).spawn(serve);
    }
}

impl Shared {
    fn serve(&self, number: usize, socket: &Socket) -> io::Result<()> {
        let _open = Open::new(&self.seen, number, socket.clone());
        // Each `Send` is a packet of its own.
        socket.0.set_nodelay(true)?;
        let connection: Box<dyn Connection> = match &self.handshake {
            Some(handshake) => handshake(socket.clone())?,
            None => Box::new(socket.clone()),
        };
        let mut player = Player::new(connection, socket, &self.seen);
        match &self.script {
            Script::ByRequest(choose) => {
                while let Some((number, request)) = player.read_request()? {
                    for step in choose(number, &request) {
                        if player.play(step)?.is_break() {
                            return Ok(());
                        }
                    }
                }
                Ok(())
            }
            Script::ByConnection(scripts) => {
                for step in scripts.get(number).or_else(|| scripts.last()).into_iter().flatten() {
                    if player.play(step.clone())?.is_break() {
                        return Ok(());
                    }
                }
                player.close()
            }
        }
    }
}

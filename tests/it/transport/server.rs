//! A server on loopback that does what a script says, byte for byte.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{CertifiedKey, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

/// What the server does next on a connection. At the end of the script it closes the connection.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads one request: its head, and as many bytes as its `content-length` says.
    ReadRequest,
    /// Reads until anything at all has come.
    ReadSome,
    /// Sends bytes.
    Send(Vec<u8>),
    /// Waits until the test calls [`Server::go_on`].
    WaitForTest,
    /// Waits until the client closes its side.
    WaitForClose,
    /// Closes with a reset instead of an end.
    Reset,
}

pub fn send(text: &str) -> Step {
    Step::Send(text.as_bytes().to_vec())
}

/// What the server has seen.
#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
    closed_by_client: usize,
}

pub struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    gate: Arc<Notify>,
    closed: Arc<Notify>,
}

impl Server {
    /// Plays `scripts[n]` on connection n, and the last one on all that follow.
    pub async fn start(scripts: Vec<Vec<Step>>) -> Self {
        Self::listen(scripts, None).await
    }

    /// As [`start`](Self::start), behind TLS.
    pub async fn start_tls(scripts: Vec<Vec<Step>>, identity: &CertifiedKey<KeyPair>) -> Self {
        let key = PrivateKeyDer::Pkcs8(identity.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![identity.cert.der().clone()], key)
            .expect("an identity");
        Self::listen(scripts, Some(Arc::new(config).into())).await
    }

    async fn listen(scripts: Vec<Vec<Step>>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            seen: Arc::default(),
            gate: Arc::default(),
            closed: Arc::default(),
        };
        let (seen, gate, closed) =
            (Arc::clone(&server.seen), Arc::clone(&server.gate), Arc::clone(&server.closed));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = {
                    let mut seen = seen.lock().expect("not poisoned");
                    seen.connections += 1;
                    seen.connections - 1
                };
                let script = scripts.get(number).or_else(|| scripts.last()).cloned().unwrap_or_default();
                let player =
                    Player { seen: Arc::clone(&seen), gate: Arc::clone(&gate), closed: Arc::clone(&closed) };
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => player.play(script, stream, reset).await,
                        Some(tls) => {
                            // A handshake that fails is the client's to report.
                            if let Ok(stream) = tls.accept(stream).await {
                                player.play(script, stream, |stream| reset(stream.get_ref().0)).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The URL of `path` on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().expect("not poisoned").connections
    }

    /// Heads and bodies of the requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().expect("not poisoned").requests.clone()
    }

    /// Releases one [`Step::WaitForTest`].
    pub fn go_on(&self) {
        self.gate.notify_one();
    }

    /// Whether the client closes a connection that waits for it within two seconds.
    pub async fn sees_close(&self) -> bool {
        let closed = async {
            while self.seen.lock().expect("not poisoned").closed_by_client == 0 {
                self.closed.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(2), closed).await.is_ok()
    }
}

fn reset(stream: &TcpStream) {
    stream.set_zero_linger().expect("lingering set");
}

struct Player {
    seen: Arc<Mutex<Seen>>,
    gate: Arc<Notify>,
    closed: Arc<Notify>,
}

impl Player {
    async fn play<S>(self, script: Vec<Step>, mut stream: S, reset: impl FnOnce(&S))
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        for step in script {
            match step {
                Step::ReadRequest => {
                    let Some(request) = read_request(&mut stream).await else { return };
                    self.seen.lock().expect("not poisoned").requests.push(request);
                }
                Step::ReadSome => {
                    let mut bytes = [0; 1024];
                    let Ok(1..) = stream.read(&mut bytes).await else { return };
                }
                Step::Send(bytes) => {
                    // The client may be gone: then the test says so.
                    let _ = stream.write_all(&bytes).await;
                    let _ = stream.flush().await;
                }
                Step::WaitForTest => self.gate.notified().await,
                Step::WaitForClose => {
                    let mut byte = [0];
                    while matches!(stream.read(&mut byte).await, Ok(1)) {}
                    self.seen.lock().expect("not poisoned").closed_by_client += 1;
                    self.closed.notify_one();
                }
                Step::Reset => {
                    reset(&stream);
                    return;
                }
            }
        }
        let _ = stream.shutdown().await;
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a length")) {
                return Some(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

//! A scripted server on loopback: it reads one request at a time, and answers each with the bytes, the pauses and the
//! faults that a script asks for.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// One step of an answer. After the last one the connection waits for the next request.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Vec<u8>),
    /// Sends in pieces of `chunk` bytes, with a pause before each.
    SendEach {
        bytes: Vec<u8>,
        chunk: usize,
        delay: Duration,
    },
    Sleep(Duration),
    /// Sends nothing more until the client closes; [`Server::hung_up`] tells.
    Hang,
    /// Ends the connection in order.
    Close,
    /// Breaks the connection off. What was sent just before may be lost with it: sleep first.
    Reset,
}

/// An answer with a `content-length`.
pub fn response(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len().to_string();
    let headers = [headers, &[("content-length", &length)]].concat();
    [head(status, &headers), body.to_vec()].concat()
}

/// The head of an answer, with the empty line behind it.
pub fn head(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes()
}

/// One chunk of a body with `transfer-encoding: chunked`. An empty one would end the body.
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// The end of such a body.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Chooses the steps for a request; the number counts the requests from 0.
type Script = dyn Fn(usize, &Request<Bytes>) -> Vec<Step> + Send + Sync;

/// A server that lives until it is dropped.
pub struct Server {
    address: SocketAddr,
    tls: bool,
    log: Arc<Log>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Log {
    connections: AtomicUsize,
    sent: AtomicUsize,
    requests: Mutex<Vec<Request<Bytes>>>,
    hung_up: Notify,
}

impl Server {
    /// Answers every request with `steps`.
    pub async fn answering(steps: impl Into<Vec<Step>>) -> Self {
        let steps = steps.into();
        Self::start(move |_, _| steps.clone()).await
    }

    /// Answers every request with `bytes`.
    pub async fn sending(bytes: impl Into<Vec<u8>>) -> Self {
        Self::answering([Step::Send(bytes.into())]).await
    }

    /// Answers each request with what `script` chooses for it.
    pub async fn start(script: impl Fn(usize, &Request<Bytes>) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::listen(None, Arc::new(script)).await
    }

    /// The same over TLS.
    pub async fn start_tls(
        acceptor: TlsAcceptor,
        script: impl Fn(usize, &Request<Bytes>) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(acceptor), Arc::new(script)).await
    }

    async fn listen(acceptor: Option<TlsAcceptor>, script: Arc<Script>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        let tls = acceptor.is_some();
        let log = Arc::<Log>::default();
        let accepting = tokio::spawn(accept(listener, acceptor, script, Arc::clone(&log)));
        Self { address, tls, log, accepting }
    }

    /// Where it listens, by name when it has a certificate to show.
    pub fn url(&self) -> String {
        if self.tls {
            format!("https://localhost:{}", self.address.port())
        } else {
            format!("http://{}", self.address)
        }
    }

    /// Host and port, as in the `host` header.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// How many bytes the clients' connections have taken.
    pub fn sent(&self) -> usize {
        self.log.sent.load(Ordering::SeqCst)
    }

    /// The requests so far, each with its target in origin form and its headers as they came.
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.log.requests.lock().expect("the log").clone()
    }

    /// The only request so far.
    pub fn request(&self) -> Request<Bytes> {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "one request");
        requests.remove(0)
    }

    /// Waits until the client has closed a connection on which the server hangs.
    pub async fn hung_up(&self) {
        self.log.hung_up.notified().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, script: Arc<Script>, log: Arc<Log>) {
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    while let Ok((tcp, _)) = listener.accept().await {
        log.connections.fetch_add(1, Ordering::SeqCst);
        let (acceptor, script, log) = (acceptor.clone(), Arc::clone(&script), Arc::clone(&log));
        connections.spawn(async move {
            // Each `Send` is a packet of its own.
            tcp.set_nodelay(true)?;
            match acceptor {
                Some(acceptor) => serve(acceptor.accept(tcp).await?, &*script, &log).await,
                None => serve(tcp, &*script, &log).await,
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

/// A connection, plain or encrypted.
trait Wire: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Wire for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Answers the requests of one connection. An error means that the client went away, as it may.
async fn serve(mut wire: impl Wire, script: &Script, log: &Log) -> io::Result<()> {
    let mut received = Vec::new();
    while let Some(request) = read_request(&mut wire, &mut received).await? {
        let number = {
            let mut requests = log.requests.lock().expect("the log");
            requests.push(request.clone());
            requests.len() - 1
        };
        for step in script(number, &request) {
            match step {
                Step::Send(bytes) => send(&mut wire, &bytes, log).await?,
                Step::SendEach { bytes, chunk, delay } => {
                    for piece in bytes.chunks(chunk) {
                        pause(delay).await;
                        send(&mut wire, piece, log).await?;
                    }
                }
                Step::Sleep(pause) => tokio::time::sleep(pause).await,
                Step::Hang => {
                    while wire.read_u8().await.is_ok() {}
                    log.hung_up.notify_one();
                    return Ok(());
                }
                Step::Close => return wire.shutdown().await,
                Step::Reset => return wire.tcp().set_zero_linger(),
            }
        }
    }
    Ok(())
}

/// A sleep takes a millisecond at least; none at all lets the client run in between.
async fn pause(delay: Duration) {
    if delay.is_zero() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(delay).await;
    }
}

async fn send(wire: &mut impl Wire, bytes: &[u8], log: &Log) -> io::Result<()> {
    wire.write_all(bytes).await?;
    wire.flush().await?;
    log.sent.fetch_add(bytes.len(), Ordering::SeqCst);
    Ok(())
}

/// The next request; `None` when the client closes before one begins. `received` keeps what came behind it.
async fn read_request(wire: &mut impl Wire, received: &mut Vec<u8>) -> io::Result<Option<Request<Bytes>>> {
    const END: &[u8] = b"\r\n\r\n";
    let head_length = loop {
        match received.windows(END.len()).position(|window| window == END) {
            Some(end) => break end + END.len(),
            None if wire.read_buf(received).await? > 0 => {}
            None if received.is_empty() => return Ok(None),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    };
    let mut request = parse_head(&received[..head_length]);
    let length = request.headers().get("content-length").map_or("0", |value| value.to_str().expect("ASCII"));
    let end = head_length + length.parse::<usize>().expect("a length");
    while received.len() < end {
        if wire.read_buf(received).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    *request.body_mut() = Bytes::copy_from_slice(&received[head_length..end]);
    received.drain(..end);
    Ok(Some(request))
}

/// A client that sends a bad head fails the test: the connection is dropped without an answer.
fn parse_head(head: &[u8]) -> Request<Bytes> {
    let head = std::str::from_utf8(head).expect("a head in ASCII");
    let mut lines = head.trim_end().split("\r\n");
    let line: Vec<&str> = lines.next().expect("a request line").split(' ').collect();
    let [method, target, "HTTP/1.1"] = line[..] else { panic!("no request line: {line:?}") };
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = method.parse().expect("a method");
    *request.uri_mut() = target.parse().expect("a target");
    for line in lines {
        let (name, value) = line.split_once(':').expect("a header");
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        request.headers_mut().append(name, HeaderValue::from_str(value.trim()).expect("a header's value"));
    }
    request
}

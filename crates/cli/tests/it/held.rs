//! A server on loopback that answers and then holds the connection, until the other side closes it.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::server;

/// How long anything may take to happen.
const LIMIT: Duration = Duration::from_secs(30);

pub struct Held {
    pub url: String,
    asked: Receiver<()>,
    closed: Receiver<Instant>,
    written: Arc<AtomicU64>,
}

impl Held {
    /// Holds after the bytes of `answer`.
    pub fn after(answer: Vec<u8>) -> Self {
        Self::writing(move || [answer.clone()])
    }

    /// Holds after all the pieces, which it writes as fast as they are taken.
    pub fn writing<I: IntoIterator<Item = Vec<u8>>>(pieces: impl Fn() -> I + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let ((ask, asked), (close, closed)) = (channel(), channel());
        let written = Arc::<AtomicU64>::default();
        let counter = Arc::clone(&written);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                exchange(connection, pieces(), &ask, &counter);
                // The test may be over.
                let _ = close.send(Instant::now());
            }
        });
        Self { url, asked, closed, written }
    }

    /// Waits until a request has come.
    pub fn asked(&self) {
        self.asked.recv_timeout(LIMIT).expect("a request");
    }

    /// When the other side closed the connection.
    pub fn closed(&self) -> Instant {
        self.closed.recv_timeout(LIMIT).expect("the connection is closed")
    }

    /// How many bytes the socket has taken so far.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }
}

fn exchange(
    mut connection: TcpStream,
    pieces: impl IntoIterator<Item = Vec<u8>>,
    asked: &Sender<()>,
    written: &AtomicU64,
) {
    if server::read(&mut connection).is_err() {
        return;
    }
    let _ = asked.send(());
    for piece in pieces {
        let mut rest = piece.as_slice();
        while !rest.is_empty() {
            match connection.write(rest) {
                Ok(count) => {
                    written.fetch_add(count as u64, Ordering::Relaxed);
                    rest = &rest[count..];
                }
                Err(_) => return,
            }
        }
    }
    // Nothing more is sent: whatever ends the wait is the end of the connection.
    let _ = connection.read(&mut [0; 64]);
}

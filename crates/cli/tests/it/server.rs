//! A server on loopback that answers one request a connection and keeps what it was asked.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// One request, as it was on the wire.
#[derive(Debug, Clone)]
pub struct Seen {
    /// `POST /model/x/converse-stream HTTP/1.1`
    pub line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// What the server writes: pieces, each after a pause.
pub type Pieces = Vec<(Duration, Vec<u8>)>;

/// Lives as long as the test process.
pub struct Server {
    pub url: String,
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers with the bytes of a whole response, then closes the connection.
    pub fn answering(response: impl Into<Vec<u8>>) -> Self {
        Self::answering_in_pieces(vec![(Duration::ZERO, response.into())])
    }

    pub fn answering_in_pieces(pieces: Pieces) -> Self {
        Self::answering_each(move |_| pieces.clone())
    }

    /// Answers with what `answer` makes of each request, then closes the connection.
    pub fn answering_each(answer: impl Fn(&Seen) -> Pieces + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::default();
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A client that goes away early is a test's matter, not the server's.
                let _ = exchange(connection, &answer, &kept);
            }
        });
        Self { url: format!("http://127.0.0.1:{port}"), port, seen }
    }

    /// What came so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic in the server").clone()
    }

    /// The one request that came.
    #[track_caller]
    pub fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.into_iter().next().expect("one")
    }
}

fn exchange(
    mut connection: TcpStream,
    answer: &dyn Fn(&Seen) -> Pieces,
    seen: &Mutex<Vec<Seen>>,
) -> io::Result<()> {
    connection.set_read_timeout(Some(Duration::from_secs(20)))?;
    let request = read(&mut connection)?;
    let pieces = answer(&request);
    seen.lock().expect("no panic").push(request);
    for (pause, bytes) in pieces {
        std::thread::sleep(pause);
        connection.write_all(&bytes)?;
    }
    Ok(())
}

pub(super) fn read(connection: &mut TcpStream) -> io::Result<Seen> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let mut more = |bytes: &mut Vec<u8>| match connection.read(&mut chunk)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        length => {
            bytes.extend_from_slice(&chunk[..length]);
            io::Result::Ok(())
        }
    };
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        more(&mut bytes)?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut request = Seen { line, headers, body: Vec::new() };
    let length: usize = request.header("content-length").parse().unwrap_or(0);
    while bytes.len() < end + length {
        more(&mut bytes)?;
    }
    request.body = bytes[end..].to_vec();
    Ok(request)
}

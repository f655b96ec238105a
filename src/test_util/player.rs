//! The steps of a script, played on one connection.

use std::io;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;

use super::connection::{Connection, Socket};
use super::requests::RequestDecoder;
use super::seen::Seen;
use super::step::Step;

/// Plays steps on one connection. An error means that the client has gone, which it may, or sent no request.
pub(super) struct Player<'a> {
    connection: Box<dyn Connection>,
    socket: &'a Socket,
    decoder: RequestDecoder,
    seen: &'a Seen,
}

impl<'a> Player<'a> {
    pub(super) fn new(connection: Box<dyn Connection>, socket: &'a Socket, seen: &'a Seen) -> Self {
        Self { connection, socket, decoder: RequestDecoder::new(), seen }
    }

    /// The next request and its number among all of the server's; `None` when the client closes before one begins.
    pub(super) fn read_request(&mut self) -> io::Result<Option<(usize, Request<Bytes>)>> {
        let mut buffer = [0; 16 * 1024];
        loop {
            let request = self.decoder.next_request();
            if let Some(request) =
                request.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?
            {
                let number = self.seen.change(|state| {
                    let number = state.taken.saturating_add(state.requests.len());
                    state.requests.push(request.clone());
                    number
                });
                return Ok(Some((number, request)));
            }
            match self.connection.read(&mut buffer)? {
                0 if self.decoder.is_empty() => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => self.decoder.push(buffer.get(..length).unwrap_or_default()),
            }
        }
    }

    /// Plays one step, and returns whether more may follow.
    pub(super) fn play(&mut self, step: Step) -> io::Result<ControlFlow<()>> {
        let goes_on = match step {
            Step::ReadRequest => self.read_request()?.is_some(),
            Step::ReadSome => self.connection.read(&mut [0; 1024])? > 0,
            Step::Send(bytes) => self.send(&bytes)?,
            Step::Repeat(bytes, times) => {
                for _ in 0..times {
                    self.send(&bytes)?;
                }
                true
            }
            Step::SendEach { bytes, chunk, delay } => self.drip(&bytes, chunk, delay)?,
            Step::Sleep(duration) => self.seen.sleep(duration),
            Step::WaitForTest => self.seen.take_pass(),
            Step::Hang => {
                while matches!(self.connection.read(&mut [0; 1024]), Ok(1..)) {}
                self.hung_up();
                false
            }
            Step::Close => {
                self.connection.close()?;
                false
            }
            Step::Reset => {
                socket2::SockRef::from(&*self.socket.0).set_linger(Some(Duration::ZERO))?;
                false
            }
        };
        Ok(if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }

    /// Ends the connection in order.
    pub(super) fn close(mut self) -> io::Result<()> {
        self.connection.close()
    }

    fn drip(&mut self, bytes: &[u8], chunk: usize, delay: Duration) -> io::Result<bool> {
        for piece in bytes.chunks(chunk.max(1)) {
            if !delay.is_zero() && !self.seen.sleep(delay) {
                return Ok(false);
            }
            self.send(piece)?;
        }
        Ok(true)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.connection.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(length) => {
                    self.seen.add_sent(length);
                    rest = rest.get(length..).unwrap_or_default();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.hung_up();
                    return Err(error);
                }
            }
        }
        self.connection.flush()?;
        Ok(true)
    }

    fn hung_up(&self) {
        let now = Instant::now();
        self.seen.change(|state| state.hung_up.push_back(now));
    }
}

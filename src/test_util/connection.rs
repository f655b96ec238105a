//! What a server reads from and writes to.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

/// What a server reads from and writes to: a socket, or TLS over one.
pub trait Connection: Read + Write + Send {
    /// Ends the connection in order. Nothing is written after this.
    ///
    /// # Errors
    ///
    /// Those of the socket.
    fn close(&mut self) -> io::Result<()>;
}

/// A plain connection. The server keeps a handle of its own, to end it when the server goes.
#[derive(Clone, Debug)]
pub struct Socket(pub(super) Arc<TcpStream>);

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

impl Connection for Socket {
    fn close(&mut self) -> io::Result<()> {
        self.0.shutdown(Shutdown::Write)
    }
}

//! The steps of a script.

use std::time::Duration;

/// One step of a script.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Step {
    /// Reads a request: its head, and as many bytes as its `content-length` says.
    ReadRequest,
    /// Reads until any data has arrived, and drops it.
    ReadSome,
    /// Sends bytes, in a packet of their own if they fit.
    Send(Vec<u8>),
    /// Sends the same bytes this many times; [`usize::MAX`] times means until the client closes.
    Repeat(Vec<u8>, usize),
    /// Sends in pieces of `chunk` bytes, with a pause before each.
    SendEach {
        /// All of them.
        bytes: Vec<u8>,
        /// How many go out at once.
        chunk: usize,
        /// The pause.
        delay: Duration,
    },
    /// Waits.
    Sleep(Duration),
    /// Waits until the test calls [`Server::go_on`](super::Server::go_on).
    WaitForTest,
    /// Sends nothing more, and reads until the client closes; [`Server::hung_up`](super::Server::hung_up) reports it.
    Hang,
    /// Ends the connection in order.
    Close,
    /// Breaks the connection off. What was sent just before may be lost with it: sleep first.
    Reset,
}

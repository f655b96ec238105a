//! A scripted server on loopback, and the requests, responses and events to script it with.
//!
//! Unstable: the feature `test-util` is for the tests, the benchmarks and `bedrill demo`. The crate's stability promise
//! does not cover it yet.
//!
//! - [`Server`] answers over real sockets with the bytes, the pauses and the faults that its script asks for. Its threads
//!   are its own, so that it serves programs of any runtime and of none.
//! - [`requests`] reads requests, [`responses`] and [`events`] write answers. They do no I/O: a server that has to
//!   handle thousands of streams uses these with its own sockets.
//!
//! A test fails by panicking, and so the constructors and waits of [`Server`] panic; each has a `# Panics` section.
//! [`Server::listen`] and everything it does on requests never panic, whatever they contain.
//!
//! ```
//! use bedrill::test_util::{Server, Step, events, responses};
//! use std::io::{Read as _, Write as _};
//!
//! let server = Server::sending(responses::stream(&events::answer(&["Blue."])));
//! let mut client = std::net::TcpStream::connect(server.authority())?;
//! client.write_all(b"POST /model/x/converse-stream HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}")?;
//! let mut status = [0; 15];
//! client.read_exact(&mut status)?;
//! assert_eq!(&status, b"HTTP/1.1 200 OK");
//! assert_eq!(server.request().uri(), "/model/x/converse-stream");
//! # Ok::<(), std::io::Error>(())
//! ```

mod connection;
pub mod events;
mod player;
pub mod requests;
pub mod responses;
mod seen;
mod server;
mod step;
#[cfg(test)]
mod tests;

pub use connection::{Connection, Socket};
pub use server::{Server, refused};
pub use step::Step;

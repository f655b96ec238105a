//! One connection, driven by its user: the call until the head of the answer arrives, then its body.
//!
//! hyper separates a connection from the requests on it, and most clients give each connection a task. Then every chunk
//! of an answer goes through two turns of the scheduler. Here the reader polls the connection itself: nothing runs
//! behind it, and dropping it closes the socket. Between two requests only the socket is kept, without hyper's buffers.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::rt::{Read, ReadBuf, Write};

use super::Whole;
use super::pool::{Origin, Pool};

/// What a connection reads at once, in bytes, and the longest head of a response: what proxies allow by default, too.
/// Left to itself hyper doubles it whenever a read fills it: a thousand streams then hold tens of megabytes because
/// of a few bursts. A little less than 8 KiB: with an allocator's overhead, 8 KiB would reach into a third page.
const READ_BUFFER: usize = 8 * 1024 - 64;

/// A socket, with or without TLS.
pub(super) type Socket = Box<dyn Io>;

pub(super) trait Io: Read + Write + Send + Unpin {}

impl<T: Read + Write + Send + Unpin> Io for T {}

/// Whether an unused socket is still silent: neither closed, nor with unsolicited bytes.
pub(super) fn is_silent(socket: &mut Socket) -> bool {
    let mut byte = [0];
    let mut read = ReadBuf::new(&mut byte);
    Pin::new(socket).poll_read(&mut Context::from_waker(Waker::noop()), read.unfilled()).is_pending()
}

/// A socket with HTTP/1.1 on it, for one request and its answer.
pub(super) struct Connection {
    requests: http1::SendRequest<Whole>,
    driver: http1::Connection<Socket, Whole>,
}

/// A failed request, with the request itself when nothing of it has been sent.
pub(super) struct SendError {
    pub(super) error: hyper::Error,
    pub(super) unsent: Option<Box<Request<Whole>>>,
}

impl Connection {
    /// Sends `request` over an unused `socket` and waits for the head of its answer. The connection may end
    /// with it.
    pub(super) async fn send(
        socket: Socket,
        request: Box<Request<Whole>>,
    ) -> Result<(Response<Incoming>, Option<Self>), SendError> {
        let (mut requests, driver) =
            match http1::Builder::new().read_buf_exact_size(Some(READ_BUFFER)).handshake(socket).await {
                Ok(halves) => halves,
                Err(error) => return Err(SendError { error, unsent: Some(request) }),
            };
        let mut answer = pin!(requests.try_send_request(*request));
        let mut connection = Some(Self { requests, driver });
        let outcome = poll_fn(|context| {
            drive(&mut connection, context);
            // The answer comes out of the connection, so only the connection has to wake this task.
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        })
        .await;
        match outcome {
            Ok(head) => Ok((head, connection)),
            Err(mut error) => {
                Err(SendError { unsent: error.take_message().map(Box::new), error: error.into_error() })
            }
        }
    }

    /// The socket, when the answer has been read and the server will accept another request.
    fn into_socket(self) -> Option<Socket> {
        let at_rest = self.requests.is_ready();
        let http1::Parts { io, read_buf, .. } = self.driver.into_parts();
        (at_rest && read_buf.is_empty()).then_some(io)
    }
}

/// Drives `connection` as far as it can go now, and drops it at its end.
fn drive(connection: &mut Option<Connection>, context: &mut Context<'_>) {
    if let Some(open) = connection
        && Pin::new(&mut open.driver).poll(context).is_ready()
    {
        *connection = None;
    }
}

/// The body of an answer, and the connection that it comes from.
pub(super) struct Answer {
    body: Incoming,
    connection: Option<Connection>,
    origin: Origin,
    pool: Pool,
}

impl Answer {
    pub(super) fn new(body: Incoming, connection: Option<Connection>, origin: Origin, pool: Pool) -> Self {
        Self { body, connection, origin, pool }
    }

    /// What is available after `context` has driven the connection. The body has no waker: only the connection fills
    /// it.
    fn poll_driven(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        drive(&mut self.connection, context);
        Pin::new(&mut self.body).poll_frame(&mut Context::from_waker(Waker::noop()))
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        // The connection keeps the last waker, to notify it when a chunk has been taken. While there are chunks that
        // must not be this task's: it would be woken for each chunk that it takes itself.
        let mut frame = self.poll_driven(&mut Context::from_waker(Waker::noop()));
        if frame.is_pending() {
            frame = self.poll_driven(context);
        }
        if let Poll::Ready(None) = frame
            && let Some(socket) = self.connection.take().and_then(Connection::into_socket)
        {
            self.pool.put(self.origin.clone(), socket);
        }
        frame
    }
}

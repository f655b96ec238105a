//! A custom transport, and the client over it: no network, no TLS and no async runtime.
//!
//! ```console
//! cargo run --no-default-features --features client --example custom_transport
//! ```
//!
//! A test double, a recorder, a tunnel, an HTTP client that a program has anyway: each is an implementation of
//! `Transport`. This one answers every request with the same frames, from a thread of its own, and a layer around it
//! logs what passes.

use std::error::Error;
use std::io::{self, Write as _};
use std::pin::{Pin, pin};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use bedrill::auth::Auth;
use bedrill::credentials::Credentials;
use bedrill::eventstream::{EncodeError, Frame, HeaderValue};
use bedrill::machine::StaticMachine;
use bedrill::operation::EVENT_STREAM;
use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bedrill::{Client, ConverseRequest};
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderValue as HttpValue, Request, Response, header};

type Answer = Result<Response<Body>, TransportError>;

fn main() -> Result<(), Box<dyn Error>> {
    let canned = Canned { frames: frames()? };
    let client = Client::builder()
        .region("eu-central-1")
        .auth(Auth::SigV4(Credentials::new("AKIAIOSFODNN7EXAMPLE", "an-example-secret")))
        .machine(StaticMachine::new()) // a machine without variables and files
        .transport(canned)
        .wrap_transport(|inner| Logged { inner })
        .build()?;

    block_on(async {
        let request = ConverseRequest::new("eu.amazon.nova-lite-v1:0").message("Say hello.");
        let mut stream = client.converse_stream(&request).await?;
        while let Some(event) = stream.next().await {
            if let Some(text) = event?.as_text() {
                write!(io::stdout(), "{text}")?;
            }
        }
        Ok(writeln!(io::stdout())?)
    })
}

/// Answers every request with the same frames.
struct Canned {
    frames: Vec<Frame>,
}

impl Transport for Canned {
    fn send(&self, _request: Request<Bytes>) -> BoxFuture<'_, Answer> {
        let (sender, receiver) = mpsc::channel();
        let waker = Arc::new(Mutex::new(None::<Waker>));
        let (frames, reader) = (self.frames.clone(), Arc::clone(&waker));
        thread::spawn(move || {
            for frame in frames {
                thread::sleep(Duration::from_millis(50));
                if sender.send(Bytes::copy_from_slice(frame.as_bytes())).is_err() {
                    return; // the body was dropped, so nobody reads on
                }
                wake(&reader);
            }
            drop(sender); // the end of the body
            wake(&reader);
        });
        let mut response = Response::new(Body::from_stream(Frames { receiver: Mutex::new(receiver), waker }));
        response.headers_mut().insert(header::CONTENT_TYPE, HttpValue::from_static(EVENT_STREAM));
        Box::pin(std::future::ready(Ok(response)))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // One task runs on this thread, so blocking it delays nobody else.
        Box::pin(async move { thread::sleep(duration) })
    }
}

/// The body: what the thread sends, until it hangs up.
struct Frames {
    receiver: Mutex<Receiver<Bytes>>,
    waker: Arc<Mutex<Option<Waker>>>,
}

impl Stream for Frames {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // The waker first, or a frame that comes in between would wake nobody.
        *lock(&self.waker) = Some(context.waker().clone());
        match lock(&self.receiver).try_recv() {
            Ok(bytes) => Poll::Ready(Some(Ok(bytes))),
            Err(TryRecvError::Empty) => Poll::Pending,
            Err(TryRecvError::Disconnected) => Poll::Ready(None),
        }
    }
}

/// Logs to stderr what is sent and what comes back. The headers that authorize a request are marked as sensitive and
/// do not show.
struct Logged {
    inner: Arc<dyn Transport>,
}

impl Transport for Logged {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Answer> {
        let _ = writeln!(io::stderr(), "{} {} {:#?}", request.method(), request.uri(), request.headers());
        Box::pin(async move {
            let response = self.inner.send(request).await?;
            let _ = writeln!(io::stderr(), "{}", response.status());
            Ok(response)
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.inner.sleep(duration)
    }
}

/// A short answer, as the service would frame it.
fn frames() -> Result<Vec<Frame>, EncodeError> {
    let frame = |event_type: &str, payload: &str| {
        Frame::builder()
            .header(":message-type", HeaderValue::String("event"))
            .header(":event-type", HeaderValue::String(event_type))
            .header(":content-type", HeaderValue::String("application/json"))
            .payload(payload.as_bytes())
            .build()
    };
    [
        ("messageStart", r#"{"role":"assistant"}"#),
        ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hello "}}"#),
        ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"from a thread."}}"#),
        ("contentBlockStop", r#"{"contentBlockIndex":0}"#),
        ("messageStop", r#"{"stopReason":"end_turn"}"#),
    ]
    .into_iter()
    .map(|(event_type, payload)| frame(event_type, payload))
    .collect()
}

/// The smallest runtime: polls, and parks the thread until it is woken.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

fn wake(reader: &Mutex<Option<Waker>>) {
    if let Some(waker) = lock(reader).take() {
        waker.wake();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

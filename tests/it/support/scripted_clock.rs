//! A transport that answers from a script, on a clock of its own: hours pass in no time.
//!
//! The clock stands still while anything can be done, and jumps to the next timer when nothing can: [`Script::run`]
//! drives a future that way.

use std::collections::{BTreeSet, VecDeque};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bedrill::auth::Auth;
use bedrill::client::RetryPolicy;
use bedrill::credentials::Credentials;
use bedrill::machine::{StaticMachine, TimeSource};
use bedrill::test_util::events::{start, stop, text};
use bedrill::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use bedrill::{Client, ClientBuilder};
use bytes::Bytes;

/// Sun, 22 Nov 2026 12:00:00 GMT: when every script begins.
pub const NOON: u64 = 1_795_348_800;

/// A clock that moves when it is told to. Clones are the same clock.
#[derive(Clone, Default)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Default)]
struct Time {
    elapsed: Duration,
    timers: BTreeSet<(Duration, u64)>,
    next_id: u64,
}

impl Clock {
    /// How long it has been running, since noon.
    pub fn elapsed(&self) -> Duration {
        self.time().elapsed
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        self.time().elapsed += time;
    }

    /// Sets it to this long after noon, which may be in the past.
    pub fn set(&self, elapsed: Duration) {
        self.time().elapsed = elapsed;
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().expect("no panic")
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let mut time = self.time();
        let id = time.next_id;
        time.next_id += 1;
        Sleep { clock: self.clone(), at: time.elapsed.saturating_add(duration), id }
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOON) + self.elapsed()
    }
}

/// A timer on the scripted clock.
struct Sleep {
    clock: Clock,
    at: Duration,
    id: u64,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let mut time = self.clock.time();
        if time.elapsed >= self.at {
            time.timers.remove(&(self.at, self.id));
            Poll::Ready(())
        } else {
            time.timers.insert((self.at, self.id));
            Poll::Pending
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.time().timers.remove(&(self.at, self.id));
    }
}

/// A step of a body.
#[derive(Clone)]
pub enum Step {
    /// Nothing arrives for this long.
    Wait(Duration),
    /// These bytes arrive.
    Send(Vec<u8>),
    /// The connection breaks.
    Break,
    /// Nothing more arrives.
    Hang,
}

/// One answer of the script.
#[derive(Clone)]
pub struct Reply {
    after: Duration,
    failure: Option<TransportErrorKind>,
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<Step>,
}

impl Reply {
    /// A stream that begins with these frames.
    pub fn stream(frames: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self {
            after: Duration::ZERO,
            failure: None,
            status: 200,
            headers: vec![("content-type", "application/vnd.amazon.eventstream")],
            body: frames.into_iter().map(Step::Send).collect(),
        }
    }

    /// The whole answer, "Hello".
    pub fn hello() -> Self {
        Self::stream([start(), text("Hel"), text("lo"), stop("end_turn")])
    }

    /// A JSON document.
    pub fn json(status: u16, body: &'static str) -> Self {
        let headers = vec![("content-type", "application/json")];
        Self { status, headers, body: vec![Step::Send(body.into())], ..Self::stream([]) }
    }

    /// An error of the service.
    pub fn error(status: u16, code: &'static str) -> Self {
        let reply = Self::json(status, r#"{"message":"said the service"}"#);
        if code.is_empty() { reply } else { reply.header("x-amzn-errortype", code) }
    }

    /// No response: the connection fails.
    pub fn failure(kind: TransportErrorKind) -> Self {
        Self { failure: Some(kind), ..Self::stream([]) }
    }

    /// No response, forever.
    pub fn silence() -> Self {
        Self::stream([]).after(Duration::MAX)
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The head arrives after this long.
    pub fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }

    pub fn then(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.body.extend(steps);
        self
    }
}

/// A request that was sent, and when.
#[derive(Clone)]
pub struct Sent {
    pub at: Duration,
    pub request: http::Request<Bytes>,
}

impl Sent {
    pub fn header(&self, name: &str) -> &str {
        self.request.headers().get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

/// The transport. Clones share script and clock.
#[derive(Clone)]
pub struct Script {
    clock: Clock,
    state: Arc<Mutex<(VecDeque<Reply>, Vec<Sent>)>>,
}

impl Script {
    /// Answers with `replies`, one for each request, and with nothing after them.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let state = Arc::new(Mutex::new((replies.into_iter().collect(), Vec::new())));
        Self { clock: Clock::default(), state }
    }

    /// The clock of the script.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// How long the script has been running.
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Lets time pass in which the program under test does something else.
    pub fn pass(&self, time: Duration) {
        self.clock.pass(time);
    }

    /// Drives `work` to its end.
    ///
    /// # Panics
    ///
    /// When it waits for something that will never come.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
                return done;
            }
            let mut time = self.clock.time();
            let (at, _) = time.timers.first().copied().expect("nothing will ever come");
            time.elapsed = time.elapsed.max(at);
        }
    }

    /// A client over this transport that waits as long as its policy ever waits.
    pub fn client(&self) -> ClientBuilder {
        let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG");
        Client::builder()
            .machine(Arc::new(StaticMachine::new()))
            .auth(Auth::SigV4(credentials))
            .retry(RetryPolicy::standard().with_random(|| 1.0))
            .clock(self.clock())
            .transport(Arc::new(self.clone()))
    }

    /// The requests so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.state.lock().expect("no panic").1.clone()
    }

    /// When the requests were sent, in milliseconds.
    pub fn times(&self) -> Vec<u64> {
        self.sent().iter().map(|sent| u64::try_from(sent.at.as_millis()).expect("no eternity")).collect()
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut script = self.state.lock().expect("no panic");
        script.1.push(Sent { at: self.clock.elapsed(), request });
        let reply = script.0.pop_front();
        let clock = self.clock.clone();
        Box::pin(async move {
            let Some(reply) = reply else {
                return Err(TransportError::new(TransportErrorKind::Other, "the script is at its end"));
            };
            clock.sleep(reply.after).await;
            if let Some(kind) = reply.failure {
                return Err(TransportError::new(kind, "so says the script"));
            }
            let mut response = http::Response::builder().status(reply.status);
            for (name, value) in reply.headers {
                response = response.header(name, value);
            }
            let body = Body::from_stream(Steps { clock, rest: reply.body.into(), waiting: None });
            Ok(response.body(body).expect("a response"))
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.clock.sleep(duration))
    }

    fn now(&self) -> Duration {
        self.clock.elapsed()
    }
}

struct Steps {
    clock: Clock,
    rest: VecDeque<Step>,
    waiting: Option<Sleep>,
}

impl futures_core::Stream for Steps {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(sleep) = &mut self.waiting {
                std::task::ready!(Pin::new(sleep).poll(context));
                self.waiting = None;
            }
            match self.rest.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(bytes.into()))),
                Some(Step::Wait(time)) => self.waiting = Some(self.clock.sleep(time)),
                Some(Step::Hang) => self.waiting = Some(self.clock.sleep(Duration::MAX)),
                Some(Step::Break) => {
                    let error = TransportError::new(TransportErrorKind::Broken, "so says the script");
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

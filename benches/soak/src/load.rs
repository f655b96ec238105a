//! The streams: as many tasks, each of which reads one stream after the other and holds it against its plan.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bedrill::auth::Auth;
use bedrill::client::{RetryPolicy, StreamEnd, Timeouts};
use bedrill::converse::ConverseStreamEvent;
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::{Client, ConverseRequest, Error};
use tokio::task::JoinHandle;

use crate::plan::{Fault, IDLE, Plan};

/// The streams begin one after the other.
const APART: Duration = Duration::from_millis(2);

/// How many complaints are printed.
const SHOWN: u64 = 10;

/// All streams while they run.
pub struct Load {
    tasks: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    until: Instant,
    next: AtomicUsize,
    open: AtomicUsize,
    tally: Mutex<Tally>,
}

/// The outcomes of the streams that have ended.
#[derive(Clone, Default)]
pub struct Tally {
    streams: u64,
    faulted: u64,
    events: u64,
    lost: u64,
    /// Streams with an event that does not belong there, or with another end than they were to have.
    wrong: u64,
    pub most_at_once: usize,
}

impl Tally {
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.wrong == 0 && self.streams > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { streams, faulted, events, lost, wrong, .. } = self;
        write!(
            f,
            "{streams} streams, {faulted} with a fault; {events} text deltas, {lost} lost; {wrong} streams that went wrong"
        )
    }
}

impl Load {
    /// Begins; for `duration`, a stream that ends is followed by another.
    pub fn start(url: &str, duration: Duration, streams: usize) -> Result<Self, Error> {
        let client = Client::builder()
            .machine(StaticMachine::new())
            .region("us-east-1")
            .endpoint_url(url)
            .auth(Auth::SigV4(Credentials::new("AKIDEXAMPLE", "not-a-secret")))
            // Retrying a stream would hide that it failed.
            .retry(RetryPolicy::none())
            .timeouts(Timeouts::new().with_connect(Duration::from_secs(30)).with_idle(IDLE))
            .build()?;
        let shared = Arc::new(Shared {
            client,
            until: Instant::now() + duration,
            next: AtomicUsize::default(),
            open: AtomicUsize::default(),
            tally: Mutex::default(),
        });
        let task = |number: usize| {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                tokio::time::sleep(APART * u32::try_from(number).unwrap_or(u32::MAX)).await;
                while Instant::now() < shared.until {
                    shared.one().await;
                }
            })
        };
        Ok(Self { tasks: (0..streams).map(task).collect(), shared })
    }

    pub fn is_over(&self) -> bool {
        self.tasks.iter().all(JoinHandle::is_finished)
    }

    /// Waits for all streams, closes the client, and returns their outcomes.
    pub async fn end(self) -> Tally {
        for task in self.tasks {
            if let Err(error) = task.await {
                self.shared.complain(&format!("a task ended: {error}"));
            }
        }
        self.shared.tally().clone()
    }
}

impl Shared {
    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().expect("no panic in a task")
    }

    fn complain(&self, problem: &str) {
        let mut tally = self.tally();
        tally.wrong += 1;
        if tally.wrong <= SHOWN {
            eprintln!("soak: {problem}");
        }
    }

    /// One stream from its request to its end.
    async fn one(&self) {
        let plan = Plan::of(self.next.fetch_add(1, Ordering::Relaxed));
        let mut received = 0;
        let outcome = self.read(&plan, &mut received).await;
        {
            let mut tally = self.tally();
            tally.streams += 1;
            tally.faulted += u64::from(plan.fault != Fault::None);
            tally.events += received as u64;
            tally.lost += plan.at.saturating_sub(received) as u64;
        }
        let is_as_planned = match &outcome {
            Ok(whole) => *whole && plan.fault == Fault::None,
            Err(Problem::End(error)) => matches!(
                (plan.fault, error.stream_end()),
                (Fault::Reset, Some(StreamEnd::Reset))
                    | (Fault::Cut, Some(StreamEnd::Truncated { .. }))
                    | (Fault::Incomplete, Some(StreamEnd::Incomplete))
                    | (Fault::Corrupt, Some(StreamEnd::Corrupt))
                    | (Fault::Stall, Some(StreamEnd::Idle))
            ),
            Err(Problem::Event(_)) => false,
        };
        if !is_as_planned || received != plan.at {
            self.complain(&format!("{plan:?} had {received} deltas and ended with {outcome:?}"));
        }
    }

    /// Reads a stream, counts its text deltas, and returns whether `messageStop` and `metadata` arrived.
    async fn read(&self, plan: &Plan, received: &mut usize) -> Result<bool, Problem> {
        let request = ConverseRequest::new(plan.model_id()).message("go on");
        // Boxed, so that the memory of the call is freed when the answer begins.
        let mut stream = Box::pin(self.client.converse_stream(&request)).await.map_err(Problem::End)?;
        let _open = Open::count(self);
        let (mut stopped, mut measured) = (false, false);
        while let Some(event) = stream.next().await {
            let event = event.map_err(Problem::End)?;
            if let Some(text) = event.as_text() {
                if text != plan.text(*received) {
                    return Err(Problem::Event(text.to_owned()));
                }
                *received += 1;
            }
            stopped |= matches!(event, ConverseStreamEvent::MessageStop(_));
            measured |= matches!(event, ConverseStreamEvent::Metadata(_));
        }
        Ok(stopped && measured)
    }
}

/// Why a stream ended early.
#[derive(Debug)]
enum Problem {
    /// It says so itself.
    End(#[allow(dead_code)] Error), // printed
    /// A delta differs from the one expected at its number.
    Event(#[allow(dead_code)] String), // printed
}

/// A stream that is open until this is dropped.
struct Open<'a>(&'a AtomicUsize);

impl<'a> Open<'a> {
    fn count(shared: &'a Shared) -> Self {
        let now = shared.open.fetch_add(1, Ordering::Relaxed) + 1;
        let mut tally = shared.tally();
        tally.most_at_once = tally.most_at_once.max(now);
        Self(&shared.open)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

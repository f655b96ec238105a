//! The cache among many callers: one request for all, nobody blocked by a caller that leaves, and files that recover.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bedrill::auth::{Answer, Auth, AuthError, Cache, Chain, Context, Found, Resolved, Reuse, Source};
use bedrill::credentials::Credentials;
use bedrill::machine::{Machine as _, StaticMachine, TimeSource};
use bedrill::transport::BoxFuture;
use bedrill::{Client, ConverseRequest};

use super::key_id;
use crate::support::replies::{Replies, Reply, run};
use crate::support::scripted_clock::{Clock, NOON};

type Script = Arc<Mutex<Vec<Result<Found, AuthError>>>>;

/// Returns answers from a list, each once it is released, and counts how often it was asked.
#[derive(Clone)]
struct Scripted {
    script: Script,
    asked: Arc<AtomicUsize>,
    gate: tokio::sync::watch::Receiver<bool>,
}

impl Source for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn load<'a>(&'a self, _: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut gate = self.gate.clone();
        Box::pin(async move {
            gate.wait_for(|open| *open).await.expect("the test still runs");
            let mut script = self.script.lock().expect("no panic");
            let next = if script.len() > 1 { script.remove(0) } else { script[0].clone() };
            next.map(Answer::from)
        })
    }
}

struct Setup {
    cache: Arc<Cache>,
    asked: Arc<AtomicUsize>,
    gate: tokio::sync::watch::Sender<bool>,
    host: StaticMachine,
}

fn setup(open: bool, clock: impl TimeSource + 'static, script: Vec<Result<Found, AuthError>>) -> Setup {
    let (gate, receiver) = tokio::sync::watch::channel(open);
    let asked = Arc::new(AtomicUsize::new(0));
    let source = Scripted { script: Arc::new(Mutex::new(script)), asked: Arc::clone(&asked), gate: receiver };
    let host = StaticMachine::new();
    let chain =
        Chain::builder().machine(Arc::new(host.clone())).source(Box::new(source)).clock(clock).build();
    Setup { cache: Arc::new(Cache::new(chain)), asked, gate, host }
}

fn keys(id: &str, minutes: u64) -> Found {
    let expiration = START + Duration::from_secs(minutes * 60);
    let keys = Credentials::new(id, "canary").with_expiration(UNIX_EPOCH + expiration);
    Found::new(Auth::SigV4(keys), "script")
}

const START: Duration = Duration::from_secs(NOON);
const MINUTE: Duration = Duration::from_secs(60);

fn start() -> SystemTime {
    UNIX_EPOCH + START
}

fn broken() -> Result<Found, AuthError> {
    Err(AuthError::new("scripted", "the source is out of order"))
}

fn id(result: Result<Resolved, AuthError>) -> String {
    key_id(result.expect("credentials").auth()).to_owned()
}

#[test]
fn a_thousand_callers_ask_once() {
    let setup = setup(false, start, vec![Ok(keys("ONE", 60))]);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let tasks: Vec<_> = (0..1000)
            .map(|_| {
                let cache = Arc::clone(&setup.cache);
                tokio::spawn(async move { cache.load().await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        setup.gate.send(true).expect("the source waits");
        for task in tasks {
            assert_eq!(id(task.await.expect("no panic")), "ONE");
        }
    });
    assert_eq!(setup.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_thousand_callers_share_a_failure_and_credentials_that_are_not_kept() {
    let lasting = Found::new(Auth::SigV4(Credentials::new("STATIC", "canary")), "script");
    for answer in [broken(), Ok(lasting)] {
        let setup = setup(false, start, vec![answer.clone()]);
        run(async {
            let mut all: Vec<_> = (0..1000).map(|_| Box::pin(setup.cache.load())).collect();
            for one in &mut all {
                assert!(poll(one.as_mut()).is_pending());
            }
            setup.gate.send(true).expect("the source waits");
            for one in all {
                assert_eq!(one.await.is_ok(), answer.is_ok());
            }
        });
        assert_eq!(setup.asked.load(Ordering::SeqCst), 1);
    }
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut TaskContext::from_waker(Waker::noop()))
}

#[test]
fn a_caller_that_leaves_neither_fails_nor_blocks_the_others() {
    let setup = setup(false, start, vec![Ok(keys("ONE", 60))]);
    run(async {
        let mut first = Box::pin(setup.cache.load());
        let mut others: Vec<_> = (0..10).map(|_| Box::pin(setup.cache.load())).collect();
        assert!(poll(first.as_mut()).is_pending());
        for other in &mut others {
            assert!(poll(other.as_mut()).is_pending());
        }
        drop(first);
        // Another one leaves too, after it has polled.
        assert!(poll(others[0].as_mut()).is_pending());
        drop(others.remove(0));
        setup.gate.send(true).expect("the source waits");
        for other in others {
            assert_eq!(id(other.await), "ONE");
        }
    });
    assert_eq!(setup.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn in_the_advisory_window_one_asks_and_the_others_are_served_at_once() {
    let clock = Clock::default();
    let setup = setup(true, clock.clone(), vec![Ok(keys("OLD", 60)), Ok(keys("NEW", 120))]);
    run(async {
        assert_eq!(id(setup.cache.load().await), "OLD");
        clock.set(50 * MINUTE);
        setup.gate.send(false).expect("the source is there");
        let mut renewing = pin!(setup.cache.load());
        assert!(poll(renewing.as_mut()).is_pending());
        for _ in 0..10 {
            assert_eq!(id(setup.cache.load().await), "OLD");
        }
        setup.gate.send(true).expect("the source waits");
        assert_eq!(id(renewing.await), "NEW");
        assert_eq!(id(setup.cache.load().await), "NEW");
    });
    assert_eq!(setup.asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_failed_renewal_serves_the_old_keys_with_a_warning() {
    let clock = Clock::default();
    let setup = setup(true, clock.clone(), vec![Ok(keys("OLD", 60)), broken(), Ok(keys("NEW", 240))]);
    run(async {
        setup.cache.load().await.expect("credentials");
        clock.set(61 * MINUTE);
        let served = setup.cache.load().await.expect("the old keys");
        assert!(served.warnings()[0].contains("out of order"), "{:?}", served.warnings());
        for _ in 0..100 {
            assert_eq!(id(setup.cache.load().await), "OLD");
        }
        assert_eq!(setup.asked.load(Ordering::SeqCst), 2);
        clock.set(72 * MINUTE);
        assert_eq!(id(setup.cache.load().await), "NEW");
    });
}

#[test]
fn a_changed_file_is_seen_at_the_next_load() {
    let file =
        |found: Found, host: &StaticMachine| found.with_file("/token", host.modified("/token".as_ref()));
    let setup = setup(true, start, vec![Ok(keys("OLD", 60).with_file("/token", None)), Ok(keys("NEW", 60))]);
    run(async {
        assert_eq!(id(setup.cache.load().await), "OLD");
        assert_eq!(id(setup.cache.load().await), "OLD");
        setup.host.write_private("/token".as_ref(), b"another login").expect("written");
        assert_eq!(id(setup.cache.load().await), "NEW");
    });
    assert_eq!(file(keys("A", 1), &setup.host).files().len(), 1);
    assert_eq!(setup.asked.load(Ordering::SeqCst), 2);
}

#[test]
fn keys_of_a_process_without_expiration_are_kept() {
    let lasting = Found::new(Auth::SigV4(Credentials::new("LASTING", "canary")), "script");
    let kept = setup(true, start, vec![Ok(lasting.clone().with_reuse(Reuse::Exact))]);
    let asked_for = setup(true, start, vec![Ok(lasting)]);
    run(async {
        for _ in 0..10 {
            assert_eq!(id(kept.cache.load().await), "LASTING");
            assert_eq!(id(asked_for.cache.load().await), "LASTING");
        }
    });
    assert_eq!((kept.asked.load(Ordering::SeqCst), asked_for.asked.load(Ordering::SeqCst)), (1, 10));
}

/// A service that accepts the key `accepted` only.
fn service(accepted: &'static str, code: &'static str) -> Replies {
    Replies::new(move |request| {
        let authorization = request.headers()["authorization"].to_str().expect("text");
        if authorization.contains(accepted) {
            Reply::ok(
                r#"{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":1}}"#,
            )
        } else {
            Reply::Status(403, format!(r#"{{"__type":"{code}","message":"no"}}"#).into())
        }
    })
}

fn client(transport: &Replies, script: Vec<Result<Found, AuthError>>) -> (Client, Arc<AtomicUsize>) {
    let (_, receiver) = tokio::sync::watch::channel(true);
    let asked = Arc::new(AtomicUsize::new(0));
    let source = Scripted { script: Arc::new(Mutex::new(script)), asked: Arc::clone(&asked), gate: receiver };
    let chain = Chain::builder().machine(Arc::new(StaticMachine::new())).source(Box::new(source)).build();
    let client = Client::builder()
        .machine(Arc::new(StaticMachine::new()))
        .region("us-east-1")
        .clock(start)
        .chain(chain)
        .transport(Arc::new(transport.clone()))
        .build();
    (client.expect("a client"), asked)
}

#[test]
fn a_rejected_key_is_replaced_once_for_all_requests() {
    for code in ["ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException"] {
        let transport = service("ASIANEWEXAMPLE", code);
        let script = vec![Ok(keys("ASIAOLDEXAMPLE", 600)), Ok(keys("ASIANEWEXAMPLE", 600))];
        let (client, asked) = client(&transport, script);
        let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
        run(async {
            client.converse(&request).await.expect("an answer");
            client.converse(&request).await.expect("an answer");
        });
        assert_eq!((transport.requests().len(), asked.load(Ordering::SeqCst)), (3, 2), "{code}");
    }
}

#[test]
fn fifty_rejected_requests_ask_once_more() {
    let transport = service("ASIANEWEXAMPLE", "ExpiredTokenException");
    let script = vec![Ok(keys("ASIAOLDEXAMPLE", 600)), Ok(keys("ASIANEWEXAMPLE", 600))];
    let (client, asked) = client(&transport, script);
    let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (client, request) = (client.clone(), request.clone());
                tokio::spawn(async move { client.converse(&request).await })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic").expect("an answer");
        }
    });
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn the_same_key_again_and_other_errors_are_not_tried_again() {
    let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
    for (code, asked_for) in [("ExpiredTokenException", 2), ("AccessDeniedException", 1)] {
        let transport = service("nothing", code);
        let (client, asked) = client(&transport, vec![Ok(keys("ASIAOLDEXAMPLE", 600))]);
        let error = run(client.converse(&request)).expect_err("refused");
        assert_eq!(error.code(), Some(code));
        assert_eq!((transport.requests().len(), asked.load(Ordering::SeqCst)), (1, asked_for));
    }
}

//! What a call holds while it waits for its answer: thousands of them wait at once.

use std::future::pending;
use std::pin::pin;
use std::task::{Context, Wake, Waker};

use allocation_counter::measure;
use bedrill::auth::{Answer, AuthError, Chain, Context as Asking, Source};
use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bytes::Bytes;

use super::*;

/// Never answers, and keeps nothing.
#[derive(Debug)]
pub struct Silent;

impl Transport for Silent {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(pending())
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(pending())
    }
}

/// The bytes that `call` leaves allocated when it waits, its own future among them.
fn held<T>(call: impl Future<Output = T>) -> i64 {
    let mut call = pin!(call);
    let size = i64::try_from(size_of_val(&*call)).expect("a size");
    let counted = measure(|| {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    });
    size + counted.bytes_current
}

#[test]
fn a_call_that_waits_holds_little_more_than_its_request() {
    let client = builder().transport(Arc::new(Silent)).build().expect("a client");
    let request = prompt(MODEL);
    // The first one leaves a signing key behind.
    let _ = held(client.converse_stream(&request));
    let bytes = held(client.converse_stream(&request));
    assert!(bytes <= 2_048, "{bytes} bytes");
}

/// Credentials that never arrive.
struct Slow;

impl Source for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn load<'a>(&'a self, _: Asking<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        Box::pin(pending())
    }
}

/// A task of 1 KiB, which lives as long as one of its wakers.
struct Task {
    _memory: [u8; 1024],
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn nothing_remains_of_canceled_calls() {
    let chain = Chain::builder().machine(Arc::new(StaticMachine::new())).source(Box::new(Slow)).build();
    let client =
        Client::builder().machine(Arc::new(StaticMachine::new())).chain(chain).transport(Arc::new(Silent));
    let client = client.build().expect("a client");
    let mut patient = pin!(client.credentials());
    let counted = measure(|| {
        assert!(patient.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        for _ in 0..200_000 {
            let task = Waker::from(Arc::new(Task { _memory: [0; 1024] }));
            let mut call = pin!(client.credentials());
            assert!(call.as_mut().poll(&mut Context::from_waker(&task)).is_pending());
        }
    });
    assert!(counted.bytes_current <= 2_000, "{} bytes", counted.bytes_current);
}

//! One transport, and one client, in several runtimes, and in none.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bedrill::test_util::Server;
use bedrill::test_util::responses::{json, response};
use bedrill::transport::{Transport, TransportErrorKind};
use tokio::runtime::Runtime;

use super::post;
use crate::client::{MODEL, builder, prompt};

/// The transports that the features give, with their names.
fn transports() -> Vec<(&'static str, Arc<dyn Transport>)> {
    macro_rules! built {
        ($transport:ident) => {
            Arc::new(bedrill::transport::$transport::builder().no_proxy().build().expect("a transport"))
        };
    }
    vec![
        #[cfg(feature = "reqwest")]
        ("reqwest", built!(ReqwestTransport)),
        #[cfg(feature = "hyper")]
        ("hyper", built!(HyperTransport)),
    ]
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Sends a request, whose answer leaves an idle connection, and waits at most ten seconds for it.
fn call(runtime: &Runtime, transport: &dyn Transport, url: &str) {
    runtime.block_on(async {
        let called = async {
            let mut body = transport.send(post(url)).await.expect("an answer").into_body();
            assert_eq!(body.read_at_most(100).await.expect("a body"), b"{}");
        };
        tokio::time::timeout(Duration::from_secs(10), called).await.expect("it hangs");
        // The connection's task puts it into the pool.
        tokio::time::sleep(Duration::from_millis(20)).await;
    });
}

#[test]
fn a_connection_is_used_again_in_its_own_runtime_alone() {
    for (name, transport) in transports() {
        let server = Server::sending(response("200 OK", &[], "{}"));
        let (a, b) = (runtime(), runtime());
        for _ in 0..3 {
            call(&a, &*transport, server.url());
            // `a` is kept, and nobody drives it.
            call(&b, &*transport, server.url());
        }
        assert_eq!(server.connections(), 2, "{name}");
        drop(a);
        call(&b, &*transport, server.url());
        assert_eq!(server.connections(), 2, "{name}");
    }
}

#[test]
fn a_runtime_for_each_call_and_a_thread_for_each_runtime_work() {
    for (_, transport) in transports() {
        let server = Server::sending(response("200 OK", &[], "{}"));
        for _ in 0..20 {
            call(&runtime(), &*transport, server.url());
        }
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let kept = runtime();
                    for _ in 0..5 {
                        call(&kept, &*transport, server.url());
                        call(&runtime(), &*transport, server.url());
                    }
                });
            }
        });
    }
}

#[test]
fn a_client_works_in_two_runtimes_on_two_threads() {
    let document =
        r#"{"output":{"message":{"role":"assistant","content":[{"text":"Blue."}]}},"stopReason":"end_turn"}"#;
    for (name, transport) in transports() {
        let server = Server::sending(json(document));
        let client = builder().region("us-east-1").endpoint_url(server.url()).transport(transport);
        let client = client.build().expect("a client");
        let (done, parked) = channel::<()>();
        let (first, called) = channel();
        let ask = |runtime: &Runtime| {
            let request = prompt(MODEL);
            let limit = Duration::from_secs(10);
            let asked =
                runtime.block_on(async { tokio::time::timeout(limit, client.converse(&request)).await });
            asked.expect("it hangs").expect("an answer");
        };
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let runtime = runtime();
                ask(&runtime);
                first.send(()).expect("somebody waits");
                // The thread keeps its runtime, and does something else.
                let _ = parked.recv_timeout(Duration::from_secs(20));
            });
            called.recv_timeout(Duration::from_secs(20)).expect(name);
            ask(&runtime());
            drop(done);
        });
    }
}

#[test]
fn outside_of_a_runtime_a_request_is_an_error_that_says_so() {
    let mut context = Context::from_waker(Waker::noop());
    for (name, transport) in transports() {
        let mut sending = transport.send(post("http://127.0.0.1:9/"));
        let Poll::Ready(Err(error)) = sending.as_mut().poll(&mut context) else { panic!("{name}") };
        assert_eq!(error.kind(), TransportErrorKind::Other, "{name}");
        drop(sending);
        assert!(transport.sleep(Duration::ZERO).as_mut().poll(&mut context).is_pending(), "{name}");

        let client = builder().region("us-east-1").endpoint_url("http://127.0.0.1:9").transport(transport);
        let client = client.build().expect("a client");
        let request = prompt(MODEL);
        let mut asking = Box::pin(client.converse(&request));
        let Poll::Ready(Err(error)) = asking.as_mut().poll(&mut context) else { panic!("{name}") };
        assert!(error.to_string().contains("inside a tokio runtime"), "{name}: {error}");
        let mut streaming = Box::pin(client.converse_stream(&request));
        let Poll::Ready(Err(error)) = streaming.as_mut().poll(&mut context) else { panic!("{name}") };
        assert!(error.to_string().contains("inside a tokio runtime"), "{name}: {error}");
    }
}

//! A proxy that does not do its part. Only the reqwest transport supports one.

use std::sync::Arc;
use std::time::Duration;

use bedrill::client::{RetryPolicy, TimeoutKind};
use bedrill::test_util::requests::{header, line};
use bedrill::test_util::{Server, Step};
use bedrill::transport::{ReqwestTransport, Transport, TransportErrorKind};
use bedrill::{Error, ErrorKind};

use super::{ask, hello};
use crate::client::builder;
use crate::transport::send;

/// A name that only a proxy could resolve.
const BEHIND: &str = "https://bedrock.test";

/// Long enough on a busy machine.
const LONG: Duration = Duration::from_secs(10);

/// A proxy's consent.
const OPEN: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// A transport through `proxy` that waits for a connection for as long as `limit`.
fn through(proxy: &Server, limit: Duration) -> Arc<dyn Transport> {
    let transport = ReqwestTransport::builder()
        .connect_timeout(limit)
        .proxy(&format!("http://me:canary@127.0.0.1:{}", proxy.port()))
        .and_then(|builder| builder.build())
        .expect("a transport");
    assert!(!format!("{transport:?}").contains("canary"), "{transport:?}");
    Arc::new(transport)
}

/// The error of a client that goes through a proxy that answers each connection with `script`.
async fn error_through(limit: Duration, script: Vec<Step>) -> (Error, Server) {
    let proxy = Server::playing(vec![script]);
    let client = builder()
        .endpoint_url(BEHIND)
        .retry(RetryPolicy::standard().with_random(|| 0.0))
        .transport(through(&proxy, limit))
        .build()
        .expect("a client");
    let (text, end) = ask(&client).await;
    let error = end.expect_err("no way through");
    assert_eq!(
        (text.as_str(), error.kind(), error.status().map(u16::from)),
        ("", ErrorKind::Transport, None),
        "{error}"
    );
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(
        shown.contains("proxy") && shown.contains("bedrock.test") && !shown.contains("canary"),
        "{shown}"
    );
    (error, proxy)
}

/// The proxy sees nothing that is meant for Bedrock.
fn assert_asked_only_for_a_tunnel(proxy: &Server) {
    let requests = proxy.requests();
    assert!(!requests.is_empty());
    for request in requests {
        assert_eq!(line(&request), "CONNECT bedrock.test:443 HTTP/1.1");
        let shown = format!("{request:?}").to_ascii_lowercase();
        assert!(!request.headers().contains_key("authorization") && !shown.contains("x-amz-"), "{shown}");
        assert!(!shown.contains("aws4-hmac") && request.body().is_empty(), "{shown}");
        let own = header(&request, "proxy-authorization").to_ascii_lowercase();
        assert!(own.starts_with("basic "), "the proxy gets what is its own: {own}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_and_asked_once() {
    for (answer, said) in [
        ("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "unsuccessful"),
        ("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", "unsuccessful"),
        ("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", "authorization required"),
        ("SSH-2.0-OpenSSH_9.6\r\n\r\n", "unsuccessful"),
    ] {
        let (error, proxy) = error_through(LONG, vec![Step::ReadRequest, send(answer), Step::Hang]).await;
        assert_eq!(error.transport_kind(), Some(TransportErrorKind::Proxy), "{answer}: {error}");
        assert_eq!((proxy.connections(), error.attempts()), (1, 1), "{answer}: {error}");
        assert!(error.to_string().contains(said), "{error}");
        assert_asked_only_for_a_tunnel(&proxy);
    }
}

#[tokio::test]
async fn a_slow_proxy_is_named_and_asked_again() {
    let (error, proxy) = error_through(Duration::from_millis(100), vec![Step::ReadRequest, Step::Hang]).await;
    assert_eq!(error.transport_kind(), Some(TransportErrorKind::Timeout), "{error}");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Connect));
    assert_eq!((proxy.connections(), error.attempts()), (3, 3), "{error}");
    assert_asked_only_for_a_tunnel(&proxy);
}

#[tokio::test]
async fn a_proxy_that_hangs_up_is_named_and_asked_again() {
    for script in [
        vec![Step::ReadRequest],
        vec![Step::ReadRequest, Step::Reset],
        vec![Step::ReadRequest, send("HTTP/1.1 2")],
        // The tunnel leads nowhere.
        vec![Step::ReadRequest, send(OPEN), Step::ReadSome],
        vec![Step::ReadRequest, send(OPEN), Step::ReadSome, Step::Reset],
    ] {
        let (error, proxy) = error_through(LONG, script.clone()).await;
        assert_eq!(error.transport_kind(), Some(TransportErrorKind::Broken), "{script:?}: {error}");
        assert_eq!((proxy.connections(), error.attempts()), (3, 3), "{script:?}: {error}");
        assert_asked_only_for_a_tunnel(&proxy);
    }
}

#[tokio::test]
async fn a_tunnel_to_something_else_is_refused_for_good() {
    let script =
        vec![Step::ReadRequest, send(OPEN), Step::ReadSome, send("<html>log in first</html>"), Step::Hang];
    let (error, proxy) = error_through(LONG, script).await;
    assert_eq!(error.transport_kind(), Some(TransportErrorKind::Tls), "{error}");
    assert_eq!((proxy.connections(), error.attempts()), (1, 1), "{error}");
    assert_asked_only_for_a_tunnel(&proxy);
}

#[tokio::test]
async fn this_machine_is_asked_past_the_proxy() {
    let (proxy, server) = (Server::playing(vec![vec![]]), Server::answering(hello()));
    let transport = through(&proxy, LONG);
    for url in [server.url(), &server.url().replace("127.0.0.1", "localhost")] {
        let client = builder().endpoint_url(url).transport(Arc::clone(&transport)).build().expect("a client");
        assert_eq!(ask(&client).await.0, "Hello");
    }
    assert_eq!((server.requests().len(), proxy.connections()), (2, 0));
}

#[test]
fn the_url_of_a_proxy_is_checked_and_not_quoted() {
    let error = ReqwestTransport::builder().proxy("no url: canary").expect_err("no URL");
    assert_eq!(error.kind(), TransportErrorKind::Proxy);
    assert!(!format!("{error} {error:?} {error:#?}").contains("canary"), "{error:?}");
}

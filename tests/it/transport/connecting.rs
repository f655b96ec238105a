//! Making connections: names, TCP, TLS, proxies, and how long it takes.

use std::time::Duration;

use bedrill::test_util::{Server, Step, refused};
use bedrill::transport::TransportErrorKind;
use bytes::Bytes;

use super::{CHUNKED, OK, Settings, drain, kind_of_failure, over_each, post, sees_close, send};
use crate::support::tls::{handshake, identity};

#[tokio::test]
async fn tls_trusts_what_the_bundle_holds_and_nothing_unknown() {
    let known = identity("known", &["127.0.0.1", "localhost"]);
    let unknown = identity("unknown", &["127.0.0.1"]);
    let misnamed = identity("misnamed", &["other.test"]);
    let settings =
        Settings { ca_bundle: Some(known.cert.pem() + &misnamed.cert.pem()), ..Settings::default() };
    over_each(settings, async |name, transport| {
        let script = vec![vec![Step::ReadRequest, send(OK)]];
        let server = Server::playing_tls(handshake(&known), script.clone());
        for host in ["127.0.0.1", "localhost"] {
            let url = format!("https://{host}:{}/", server.port());
            let response = transport.send(post(&url)).await.expect(name);
            assert_eq!(drain(&mut response.into_body()).await.0, b"ok", "{name}");
        }
        for (identity, problem) in [(&unknown, "UnknownIssuer"), (&misnamed, "not valid for name")] {
            let server = Server::playing_tls(handshake(identity), script.clone());
            let (kind, message) =
                kind_of_failure(&*transport, &format!("https://127.0.0.1:{}/", server.port())).await;
            assert_eq!(kind, TransportErrorKind::Tls, "{name}: {message}");
            assert!(message.contains(problem) && message.contains("AWS_CA_BUNDLE"), "{name}: {message}");
            assert!(server.requests().is_empty(), "{name}");
        }
        // A port that speaks plain HTTP answers the handshake with text.
        let plain = Server::playing(vec![vec![send("HTTP/1.1 400 Bad Request\r\n\r\n"), Step::Hang]]);
        let (kind, message) =
            kind_of_failure(&*transport, &format!("https://127.0.0.1:{}/", plain.port())).await;
        assert_eq!(kind, TransportErrorKind::Tls, "{name}: {message}");
    })
    .await;
}

#[tokio::test]
async fn a_break_inside_tls_is_an_error_too() {
    let known = identity("known", &["127.0.0.1"]);
    let settings = Settings { ca_bundle: Some(known.cert.pem()), ..Settings::default() };
    over_each(settings, async |name, transport| {
        let script =
            vec![Step::ReadRequest, send(&format!("{CHUNKED}3\r\nabc\r\n")), Step::WaitForTest, Step::Reset];
        let server = Server::playing_tls(handshake(&known), vec![script]);
        let url = format!("https://127.0.0.1:{}/", server.port());
        let mut body = transport.send(post(&url)).await.expect(name).into_body();
        assert_eq!(body.chunk().await.expect(name), Some(Bytes::from("abc")), "{name}");
        server.go_on();
        let error = drain(&mut body).await.1.expect(name);
        assert_eq!(error.kind(), TransportErrorKind::Broken, "{name}: {error}");
    })
    .await;
}

#[tokio::test]
async fn a_refused_connection_says_so() {
    let nobody = refused();
    over_each(Settings::default(), async |name, transport| {
        for scheme in ["http", "https"] {
            let (kind, message) = kind_of_failure(&*transport, &format!("{scheme}://{nobody}/")).await;
            assert_eq!(kind, TransportErrorKind::Connect, "{name}: {message}");
            assert!(message.contains("refused"), "{name}: {message}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_that_does_not_resolve_says_so() {
    over_each(Settings::default(), async |name, transport| {
        // Longer than a label may be, so that no resolver sends a query for it.
        let (kind, message) =
            kind_of_failure(&*transport, &format!("http://{}.invalid/", "a".repeat(64))).await;
        assert_eq!(kind, TransportErrorKind::Dns, "{name}: {message}");
        assert!(message.contains("region"), "{name}: {message}");
    })
    .await;
}

#[tokio::test]
async fn the_connect_timeout_covers_tcp_and_the_handshake() {
    let settings = Settings { connect_timeout: Some(Duration::from_millis(200)), ..Settings::default() };
    over_each(settings, async |name, transport| {
        let silent = Server::playing(vec![vec![Step::Hang]]);
        let start = std::time::Instant::now();
        let (kind, message) =
            kind_of_failure(&*transport, &format!("https://127.0.0.1:{}/", silent.port())).await;
        assert_eq!(kind, TransportErrorKind::Timeout, "{name}: {message}");
        assert!(start.elapsed() < Duration::from_secs(2), "{name}");
        assert!(sees_close(&silent).await, "{name}: nothing runs on");

        let (port, _full) = full_backlog().await;
        let start = std::time::Instant::now();
        let (kind, message) = kind_of_failure(&*transport, &format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(kind, TransportErrorKind::Timeout, "{name}: {message}");
        assert!(start.elapsed() < Duration::from_secs(2), "{name}");
    })
    .await;
}

/// A port whose connection queue is full, so that the next one is neither accepted nor refused.
async fn full_backlog() -> (u16, Vec<tokio::net::TcpStream>) {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(1).expect("listening");
    let address = listener.local_addr().expect("an address");
    // The listener stays open, but nobody accepts.
    Box::leak(Box::new(listener));
    let mut waiting = Vec::new();
    let connect =
        || tokio::time::timeout(Duration::from_millis(100), tokio::net::TcpStream::connect(address));
    while let Ok(Ok(stream)) = connect().await {
        waiting.push(stream);
    }
    (address.port(), waiting)
}

#[cfg(feature = "hyper")]
#[tokio::test]
async fn the_hyper_transport_refuses_to_go_past_a_proxy() {
    use bedrill::transport::HyperTransport;

    let proxied = |name: &str| (name == "https_proxy").then(|| "http://user:canary@127.0.0.1:9".to_owned());
    let transport = HyperTransport::builder().proxy_variables(proxied).build().expect("a transport");
    let (kind, message) =
        kind_of_failure(&transport, "https://bedrock-runtime.us-east-1.amazonaws.com/").await;
    assert_eq!(kind, TransportErrorKind::Proxy);
    assert!(message.contains("https_proxy") && message.contains("NO_PROXY"), "{message}");
    assert!(!message.contains("canary") && !format!("{transport:?}").contains("canary"));

    // Requests to this machine go directly, over plain HTTP the variable does not apply.
    let (kind, _) = kind_of_failure(&transport, "https://127.0.0.1:9/").await;
    assert_eq!(kind, TransportErrorKind::Connect);
}

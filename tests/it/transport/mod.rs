//! The rules of [`Transport`], held against every implementation that the features give.

mod server;

use std::sync::Arc;
use std::time::Duration;

use bedrill::transport::{Body, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use rcgen::{CertificateParams, CertifiedKey, DnType, KeyPair};

use server::{Server, Step, send};

/// What a test sets; the rest is the default.
#[derive(Clone, Default)]
struct Settings {
    connect_timeout: Option<Duration>,
    ca_bundle: Option<String>,
}

/// Runs `case` over each transport, with its name for the messages. Each gets a server of its own inside `case`.
async fn over_each(settings: Settings, case: impl AsyncFn(&'static str, Arc<dyn Transport>)) {
    macro_rules! over {
        ($name:literal, $transport:ident) => {{
            let mut builder = bedrill::transport::$transport::builder();
            if let Some(limit) = settings.connect_timeout {
                builder = builder.connect_timeout(limit);
            }
            if let Some(pem) = &settings.ca_bundle {
                builder = builder.ca_bundle(pem.as_bytes());
            }
            case($name, Arc::new(builder.build().expect($name))).await;
        }};
    }
    #[cfg(feature = "reqwest")]
    over!("reqwest", ReqwestTransport);
    #[cfg(feature = "hyper")]
    over!("hyper", HyperTransport);
}

fn post(url: &str) -> http::Request<Bytes> {
    http::Request::post(url)
        .header("content-type", "application/json")
        .body(Bytes::from_static(b"{}"))
        .expect("a request")
}

/// The rest of `body`, and the error that ended it.
async fn drain(body: &mut Body) -> (Vec<u8>, Option<TransportError>) {
    let mut whole = Vec::new();
    loop {
        match body.chunk().await {
            Ok(Some(chunk)) => whole.extend_from_slice(&chunk),
            Ok(None) => return (whole, None),
            Err(error) => return (whole, Some(error)),
        }
    }
}

/// The kind of the error that `send` ends with.
async fn kind_of_failure(transport: &dyn Transport, url: &str) -> (TransportErrorKind, String) {
    let error = transport.send(post(url)).await.map(|response| response.status()).expect_err(url);
    (error.kind(), error.to_string())
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn the_request_goes_out_as_it_is() {
    over_each(Settings::default(), async |name, transport| {
        let server = Server::start(vec![vec![Step::ReadRequest, send(OK)]]).await;
        let path = "/model/arn%3Aaws%3Abedrock%2Fa%252Fb%2F..%2Fc/converse-stream?b=%20&a=+&c";
        let mut request = post(&server.url(path));
        request.headers_mut().insert("x-amz-date", "20150830T123600Z".parse().expect("a value"));
        transport.send(request).await.expect(name);

        let seen = server.requests().remove(0);
        assert!(seen.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{name}: {seen}");
        for line in [
            format!("host: 127.0.0.1:{}", server.port()),
            "content-type: application/json".to_owned(),
            "content-length: 2".to_owned(),
            "x-amz-date: 20150830T123600Z".to_owned(),
        ] {
            assert!(seen.lines().any(|seen| seen == line), "{name}: {line} in {seen}");
        }
        assert!(!seen.contains("accept-encoding"), "{name}: {seen}");
        assert!(seen.ends_with("\r\n\r\n{}"), "{name}: {seen}");
    })
    .await;
}

#[tokio::test]
async fn a_path_with_dot_segments_arrives_as_it_is_or_not_at_all() {
    over_each(Settings::default(), async |name, transport| {
        for path in ["/a/../b", "/a/./b", "/a/%2e%2e/b", "/a//b", "/a/{b}"] {
            let server = Server::start(vec![vec![Step::ReadRequest, send(OK)]]).await;
            let sent = transport.send(post(&server.url(path))).await.is_ok();
            let requests = server.requests();
            assert_eq!(sent, !requests.is_empty(), "{name}: {path}");
            let changed =
                requests.iter().find(|seen| !seen.starts_with(&format!("POST {path} HTTP/1.1\r\n")));
            assert_eq!(changed, None, "{name}: {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_status_is_a_response_and_no_redirect_is_followed() {
    over_each(Settings::default(), async |name, transport| {
        let elsewhere = Server::start(vec![vec![Step::ReadRequest, send(OK)]]).await;
        for status in [200, 301, 302, 303, 307, 308, 403, 429, 500, 503, 529] {
            let head = format!(
                "HTTP/1.1 {status} Any\r\nlocation: {}\r\ncontent-length: 4\r\n\r\nbody",
                elsewhere.url("/")
            );
            let server = Server::start(vec![vec![Step::ReadRequest, send(&head)]]).await;
            let response = transport.send(post(&server.url("/"))).await.expect(name);
            assert_eq!(response.status(), status, "{name}");
            assert_eq!(response.into_body().read_at_most(100).await.expect(name), b"body", "{name}");
        }
        assert_eq!(elsewhere.connections(), 0, "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_body_ends_where_its_framing_says() {
    over_each(Settings::default(), async |name, transport| {
        let chunked = format!("{CHUNKED}3\r\nabc\r\n4;extension=1\r\ndefg\r\n0\r\ntrailer: x\r\n\r\n");
        let sized = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nabcdefg";
        let until_close = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcdefg";
        for answer in [chunked.as_str(), sized, until_close] {
            let server = Server::start(vec![vec![Step::ReadRequest, send(answer)]]).await;
            let response = transport.send(post(&server.url("/"))).await.expect(name);
            let (body, error) = drain(&mut response.into_body()).await;
            assert_eq!((body.as_slice(), error.is_none()), (b"abcdefg".as_slice(), true), "{name}: {answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_decompressed() {
    over_each(Settings::default(), async |name, transport| {
        let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x08ab";
        let server = Server::start(vec![vec![Step::ReadRequest, send(answer)]]).await;
        let response = transport.send(post(&server.url("/"))).await.expect(name);
        assert_eq!(response.headers()["content-encoding"], "gzip", "{name}");
        assert_eq!(drain(&mut response.into_body()).await.0, b"\x1f\x08ab", "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_piece_is_there_before_the_next_is_sent() {
    over_each(Settings::default(), async |name, transport| {
        let script = vec![
            Step::ReadRequest,
            send(CHUNKED),
            Step::WaitForTest,
            send("1\r\na\r\n"),
            Step::WaitForTest,
            send("1\r\nb\r\n"),
            Step::WaitForTest,
            send("0\r\n\r\n"),
        ];
        let server = Server::start(vec![script]).await;
        let mut body = transport.send(post(&server.url("/"))).await.expect(name).into_body();
        for piece in ["a", "b"] {
            server.go_on();
            assert_eq!(body.chunk().await.expect(name), Some(Bytes::from(piece)), "{name}");
        }
        server.go_on();
        assert_eq!(body.chunk().await.expect(name), None, "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_head_is_an_error() {
    over_each(Settings::default(), async |name, transport| {
        for script in [
            vec![Step::ReadRequest, Step::Reset],
            vec![Step::ReadRequest],
            vec![Step::ReadRequest, send("HTTP/1.1 200 OK\r\nconte"), Step::Reset],
            vec![Step::ReadRequest, send("HTTP/1.1 200 OK\r\nconte")],
        ] {
            let server = Server::start(vec![script.clone()]).await;
            let (kind, message) = kind_of_failure(&*transport, &server.url("/model/secret")).await;
            assert_eq!(kind, TransportErrorKind::Broken, "{name}: {script:?}: {message}");
            assert!(message.contains("127.0.0.1") && !message.contains("secret"), "{name}: {message}");
            assert_eq!(
                server.requests().len(),
                1,
                "{name}: a request that may have been read is not repeated"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_end_that_was_not_announced_is_an_error() {
    over_each(Settings::default(), async |name, transport| {
        let first = format!("{CHUNKED}3\r\nabc\r\n");
        let short = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc";
        for script in [
            vec![Step::ReadRequest, send(&first), Step::WaitForTest, Step::Reset],
            vec![Step::ReadRequest, send(&first)],
            vec![Step::ReadRequest, send(&format!("{first}5\r\n"))],
            vec![Step::ReadRequest, send(&format!("{first}0\r\n"))],
            vec![Step::ReadRequest, send(short)],
            vec![Step::ReadRequest, send(short), Step::WaitForTest, Step::Reset],
        ] {
            let server = Server::start(vec![script.clone()]).await;
            let mut body = transport.send(post(&server.url("/"))).await.expect(name).into_body();
            assert_eq!(body.chunk().await.expect(name), Some(Bytes::from("abc")), "{name}: {script:?}");
            server.go_on();
            let (rest, error) = drain(&mut body).await;
            assert!(rest.is_empty(), "{name}: {script:?}");
            let error = error.expect(name);
            assert_eq!(error.kind(), TransportErrorKind::Broken, "{name}: {script:?}: {error}");
            assert!(error.to_string().contains("127.0.0.1"), "{name}: {error}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_an_error() {
    over_each(Settings::default(), async |name, transport| {
        let many_headers = format!(
            "HTTP/1.1 200 OK\r\n{}\r\n",
            (0..10_000).map(|n| format!("x-{n}: y\r\n")).collect::<String>()
        );
        let long_header = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1_000_000));
        for answer in ["SSH-2.0-OpenSSH_9.9\r\n", "HTTP/1.1 abc\r\n\r\n", &many_headers, &long_header] {
            let server = Server::start(vec![vec![Step::ReadRequest, send(answer)]]).await;
            let failed = transport.send(post(&server.url("/"))).await;
            assert!(failed.is_err(), "{name}: {answer:.40}");
        }
    })
    .await;
}

#[tokio::test]
async fn connections_are_kept_and_used_again() {
    over_each(Settings::default(), async |name, transport| {
        let exchange = [Step::ReadRequest, send(OK)];
        let server = Server::start(vec![[exchange.clone(), exchange.clone(), exchange].concat()]).await;
        for _ in 0..3 {
            let response = transport.send(post(&server.url("/"))).await.expect(name);
            assert_eq!(drain(&mut response.into_body()).await.0, b"ok", "{name}");
        }
        assert_eq!((server.connections(), server.requests().len()), (1, 3), "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced_unnoticed() {
    over_each(Settings::default(), async |name, transport| {
        for end in [vec![], vec![Step::Reset]] {
            let script = [vec![Step::ReadRequest, send(OK), Step::WaitForTest], end].concat();
            let server = Server::start(vec![script, vec![Step::ReadRequest, send(OK)]]).await;
            for _ in 0..2 {
                let response = transport.send(post(&server.url("/"))).await.expect(name);
                assert_eq!(drain(&mut response.into_body()).await.0, b"ok", "{name}");
                server.go_on();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(server.connections(), 2, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn dropping_the_body_or_the_future_closes_the_connection() {
    over_each(Settings::default(), async |name, transport| {
        let script = vec![Step::ReadRequest, send(CHUNKED), send("1\r\na\r\n"), Step::WaitForClose];
        let server = Server::start(vec![script]).await;
        let mut body = transport.send(post(&server.url("/"))).await.expect(name).into_body();
        body.chunk().await.expect(name);
        drop(body);
        assert!(server.sees_close().await, "{name}: the body was dropped");

        let server = Server::start(vec![vec![Step::ReadRequest, Step::WaitForClose]]).await;
        let no_head =
            tokio::time::timeout(Duration::from_millis(100), transport.send(post(&server.url("/"))));
        assert!(no_head.await.is_err(), "{name}: there is no head");
        assert!(server.sees_close().await, "{name}: the future was dropped");
    })
    .await;
}

/// A self-signed certificate for `names`; `subject` tells issuers apart.
fn identity(subject: &str, names: &[&str]) -> CertifiedKey<KeyPair> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, subject);
    let signing_key = KeyPair::generate().expect("a key");
    CertifiedKey { cert: params.self_signed(&signing_key).expect("a certificate"), signing_key }
}

#[tokio::test]
async fn tls_trusts_what_the_bundle_holds_and_nothing_unknown() {
    let known = identity("known", &["127.0.0.1", "localhost"]);
    let unknown = identity("unknown", &["127.0.0.1"]);
    let misnamed = identity("misnamed", &["other.test"]);
    let settings =
        Settings { ca_bundle: Some(known.cert.pem() + &misnamed.cert.pem()), ..Settings::default() };
    over_each(settings, async |name, transport| {
        let script = vec![vec![Step::ReadRequest, send(OK)]];
        let server = Server::start_tls(script.clone(), &known).await;
        for host in ["127.0.0.1", "localhost"] {
            let url = format!("https://{host}:{}/", server.port());
            let response = transport.send(post(&url)).await.expect(name);
            assert_eq!(drain(&mut response.into_body()).await.0, b"ok", "{name}");
        }
        for (identity, problem) in [(&unknown, "UnknownIssuer"), (&misnamed, "not valid for name")] {
            let server = Server::start_tls(script.clone(), identity).await;
            let (kind, message) =
                kind_of_failure(&*transport, &format!("https://127.0.0.1:{}/", server.port())).await;
            assert_eq!(kind, TransportErrorKind::Tls, "{name}: {message}");
            assert!(message.contains(problem) && message.contains("AWS_CA_BUNDLE"), "{name}: {message}");
            assert!(server.requests().is_empty(), "{name}");
        }
        // A port that speaks plain HTTP answers the handshake with text.
        let plain =
            Server::start(vec![vec![send("HTTP/1.1 400 Bad Request\r\n\r\n"), Step::WaitForClose]]).await;
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
        let server = Server::start_tls(vec![script], &known).await;
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
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    over_each(Settings::default(), async |name, transport| {
        for scheme in ["http", "https"] {
            let (kind, message) =
                kind_of_failure(&*transport, &format!("{scheme}://127.0.0.1:{port}/")).await;
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
        let silent = Server::start(vec![vec![Step::WaitForClose]]).await;
        let start = std::time::Instant::now();
        let (kind, message) =
            kind_of_failure(&*transport, &format!("https://127.0.0.1:{}/", silent.port())).await;
        assert_eq!(kind, TransportErrorKind::Timeout, "{name}: {message}");
        assert!(start.elapsed() < Duration::from_secs(2), "{name}");
        assert!(silent.sees_close().await, "{name}: nothing runs on");

        let (port, _full) = full_backlog().await;
        let start = std::time::Instant::now();
        let (kind, message) = kind_of_failure(&*transport, &format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(kind, TransportErrorKind::Timeout, "{name}: {message}");
        assert!(start.elapsed() < Duration::from_secs(2), "{name}");
    })
    .await;
}

/// A port whose queue of connections is full, so that the next one is neither accepted nor refused.
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

//! Connections that cannot be made: names, certificates, versions of TLS.

use bedrill::test_util::{Server, Step, refused};
use bedrill::transport::TransportErrorKind;
use bedrill::{Error, ErrorKind};
use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};

use super::{Wire, ask, hello, over_each, over_each_with};
use crate::support::tls::{handshake, identity, self_signed};
use crate::transport::Settings;

/// What `url` answers a client that has nothing else to go by: an error, and no text.
async fn error_from(wire: &Wire, url: &str) -> Error {
    let (text, end) = ask(&wire.builder(url).build().expect("a client")).await;
    assert_eq!(text, "");
    let error = end.expect_err(url);
    assert_eq!(
        (error.kind(), error.stream_end(), error.status().map(u16::from)),
        (ErrorKind::Transport, None, None)
    );
    error
}

fn expired() -> CertifiedKey<KeyPair> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("names");
    params.not_before = date_time_ymd(2019, 1, 1);
    params.not_after = date_time_ymd(2020, 1, 1);
    self_signed(params)
}

#[tokio::test]
async fn a_bad_certificate_is_refused_for_good() {
    let good = identity("good", &["localhost"]);
    let bad = [
        ("untrusted", identity("untrusted", &["localhost"]), "UnknownIssuer"),
        ("wrong name", identity("misnamed", &["bedrock.test"]), "not valid for name"),
        ("expired", expired(), "expired"),
    ];
    let trusted = [&good, &bad[1].1, &bad[2].1].map(|identity| identity.cert.pem()).concat();
    let settings = Settings { ca_bundle: Some(trusted), ..Settings::default() };
    over_each_with(settings, async |wire| {
        let server = Server::start_tls(handshake(&good), |_, _| hello());
        assert_eq!(ask(&wire.client(&server)).await.0, "Hello", "{}: the bundle is in use", wire.name);

        for (name, identity, reason) in &bad {
            let server = Server::start_tls(handshake(identity), |_, _| hello());
            let error = error_from(&wire, server.url()).await;
            let case = format!("{}: {name}: {error}", wire.name);
            assert_eq!(error.transport_kind(), Some(TransportErrorKind::Tls), "{case}");
            assert_eq!(
                (server.connections(), server.requests().len(), error.attempts()),
                (1, 0, 1),
                "{case}"
            );
            assert!(!error.is_retryable(), "{case}");
            let shown = error.to_string();
            assert!(
                shown.contains("localhost") && shown.contains(reason) && shown.contains("AWS_CA_BUNDLE"),
                "{case}"
            );
        }
    })
    .await;
}

/// A record of TLS 1.1.
fn tls_1_1(content_type: u8, content: &[u8]) -> Vec<u8> {
    [&[content_type, 3, 2, 0, u8::try_from(content.len()).expect("a short record")], content].concat()
}

#[tokio::test]
async fn a_port_without_modern_tls_is_refused_for_good() {
    // ServerHello: 38 bytes, TLS 1.1, a random, no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    let server_hello = [&[2, 0, 0, 38, 3, 2][..], &[7; 32], &[0, 0, 0x2f, 0]].concat();
    let answers = [
        ("plain HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        ("TLS 1.1", tls_1_1(22, &server_hello)),
        // A fatal alert: protocol_version.
        ("TLS 1.1 that refuses", tls_1_1(21, &[2, 70])),
    ];
    over_each(async |wire| {
        for (name, answer) in &answers {
            let script = vec![Step::Send(answer.clone()), Step::Hang];
            let server = Server::playing(vec![script]);
            let error = error_from(&wire, &format!("https://localhost:{}", server.port())).await;
            let case = format!("{}: {name}: {error}", wire.name);
            assert_eq!(error.transport_kind(), Some(TransportErrorKind::Tls), "{case}");
            assert_eq!((server.connections(), error.attempts()), (1, 1), "{case}");
            assert!(!error.is_retryable() && error.to_string().contains("localhost"), "{case}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_hangs_up_in_the_handshake_is_asked_again() {
    over_each(async |wire| {
        for script in [vec![], vec![Step::Reset]] {
            let server = Server::playing(vec![script]);
            let error = error_from(&wire, &format!("https://localhost:{}", server.port())).await;
            assert_eq!(error.transport_kind(), Some(TransportErrorKind::Broken), "{}: {error}", wire.name);
            assert_eq!((server.connections(), error.attempts()), (3, 3), "{}: {error}", wire.name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_asked_for_once() {
    over_each(async |wire| {
        // Longer than a label may be, so that no resolver sends a query for it.
        let name = format!("bedrock-runtime.{}.invalid", "a".repeat(64));
        for scheme in ["http", "https"] {
            let error = error_from(&wire, &format!("{scheme}://{name}")).await;
            let case = format!("{}, {scheme}: {error}", wire.name);
            assert_eq!(error.transport_kind(), Some(TransportErrorKind::Dns), "{case}");
            assert_eq!((error.attempts(), error.is_retryable()), (1, false), "{case}");
            let shown = error.to_string();
            assert!(shown.contains(&name) && shown.contains("region"), "{case}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_connection_is_tried_three_times() {
    let nobody = refused();
    over_each(async |wire| {
        let error = error_from(&wire, &format!("http://{nobody}")).await;
        assert_eq!(error.transport_kind(), Some(TransportErrorKind::Connect), "{}: {error}", wire.name);
        assert_eq!((error.attempts(), error.is_retryable()), (3, true), "{}", wire.name);
    })
    .await;
}

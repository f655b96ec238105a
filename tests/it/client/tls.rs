//! TLS: what is trusted, and what is refused.

use std::sync::Arc;

use bedrill::machine::StaticMachine;
use bedrill::test_util::events::answer;
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step};
use bedrill::transport::TransportErrorKind;
use bedrill::{Client, ErrorKind};

use super::{MODEL, builder, prompt, within};
use crate::support::tls::{handshake, identity};

const BUNDLE: &str = "/etc/ca.pem";

/// A server with a fresh certificate for `name`, and that certificate in PEM.
fn server(name: &str) -> (Server, String) {
    let identity = identity("bedrill test", &[name]);
    let stream = [("content-type", "application/vnd.amazon.eventstream")];
    let answer = response("200 OK", &stream, answer(&["Hi"]));
    let script = move |_: usize, _: &_| vec![Step::Send(answer.clone())];
    (Server::start_tls(handshake(&identity), script), identity.cert.pem())
}

fn trusting(server: &Server, pem: &str) -> Client {
    trusting_by("AWS_CA_BUNDLE", server, pem)
}

fn trusting_by(variable: &str, server: &Server, pem: &str) -> Client {
    let host = StaticMachine::new().with_var(variable, BUNDLE).with_file(BUNDLE, pem);
    builder().machine(Arc::new(host)).endpoint_url(server.url()).build().expect("a client")
}

async fn refused(client: Client, reason: &str) {
    let error = within(client.converse_stream(&prompt(MODEL))).await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.transport_kind()),
        (ErrorKind::Transport, Some(TransportErrorKind::Tls)),
        "{error}"
    );
    assert!(!error.is_retryable());
    let shown = error.to_string();
    assert!(
        shown.contains("localhost") && shown.contains(reason) && shown.contains("AWS_CA_BUNDLE"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_certificate_in_the_bundle_is_trusted_and_others_are_not() {
    let (server, pem) = server("localhost");
    let stream = within(trusting(&server, &pem).converse_stream(&prompt(MODEL))).await.expect("a stream");
    assert_eq!(within(stream.collect()).await.expect("an answer").text(), "Hi");
    let reached = server.requests().len();

    refused(builder().endpoint_url(server.url()).build().expect("a client"), "").await;
    let (_, another) = self::server("localhost");
    refused(trusting(&server, &another), "").await;
    assert_eq!(server.requests().len(), reached, "a refused server sees no request");
}

#[tokio::test]
async fn the_bundle_that_other_tools_read_adds_trust_anchors_too() {
    let (server, pem) = server("localhost");
    // A certificate that is no trust anchor for anybody does not spoil the others.
    let with_another = format!("-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n{pem}");
    for pem in [&pem, &with_another] {
        let client = trusting_by("SSL_CERT_FILE", &server, pem);
        let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
        assert_eq!(within(stream.collect()).await.expect("an answer").text(), "Hi");
    }
    let (_, another) = self::server("localhost");
    refused(trusting_by("SSL_CERT_FILE", &server, &another), "SSL_CERT_FILE").await;
    let both = StaticMachine::new()
        .with_var("SSL_CERT_FILE", "/missing.pem")
        .with_var("AWS_CA_BUNDLE", BUNDLE)
        .with_file(BUNDLE, pem.as_str());
    let client = builder().machine(Arc::new(both)).endpoint_url(server.url()).build().expect("a client");
    within(client.converse_stream(&prompt(MODEL))).await.expect("AWS_CA_BUNDLE goes first");
    let missing = StaticMachine::new().with_var("SSL_CERT_FILE", "/missing.pem");
    let error = builder().machine(Arc::new(missing)).build().expect_err("no such file");
    assert!(error.to_string().contains("SSL_CERT_FILE: /missing.pem cannot be read"), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (server, pem) = server("bedrock.test");
    refused(trusting(&server, &pem), "not valid for name").await;
}

#[tokio::test]
async fn a_port_that_does_not_speak_tls_is_refused() {
    let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
    let server = Server::playing([vec![Step::ReadSome, Step::Send(answer), Step::Hang]]);
    let url = format!("https://localhost:{}", server.port());
    let client = builder().endpoint_url(url).build().expect("a client");
    refused(client, "").await;
}

#[test]
fn a_bundle_that_cannot_be_used_is_an_error_of_the_configuration() {
    let named = StaticMachine::new().with_var("AWS_CA_BUNDLE", BUNDLE);
    for (host, problem) in [
        (named.clone(), "AWS_CA_BUNDLE: /etc/ca.pem cannot be read"),
        (named.clone().with_file(BUNDLE, ""), "contains no certificate"),
        (named.clone().with_file(BUNDLE, "not PEM"), "contains no certificate"),
        (
            named.with_file(BUNDLE, "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"),
            "a certificate that cannot be used",
        ),
    ] {
        let error = builder().machine(Arc::new(host)).build().expect_err("a bad bundle");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(problem), "{error}");
    }
}

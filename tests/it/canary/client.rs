//! The client, against services that send back what they were sent.

use std::sync::Arc;

use bedrill::auth::Auth;
use bedrill::models::ListFoundationModelsRequest;
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step, events};
use bedrill::transport::{ReqwestTransport, Transport};
use bedrill::{Client, ConverseRequest};
use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::machines::{echo, empty};
use super::{assert_clean, assert_debug, assert_error, auths, canaries, log};
use crate::support::canaries::Canaries;
use crate::support::replies::run;

#[cfg(not(feature = "hyper"))]
fn transports() -> Vec<Arc<dyn Transport>> {
    vec![Arc::new(ReqwestTransport::new().expect("a transport"))]
}

#[cfg(feature = "hyper")]
fn transports() -> Vec<Arc<dyn Transport>> {
    let hyper = bedrill::transport::HyperTransport::new().expect("a transport");
    assert_debug("a transport", &hyper);
    vec![Arc::new(ReqwestTransport::new().expect("a transport")), Arc::new(hyper)]
}

fn client(url: &str, auth: &Auth, transport: &Arc<dyn Transport>) -> Client {
    let client = Client::builder()
        .machine(Arc::new(empty()))
        .auth(auth.clone())
        .region("us-east-1")
        .endpoint_url(url)
        .transport(Arc::clone(transport));
    assert_debug("a builder", &client);
    client.build().expect("a client")
}

/// Makes each kind of call, and examines what comes back; `true` when all failed.
async fn all_fail(what: &str, client: &Client) -> bool {
    let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
    let mut errors = Vec::new();
    match client.converse_stream(&request).await {
        Ok(stream) => {
            assert_debug(what, &stream);
            errors.extend(stream.collect().await.err());
        }
        Err(error) => errors.push(error),
    }
    errors.extend(client.converse(&request).await.err());
    errors.extend(client.count_tokens(&(&request).into()).await.err());
    errors.extend(client.list_foundation_models(&ListFoundationModelsRequest::new()).await.err());
    for error in &errors {
        assert_error(what, error);
        assert_clean(what, &format!("{:?} {:?} {:?}", error.message(), error.code(), error.hint()));
    }
    assert_debug(what, client);
    errors.len() == 4
}

/// Everything that a service may know, cut at each place where a quotation may end. It can look up the secret of the key
/// that signs; it knows no key of a bearer token's owner.
fn reflected(request: &Request<Bytes>, canaries: &Canaries, padding: usize) -> String {
    let authorization = request.headers().get("authorization");
    let bearer = authorization.is_some_and(|value| value.as_bytes().starts_with(b"Bearer"));
    let secret = if bearer { "" } else { &canaries.secret };
    format!("{}{} {secret}", "x".repeat(padding), echo(request))
}

#[test]
fn a_service_that_reflects_the_request_does_not_make_it_show() {
    let canaries = canaries();
    run(async {
        for transport in transports() {
            for auth in auths(canaries) {
                for status in
                    ["400 Bad", "401 Unauthorized", "403 Forbidden", "429 Many", "500 Oops", "307 There"]
                {
                    // An answer that is not understood is quoted and cut: a cut must not leave half a secret.
                    for padding in [0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 190] {
                        let server = Server::start(move |number, request| {
                            let text = reflected(request, canaries, padding);
                            let body = match number % 2 {
                                0 => {
                                    json!({ "message": text, "__type": "AccessDeniedException" }).to_string()
                                }
                                _ => text,
                            };
                            let body = if padding == 20 { body.replace('/', r"\/") } else { body };
                            vec![Step::Send(response(status, &[("content-type", "application/json")], body))]
                        });
                        let what = format!("{status}, {padding}");
                        assert!(all_fail(&what, &client(server.url(), &auth, &transport)).await, "{what}");
                    }
                }
            }
        }
    });
    log::assert_clean();
}

#[test]
fn an_answer_of_another_kind_is_quoted_without_secrets() {
    let canaries = canaries();
    run(async {
        for transport in transports() {
            for auth in auths(canaries) {
                for padding in [0, 40, 80, 120, 160, 190] {
                    let server = Server::start(move |_, request| {
                        let page = format!("<html>{}", reflected(request, canaries, padding));
                        vec![Step::Send(response("200 OK", &[("content-type", "text/html")], page))]
                    });
                    assert!(all_fail("a page", &client(server.url(), &auth, &transport)).await);
                }
            }
        }
    });
    log::assert_clean();
}

#[test]
fn a_stream_that_works_and_one_that_breaks_show_no_secret() {
    let canaries = canaries();
    let whole = [events::text("hi"), events::stop("end_turn"), events::metadata()].concat();
    run(async {
        for transport in transports() {
            for auth in auths(canaries) {
                for length in [whole.len(), whole.len() / 3, 40] {
                    let body = whole[..length].to_vec();
                    let server = Server::start(move |_, _| {
                        let head = [("content-type", "application/vnd.amazon.eventstream")];
                        vec![Step::Send(response("200 OK", &head, &body))]
                    });
                    all_fail("a stream", &client(server.url(), &auth, &transport)).await;
                }
                let gone = Server::answering([Step::Reset]);
                assert!(all_fail("no answer", &client(gone.url(), &auth, &transport)).await);
            }
        }
    });
    log::assert_clean();
}

//! A service that repeats our secrets, in every spelling, wherever it can write: header values, headers of frames, members
//! of documents, payloads. Only what a model says stays as it is.

use std::sync::Arc;
use std::time::Duration;

use bedrill::auth::Auth;
use bedrill::client::{RetryPolicy, SigningService};
use bedrill::converse::MessageBuilder;
use bedrill::machine::StaticMachine;
use bedrill::models::{ListFoundationModelsRequest, ListInferenceProfilesRequest};
use bedrill::operation::EVENT_STREAM;
use bedrill::test_util::events::{self, event, exception, frame};
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step};
use bedrill::transport::{Body, BoxFuture, ReqwestTransport, Transport, TransportError, TransportErrorKind};
use bedrill::{Client, ConverseRequest};

use super::machines::empty;
use super::{assert_clean, assert_debug, assert_error, auths, canaries, log};
use crate::support::canaries::{Canaries, spellings};
use crate::support::replies::run;

fn client(server: &Server, auth: &Auth, transport: &Arc<dyn Transport>) -> Client {
    let machine: StaticMachine = empty().with_var("AWS_ENDPOINT_URL_STS", server.url());
    Client::builder()
        .machine(Arc::new(machine))
        .auth(auth.clone())
        .region("us-east-1")
        .endpoint_url(server.url())
        .transport(Arc::clone(transport))
        .retry(RetryPolicy::none())
        .build()
        .expect("a client")
}

/// Every secret that the service got, or may know, in every spelling.
fn secrets(auth: &Auth, canaries: &Canaries) -> Vec<String> {
    let known = match auth {
        Auth::Bearer(_) => vec![&canaries.bearer],
        _ => vec![&canaries.secret, &canaries.session],
    };
    known.into_iter().flat_map(|secret| spellings(secret)).collect()
}

#[track_caller]
fn look<T: std::fmt::Debug>(what: &str, outcome: Result<T, bedrill::Error>) -> usize {
    match outcome {
        Ok(answer) => {
            assert_debug(what, answer);
            0
        }
        Err(error) => {
            assert_error(what, &error);
            let parts = (
                error.message(),
                error.code(),
                error.hint(),
                error.request_id(),
                error.service(),
                error.answer(),
            );
            assert_debug(what, parts);
            1
        }
    }
}

/// Makes each call, looks at what comes back, and counts the failures.
async fn every_operation(what: &str, client: &Client) -> usize {
    const MODEL: &str = "us.amazon.nova-lite-v1:0";
    let request = ConverseRequest::new(MODEL).message("hi");
    let mut failures = stream(what, client).await;
    failures += look(what, client.converse(&request).await);
    failures += look(what, client.count_tokens(&(&request).into()).await);
    failures += look(what, client.list_foundation_models(&ListFoundationModelsRequest::new()).await);
    failures += look(what, client.list_inference_profiles(&ListInferenceProfilesRequest::new()).await);
    failures += look(what, client.foundation_model("amazon.nova-lite-v1:0").await);
    failures += look(what, client.inference_profile(MODEL).await);
    failures += look(what, client.foundation_model_availability("amazon.nova-lite-v1:0").await);
    failures += look(what, client.models(&bedrill::catalog::DiscoverySettings::new()).await);
    let identity = client.caller_identity().await;
    if let Ok(identity) = &identity {
        assert_clean(what, &format!("{} {}", identity.account(), identity.arn()));
    }
    failures += look(what, identity);
    let request = http::Request::get("/x").body(bytes::Bytes::new()).expect("a request");
    let plane = SigningService::bedrock(bedrill::endpoint::Plane::Data);
    // What it returns is as it came; only its errors are looked at.
    failures + look(what, client.send(&plane, request).await.map(|_| ()))
}

/// Reads a stream to its end, by itself and by hand; 1 when it fails.
async fn stream(what: &str, client: &Client) -> usize {
    let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
    let collected = match client.converse_stream(&request).await {
        Ok(stream) => {
            assert_debug(what, (&stream, stream.request_id()));
            stream.collect().await
        }
        Err(error) => Err(error),
    };
    let mut message = MessageBuilder::new();
    if let Ok(mut stream) = client.converse_stream(&request).await {
        while let Some(event) = stream.next().await {
            let Ok(event) = event else { break };
            if event.event_type() != "contentBlockDelta" {
                assert_debug(what, &event);
            }
            if let Err(error) = message.apply(&event) {
                assert_error(what, &error);
                break;
            }
        }
        assert_debug(what, stream.warning());
    }
    if let Err(error) = message.finish() {
        assert_error(what, &error);
    }
    look(what, collected)
}

#[test]
fn no_header_and_no_body_of_an_answer_shows_what_was_sent() {
    let canaries = canaries();
    let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new().expect("a transport"));
    run(async {
        for auth in auths(canaries) {
            for secret in secrets(&auth, canaries) {
                for (status, content_type) in [
                    ("403 Forbidden", "application/json"),
                    ("400 Bad", &*secret),
                    ("503 Oops", "text/html"),
                    ("200 OK", "text/html"),
                    ("200 OK", &*secret),
                ] {
                    let headers = [
                        "x-amzn-errortype",
                        "x-amzn-requestid",
                        "x-amz-retry-after",
                        "content-encoding",
                        "location",
                        "date",
                        "x-other",
                    ];
                    let mut headers = headers.map(|name| (name, &*secret)).to_vec();
                    headers.push(("content-type", content_type));
                    let body =
                        format!(r#"{{"message":"{secret}","__type":"{secret}","{secret}":["{secret}"]}}"#);
                    let server = Server::sending(response(
                        status,
                        &headers,
                        format!("{body}{}", ["", &secret][status.len() % 2]),
                    ));
                    let failures = every_operation(
                        &format!("{status} {content_type}"),
                        &client(&server, &auth, &transport),
                    )
                    .await;
                    let least = if status == "200 OK" { 2 } else { 9 };
                    assert!(failures >= least, "{status} {content_type}: {failures}");
                }
            }
        }
    });
    log::assert_clean();
}

/// The documents of all operations in one, every text in them `secret`.
fn document(secret: &str) -> String {
    let model = format!(
        r#""modelArn":"{secret}","modelId":"{secret}","modelName":"{secret}","providerName":"{secret}","inputModalities":["{secret}"],"modelLifecycle":{{"status":"{secret}"}},"{secret}":"{secret}""#
    );
    let profile = format!(
        r#""inferenceProfileName":"{secret}","inferenceProfileArn":"{secret}","inferenceProfileId":"{secret}","models":[{{"modelArn":"{secret}"}}],"status":"{secret}","type":"{secret}""#
    );
    format!(
        r#"{{"output":{{"message":{{"role":"{secret}","content":[{{"text":"hi"}}],"x":"{secret}"}}}},"stopReason":"{secret}","trace":{{"promptRouter":{{"invokedModelId":"{secret}"}}}},"additionalModelResponseFields":{{"{secret}":"{secret}"}},"serviceTier":{{"type":"{secret}"}},"inputTokens":1,"modelSummaries":[{{{model}}}],"modelDetails":{{{model}}},"inferenceProfileSummaries":[{{{profile}}}],"agreementAvailability":{{"status":"{secret}"}},"authorizationStatus":"{secret}","entitlementAvailability":"{secret}","regionAvailability":"{secret}",{profile},"modelId":"{secret}","unknown":["{secret}"]}}"#
    )
}

#[test]
fn what_succeeds_shows_no_secret_either() {
    let canaries = canaries();
    let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new().expect("a transport"));
    run(async {
        for auth in auths(canaries) {
            for secret in secrets(&auth, canaries) {
                let headers = [("content-type", "application/json"), ("x-amzn-requestid", &*secret)];
                let xml = format!(
                    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{secret}</Arn><Account>{secret}</Account>\
                     </GetCallerIdentityResult></GetCallerIdentityResponse>"
                );
                let (xml, json) =
                    (response("200 OK", &headers, xml), response("200 OK", &headers, document(&secret)));
                let server = Server::start(move |_, request| {
                    vec![Step::Send(if request.uri().path() == "/" { xml.clone() } else { json.clone() })]
                });
                let failures = every_operation(&secret, &client(&server, &auth, &transport)).await;
                // Not a stream; a bearer token has no identity.
                assert_eq!(failures, if matches!(auth, Auth::Bearer(_)) { 2 } else { 1 }, "{secret}");
            }
        }
    });
    log::assert_clean();
}

/// Streams that say `secret` in a place of their own.
fn streams(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let text = events::text("hi");
    let end = [events::stop("end_turn"), events::metadata()].concat();
    let kind = |kind: &str| frame(&[(":message-type", kind), (":event-type", secret), ("x", secret)], secret);
    let error = [(":message-type", "error"), (":error-code", secret), (":error-message", secret)];
    let payload = format!(r#"{{"message":"{secret}","originalMessage":"{secret}","{secret}":"{secret}"}}"#);
    let tool = format!(
        r#"{{"contentBlockIndex":1,"start":{{"toolUse":{{"toolUseId":"{secret}","name":"{secret}"}}}}}}"#
    );
    let input = format!(r#"{{"contentBlockIndex":1,"delta":{{"toolUse":{{"input":"{secret} {{"}}}}}}"#);
    let delta =
        |delta: &str| event("contentBlockDelta", format!(r#"{{"contentBlockIndex":0,"delta":{delta}}}"#));
    let metadata = format!(
        r#"{{"usage":{{"inputTokens":1,"outputTokens":2,"totalTokens":3}},"trace":{{"promptRouter":{{"invokedModelId":"{secret}"}}}},"{secret}":"{secret}"}}"#
    );
    let stop =
        format!(r#"{{"stopReason":"{secret}","additionalModelResponseFields":{{"{secret}":"{secret}"}}}}"#);
    let guardrail = format!(
        r#"{{"trace":{{"guardrail":{{"inputAssessment":{{"{secret}":{{"topicPolicy":{{"topics":"x"}}}}}}}}}}}}"#
    );
    vec![
        ("an exception", [text.clone(), exception("throttlingException", &payload)].concat()),
        ("an exception's name", [text.clone(), exception(secret, &payload)].concat()),
        ("an exception that is no JSON", [text.clone(), exception("validationException", secret)].concat()),
        ("an error", [text.clone(), frame(&error, secret)].concat()),
        ("an unknown kind", [text.clone(), kind(secret)].concat()),
        ("an unknown event", [text.clone(), event(secret, format!(r#"{{"a":"{secret}"}}"#))].concat()),
        ("an unknown event that is no JSON", [text.clone(), event(secret, secret)].concat()),
        ("an event that is no JSON", [text.clone(), event("metadata", secret)].concat()),
        (
            "a start",
            [event("messageStart", format!(r#"{{"role":"{secret}"}}"#)), text.clone(), end.clone()].concat(),
        ),
        ("a delta that is none", [text.clone(), delta(secret)].concat()),
        ("an unknown delta", [text.clone(), delta(&format!(r#"{{"{secret}":{{}},"b":{{}}}}"#))].concat()),
        (
            "a tool",
            [text.clone(), event("contentBlockStart", tool), event("contentBlockDelta", input), end].concat(),
        ),
        ("the end", [text.clone(), event("messageStop", stop), event("metadata", metadata)].concat()),
        ("a path", [text.clone(), events::stop("end_turn"), event("metadata", guardrail)].concat()),
        ("no frame", secret.as_bytes().to_vec()),
        ("no frame after one", [text, secret.as_bytes().to_vec()].concat()),
    ]
}

#[test]
fn no_frame_of_a_stream_shows_what_was_sent() {
    let canaries = canaries();
    let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new().expect("a transport"));
    run(async {
        for auth in auths(canaries) {
            for secret in secrets(&auth, canaries) {
                for (what, body) in streams(&secret) {
                    let headers = [("content-type", EVENT_STREAM), ("x-amzn-requestid", &*secret)];
                    let server = Server::sending(response("200 OK", &headers, &body));
                    let failures = stream(what, &client(&server, &auth, &transport)).await;
                    let whole = ["a start", "the end", "a path"].contains(&what);
                    // A broken frame without its newline waits for more; what is cut is an error, too.
                    assert!(whole || failures == 1, "{what} with {secret}");
                }
            }
        }
    });
    log::assert_clean();
}

#[test]
fn what_the_model_says_stays_as_it_is() {
    let canaries = canaries();
    let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new().expect("a transport"));
    let said = format!("{} or {}", canaries.session, canaries.secret);
    run(async {
        let stream = [events::text(&said), events::stop("end_turn"), events::metadata()].concat();
        let document = serde_json::json!({
            "output": {"message": {"role": "assistant", "content": [{"text": said}]}},
            "stopReason": canaries.session,
        });
        let server = Server::start(move |_, request| {
            let is_stream = request.uri().path().ends_with("/converse-stream");
            let (kind, body) = match is_stream {
                true => (EVENT_STREAM, stream.clone()),
                false => ("application/json", document.to_string().into_bytes()),
            };
            vec![Step::Send(response("200 OK", &[("content-type", kind)], body))]
        });
        let client = client(&server, &auths(canaries)[0], &transport);
        let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
        let streamed =
            client.converse_stream(&request).await.expect("a stream").collect().await.expect("an answer");
        assert_eq!(streamed.text(), said);
        let whole = client.converse(&request).await.expect("an answer");
        assert_eq!(whole.text(), said);
        assert_eq!(whole.stop_reason.as_str(), "(redacted)");
    });
}

/// Fails with an error that quotes what was sent, before the head or in the body.
struct Quoting {
    quoted: String,
    in_body: bool,
}

impl Transport for Quoting {
    fn send(
        &self,
        _: http::Request<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let error = TransportError::new(TransportErrorKind::Other, format!("refused: {}", self.quoted))
            .with_source(std::io::Error::other(self.quoted.clone()));
        let outcome = match self.in_body {
            true => {
                let body = Body::from_chunks([Ok(events::text("hi").into()), Err(error)]);
                let head = http::Response::builder().header("content-type", EVENT_STREAM);
                Ok(head.body(body).expect("a response"))
            }
            false => Err(error),
        };
        Box::pin(std::future::ready(outcome))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

#[test]
fn what_a_transport_quotes_shows_no_secret() {
    let canaries = canaries();
    run(async {
        for auth in auths(canaries) {
            for quoted in secrets(&auth, canaries) {
                for in_body in [false, true] {
                    let transport: Arc<dyn Transport> = Arc::new(Quoting { quoted: quoted.clone(), in_body });
                    let server = Server::sending([]);
                    let client = client(&server, &auth, &transport);
                    assert_eq!(stream("a transport", &client).await, 1);
                    let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
                    assert_eq!(look("a transport", client.converse(&request).await), 1);
                }
            }
        }
    });
}

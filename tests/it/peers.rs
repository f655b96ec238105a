//! The client against third-party servers. `.ci/ministack` starts one, sets the variables, and runs these
//! tests, which are ignored otherwise.

use bedrill::auth::Auth;
use bedrill::converse::StopReason;
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::{Client, ConverseRequest, Error, ErrorKind};

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

/// A MiniStack server that checks signatures.
struct MiniStack {
    url: String,
    key_id: String,
    secret: String,
    profile_arn: String,
}

impl MiniStack {
    fn from_env() -> Self {
        let variable = |name: &str| {
            let name = format!("BEDRILL_MINISTACK_{name}");
            std::env::var(&name).unwrap_or_else(|_| {
                panic!("{name} is not set: .ci/ministack starts a server and runs this test")
            })
        };
        Self {
            url: variable("URL"),
            key_id: variable("KEY_ID"),
            secret: variable("SECRET"),
            profile_arn: variable("PROFILE_ARN"),
        }
    }

    fn client(&self, key_id: &str, secret: &str) -> Client {
        Client::builder()
            .machine(std::sync::Arc::new(StaticMachine::new()))
            .region("us-east-1")
            .endpoint_url(&self.url)
            .auth(Auth::SigV4(Credentials::new(key_id, secret)))
            .build()
            .expect("a client")
    }

    /// The text of the streamed answer, put together from its pieces and from the assembled message.
    fn stream(&self, model: &str) -> String {
        block_on(async {
            let client = self.client(&self.key_id, &self.secret);
            let request = ConverseRequest::new(model).message("hello");
            let mut stream = client.converse_stream(&request).await?;
            let mut pieces = String::new();
            while let Some(event) = stream.next().await {
                pieces.push_str(event?.as_text().unwrap_or_default());
            }
            assert!(stream.warning().is_none(), "{:?}", stream.warning());
            assert!(stream.request_id().is_some());
            let whole = client.converse_stream(&request).await?.collect().await?;
            assert_eq!(whole.text(), pieces);
            assert_eq!(whole.stop_reason, StopReason::EndTurn);
            assert!(whole.usage.is_some_and(|usage| usage.output_tokens > 0));
            Ok(pieces)
        })
        .expect("an answer")
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let limit = std::time::Duration::from_secs(30);
        tokio::time::timeout(limit, work).await.expect("an end within 30 seconds")
    })
}

/// MiniStack names the model id as it read it from the path, so that a wrongly encoded one is noticed.
#[track_caller]
fn assert_names(answer: &str, model: &str) {
    assert!(answer.contains(&format!("{model}] reply for prompt")), "{answer}");
}

#[test]
#[ignore = "needs BEDRILL_MINISTACK_URL and its companions"]
fn ministack_streams_for_a_plain_model_id() {
    let server = MiniStack::from_env();
    assert_names(&server.stream(MODEL), MODEL);
}

#[test]
#[ignore = "needs BEDRILL_MINISTACK_URL and its companions"]
fn ministack_streams_for_an_inference_profile_id() {
    let server = MiniStack::from_env();
    let model = "us.anthropic.claude-3-7-sonnet-20250219-v1:0";
    assert_names(&server.stream(model), model);
}

#[test]
#[ignore = "needs BEDRILL_MINISTACK_URL and its companions"]
fn ministack_streams_for_an_application_profile_arn() {
    let server = MiniStack::from_env();
    assert_names(&server.stream(&server.profile_arn), &server.profile_arn);
}

#[test]
#[ignore = "needs BEDRILL_MINISTACK_URL and its companions"]
fn ministack_answers_converse_at_once() {
    let server = MiniStack::from_env();
    let client = server.client(&server.key_id, &server.secret);
    let request = ConverseRequest::new(MODEL).message("hello");
    let output = block_on(client.converse(&request)).expect("an answer");
    assert_names(&output.text(), MODEL);
}

#[test]
#[ignore = "needs BEDRILL_MINISTACK_URL and its companions"]
fn ministack_refuses_an_unknown_key_and_a_wrong_signature() {
    let server = MiniStack::from_env();
    let wrong = format!("{}x", server.secret);
    for (key_id, secret, code) in [
        ("AKIAIOSFODNN7EXAMPLE", &server.secret, "UnrecognizedClientException"),
        (&server.key_id, &wrong, "InvalidSignatureException"),
    ] {
        let client = server.client(key_id, secret);
        let request = ConverseRequest::new(MODEL).message("hello");
        for refused in [
            block_on(client.converse_stream(&request)).map(drop),
            block_on(client.converse(&request)).map(drop),
        ] {
            let error = refused.expect_err(code);
            assert_eq!(
                (error.kind(), error.status().map(u16::from), error.code()),
                (ErrorKind::Service, Some(403), Some(code))
            );
            assert!(!error.to_string().contains(secret.as_str()), "{error}");
        }
    }
}

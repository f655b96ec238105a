//! Where a request goes and what signs it: the order of precedence.

use std::sync::Arc;

use bedrill::auth::Auth;
use bedrill::machine::StaticMachine;
use bedrill::test_util::events::answer;
use bedrill::{Client, ClientBuilder, ErrorKind};

use super::{MODEL, credentials, prompt, within};
use crate::support::replay::ReplayTransport;

const ARN: &str = "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc";
const CONFIG: &str = "/home/me/.aws/config";

fn keyed(host: StaticMachine) -> StaticMachine {
    host.with_var("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").with_var("AWS_SECRET_ACCESS_KEY", "secret")
}

/// The host that a request for `model` goes to, and the region that it is signed for.
async fn sent(builder: ClientBuilder, model: &str) -> (String, String) {
    let transport = ReplayTransport::stream(answer(&["Hi"])).shared();
    let client = builder.transport(transport.clone()).build().expect("a client");
    within(client.converse_stream(&prompt(model))).await.expect("a stream");
    let requests = transport.requests();
    let request = &requests[0];
    let authorization = request.headers()["authorization"].to_str().expect("ASCII");
    let region = authorization.split('/').nth(2).expect("a scope").to_owned();
    (request.uri().authority().expect("a host").to_string(), region)
}

#[tokio::test]
async fn the_region_is_the_callers_then_the_arns_then_the_environments() {
    let host = |host: StaticMachine| Client::builder().machine(Arc::new(keyed(host)));
    let aws = |region: &str| (format!("bedrock-runtime.{region}.amazonaws.com"), region.to_owned());
    let profile =
        StaticMachine::new().with_home("/home/me").with_file(CONFIG, "[default]\nregion = sa-east-1\n");
    let variable = profile.clone().with_var("AWS_REGION", "ap-south-1");
    assert_eq!(sent(host(variable.clone()).region("ca-central-1"), ARN).await, aws("ca-central-1"));
    assert_eq!(sent(host(variable.clone()), ARN).await, aws("eu-west-3"));
    assert_eq!(sent(host(variable.clone()), MODEL).await, aws("ap-south-1"));
    assert_eq!(sent(host(variable), "bedrock/us-west-2/anthropic.claude-v2").await, aws("us-west-2"));
    assert_eq!(sent(host(profile), MODEL).await, aws("sa-east-1"));
    assert_eq!(sent(host(StaticMachine::new()), MODEL).await, aws("us-east-1"));
    // A bad region in the environment does no harm when the caller names another.
    let bad = StaticMachine::new().with_var("AWS_REGION", "US East");
    assert_eq!(sent(host(bad).region("eu-north-1"), MODEL).await, aws("eu-north-1"));
}

#[tokio::test]
async fn the_endpoint_is_the_callers_then_the_environments_then_the_regions() {
    let host = |host: StaticMachine| Client::builder().machine(Arc::new(keyed(host))).region("us-west-2");
    let to = |authority: &str| (authority.to_owned(), "us-west-2".to_owned());
    let profile = StaticMachine::new()
        .with_home("/home/me")
        .with_file(CONFIG, "[default]\nendpoint_url = https://profile.test:444\n");
    let variable = profile.clone().with_var("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://variable.test");
    let own = host(variable.clone()).endpoint_url("https://own.test");
    assert_eq!(sent(own, MODEL).await, to("own.test"));
    assert_eq!(sent(host(variable.clone()), MODEL).await, to("variable.test"));
    assert_eq!(sent(host(profile), MODEL).await, to("profile.test:444"));
    let ignored = variable.with_var("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assert_eq!(sent(host(ignored.clone()), MODEL).await, to("bedrock-runtime.us-west-2.amazonaws.com"));
    assert_eq!(sent(host(ignored).endpoint_url("https://own.test"), MODEL).await, to("own.test"));
    let fips = StaticMachine::new().with_var("AWS_USE_FIPS_ENDPOINT", "true");
    let fips = fips.with_var("AWS_USE_DUALSTACK_ENDPOINT", "true");
    assert_eq!(sent(host(fips), MODEL).await, to("bedrock-runtime-fips.us-west-2.api.aws"));
    // A path prefix, as gateways have.
    let transport = ReplayTransport::stream(answer(&["Hi"])).shared();
    let client =
        host(StaticMachine::new()).endpoint_url("https://gateway.test/aws/").transport(transport.clone());
    within(client.build().expect("a client").converse_stream(&prompt("a.b"))).await.expect("a stream");
    assert_eq!(transport.requests()[0].uri(), "https://gateway.test/aws/model/a.b/converse-stream");
}

#[test]
fn a_setting_that_cannot_be_used_fails_before_anything_is_sent() {
    let build = |builder: ClientBuilder| {
        let transport = ReplayTransport::stream("").shared();
        let error = builder.transport(transport).build().expect_err("a bad setting");
        assert_eq!((error.kind(), error.status().map(u16::from)), (ErrorKind::Configuration, None));
        error.to_string()
    };
    let on = |name: &str, value: &str| {
        build(Client::builder().machine(Arc::new(StaticMachine::new().with_var(name, value))))
    };
    for (shown, parts) in [
        (build(super::builder().region("evil.test/#")), ["\"evil.test/#\" is not a region", "us-east-1"]),
        (on("AWS_REGION", "US East"), ["AWS_REGION: \"US East\" is not a region", "eu-central-1"]),
        (build(super::builder().endpoint_url("localhost:4566")), ["no scheme", "http://localhost:4566"]),
        (on("AWS_ENDPOINT_URL", "ftp://x"), ["scheme is neither", "https://"]),
        (on("AWS_USE_FIPS_ENDPOINT", "yes"), ["AWS_USE_FIPS_ENDPOINT", "neither true nor false"]),
    ] {
        assert!(parts.iter().all(|part| shown.contains(part)), "{shown}");
    }
    let both = StaticMachine::new().with_var("AWS_USE_FIPS_ENDPOINT", "true");
    let shown = build(Client::builder().machine(Arc::new(both)).endpoint_url("https://own.test"));
    assert!(shown.contains("cannot be combined"), "{shown}");
}

#[tokio::test]
async fn a_bad_model_id_is_an_error_before_anything_is_sent() {
    let transport = ReplayTransport::stream("").shared();
    let client = super::builder().transport(transport.clone()).build().expect("a client");
    for id in ["", "a b", "../a", "arn:aws:s3:us-east-1:1:bucket/x"] {
        let error = within(client.converse_stream(&prompt(id))).await.expect_err("a bad id");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("cannot be a model id"), "{error}");
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn without_credentials_each_source_says_what_it_has() {
    let transport = ReplayTransport::stream("").shared();
    let host = StaticMachine::new().with_home("/home/me").with_var("AWS_EC2_METADATA_DISABLED", "true");
    let client =
        Client::builder().machine(Arc::new(host)).transport(transport.clone()).build().expect("a client");
    let error = within(client.converse_stream(&prompt(MODEL))).await.expect_err("no credentials");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Credentials, false));
    let shown = error.to_string();
    for part in [
        "no credentials found",
        "AWS_BEARER_TOKEN_BEDROCK is not set",
        "AWS_ACCESS_KEY_ID is not set",
        "there is no profile \"default\" in /home/me/.aws/config (no such file)",
        "aws configure",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn what_the_caller_gives_signs_and_no_source_is_asked() {
    let transport = ReplayTransport::stream(answer(&["Hi"])).shared();
    let host = StaticMachine::new().with_var("AWS_BEARER_TOKEN_BEDROCK", "shadowed");
    let client = Client::builder()
        .machine(Arc::new(host))
        .auth(Auth::SigV4(credentials()))
        .transport(transport.clone())
        .build()
        .expect("a client");
    within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    let requests = transport.requests();
    assert!(requests[0].headers()["authorization"].to_str().expect("ASCII").starts_with("AWS4-HMAC-SHA256 "));
}

#[tokio::test]
async fn the_clients_clock_dates_the_signature() {
    fn noon() -> std::time::SystemTime {
        std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_440_938_160)
    }
    let transport = ReplayTransport::stream(answer(&["Hi"])).shared();
    let client = super::builder().clock(noon).transport(transport.clone()).build().expect("a client");
    within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    assert_eq!(transport.requests()[0].headers()["x-amz-date"], "20150830T123600Z");
}

#[tokio::test]
async fn a_frame_over_the_clients_budget_is_refused() {
    let transport = ReplayTransport::stream(answer(&["Hi"])).in_chunks(1).shared();
    let client = super::builder().frame_budget(64).transport(transport).build().expect("a client");
    let stream = within(client.converse_stream(&prompt(MODEL))).await.expect("a stream");
    let error = within(stream.collect()).await.expect_err("too big");
    assert_eq!(error.kind(), ErrorKind::Stream);
    assert!(error.to_string().contains("64"), "{error}");
}

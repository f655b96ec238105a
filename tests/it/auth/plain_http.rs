//! What travels over plain http: no token of any kind, unless it is allowed; and where nothing may stand in between.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedrill::auth::{Auth, Chain};
use bedrill::client::{RetryPolicy, SigningService};
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::models::ListFoundationModelsRequest;
use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bedrill::{Client, ClientBuilder, ConverseRequest, ErrorKind};
use bytes::Bytes;
use serde_json::json;

use super::roles::{assert_no_canary, load_with};
use super::{CONFIG, CREDENTIALS, KEYS, host};
use crate::support::replies::run;
use crate::support::scripted::{Scripted, status};

const SSO_TOKEN: &str = "/home/me/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
const SSO: &str = "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n\
                   [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x\n";

fn with_sso(expires_at: &str) -> StaticMachine {
    let token = json!({
        "accessToken": "canary-access", "refreshToken": "canary-refresh", "clientId": "id",
        "clientSecret": "canary-client", "expiresAt": expires_at, "registrationExpiresAt": "2099-01-01T00:00:00Z",
    });
    host()
        .with_file(CONFIG, SSO)
        .with_file(SSO_TOKEN, token.to_string())
        .with_var("AWS_ENDPOINT_URL_SSO", "http://sso.example.test")
        .with_var("AWS_ENDPOINT_URL_SSO_OIDC", "http://oidc.example.test")
}

fn answers_nothing() -> Arc<Scripted> {
    Scripted::new(|_, _| status(404))
}

#[test]
fn no_token_of_any_source_goes_over_plain_http_to_another_machine() {
    let web_identity = |url: &str| {
        host()
            .with_var("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
            .with_var("AWS_ROLE_ARN", "arn")
            .with_file("/token", "canary-jwt")
            .with_var("AWS_ENDPOINT_URL_STS", url)
    };
    let imds = |url: &str| StaticMachine::new().with_var("AWS_EC2_METADATA_SERVICE_ENDPOINT", url);
    for (machine, what, address) in [
        (with_sso("2099-01-01T00:00:00Z"), "the SSO access token", "sso.example.test"),
        (with_sso("1990-01-01T00:00:00Z"), "the SSO refresh token and client secret", "oidc.example.test"),
        (web_identity("http://sts.example.test:8080"), "the web identity token", "sts.example.test"),
        (web_identity("http://10.0.0.1"), "the web identity token", "10.0.0.1"),
        (web_identity("http://127.0.0.1.example.test"), "the web identity token", "127.0.0.1.example.test"),
        (imds("http://imds.example.test"), "the credentials of this instance", "imds.example.test"),
        (imds("http://169.254.169.253"), "the credentials of this instance", "169.254.169.253"),
    ] {
        let service = answers_nothing();
        let error = load_with(Chain::builder(), machine.clone(), &service).expect_err(what).to_string();
        let expected =
            format!("plain http would expose {what} to the network on its way to {address}; use https");
        assert!(error.contains(&expected) && error.contains("--allow-http"), "{error}");
        assert_no_canary(&error);
        assert_eq!(service.requests().len(), 0, "{what}");

        let allowed = load_with(Chain::builder().allow_http(), machine, &service).expect_err("no answer");
        assert!(!allowed.to_string().contains("plain http"), "{allowed}");
        assert!(!service.requests().is_empty(), "{what}");
    }
    for url in ["http://localhost:1", "http://127.0.0.1", "http://[::1]:8080", "https://sts.example.test"] {
        let service = answers_nothing();
        load_with(Chain::builder(), web_identity(url), &service).expect_err("no answer");
        assert!(!service.requests().is_empty(), "{url}");
    }
}

/// Refuses every request, and counts: those that may go through a proxy, and those that may not.
#[derive(Default)]
struct Counting([AtomicUsize; 2]);

impl Counting {
    fn answer(&self, which: usize) -> BoxFuture<'static, Result<http::Response<Body>, TransportError>> {
        self.0[which].fetch_add(1, Ordering::Relaxed);
        let refused = http::Response::builder().status(404).body(Body::from(Bytes::new()));
        Box::pin(std::future::ready(Ok(refused.expect("a response"))))
    }
}

impl Transport for Counting {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.answer(0)
    }

    fn send_directly(
        &self,
        _: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.answer(1)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

#[test]
fn what_answers_for_this_machine_alone_is_never_asked_through_a_proxy() {
    let counts = |machine: StaticMachine| {
        let counting = Arc::new(Counting::default());
        let chain = Chain::builder().machine(Arc::new(machine)).transport(Arc::clone(&counting)).allow_http();
        run(chain.build().load()).expect_err("404");
        [0, 1].map(|which| counting.0[which].load(Ordering::Relaxed) > 0)
    };
    let imds = |url: &str| StaticMachine::new().with_var("AWS_EC2_METADATA_SERVICE_ENDPOINT", url);
    let container = |url: &str| host().with_var("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
    for machine in [
        imds("https://imds.example.test"),
        imds("http://imds.example.test"),
        StaticMachine::new(),
        container("https://agent.example.test/role"),
        container("http://169.254.170.23/role"),
    ] {
        assert_eq!(counts(machine), [false, true]);
    }
    // Others may need one.
    assert_eq!(counts(with_sso("2099-01-01T00:00:00Z")), [true, false]);
}

/// A client for a gateway, and what it warned about.
fn client(
    url: &str,
    with: impl Fn(ClientBuilder) -> ClientBuilder,
) -> (Client, Arc<Scripted>, Arc<Mutex<Vec<String>>>) {
    let (service, told) = (answers_nothing(), Arc::<Mutex<Vec<String>>>::default());
    let tell = Arc::clone(&told);
    let builder = Client::builder()
        .machine(Arc::new(host().with_var("AWS_ENDPOINT_URL_STS", "http://sts.example.test:8080")))
        .region("us-east-1")
        .endpoint_url(url)
        .retry(RetryPolicy::none())
        .transport(Arc::clone(&service))
        .on_clear_text(move |origin| tell.lock().expect("no panic").push(origin.to_owned()));
    (with(builder).build().expect("a client"), service, told)
}

fn signed(builder: ClientBuilder) -> ClientBuilder {
    builder.auth(Auth::SigV4(
        Credentials::new("AKIDEXAMPLE", "canary-secret").with_session_token("canary-session"),
    ))
}

/// Makes every kind of call, all of which fail.
fn call(client: &Client) -> Vec<bedrill::Error> {
    let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
    let custom = http::Request::get("/x").body(Bytes::new()).expect("a request");
    run(async {
        vec![
            client.converse_stream(&request).await.expect_err("404"),
            client.converse(&request).await.expect_err("404"),
            client.count_tokens(&(&request).into()).await.expect_err("404"),
            client.list_foundation_models(&ListFoundationModelsRequest::new()).await.expect_err("404"),
            client.foundation_model("amazon.nova-lite-v1:0").await.expect_err("404"),
            match client.send(&SigningService::bedrock(bedrill::endpoint::Plane::Data), custom).await {
                Err(error) => error,
                Ok(answer) => {
                    assert_eq!(answer.status(), 404);
                    client.converse(&request).await.expect_err("404")
                }
            },
        ]
    })
}

#[test]
fn a_bearer_token_is_refused_for_every_operation_and_sent_where_it_is_allowed() {
    let bearer = |builder: ClientBuilder| builder.auth(Auth::Bearer("canary-token".into()));
    let (refusing, service, _) = client("http://gateway:4000", bearer);
    for error in call(&refusing) {
        let shown = error.to_string();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Credentials, 0), "{shown}");
        for part in
            ["bearer token", "plain http would expose the token", "gateway", "--allow-http", "allow_http"]
        {
            assert!(shown.contains(part), "{shown}");
        }
        assert_no_canary(&format!("{error:?} {error:#?}"));
    }
    assert_eq!(service.requests().len(), 0);

    let (allowing, service, told) = client("http://gateway:4000", |builder| bearer(builder).allow_http());
    for error in call(&allowing) {
        assert_eq!(error.kind(), ErrorKind::Service, "{error}");
    }
    assert!(
        service.requests().iter().all(|request| request.headers()["authorization"] == "Bearer canary-token")
    );
    assert!(told.lock().expect("no panic").is_empty());
}

#[test]
fn signed_requests_over_plain_http_are_told_of_once_for_each_origin() {
    let told = |url: &str, with: fn(ClientBuilder) -> ClientBuilder| {
        let (client, service, told) = client(url, with);
        call(&client);
        run(client.caller_identity()).expect_err("404");
        assert!(service.requests().len() > 6, "{url}");
        std::mem::take(&mut *told.lock().expect("no panic"))
    };
    const STS: &str = "http://sts.example.test:8080";
    assert_eq!(told("http://gateway:4000", signed), ["http://gateway:4000", STS]);
    assert_eq!(told("http://10.1.2.3", signed), ["http://10.1.2.3", STS]);
    for quiet in ["http://127.0.0.1:1", "http://localhost", "http://169.254.170.2", "https://gateway"] {
        assert_eq!(told(quiet, signed), [STS]);
    }
    assert!(told("http://gateway:4000", |builder| signed(builder).allow_http()).is_empty());

    // Whoever signs for a role is told of, too.
    let machine = host()
        .with_file(CONFIG, "[default]\nrole_arn = arn\nsource_profile = keys\n")
        .with_file(CREDENTIALS, format!("[keys]\n{KEYS}"))
        .with_var("AWS_ENDPOINT_URL_STS", "http://sts.example.test");
    let (client, _, told) =
        client("https://gateway", move |builder| builder.machine(Arc::new(machine.clone())));
    run(client.credentials()).expect_err("404");
    assert_eq!(*told.lock().expect("no panic"), ["http://sts.example.test"]);
}

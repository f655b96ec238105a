//! Sources over real HTTP, against a server on loopback that answers badly in every way.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bedrill::auth::{AuthError, Chain, Resolved};
use bedrill::machine::StaticMachine;
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step};
use bedrill::transport::{ReqwestTransport, Transport};
use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::roles::{assert_no_canary, assumed, clock, keys};
use super::{CONFIG, KEYS, host};
use crate::support::scripted::Hurried;

const DOCUMENT: &str = r#"{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"canary-key","Token":"canary-token",
    "Expiration":"2080-01-01T00:00:00Z"}"#;

/// The sources, each with a step that its server can fail in.
#[derive(Clone, Copy, Debug)]
enum At {
    ImdsToken,
    ImdsRole,
    ImdsCredentials,
    Container,
    AssumeRole,
    WebIdentity,
    SsoPortal,
    SsoOidc,
    LoginToken,
}

const EVERYWHERE: [At; 9] = [
    At::ImdsToken,
    At::ImdsRole,
    At::ImdsCredentials,
    At::Container,
    At::AssumeRole,
    At::WebIdentity,
    At::SsoPortal,
    At::SsoOidc,
    At::LoginToken,
];

const SSO: &str = "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n\
                   [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x\n";

/// A token of `aws sso login`; the file's name is the SHA-1 of `corp`.
fn with_sso_token(host: StaticMachine, expires_at: &str) -> StaticMachine {
    let token = json!({
        "accessToken": "canary-access", "expiresAt": expires_at, "refreshToken": "canary-refresh",
        "clientId": "id", "clientSecret": "canary-client", "registrationExpiresAt": "2099-01-01T00:00:00Z",
    });
    let file = "/home/me/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    host.with_file(CONFIG, SSO).with_file(file, token.to_string())
}

/// What `aws login` left long ago; the file's name is the SHA-256 of `me`. The key was made for this test.
fn with_login_token(host: StaticMachine) -> StaticMachine {
    let access = json!({
        "accessKeyId": "ASIAOLD", "secretAccessKey": "canary-old", "sessionToken": "canary-old",
        "accountId": "1", "expiresAt": "1990-01-01T00:00:00Z",
    });
    let key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBZIV2LU/MvKFKvyBIX5CVmFdqLx4dZx2OKhlJOKipWyoAoGCCqGSM49AwEHoUQDQgAE2qEAkTYgP4Ce+KyhvnDqYDjgWyKdew8OW8LOagj2cciRm7TBnlL3a23W9NJt2sV/vk3jro07t73miNhCfmlJkQ==\n-----END EC PRIVATE KEY-----\n";
    let token =
        json!({ "accessToken": access, "clientId": "id", "refreshToken": "canary-refresh", "dpopKey": key });
    let file =
        "/home/me/.aws/login/cache/2744ccd10c7533bd736ad890f9dd5cab2adb27b07d500b9493f29cdc420cb2e0.json";
    host.with_file(CONFIG, "[default]\nlogin_session = me\n").with_file(file, token.to_string())
}

impl At {
    /// A machine on which only this source is configured, with its server at `url`.
    fn host(self, url: &str) -> StaticMachine {
        match self {
            Self::ImdsToken | Self::ImdsRole | Self::ImdsCredentials => {
                host().with_var("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
            }
            Self::Container => host()
                .with_var("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{url}/c"))
                .with_var("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary-authorization"),
            Self::AssumeRole => host()
                .with_file(CONFIG, format!("[default]\nrole_arn = arn\nsource_profile = default\n{KEYS}"))
                .with_var("AWS_ENDPOINT_URL_STS", url),
            Self::WebIdentity => host()
                .with_var("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
                .with_var("AWS_ROLE_ARN", "arn")
                .with_file("/token", "canary-jwt")
                .with_var("AWS_ENDPOINT_URL_STS", url),
            Self::SsoPortal => {
                with_sso_token(host(), "2099-01-01T00:00:00Z").with_var("AWS_ENDPOINT_URL_SSO", url)
            }
            Self::SsoOidc => with_sso_token(host(), "1990-01-01T00:00:00Z")
                .with_var("AWS_ENDPOINT_URL_SSO", url)
                .with_var("AWS_ENDPOINT_URL_SSO_OIDC", url),
            Self::LoginToken => with_login_token(host()).with_var("AWS_ENDPOINT_URL_SIGNIN", url),
        }
    }

    /// Whether `request` belongs to this step.
    fn is(self, request: &Request<Bytes>) -> bool {
        let path = request.uri().path();
        match self {
            Self::ImdsToken => request.method() == "PUT",
            Self::ImdsRole => path.ends_with("/security-credentials/"),
            Self::ImdsCredentials => path.ends_with("/web"),
            Self::SsoOidc => path == "/token",
            Self::Container | Self::AssumeRole | Self::WebIdentity | Self::SsoPortal | Self::LoginToken => {
                true
            }
        }
    }
}

/// What a working server answers.
fn in_order(request: &Request<Bytes>) -> Vec<Step> {
    let path = request.uri().path();
    let body = match path {
        "/latest/api/token" => Bytes::from("canary-metadata"),
        "/" => assumed("ASIAEXAMPLE"),
        "/federation/credentials" => r#"{"roleCredentials":{"accessKeyId":"ASIAEXAMPLE",
            "secretAccessKey":"canary-key","sessionToken":"canary-token","expiration":3000000000000}}"#
            .into(),
        "/token" => r#"{"accessToken":"canary-next","expiresIn":28800,"refreshToken":"canary-next"}"#.into(),
        "/v1/token" => r#"{"accessToken":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"canary-key",
            "sessionToken":"canary-token"},"expiresIn":900,"refreshToken":"canary-next"}"#
            .into(),
        path if path.ends_with("/security-credentials/") => "web".into(),
        _ => DOCUMENT.into(),
    };
    vec![Step::Send(response("200 OK", &[], body))]
}

async fn load(host: StaticMachine, transport: Arc<dyn Transport>) -> (Result<Resolved, AuthError>, Duration) {
    let chain = Chain::builder().machine(Arc::new(host)).transport(transport).clock(clock).build();
    let start = Instant::now();
    (chain.load().await, start.elapsed())
}

fn direct() -> Arc<dyn Transport> {
    Arc::new(ReqwestTransport::new().expect("a transport"))
}

fn run(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future);
}

#[test]
fn every_source_works_over_http() {
    run(async {
        for at in EVERYWHERE {
            let server = Server::start(|_, request| in_order(request));
            let (found, _) = load(at.host(server.url()), direct()).await;
            let resolved = found.unwrap_or_else(|error| panic!("{at:?}: {error}"));
            assert_eq!(keys(&resolved).access_key_id(), "ASIAEXAMPLE", "{at:?}");
            assert_no_canary(&format!("{resolved:?}"));
            for request in server.requests() {
                let agent = request.headers()["user-agent"].to_str().expect("text").to_owned();
                assert!(agent.starts_with("bedrill/"), "{agent}");
                assert_eq!(request.headers()["host"], server.authority().as_str());
            }
        }
    });
}

#[test]
fn a_slow_metadata_service_is_waited_for() {
    run(async {
        let server = Server::start(|_, request| {
            let pause = Duration::from_millis(if request.method() == "PUT" { 600 } else { 0 });
            [vec![Step::Sleep(pause)], in_order(request)].concat()
        });
        let (found, _) = load(At::ImdsToken.host(server.url()), direct()).await;
        assert_eq!(found.expect("credentials").source(), "IMDS");
    });
}

/// The whole search, from the variables to the end: this is what a laptop waits for.
#[test]
fn a_black_hole_costs_little_more_than_a_second_and_a_refusal_next_to_nothing() {
    run(async {
        let hole = Server::answering([Step::Hang]);
        let url = hole.url().to_owned();
        // On a machine that is busy with other tests, a late timer gives the service its second again.
        let mut waited = Duration::MAX;
        for _ in 0..5 {
            let (found, this) = load(At::ImdsToken.host(&url), direct()).await;
            let error = found.expect_err("nothing").to_string();
            assert!(
                error.contains("gave no token within 1 s; not on EC2? AWS_EC2_METADATA_DISABLED=true"),
                "{error}"
            );
            waited = waited.min(this);
            if waited <= Duration::from_millis(1_200) {
                break;
            }
        }
        assert!((Duration::from_millis(900)..=Duration::from_millis(1_200)).contains(&waited), "{waited:?}");

        drop(hole);
        let transport = direct();
        let (found, waited) = load(At::ImdsToken.host(&url), transport).await;
        let error = found.expect_err("nothing").to_string();
        assert!(error.contains("not on EC2? AWS_EC2_METADATA_DISABLED=true"), "{error}");
        assert!(waited < Duration::from_millis(100), "{waited:?}");
    });
}

/// Faults, as the steps of an answer; redirects lead to `elsewhere`.
fn faults(elsewhere: &str) -> Vec<(&'static str, Vec<Step>)> {
    let answer = |status: &str, body: &str| vec![Step::Send(response(status, &[], body))];
    let echo = "canary-metadata canary-authorization canary-jwt canary-key canary-token canary-access canary-refresh";
    let mut faults = vec![
        ("silent", vec![Step::Hang]),
        ("closed", vec![Step::Close]),
        ("reset", vec![Step::Reset]),
        ("no HTTP", vec![Step::Send(b"canary\r\n\r\n".to_vec()), Step::Close]),
        (
            "an endless head",
            vec![Step::Send([&b"HTTP/1.1 200 OK\r\nx: "[..], &[b'x'; 600_000]].concat()), Step::Close],
        ),
        (
            "a body that stops",
            vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ncanary".to_vec()), Step::Hang],
        ),
        (
            "a body that breaks off",
            vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ncanary".to_vec()), Step::Close],
        ),
        (
            "a body that trickles",
            vec![
                Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_vec()),
                Step::SendEach { bytes: vec![b'c'; 1000], chunk: 1, delay: Duration::from_millis(20) },
            ],
        ),
        (
            "slow",
            vec![Step::Sleep(Duration::from_millis(400)), Step::Send(response("200 OK", &[], DOCUMENT))],
        ),
        ("junk", answer("200 OK", "canary <html>")),
        ("empty", answer("200 OK", "")),
        ("null", answer("200 OK", "null")),
        ("huge", answer("200 OK", &"canary".repeat(200_000))),
        ("wrong types", answer("200 OK", r#"{"AccessKeyId":7,"SecretAccessKey":["canary"],"Token":{}}"#)),
        ("204", answer("204 No Content", "")),
    ];
    for status in
        ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Oops", "503 Busy"]
    {
        faults.push(("a refusal", answer(status, echo)));
    }
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let location = [("location", elsewhere)];
        faults.push(("a redirect", vec![Step::Send(response(status, &location, ""))]));
    }
    faults
}

#[test]
fn no_fault_hangs_leaks_or_is_taken_for_credentials() {
    run(async {
        let elsewhere = Server::start(|_, request| in_order(request));
        // Times run forty times as fast: a second is 25 ms, the five of STS are 125 ms.
        let hurried = Hurried::new(direct(), 40);
        for at in EVERYWHERE {
            let is_text = matches!(at, At::ImdsToken | At::ImdsRole);
            // A token is any text, and a role may well be called "null".
            let is_document = |name: &str| name == "null" || name == "wrong types";
            for (name, steps) in
                faults(elsewhere.url()).into_iter().filter(|(name, _)| !is_text || !is_document(name))
            {
                let what = format!("{at:?}, {name} {:.40?}", steps.first());
                let server = Server::start(
                    move |_, request| {
                        if at.is(request) { steps.clone() } else { in_order(request) }
                    },
                );
                let (found, waited) = load(at.host(server.url()), hurried.clone()).await;
                let Err(error) = found else { panic!("{what}: {found:?}") };
                assert_no_canary(&format!("{what}: {error} {error:?} {error:#?}"));
                assert!(waited < Duration::from_secs(3), "{what}: {waited:?}");
            }
        }
        assert_eq!(elsewhere.connections(), 0, "redirects are never followed");
    });
}

#[test]
fn a_name_is_connected_to_at_the_address_that_was_checked() {
    run(async {
        let server = Server::start(|_, request| in_order(request));
        let port = server.url().rsplit(':').next().expect("a port").to_owned();
        // No resolver but the host's knows this name.
        let host = host()
            .with_addresses("agent.invalid", [IpAddr::from([127, 0, 0, 1])])
            .with_var("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("http://agent.invalid:{port}/c"));
        let (found, _) = load(host, direct()).await;
        assert_eq!(found.expect("credentials").source(), "container");
        assert_eq!(server.request().headers()["host"], format!("agent.invalid:{port}").as_str());
    });
}

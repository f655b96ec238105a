//! SSO: which token is used, when it is renewed, and what the error says when neither works.

mod files;
mod renewal;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bedrill::auth::{Auth, AuthError, Chain, Resolved};
use bedrill::machine::{ProfileFiles, StaticMachine};
use serde_json::{Value, json};

use super::{CONFIG, host};
use crate::support::replies::{Replies, Reply, run};

const PROFILE: &str = "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Developer\n\
                       [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n";

/// SHA-1 of `corp`.
const TOKEN: &str = "/home/me/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

/// 2026-11-22T03:23:31Z.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_317_811)
}

/// A token that is valid until then, and all that renewing it needs.
fn token(expires_at: &str) -> Value {
    json!({
        "startUrl": "https://corp.awsapps.com/start",
        "region": "eu-west-1",
        "accessToken": "canary-access-old",
        "expiresAt": expires_at,
        "clientId": "client",
        "clientSecret": "canary-client-secret",
        "registrationExpiresAt": "2027-01-01T00:00:00Z",
        "refreshToken": "canary-refresh-old",
    })
}

const LATER: &str = "2026-11-22T09:00:00Z";
const SOON: &str = "2026-11-22T03:27:00Z";
const PAST: &str = "2026-11-22T03:00:00Z";

fn machine(token: impl ToString) -> StaticMachine {
    host().with_file(CONFIG, PROFILE).with_file(TOKEN, token.to_string())
}

/// Answers as AWS does when all is well.
fn aws(request: &http::Request<bytes::Bytes>) -> Reply {
    match (request.uri().host(), request.uri().path()) {
        (Some("portal.sso.eu-west-1.amazonaws.com"), "/federation/credentials") => Reply::ok(ROLE),
        (Some("oidc.eu-west-1.amazonaws.com"), "/token") => Reply::ok(RENEWED),
        _ => Reply::Status(404, "".into()),
    }
}

const ROLE: &str = r#"{"roleCredentials":{"accessKeyId":"ASIAROLEEXAMPLEAA","secretAccessKey":"canary-secret","sessionToken":"canary-session","expiration":1795321411000}}"#;
const RENEWED: &str = r#"{"accessToken":"canary-access-new","expiresIn":28800,"refreshToken":"canary-refresh-new","tokenType":"Bearer"}"#;

fn load(host: &StaticMachine, transport: &Replies) -> Result<Resolved, AuthError> {
    run(chain(host, transport).load())
}

fn chain(host: &StaticMachine, transport: &Replies) -> Chain {
    Chain::builder()
        .machine(Arc::new(host.clone()))
        .transport(Arc::new(transport.clone()))
        .clock(now)
        .profile("dev")
        .build()
}

/// The text of an error; it contains no secret and says what to run.
#[track_caller]
fn refused(result: Result<Resolved, AuthError>) -> String {
    let error = result.expect_err("an error");
    let text = format!("{error} {error:?} {error:#?}");
    assert!(!text.contains("canary"), "{text}");
    error.to_string()
}

fn bearer(request: &http::Request<bytes::Bytes>) -> &str {
    let value = &request.headers()["x-amz-sso_bearer_token"];
    assert!(value.is_sensitive());
    value.to_str().expect("text")
}

#[test]
fn a_token_that_serves_is_exchanged_for_the_roles_credentials() {
    let transport = Replies::new(aws);
    let resolved = load(&machine(token(LATER)), &transport).expect("credentials");
    let Auth::SigV4(keys) = resolved.auth() else { panic!("no keys") };
    assert_eq!(keys.access_key_id(), "ASIAROLEEXAMPLEAA");
    assert_eq!(keys.expiration(), Some(now() + Duration::from_secs(3600)));
    assert_eq!(
        resolved.origin(),
        "SSO role Developer of account 123456789012, profile dev (/home/me/.aws/config:2)"
    );
    let [request] = &transport.requests()[..] else { panic!("one request") };
    assert_eq!(
        request.uri().to_string(),
        "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=Developer&account_id=123456789012"
    );
    assert_eq!(bearer(request), "canary-access-old");
}

/// A server fault, and whether the request is retried.
type Fault = (&'static str, fn() -> Reply, bool);

fn faults() -> Vec<Fault> {
    vec![
        (
            "401",
            || Reply::Status(401, r#"{"message":"Session token not found: canary-access-old"}"#.into()),
            false,
        ),
        ("403", || Reply::Status(403, r#"{"message":"No access"}"#.into()), false),
        ("404", || Reply::Status(404, "".into()), false),
        (
            "400",
            || {
                Reply::Status(
                    400,
                    r#"{"error":"invalid_grant","error_description":"canary-refresh-old"}"#.into(),
                )
            },
            false,
        ),
        ("429", || Reply::Status(429, r#"{"message":"Too many"}"#.into()), true),
        ("500", || Reply::Status(500, "<html>canary-access-old canary-refresh-old</html>".into()), true),
        ("redirect", || Reply::Redirect(307, "https://evil.test/"), false),
        ("junk", || Reply::ok("canary"), false),
        ("empty", || Reply::ok(""), false),
        ("null", || Reply::ok("null"), false),
        ("array", || Reply::ok("[]"), false),
        ("no fields", || Reply::ok("{}"), false),
        (
            "wrong types",
            || Reply::ok(r#"{"roleCredentials":["canary"],"accessToken":7,"expiresIn":"canary"}"#),
            false,
        ),
        ("huge", || Reply::ok(vec![b'x'; 70_000]), false),
        ("broken", || Reply::Broken, true),
        ("silence", || Reply::Silence, true),
    ]
}

#[test]
fn the_portals_faults_are_named_and_the_transient_ones_tried_three_times() {
    for (name, reply, again) in faults() {
        let transport = Replies::new(move |_| reply());
        let error = refused(load(&machine(token(LATER)), &transport));
        assert!(error.starts_with("SSO: https://portal.sso.eu-west-1.amazonaws.com"), "{name}: {error}");
        assert_eq!(transport.requests().len(), if again { 3 } else { 1 }, "{name}: {error}");
        match name {
            "401" => assert!(error.ends_with("run `aws sso login --profile dev`"), "{error}"),
            "403" | "404" => assert!(error.contains("role Developer of account 123456789012"), "{error}"),
            "redirect" => assert!(error.contains("redirects are not followed"), "{error}"),
            "wrong types" => assert!(error.contains("roleCredentials is not an object"), "{error}"),
            _ => {}
        }
    }
}

#[test]
fn settings_that_are_missing_or_contradict_are_named() {
    for (config, problem) in [
        (
            "[profile dev]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n",
            "names sso_session \"corp\", which no [sso-session] section defines",
        ),
        (
            "[profile dev]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x\n",
            "without sso_account_id and sso_role_name it yields a token and no credentials",
        ),
        (
            "[profile dev]\nsso_session = corp\nsso_account_id = 1\n[sso-session corp]\nsso_region = x\nsso_start_url = y\n",
            "sso_role_name is missing",
        ),
        (
            "[profile dev]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n[sso-session corp]\nsso_region = x\n",
            "sso_start_url is missing",
        ),
        (
            "[profile dev]\nsso_start_url = https://x\nsso_account_id = 1\nsso_role_name = r\n",
            "sso_region is missing",
        ),
        (
            "[profile dev]\nsso_start_url = x\nsso_region = x.evil.test/#\nsso_account_id = 1\nsso_role_name = r\n",
            "config:3: sso_region: ",
        ),
    ] {
        let transport = Replies::new(aws);
        let error = refused(load(&host().with_file(CONFIG, config), &transport));
        assert!(error.contains(problem), "{error}");
        assert!(transport.requests().is_empty());
    }
}

#[test]
fn a_legacy_profile_finds_its_token_by_the_start_url() {
    let config = "[profile dev]\nsso_start_url = https://ssotest.awsapps.com/start\nsso_region = us-east-2\n\
                  sso_account_id = 1\nsso_role_name = My Role/x\n";
    let file = "/home/me/.aws/sso/cache/dace00cba5f8355ec9d274ceb2bcebdfbeed0e12.json";
    let machine = host().with_file(CONFIG, config).with_file(file, token(LATER).to_string());
    let transport = Replies::new(|_| Reply::ok(ROLE));
    load(&machine, &transport).expect("credentials");
    let uri = transport.requests()[0].uri().to_string();
    assert_eq!(
        uri,
        "https://portal.sso.us-east-2.amazonaws.com/federation/credentials?role_name=My%20Role%2Fx&account_id=1"
    );
}

#[test]
fn the_token_itself_is_available() {
    let machine = machine(token(LATER));
    let files = ProfileFiles::load(&machine, Some("dev")).expect("reads");
    let context = bedrill::auth::Context::new(&machine).with_clock(&now);
    let token = run(bedrill::auth::sso::token(context, &files)).expect("a token");
    assert_eq!(token.access_token().expose(), "canary-access-old");
    assert!(token.expires_at() > now());
    assert!(!format!("{token:?}").contains("canary"));
}

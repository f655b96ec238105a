//! SSO: which token serves, when it is renewed, and what is said when neither works.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bedrill::auth::profile::ProfileFiles;
use bedrill::auth::{Auth, AuthError, Chain, Host as _, Resolved, StaticHost};
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

/// A token that serves until then, and all that renews it.
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

fn machine(token: impl ToString) -> StaticHost {
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

fn load(host: &StaticHost, transport: &Replies) -> Result<Resolved, AuthError> {
    run(chain(host, transport).load())
}

fn chain(host: &StaticHost, transport: &Replies) -> Chain {
    Chain::builder()
        .host(Arc::new(host.clone()))
        .transport(Arc::new(transport.clone()))
        .clock(now)
        .profile("dev")
        .build()
}

/// The text of an error; it holds no secret and says what to run.
#[track_caller]
fn refused(result: Result<Resolved, AuthError>) -> String {
    let error = result.expect_err("an error");
    let text = format!("{error} {error:?}");
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

#[test]
fn a_token_that_runs_out_is_renewed_and_written_back() {
    for expires_at in [SOON, PAST] {
        let (machine, transport) = (machine(token(expires_at)), Replies::new(aws));
        load(&machine, &transport).expect("credentials");
        let [renewal, exchange] = &transport.requests()[..] else { panic!("two requests") };
        assert_eq!(renewal.uri().to_string(), "https://oidc.eu-west-1.amazonaws.com/token");
        let body: Value = serde_json::from_slice(renewal.body()).expect("JSON");
        assert_eq!(
            body,
            json!({"clientId": "client", "clientSecret": "canary-client-secret", "grantType": "refresh_token",
                   "refreshToken": "canary-refresh-old"})
        );
        assert_eq!(bearer(exchange), "canary-access-new");
        let mut expected = token("2026-11-22T11:23:31Z");
        expected["accessToken"] = "canary-access-new".into();
        expected["refreshToken"] = "canary-refresh-new".into();
        let written: Value =
            serde_json::from_slice(&machine.read(TOKEN.as_ref()).expect("there")).expect("JSON");
        assert_eq!(written, expected);
    }
}

#[test]
fn what_cannot_be_renewed_serves_until_its_end() {
    for (name, value) in [
        ("refreshToken", Value::Null),
        ("clientId", Value::Null),
        ("clientSecret", json!(" ")),
        ("registrationExpiresAt", Value::Null),
        ("registrationExpiresAt", json!(PAST)),
    ] {
        for (expires_at, serves) in [(SOON, true), (PAST, false)] {
            let mut token = token(expires_at);
            token[name] = value.clone();
            let transport = Replies::new(aws);
            let result = load(&machine(token), &transport);
            if serves {
                result.expect("credentials");
                assert_eq!(transport.requests().len(), 1, "{name}");
            } else {
                let error = refused(result);
                assert!(error.contains("the token expired at 2026-11-22T03:00:00Z"), "{error}");
                assert!(error.ends_with("run `aws sso login --profile dev`"), "{error}");
                assert_eq!(transport.requests().len(), 0, "{name}");
            }
        }
    }
}

/// Faults of a server and whether another try is made.
fn faults() -> Vec<(&'static str, fn() -> Reply, bool)> {
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
fn when_renewing_fails_the_old_token_serves_while_it_can() {
    for (name, reply, _) in faults() {
        let oidc = move |request: &http::Request<bytes::Bytes>| {
            if request.uri().path() == "/token" { reply() } else { Reply::ok(ROLE) }
        };
        let transport = Replies::new(oidc);
        let soon = machine(token(SOON));
        load(&soon, &transport).expect(name);
        assert_eq!(bearer(&transport.requests()[1]), "canary-access-old", "{name}");
        assert_eq!(
            soon.read(TOKEN.as_ref()).expect("there"),
            token(SOON).to_string().into_bytes(),
            "untouched"
        );

        let transport = Replies::new(oidc);
        let error = refused(load(&machine(token(PAST)), &transport));
        assert!(error.contains("https://oidc.eu-west-1.amazonaws.com did not renew it"), "{name}: {error}");
        assert!(error.ends_with("run `aws sso login --profile dev`"), "{name}: {error}");
        assert_eq!(transport.requests().len(), 1, "{name}: one try, because a lock is held");
    }
}

#[test]
fn renewing_is_tried_once_in_thirty_seconds() {
    let transport = Replies::new(|_| Reply::Status(500, "".into()));
    let chain = chain(&machine(token(PAST)), &transport);
    refused(run(chain.load()));
    let error = refused(run(chain.load()));
    assert!(error.contains("could not be renewed a moment ago"), "{error}");
    assert_eq!(transport.requests().len(), 1);
}

/// 45 files that `aws sso login` did not write: all are an error that names the file and what to run.
#[test]
fn a_damaged_file_counts_as_absent_and_is_named() {
    let good = token(LATER).to_string();
    let with = |name: &str, value: Value| {
        let mut token = token(LATER);
        token[name] = value;
        token.to_string()
    };
    let without = |name: &str| {
        let mut token = token(LATER);
        token.as_object_mut().expect("an object").remove(name);
        token.to_string()
    };
    let mut files: Vec<Vec<u8>> = [
        String::new(),
        " \n".to_owned(),
        "null".to_owned(),
        "true".to_owned(),
        "7".to_owned(),
        "\"canary\"".to_owned(),
        "[]".to_owned(),
        format!("[{good}]"),
        "{}".to_owned(),
        format!("{good}}}"),
        format!("{good}\"}}"),
        format!("{good}{good}"),
        format!("{good} canary"),
        format!("{good}\0"),
        format!("\u{feff}{good}"),
        format!("x{good}"),
        good.replace('"', "'"),
        good.replace(':', "="),
        good.replace(',', ",,"),
        good.replacen('{', "{\"AccessToken\":\"canary\",", 1),
        good.replacen('{', "{\"accessToken\":\"canary\",", 1),
        good.replacen('{', "{\"expiresat\":\"2027-01-01T00:00:00Z\",", 1),
        good.replace("canary-access-old", "canary\n"),
        without("accessToken"),
        without("expiresAt"),
        with("accessToken", Value::Null),
        with("accessToken", json!("")),
        with("accessToken", json!(" ")),
        with("accessToken", json!(7)),
        with("accessToken", json!(["canary"])),
        with("accessToken", json!({"canary": 1})),
        with("accessToken", json!("can ary")),
        with("accessToken", json!("canary\r\nx: y")),
        with("accessToken", json!("canary\u{e9}")),
        with("expiresAt", Value::Null),
        with("expiresAt", json!("")),
        with("expiresAt", json!("canary")),
        with("expiresAt", json!(1_795_317_811)),
        with("expiresAt", json!("2026-11-22")),
        with("expiresAt", json!("2026-13-22T09:00:00Z")),
        with("expiresAt", json!("99999-11-22T09:00:00Z")),
        with("refreshToken", json!(7)),
        with("clientSecret", json!({})),
        with("registrationExpiresAt", json!("canary")),
        format!("{{\"a\":{}", "[".repeat(50_000)),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect();
    files.push(vec![0xff, 0xfe, b'{', 0]);
    for cut in [1, good.len() / 4, good.len() / 2, good.len() - 1] {
        files.push(good.as_bytes()[..cut].to_vec());
    }
    assert!(files.len() >= 40);
    for file in files {
        let transport = Replies::new(aws);
        let machine = host().with_file(CONFIG, PROFILE).with_file(TOKEN, file.clone());
        let error = refused(load(&machine, &transport));
        assert!(error.starts_with(&format!("SSO: {TOKEN} does not hold a token: ")), "{error}");
        assert!(error.ends_with("run `aws sso login --profile dev`"), "{error}");
        assert!(transport.requests().is_empty());
        assert_eq!(machine.read(TOKEN.as_ref()).expect("there"), file, "left alone");
    }
}

#[test]
fn names_in_the_file_are_case_blind_and_far_dates_do_not_overflow() {
    for file in [
        r#"{"ACCESSTOKEN":"a","ExpiresAt":"2027-01-01T00:00:00Z"}"#,
        r#"{"accessToken":"a","expiresAt":"2027-01-01T00:00:00UTC","other":[1,{"b":null}]}"#,
        r#"{"accessToken":" a ","expiresAt":"9999-12-31T23:59:60.999999999Z"}"#,
    ] {
        load(&machine(file), &Replies::new(aws)).expect(file);
    }
    let error = refused(load(
        &machine(r#"{"accessToken":"a","expiresAt":"0000-01-01T00:00:00Z"}"#),
        &Replies::new(aws),
    ));
    assert!(error.contains("the token expired at 0000-01-01T00:00:00Z"), "{error}");
}

#[test]
fn a_missing_file_names_its_path_and_the_command() {
    let error = refused(load(&host().with_file(CONFIG, PROFILE), &Replies::new(aws)));
    assert_eq!(
        error,
        format!("SSO: there is no token: {TOKEN} does not exist; run `aws sso login --profile dev`")
    );
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
            "dev uses SSO, but sso_role_name is missing",
        ),
        (
            "[profile dev]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n[sso-session corp]\nsso_region = x\n",
            "corp uses SSO, but sso_start_url is missing",
        ),
        (
            "[profile dev]\nsso_start_url = https://x\nsso_account_id = 1\nsso_role_name = r\n",
            "dev uses SSO, but sso_region is missing",
        ),
        (
            "[profile dev]\nsso_start_url = x\nsso_region = x.evil.test/#\nsso_account_id = 1\nsso_role_name = r\n",
            "config:3: sso_region: ",
        ),
        (
            "[profile dev]\nsso_session = corp\nsso_region = a\nsso_account_id = 1\nsso_role_name = r\n\
             [sso-session corp]\nsso_region = b\nsso_start_url = https://x\n",
            "config:3 and /home/me/.aws/config:7 give sso_region different values",
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
fn the_token_itself_can_be_had() {
    let machine = machine(token(LATER));
    let files = ProfileFiles::load(&machine, Some("dev")).expect("reads");
    let context = bedrill::auth::Context::new(&machine).with_clock(now);
    let token = run(bedrill::auth::sso::token(context, &files)).expect("a token");
    assert_eq!(token.access_token().expose(), "canary-access-old");
    assert!(token.expires_at() > now());
    assert!(!format!("{token:?}").contains("canary"));
}

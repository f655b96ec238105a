//! The AWS SDKs' shared cases for role chains.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::{Base, BaseKind, ChainError, ChainProblem, RoleChain, resolve_chain};
use crate::profile::{ProfileSet, Section};

/// The two files with `[prefix name]` for each member of `sections`.
fn sections(prefix: &str, sections: &Value) -> String {
    let mut text = String::new();
    for (name, properties) in sections.as_object().into_iter().flatten() {
        text.push_str(&format!("[{prefix} {name}]\n"));
        for (name, value) in properties.as_object().expect("properties") {
            text.push_str(&format!("{name} = {}\n", value.as_str().expect("a text")));
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

/// Whether the problem is the one that the SDK words like this. Other wordings ask for an error, whichever.
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
    let folder = std::env::var_os("BEDRILL_CONFORMANCE").map(PathBuf::from);
    let folder =
        folder.expect("BEDRILL_CONFORMANCE must name the folder of the conformance cases (CONTRIBUTING.md)");
    assert!(folder.is_dir(), "{} is not a folder", folder.display());
    let path = folder.join("vectors/profile/assume-role-tests.json");
    let text = if path.exists() { std::fs::read_to_string(&path).expect("cases") } else { "[]".to_owned() };
    let cases: Value = serde_json::from_str(&text).expect("JSON");
    let cases = cases.as_array().or_else(|| cases["tests"].as_array()).expect("a list of cases");
    let mut failures = Vec::new();
    for case in cases {
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
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), cases.len(), failures.join("\n"));
    // `.ci/run conformance` reads this.
    eprintln!("conformance profile-assume-role: {} cases", cases.len());
}

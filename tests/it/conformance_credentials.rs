//! The AWS SDKs' shared cases for where credentials come from: containers, the metadata service.

use std::net::IpAddr;
use std::path::Path;

use bedrill::auth::AuthError;
use bedrill::auth::container::ContainerUri;
use bedrill::auth::imds::{self, EndpointMode, Imds};
use bedrill::machine::{ProfileFiles, StaticMachine};
use serde_json::Value;

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

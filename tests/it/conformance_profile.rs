//! The AWS SDKs' shared cases for the profile files: what they read as, and where they are.

use std::path::Path;

use bedrill::profile::{Platform, Problem, ProfileSet, locations, selected_name};
use serde_json::{Value, json};

use crate::profile::flat;
use crate::support::conformance;

/// The cases of `file`; none when it does not exist.
fn cases(folder: &Path, file: &str) -> Vec<Value> {
    let path = folder.join(file);
    if !path.exists() {
        return Vec::new();
    }
    conformance::json(&path)["tests"].as_array().expect("a list of tests").clone()
}

/// The SDKs' wordings of the causes, the longer ones before those that they contain.
fn cause(wording: &str) -> Option<Problem> {
    [
        ("must end with ']'", Problem::UnclosedHeader),
        ("Expected a profile definition", Problem::OutsideSection),
        ("Expected a property definition", Problem::NothingToContinue),
        ("'=' sign defining a sub-property", Problem::SubPropertyNoEquals),
        ("'=' sign defining a property", Problem::NoEquals),
        ("Sub-property did not have a name", Problem::SubPropertyNoName),
        ("Property did not have a name", Problem::NoName),
    ]
    .into_iter()
    .find_map(|(known, problem)| wording.contains(known).then_some(problem))
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn profile_parser_cases() {
    const SUITE: &str = "profile-parser";
    let folder = conformance::folder("vectors/profile");
    let cases = cases(&folder, "profile-parser-tests.json");
    let mut failures = Vec::new();
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        let input = |key: &str| case["input"][key].as_str().unwrap_or("").as_bytes();
        let result = ProfileSet::parse(input("configFile"), input("credentialsFile"));
        let output = &case["output"];
        match (result, output["errorContaining"].as_str()) {
            (Err(error), Some(wording)) => {
                // A wording outside the table requires an error of any kind.
                if cause(wording).is_some_and(|problem| error.problem() != problem) {
                    failures.push(format!("{name}: {error}, expected {wording:?}"));
                }
            }
            (Ok(set), None) => {
                let part = |key: &str| output["config"].get(key).cloned().unwrap_or_else(|| json!({}));
                let (profiles, sessions) = (flat(set.profiles()), flat(set.sso_sessions()));
                if profiles != part("profiles") || sessions != part("sso_sessions") {
                    failures.push(format!("{name}: {profiles} {sessions}"));
                }
            }
            (Ok(set), Some(wording)) => failures.push(format!("{name}: {set:?}, expected {wording:?}")),
            (Err(error), None) => failures.push(format!("{name}: {error}")),
        }
    }
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), cases.len(), failures.join("\n"));
    conformance::report(SUITE, cases.len());
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn profile_location_cases() {
    const SUITE: &str = "profile-location";
    let folder = conformance::folder("vectors/profile");
    let cases = cases(&folder, "file-location-tests.json");
    for case in &cases {
        let var = |name: &str| case["environment"][name].as_str().map(str::to_owned);
        let platform = if case["platform"] == "windows" { Platform::Windows } else { Platform::Unix };
        let found = locations(var, None, platform);
        assert_eq!(json!(found.config().path()), case["configLocation"], "{case}");
        assert_eq!(json!(found.credentials().path()), case["credentialsLocation"], "{case}");
        if let Some(profile) = case["profile"].as_str() {
            assert_eq!(selected_name(var).name(), profile, "{case}");
        }
    }
    conformance::report(SUITE, cases.len());
}

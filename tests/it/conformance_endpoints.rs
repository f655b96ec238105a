//! The endpoint tests that AWS publishes beside its rule sets, for both planes.

use bedrill::endpoint::{Endpoint, EndpointError, HostVariant, Plane, Region};
use serde_json::Value;

use crate::support::conformance;
use crate::support::conformance::list;

const PLANES: [(Plane, &str); 2] = [
    (Plane::Control, "bedrock.endpoint-tests-1.json"),
    (Plane::Data, "bedrock-runtime.endpoint-tests-1.json"),
];

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn endpoints_are_those_of_the_rule_sets() {
    const SUITE: &str = "endpoints";
    let folder = conformance::folder("api");
    let (mut count, mut failures) = (0, Vec::new());
    for (plane, name) in PLANES {
        let file = folder.join(name);
        if !file.is_file() {
            continue;
        }
        for case in list(&conformance::json(&file), "testCases") {
            count += 1;
            let resolved = resolve(plane, &case["params"]);
            if !fits(&case["expect"], &resolved) {
                failures.push(format!("{name}: {case}: {resolved:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases failed:\n{}", failures.len(), failures.join("\n"));
    conformance::report(SUITE, count);
}

/// The endpoint for `params`, which may be absent altogether.
fn resolve(plane: Plane, params: &Value) -> Result<Endpoint, EndpointError> {
    let region = params["Region"].as_str().map(Region::new).transpose()?;
    let switch = |name: &str| params[name].as_bool().unwrap_or(false);
    let variant = HostVariant::new(switch("UseFIPS"), switch("UseDualStack"));
    Endpoint::resolve(plane, region.as_ref(), variant, params["Endpoint"].as_str())
}

/// Whether `resolved` is the URL, or an error of the same cause.
fn fits(expect: &Value, resolved: &Result<Endpoint, EndpointError>) -> bool {
    match (expect["error"].as_str(), resolved) {
        (None, Ok(endpoint)) => expect["endpoint"]["url"].as_str() == Some(endpoint.url()),
        (Some(text), Err(error)) => match error {
            EndpointError::MissingRegion => text.contains("Missing Region"),
            EndpointError::FipsWithCustomEndpoint => text.contains("FIPS and custom endpoint"),
            EndpointError::DualStackWithCustomEndpoint => text.contains("Dualstack and custom endpoint"),
            EndpointError::InvalidRegion(_) => text.contains("egion"),
            EndpointError::InvalidEndpoint { .. } => text.contains("ndpoint"),
            _ => false,
        },
        _ => false,
    }
}

//! Requests that the service accepted go out as they were.

use bedrill::ConverseRequest;
use bedrill::fit::{FitOptions, fit};
use bedrill::lore::{Family, Overlay};
use serde_json::Value;

use crate::support::conformance;

/// What is changed in recorded requests although the service accepted them: a part of the model's ID, the adjustment, and
/// why, as of a day.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn recorded_requests_that_were_accepted_fit_as_they_are() {
    let suite = "captures-fit";
    let (mut count, mut failures) = (0, Vec::new());
    for capture in conformance::entries(&conformance::folder("captures")) {
        if !capture.is_dir() || !capture.join("response.json").is_file() {
            continue;
        }
        let recorded = conformance::json(&capture.join("request.json"));
        let streamed = match recorded["operation"].as_str() {
            Some("converse") => false,
            Some("converse-stream") => true,
            _ => continue,
        };
        if conformance::json(&capture.join("response.json"))["status"] != 200 {
            continue;
        }
        let mut body = recorded["body"].clone();
        if let Value::String(text) = &body {
            let Ok(whole) = serde_json::from_str(text) else { continue };
            body = whole;
        }
        let path = recorded["path"].as_str().unwrap();
        let id = path.split("/model/").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        let id = id.replace("%3A", ":").replace("%2F", "/");
        let request = ConverseRequest::from_body_json(id.as_str(), body).unwrap();
        let family = Family::of(&id).unwrap_or_default();
        let options = FitOptions::new().with_streamed(streamed).with_exact(true);
        count += 1;
        match fit(request.clone(), &family, &Overlay::new(), options) {
            Ok(fitted) => assert_eq!(fitted.request, request),
            Err(refused) => {
                for adjustment in refused.adjustments.iter().map(ToString::to_string) {
                    if !EXCEPTIONS.iter().any(|(part, said, _)| id.contains(part) && adjustment == *said) {
                        failures.push(format!("{id}: {adjustment} ({})", capture.display()));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} requests:\n{}", failures.len(), failures.join("\n"));
    conformance::report(suite, count);
}

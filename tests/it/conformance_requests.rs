//! Recorded Converse requests and answers pass through our types without loss.

use std::path::Path;

use bedrill::{ConverseRequest, ConverseResponse};
use serde_json::Value;

use crate::support::conformance;
use crate::support::json::{same, without_nulls};

/// The body of `capture` when it holds a Converse request, and whether Converse itself takes it.
///
/// A recorder may have kept the body as text; one that cut it kept no request.
fn converse_body(capture: &Path) -> Option<Value> {
    let request = conformance::json(&capture.join("request.json"));
    let mut body = request.get("body")?.clone();
    if let Value::String(text) = &body {
        body = serde_json::from_str(text).ok()?;
    }
    match request.get("operation")?.as_str()? {
        "converse" | "converse-stream" => Some(body),
        "count-tokens" => body.get_mut("input")?.get_mut("converse").map(Value::take),
        _ => None,
    }
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn recorded_requests_come_back_as_they_were() {
    let suite = "captures-requests";
    let captures = conformance::folder("captures");
    let (mut count, mut failures) = (0, Vec::new());
    for capture in conformance::entries(&captures).iter().filter(|capture| capture.is_dir()) {
        let Some(body) = converse_body(capture) else { continue };
        count += 1;
        match ConverseRequest::from_body_json("a-model", body.clone()) {
            Err(error) => failures.push(format!("{}: {error}", capture.display())),
            Ok(request) => {
                assert_eq!(request.model_id.as_str(), "a-model");
                let written = request.to_body_json();
                if !same(&without_nulls(&body), &without_nulls(&written)) {
                    failures.push(format!("{}: {body} was written as {written}", capture.display()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} requests failed:\n{}", failures.len(), failures.join("\n"));
    conformance::report(suite, count);
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn recorded_answers_come_back_as_they_were() {
    let suite = "captures-responses";
    let captures = conformance::folder("captures");
    let (mut count, mut failures) = (0, Vec::new());
    for capture in conformance::entries(&captures) {
        let file = capture.join("response.body.json");
        if !file.is_file()
            || conformance::json(&capture.join("request.json"))["operation"] != "converse"
            || conformance::json(&capture.join("response.json"))["status"] != 200
        {
            continue;
        }
        count += 1;
        let body = conformance::json(&file);
        match ConverseResponse::from_json(body.clone()) {
            Err(error) => failures.push(format!("{}: {error}", capture.display())),
            Ok(output) => {
                let written = output.to_json();
                if !same(&without_nulls(&body), &without_nulls(&written)) {
                    failures.push(format!("{}: {body} was written as {written}", capture.display()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} answers failed:\n{}", failures.len(), failures.join("\n"));
    conformance::report(suite, count);
}

//! `bedrill decode`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::Stdio;

use bedrill::test_util::events::{answer, event, exception, stop, text};
use serde_json::{Value, json};

use super::command::{Scratch, wait};
use crate::conformance;
use crate::json::{same, without_nulls};

fn fixture(case: &str) -> String {
    format!("{}/../../fixtures/eventstream/{case}/body.bin", env!("CARGO_MANIFEST_DIR"))
}

/// A stream in a file of a fresh scratch folder, decoded.
fn decode(body: &[u8], flags: &[&str]) -> super::command::Run {
    let scratch = Scratch::new();
    scratch.file("work/body.bin", body);
    scratch.bedrill(&[&["decode", "body.bin"], flags].concat()).run()
}

#[test]
fn events_are_printed_one_a_line_in_the_apis_shape_without_padding() {
    let run = decode(&answer(&["Hi", "\u{1b}[2J ü"]), &[]).ended(0);
    assert_eq!(
        run.stdout,
        "{\"messageStart\":{\"role\":\"assistant\"}}\n\
         {\"contentBlockDelta\":{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hi\"}}}\n\
         {\"contentBlockDelta\":{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\\u001b[2J ü\"}}}\n\
         {\"contentBlockStop\":{\"contentBlockIndex\":0}}\n\
         {\"messageStop\":{\"stopReason\":\"end_turn\"}}\n\
         {\"metadata\":{\"metrics\":{\"latencyMs\":4},\
         \"usage\":{\"inputTokens\":1,\"outputTokens\":2,\"totalTokens\":3}}}\n"
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn unknown_events_and_members_and_blobs_are_printed() {
    let redacted =
        json!({"contentBlockIndex": 0, "delta": {"reasoningContent": {"redactedContent": "AID/"}}});
    let body = [
        event("somethingNew", json!({"answer": 42, "p": "abc"})),
        event("messageStart", json!({"role": "assistant", "mood": "good"})),
        event("contentBlockDelta", &redacted),
        stop("weather"),
    ]
    .concat();
    let run = decode(&body, &[]).ended(0);
    assert_eq!(
        run.json_lines(),
        [
            json!({"somethingNew": {"answer": 42}}),
            json!({"messageStart": {"role": "assistant", "mood": "good"}}),
            json!({ "contentBlockDelta": redacted }),
            json!({"messageStop": {"stopReason": "weather"}}),
        ]
    );
}

#[test]
fn frames_are_printed_as_the_fixtures_write_them_and_faults_go_to_stderr() {
    for folder in
        conformance::entries(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/eventstream")))
    {
        let body = folder.join("body.bin");
        if !body.is_file() {
            continue;
        }
        let error = std::fs::read_to_string(folder.join("error.txt")).ok();
        let body = body.to_str().expect("a path in UTF-8");
        let run = Scratch::new().bedrill(&["decode", "--frames", body]).run();
        let run = run.ended(if error.is_some() { 1 } else { 0 });
        let Value::Array(expected) = conformance::json(&folder.join("frames.json")) else { panic!("{body}") };
        let printed = run.json_lines();
        assert_eq!(printed.len(), expected.len(), "{body}");
        for (printed, expected) in printed.iter().zip(&expected) {
            // A fixture may write a payload in base64 to show its bytes.
            if expected.get("payload_base64").is_none() || printed.get("payload_base64").is_some() {
                assert_eq!(printed, expected, "{body}");
            }
        }
        assert!(run.stderr.contains(error.as_deref().unwrap_or_default().trim()), "{}", run.stderr);
    }
}

#[test]
fn what_came_before_a_fault_is_printed_then_the_fault_and_the_code_is_1() {
    let run = Scratch::new().bedrill(&["decode", &fixture("exception-mid-stream")]).run().ended(1);
    assert_eq!(run.json_lines().len(), 2);
    run.says(&["ThrottlingException", "Too many tokens, wait."]);

    let whole = answer(&["Hi"]);
    let run = decode(&whole[..whole.len() - 1], &[]).ended(1);
    assert_eq!(run.json_lines().len(), 4, "all but the metadata");
    run.says(&["ends inside a frame"]);

    let run = decode(&[text("Hi"), exception("newException", json!({"message": "no"}))].concat(), &[]);
    run.ended(1).says(&["newException: no"]);
    decode(&text("Hi"), &[]).ended(1).says(&["before messageStop"]);
    decode(b"", &[]).ended(1).says(&["before the first event"]);
    decode(b"<html>a proxy's page</html>", &[]).ended(1).says(&["<html>", "not an event stream"]);
}

#[test]
fn frames_are_complete_without_message_stop() {
    assert_eq!(decode(b"", &["--frames"]).ended(0).stdout, "");
    let run = decode(&exception("throttlingException", json!({"message": "wait"})), &["--frames"]).ended(0);
    assert_eq!(run.json_lines()[0]["payload"], json!({"message": "wait"}));
    decode(&text("Hi")[..20], &["--frames"]).ended(1).says(&["ends inside a frame"]);
}

#[test]
fn a_dash_reads_stdin() {
    let scratch = Scratch::new();
    let run = scratch.bedrill(&["decode", "-"]).stdin(answer(&["Hi"])).run().ended(0);
    assert_eq!(run.json_lines().len(), 5);
}

#[test]
fn a_file_that_cannot_be_read_is_a_usage_error_that_names_it() {
    let scratch = Scratch::new();
    scratch.bedrill(&["decode", "missing.bin"]).run().ended(2).says(&["missing.bin cannot be read"]);
    scratch.bedrill(&["decode", "."]).run().ended(2).says(&[". cannot be read: a directory, not a file"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_not_a_failure() {
    let scratch = Scratch::new();
    // More than fits in any pipe.
    scratch.file("work/body.bin", answer(&vec!["word"; 50_000]));
    let mut command = scratch.bedrill(&["decode", "body.bin"]).command;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("bedrill starts");
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut first).expect("a line");
    drop(stdout);
    assert_eq!(first, "{\"messageStart\":{\"role\":\"assistant\"}}\n");
    let status = wait(&mut child);
    let mut stderr = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}

/// `events.json` writes a blob as `{"$base64": ".."}`; the API's own shape is the text alone.
fn blobs_as_text(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(blobs_as_text).collect(),
        Value::Object(members) => match members.get("$base64") {
            Some(text) => text.clone(),
            None => members.iter().map(|(name, value)| (name.clone(), blobs_as_text(value))).collect(),
        },
        other => other.clone(),
    }
}

/// Whether `whole` says all that `part` says: the parser that wrote `part` drops members it does not know.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, part)| whole.get(name).is_some_and(|whole| holds(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        _ => same(whole, part),
    }
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn conformance_recorded_streams_are_printed_as_their_frames_and_events() {
    const SUITE: &str = "captures-decode";
    let folder = conformance::folder("captures");
    let mut streams = 0;
    for folder in conformance::entries(&folder) {
        let body = folder.join("response.bin");
        if !body.is_file() {
            continue;
        }
        streams += 1;
        let name = folder.display();
        let body = body.to_str().expect("a path in UTF-8");
        let Value::Array(frames) = conformance::json(&folder.join("frames.json")) else { panic!("{name}") };
        let run = Scratch::new().bedrill(&["decode", "--frames", body]).run().ended(0);
        assert!(run.json_lines() == frames, "{name}: other frames: {}", run.stdout);

        let Value::Array(events) = conformance::json(&folder.join("events.json")) else { panic!("{name}") };
        let run = Scratch::new().bedrill(&["decode", body]).run();
        let printed = run.json_lines();
        let is_fault = |frame: &&Value| {
            frame["headers"].as_array().is_some_and(|headers| {
                headers.iter().any(|header| header["name"] == ":message-type" && header["value"] != "event")
            })
        };
        let faults = frames.iter().filter(is_fault).count();
        run.ended(if faults > 0 { 1 } else { 0 });
        assert_eq!(printed.len(), frames.len() - faults, "{name}: a line for each event");
        // `events.json` may or may not list a fault.
        assert!((printed.len()..=frames.len()).contains(&events.len()), "{name}: {} events", events.len());
        for (printed, expected) in printed.iter().zip(&events) {
            let expected = without_nulls(&blobs_as_text(expected));
            assert!(holds(printed, &expected), "{name}: printed {printed}, expected {expected}");
        }
    }
    conformance::report(SUITE, streams);
}

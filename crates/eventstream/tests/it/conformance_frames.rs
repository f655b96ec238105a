//! Frames that other implementations publish, refuse, or were recorded with.

use std::path::Path;

use bedrill_eventstream::{DecodeError, FrameDecoder, HeaderProblem};
use serde_json::Value;

use crate::conformance;
use crate::conformance::list;
use crate::frames::{assert_round_trip, decode, from_base64};
use crate::pieces::cuts;

/// The cases of `folder`: the JSON documents in it, with their names.
fn cases(folder: &Path) -> Vec<(String, std::path::PathBuf)> {
    conformance::entries(folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.file_stem().expect("a file name").to_string_lossy().into_owned(), path))
        .collect()
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn published_frames_are_read_and_written_back() {
    const SUITE: &str = "frames-positive";
    let folder = conformance::folder("vectors/eventstream/positive");
    let cases = cases(&folder);
    for (name, path) in &cases {
        let case = conformance::json(path);
        assert_round_trip(name, &bytes(&path.with_extension("bin")), list(&case, "frames"));
    }
    conformance::report(SUITE, cases.len());
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn frames_of_the_protocol_tests_are_read_and_written_back() {
    const SUITE: &str = "frames-protocol";
    let file = conformance::folder("vectors/eventstream/smithy-restJson1-protocol-tests.json");
    let document = conformance::json(&file);
    let tests = list(&document, "tests");
    for test in tests {
        let id = test["id"].as_str().expect("a test has an id");
        for (index, event) in list(test, "events").iter().enumerate() {
            let bytes = from_base64(&event["bytes_base64"]);
            assert_round_trip(&format!("{id}, event {index}"), &bytes, std::slice::from_ref(event));
        }
    }
    conformance::report(SUITE, tests.len());
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn recorded_streams_are_read_and_written_back() {
    const SUITE: &str = "captures-frames";
    let folder = conformance::folder("captures");
    let mut streams = 0;
    for case in conformance::entries(&folder) {
        let described = case.join("frames.json");
        if described.is_file() {
            let expected = conformance::json(&described);
            let expected = expected.as_array().expect("frames.json is a list");
            assert_round_trip(&case.display().to_string(), &bytes(&case.join("response.bin")), expected);
            streams += 1;
        }
    }
    conformance::report(SUITE, streams);
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn malformed_frames_are_refused_for_what_is_wrong_with_them() {
    const SUITE: &str = "frames-negative";
    let folder = conformance::folder("vectors/eventstream/negative");
    let cases = cases(&folder);
    for (name, path) in &cases {
        let case = conformance::json(path);
        match case["prelude_hex"].as_str() {
            Some(prelude) => assert_refused_on_the_prelude(name, &from_hex(prelude), &case),
            None => assert_refused(name, &bytes(&path.with_extension("bin")), &case),
        }
    }
    conformance::report(SUITE, cases.len());
}

fn assert_refused(name: &str, bytes: &[u8], case: &Value) {
    let error = refusal(name, bytes);
    if fits(case, error) {
        return;
    }
    // Vectors with malformed headers often have a false checksum, too, which is found first. Once corrected, they must
    // fail because of their headers.
    assert_eq!(case["check"], "headers", "{name}: {error}");
    assert!(is_checksum(error), "{name}: {error}");
    let mended = with_true_checksums(bytes);
    let error = refusal(name, &mended);
    assert!(fits(case, error), "{name}, checksums made good: {error}");
}

/// Frames of that length are legal for a client, so the budget is put under it.
fn assert_refused_on_the_prelude(name: &str, prelude: &[u8], case: &Value) {
    let total_len = u32::from_be_bytes(*prelude.first_chunk().expect("a length")) as usize;
    let budget = total_len.saturating_sub(1).min(24 * 1024 * 1024);
    let mut decoder = FrameDecoder::with_budget(budget);
    decoder.push(prelude);
    let error = decoder.next_frame().expect_err(name);
    assert!(fits(case, error), "{name}: {error}");
}

/// The error that `bytes` end with, the same however they are cut.
fn refusal(name: &str, bytes: &[u8]) -> DecodeError {
    let mut errors: Vec<DecodeError> = cuts(bytes)
        .into_iter()
        .map(|(cut, pieces)| {
            let (frames, end) = decode(FrameDecoder::new(), pieces);
            assert_eq!(frames, [], "{name}, {cut}");
            end.expect_err(&format!("{name}, {cut}"))
        })
        .collect();
    errors.dedup();
    assert_eq!(errors.len(), 1, "{name}: {errors:?}");
    errors[0]
}

/// Whether `error` is what `case` was made to provoke.
fn fits(case: &Value, error: DecodeError) -> bool {
    let origin = case["error"].as_str().unwrap_or_default();
    if origin.contains("Duplicate") {
        return matches!(error, DecodeError::Header { problem: HeaderProblem::DuplicateName, .. });
    }
    match case["check"].as_str() {
        Some("checksum") => is_checksum(error),
        Some("length") => matches!(error, DecodeError::Length { .. } | DecodeError::OverBudget { .. }),
        Some("headers") => matches!(error, DecodeError::Header { .. } | DecodeError::Length { .. }),
        other => panic!("`check` is {other:?}"),
    }
}

fn is_checksum(error: DecodeError) -> bool {
    matches!(error, DecodeError::PreludeChecksum { .. } | DecodeError::MessageChecksum { .. })
}

/// The first frame of `bytes` with both checksums recomputed.
fn with_true_checksums(bytes: &[u8]) -> Vec<u8> {
    let total_len = u32::from_be_bytes(*bytes.first_chunk().expect("a length")) as usize;
    let mut frame = bytes[..total_len].to_vec();
    let prelude_crc = crc32fast::hash(&frame[..8]);
    frame[8..12].copy_from_slice(&prelude_crc.to_be_bytes());
    let (covered, message_crc) = frame.split_last_chunk_mut::<4>().expect("a checksum");
    *message_crc = crc32fast::hash(covered).to_be_bytes();
    frame
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

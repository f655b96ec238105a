//! How answers end: what is said on stderr, the exit code, and the document of `--json`.

use bedrill::test_util::events::{event, exception, metadata, start, stop, text};
use bedrill::test_util::responses::{self, chunk, stream_head};
use bedrill::test_util::{Server, Step};
use serde_json::{Value, json};

use super::command::{Run, Scratch};

fn tool(input: &str) -> Vec<u8> {
    let announced = json!({"toolUse": {"toolUseId": "t1", "name": "write"}});
    let piece = json!({"toolUse": { "input": input }});
    [
        event("contentBlockStart", json!({"contentBlockIndex": 1, "start": announced})),
        event("contentBlockDelta", json!({"contentBlockIndex": 1, "delta": piece})),
    ]
    .concat()
}

fn usage(usage: &str) -> Vec<u8> {
    event("metadata", format!(r#"{{"usage":{usage},"metrics":{{"latencyMs":4}}}}"#))
}

/// What the command makes of `body`.
fn replayed(body: &[u8], flags: &[&str]) -> Run {
    Scratch::new().bedrill(&[&["chat", "--replay", "-"], flags].concat()).stdin(body).run()
}

#[test]
fn every_end_of_an_answer_has_its_note_its_code_and_its_document() {
    let refusal =
        |details: Value| event("messageStop", json!({"stopReason": "refusal", "stopDetails": details}));
    let bare = event("messageStop", r#"{"stopReason":"refusal"}"#);
    for (name, body, code, said) in [
        ("limit", vec![text("Hi"), stop("max_tokens")], 0, "the limit of tokens"),
        (
            "limit in a call",
            vec![text("Hi"), tool("{\"a\": \"b"), stop("max_tokens")],
            0,
            "cut while it called the tool \"write\"",
        ),
        (
            "window in a call",
            vec![tool("{\"a"), stop("model_context_window_exceeded")],
            0,
            "cut while it called",
        ),
        (
            "malformed call",
            vec![text("Hi"), tool("{\"a\": \"b"), stop("malformed_tool_use")],
            1,
            "a call of a tool that the service could not read",
        ),
        ("malformed call, nothing of it", vec![stop("malformed_tool_use")], 1, "could not read"),
        ("a call that is no JSON", vec![text("Hi"), tool("{\"a"), stop("tool_use")], 1, "is not JSON"),
        ("refusal", vec![start(), bare], 0, "the model refused to answer"),
        (
            "refusal with details",
            vec![start(), refusal(json!({"category": "cyber", "explanation": "No."}))],
            0,
            "(cyber: No.)",
        ),
        ("only a call", vec![tool("{\"a\": 1}"), stop("tool_use")], 0, "only a call of the tool \"write\""),
        ("unknown reason", vec![text("Hi"), stop("became_bored")], 0, "not known here: \"became_bored\""),
        ("empty", vec![start(), stop("end_turn")], 0, "the answer is empty"),
        ("blank", vec![text(" \n"), stop("end_turn"), metadata()], 0, "the answer is empty"),
        (
            "too many tokens",
            vec![
                text("Hi"),
                stop("end_turn"),
                usage(r#"{"inputTokens":3000000000,"outputTokens":1,"totalTokens":1}"#),
            ],
            0,
            "\"metadata\" cannot be read",
        ),
        (
            "no number",
            vec![text("Hi"), stop("end_turn"), usage(r#"{"inputTokens":NaN}"#)],
            0,
            "\"metadata\" cannot be read",
        ),
        (
            "no total",
            vec![text("Hi"), stop("end_turn"), usage(r#"{"inputTokens":1,"outputTokens":1}"#)],
            0,
            "\"metadata\" cannot be read",
        ),
        (
            "exception behind",
            vec![text("Hi"), stop("end_turn"), exception("throttlingException", r#"{"message":"late"}"#)],
            0,
            "is complete, but",
        ),
        ("stray bytes behind", vec![text("Hi"), stop("end_turn"), vec![b'x'; 40]], 0, "is complete, but"),
        (
            "text behind",
            vec![text("Hi"), stop("end_turn"), text("INJECTED"), metadata()],
            0,
            "came after messageStop",
        ),
        (
            "a second message",
            vec![text("Hi"), stop("end_turn"), start(), text("Hi"), stop("end_turn")],
            0,
            "came after messageStop",
        ),
    ] {
        let body = body.concat();
        for quiet in [&[][..], &["-q"]] {
            let run = replayed(&body, quiet).ended(code);
            assert!(run.stderr.contains(said), "{name}: {}", run.stderr);
            assert!(
                !run.stdout.contains("INJECTED") && !run.stdout.contains("HiHi"),
                "{name}: {}",
                run.stdout
            );
        }
        let run = replayed(&body, &["--strict"]).ended(1);
        assert!(run.stderr.contains(said), "{name}: {}", run.stderr);
        let run = replayed(&body, &["--json"]).ended(code);
        let [document] = &run.json_lines()[..] else { panic!("{name}: {}", run.stdout) };
        assert!(document["output"]["message"]["content"].is_array(), "{name}: {document}");
        assert!(document["stopReason"].is_string(), "{name}: {document}");
        assert_eq!(document.get("error").is_some(), code == 1, "{name}: {document}");
        let has_text = body.windows(10).any(|bytes| bytes == br#"text":"Hi""#);
        assert_eq!(document.to_string().contains(r#"{"text":"Hi"}"#), has_text, "{name}: {document}");
        assert!(run.stderr.contains(said), "{name}: {}", run.stderr);
    }
}

#[test]
fn a_good_answer_is_good_for_strict_too() {
    let body = [text("Hi"), stop("end_turn"), metadata()].concat();
    let run = replayed(&body, &["--strict"]).ended(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("Hi\n", ""));
    // What only cost the connection lacks nothing.
    replayed(&body[..body.len() - 1], &["--strict"]).ended(0).says(&["the connection broke afterwards"]);
}

#[test]
fn json_prints_what_there_is_of_an_answer_that_is_cut() {
    for (body, content) in [
        (vec![start(), text("Hi")], json!([{"text": "Hi"}])),
        (
            vec![text("Hi"), exception("throttlingException", r#"{"message":"wait"}"#)],
            json!([{"text": "Hi"}]),
        ),
        (vec![text("Hi"), event("contentBlockDelta", "{")], json!([{"text": "Hi"}])),
        (
            vec![text("Hi"), tool("{\"a\":")],
            json!([{"text": "Hi"}, {"toolUse": {"toolUseId": "t1", "name": "write", "input": "{\"a\":"}}]),
        ),
    ] {
        let run = replayed(&body.concat(), &["--json"]).ended(1);
        let [document] = &run.json_lines()[..] else { panic!("{}", run.stdout) };
        assert_eq!(document["output"]["message"]["content"], content);
        assert!(
            document["error"]["message"].is_string() && document.get("stopReason").is_none(),
            "{document}"
        );
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn an_answer_at_once_is_judged_in_the_same_way() {
    let answer = |reason: &str, content: Value, usage: Value| json!({"output": {"message": {"role": "assistant", "content": content}}, "stopReason": reason, "usage": usage});
    let good = json!({"inputTokens": 1, "outputTokens": 2, "totalTokens": 3});
    for (answer, said) in [
        (answer("refusal", json!([]), good.clone()), "refused to answer"),
        (answer("end_turn", json!([]), good), "the answer is empty"),
        (
            answer("end_turn", json!([{"text": "Hi"}]), json!({"inputTokens": 12.5})),
            "its \"usage\" cannot be read",
        ),
    ] {
        let server = Server::sending(responses::json(&answer));
        let ask = |flags: &[&str]| {
            Scratch::new().chat(server.url(), &[&["--no-stream", "hi"], flags].concat()).run()
        };
        ask(&["-q"]).ended(0).says(&[said]);
        ask(&["--strict"]).ended(1).says(&[said]);
        let document = ask(&["--json"]).ended(0).json_lines().remove(0);
        assert_eq!(document["output"], answer["output"]);
        assert!(document["warnings"][0].as_str().is_some_and(|warning| warning.contains(said)), "{document}");
    }
}

#[test]
fn half_a_character_is_replaced_and_the_answer_goes_on() {
    let half = event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"a\ud83d"}}"#);
    let run = replayed(&[half, text("b"), stop("end_turn")].concat(), &[]).ended(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("a\u{fffd}b\n", ""));
}

/// The most memory that a process had, in bytes.
#[cfg(target_os = "linux")]
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().expect("a number") << 10
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_not_shown_takes_no_memory() {
    use std::io::Read as _;

    let long = "QUJD".repeat(16_384);
    for (name, delta) in [
        ("tool input", json!({"toolUse": { "input": long }})),
        ("redacted", json!({"reasoningContent": { "redactedContent": long }})),
        ("reasoning", json!({"reasoningContent": { "text": long }})),
    ] {
        let index = if name == "tool input" { 1 } else { 2 };
        let frame = event("contentBlockDelta", json!({"contentBlockIndex": index, "delta": delta}));
        // 64 MiB.
        let frames = chunk(&frame.repeat(1_024));
        let end = chunk(&[text("Hi\n"), stop("end_turn")].concat());
        let server = Server::answering([
            Step::Send([stream_head(), chunk(&tool("")), frames, end].concat()),
            Step::Hang,
        ]);
        let mut child = Scratch::new().chat(server.url(), &["hi"]).start();
        drop(child.stdin.take());
        // All that came before has been read by then.
        let mut shown = [0; 3];
        child.stdout.take().expect("a pipe").read_exact(&mut shown).expect("the text");
        let peak = peak(child.id());
        child.kill().and_then(|()| child.wait()).expect("an end");
        assert_eq!(&shown, b"Hi\n", "{name}");
        assert!(peak < 48 << 20, "{name}: {} MiB", peak >> 20);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn json_keeps_an_answer_up_to_its_budget_and_what_came_of_it() {
    use std::io::Write as _;

    let scratch = Scratch::new();
    let mut child = scratch.bedrill(&["chat", "--json", "--replay", "-"]).start();
    let mut stdin = child.stdin.take().expect("a pipe");
    let frame = text(&"x".repeat(1 << 20));
    let writer = std::thread::spawn(move || (0..100).try_for_each(|_| stdin.write_all(&frame)));
    let output = child.wait_with_output().expect("an end");
    let _ = writer.join();
    assert_eq!(output.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let text = document["output"]["message"]["content"][0]["text"].as_str().expect("a text");
    assert!((60 << 20..=64 << 20).contains(&text.len()), "{}", text.len());
    assert!(document["error"]["message"].as_str().is_some_and(|said| said.contains("budget")));
}

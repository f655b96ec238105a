//! `--record` and `--replay`.

use std::time::Duration;

use bedrill::test_util::events::{answer, event, exception, text};
use bedrill::test_util::responses::{LAST_CHUNK, chunk, response, stream, stream_head};
use bedrill::test_util::{Server, Step};
use serde_json::json;

use super::command::Scratch;

#[test]
fn a_recorded_body_replays_and_decodes_to_the_same() {
    let scratch = Scratch::new();
    let body = answer(&["Rain ", "is \u{1b}[1mwet", "."]);
    let server = Server::sending(stream(&body));
    let live = scratch.chat(server.url(), &["--record", "body.bin", "hi"]).run().ended(0);
    assert!(scratch.read("work/body.bin") == body, "another body was recorded");
    #[cfg(unix)]
    {
        let file = std::fs::metadata(scratch.path("work/body.bin")).expect("a file");
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.permissions());
        assert_eq!(mode & 0o777, 0o600, "answers are private");
    }
    let replayed = scratch.bedrill(&["chat", "--replay", "body.bin"]).run().ended(0);
    assert_eq!((replayed.stdout, replayed.stderr), (live.stdout, String::new()));
    let piped = scratch.bedrill(&["chat", "--replay", "-", "--json"]).stdin(body).run().ended(0);
    assert_eq!(piped.json_lines()[0]["output"]["message"]["content"][0]["text"], "Rain is \u{1b}[1mwet.");
    let decoded = scratch.bedrill(&["decode", "body.bin"]).run().ended(0);
    assert_eq!(decoded.json_lines().len(), 7);
    assert_eq!(server.requests().len(), 1, "a replay asks nobody");
}

#[test]
fn a_replay_needs_nothing_from_the_machine() {
    let scratch = Scratch::new();
    scratch.file("body.bin", answer(&["Hi"])).file("home/.aws/config", "no profile file");
    scratch.file("work/.env", "AWS_REGION=(");
    let run = scratch
        .bedrill(&["chat", "--replay", "../body.bin"])
        .var("AWS_REGION", "not a region")
        .var("AWS_PROFILE", "missing")
        .var("BEDRILL_MODEL", "not a model id")
        .run()
        .ended(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("Hi\n", ""));
}

#[test]
fn a_replayed_fault_is_the_fault_that_a_live_stream_would_have() {
    let scratch = Scratch::new();
    let body = answer(&["Hi"]);
    scratch.file("work/body.bin", &body[..body.len() - 200]);
    let run = scratch.bedrill(&["chat", "--replay", "body.bin"]).run().ended(1);
    assert_eq!(run.stdout, "Hi\n");
    run.says(&["ends inside a frame"]);
    scratch.file("work/body.bin", &body[..body.len() - 100]);
    let run = scratch.bedrill(&["chat", "--replay", "body.bin"]).run().ended(0);
    assert_eq!(run.stdout, "Hi\n");
    run.says(&["the answer is complete, but the connection broke afterwards"]);
    scratch.file("work/body.bin", text("Hi"));
    let run = scratch.bedrill(&["chat", "--replay", "body.bin"]).run().ended(1);
    assert_eq!(run.stdout, "Hi\n");
    run.says(&["before messageStop"]);
    let run = scratch.bedrill(&["chat", "--replay", "missing.bin"]).run().ended(2);
    run.says(&["missing.bin cannot be read"]);
}

#[test]
fn a_recorded_body_is_complete_even_when_the_stream_fails() {
    let later = event("messageStop", json!({"stopReason": "end_turn"}));
    let mut damaged = text("never shown");
    *damaged.last_mut().expect("a checksum") ^= 1;
    for fault in [damaged, exception("throttlingException", json!({"message": "wait"}))] {
        let begin = [stream_head(), chunk(&text("Half")), chunk(&fault)].concat();
        let rest = [chunk(&later), LAST_CHUNK.to_vec()].concat();
        let server =
            Server::answering([Step::Send(begin), Step::Sleep(Duration::from_millis(300)), Step::Send(rest)]);
        let scratch = Scratch::new();
        let run = scratch.chat(server.url(), &["--record", "body.bin", "hi"]).run().ended(1);
        assert_eq!(run.stdout, "Half\n");
        assert!(scratch.read("work/body.bin") == [text("Half"), fault, later.clone()].concat());
    }
    // A cut body is recorded up to the cut.
    let scratch = Scratch::new();
    let server = Server::answering([Step::Send([stream_head(), chunk(&text("Half"))].concat()), Step::Close]);
    scratch.chat(server.url(), &["--record", "body.bin", "hi"]).run().ended(1);
    assert_eq!(scratch.read("work/body.bin"), text("Half"));
    // So is an answer of another kind, however long.
    let page = "x".repeat(300_000);
    let server =
        Server::sending(response("500 Internal Server Error", &[("content-type", "text/html")], &page));
    scratch.chat(server.url(), &["--record", "body.bin", "hi"]).run().ended(1);
    assert!(scratch.read("work/body.bin") == page.as_bytes(), "the page was cut");
}

#[test]
fn an_older_record_is_kept_until_there_is_an_answer() {
    let scratch = Scratch::new();
    scratch.file("work/body.bin", "an older record, longer than the new one".repeat(100));
    scratch.chat("http://127.0.0.1:9", &["--record", "body.bin", "hi"]).run().ended(1);
    assert_eq!(scratch.read("work/body.bin").len(), 4000);
    let body = answer(&["Hi"]);
    let server = Server::sending(stream(&body));
    scratch.chat(server.url(), &["--record", "body.bin", "hi"]).run().ended(0);
    assert_eq!(scratch.read("work/body.bin"), body);
}

#[test]
fn a_recording_that_cannot_be_written_is_reported_before_anything_is_sent() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    let scratch = Scratch::new();
    scratch.file("work/folder/x", "");
    for (path, problem) in [
        ("missing/body.bin", "missing/body.bin cannot be written"),
        ("folder", "folder cannot be written: is a directory"),
        ("folder/", "folder/ cannot be written: is a directory"),
        ("new/", "new/ cannot be written: is a directory"),
        ("new/.", "new/. cannot be written"),
        ("folder/x/y", "folder/x/y cannot be written"),
    ] {
        // Nor is stdin waited for.
        let mut child = scratch.chat(server.url(), &["--record", path, "hi"]).start();
        let open = child.stdin.take();
        assert_eq!(super::command::wait(&mut child).code(), Some(2), "{path}");
        drop(open);
        scratch.chat(server.url(), &["--record", path, "hi"]).run().ended(2).says(&[problem]);
    }
    assert!(server.requests().is_empty());
}

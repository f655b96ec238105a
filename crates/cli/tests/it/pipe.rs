//! Readers of stdout that are gone, full or slow.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::Duration;

use bedrill::test_util::events::{answer, event, stop, text};
use bedrill::test_util::responses::{LAST_CHUNK, chunk, stream, stream_head};
use bedrill::test_util::{Server, Step};
use serde_json::json;

use super::command::{Scratch, wait};

/// The peak memory of the process `id`, in bytes.
fn peak(id: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a height");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

fn stderr(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut text).expect("text");
    text
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_answer_quietly_and_closes_the_connection() {
    let lines = [Step::Send(stream_head()), Step::Repeat(chunk(&text("a line\n")), usize::MAX)];
    for flags in [&["hi"][..], &["--record", "body.bin", "hi"]] {
        let server = Server::answering(lines.clone());
        let scratch = Scratch::new();
        let mut child = scratch.chat(server.url(), flags).start();
        drop(child.stdin.take());
        let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        assert_eq!(line, "a line\n");
        drop(reader);
        server.wait_for_hang_up();
        assert_eq!(wait(&mut child).code(), Some(0));
        assert_eq!(stderr(&mut child), "");
    }
}

#[test]
fn every_command_ends_quietly_when_nobody_reads() {
    let scratch = Scratch::new();
    scratch.file("work/body.bin", answer(&["Hi"]));
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["decode", "body.bin"],
        &["chat", "--replay", "body.bin"],
        &["chat", "--json", "--replay", "body.bin"],
        &["config", "show"],
        &["auth", "export", "--format", "env"],
        &["auth"],
        &["demo"],
    ] {
        // The reader is gone before anything is written.
        let run = scratch.with_keys(arguments).under("{ sleep 0.3; \"$0\" \"$@\"; echo $? >code; } | true");
        let run = run.run().ended(0);
        assert_eq!(scratch.read("work/code"), b"0\n", "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.contains("panic") && !run.stderr.contains("cannot"), "{}", run.stderr);
    }
}

#[test]
fn a_full_disk_under_stdout_is_an_error_that_says_so() {
    let scratch = Scratch::new();
    scratch.file("work/body.bin", answer(&["Hi"]));
    let server = Server::sending(stream(&answer(&["Hi"])));
    let asks = ["chat", "--endpoint-url", server.url(), "-m", "us.example.model-v1:0", "hi"];
    for arguments in [
        &["--help"][..],
        &["decode", "body.bin"],
        &["chat", "--replay", "body.bin"],
        &["chat", "--json", "--replay", "body.bin"],
        &asks,
        &["config", "show"],
        &["auth"],
        &["auth", "export", "--format", "env"],
        &["demo", "-q"],
    ] {
        let run = scratch.with_keys(arguments).under("exec \"$0\" \"$@\" >/dev/full").run().ended(1);
        let stderr = run.stderr.as_str();
        assert_eq!(stderr, "bedrill: stdout cannot be written: No space left on device (os error 28)\n");
    }
}

#[test]
fn a_file_that_may_not_grow_is_an_error_and_no_signal_ends_the_program() {
    let scratch = Scratch::new();
    scratch.file("work/body.bin", answer(&[&"x".repeat(100_000)]));
    let run = scratch.bedrill(&["chat", "--replay", "body.bin"]);
    let run = run.under("ulimit -f 16; exec \"$0\" \"$@\" >answer").run().ended(1);
    run.says(&["stdout cannot be written: File too large"]);
}

/// A hundred mebibytes as 3,200 events.
#[test]
fn a_slow_reader_slows_the_sender_down_and_memory_stays_flat() {
    const PIECE: usize = 32 * 1024;
    const PIECES: usize = 3_200;
    const MEBIBYTE: usize = 1024 * 1024;
    let server = {
        let piece =
            event("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": "x".repeat(PIECE)}}));
        let end = [chunk(&stop("end_turn")), LAST_CHUNK.to_vec()].concat();
        let pieces = Step::Repeat(chunk(&piece), PIECES);
        Server::answering([Step::Send(stream_head()), pieces, Step::Send(end)])
    };
    let scratch = Scratch::new();
    let mut bedrill = scratch.chat(server.url(), &["hi"]);
    let mut child =
        bedrill.command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("bedrill starts");
    server.wait_for_request();

    // Nobody reads, so the sender stops as soon as the pipe and the sockets are full.
    let mut sent = 0;
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = server.sent();
        if now == sent && now > 0 {
            break;
        }
        sent = now;
    }
    // Linux lets a socket on loopback hold up to 4 MiB on one side and 6 on the other.
    assert!(sent < 16 * MEBIBYTE, "{sent} bytes are somewhere");
    let before = peak(child.id());

    let mut stdout = child.stdout.take().expect("a pipe");
    let (mut buffer, mut received, mut after) = (vec![0; 64 * 1024], 0, before);
    loop {
        let count = stdout.read(&mut buffer).expect("the answer");
        if count == 0 {
            break;
        }
        received += count;
        if received <= PIECE * PIECES {
            after = peak(child.id());
        }
    }
    assert_eq!(wait(&mut child).code(), Some(0));
    assert_eq!(received, PIECE * PIECES + 1, "the text and its newline");
    let grown = after - before;
    assert!(after < 32 * MEBIBYTE && grown < 4 * MEBIBYTE, "{before} bytes at first, {after} in the end");
}

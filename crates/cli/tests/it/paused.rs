//! A program that is stopped while its peer answers: Ctrl-Z, a frozen container, a machine that stalls.

use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

use bedrill::test_util::events::{self, block_stop, metadata, start, stop, text};
use bedrill::test_util::responses::{chunk, stream_head};
use bedrill::test_util::{Server, Step};

use super::auth::line;
use super::command::{Run, Scratch, wait};

/// Longer than the limits below, which are longer than the peer takes.
const STOPPED: Duration = Duration::from_millis(1_700);
const LIMIT: &str = "1";
const PEER: Duration = Duration::from_millis(500);

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success(), "{name}");
}

/// Stops the program for longer than its limit, then lets it go on to its end.
fn pause(mut child: Child) -> Run {
    drop(child.stdin.take());
    sleep(PEER / 3);
    signal(&child, "-STOP");
    sleep(STOPPED);
    signal(&child, "-CONT");
    let status = wait(&mut child);
    Run::of(child, status)
}

#[test]
fn the_rest_of_an_answer_that_came_meanwhile_is_shown() {
    let begun = [stream_head(), chunk(&[start(), text("Once")].concat())].concat();
    let rest = chunk(&[text(" upon"), block_stop(), stop("end_turn"), metadata()].concat());
    let steps = [Step::Send(begun), Step::Sleep(PEER), Step::Send([rest, chunk(&[])].concat()), Step::Hang];
    let server = Server::answering(steps);
    let scratch = Scratch::new();
    let run = pause(scratch.chat(server.url(), &["--idle-timeout", LIMIT, "hi"]).start()).ended(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("Once upon\n", ""));
}

#[test]
fn an_answer_that_began_meanwhile_is_not_asked_for_again() {
    let answer = [stream_head(), chunk(&events::answer(&["Once"])), chunk(&[])].concat();
    let server = Server::start(move |_, _| vec![Step::Sleep(PEER), Step::Send(answer.clone())]);
    let scratch = Scratch::new();
    let run = pause(scratch.chat(server.url(), &["--first-byte-timeout", LIMIT, "hi"]).start()).ended(0);
    assert_eq!((run.stdout.as_str(), server.requests().len()), ("Once\n", 1));
}

#[test]
fn what_a_total_limit_ends_is_shown_first() {
    let begun = [stream_head(), chunk(&[start(), text("Once")].concat())].concat();
    let steps = [Step::Send(begun), Step::Sleep(PEER), Step::Send(chunk(&text(" upon"))), Step::Hang];
    let server = Server::answering(steps);
    let scratch = Scratch::new();
    let run = pause(scratch.chat(server.url(), &["--total-timeout", LIMIT, "hi"]).start()).ended(1);
    assert_eq!(run.stdout, "Once upon\n");
    assert!(run.stderr.contains("total timeout"), "{}", run.stderr);
}

#[test]
fn the_metadata_service_of_an_instance_that_answered_meanwhile_is_believed() {
    let imds = Server::start(|_, seen| {
        let role = super::instance::answer(seen);
        vec![Step::Sleep(PEER), Step::Send(role)]
    });
    let scratch = Scratch::new();
    let run = super::instance::on_instance(&scratch, &imds, &["auth"]);
    let run = pause(run.start()).ended(0);
    assert!(line(&run, "IMDS").starts_with("* IMDS"), "{}", run.stdout);
}

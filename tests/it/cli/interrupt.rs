//! Ctrl-C, whatever the program waits for.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::command::{Bedrill, Scratch, wait};
use super::server::Server;
use super::stream::{chunk, head, text};

fn start(mut bedrill: Bedrill) -> Child {
    let command = bedrill.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("bedrill starts")
}

#[track_caller]
fn interrupt(mut child: Child) -> String {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    assert_eq!(wait(&mut child).code(), Some(130));
    let mut stderr = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
    stderr
}

#[test]
fn an_answer_that_is_on_its_way_can_be_interrupted() {
    let pieces = vec![
        (Duration::ZERO, [head(), chunk(&text("Once"))].concat()),
        (Duration::from_secs(120), Vec::new()),
    ];
    let server = Server::answering_in_pieces(pieces);
    let scratch = Scratch::new();
    let mut child = start(scratch.chat(&server.url, &["--record", "body.bin", "hi"]));
    drop(child.stdin.take());
    let mut first = [0; 4];
    child.stdout.as_mut().expect("a pipe").read_exact(&mut first).expect("the first piece");
    assert_eq!(interrupt(child), "");
    assert_eq!(&first, b"Once");
    assert_eq!(scratch.read("work/body.bin"), text("Once"));
}

#[test]
fn a_program_that_waits_for_its_stdin_can_be_interrupted() {
    for arguments in [&["chat", "-m", "m", "hi"][..], &["chat", "--replay", "-"], &["decode", "-"]] {
        let scratch = Scratch::new();
        let mut child = start(scratch.with_keys(arguments));
        let stdin = child.stdin.take();
        // Until it reads, and its handler is there. Before that the signal's own way ends it, which is as good but for
        // the number that is looked at here.
        until_asleep(child.id());
        assert_eq!(interrupt(child), "", "{arguments:?}");
        drop(stdin);
    }
}

/// Waits until each thread of the process `id` waits for something.
fn until_asleep(id: u32) {
    let start = Instant::now();
    let mut calm = 0;
    while calm < 5 && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
        let threads = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        let states: Vec<String> = threads
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok())
            .filter_map(|stat| Some(stat.rsplit_once(')')?.1.trim_start().get(..1)?.to_owned()))
            .collect();
        let asleep = states.len() >= 2 && states.iter().all(|state| state == "S");
        calm = if asleep { calm + 1 } else { 0 };
    }
}

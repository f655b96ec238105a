//! README's ten lines: what is printed there is what is built and run here.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bedrill::test_util::events::{metadata, start, stop, text};
use bedrill::test_util::{Server, Step, responses};

/// The program, as README prints it.
mod ten_lines {
    #![allow(clippy::print_stdout)] // that is what it is for

    include!("../../examples/ten_lines.rs");

    pub fn run() -> Result<(), Box<dyn std::error::Error>> {
        main()
    }
}

#[test]
fn the_example_is_what_readme_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).expect(name);
    let block = format!("```rust\n{}```\n", read("examples/ten_lines.rs"));
    assert!(read("README.md").contains(&block), "README.md is to print examples/ten_lines.rs as it is");
}

/// The program in a process of its own, with these variables and no others.
fn started(variables: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "readme::worker", "--ignored", "--nocapture", "--quiet"])
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

#[test]
#[ignore = "is a process of the tests below"]
fn worker() {
    if let Err(error) = ten_lines::run() {
        // As `main` ends with it.
        panic!("Error: {error:?}");
    }
}

#[test]
fn the_ten_lines_print_each_piece_before_the_next_one_comes() {
    const PAUSE: Duration = Duration::from_secs(3);
    let head = responses::stream_head();
    let rest = [text("blue."), stop("end_turn"), metadata()].concat();
    let server = Server::answering([
        Step::Send([head, [start(), text("It is ")].concat()].concat()),
        Step::Wait(PAUSE),
        Step::Send(rest),
    ]);
    let began = Instant::now();
    let mut program = started(&[
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url()),
    ]);
    let mut output = program.stdout.take().expect("piped");
    let mut said = String::new();
    let mut byte = [0];
    while !said.ends_with("It is ") {
        assert_eq!(output.read(&mut byte).expect("readable"), 1, "it ended with {said:?}");
        said.push(byte[0].into());
    }
    assert!(began.elapsed() < PAUSE, "it came when the answer was over");
    output.read_to_string(&mut said).expect("text");
    assert!(said.contains("It is blue.\n"), "{said}");
    assert!(program.wait().expect("ends").success());
}

#[test]
fn the_ten_lines_end_in_an_error_that_says_what_to_do() {
    let output = started(&[]).wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("Error: no credentials found; asked, in this order:\n"), "{said}");
    assert!(said.contains("set AWS_BEARER_TOKEN_BEDROCK to a Bedrock API key"), "{said}");
    assert!(!said.contains("Parts {"), "{said}");
}

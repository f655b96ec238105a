//! README's ten lines: what is printed there is what is built and run here.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bedrill::test_util::events::{metadata, start, stop, text};
use bedrill::test_util::{Server, Step, responses};

/// The program, as README prints it.
mod ten_lines {
    #![allow(clippy::print_stdout)] // that is what it is for

    include!("ten_lines.rs");

    pub fn run() -> Result<(), Box<dyn std::error::Error>> {
        main()
    }
}

#[test]
fn the_program_is_what_readme_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let block = format!("```rust\n{}```\n", include_str!("ten_lines.rs"));
    assert!(readme.contains(&block), "README.md is to print this:\n{block}");
}

/// The program in a process of its own, with an empty home, these variables and no others.
fn started(home: &Path, variables: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "readme::worker", "--ignored", "--nocapture", "--quiet"])
        .env_clear()
        .env("HOME", home)
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
        // As `main` prints it.
        panic!("Error: {error:?}");
    }
}

#[test]
fn the_ten_lines_print_each_piece_before_the_next_one_comes() {
    let first = responses::chunk(&[start(), text("It is ")].concat());
    let rest = responses::chunk(&[text("blue."), stop("end_turn"), metadata()].concat());
    let server = Server::answering([
        Step::Send([responses::stream_head(), first].concat()),
        Step::WaitForTest,
        Step::Send([rest, b"0\r\n\r\n".to_vec()].concat()),
    ]);
    let home = tempfile::tempdir().expect("a folder");
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url()),
    ];
    let mut program = started(home.path(), &variables);
    let mut output = program.stdout.take().expect("piped");
    let mut said = String::new();
    let mut byte = [0];
    while !said.ends_with("It is ") {
        assert_eq!(output.read(&mut byte).expect("readable"), 1, "it ended with {said:?}");
        said.push(byte[0].into());
    }
    server.go_on();
    output.read_to_string(&mut said).expect("text");
    assert!(said.contains("It is blue.\n"), "{said}");
    assert!(program.wait().expect("ends").success());
}

#[test]
fn the_ten_lines_end_in_an_error_that_says_what_to_do() {
    let home = tempfile::tempdir().expect("a folder");
    let output = started(home.path(), &[]).wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("Error: no credentials found; asked, in this order:\n"), "{said}");
    assert!(said.contains("set AWS_BEARER_TOKEN_BEDROCK to a Bedrock API key"), "{said}");
    assert!(!said.contains("Parts {"), "{said}");
}

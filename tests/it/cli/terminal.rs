//! Output on a terminal, which `script` (util-linux) pretends to be.

use std::process::Command;

use super::command::Scratch;
use super::stream::{answer, text};

const TEXT: &str = "tab\there\n\u{1b}]52;c;aGk=\u{7}\u{9b}2J\u{7f}\u{202e}\u{1f327}";

/// What a terminal receives from `bedrill ARGUMENT...` with `body.bin` at hand.
fn on_terminal(body: &[u8], arguments: &str) -> String {
    let scratch = Scratch::new();
    scratch.file("work/body.bin", body);
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!("'{}' {arguments} body.bin", env!("CARGO_BIN_EXE_bedrill")))
        .arg("/dev/null")
        .current_dir(scratch.path("work"))
        .output()
        .expect("script runs (util-linux)");
    // The terminal driver writes a carriage return before each newline.
    String::from_utf8(output.stdout).expect("UTF-8").replace("\r\n", "\n")
}

#[test]
fn control_characters_of_a_model_are_visible_on_a_terminal_and_raw_in_a_pipe() {
    let body = answer(&[TEXT]);
    let shown = on_terminal(&body, "chat --replay");
    assert_eq!(shown, "tab\there\n\\u{1b}]52;c;aGk=\\u{7}\\u{9b}2J\\u{7f}\\u{202e}\u{1f327}\n");
    let scratch = Scratch::new();
    scratch.file("work/body.bin", body);
    let piped = scratch.bedrill(&["chat", "--replay", "body.bin"]).run().ended(0);
    assert_eq!(piped.stdout, format!("{TEXT}\n"));
}

#[test]
fn json_stays_json_on_a_terminal() {
    for arguments in ["chat --json --replay", "decode", "decode --frames"] {
        let shown = on_terminal(&answer(&[TEXT]), arguments);
        let is_control = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!shown.contains(is_control), "{arguments}: {shown:?}");
        let documents: Vec<serde_json::Value> =
            shown.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        let says = serde_json::Value::Array(documents).to_string();
        assert!(says.contains(&serde_json::json!(TEXT).to_string()), "{arguments}: {says}");
    }
}

#[test]
fn an_error_begins_on_a_line_of_its_own() {
    let shown = on_terminal(&text("Half"), "chat --replay");
    assert!(shown.starts_with("Half\nbedrill: the answer is cut"), "{shown:?}");
    let shown = on_terminal(&answer(&["All"]), "chat --verbose --replay");
    assert!(shown.starts_with("All\nbedrill: "), "{shown:?}");
}

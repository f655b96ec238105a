//! Stdin: where it goes, who may name it, and what is said while it is waited for.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use bedrill::test_util::Server;
use bedrill::test_util::events::answer;
use bedrill::test_util::requests::json;
use bedrill::test_util::responses::stream;
use serde_json::{Value, json};

use super::chat::request;
use super::command::{Scratch, wait};

fn prompt(arguments: &[&str], stdin: &str) -> Value {
    json(&request(&Scratch::new(), arguments, stdin))["messages"][0]["content"][0]["text"].clone()
}

fn system(scratch: &Scratch, arguments: &[&str], stdin: &str) -> Value {
    json(&request(scratch, &[arguments, &["hi"]].concat(), stdin))["system"].clone()
}

#[test]
fn the_prompt_is_the_arguments_or_stdin_or_both() {
    assert_eq!(prompt(&["two", "words"], ""), "two words");
    assert_eq!(prompt(&[], "from a pipe"), "from a pipe");
    assert_eq!(prompt(&["explain:"], "fn main() {}"), "explain:\n\nfn main() {}");
    assert_eq!(prompt(&["--", "-x"], ""), "-x");
}

#[test]
fn a_dash_among_the_words_is_where_stdin_goes() {
    assert_eq!(prompt(&["-"], "from a pipe"), "from a pipe");
    assert_eq!(prompt(&["explain:", "-"], "fn main() {}"), "explain:\n\nfn main() {}");
    assert_eq!(prompt(&["-", "explain", "that"], "fn main() {}\n"), "fn main() {}\n\nexplain that");
    assert_eq!(prompt(&["what", "is", "5", "-", "3"], ""), "what is 5 - 3");
}

#[test]
fn no_stdin_leaves_a_pipe_alone() {
    assert_eq!(prompt(&["--no-stdin", "asked"], "not read"), "asked");
    let server = Server::sending(stream(&answer(&["Hi"])));
    let mut child = Scratch::new().chat(server.url(), &["--no-stdin", "hi"]).start();
    let open = child.stdin.take();
    assert_eq!(wait(&mut child).code(), Some(0), "an open pipe is not waited for");
    drop(open);
    let run = Scratch::new().chat("http://127.0.0.1:9", &["--no-stdin"]).stdin("text").run().ended(2);
    run.says(&["no prompt"]);
}

#[test]
fn stdin_is_named_once_and_not_where_it_makes_no_sense() {
    let scratch = Scratch::new();
    for (arguments, problem) in [
        (
            &["--image", "-", "--image", "-", "hi"][..],
            "stdin can be read only once, but --image and --image name it",
        ),
        (&["--image", "-", "--document", "-", "hi"], "--image and --document"),
        (&["--image", "-", "-"], "--image and the prompt"),
        (&["-", "hi", "-"], "the prompt and the prompt"),
        (&["--env-file", "-", "--system-file", "-", "hi"], "--env-file and --system-file"),
        (&["--document", "-", "--replay", "-"], "--document and --replay"),
        (&["--no-stdin", "--image", "-", "hi"], "--no-stdin leaves stdin out, but --image names it"),
        (&["--no-stdin", "-"], "--no-stdin leaves stdin out, but the prompt names it"),
        (&["--record", "-", "hi"], "--record cannot be stdout, which the answer goes to"),
        (&["--config", "-", "hi"], "--config cannot be stdin; a file of that name is ./-"),
    ] {
        let server = Server::sending(stream(&answer(&["Hi"])));
        scratch.chat(server.url(), arguments).stdin("x").run().ended(2).says(&[problem]);
        assert!(server.requests().is_empty(), "{arguments:?}");
    }
    assert!(!scratch.path("work/-").exists());
    scratch.with_keys(&["models", "--limits", "-"]).run().ended(2).says(&["--limits cannot be stdin"]);
    // With another name, it is a file.
    let server = Server::sending(stream(&answer(&["Hi"])));
    scratch.chat(server.url(), &["--record", "./-", "hi"]).run().ended(0);
    assert_eq!(scratch.read("work/-"), answer(&["Hi"]));
}

#[test]
fn stdin_that_is_not_text_is_a_usage_error_that_says_how_to_attach_it() {
    for (bytes, hint) in [
        (&b"\xff\xfe"[..], "it is not UTF-8 text; --image - attaches an image, and --document - a document"),
        (b"\x89PNG\r\n\x1a\n", "it is a PNG image, which --image - attaches"),
        (b"%PDF-1.7 plain", "it is a PDF; --document - attaches a document"),
        (b"PK\x03\x04\xff", "it is a zip archive; --document - attaches a document"),
    ] {
        let run = Scratch::new().chat("http://127.0.0.1:9", &["what"]).stdin(bytes).run().ended(2);
        run.says(&["the prompt on stdin cannot be read: ", hint]);
    }
}

/// What stderr holds when stdin has been open for some time, and what is read then.
fn after_a_while(scratch: &Scratch, arguments: &[&str], then: &[u8]) -> String {
    let mut child = scratch.with_keys(arguments).start();
    std::thread::sleep(Duration::from_millis(1_600));
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(then).expect("written");
    drop(stdin);
    assert_eq!(wait(&mut child).code(), Some(0), "{arguments:?}");
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    said
}

#[test]
fn an_open_pipe_is_said_to_be_waited_for_after_a_second() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    let scratch = Scratch::new();
    let chat = |arguments: &[&str], then: &[u8]| {
        let all = [&["chat", "--endpoint-url", server.url(), "-m", "a.b"], arguments].concat();
        after_a_while(&scratch, &all, then)
    };
    let below = "bedrill: waiting for the end of stdin, which goes below the prompt; --no-stdin or </dev/null leaves it out\n";
    assert_eq!(chat(&["hi"], b""), below);
    assert_eq!(chat(&["-q", "hi"], b""), "");
    assert_eq!(chat(&[], b"hi"), "bedrill: waiting for the end of the prompt on stdin\n");
    assert_eq!(chat(&["--image", "-", "hi"], b"GIF89a"), "bedrill: waiting for the image on stdin\n");
    assert_eq!(chat(&["--replay", "-"], &answer(&["Hi"])), "bedrill: waiting for the recording on stdin\n");
    let said = after_a_while(&scratch, &["decode", "-"], &answer(&["Hi"]));
    assert_eq!(said, "bedrill: waiting for the recording on stdin\n");
    // What comes at once is not waited for.
    let begin = Instant::now();
    assert_eq!(scratch.chat(server.url(), &["hi"]).stdin("text").run().ended(0).stderr, "");
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_blank_system_prompt_is_none() {
    let scratch = Scratch::new();
    for blank in ["", " \n"] {
        assert_eq!(system(&scratch, &["--system", blank], ""), Value::Null);
    }
    scratch.file("work/empty", "\n");
    assert_eq!(system(&scratch, &["--system-file", "empty"], ""), Value::Null);
}

#[test]
fn a_system_prompt_may_be_in_a_file_and_an_at_sign_is_no_file() {
    let scratch = Scratch::new();
    scratch.file("work/sys.txt", "Be brief.\n").file("work/my sys.txt", "x").file("work/raw", [0xff]);
    assert_eq!(system(&scratch, &["--system-file", "sys.txt"], ""), json!([{"text": "Be brief.\n"}]));
    assert_eq!(system(&scratch, &["--system-file", "-"], "Be brief."), json!([{"text": "Be brief."}]));
    for name in ["sys.txt", "missing.txt", "my sys.txt"] {
        let run = scratch.chat("http://127.0.0.1:9", &["--system", &format!("@{name}"), "hi"]).run().ended(2);
        run.says(&[&format!("--system takes the text itself; --system-file {name} reads it from the file")]);
    }
    assert_eq!(system(&scratch, &["--system", "@you: be brief"], ""), json!([{"text": "@you: be brief"}]));
    for (file, problem) in
        [("missing", "No such file"), ("raw", "not UTF-8"), ("/dev/zero", "a pipe or a device")]
    {
        let run = scratch.chat("http://127.0.0.1:9", &["--system-file", file, "hi"]).run().ended(2);
        run.says(&[&format!("the system prompt {file} cannot be read"), problem]);
    }
}

//! Output on a terminal, which `script` (util-linux) pretends to be: it needs no crate and no unsafe code, runs the
//! binary with a pseudo-terminal as all three of its streams, and passes on what a user types and the exit code.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bedrill::test_util::events::{self, answer, exception, metadata, text};
use bedrill::test_util::responses::{self, LAST_CHUNK, chunk, error, response, stream, stream_head};
use bedrill::test_util::{Server, Step};
use serde_json::json;

use super::command::{Scratch, wait, with_default_signals};

const TEXT: &str = "tab\there\n\u{1b}]52;c;aGk=\u{7}\u{9b}2J\u{7f}\u{202e}\u{1f327}";

/// `bedrill ARGUMENT...` on a terminal, in the folder `work` and with keys; the shell reads the arguments.
fn start(scratch: &Scratch, arguments: &str, variables: &[(&str, &str)]) -> Child {
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command"])
        .arg(format!("'{}' {arguments}", env!("CARGO_BIN_EXE_bedrill")))
        .arg("/dev/null")
        .current_dir(scratch.path("work"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", scratch.path("home"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "canary-secret")
        .envs(variables.iter().copied());
    let mut command = with_default_signals(command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script runs (util-linux)")
}

/// What the terminal received in the end, and the exit code.
fn ended(mut child: Child) -> (String, Option<i32>) {
    let mut shown = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut shown).expect("UTF-8");
    // The terminal driver writes a carriage return before each newline.
    (shown.replace("\r\n", "\n"), wait(&mut child).code())
}

/// What a terminal receives from `bedrill ARGUMENT... body.bin`.
fn on_terminal(body: &[u8], arguments: &str) -> String {
    let scratch = Scratch::new();
    scratch.file("work/body.bin", body);
    ended(start(&scratch, &format!("{arguments} body.bin"), &[])).0
}

/// The same from `bedrill chat ARGUMENT...`, sent to `url`.
fn chat(url: &str, arguments: &str) -> String {
    let arguments = format!("chat --endpoint-url {url} -m us.example.model-v1:0 {arguments} hi");
    ended(start(&Scratch::new(), &arguments, &[])).0
}

#[track_caller]
fn assert_harmless(shown: &str) {
    let is_harmful = |c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}';
    assert!(!shown.contains(is_harmful), "{shown:?}");
}

#[test]
fn control_characters_of_a_model_are_visible_on_a_terminal_and_raw_in_a_pipe() {
    let body = answer(&[TEXT]);
    let shown = on_terminal(&body, "chat --replay");
    assert_eq!(shown, "tab\there\n\\u{1b}]52;c;aGk=\\u{7}\\u{9b}2J\\u{7f}\\u{202e}\u{1f327}\n");
    assert_eq!(on_terminal(&body, "chat --raw --replay"), format!("{TEXT}\n"));
    let scratch = Scratch::new();
    scratch.file("work/body.bin", body);
    let piped = scratch.bedrill(&["chat", "--replay", "body.bin"]).run().ended(0);
    assert_eq!(piped.stdout, format!("{TEXT}\n"));
}

#[test]
fn a_sequence_in_two_events_of_a_live_answer_is_not_obeyed() {
    let pieces = ["a\u{1b}", "]52;", "c;aGk=\u{1b}", "\\b\u{9b}", "2J"].map(text);
    let end = [events::stop("end_turn"), metadata()].concat();
    let chunks =
        pieces.iter().flat_map(|piece| [Step::Sleep(Duration::from_millis(20)), Step::Send(chunk(piece))]);
    let pieces: Vec<_> = [Step::Send(stream_head())]
        .into_iter()
        .chain(chunks)
        .chain([Step::Send([chunk(&end), LAST_CHUNK.to_vec()].concat())])
        .collect();
    let server = Server::answering(pieces);
    assert_eq!(chat(server.url(), ""), "a\\u{1b}]52;c;aGk=\\u{1b}\\b\\u{9b}2J\n");
    assert_eq!(chat(server.url(), "--raw"), "a\u{1b}]52;c;aGk=\u{1b}\\b\u{9b}2J\n");
    let whole = json!({
        "output": {"message": {"role": "assistant", "content": [{"text": TEXT}]}}, "stopReason": "end_turn",
    });
    let at_once = Server::sending(responses::json(&whole));
    assert_harmless(&chat(at_once.url(), "--no-stream"));
    assert_eq!(chat(at_once.url(), "--no-stream --raw"), format!("{TEXT}\n"));
}

#[test]
fn what_a_service_says_is_never_obeyed() {
    let message = format!("no: {TEXT}");
    let broken = exception("modelStreamErrorException", json!({ "message": message }));
    let evil = [("content-type", "text/\u{9b}2J"), ("x-amzn-errortype", "No\u{9b}2JException")];
    for answer in [
        error("400 Bad Request", "ValidationException", &message),
        stream(&broken),
        response("200 OK", &[("content-type", "text/html")], &message),
        response("403 Forbidden", &evil, &message),
    ] {
        let server = Server::sending(answer);
        // --raw is for the answer alone.
        for flags in ["", "--raw -v", "--raw --no-stream"] {
            let shown = chat(server.url(), flags);
            assert_harmless(&shown);
            assert!(shown.contains("bedrill: "), "{flags}: {shown:?}");
            assert!(shown.contains("52;c;aGk=") || flags.contains("no-stream"), "{flags}: {shown:?}");
        }
    }
    let thought = json!({"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": TEXT}}});
    let thought = events::event("contentBlockDelta", &thought);
    assert_harmless(&on_terminal(&thought, "chat -v --raw --replay"));
}

#[test]
fn names_of_models_are_never_obeyed() {
    let lists = Server::start(|_, seen| {
        let model = json!({
            "modelId": "acme.echo-v1:0", "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/acme.echo-v1:0",
            "modelName": format!("Echo {TEXT}"), "providerName": format!("Acme {TEXT}"),
            "inputModalities": ["TEXT", TEXT], "outputModalities": ["TEXT"], "inferenceTypesSupported": ["ON_DEMAND"],
            "responseStreamingSupported": true, "modelLifecycle": {"status": "ACTIVE"},
        });
        let document = if seen.uri().path().contains("foundation-models") {
            json!({ "modelSummaries": [model] })
        } else {
            json!({ "inferenceProfileSummaries": [] })
        };
        let reply = responses::json(&document);
        vec![Step::Send(reply)]
    });
    let variables = [("AWS_ENDPOINT_URL_BEDROCK", lists.url()), ("AWS_REGION", "us-east-1")];
    for arguments in ["models", "models --all", "models show acme.echo-v1:0", "models --json"] {
        let (shown, code) = ended(start(&Scratch::new(), arguments, &variables));
        assert_eq!(code, Some(0), "{shown}");
        assert!(shown.contains("Echo") && shown.contains("52;c;aGk="), "{arguments}: {shown:?}");
        // The spinner is the program's own.
        assert_harmless(shown.rsplit_once("\r\u{1b}[K").map_or(&*shown, |(_, list)| list));
    }
}

#[test]
fn names_of_files_and_settings_are_never_obeyed() {
    let evil = "\"$(printf 'a\\033]52;c;aGk=\\007\\302\\2332J')\"";
    for arguments in [
        "decode @",
        "chat -m m --image @.png hi",
        "chat -m m --document @.txt hi",
        "chat --replay @",
        "@",
        "chat --@",
        "chat -m m --record @/b hi",
        "chat -m @ hi",
        "--region @ chat -m x.m hi",
        "--profile @ chat -m x.m hi",
        "--config @ auth",
        "--env-file @ auth",
        "--endpoint-url @ chat -m x.m hi",
        "models --limits @",
        "auth export --format @",
        "--config @ config path",
        "chat -m x.m --temperature @ hi",
    ] {
        let (shown, code) = ended(start(&Scratch::new(), &arguments.replace('@', evil), &[]));
        assert_ne!(code, Some(101), "{shown}");
        assert_harmless(&shown);
        assert!(shown.contains("1b") || shown.contains("1B"), "{arguments}: {shown:?}");
    }
}

#[test]
fn json_stays_json_on_a_terminal() {
    for arguments in ["chat --json --replay", "decode", "decode --frames"] {
        let shown = on_terminal(&answer(&[TEXT]), arguments);
        assert_harmless(&shown);
        let documents: Vec<serde_json::Value> =
            shown.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        let says = serde_json::Value::Array(documents).to_string();
        assert!(says.contains(&json!(TEXT).to_string()), "{arguments}: {says}");
    }
}

#[test]
fn an_error_begins_on_a_line_of_its_own() {
    let shown = on_terminal(&text("Half"), "chat --replay");
    assert!(shown.starts_with("Half\nbedrill: the answer is incomplete"), "{shown:?}");
    let shown = on_terminal(&answer(&["All"]), "chat --verbose --replay");
    assert!(shown.starts_with("All\nbedrill: "), "{shown:?}");
}

#[test]
fn ctrl_c_leaves_the_terminal_as_it_was() {
    // The echo of the key itself.
    const KEY: &str = "^C";
    let server = Server::answering([Step::Send([stream_head(), chunk(&text("Once"))].concat()), Step::Hang]);
    let arguments = format!("chat --endpoint-url {} -m us.example.model-v1:0 hi", server.url());
    let scratch = Scratch::new();
    let mut child = start(&scratch, &arguments, &[]);
    let mut first = [0; 4];
    child.stdout.as_mut().expect("a pipe").read_exact(&mut first).expect("the first piece");
    child.stdin.as_mut().expect("a pipe").write_all(b"\x03").expect("typed");
    server.wait_for_hang_up();
    let (shown, code) = ended(child);
    assert_eq!((first.as_slice(), shown.replace(KEY, "").as_str(), code), (&b"Once"[..], "\n", Some(130)));

    let server = Server::answering([Step::Hang]);
    let mut child = start(&scratch, "models", &[("AWS_ENDPOINT_URL_BEDROCK", server.url())]);
    server.wait_for_request();
    std::thread::sleep(Duration::from_millis(500));
    child.stdin.as_mut().expect("a pipe").write_all(b"\x03").expect("typed");
    let (shown, code) = ended(child);
    assert!(shown.starts_with("\r| listing models"), "{shown:?}");
    assert!(shown.replace(KEY, "").ends_with("listing models\r\u{1b}[K"), "the spinner stays: {shown:?}");
    assert_eq!(code, Some(130));
}

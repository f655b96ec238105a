//! The files that the program writes: who may read them, where they end up, and what is in them.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use bedrill::test_util::events::{answer, text};
use bedrill::test_util::requests::header;
use bedrill::test_util::responses::{self, chunk, response, stream, stream_head};
use bedrill::test_util::{Server, Step};

use super::command::{Bedrill, Scratch};
use super::models::service::Service;

/// Without a mask, a file has the mode that it was created with.
const NO_MASK: &str = "umask 000; exec \"$0\" \"$@\"";

fn mode(path: &Path) -> u32 {
    let metadata = fs::symlink_metadata(path).expect("there");
    assert!(!metadata.is_symlink(), "{}", path.display());
    metadata.permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

fn models(scratch: &Scratch, service: &Service, arguments: &[&str]) -> Bedrill {
    let bedrill = scratch.with_keys(&[&["models"], arguments].concat());
    bedrill.var("AWS_REGION", "us-east-1").var("AWS_ENDPOINT_URL_BEDROCK", service.url())
}

#[test]
fn every_file_is_its_owners_alone_from_the_start() {
    let scratch = Scratch::new();
    let server = Server::sending(stream(&answer(&["Hi"])));
    scratch.chat(server.url(), &["--record", "body.bin", "hi"]).under(NO_MASK).run().ended(0);
    assert_eq!(mode(&scratch.path("work/body.bin")), 0o600);
    assert_eq!(names(&scratch.path("work")), ["body.bin"]);

    models(&scratch, &Service::start(), &[]).under(NO_MASK).run().ended(0);
    let folder = scratch.path("home/.cache/bedrill");
    assert_eq!(mode(&folder), 0o700);
    let files = names(&folder);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(mode(&folder.join(&files[0])), 0o600);
}

#[test]
fn a_record_replaces_what_others_could_read() {
    let scratch = Scratch::new();
    scratch.file("work/body.bin", "old");
    fs::set_permissions(scratch.path("work/body.bin"), fs::Permissions::from_mode(0o666)).expect("set");
    let mut reader = fs::File::open(scratch.path("work/body.bin")).expect("opened before");
    let server = Server::sending(stream(&answer(&["Hi"])));
    scratch.chat(server.url(), &["--record", "body.bin", "hi"]).run().ended(0);
    assert_eq!(mode(&scratch.path("work/body.bin")), 0o600);
    let mut seen = String::new();
    std::io::Read::read_to_string(&mut reader, &mut seen).expect("text");
    assert_eq!(seen, "old", "the answer went into a file that somebody else had open");
}

#[test]
fn a_link_in_the_place_of_a_record_is_not_followed() {
    let body = stream(&answer(&["Hi"]));
    let scratch = Scratch::new();
    scratch.file("victim", "untouched");
    for target in ["../victim", "../nowhere"] {
        let server = Server::sending(body.clone());
        symlink(target, scratch.path("work/body.bin")).expect("linked");
        let run = scratch.chat(server.url(), &["--record", "body.bin", "hi"]).run().ended(2);
        run.says(&["body.bin cannot be written: it is a symbolic link"]);
        assert!(server.requests().is_empty());
        fs::remove_file(scratch.path("work/body.bin")).expect("removed");
    }

    // One that is put there while the program waits for the answer.
    let (victim, link) = (scratch.path("victim"), scratch.path("work/body.bin"));
    let planted = link.clone();
    let server = Server::start(move |_, _| {
        symlink(&victim, &planted).expect("linked");
        vec![Step::Send(body.clone())]
    });
    scratch.chat(server.url(), &["--record", "body.bin", "hi"]).run().ended(0);
    assert_eq!(mode(&link), 0o600);
    assert_eq!(scratch.read("work/body.bin"), answer(&["Hi"]));

    // One under a name that contains the process id: the temporary file of the record has another name, which nobody
    // can foresee.
    let server = Server::sending(stream(&answer(&["Hi"])));
    let plant = "ln -s ../victim .body.bin.$$.tmp; exec \"$0\" \"$@\"";
    let run = scratch.chat(server.url(), &["--record", "body.bin", "hi"]).under(plant).run().ended(0);
    assert_eq!(run.stdout, "Hi\n");
    assert_eq!(scratch.read("work/body.bin"), answer(&["Hi"]));
    assert_eq!(scratch.read("victim"), b"untouched");
}

#[test]
fn a_link_in_the_place_of_a_stored_list_is_not_followed() {
    let (scratch, service) = (Scratch::new(), Service::start());
    scratch.file("victim", "untouched");
    models(&scratch, &service, &[]).run().ended(0);
    let folder = scratch.path("home/.cache/bedrill");
    let name = names(&folder).pop().expect("a file");
    let file = folder.join(&name);
    fs::remove_file(&file).expect("removed");
    symlink(scratch.path("victim"), &file).expect("linked");
    models(&scratch, &service, &["--refresh"]).run().ended(0);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(scratch.read("victim"), b"untouched");
}

#[test]
fn a_record_holds_the_body_and_nothing_of_either_head() {
    let body = answer(&["Hi"]);
    let headers = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n\
                   set-cookie: session=canary\r\nx-amz-security-token: canary\r\nconnection: close\r\n\r\n";
    let server = Server::answering([Step::Send([headers.as_bytes(), &body].concat()), Step::Close]);
    let scratch = Scratch::new();
    let run = scratch.chat(server.url(), &["--record", "body.bin", "hi"]);
    run.var("AWS_SESSION_TOKEN", "canary-session").run().ended(0);
    assert!(header(&server.request(), "x-amz-security-token").contains("canary"));
    assert_eq!(scratch.read("work/body.bin"), body);
}

#[test]
fn credentials_that_come_back_are_not_recorded() {
    const TOKEN: &str = "IQoJb3JpZ2lu/X2VjEXA+TOKEN==";
    // From a gateway that quotes what it was sent, in two chunks and in an error.
    let frame = text(&format!("you sent {TOKEN}, thanks"));
    let at = frame.windows(5).position(|window| window == b"/X2Vj").expect("the token");
    let split =
        [stream_head(), chunk(&frame[..at]), chunk(&frame[at..]), chunk(&answer(&[])), chunk(b"")].concat();
    let error = response("403 Forbidden", &[], format!("no {TOKEN}"));
    let escaped =
        response("403 Forbidden", &[], format!("{{\"message\":\"no {}\"}}", TOKEN.replace('/', "\\/")));
    for (response, code) in [(split, 1), (error, 1), (escaped, 1)] {
        for name in ["AWS_BEARER_TOKEN_BEDROCK", "AWS_SESSION_TOKEN"] {
            let server = Server::sending(response.clone());
            let scratch = Scratch::new();
            let run = scratch.chat(server.url(), &["--record", "body.bin", "hi"]).var(name, TOKEN).run();
            run.ended(code)
                .says(&["the recording body.bin is incomplete: the answer repeats the credentials"]);
            assert_eq!(scratch.read("work/body.bin"), b"", "{name}");
        }
    }
}

#[test]
fn a_disk_that_fills_up_costs_the_record_and_not_the_answer() {
    let long = "x".repeat(50_000);
    let body = answer(&[&long, " and all", " of it"]);
    let json = serde_json::json!({
        "output": {"message": {"role": "assistant", "content": [{"text": format!("{long} and all of it")}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7},
    });
    let at_once = responses::json(&json);
    for (response, flags) in [(stream(&body), &["hi"][..]), (at_once, &["--no-stream", "hi"])] {
        let server = Server::sending(response);
        let scratch = Scratch::new();
        let ask = |file| scratch.chat(server.url(), &[&["--record", file], flags].concat());
        let whole = format!("{long} and all of it\n");

        let run = ask("/dev/full").run().ended(1);
        assert_eq!(run.stdout, whole);
        run.says(&["the recording /dev/full is incomplete: No space left on device"]);

        // In blocks of 512 bytes, or of 1024 if the shell is bash.
        let run = ask("body.bin").under("ulimit -f 16; exec \"$0\" \"$@\"").run().ended(1);
        assert_eq!(run.stdout, whole);
        run.says(&["the recording body.bin is incomplete: File too large"]);
        let kept = scratch.read("work/body.bin").len();
        assert!(kept == 8_192 || kept == 16_384, "{kept}");
        let replayed = scratch.bedrill(&["chat", "--replay", "body.bin"]).run().ended(1);
        assert_eq!(replayed.stdout, "", "half a frame is none");
    }
}

#[test]
fn a_record_goes_to_a_pipe_as_well() {
    let body = answer(&["Hi"]);
    let server = Server::sending(stream(&body));
    let scratch = Scratch::new();
    let through = "mkfifo fifo; cat fifo > copy & \"$0\" \"$@\"; code=$?; wait; exit $code";
    scratch.chat(server.url(), &["--record", "fifo", "hi"]).under(through).run().ended(0);
    assert_eq!(scratch.read("work/copy"), body);
    let run =
        scratch.chat(server.url(), &["--record", "/dev/stdout", "hi"]).under("\"$0\" \"$@\" | wc -c").run();
    assert_eq!(run.ended(0).stdout.trim(), (body.len() + "Hi\n".len()).to_string());
}

#[test]
fn a_pipe_that_nobody_reads_is_said_to_be_waited_for() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    let scratch = Scratch::new();
    let through = "mkfifo fifo; { sleep 1.6; cat fifo > copy; } & \"$0\" \"$@\"; code=$?; wait; exit $code";
    let run = scratch.chat(server.url(), &["--record", "fifo", "hi"]).under(through).run().ended(0);
    assert_eq!(run.stderr, "bedrill: waiting for a reader of fifo\n");
    assert_eq!(scratch.read("work/copy"), answer(&["Hi"]));
}

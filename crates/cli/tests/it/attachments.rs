//! `--image` and `--document`: what a file is, what it is sent as, and what it is called.

use bedrill::test_util::requests::json;
use serde_json::{Value, json};

use super::chat::request;
use super::command::Scratch;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";

/// The content of the message that `arguments` make.
fn content(scratch: &Scratch, arguments: &[&str], stdin: &[u8]) -> Vec<Value> {
    let mut body = json(&request(scratch, &[arguments, &["look"]].concat(), stdin));
    let Value::Array(mut content) = body["messages"][0]["content"].take() else { panic!("no content") };
    content.pop();
    content
}

/// What is said of a file that cannot go along.
#[track_caller]
fn refused(scratch: &Scratch, arguments: &[&str], parts: &[&str]) {
    scratch.chat("http://127.0.0.1:9", &[arguments, &["hi"]].concat()).run().ended(2).says(parts);
}

#[test]
fn an_image_is_what_its_bytes_are() {
    let scratch = Scratch::new();
    for (name, bytes, format) in [
        ("shot.jpg", PNG, "png"),
        ("noext", PNG, "png"),
        ("a.jfif", b"\xff\xd8\xff\xe0..JFIF", "jpeg"),
        ("a.jpe", b"\xff\xd8\xff\xdb....", "jpeg"),
        ("a.png", b"GIF87a....", "gif"),
        ("a.gif", b"RIFF\0\0\0\0WEBPVP8L", "webp"),
    ] {
        scratch.file(&format!("work/{name}"), bytes);
        let sent = content(&scratch, &["--image", name], b"");
        assert_eq!(sent[0]["image"]["format"], format, "{name}");
    }
}

#[test]
fn what_is_no_image_is_refused_with_what_it_is() {
    let scratch = Scratch::new();
    scratch
        .file("work/empty.png", "")
        .file("work/drawing.svg", "<svg/>")
        .file("work/scan.png", b"%PDF-1.7 \xff")
        .file("work/photo.jpg", b"\0\0\0\x18ftypheic\0\0\0\0")
        .file("work/cut.jpg", b"\xff\xd8")
        .file("work/folder.png/x", "");
    for (file, problem) in [
        (
            "empty.png",
            "empty.png is not an image that the API takes: it is empty; png, jpeg, gif and webp are taken",
        ),
        ("drawing.svg", "it is text; png, jpeg, gif and webp are taken; --document attaches it"),
        ("scan.png", "it is a PDF; png, jpeg, gif and webp are taken; --document attaches it"),
        ("photo.jpg", "it is a HEIC image"),
        ("cut.jpg", "it is neither text nor of a known kind"),
        ("folder.png", "folder.png cannot be read: a directory, not a file"),
        ("missing.png", "missing.png cannot be read"),
    ] {
        refused(&scratch, &["--image", file], &[problem]);
    }
}

#[test]
fn text_of_any_name_is_a_document() {
    let scratch = Scratch::new();
    for (name, format) in [
        ("build.log", "txt"),
        ("data.json", "txt"),
        ("main.py", "txt"),
        ("lib.rs", "txt"),
        ("drawing.svg", "txt"),
        ("README", "txt"),
        ("a.csv", "csv"),
        ("a.HTM", "html"),
        ("a.md", "md"),
        ("a.markdown", "md"),
    ] {
        scratch.file(&format!("work/{name}"), "größer");
        let sent = content(&scratch, &["--document", name], b"");
        assert_eq!(sent[0]["document"]["format"], format, "{name}");
        assert_eq!(sent[0]["document"]["source"]["bytes"], "Z3LDtsOfZXI=", "{name}");
    }
}

#[test]
fn what_is_no_document_is_refused_with_what_it_is() {
    let scratch = Scratch::new();
    scratch
        .file("work/empty.txt", "")
        .file("work/shot.txt", PNG)
        .file("work/notes.pdf", "no pdf")
        .file("work/wide.txt", b"\xff\xfea\0")
        .file("work/raw.log", b"a\0b")
        .file("work/all.zip", b"PK\x03\x04....");
    for (file, problem) in [
        ("empty.txt", "it is empty"),
        ("shot.txt", "it is a PNG image; --image attaches it"),
        ("notes.pdf", "it is text; its name ends in .pdf, which is no name of text"),
        ("wide.txt", "it is UTF-16 text; convert it to UTF-8"),
        ("raw.log", "it is neither text nor of a known kind"),
        ("all.zip", "it is a zip archive; pdf, docx, xlsx, doc, xls and any text in UTF-8 are taken"),
    ] {
        refused(&scratch, &["--document", file], &[problem]);
    }
}

#[test]
fn no_two_documents_of_a_request_have_one_name() {
    let scratch = Scratch::new();
    scratch.file("work/a (2).txt", "1").file("work/a.txt", "2").file("work/b/a.md", "3");
    let names = |paths: &[&str]| -> Vec<Value> {
        let flags: Vec<&str> = paths.iter().flat_map(|path| ["--document", path]).collect();
        let sent = content(&scratch, &flags, b"");
        sent.into_iter().map(|mut block| block["document"]["name"].take()).collect()
    };
    assert_eq!(names(&["a (2).txt", "a.txt"]), ["a (2)", "a"]);
    assert_eq!(names(&["a.txt", "a.txt", "a (2).txt", "b/a.md"]), ["a", "a (2)", "a (2) (2)", "a (3)"]);
}

#[test]
fn a_dash_attaches_stdin() {
    let scratch = Scratch::new();
    let sent = content(&scratch, &["--image", "-"], PNG);
    assert_eq!(sent, [json!({"image": {"format": "png", "source": {"bytes": "iVBORw0KGgouLi4u"}}})]);
    let sent = content(&scratch, &["--document", "-"], b"notes");
    assert_eq!(
        sent[0]["document"],
        json!({"format": "txt", "name": "document", "source": {"bytes": "bm90ZXM="}})
    );
    let run = scratch.chat("http://127.0.0.1:9", &["--image", "-", "hi"]).stdin("text").run().ended(2);
    run.says(&["stdin is not an image that the API takes: it is text"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_without_an_end_or_a_writer_is_refused_at_once() {
    let scratch = Scratch::new();
    let fifo = scratch.path("work/fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
    std::os::unix::fs::symlink("/dev/zero", scratch.path("work/logo.png")).expect("linked");
    std::fs::File::create(scratch.path("work/long"))
        .expect("created")
        .set_len(3 << 30)
        .expect("3 GiB of nothing");
    for file in ["fifo", "logo.png", "/dev/zero"] {
        let problem = format!(
            "{file} cannot be read: a pipe or a device, not a file; to read a pipe, make it stdin and name -"
        );
        for flag in ["--image", "--document", "--replay"] {
            refused(&scratch, &[flag, file], &[&problem]);
        }
        scratch.bedrill(&["decode", file]).run().ended(2).says(&[&problem]);
        let run = scratch.with_keys(&["models", "--limits", file]).run().ended(2);
        run.says(&["the limits", "a pipe or a device"]);
        let run = scratch.with_keys(&["models"]).var("BEDRILL_LIMITS", file).run().ended(2);
        run.says(&["the limits", "a pipe or a device"]);
        let run = scratch.with_keys(&["auth", "--config", file]).run().ended(2);
        run.says(&["the configuration", "not a regular file"]);
    }
    for flag in ["--image", "--document"] {
        refused(&scratch, &[flag, "long"], &["long cannot be read: larger than 25 MB"]);
    }
    scratch.with_keys(&["models", "--limits", "long"]).run().ended(2).says(&["larger than 1 MiB"]);
}

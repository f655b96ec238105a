//! Settings that try to be more than they should: a line in a request's head, a part of a URL, another folder.

use bedrill::test_util::Server;
use bedrill::test_util::events::answer;
use bedrill::test_util::requests::line;
use bedrill::test_util::responses::stream;

use super::command::Scratch;

const CHAT: [&str; 4] = ["chat", "-m", "us.example.model-v1:0", "hi"];

/// What does not belong in a host label.
const NO_REGIONS: [&str; 18] = [
    "us-east-1.evil.test/#",
    "us-east-1.evil.test",
    "us-east-1/",
    "us-east-1#",
    "us-east-1?",
    "us-east-1:443",
    "us-east-1@evil.test",
    "@evil.test",
    "evil.test\\",
    "us east 1",
    "us-east-1\r\nx-evil: 1",
    "us-east-1%2eevil",
    "us-east-1\u{3002}evil",
    "US-EAST-1",
    "-us-east-1",
    "us-east-1-",
    "..",
    "a123456789012345678901234567890123456789012345678901234567890123",
];

#[test]
fn what_is_no_region_never_becomes_part_of_a_host() {
    let scratch = Scratch::new();
    for region in NO_REGIONS {
        let flag = format!("--region={region}");
        scratch.with_keys(&[&CHAT[..], &[&flag]].concat()).run().ended(2).says(&["is not a region"]);
        scratch.with_keys(&CHAT).var("AWS_REGION", region).run().ended(2).says(&["is not a region"]);
        // A profile's line ends where the next one begins.
        if !region.contains('\n') {
            scratch.file("home/.aws/config", format!("[default]\nregion = {region}\n"));
            scratch.with_keys(&CHAT).run().ended(2).says(&["is not a region"]);
            scratch.file("home/.aws/config", "");
        }
    }
}

#[test]
fn what_is_no_model_id_is_refused_before_anything_is_sent() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    for model in [
        "a/../b",
        "..",
        "../../admin",
        "./a",
        "a//b",
        "/a",
        "a/",
        "a?x=1",
        "a#b",
        "a%2e%2e",
        "a\\b",
        "a\r\nx-evil: 1",
        "a\nHost: evil",
        "a\u{1b}]52;c;x",
        "a\u{9b}2J",
        "arn:aws:bedrock:evil.test:1:prompt/a",
        "arn:aws:bedrock:us-east-1:1:prompt/../a",
        "arn:aws:s3:us-east-1:1:bucket/a",
        "arn:",
        "",
    ] {
        let arguments = ["chat", "--endpoint-url", server.url(), "-m", model, "hi"];
        let run = Scratch::new().with_keys(&arguments).run().ended(2);
        assert!(!run.stderr.contains(['\u{1b}', '\u{9b}', '\r']), "{model:?}: {}", run.stderr);
    }
    assert!(server.requests().is_empty(), "{:?}", server.requests());
}

#[test]
fn an_id_is_one_segment_of_the_path() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.example.model-v1:0";
    Scratch::new().with_keys(&["chat", "--endpoint-url", server.url(), "-m", arn, "hi"]).run().ended(0);
    let path =
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.example.model-v1%3A0";
    assert_eq!(line(&server.request()), format!("POST {path}/converse-stream HTTP/1.1"));
}

#[test]
fn credentials_with_a_line_break_are_an_error_before_anything_is_sent() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    for value in
        ["canary\r\nX-Evil: 1", "canary\nX-Evil: 1", "canary\rX", "can\u{7f}ary", "can\u{1}ary", "canäry"]
    {
        for name in
            ["AWS_BEARER_TOKEN_BEDROCK", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        {
            let run = Scratch::new().chat(server.url(), &["hi"]).var(name, value).run().ended(3);
            run.says(&[name]);
        }
        let scratch = Scratch::new();
        let tag = if value.contains(['\n', '\r']) { continue } else { value };
        scratch.file(
            "home/.aws/credentials",
            format!(
                "[default]\naws_access_key_id = AKIA\naws_secret_access_key = x\naws_session_token = {tag}\n"
            ),
        );
        let arguments = ["chat", "--endpoint-url", server.url(), "-m", "us.example.model-v1:0", "hi"];
        scratch.bedrill(&arguments).run().ended(3).says(&["aws_session_token"]);
    }
    assert!(server.requests().is_empty(), "{:?}", server.requests());
}

//! A program that is stopped while its peer answers: Ctrl-Z, a frozen container, a machine that stalls.

use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

use bedrill::test_util::events::{self, block_stop, metadata, start, stop, text};
use bedrill::test_util::responses::{chunk, json, stream_head};
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

#[test]
fn a_signal_does_not_lose_the_token_that_replaces_the_old_one() {
    for (name, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let oidc = Server::start(|_, _| {
            let token = serde_json::json!({
                "accessToken": "canary-new-access", "expiresIn": 3_600, "refreshToken": "canary-second", "tokenType": "Bearer",
            });
            vec![Step::Sleep(PEER), Step::Send(json(token))]
        });
        let scratch = Scratch::new();
        scratch.file(
            "home/.aws/config",
            "[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n\
             [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n",
        );
        let cache = "home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
        let old = serde_json::json!({
            "startUrl": "https://corp.awsapps.com/start", "region": "eu-west-1",
            "accessToken": "canary-old-access", "expiresAt": "2020-01-01T00:00:00Z",
            "clientId": "client", "clientSecret": "canary-client", "registrationExpiresAt": "2099-01-01T00:00:00Z",
            "refreshToken": "canary-first",
        });
        scratch.file(cache, old.to_string());
        let run = scratch.bedrill(&["chat", "-m", "us.example.model-v1:0", "--profile", "sso", "hi"]);
        let mut child = run.var("AWS_ENDPOINT_URL_SSO_OIDC", oidc.url()).start();
        drop(child.stdin.take());
        oidc.wait_for_request();
        sleep(PEER / 5);
        signal(&child, name);
        let status = wait(&mut child);
        Run::of(child, status).ended(code);
        let new: serde_json::Value = serde_json::from_slice(&scratch.read(cache)).expect("JSON");
        assert_eq!(new["refreshToken"], "canary-second", "{name}");
        let left = std::fs::read_dir(scratch.path("home/.aws/sso/cache")).expect("a folder").count();
        assert_eq!(left, 1, "a lock is left");
    }
}

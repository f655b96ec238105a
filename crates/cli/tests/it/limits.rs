//! Too few descriptors and too few threads: an error, or a run without what they were for, and never a panic.

use bedrill::test_util::Server;
use bedrill::test_util::responses::json;

use super::command::{Run, Scratch};

const ANSWER: &str =
    r#"{"output":{"message":{"role":"assistant","content":[{"text":"Blue."}]}},"stopReason":"end_turn"}"#;

/// The commands that are tried: without a network, with one, and with a helper program.
fn commands(url: &str) -> Vec<String> {
    let by_name = url.replace("127.0.0.1", "localhost");
    let chat = |url: &str| format!("chat --endpoint-url {url} -m us.example.model-v1:0 --no-stream hi");
    let others = ["config show", "auth", "models", "auth --profile p", "demo"].map(str::to_owned);
    others.into_iter().chain([chat(url), chat(&by_name)]).collect()
}

/// Runs `bedrill COMMAND` through `script`.
fn run(scratch: &Scratch, url: &str, command: &str, script: &str) -> Run {
    let arguments: Vec<&str> = command.split(' ').collect();
    scratch.with_keys(&arguments).var("AWS_ENDPOINT_URL_BEDROCK", url).under(script).run()
}

#[track_caller]
fn did_not_panic(run: &Run, what: &str) {
    // With three descriptors, the linker finds no library for a program that is not static.
    if run.status.code() == Some(127) && run.stderr.contains("error while loading shared libraries") {
        return;
    }
    assert!(run.status.code().is_some_and(|code| code <= 3), "{what}: {:?} {}", run.status, run.stderr);
    assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    assert!(
        run.status.success() || run.stderr.contains("bedrill: ") || run.stdout.contains("broken"),
        "{what}"
    );
}

fn prepared() -> (Server, Scratch) {
    let scratch = Scratch::new();
    let document = r#"{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"secret"}"#;
    scratch.file("home/.aws/config", format!("[profile p]\ncredential_process = echo '{document}'\n"));
    (Server::sending(json(ANSWER)), scratch)
}

#[test]
fn too_few_descriptors_are_an_error_and_no_panic() {
    let (server, scratch) = prepared();
    let mut answered = 0;
    for limit in 3..=20 {
        for command in commands(server.url()) {
            let script = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
            let run = run(&scratch, server.url(), &command, &script);
            did_not_panic(&run, &format!("{limit} descriptors, {command}"));
            answered += usize::from(run.stdout == "Blue.\n");
        }
    }
    assert!(answered >= 2, "with twenty it works");
}

/// What only root can set up: the limit counts all processes of a user, so it needs a user who has none.
mod as_root {
    use super::*;

    #[test]
    #[ignore = "needs root, to become a user without processes"]
    fn too_few_threads_are_an_error_and_no_panic() {
        use std::os::unix::fs::PermissionsExt as _;
        /// Nobody's, it is hoped.
        const USER: u32 = 64_123;
        let (server, scratch) = prepared();
        let program = scratch.path("bedrill");
        std::fs::copy(env!("CARGO_BIN_EXE_bedrill"), &program).expect("copied");
        for path in ["", "home", "work", "bedrill", "home/.aws", "home/.aws/config"] {
            let path = scratch.path(path);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("set");
            std::os::unix::fs::chown(&path, Some(USER), Some(USER)).expect("only root can give a file away");
        }
        let mut is_felt = false;
        for limit in 1..=6 {
            for command in commands(server.url()) {
                let script = format!(
                    "exec setpriv --reuid {USER} --regid {USER} --clear-groups prlimit --nproc={limit} '{}' \"$@\"",
                    program.display()
                );
                let run = run(&scratch, server.url(), &command, &script);
                did_not_panic(&run, &format!("{limit} threads, {command}"));
                is_felt = is_felt || run.stderr.contains("no thread can be started");
            }
        }
        assert!(is_felt, "the limit was not in force");
    }
}

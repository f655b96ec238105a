//! The real binary, run in a scratch folder with an environment of its own, against servers on loopback.

#![allow(unreachable_pub)] // a test binary exports nothing
#![allow(clippy::print_stderr)] // tests say on stderr what they ran
#![allow(clippy::disallowed_methods)] // tests read what they wrote

mod as_written;
mod attachments;
mod auth;
mod broken_files;
#[path = "../../../../tests/it/support/canaries.rs"]
mod canaries;
mod canary;
mod chat;
mod command;
mod config;
#[path = "../../../../tests/it/support/conformance.rs"]
mod conformance;
mod decode;
mod demo;
mod dot_env;
mod endings;
mod environment;
mod errors;
#[cfg(target_os = "linux")]
mod files;
mod injection;
mod instance;
#[cfg(target_os = "linux")]
mod interrupt;
#[path = "../../../../tests/it/support/json.rs"]
mod json;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod loops;
mod models;
#[cfg(target_os = "linux")]
mod paused;
mod pipe;
mod proxy;
mod record;
mod stdin;
#[cfg(target_os = "linux")]
mod terminal;
mod variables;

use command::Scratch;

#[test]
fn help_and_version_go_to_stdout() {
    for (arguments, expected) in [
        (&["--help"][..], "Usage: bedrill [OPTIONS] <COMMAND>"),
        (&["chat", "--help"], "--replay <FILE>"),
        (&["decode", "-h"], "--frames"),
        (&["demo", "--help"], "embedded server"),
        (&["--version"], concat!("bedrill ", env!("CARGO_PKG_VERSION"))),
    ] {
        let run = Scratch::new().bedrill(arguments).run().ended(0);
        assert!(run.stdout.contains(expected), "{arguments:?}: {}", run.stdout);
        assert_eq!(run.stderr, "", "{arguments:?}");
    }
}

#[test]
fn a_prompt_without_a_command_is_pointed_to_chat() {
    for arguments in [&["hello there"][..], &["-m", "nova-micro", "hi"], &["hello"]] {
        let run = Scratch::new().bedrill(arguments).run().ended(2);
        run.says(&["To ask a model, name the command: bedrill chat PROMPT"]);
    }
    for arguments in [&["models", "-m", "x"][..], &["help", "--help"], &["config", "set", "x"], &[]] {
        let run = Scratch::new().bedrill(arguments).run().ended(2);
        assert!(!run.stderr.contains("To ask a model"), "{}", run.stderr);
    }
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    for arguments in [
        &[][..],
        &["char"],
        &["chat", "--temperature", "2", "hi"],
        &["chat", "--verbose", "--quiet", "hi"],
        &["chat", "--record", "a", "--replay", "b"],
        &["chat", "--no-stream", "--replay", "b"],
        &["decode"],
    ] {
        let run = Scratch::new().bedrill(arguments).run().ended(2);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(run.stderr.contains("--help"), "{arguments:?}: {}", run.stderr);
    }
}

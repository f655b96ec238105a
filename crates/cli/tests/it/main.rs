//! The real binary, run in a scratch folder with an environment of its own, against servers on loopback.

#![allow(unreachable_pub)] // a test binary exports nothing
#![allow(clippy::print_stderr)] // tests say on stderr what they ran

mod auth;
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
mod models;
#[cfg(target_os = "linux")]
mod pipe;
mod record;
#[cfg(target_os = "linux")]
mod terminal;

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

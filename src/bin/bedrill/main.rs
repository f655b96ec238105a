//! The `bedrill` command. It sees only the public API of the library.

mod answer;
mod args;
mod attachment;
mod auth;
mod chat;
mod client;
mod config;
mod decode;
mod demo;
mod discovery;
mod environment;
mod failure;
mod models;
mod spinner;
mod terminal;
mod timeouts;
mod transport;

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use failure::Failure;
use terminal::note;

/// The exit code for Ctrl-C, as a shell reports SIGINT.
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for and go to stdout; everything else is a usage error, code 2.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let message = failure.to_string();
            if !message.is_empty() {
                note(&format!("bedrill: {message}"));
            }
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    exit_on_interrupt();
    match cli.command {
        Command::Decode { file, frames } => decode::run(&file, frames),
        Command::Auth(arguments) => auth::run(&arguments, &cli.common),
        Command::Chat(arguments) => chat::run(&arguments, &cli.common),
        Command::Models(arguments) => models::run(&arguments, &cli.common),
        Command::Config(command) => config::run(command, &cli.common),
        Command::Demo { prompt } => in_runtime(demo::run(&prompt.join(" "), &cli.common)),
    }
}

/// Makes Ctrl-C end the program with 130, whatever it waits for: the network, stdin, or a reader of its output. All
/// connections close with it.
fn exit_on_interrupt() {
    let wait = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        runtime.block_on(tokio::signal::ctrl_c())
    };
    std::thread::spawn(move || {
        // Without a handler the signal itself ends the program, which shells report as 130 too.
        if wait().is_ok() {
            if io::stdout().is_terminal() {
                // The answer may stand in the middle of a line.
                note("");
            }
            std::process::exit(INTERRUPTED);
        }
    });
}

/// Runs `work` on this thread until it is done.
fn in_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the runtime cannot be started: {error}")))?;
    let outcome = runtime.block_on(work);
    // A name lookup still running on the runtime's thread must not hold the exit up.
    runtime.shutdown_background();
    outcome
}

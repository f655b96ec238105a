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
mod echo;
mod environment;
mod failure;
mod interrupt;
mod models;
mod record;
mod replay;
mod spinner;
mod terminal;
mod timeouts;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use failure::Failure;
use terminal::note;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return without_command(&error),
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ended(&failure),
    }
}

/// Help and version are asked for and go to stdout; everything else is a usage error, code 2.
fn without_command(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        // It quotes arguments, and those may be file names that a shell put in.
        note(error.render().to_string().trim_end());
        return ExitCode::from(2);
    }
    match error.print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ended(&Failure::output(&error)),
    }
}

/// Says why the program ends.
fn ended(failure: &Failure) -> ExitCode {
    let message = failure.to_string();
    if !message.is_empty() {
        note(&format!("bedrill: {message}"));
    }
    ExitCode::from(failure.code())
}

fn run(cli: Cli) -> Result<(), Failure> {
    interrupt::watch();
    match cli.command {
        Command::Decode { file, frames } => decode::run(&file, frames),
        Command::Auth(arguments) => auth::run(&arguments, &cli.common),
        Command::Chat(arguments) => chat::run(&arguments, &cli.common),
        Command::Models(arguments) => models::run(&arguments, &cli.common),
        Command::Config(command) => config::run(command, &cli.common),
        Command::Demo { prompt } => in_runtime(demo::run(&prompt.join(" "), &cli.common)),
    }
}

/// Runs `work` on this thread until it is done, or a signal asks to end: then it is dropped.
fn in_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the runtime cannot be started: {error}")))?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            biased;
            code = interrupt::asked() => Err(Failure::interrupted(code)),
            outcome = work => outcome,
        }
    });
    // A name lookup still running on the runtime's thread must not hold the exit up.
    runtime.shutdown_background();
    outcome
}

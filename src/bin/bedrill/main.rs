//! The `bedrill` command. It sees only the public API of the library.

mod args;
mod attachment;
mod chat;
mod config;
mod decode;
mod demo;
mod environment;
mod failure;
mod terminal;
mod transport;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use failure::Failure;
use terminal::note;

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
    match cli.command {
        Command::Decode { file, frames } => decode::run(&file, frames),
        Command::Chat(arguments) => in_runtime(chat::run(*arguments, cli.common)),
        Command::Config(command) => config::run(command, &cli.common),
        Command::Demo { prompt } => in_runtime(demo::run(&prompt.join(" "), cli.common)),
    }
}

/// Runs `work` on this thread until it is done or Ctrl-C is pressed; dropping it closes its connections.
fn in_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the runtime cannot be started: {error}")))?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = work => outcome,
            Ok(()) = tokio::signal::ctrl_c() => {
                // The answer may stand in the middle of a line.
                note("");
                Err(Failure::interrupted())
            }
        }
    });
    // A name lookup still running on the runtime's thread must not hold the exit up.
    runtime.shutdown_background();
    outcome
}

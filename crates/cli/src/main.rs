//! The `bedrill` command. It sees only the public API of the library.

mod command;
mod failure;
mod flags;
mod input;
mod interrupt;
mod runtime;
mod screen;
mod setup;
mod tape;

use std::process::ExitCode;

use clap::Parser as _;

use failure::Failure;
use flags::Cli;
use screen::terminal::note;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return without_command(&error),
    };
    interrupt::watch();
    match command::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ended(&failure),
    }
}

/// Help and version are asked for and go to stdout; everything else is a usage error, code 2.
fn without_command(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        // It quotes arguments, and those may be file names that a shell put in.
        note(error.render().to_string().trim_end());
        let arguments: Vec<_> = std::env::args_os().skip(1).collect();
        if flags::would_chat(&arguments) {
            note("\nTo ask a model, name the command: bedrill chat PROMPT");
        }
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

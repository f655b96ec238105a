//! The commands, a module each.

mod auth;
mod chat;
mod config;
mod decode;
mod demo;
mod models;

use crate::failure::Failure;
use crate::flags::{Cli, Command};
use crate::runtime::in_runtime;

/// Runs the command given on the command line.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Decode { file, frames } => decode::run(&file, frames, &cli.common),
        Command::Auth(arguments) => auth::run(&arguments, &cli.common),
        Command::Chat(arguments) => chat::run(&arguments, &cli.common),
        Command::Models(arguments) => models::run(&arguments, &cli.common),
        Command::Config(command) => config::run(command, &cli.common),
        Command::Demo { prompt } => in_runtime(demo::run(&prompt.join(" "), &cli.common)),
    }
}

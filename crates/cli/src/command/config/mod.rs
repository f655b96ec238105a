//! `bedrill config`: which file is read, what it says, and its errors.

mod show;

use bedrill::config::Severity;
use bedrill::machine::Machine;

use crate::failure::Failure;
use crate::flags::{Common, ConfigCommand};
use crate::screen::terminal::{Output, note};
use crate::setup::configuration::{find, is_absent, load, overlay, places_of};
use crate::setup::environment::Environment;

/// Prints what `command` asks for.
pub(crate) fn run(command: ConfigCommand, common: &Common) -> Result<(), Failure> {
    let environment = Environment::read(common)?;
    match command {
        ConfigCommand::Path => path(common, &environment),
        ConfigCommand::Show { json } => {
            let configuration = load(common, &environment)?;
            show::run(&configuration, common, environment, json)
        }
        ConfigCommand::Check => {
            overlay(common, &environment)?;
            check(common, &environment)
        }
    }
}

fn path(common: &Common, host: &dyn Machine) -> Result<(), Failure> {
    let places = places_of(common, host);
    let mut chosen = None;
    for place in &places {
        let state = match host.read(place.path()) {
            Err(error) if is_absent(&error) => "does not exist".to_owned(),
            _ if chosen.is_some() => "is not read: an earlier file takes precedence".to_owned(),
            answer => {
                chosen = Some(place);
                answer.map_or_else(|error| format!("cannot be read: {error}"), |_| "is read".to_owned())
            }
        };
        if common.verbose {
            note(&format!("bedrill: {} {state}", place.path().display()));
        }
    }
    // The path to create it at, so that `$EDITOR "$(bedrill config path)"` starts a new one.
    let Some(place) = chosen.or_else(|| places.first()) else {
        return Err(Failure::usage("there is no home directory to look in: name a file with --config"));
    };
    let path = place.path().display().to_string();
    Output::stdout().line(&path).map_err(|error| Failure::output(&error))?;
    if chosen.is_none() && !common.quiet {
        note("bedrill: this file does not exist; every setting is at its default");
    }
    Ok(())
}

fn check(common: &Common, host: &dyn Machine) -> Result<(), Failure> {
    let say = |text: &str| {
        if !common.quiet {
            note(&format!("bedrill: {text}"));
        }
    };
    let Some(found) = find(common, host)? else {
        say("there is no configuration; every setting is at its default");
        return Ok(());
    };
    let mut output = Output::stdout();
    for problem in &found.problems {
        output.line(&found.line(problem)).map_err(|error| Failure::output(&error))?;
    }
    let errors = found.problems.iter().filter(|problem| problem.severity() == Severity::Error).count();
    let warnings = found.problems.len() - errors;
    let path = found.place.path().display();
    if errors > 0 {
        return Err(Failure::usage(format!(
            "{path}: {}, {}",
            count(errors, "error"),
            count(warnings, "warning")
        )));
    }
    say(&match warnings {
        0 => format!("{path}: nothing is wrong"),
        _ => format!("{path}: {}", count(warnings, "warning")),
    });
    Ok(())
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

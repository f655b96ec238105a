//! `bedrill config`, and the configuration for the other commands.

mod show;

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use bedrill::config::{Config, Located, Place, PlaceKind, Problem, Severity, places};
use bedrill::machine::Host;

use crate::args::{Common, ConfigCommand};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::terminal::{Output, note};

/// Prints what `command` asks for.
pub(crate) fn run(command: ConfigCommand, common: &Common) -> Result<(), Failure> {
    let environment = Environment::read(common.env_file.as_deref())?;
    match command {
        ConfigCommand::Path => path(common, &environment),
        ConfigCommand::Show { json } => {
            let configuration = load(common, &environment)?;
            show::run(&configuration, common, environment, json)
        }
        ConfigCommand::Check => check(common, &environment),
    }
}

/// A configuration, and the file it is from; without one, everything is at its default.
#[derive(Default)]
pub(crate) struct Configuration {
    pub(crate) values: Config,
    pub(crate) file: Option<PathBuf>,
}

impl Configuration {
    /// Where `value` stands: `FILE:LINE:COLUMN`.
    pub(crate) fn origin<T>(&self, value: &Located<T>) -> String {
        let file = self.file.as_deref().unwrap_or_else(|| Path::new("the configuration"));
        match value.position() {
            Some(position) => format!("{}:{position}", file.display()),
            None => file.display().to_string(),
        }
    }
}

/// The configuration to work with. Warnings go to stderr.
///
/// A mistake in another tool's file that nobody named is no reason to stop: what it spoils is left out, with a note.
pub(crate) fn load(common: &Common, host: &dyn Host) -> Result<Configuration, Failure> {
    let Some(found) = find(common, host)? else { return Ok(Configuration::default()) };
    let foreign = matches!(found.place.kind(), PlaceKind::OtherTool(_));
    let is_error = |problem: &&Problem| problem.severity() == Severity::Error;
    let lines = |problems: &mut dyn Iterator<Item = &Problem>| {
        problems.map(|problem| found.line(problem)).collect::<Vec<_>>().join("\n")
    };
    if !foreign && found.problems.iter().any(|problem| is_error(&problem)) {
        return Err(Failure::usage(lines(&mut found.problems.iter().filter(is_error))));
    }
    // Unknown keys in another tool's file are that tool's business.
    let told = |problem: &&Problem| !common.quiet && (!foreign || common.verbose || is_error(problem));
    for problem in found.problems.iter().filter(told) {
        note(&format!("bedrill: {}", found.line(problem)));
    }
    Ok(Configuration { values: found.values, file: Some(found.place.path().to_owned()) })
}

/// The file that is read, with what it says.
struct Found {
    place: Place,
    values: Config,
    problems: Vec<Problem>,
}

impl Found {
    fn line(&self, problem: &Problem) -> String {
        format!("{}:{problem}", self.place.path().display())
    }
}

fn places_of(common: &Common, host: &dyn Host) -> Vec<Place> {
    places(common.config.as_deref(), |name| host.var(name), host.home().as_deref())
}

/// The first file that exists.
fn find(common: &Common, host: &dyn Host) -> Result<Option<Found>, Failure> {
    for place in places_of(common, host) {
        let text = match read(host, &place) {
            Ok(text) => text,
            Err(error) if is_absent(&error) && !place.kind().is_named() => continue,
            Err(error) => {
                let by = match place.kind() {
                    PlaceKind::Argument => " (named by --config)",
                    PlaceKind::Variable => " (named by BEDRILL_CONFIG)",
                    _ => "",
                };
                let path = place.path().display();
                return Err(Failure::usage(format!("the configuration {path}{by} cannot be read: {error}")));
            }
        };
        let (values, problems) = Config::read(&text);
        return Ok(Some(Found { place, values, problems }));
    }
    Ok(None)
}

/// Whether there is no such file: also when what should be its folder is a file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn read(host: &dyn Host, place: &Place) -> io::Result<String> {
    let bytes = host.read(place.path())?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

fn path(common: &Common, host: &dyn Host) -> Result<(), Failure> {
    let places = places_of(common, host);
    let mut chosen = None;
    for place in &places {
        let state = match host.read(place.path()) {
            Err(error) if is_absent(&error) => "does not exist".to_owned(),
            _ if chosen.is_some() => "is not read: the first one counts".to_owned(),
            answer => {
                chosen = Some(place);
                answer.map_or_else(|error| format!("cannot be read: {error}"), |_| "is read".to_owned())
            }
        };
        if common.verbose {
            note(&format!("bedrill: {} {state}", place.path().display()));
        }
    }
    // Where it would be, so that `$EDITOR "$(bedrill config path)"` begins one.
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

fn check(common: &Common, host: &dyn Host) -> Result<(), Failure> {
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

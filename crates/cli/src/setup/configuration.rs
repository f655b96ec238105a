//! The configuration file: how it is found and read, and its errors.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use bedrill::config::{Config, Located, Place, PlaceKind, Problem, Severity, places};
use bedrill::lore::Overlay;
use bedrill::machine::Machine;

use crate::failure::Failure;
use crate::flags::Common;
use crate::input;
use crate::screen::terminal::note;

/// A configuration and its file; without a file, everything has its default.
#[derive(Default)]
pub(crate) struct Configuration {
    pub(crate) values: Config,
    pub(crate) file: Option<PathBuf>,
    /// What the user knows better than the table of families: `--limits`.
    pub(crate) overlay: Overlay,
}

impl Configuration {
    /// The location of `value`: `FILE:LINE:COLUMN`.
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
/// A mistake in another tool's file that the user did not name is no reason to stop: the affected settings are left
/// out, with a note.
pub(crate) fn load(common: &Common, host: &dyn Machine) -> Result<Configuration, Failure> {
    let overlay = overlay(common, host)?;
    let Some(found) = find(common, host)? else {
        return Ok(Configuration { overlay, ..Configuration::default() });
    };
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
    Ok(Configuration { values: found.values, file: Some(found.place.path().to_owned()), overlay })
}

/// The most of an overlay, in bytes.
const MAX_OVERLAY: usize = 1024 * 1024;

/// What takes precedence over the table of families.
pub(crate) fn overlay(common: &Common, host: &dyn Machine) -> Result<Overlay, Failure> {
    input::not_stdin(common.limits.as_deref(), "--limits")?;
    let from_variable = host.setting("BEDRILL_LIMITS");
    let Some(path) = common.limits.as_deref().or_else(|| from_variable.as_deref().map(Path::new)) else {
        return Ok(Overlay::new());
    };
    let shown = path.display();
    let text = input::read_text(path, MAX_OVERLAY, "the limits on stdin", true)
        .map_err(|error| Failure::usage(format!("the limits {shown} cannot be read: {error}")))?;
    Overlay::parse(&text).map_err(|error| {
        let lines = error.problems().iter().map(|problem| format!("\n{shown}:{problem}"));
        Failure::usage(format!("the limits {shown} cannot be used:{}", lines.collect::<String>()))
    })
}

/// The file that is read, with its contents.
pub(crate) struct Found {
    pub(crate) place: Place,
    values: Config,
    pub(crate) problems: Vec<Problem>,
}

impl Found {
    /// `FILE:LINE:COLUMN: what is wrong`.
    pub(crate) fn line(&self, problem: &Problem) -> String {
        format!("{}:{problem}", self.place.path().display())
    }
}

/// The files that may be the configuration, in order of precedence.
pub(crate) fn places_of(common: &Common, host: &dyn Machine) -> Vec<Place> {
    places(common.config.as_deref(), |name| host.var(name), host.home().as_deref())
}

/// The first file that exists.
pub(crate) fn find(common: &Common, host: &dyn Machine) -> Result<Option<Found>, Failure> {
    input::not_stdin(common.config.as_deref(), "--config")?;
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

/// Whether the file is absent, or its folder is a file.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn read(host: &dyn Machine, place: &Place) -> io::Result<String> {
    let bytes = host.read(place.path())?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

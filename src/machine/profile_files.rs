//! The AWS CLI's shared files, and the selected profile.

use std::fmt;
use std::io::ErrorKind;
#[cfg(feature = "client")]
use std::path::PathBuf;
#[cfg(feature = "client")]
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::{Machine, SettingsError};
use crate::profile::{FileKind, Locations, Origin, Platform, ProfileSet, Section, locations, selected_name};

/// The prefix of errors about the files: the source that reads credentials from them.
const PLACE: &str = "profile";

/// How the profile was selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectedBy {
    /// By the program or a flag.
    Caller,
    /// By this environment variable.
    Variable(&'static str),
    /// By nothing: it is `default`.
    Default,
}

/// Both shared files, read and merged, and the selected profile.
///
/// ```
/// use bedrill::machine::{ProfileFiles, StaticMachine};
///
/// let machine = StaticMachine::new()
///     .with_home("/home/me")
///     .with_file("/home/me/.aws/config", "[profile dev]\nregion = eu-west-1\n");
/// let files = ProfileFiles::load(&machine, Some("dev"))?;
/// let region = files.setting("region").expect("the profile's region");
/// assert_eq!(region.value(), "eu-west-1");
/// assert_eq!(files.place(region.origin()), "/home/me/.aws/config:2");
/// # Ok::<(), bedrill::machine::SettingsError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ProfileFiles {
    set: ProfileSet,
    locations: Locations,
    found: Vec<FileKind>,
    selected: String,
    selected_by: SelectedBy,
    problem: Option<SettingsError>,
    #[cfg(feature = "client")]
    watched: Vec<(PathBuf, Option<SystemTime>)>,
}

/// A profile's setting and its location. `Debug` hides the value, which may be a secret.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    value: &'a str,
    origin: Origin,
}

impl<'a> Setting<'a> {
    /// Returns the value; never blank.
    #[must_use]
    pub fn value(&self) -> &'a str {
        self.value
    }

    /// Returns its location; [`ProfileFiles::place`] formats it.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

impl fmt::Debug for Setting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setting").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl ProfileFiles {
    /// Reads both files and selects `profile`, else the one named by `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`, else
    /// `default`.
    ///
    /// A file that does not exist counts as empty, even when a variable names it: the AWS CLI and SDKs do the same, and
    /// programs disable the files that way.
    ///
    /// # Errors
    ///
    /// When a file exists but cannot be read or is malformed: the error has its path, line and column.
    pub fn load(machine: &dyn Machine, profile: Option<&str>) -> Result<Self, SettingsError> {
        let mut files = Self::load_what_reads(machine, profile);
        files.problem.take().map_or(Ok(files), Err)
    }

    /// As [`load`](Self::load), but when nobody named the profile, a file that cannot be used counts as empty, and
    /// [`problem`](Self::problem) says what is wrong with it: what does not need the files is not stopped by them.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load), when the caller or a variable named the profile.
    pub fn load_unless_named(machine: &dyn Machine, profile: Option<&str>) -> Result<Self, SettingsError> {
        let mut files = Self::load_what_reads(machine, profile);
        match files.selected_by {
            SelectedBy::Default => Ok(files),
            _ => files.problem.take().map_or(Ok(files), Err),
        }
    }

    /// Returns what is wrong with a file that counts as empty.
    #[must_use]
    pub fn problem(&self) -> Option<&SettingsError> {
        self.problem.as_ref()
    }

    fn load_what_reads(machine: &dyn Machine, profile: Option<&str>) -> Self {
        let locations = locations(|name| machine.var(name), machine.home().as_deref(), Platform::current());
        #[cfg(feature = "client")]
        let watched = [FileKind::Config, FileKind::Credentials]
            .into_iter()
            .filter_map(|file| locations.of(file).path())
            .map(|path| (path.to_owned(), machine.modified(path)))
            .collect();
        let (mut set, mut found, mut problem) = (ProfileSet::default(), Vec::new(), None);
        for file in [FileKind::Config, FileKind::Credentials] {
            let added = read(machine, &locations, file).and_then(|bytes| {
                let Some(bytes) = bytes else { return Ok(()) };
                found.push(file);
                set.add(&bytes, file).map_err(|error| {
                    let path = path(&locations, file);
                    let place = format!("{path}:{}:{}", error.line(), error.column());
                    SettingsError::new(PLACE, format!("{place}: {}", error.problem()))
                })
            });
            if let Err(error) = added {
                problem.get_or_insert(error);
            }
        }
        let (selected, selected_by) = match profile {
            Some(name) => (name.to_owned(), SelectedBy::Caller),
            None => {
                let selected = selected_name(|name| machine.var(name));
                let by = selected.variable().map_or(SelectedBy::Default, SelectedBy::Variable);
                (selected.name().to_owned(), by)
            }
        };
        Self {
            set,
            locations,
            found,
            selected,
            selected_by,
            problem,
            #[cfg(feature = "client")]
            watched,
        }
    }

    /// Returns all profiles of both files.
    #[must_use]
    pub fn set(&self) -> &ProfileSet {
        &self.set
    }

    /// Returns the name of the selected profile, whether it exists or not.
    #[must_use]
    pub fn selected_name(&self) -> &str {
        &self.selected
    }

    /// Returns how it was selected.
    #[must_use]
    pub fn selected_by(&self) -> SelectedBy {
        self.selected_by
    }

    /// Returns the selected profile, if it exists.
    #[must_use]
    pub fn selected(&self) -> Option<&Section> {
        self.set.profile(&self.selected)
    }

    /// Returns a setting of the selected profile: `region`, `endpoint_url`. Blank ones count as absent.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<Setting<'_>> {
        setting(self.selected()?, name)
    }

    /// Returns the selected profile's endpoint for `service` (`bedrock_runtime` or `bedrock`): from the `[services
    /// NAME]` section that the profile's `services` names, else the profile's `endpoint_url`.
    /// Source: [service-specific endpoints](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
    ///
    /// # Errors
    ///
    /// When the profile names a `[services NAME]` section that does not exist.
    pub fn endpoint_url(&self, service: &str) -> Result<Option<Setting<'_>>, SettingsError> {
        const NAME: &str = "endpoint_url";
        let Some(services) = self.setting("services") else { return Ok(self.setting(NAME)) };
        let section = self.set.services(services.value).ok_or_else(|| {
            let place = self.place(services.origin);
            SettingsError::new(
                PLACE,
                format!("{place} names services {:?}, which no section defines", services.value),
            )
            .with_hint(format!("add [services {}] to the config file", services.value))
        })?;
        let of_service =
            filled(section.sub_property(service, NAME), section.sub_property_origin(service, NAME));
        Ok(of_service.or_else(|| self.setting(NAME)))
    }

    /// Formats `origin` as `path:line`.
    #[must_use]
    pub fn place(&self, origin: Origin) -> String {
        format!("{}:{}", path(&self.locations, origin.file()), origin.line())
    }

    /// Returns both files, and when each was last changed before it was read.
    #[cfg(feature = "client")]
    pub(crate) fn watched(&self) -> &[(PathBuf, Option<SystemTime>)] {
        &self.watched
    }

    /// Returns where both files are expected, and what else is in the home directory.
    #[must_use]
    pub fn locations(&self) -> &Locations {
        &self.locations
    }

    /// `profile dev (/home/me/.aws/credentials:2)`.
    pub(crate) fn origin_text(&self, profile: &Section, origin: Origin) -> String {
        format!("profile {} ({})", profile.name(), self.place(origin))
    }

    /// Names both files, and says which of them do not exist.
    pub(crate) fn files(&self) -> String {
        let [config, credentials] = [FileKind::Config, FileKind::Credentials].map(|file| {
            let location = self.locations.of(file);
            let mut text = path(&self.locations, file);
            if location.path().is_some() && !self.found.contains(&file) {
                text.push_str(" (no such file");
                if let Some(variable) = location.variable() {
                    text.push_str(&format!(", named by {variable}"));
                }
                text.push(')');
            }
            text
        });
        format!("{config} and {credentials}")
    }
}

fn path(locations: &Locations, file: FileKind) -> String {
    match locations.of(file).path() {
        Some(path) => path.display().to_string(),
        None => format!("the {file} file (no home directory to find it in)"),
    }
}

/// Returns a setting of `profile`; blank ones count as absent.
pub(crate) fn setting<'a>(profile: &'a Section, name: &str) -> Option<Setting<'a>> {
    filled(profile.property(name), profile.property_origin(name))
}

fn filled(value: Option<&str>, origin: Option<Origin>) -> Option<Setting<'_>> {
    let value = value.map(str::trim).filter(|value| !value.is_empty())?;
    Some(Setting { value, origin: origin? })
}

fn read(
    machine: &dyn Machine,
    locations: &Locations,
    file: FileKind,
) -> Result<Option<Zeroizing<Vec<u8>>>, SettingsError> {
    let location = locations.of(file);
    let Some(path) = location.path() else { return Ok(None) };
    match machine.read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        // "Not a directory" occurs for a service whose home is `/dev/null`.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => {
            let by =
                location.variable().map_or_else(String::new, |variable| format!(", named by {variable}"));
            Err(SettingsError::new(
                PLACE,
                format!("cannot read the {file} file {}{by}: {error}", path.display()),
            )
            .with_hint(
                "make it a file that this user can read, or point the variable AWS_CONFIG_FILE or \
                            AWS_SHARED_CREDENTIALS_FILE elsewhere",
            ))
        }
    }
}

//! The AWS CLI's and SDKs' shared files, `~/.aws/config` and `~/.aws/credentials`, parsed to profiles.
//!
//! ```text
//! ~/.aws/config                          ~/.aws/credentials
//! -----------------------------------    --------------------------------
//! [default]                              [default]
//! region = eu-west-1   # a comment       aws_access_key_id = AKIA...
//!                                        aws_secret_access_key = ...
//! [profile dev]
//! services = local                       [dev]
//! s3 =                                   aws_access_key_id = AKIA...
//!   max_concurrent_requests = 4
//!
//! [services local]
//! bedrock_runtime =
//!   endpoint_url = http://localhost:8080
//! ```
//!
//! These files are not plain INI. The rules are those of the SDKs' shared parser cases and of
//! [the reference guide](https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html):
//!
//! - A line that begins with `[` is a header, one that begins with space or tab continues the property above it, any
//!   other is `name = value`. Blank lines and comment lines (`#` or `;`) are ignored everywhere.
//! - A comment after a header needs no space before it; one after a value does; a continuation has no comments.
//! - Continuation lines join the value with a line feed. When the first line has no value, they are sub-properties.
//! - Property names are ASCII case-insensitive, section names are case-sensitive.
//! - The config file writes `[profile NAME]`, except `[default]`; `[profile default]` replaces `[default]` when both
//!   are present. The credentials file writes `[NAME]`. Sections and properties with other names have no effect;
//!   [`ProfileSet::ignored`] lists such sections. In quotes a name may have any character, as in the AWS CLI: `[profile
//!   "my work"]`. The credentials file adds to it without quotes.
//! - A repeated section adds to the earlier one and overrides its properties; so does the credentials file.
//! - A UTF-8 byte order mark is skipped, a lone CR ends a line, an indented comment line is skipped: as the AWS CLI
//!   reads them. Other encodings and NUL bytes are errors.
//!
//! Nothing here opens a file; [`locations`] says which ones to read. Values may be secrets: no `Debug` shows one, and
//! memory is wiped on drop.
mod locations;
mod merge;
mod parse;

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

pub use locations::{Location, Locations, Platform, SelectedName, locations, selected_name};
pub use merge::IgnoredReason;
pub use parse::Problem;

/// One of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// `~/.aws/config`, or what `AWS_CONFIG_FILE` names.
    Config,
    /// `~/.aws/credentials`, or what `AWS_SHARED_CREDENTIALS_FILE` names.
    Credentials,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "config",
            Self::Credentials => "credentials",
        })
    }
}

/// Where a section or a property is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    file: FileKind,
    line: usize,
}

impl Origin {
    /// The file.
    #[must_use]
    pub fn file(&self) -> FileKind {
        self.file
    }

    /// The line in it, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

/// A file that does not follow the format: where, and what to do. It quotes nothing from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseError {
    file: FileKind,
    line: usize,
    column: usize,
    problem: Problem,
}

impl ParseError {
    /// The file.
    #[must_use]
    pub fn file(&self) -> FileKind {
        self.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, in characters, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, problem } = self;
        write!(f, "{file} file, line {line}, column {column}: {problem}")
    }
}

impl std::error::Error for ParseError {}

/// A section that has no effect, kept to explain why a profile cannot be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    header: String,
    origin: Origin,
    reason: IgnoredReason,
}

impl Ignored {
    /// The text between the brackets.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Where it is.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Why it has no effect.
    #[must_use]
    pub fn reason(&self) -> IgnoredReason {
        self.reason
    }
}

/// One `[profile NAME]`, `[sso-session NAME]` or `[services NAME]`, merged from all the places that define it.
///
/// `Debug` shows names and places, never a value.
#[derive(Clone, PartialEq, Eq)]
pub struct Section {
    name: String,
    origin: Origin,
    /// A property is kept as a section with a value, whose properties are its sub-properties: one kind of map holds
    /// everything. A section from the file has no value.
    value: Zeroizing<String>,
    properties: BTreeMap<String, Self>,
    /// The first line that is meant for a shell: `export AWS_ACCESS_KEY_ID=...`.
    shell_line: Option<Origin>,
}

impl Section {
    fn new(name: &str, origin: Origin) -> Self {
        let (value, properties) = (Zeroizing::default(), BTreeMap::new());
        Self { name: name.to_owned(), origin, value, properties, shell_line: None }
    }

    /// The name, without its prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its first header is.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The value of the property `name` (case-insensitive), as written in the file; it may be empty.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.find(name).map(|property| property.value.as_str())
    }

    /// Where the property `name` is.
    #[must_use]
    pub fn property_origin(&self, name: &str) -> Option<Origin> {
        self.find(name).map(|property| property.origin)
    }

    /// The value of the sub-property `name` below the property `parent` (both case-insensitive).
    #[must_use]
    pub fn sub_property(&self, parent: &str, name: &str) -> Option<&str> {
        self.find_sub(parent, name).map(|property| property.value.as_str())
    }

    /// Where the sub-property `name` below `parent` is.
    #[must_use]
    pub fn sub_property_origin(&self, parent: &str, name: &str) -> Option<Origin> {
        self.find_sub(parent, name).map(|property| property.origin)
    }

    /// All properties with their values, sorted by lower-case name.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.properties.iter().map(|(name, property)| (name.as_str(), property.value.as_str()))
    }

    /// Where a line begins with `export`, as in a shell; it has no effect.
    #[must_use]
    pub fn shell_line(&self) -> Option<Origin> {
        self.shell_line
    }

    fn find(&self, name: &str) -> Option<&Self> {
        self.properties.get(&name.to_ascii_lowercase())
    }

    fn find_sub(&self, parent: &str, name: &str) -> Option<&Self> {
        self.find(parent)?.find(name)
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let properties: Vec<_> = self.properties.keys().collect();
        f.debug_struct("Section")
            .field("name", &self.name)
            .field("origin", &self.origin)
            .field("properties", &properties)
            .finish()
    }
}

/// The profiles of both files, merged.
///
/// ```
/// use bedrill::profile::ProfileSet;
///
/// let config = b"[profile dev]\nregion = eu-west-1\n";
/// let credentials = b"[dev]\naws_access_key_id = AKIDEXAMPLE\n";
/// let set = ProfileSet::parse(config, credentials)?;
/// let dev = set.profile("dev").expect("the profile of both files");
/// assert_eq!(dev.property("region"), Some("eu-west-1"));
/// assert_eq!(dev.property("aws_access_key_id"), Some("AKIDEXAMPLE"));
/// assert_eq!(dev.property_origin("aws_access_key_id").map(|origin| origin.line()), Some(2));
/// # Ok::<(), bedrill::profile::ParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileSet {
    profiles: BTreeMap<String, Section>,
    sso_sessions: BTreeMap<String, Section>,
    services: BTreeMap<String, Section>,
    ignored: Vec<Ignored>,
}

impl ProfileSet {
    /// Parses and merges the contents of both files. Pass an empty one for a missing file; the caller limits the size.
    ///
    /// # Errors
    ///
    /// The first line that does not follow the format, in the config file before the credentials file.
    pub fn parse(config: &[u8], credentials: &[u8]) -> Result<Self, ParseError> {
        let mut set = Self::default();
        set.add(config, FileKind::Config)?;
        set.add(credentials, FileKind::Credentials)?;
        Ok(set)
    }

    /// Adds the contents of `file`: the config file before the credentials file, whose properties win.
    pub(crate) fn add(&mut self, bytes: &[u8], file: FileKind) -> Result<(), ParseError> {
        merge::add(self, parse::parse(bytes, file)?, file);
        Ok(())
    }

    /// The profile `name`.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// `[sso-session NAME]`, which profiles name in `sso_session`.
    #[must_use]
    pub fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.get(name)
    }

    /// `[services NAME]`, which profiles name in `services`: a property for each service, settings as sub-properties.
    #[must_use]
    pub fn services(&self, name: &str) -> Option<&Section> {
        self.services.get(name)
    }

    /// All profiles, sorted by name.
    pub fn profiles(&self) -> impl Iterator<Item = &Section> {
        self.profiles.values()
    }

    /// All `[sso-session NAME]`, sorted by name.
    pub fn sso_sessions(&self) -> impl Iterator<Item = &Section> {
        self.sso_sessions.values()
    }

    /// Sections that have no effect, in file order.
    pub fn ignored(&self) -> impl Iterator<Item = &Ignored> {
        self.ignored.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_hold_one_property_for_each_service() {
        let config = b"[services local]\nbedrock_runtime =\n  endpoint_url = http://localhost:1\nbedrock=\n  Endpoint_Url=u";
        let set = ProfileSet::parse(config, b"").expect("reads");
        let services = set.services("local").expect("the section");
        assert_eq!(services.sub_property("bedrock_runtime", "endpoint_url"), Some("http://localhost:1"));
        assert_eq!(services.sub_property("bedrock", "endpoint_url"), Some("u"));
        let origin = services.sub_property_origin("bedrock", "endpoint_url");
        assert_eq!(origin, Some(Origin { file: FileKind::Config, line: 5 }));
        assert_eq!(set.services("other"), None);
    }

    #[test]
    fn debug_shows_no_value() {
        let set = ProfileSet::parse(b"[profile a]\nx =\n y = canary", b"[a]\nkey = canary").expect("reads");
        let shown = format!("{set:?}");
        assert!(shown.contains("key") && !shown.contains("canary"), "{shown}");
    }

    #[test]
    fn an_error_names_the_file_and_quotes_nothing() {
        let error = ProfileSet::parse(b"", b"[a]\naws_secret_access_key canary").expect_err("no equals sign");
        let shown = format!("{error} {error:?}");
        assert!(shown.starts_with("credentials file, line 2, column 1: no '='"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}

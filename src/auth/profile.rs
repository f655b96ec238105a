//! Credentials and settings of the selected profile in the AWS CLI's shared files.

use std::fmt;
use std::io::ErrorKind;

use zeroize::Zeroizing;

use super::{Answer, Auth, AuthError, Host, UNFIT, fits_header};
use crate::credentials::{Credentials, Secret};
use crate::profile::{FileKind, Locations, Origin, Platform, ProfileSet, Section, locations, selected_name};

pub(super) const SOURCE: &str = "profile";

const ACCESS_KEY_ID: &str = "aws_access_key_id";
const SECRET_ACCESS_KEY: &str = "aws_secret_access_key";
const SESSION_TOKEN: &str = "aws_session_token";

/// Settings by which a profile asks for credentials of another kind. They go before static keys, as in the SDKs.
const OTHER_KINDS: [&str; 9] = [
    "role_arn",
    "credential_source",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "sso_role_name",
    "login_session",
    "credential_process",
];

/// How many names of profiles an error lists.
const LISTED: usize = 20;

/// Who selected the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectedBy {
    /// The program or a flag.
    Caller,
    /// This environment variable.
    Variable(&'static str),
    /// Nobody: it is `default`.
    Default,
}

/// Both shared files, read and merged, and the profile that is selected in them.
///
/// ```
/// use bedrill::auth::{StaticHost, profile::ProfileFiles};
///
/// let host = StaticHost::new()
///     .with_home("/home/me")
///     .with_file("/home/me/.aws/config", "[profile dev]\nregion = eu-west-1\n");
/// let files = ProfileFiles::load(&host, Some("dev"))?;
/// let region = files.setting("region").expect("the profile's region");
/// assert_eq!(region.value(), "eu-west-1");
/// assert_eq!(files.place(region.origin()), "/home/me/.aws/config:2");
/// # Ok::<(), bedrill::auth::AuthError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ProfileFiles {
    set: ProfileSet,
    locations: Locations,
    found: Vec<FileKind>,
    selected: String,
    selected_by: SelectedBy,
}

/// A setting of a profile and where it stands. `Debug` does not show the value: it may be a secret.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    value: &'a str,
    origin: Origin,
}

impl<'a> Setting<'a> {
    /// The value; never blank.
    #[must_use]
    pub fn value(&self) -> &'a str {
        self.value
    }

    /// Where it stands; [`ProfileFiles::place`] writes it out.
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
    /// Reads both files and selects `profile`, else the one that `AWS_PROFILE` or `AWS_DEFAULT_PROFILE` names, else
    /// `default`.
    ///
    /// A file that does not exist counts as empty, also when a variable names it: so do the AWS CLI and SDKs, and
    /// programs switch the files off that way.
    ///
    /// # Errors
    ///
    /// When a file is there but cannot be read, or does not follow the format: with its path, line and column.
    pub fn load(host: &dyn Host, profile: Option<&str>) -> Result<Self, AuthError> {
        let locations = locations(|name| host.var(name), host.home().as_deref(), Platform::current());
        let config = read(host, &locations, FileKind::Config)?;
        let credentials = read(host, &locations, FileKind::Credentials)?;
        let found = [(&config, FileKind::Config), (&credentials, FileKind::Credentials)];
        let found = found.into_iter().filter_map(|(bytes, file)| bytes.as_ref().map(|_| file)).collect();
        fn bytes(contents: &Option<Zeroizing<Vec<u8>>>) -> &[u8] {
            contents.as_deref().map_or(&[], Vec::as_slice)
        }
        let set = ProfileSet::parse(bytes(&config), bytes(&credentials)).map_err(|error| {
            let path = path(&locations, error.file());
            AuthError::new(SOURCE, format!("{path}:{}:{}: {}", error.line(), error.column(), error.problem()))
        })?;
        let (selected, selected_by) = match profile {
            Some(name) => (name.to_owned(), SelectedBy::Caller),
            None => {
                let selected = selected_name(|name| host.var(name));
                let by = selected.variable().map_or(SelectedBy::Default, SelectedBy::Variable);
                (selected.name().to_owned(), by)
            }
        };
        Ok(Self { set, locations, found, selected, selected_by })
    }

    /// All profiles of both files.
    #[must_use]
    pub fn set(&self) -> &ProfileSet {
        &self.set
    }

    /// The name of the selected profile, whether it exists or not.
    #[must_use]
    pub fn selected_name(&self) -> &str {
        &self.selected
    }

    /// Who selected it.
    #[must_use]
    pub fn selected_by(&self) -> SelectedBy {
        self.selected_by
    }

    /// The selected profile, if it exists.
    #[must_use]
    pub fn selected(&self) -> Option<&Section> {
        self.set.profile(&self.selected)
    }

    /// A setting of the selected profile: `region`, `endpoint_url`. Blank ones count as absent.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<Setting<'_>> {
        let profile = self.selected()?;
        filled(profile.property(name), profile.property_origin(name))
    }

    /// The selected profile's endpoint for `service` (`bedrock_runtime` or `bedrock`): from the `[services NAME]` section
    /// that the profile's `services` names, else the profile's `endpoint_url`.
    /// Source: [service-specific endpoints](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
    ///
    /// # Errors
    ///
    /// When the profile names a `[services NAME]` section that does not exist.
    pub fn endpoint_url(&self, service: &str) -> Result<Option<Setting<'_>>, AuthError> {
        const NAME: &str = "endpoint_url";
        let Some(services) = self.setting("services") else { return Ok(self.setting(NAME)) };
        let section = self.set.services(services.value).ok_or_else(|| {
            let place = self.place(services.origin);
            AuthError::new(
                SOURCE,
                format!("{place} names services {:?}, which no section defines", services.value),
            )
            .with_hint(format!("add [services {}] to the config file", services.value))
        })?;
        let of_service =
            filled(section.sub_property(service, NAME), section.sub_property_origin(service, NAME));
        Ok(of_service.or_else(|| self.setting(NAME)))
    }

    /// `path:line` of `origin`.
    #[must_use]
    pub fn place(&self, origin: Origin) -> String {
        format!("{}:{}", path(&self.locations, origin.file()), origin.line())
    }

    /// Where both files are expected, and what else is in the home directory.
    #[must_use]
    pub fn locations(&self) -> &Locations {
        &self.locations
    }

    /// The static keys of the selected profile.
    ///
    /// An absent `default` or a profile without credentials is not here: the next source is asked. When the caller
    /// named the profile, both are errors, so that no other identity takes its place unnoticed.
    ///
    /// # Errors
    ///
    /// When a profile that was named does not exist, holds half a key, or takes its credentials from a role, SSO, a
    /// process, a web identity or a login session, which this version does not support.
    pub fn credentials(&self) -> Result<Answer, AuthError> {
        let name = &self.selected;
        if self.selected().is_none() {
            return self.absent();
        }
        if let Some((kind, setting)) = OTHER_KINDS.iter().find_map(|kind| Some((kind, self.setting(kind)?))) {
            return Err(self.unsupported(kind, setting.origin));
        }
        match (self.setting(ACCESS_KEY_ID), self.setting(SECRET_ACCESS_KEY)) {
            (Some(id), Some(secret)) => self.keys(id, secret),
            (Some(id), None) => Err(self.half(id.origin, ACCESS_KEY_ID, SECRET_ACCESS_KEY)),
            (None, Some(secret)) => Err(self.half(secret.origin, SECRET_ACCESS_KEY, ACCESS_KEY_ID)),
            (None, None) if self.selected_by == SelectedBy::Caller => {
                Err(AuthError::new(SOURCE, format!("profile {name} has no credentials in {}", self.files()))
                    .with_hint(format!(
                        "run `aws configure --profile {name}`, or name no profile to use another source"
                    )))
            }
            (None, None) => {
                Ok(Answer::not_here(format!("profile {name} has no credentials in {}", self.files())))
            }
        }
    }

    /// Where the selected profile asks for credentials, of whichever kind, complete or not.
    #[cfg(feature = "client")]
    pub(super) fn credentials_place(&self) -> Option<String> {
        let mut settings = OTHER_KINDS.into_iter().chain([ACCESS_KEY_ID, SECRET_ACCESS_KEY]);
        let setting = settings.find_map(|name| self.setting(name))?;
        Some(self.origin_text(setting.origin))
    }

    fn keys(&self, id: Setting<'_>, secret: Setting<'_>) -> Result<Answer, AuthError> {
        let token = self.setting(SESSION_TOKEN);
        for (name, setting) in
            [(ACCESS_KEY_ID, Some(id)), (SECRET_ACCESS_KEY, Some(secret)), (SESSION_TOKEN, token)]
        {
            if let Some(setting) = setting.filter(|setting| !fits_header(setting.value)) {
                let problem = format!("{}: {name} {UNFIT}", self.place(setting.origin));
                return Err(AuthError::new(SOURCE, problem).with_hint("copy it again, whole and on one line"));
            }
        }
        let mut credentials = Credentials::new(id.value, Secret::new(secret.value));
        if let Some(token) = token {
            credentials = credentials.with_session_token(token.value);
        }
        Ok(Answer::found(Auth::SigV4(credentials), self.origin_text(id.origin)))
    }

    fn absent(&self) -> Result<Answer, AuthError> {
        let name = &self.selected;
        let by = match self.selected_by {
            SelectedBy::Caller => " (asked for by name)".to_owned(),
            SelectedBy::Variable(variable) => format!(" (named by {variable})"),
            SelectedBy::Default => String::new(),
        };
        let problem = format!("there is no profile {name:?}{by} in {}", self.files());
        // `AWS_PROFILE=default` is set on machines without any file, to hint at their role.
        if name == "default" && self.selected_by != SelectedBy::Caller {
            return Ok(Answer::NotHere(problem));
        }
        let mut hint = match self.set.profiles().count() {
            0 => "no profile exists there".to_owned(),
            count => {
                let names: Vec<_> = self.set.profiles().map(Section::name).take(LISTED).collect();
                let rest = if count > LISTED { ", ..." } else { "" };
                format!("profiles that exist: {}{rest}", names.join(", "))
            }
        };
        let is_namesake = |header: &str| header.split([' ', '\t']).next_back() == Some(name);
        if let Some(ignored) = self.set.ignored().find(|ignored| is_namesake(ignored.header())) {
            let place = self.place(ignored.origin());
            hint.push_str(&format!(
                "; [{}] at {place} has no effect: {}",
                ignored.header(),
                ignored.reason()
            ));
        }
        Err(AuthError::new(SOURCE, problem).with_hint(hint))
    }

    fn unsupported(&self, kind: &str, origin: Origin) -> AuthError {
        let name = &self.selected;
        AuthError::new(
            SOURCE,
            format!(
                "{}: profile {name} takes its credentials from {kind}, which this version of bedrill does not support",
                self.place(origin)
            ),
        )
        .with_hint(format!(
            "use static keys, environment variables or a bearer token; `aws configure export-credentials --profile \
             {name} --format env` prints such variables"
        ))
    }

    fn half(&self, origin: Origin, set: &str, missing: &str) -> AuthError {
        let (place, name) = (self.place(origin), &self.selected);
        AuthError::new(
            SOURCE,
            format!("{place}: profile {name} has {set}, but {missing} is missing or blank"),
        )
        .with_hint(format!("run `aws configure --profile {name}` to set both"))
    }

    /// `profile dev (/home/me/.aws/credentials:2)`.
    fn origin_text(&self, origin: Origin) -> String {
        format!("profile {} ({})", self.selected, self.place(origin))
    }

    /// Both files, saying which of them do not exist.
    fn files(&self) -> String {
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

fn filled(value: Option<&str>, origin: Option<Origin>) -> Option<Setting<'_>> {
    let value = value.map(str::trim).filter(|value| !value.is_empty())?;
    Some(Setting { value, origin: origin? })
}

fn read(
    host: &dyn Host,
    locations: &Locations,
    file: FileKind,
) -> Result<Option<Zeroizing<Vec<u8>>>, AuthError> {
    let location = locations.of(file);
    let Some(path) = location.path() else { return Ok(None) };
    match host.read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        // Not a directory: a service whose home is `/dev/null`.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => {
            let by =
                location.variable().map_or_else(String::new, |variable| format!(", named by {variable}"));
            Err(AuthError::new(
                SOURCE,
                format!("cannot read the {file} file {}{by}: {error}", path.display()),
            )
            .with_hint(
                "make it a file that this user can read, or point the variable AWS_CONFIG_FILE or \
                            AWS_SHARED_CREDENTIALS_FILE elsewhere",
            ))
        }
    }
}

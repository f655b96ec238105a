//! A profile's SSO settings.

use std::path::PathBuf;

use sha1::{Digest as _, Sha1};

use super::{SOURCE, setting};
use crate::auth::AuthError;
use crate::auth::wire::oauth::shell_word;
use crate::base::hex;
use crate::endpoint::Region;
use crate::machine::ProfileFiles;
use crate::profile::Section;

/// The session that a profile signs in to.
#[derive(Debug)]
pub(super) struct SsoSettings {
    region: Region,
    /// What the token's file is named after: the session's name, else the start URL.
    cache_key: String,
    login_command: String,
    place: String,
}

/// The role that a profile asks for.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) account_id: String,
    pub(super) name: String,
}

impl SsoSettings {
    /// Reads `profile` and the `[sso-session]` that it names.
    pub(super) fn read(files: &ProfileFiles, profile: &Section) -> Result<Self, AuthError> {
        let name = profile.name();
        let own = |key| setting(files, profile, key);
        let login_command = format!("aws sso login --profile {}", shell_word(name));
        let own_place = || files.place(profile.origin());
        let Some((session, session_place)) = own("sso_session") else {
            let (start_url, place) =
                own("sso_start_url").ok_or_else(|| missing(name, &own_place(), "sso_start_url"))?;
            let (region, region_place) =
                own("sso_region").ok_or_else(|| missing(name, &own_place(), "sso_region"))?;
            let region = Self::region_of(region, &region_place)?;
            let place = format!("profile {name} ({place})");
            return Ok(Self { region, cache_key: start_url.to_owned(), login_command, place });
        };
        let section = files.set().sso_session(session).ok_or_else(|| {
            let problem =
                format!("{session_place} names the SSO session {session:?}, which no section defines");
            AuthError::new(SOURCE, problem).with_hint(format!(
                "add [sso-session {session}] to the config file, or run `aws configure sso`"
            ))
        })?;
        let of_session = |key| {
            setting(files, section, key).ok_or_else(|| missing(session, &files.place(section.origin()), key))
        };
        of_session("sso_start_url")?;
        let (region, region_place) = of_session("sso_region")?;
        let region = Self::region_of(region, &region_place)?;
        let place = format!("profile {name} ({session_place})");
        Ok(Self { region, cache_key: session.to_owned(), login_command, place })
    }

    /// Reads the account and role of `profile`.
    pub(super) fn role(&self, files: &ProfileFiles, profile: &Section) -> Result<Role, AuthError> {
        let value = |key| setting(files, profile, key).map(|(value, _)| value.to_owned());
        match (value("sso_account_id"), value("sso_role_name")) {
            (Some(account_id), Some(name)) => Ok(Role { account_id, name }),
            (None, None) => Err(AuthError::new(
                SOURCE,
                format!(
                    "{}: without sso_account_id and sso_role_name it yields a token and no credentials",
                    self.place
                ),
            )
            .with_hint(format!(
                "set both, or run `aws configure sso --profile {}`",
                shell_word(profile.name())
            ))),
            (Some(_), None) => Err(missing(profile.name(), &files.place(profile.origin()), "sso_role_name")),
            (None, Some(_)) => Err(missing(profile.name(), &files.place(profile.origin()), "sso_account_id")),
        }
    }

    pub(super) fn region(&self) -> &Region {
        &self.region
    }

    pub(super) fn login_command(&self) -> &str {
        &self.login_command
    }

    /// `profile dev (/home/me/.aws/config:2)`.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Returns the path of the token: `~/.aws/sso/cache/{SHA-1 of the key}.json`.
    pub(super) fn cache_file(&self, files: &ProfileFiles) -> Result<PathBuf, AuthError> {
        let name = format!("{}.json", hex::encode(&Sha1::digest(self.cache_key.as_bytes())));
        files.locations().below_home(&[".aws", "sso", "cache", &name]).ok_or_else(|| {
            AuthError::new(SOURCE, "there is no home directory to find ~/.aws/sso/cache in")
                .with_hint("set HOME")
        })
    }

    fn region_of(text: &str, place: &str) -> Result<Region, AuthError> {
        Region::new(text).map_err(|error| AuthError::new(SOURCE, format!("{place}: sso_region: {error}")))
    }
}

fn missing(section: &str, place: &str, key: &str) -> AuthError {
    AuthError::new(SOURCE, format!("{place}: {section} uses SSO, but {key} is missing or blank"))
        .with_hint("run `aws configure sso`")
}

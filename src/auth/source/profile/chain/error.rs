//! Why a profile does not lead to credentials.

use std::fmt;

use super::MAX_PROFILES;
use crate::auth::source::profile::keys;
use crate::profile::{Origin, Section};

/// A profile that does not lead to credentials: which one, where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::auth) struct ChainError {
    profile: String,
    origin: Option<Origin>,
    problem: ChainProblem,
}

impl ChainError {
    pub(super) fn new(profile: &Section, origin: Option<Origin>, problem: ChainProblem) -> Self {
        Self { profile: profile.name().to_owned(), origin, problem }
    }

    /// Creates the error for a missing profile `name`.
    pub(super) fn absent(name: &str) -> Self {
        Self { profile: name.to_owned(), origin: None, problem: ChainProblem::Absent }
    }

    /// Returns the profile that has the problem.
    pub(in crate::auth) fn profile(&self) -> &str {
        &self.profile
    }

    /// Returns the location of the setting that cannot be followed.
    pub(in crate::auth) fn origin(&self) -> Option<Origin> {
        self.origin
    }

    /// Returns what is wrong.
    pub(in crate::auth) fn problem(&self) -> &ChainProblem {
        &self.problem
    }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "profile {} {}", self.profile, self.problem)
    }
}

impl std::error::Error for ChainError {}

/// What is wrong with a profile or its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::auth) enum ChainProblem {
    /// It is in neither file.
    Absent,
    /// Its `source_profile` is in neither file.
    AbsentSource(String),
    /// It leads back to a profile that was already visited: these, in order, and then the first of the loop again.
    Loop(Vec<String>),
    /// It leads through more than [`MAX_PROFILES`] profiles.
    TooLong,
    /// It has `role_arn`, but neither `source_profile` nor `credential_source`.
    NoSource,
    /// It has both `source_profile` and `credential_source`.
    TwoSources,
    /// Its `credential_source` is none of the three valid values.
    UnknownSource(String),
    /// It has `web_identity_token_file`, but no `role_arn`.
    NoRole,
    /// It has `sso_session` and also a setting that belongs in that section.
    MisplacedSsoSetting(&'static str),
    /// Its `sso_session` names a section that is not in the config file.
    AbsentSsoSession(String),
    /// It lacks this setting of SSO.
    NoSsoSetting(&'static str),
    /// It has half a key pair: this other half is missing.
    HalfKey(&'static str),
    /// It has no credentials of any kind.
    NoCredentials,
}

impl fmt::Display for ChainProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("does not exist"),
            Self::AbsentSource(name) => {
                write!(f, "names {name:?} as its source_profile, which does not exist")
            }
            Self::Loop(names) => write!(f, "leads into a loop: {}", names.join(" -> ")),
            Self::TooLong => write!(f, "leads through more than {MAX_PROFILES} profiles"),
            Self::NoSource => f.write_str("has role_arn, but neither source_profile nor credential_source"),
            Self::TwoSources => {
                f.write_str("has both source_profile and credential_source: only one of them is allowed")
            }
            Self::UnknownSource(name) => write!(
                f,
                "has credential_source = {name:?}, which is not Environment, Ec2InstanceMetadata or EcsContainer"
            ),
            Self::NoRole => f.write_str("has web_identity_token_file, but role_arn is missing"),
            Self::MisplacedSsoSetting(setting) => {
                write!(f, "has sso_session, so {setting} belongs in that [sso-session] section")
            }
            Self::AbsentSsoSession(name) => {
                write!(f, "names sso_session {name:?}, which no [sso-session] section defines")
            }
            Self::NoSsoSetting(setting) => {
                write!(f, "takes its credentials from SSO, but {setting} is missing")
            }
            Self::HalfKey(missing) => {
                let set = keys::other_half(missing);
                write!(f, "has {set}, but {missing} is missing or blank")
            }
            Self::NoCredentials => f.write_str("has no credentials"),
        }
    }
}

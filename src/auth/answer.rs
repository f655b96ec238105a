//! A source's answer.

use std::path::PathBuf;
use std::time::SystemTime;

use super::Auth;

/// The source name of credentials that the program supplies itself.
#[cfg(feature = "client")]
pub(super) const EXPLICIT: &str = "the program";

/// What a source answers unless it fails.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// It has credentials.
    Found(Found),
    /// It has none, for this reason: `AWS_ACCESS_KEY_ID is not set`. The next source is asked.
    NotHere(String),
}

impl Answer {
    /// Creates an answer with credentials and their origin: a variable, `profile dev (/home/me/.aws/config:3)`, a URL.
    pub fn found(auth: Auth, origin: impl Into<String>) -> Self {
        Self::Found(Found::new(auth, origin))
    }

    /// Creates an answer without credentials, with the reason.
    pub fn not_here(why: impl Into<String>) -> Self {
        Self::NotHere(why.into())
    }
}

impl From<Found> for Answer {
    fn from(found: Found) -> Self {
        Self::Found(found)
    }
}

/// Credentials, their origin, and how they may be cached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    auth: Auth,
    origin: String,
    warnings: Vec<String>,
    files: Vec<(PathBuf, Option<SystemTime>)>,
    reuse: Reuse,
    principal: Option<String>,
}

/// How long a cache may reuse credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Reuse {
    /// Until they expire, and longer while they cannot be renewed. Credentials without an expiration are looked up each
    /// time.
    #[default]
    Stable,
    /// Until they expire and no longer. Credentials without an expiration are kept until the service rejects them.
    Exact,
}

impl Found {
    /// Creates a value from credentials and their origin: a variable, `profile dev (/home/me/.aws/config:3)`, a URL.
    pub fn new(auth: Auth, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        Self { auth, origin, warnings: Vec::new(), files: Vec::new(), reuse: Reuse::Stable, principal: None }
    }

    /// Adds a warning to show to the user.
    #[must_use]
    pub fn with_warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds a file that they came from, last changed at `modified`. When it changes, a cache loads them again.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<PathBuf>, modified: Option<SystemTime>) -> Self {
        self.files.push((path.into(), modified));
        self
    }

    /// Sets how they may be cached.
    #[must_use]
    pub fn with_reuse(mut self, reuse: Reuse) -> Self {
        self.reuse = reuse;
        self
    }

    /// Sets whom they belong to, where the source knows it: a role's ARN, for one. Temporary credentials of one principal
    /// have another access key id after each renewal.
    #[must_use]
    pub fn with_principal(mut self, principal: impl Into<String>) -> Self {
        self.principal = Some(principal.into());
        self
    }

    /// Takes over the warnings and files of the credentials that were used to obtain these.
    #[cfg(feature = "client")]
    pub(super) fn made_with(mut self, with: &Self) -> Self {
        self.warnings.extend_from_slice(&with.warnings);
        self.files.extend_from_slice(&with.files);
        self
    }

    /// Returns the warnings to show to the user.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns the files that they came from, and when each was last changed.
    #[must_use]
    pub fn files(&self) -> &[(PathBuf, Option<SystemTime>)] {
        &self.files
    }

    /// Returns how they may be cached.
    #[must_use]
    pub fn reuse(&self) -> Reuse {
        self.reuse
    }

    /// Returns whom they belong to, if the source knows it.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        self.principal.as_deref()
    }

    /// Returns the credentials.
    #[must_use]
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Returns where they are from.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the credentials by value.
    #[must_use]
    pub fn into_auth(self) -> Auth {
        self.auth
    }
}

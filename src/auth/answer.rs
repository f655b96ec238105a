//! What a source answers.

use std::path::PathBuf;
use std::time::SystemTime;

use super::Auth;

/// The name of what the program brings itself.
#[cfg(feature = "client")]
pub(super) const EXPLICIT: &str = "the program";

/// A source's answer when nothing is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// It has credentials.
    Found(Found),
    /// It has none, for the reason given: `AWS_ACCESS_KEY_ID is not set`. The next source is asked.
    NotHere(String),
}

impl Answer {
    /// Credentials and where they are from: a variable, `profile dev (/home/me/.aws/config:3)`, a URL.
    pub fn found(auth: Auth, origin: impl Into<String>) -> Self {
        Self::Found(Found::new(auth, origin))
    }

    /// No credentials, and why.
    pub fn not_here(why: impl Into<String>) -> Self {
        Self::NotHere(why.into())
    }
}

impl From<Found> for Answer {
    fn from(found: Found) -> Self {
        Self::Found(found)
    }
}

/// Credentials, where they are from, and how they may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    auth: Auth,
    origin: String,
    warnings: Vec<String>,
    files: Vec<(PathBuf, Option<SystemTime>)>,
    reuse: Reuse,
}

/// How long a cache may hand out credentials again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Reuse {
    /// Until they expire, and longer while they cannot be renewed. Those without an expiration are asked for each time.
    #[default]
    Stable,
    /// Until they expire and no longer. Those without an expiration are kept until the service rejects them.
    Exact,
}

impl Found {
    /// Credentials and where they are from: a variable, `profile dev (/home/me/.aws/config:3)`, a URL.
    pub fn new(auth: Auth, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        Self { auth, origin, warnings: Vec::new(), files: Vec::new(), reuse: Reuse::Stable }
    }

    /// Adds what the user should be told.
    #[must_use]
    pub fn with_warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds a file that they came from, as last changed at `modified`. When that changes, a cache asks again.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<PathBuf>, modified: Option<SystemTime>) -> Self {
        self.files.push((path.into(), modified));
        self
    }

    /// Says how they may be kept.
    #[must_use]
    pub fn with_reuse(mut self, reuse: Reuse) -> Self {
        self.reuse = reuse;
        self
    }

    /// Takes over the warnings and files of the credentials that these were asked for with.
    #[cfg(feature = "client")]
    pub(super) fn made_with(mut self, with: &Self) -> Self {
        self.warnings.extend_from_slice(&with.warnings);
        self.files.extend_from_slice(&with.files);
        self
    }

    /// What the user should be told.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The files that they came from, and when each was last changed.
    #[must_use]
    pub fn files(&self) -> &[(PathBuf, Option<SystemTime>)] {
        &self.files
    }

    /// How they may be kept.
    #[must_use]
    pub fn reuse(&self) -> Reuse {
        self.reuse
    }

    /// The credentials.
    #[must_use]
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Where they are from.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The credentials, by value.
    #[must_use]
    pub fn into_auth(self) -> Auth {
        self.auth
    }
}

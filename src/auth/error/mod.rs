//! Why there are no credentials, and what to do about it.

mod attempt;

use std::fmt;

use crate::machine::SettingsError;

pub use attempt::{Attempt, Outcome};

/// The kind of an [`AuthError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// No source has credentials.
    NoCredentials,
    /// A source is configured, but incorrectly or in an unsupported way.
    Misconfigured,
    /// There are credentials, but they cannot be applied to this request.
    Unusable,
    /// A file of the AWS CLI cannot be read, and nobody named a profile in it. A [`Chain`](crate::auth::Chain) asks the
    /// sources behind it, and returns this error when none of those has credentials either.
    Unread,
}

/// No usable credentials: which source failed, what is wrong, what to do. It never holds a secret.
///
/// `Debug` prints the same as `Display`, so that it is readable when `main` returns the error; `{:#?}` shows the parts.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthError(Box<Parts>);

/// Boxed: every source returns this error in several results, and a large one makes each of them large.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    kind: AuthErrorKind,
    source_name: String,
    problem: String,
    hint: String,
    attempts: Vec<Attempt>,
}

impl AuthError {
    /// Creates an error: the source `source_name` is configured, but `problem`.
    pub fn new(source_name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind: AuthErrorKind::Misconfigured,
            source_name: source_name.into(),
            problem: problem.into(),
            hint: String::new(),
            attempts: Vec::new(),
        }))
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = hint.into();
        self
    }

    /// Creates an error for credentials from `source_name` that cannot be applied to a request.
    pub(in crate::auth) fn unusable(source_name: &str, problem: impl Into<String>) -> Self {
        let mut error = Self::new(source_name, problem);
        error.0.kind = AuthErrorKind::Unusable;
        error
    }

    /// Creates an error for files that were read because they might have had credentials.
    #[cfg(feature = "client")]
    pub(in crate::auth) fn unread(problem: SettingsError) -> Self {
        let mut error = Self::from(problem);
        error.0.kind = AuthErrorKind::Unread;
        error
    }

    /// Creates an error when every source answered that it has none.
    #[cfg(feature = "client")]
    pub(in crate::auth) fn no_credentials(attempts: Vec<Attempt>) -> Self {
        let hint = "set AWS_BEARER_TOKEN_BEDROCK to a Bedrock API key, or set AWS_ACCESS_KEY_ID and \
                    AWS_SECRET_ACCESS_KEY, or run `aws configure`";
        let mut error = Self::new("chain", "no credentials found").with_hint(hint).after(attempts);
        error.0.kind = AuthErrorKind::NoCredentials;
        error
    }

    /// Adds what the sources before this one answered.
    #[cfg(feature = "client")]
    pub(in crate::auth) fn after(mut self, attempts: Vec<Attempt>) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Returns the kind of failure.
    #[must_use]
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// Returns the source that failed: `profile`, `environment`, `bearer token`, ...
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.0.source_name
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.0.problem
    }

    /// Returns what to do about it; may be empty.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.0.hint
    }

    /// Returns the sources that were asked before, in order, with their answers.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }
}

impl From<SettingsError> for AuthError {
    fn from(error: SettingsError) -> Self {
        Self::new(error.place(), error.problem()).with_hint(error.hint())
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.kind != AuthErrorKind::NoCredentials {
            write!(f, "{}: {}", self.0.source_name, self.0.problem)?;
            return if self.0.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.0.hint) };
        }
        if self.0.attempts.is_empty() {
            return write!(f, "{}: the chain has no source to ask", self.0.problem);
        }
        write!(f, "{}; asked, in this order:", self.0.problem)?;
        for attempt in &self.0.attempts {
            write!(f, "\n  {}: ", attempt.source())?;
            match attempt.outcome() {
                Outcome::Found { identity, origin, .. } => write!(f, "{identity} from {origin}")?,
                Outcome::NotHere { why } => f.write_str(why)?,
                Outcome::Broken(error) => f.write_str(&error.0.problem)?,
            }
        }
        write!(f, "\n{}", self.0.hint)
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            f.debug_tuple("AuthError").field(&self.0).finish()
        } else {
            fmt::Display::fmt(self, f)
        }
    }
}

impl std::error::Error for AuthError {}

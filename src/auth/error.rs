//! Why there are no credentials, in words that say what to do.

use std::fmt;

use super::{Attempt, Outcome};

/// What kind of failure an [`AuthError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// No source has credentials.
    NoCredentials,
    /// A source is configured, but wrongly or in a way that is not supported.
    Misconfigured,
    /// There are credentials, but they cannot be put on this request.
    Unusable,
}

/// No usable credentials: which source says so, what is wrong, what to do. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthError {
    kind: AuthErrorKind,
    source_name: String,
    problem: String,
    hint: String,
    attempts: Vec<Attempt>,
}

impl AuthError {
    /// The source `source_name` is configured, but `problem`.
    pub fn new(source_name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            kind: AuthErrorKind::Misconfigured,
            source_name: source_name.into(),
            problem: problem.into(),
            hint: String::new(),
            attempts: Vec::new(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Credentials from `source_name` that cannot be put on a request.
    pub(super) fn unusable(source_name: &str, problem: impl Into<String>) -> Self {
        Self { kind: AuthErrorKind::Unusable, ..Self::new(source_name, problem) }
    }

    /// Every source answered that it has none.
    #[cfg(feature = "client")]
    pub(super) fn no_credentials(attempts: Vec<Attempt>) -> Self {
        Self {
            kind: AuthErrorKind::NoCredentials,
            attempts,
            ..Self::new("chain", "no credentials found").with_hint(
                "set AWS_BEARER_TOKEN_BEDROCK to a Bedrock API key, or set AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, or run `aws configure`",
            )
        }
    }

    /// Adds what the sources before this one answered.
    #[cfg(feature = "client")]
    pub(super) fn after(mut self, attempts: Vec<Attempt>) -> Self {
        self.attempts = attempts;
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> AuthErrorKind {
        self.kind
    }

    /// The source that failed: `profile`, `environment`, `bearer token`, ...
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.source_name
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to do about it; may be empty.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// The sources that were asked before, in order, and what they answered.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind != AuthErrorKind::NoCredentials {
            write!(f, "{}: {}", self.source_name, self.problem)?;
            return if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) };
        }
        if self.attempts.is_empty() {
            return write!(f, "{}: the chain has no source to ask", self.problem);
        }
        write!(f, "{}; asked, in this order:", self.problem)?;
        for attempt in &self.attempts {
            write!(f, "\n  {}: ", attempt.source())?;
            match attempt.outcome() {
                Outcome::Found { identity, origin, .. } => write!(f, "{identity} from {origin}")?,
                Outcome::NotHere { why } => f.write_str(why)?,
                Outcome::Broken(error) => f.write_str(&error.problem)?,
            }
        }
        write!(f, "\n{}", self.hint)
    }
}

impl std::error::Error for AuthError {}

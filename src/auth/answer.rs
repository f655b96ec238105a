//! What a source answers, and what is kept of it to explain the search.

use super::{Auth, AuthError};

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

/// Credentials, and where they are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    auth: Auth,
    origin: String,
}

impl Found {
    /// Credentials and where they are from.
    pub fn new(auth: Auth, origin: impl Into<String>) -> Self {
        Self { auth, origin: origin.into() }
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

/// One source and what it answered, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    source: String,
    outcome: Outcome,
    signs: bool,
}

/// What a source answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It has credentials.
    Found {
        /// What they are, redacted: `access key AKIA..MPLE` or `bearer token`.
        identity: String,
        /// Where they are from.
        origin: String,
    },
    /// It has none.
    NotHere {
        /// Why.
        why: String,
    },
    /// It is configured but broken: the search stops here.
    Broken(AuthError),
}

impl Attempt {
    /// What `source` answered.
    pub fn new(source: impl Into<String>, answer: &Result<Answer, AuthError>) -> Self {
        let outcome = match answer {
            Ok(Answer::Found(found)) => {
                Outcome::Found { identity: found.auth.identity(), origin: found.origin.clone() }
            }
            Ok(Answer::NotHere(why)) => Outcome::NotHere { why: why.clone() },
            Err(error) => Outcome::Broken(error.clone()),
        };
        Self { source: source.into(), outcome, signs: false }
    }

    /// The source's name.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it answered.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Whether its credentials are those that authorize requests. Others that are found are shadowed.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.signs
    }

    /// Marks the source whose credentials are used.
    #[cfg(feature = "client")]
    pub(super) fn chosen(mut self) -> Self {
        self.signs = true;
        self
    }
}

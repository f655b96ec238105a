//! The record of a source's answer, to explain the search.

use std::time::SystemTime;

use super::AuthError;
use crate::auth::Answer;
#[cfg(feature = "client")]
use crate::auth::answer::EXPLICIT;
#[cfg(feature = "client")]
use crate::auth::{Auth, Found};

/// One source and what it answered, without secrets.
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
        /// Where they came from.
        origin: String,
        /// When they expire, if known.
        expiration: Option<SystemTime>,
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
    /// Records what `source` answered.
    pub fn new(source: impl Into<String>, answer: &Result<Answer, AuthError>) -> Self {
        let outcome = match answer {
            Ok(Answer::Found(found)) => {
                let short_term = found.auth().short_term_key();
                let kind =
                    short_term.as_ref().map(|key| format!(" (short-term API key of {})", key.region()));
                Outcome::Found {
                    identity: found.auth().identity() + &kind.unwrap_or_default(),
                    origin: found.origin().to_owned(),
                    expiration: found.auth().expiration().or_else(|| Some(short_term?.expiration())),
                }
            }
            Ok(Answer::NotHere(why)) => Outcome::NotHere { why: why.clone() },
            Err(error) => Outcome::Broken(error.clone()),
        };
        Self { source: source.into(), outcome, signs: false }
    }

    /// Records credentials that the program supplied itself: they are used.
    #[cfg(feature = "client")]
    pub(crate) fn explicit(auth: &Auth) -> Self {
        let found = Found::new(auth.clone(), EXPLICIT);
        Self::new(EXPLICIT, &Ok(Answer::Found(found))).chosen()
    }

    /// Returns the source's name.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns what it answered.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Whether its credentials authorize requests. Any others that are found are shadowed.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.signs
    }

    /// Marks the source whose credentials are used.
    #[cfg(feature = "client")]
    pub(in crate::auth) fn chosen(mut self) -> Self {
        self.signs = true;
        self
    }
}

//! The sources: each a place that credentials come from, with the pure halves of its requests.

pub mod container;
pub mod env;
pub mod imds;
#[cfg(feature = "client")]
pub(super) mod login;
#[cfg(feature = "client")]
pub(super) mod process;
pub mod profile;
#[cfg(feature = "client")]
mod service;
#[cfg(feature = "client")]
pub mod sso;
pub mod sts;
#[cfg(feature = "client")]
mod token_file;
#[cfg(feature = "client")]
pub(super) mod web_identity;

#[cfg(feature = "client")]
use super::{Answer, AuthError, Context};
#[cfg(feature = "client")]
use crate::base::BoxFuture;
#[cfg(feature = "client")]
use crate::endpoint::Region;

/// One place that credentials come from.
#[cfg(feature = "client")]
pub trait Source: Send + Sync {
    /// Its name in errors and explanations: `environment`.
    fn name(&self) -> &str;

    /// Looks for credentials: found, or not here and why.
    ///
    /// An `Err` means configured but broken, and stops the chain: going on would use another identity unnoticed.
    /// Neither the reason nor the error may hold a secret.
    ///
    /// # Cancel safety
    ///
    /// The future may be dropped wherever it waits, and `load` be called again. Nothing may run on behind it then, and no lock
    /// be held; what it changes, in a file or in the source, it changes in one step.
    fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>>;

    /// Whether it is configured, when variables and files alone can tell. It serves the warning about credentials that
    /// another source shadows; the default says nothing.
    fn presence(&self, context: Context<'_>) -> Option<Presence> {
        let _ = context;
        None
    }

    /// The region that its credentials are at home in, for when nothing else names one. The default knows none.
    ///
    /// # Cancel safety
    ///
    /// As [`load`](Self::load).
    fn region<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Option<Region>> {
        let _ = context;
        Box::pin(std::future::ready(None))
    }
}

/// What a source is configured to yield, and where.
#[cfg(feature = "client")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// A bearer token, in this place.
    Bearer(String),
    /// IAM credentials, in this place.
    Iam(String),
}

//! The sources: each a place that credentials come from, with pure functions for its requests and answers.

pub mod container;
pub mod env;
pub mod imds;
#[cfg(feature = "client")]
pub(super) mod login;
#[cfg(feature = "client")]
pub(super) mod process;
pub(super) mod profile;
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
use std::sync::Arc;

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

    /// Looks for credentials: returns them, or why there are none here.
    ///
    /// An `Err` means configured but broken, and stops the chain: continuing could silently use another identity.
    /// Neither the reason nor the error may hold a secret.
    ///
    /// # Cancel safety
    ///
    /// The future may be dropped at any await, and `load` called again. After that nothing may keep running and no lock
    /// may stay held; any change to a file or to the source is made in one step.
    fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>>;

    /// Whether it is configured, if variables and files alone can tell. Used for the warning about credentials that
    /// another source shadows; the default returns `None`.
    fn presence(&self, context: Context<'_>) -> Option<Presence> {
        let _ = context;
        None
    }

    /// Returns the region that its credentials belong to, for when nothing else names one. The default knows none.
    ///
    /// # Cancel safety
    ///
    /// As [`load`](Self::load).
    fn region<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Option<Region>> {
        let _ = context;
        Box::pin(std::future::ready(None))
    }
}

#[cfg(feature = "client")]
macro_rules! source_behind {
    ($pointer:ident) => {
        impl<T: Source + ?Sized> Source for $pointer<T> {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
                (**self).load(context)
            }

            fn presence(&self, context: Context<'_>) -> Option<Presence> {
                (**self).presence(context)
            }

            fn region<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Option<Region>> {
                (**self).region(context)
            }
        }
    };
}

#[cfg(feature = "client")]
source_behind!(Arc);
#[cfg(feature = "client")]
source_behind!(Box);

/// What a source is configured to provide, and where.
#[cfg(feature = "client")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// A bearer token, configured in this place.
    Bearer(String),
    /// IAM credentials, configured in this place.
    Iam(String),
}

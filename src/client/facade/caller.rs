//! The caller's identity.

use crate::auth::sts::Identity;
use crate::auth::{Attempt, Resolved};
use crate::client::{Client, Error};

impl Client {
    /// The credentials that authorize the next request, with their source and warnings for the user.
    ///
    /// # Errors
    ///
    /// [`Error`] when no source has any, or one is configured but broken.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends only this call; others that wait for the same credentials get them
    /// ([`Cache::load`](crate::auth::Cache::load)).
    pub async fn credentials(&self) -> Result<Resolved, Error> {
        self.0.service.caller.credentials().await
    }

    /// Asks every source, including those behind the one that signs, and reports what each returned.
    ///
    /// # Cancel safety
    ///
    /// As [`Chain::explain`](crate::auth::Chain::explain).
    pub async fn explain_credentials(&self) -> Vec<Attempt> {
        self.0.service.caller.explain().await
    }

    /// Asks STS who signs (GetCallerIdentity): its account and ARN. It needs no permission.
    ///
    /// # Errors
    ///
    /// [`Error`] when there are no credentials, when a bearer token authorizes, which STS does not know, or when STS
    /// does not answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future abandons the request, which changes nothing at the service. It may be sent again. For its
    /// effect on the search for credentials see [`credentials`](Self::credentials).
    pub async fn caller_identity(&self) -> Result<Identity, Error> {
        let caller = &self.0.service.caller;
        let auth = caller.auth().await?;
        caller.identity(&auth, self.home_region()).await
    }
}

//! Who asks: what `bedrill auth` explains.

use super::{Client, CredentialsFrom};
use crate::auth::sts::Identity;
use crate::auth::{Attempt, Auth, Context, Resolved, sts};
use crate::error::Error;
use crate::transport::BoxFuture;

impl Client {
    /// The credentials that authorize the next request, with their source and what a user should be told about them.
    ///
    /// Dropping the future ends this call alone; others that wait for the same credentials get them
    /// ([`Cache::load`](crate::auth::Cache::load)).
    ///
    /// # Errors
    ///
    /// [`Error`] when no source has any, or one is configured but broken.
    pub async fn credentials(&self) -> Result<Resolved, Error> {
        match &self.0.credentials {
            CredentialsFrom::Fixed(auth) => Ok(Resolved::explicit(auth.clone())),
            CredentialsFrom::Chain(cache) => Ok(cache.load().await?),
        }
    }

    /// Asks every source, also those behind the one that signs, and says what each answered.
    pub async fn explain_credentials(&self) -> Vec<Attempt> {
        match &self.0.credentials {
            CredentialsFrom::Fixed(auth) => vec![Attempt::explicit(auth)],
            CredentialsFrom::Chain(cache) => cache.explain().await,
        }
    }

    /// Asks STS who signs (GetCallerIdentity): its account and ARN. It needs no permission.
    ///
    /// # Errors
    ///
    /// [`Error`] when there are no credentials, when a bearer token authorizes, which STS does not know, or when STS
    /// does not answer.
    pub async fn caller_identity(&self) -> Result<Identity, Error> {
        let auth = self.auth().await?;
        let region = self.home_region();
        let context = self.context().with_region(region);
        Ok(sts::caller_identity(context, &auth, self.0.profile.as_deref()).await?)
    }

    fn context(&self) -> Context<'_> {
        Context::new(&*self.0.host).with_transport(&*self.0.credential_transport).with_clock(self.0.clock)
    }

    /// What authorizes the next request. Boxed, so that a call that waits for its answer keeps no room for it.
    pub(super) fn auth(&self) -> BoxFuture<'_, Result<Auth, Error>> {
        Box::pin(async { Ok(self.credentials().await?.into_auth()) })
    }
}

//! Who asks: the credentials, other ones when they are rejected, and what of them may be quoted.
//!
//! A service may echo what it was sent: gateways quote headers. Nothing of ours gets into an error that way.

use super::{Client, CredentialsFrom};
use crate::auth::sts::Identity;
use crate::auth::{Attempt, Auth, Context, Resolved, sts};
use crate::base::quote;
use crate::client::error::Error;
use crate::operation::ServiceError;
use crate::transport::BoxFuture;

/// How the service says that a key is of no use any more.
const REJECTIONS: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"];

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

    /// Other credentials in place of `rejected`, when `error` says that they are needed and the sources have them.
    ///
    /// The cached ones count as expired from now on, for all requests of this client.
    pub(super) async fn replacement(&self, error: &ServiceError, rejected: &Auth) -> Option<Auth> {
        let CredentialsFrom::Chain(cache) = &self.0.credentials else { return None };
        let Auth::SigV4(keys) = rejected else { return None };
        if !error.code().is_some_and(|code| REJECTIONS.contains(&code)) {
            return None;
        }
        cache.invalidate(keys.access_key_id());
        // What went wrong here is worth less than what the service said.
        let other = self.auth().await.ok()?;
        (other != *rejected).then_some(other)
    }

    /// `body` as it may be quoted.
    pub(super) async fn quotable(&self, body: &[u8]) -> Vec<u8> {
        match self.auth().await {
            Ok(auth) => redacted(body, &auth),
            // Whatever was sent, it was not authorized with anything that is known any more.
            Err(_) => Vec::new(),
        }
    }
}

/// `body` without any secret of `auth`.
pub(super) fn redacted(body: &[u8], auth: &Auth) -> Vec<u8> {
    quote::redacted(body, &auth.secrets())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;

    #[test]
    fn neither_the_key_nor_either_token_is_quoted() {
        let keys = Auth::SigV4(Credentials::new("AKIDEXAMPLE", "can/ary").with_session_token("token-canary"));
        let body = b"AKIDEXAMPLE: can/ary, token-canary";
        assert_eq!(redacted(body, &keys), b"AKIDEXAMPLE: (redacted), (redacted)");
        assert_eq!(redacted(b"Bearer canary", &Auth::Bearer("canary".into())), b"Bearer (redacted)");
    }
}

//! Who asks: the credentials, other ones when they are rejected, and what of them may be quoted.
//!
//! A service may echo what it was sent: gateways quote headers. Nothing of ours gets into an error that way.

use std::sync::Arc;
use std::time::SystemTime;

use crate::auth::sts::Identity;
use crate::auth::{Attempt, Auth, Cache, Context, Resolved, sts};
use crate::base::quote;
use crate::client::error::Error;
use crate::endpoint::Region;
use crate::machine::{Machine, TimeSource};
use crate::operation::ServiceError;
use crate::transport::{BoxFuture, Transport};

/// How the service says that a key is of no use any more.
const REJECTIONS: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"];

/// Who asks, and what time it is there.
pub(super) struct Caller {
    credentials: CredentialsFrom,
    /// The profile that the program named.
    profile: Option<String>,
    machine: Arc<dyn Machine>,
    /// What carries requests for credentials: nothing that is put around the transport sees them.
    transport: Arc<dyn Transport>,
    clock: Arc<dyn TimeSource>,
}

/// Where credentials are from.
pub(super) enum CredentialsFrom {
    /// The program brought them.
    Fixed(Auth),
    /// The first of the sources that has any.
    Chain(Box<Cache>),
}

impl Caller {
    pub(super) fn new(
        credentials: CredentialsFrom,
        profile: Option<String>,
        machine: Arc<dyn Machine>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn TimeSource>,
    ) -> Self {
        Self { credentials, profile, machine, transport, clock }
    }

    /// The time, by the client's clock.
    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The credentials that authorize the next request.
    ///
    /// # Errors
    ///
    /// No source has any, or one is configured but broken.
    pub(super) async fn credentials(&self) -> Result<Resolved, Error> {
        match &self.credentials {
            CredentialsFrom::Fixed(auth) => Ok(Resolved::explicit(auth.clone())),
            CredentialsFrom::Chain(cache) => Ok(cache.load().await?),
        }
    }

    /// What each source answers.
    pub(super) async fn explain(&self) -> Vec<Attempt> {
        match &self.credentials {
            CredentialsFrom::Fixed(auth) => vec![Attempt::explicit(auth)],
            CredentialsFrom::Chain(cache) => cache.explain().await,
        }
    }

    /// Whom `auth` belongs to, by the STS of `region`.
    ///
    /// # Errors
    ///
    /// It is a bearer token, or STS does not answer.
    pub(super) async fn identity(&self, auth: &Auth, region: &Region) -> Result<Identity, Error> {
        let context = Context::new(&*self.machine).with_transport(&*self.transport).with_clock(&*self.clock);
        Ok(sts::caller_identity(context.with_region(region), auth, self.profile.as_deref()).await?)
    }

    /// What authorizes the next request. Boxed, so that a call that waits for its answer keeps no room for it.
    pub(super) fn auth(&self) -> BoxFuture<'_, Result<Auth, Error>> {
        Box::pin(async { Ok(self.credentials().await?.into_auth()) })
    }

    /// The region that the source of the credentials is in: the instance's, when its role signs. `None` when there are
    /// no credentials; the request itself says so.
    pub(super) async fn region(&self) -> Option<Option<Region>> {
        let CredentialsFrom::Chain(cache) = &self.credentials else { return Some(None) };
        // On the heap, because nearly all requests do without it.
        let asking = Box::pin(async {
            let resolved = cache.load().await.ok()?;
            Some(cache.chain().region(resolved.source()).await)
        });
        asking.await
    }

    /// Other credentials in place of `rejected`, when `error` says that they are needed and the sources have them.
    ///
    /// The cached ones count as expired from now on, for all requests of this client.
    pub(super) async fn replacement(&self, error: &ServiceError, rejected: &Auth) -> Option<Auth> {
        let CredentialsFrom::Chain(cache) = &self.credentials else { return None };
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

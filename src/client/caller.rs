//! The caller's identity: its credentials, replacements when they are rejected, and what must not be shown.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use http::Uri;

use crate::auth::sts::Identity;
use crate::auth::{Attempt, Auth, Cache, Context, Resolved, sts};
use crate::base::redact::Redactor;
use crate::client::error::Error;
use crate::endpoint::Region;
use crate::machine::{Machine, ProfileFiles, Settings, TimeSource};
use crate::operation::ServiceError;
use crate::transport::{BoxFuture, PlainHttp, Transport};

/// The service's error codes for a key that is no longer valid.
const REJECTIONS: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"];

/// The caller's identity and clock.
pub(super) struct Caller {
    credentials: CredentialsFrom,
    /// The profile that the program named.
    profile: Option<String>,
    machine: Arc<dyn Machine>,
    /// The transport for requests for credentials, without any wrapper.
    transport: Arc<dyn Transport>,
    clock: Arc<dyn TimeSource>,
    plain_http: Arc<PlainHttp>,
    /// For the credentials of the last request.
    redactor: Mutex<Option<(Auth, Redactor)>>,
}

/// Where the credentials come from.
pub(super) enum CredentialsFrom {
    /// The program supplied them.
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
        plain_http: Arc<PlainHttp>,
    ) -> Self {
        Self { credentials, profile, machine, transport, clock, plain_http, redactor: Mutex::default() }
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

    /// What each source returned.
    pub(super) async fn explain(&self) -> Vec<Attempt> {
        match &self.credentials {
            CredentialsFrom::Fixed(auth) => vec![Attempt::explicit(auth)],
            CredentialsFrom::Chain(cache) => cache.explain().await,
        }
    }

    /// The endpoint that is configured for the service `id`.
    ///
    /// # Errors
    ///
    /// The profile cannot be read, or names a `services` section that is not there.
    pub(super) fn endpoint_url(&self, id: &str) -> Result<Option<String>, Error> {
        let profiles = ProfileFiles::load_unless_named(&*self.machine, self.profile.as_deref())?;
        let settings = Settings { machine: &*self.machine, profiles: &profiles };
        Ok(settings.endpoint_url(id)?.map(|(url, _)| url))
    }

    /// Whom `auth` belongs to, according to STS in `region`.
    ///
    /// # Errors
    ///
    /// It is a bearer token, or STS does not answer.
    pub(super) async fn identity(&self, auth: &Auth, region: &Region) -> Result<Identity, Error> {
        let context = Context::new(&*self.machine).with_transport(&*self.transport).with_clock(&*self.clock);
        let context = context.with_plain_http(&self.plain_http);
        Ok(sts::caller_identity(context.with_region(region), auth, self.profile.as_deref()).await?)
    }

    /// What authorizes the next request. Boxed, so that a call waiting for its response reserves no space for it.
    pub(super) fn auth(&self) -> BoxFuture<'_, Result<Auth, Error>> {
        Box::pin(async { Ok(self.credentials().await?.into_auth()) })
    }

    /// The region of the source of the credentials: the instance's, when its role signs. `None` when there are
    /// no credentials; the request itself then reports that.
    pub(super) async fn region(&self) -> Option<Option<Region>> {
        let CredentialsFrom::Chain(cache) = &self.credentials else { return Some(None) };
        // On the heap, because nearly all requests do not need it.
        let asking = Box::pin(async {
            let resolved = cache.load().await.ok()?;
            Some(cache.chain().region_of(&resolved).await)
        });
        asking.await
    }

    /// Other credentials in place of `rejected`, when `error` calls for them and the sources have them.
    ///
    /// The cached ones count as expired from now on, for all requests of this client.
    pub(super) async fn replacement(&self, error: &ServiceError, rejected: &Auth) -> Option<Auth> {
        let CredentialsFrom::Chain(cache) = &self.credentials else { return None };
        let Auth::SigV4(keys) = rejected else { return None };
        if !error.code().is_some_and(|code| REJECTIONS.contains(&code)) {
            return None;
        }
        cache.invalidate(keys.access_key_id());
        // An error here matters less than the service's.
        let other = self.auth().await.ok()?;
        (other != *rejected).then_some(other)
    }

    /// Refuses to send `auth` where others could read it, and warns where they could read what it signs.
    ///
    /// # Errors
    ///
    /// It is a bearer token, and `uri` is plain http.
    pub(super) fn check(&self, uri: &Uri, auth: &Auth) -> Result<(), Error> {
        Ok(self.plain_http.check(uri, auth.cargo()).map_err(|error| Auth::refused_in_clear(&error))?)
    }

    /// Returns what removes the secrets of `auth`; calls with the same ones share it.
    pub(super) fn redactor(&self, auth: &Auth) -> Redactor {
        let mut last = self.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((of, redactor)) if of == auth => redactor.clone(),
            _ => {
                let redactor = Redactor::new(&auth.secrets());
                *last = Some((auth.clone(), redactor.clone()));
                redactor
            }
        }
    }
}

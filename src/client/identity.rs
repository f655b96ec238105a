//! Who asks, and from which region: what `bedrill auth` explains.

use super::{Client, CredentialsFrom};
use crate::auth::sts::Identity;
use crate::auth::{Attempt, Auth, AuthError, Context, Resolved, imds, sts};
use crate::endpoint::Region;
use crate::error::Error;

/// Why the client uses the region that it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegionOrigin {
    /// The program or a flag names it.
    Caller,
    /// A variable, or a file and line: `AWS_REGION`, `/home/me/.aws/config:2`.
    Setting(String),
    /// The instance is in it, and its role signs.
    Instance,
    /// Nothing names one.
    LastResort,
}

impl Client {
    /// The credentials that authorize the next request, with their source and what a user should be told about them.
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
            CredentialsFrom::Chain(cache) => cache.chain().explain().await,
        }
    }

    /// Asks STS who signs (GetCallerIdentity): its account and ARN. It needs no permission.
    ///
    /// # Errors
    ///
    /// [`Error`] when there are no credentials, when a bearer token authorizes, which STS does not know, or when STS
    /// does not answer.
    pub async fn caller_identity(&self) -> Result<Identity, Error> {
        let auth = self.credentials().await?.into_auth();
        let region = self.home_region();
        let context = self.context().with_region(region);
        Ok(sts::caller_identity(context, &auth, self.0.profile.as_deref()).await?)
    }

    /// The region of requests that name none themselves, and why it is that one. The first call may ask the instance's
    /// metadata service.
    pub async fn region(&self) -> (Region, RegionOrigin) {
        self.learn_region().await;
        let origin = match (&self.0.explicit_region, &self.0.region_setting, self.0.instance_region.get()) {
            (Some(_), _, _) => RegionOrigin::Caller,
            (None, Some(place), _) => RegionOrigin::Setting(place.clone()),
            (None, None, Some(Some(_))) => RegionOrigin::Instance,
            (None, None, _) => RegionOrigin::LastResort,
        };
        (self.home_region().clone(), origin)
    }

    /// The region of requests that name none themselves: the one that was set, else that of the environment or the
    /// profile, else the instance's once it is known ([`region`](Self::region)), else `us-east-1`.
    #[must_use]
    pub fn home_region(&self) -> &Region {
        let instance = self.0.instance_region.get().and_then(Option::as_ref);
        match (&self.0.explicit_region, &self.0.region_setting, instance) {
            (Some(region), _, _) => region,
            (None, None, Some(region)) => region,
            _ => &self.0.default_region,
        }
    }

    /// Asks the instance for its region, once, when nothing else names one and its role signs.
    pub(super) async fn learn_region(&self) {
        let named = self.0.explicit_region.is_some() || self.0.region_setting.is_some();
        if named || self.0.instance_region.get().is_some() {
            return;
        }
        // Without credentials the request itself says so.
        let Ok(resolved) = self.credentials().await else { return };
        let region = match resolved.source() {
            imds::SOURCE => imds::region(self.context(), self.0.profile.as_deref()).await,
            _ => None,
        };
        // Two requests that ask at once get the same answer.
        let _ = self.0.instance_region.set(region);
    }

    fn context(&self) -> Context<'_> {
        Context::new(&*self.0.host).with_transport(&*self.0.transport).with_clock(self.0.clock)
    }

    /// What authorizes the next request.
    pub(super) async fn auth(&self) -> Result<Auth, Error> {
        let resolved: Result<Resolved, AuthError> = match &self.0.credentials {
            CredentialsFrom::Fixed(auth) => return Ok(auth.clone()),
            CredentialsFrom::Chain(cache) => cache.load().await,
        };
        Ok(resolved?.into_auth())
    }
}

//! The region that requests go to, and why.

use super::{Client, CredentialsFrom, SettingOrigin};
use crate::endpoint::Region;
use crate::model_id::ModelId;

impl Client {
    /// The region that a request for `model_id` goes to: the one that was set, else the one in the model's ARN, else that
    /// of the environment or the profile, else the instance's once it is known, else `us-east-1`.
    #[must_use]
    pub fn region_for<'a>(&'a self, model_id: &'a ModelId) -> &'a Region {
        match (&self.0.explicit_region, model_id.region()) {
            (None, Some(region)) => region,
            _ => self.home_region(),
        }
    }

    /// The region of requests that name none themselves, and why it is that one. The first call may ask the instance's
    /// metadata service.
    pub async fn region(&self) -> (Region, SettingOrigin) {
        self.learn_region().await;
        (self.home_region().clone(), self.region_origin())
    }

    /// Why [`home_region`](Self::home_region) is what it is.
    #[must_use]
    pub fn region_origin(&self) -> SettingOrigin {
        match (&self.0.explicit_region, &self.0.region_setting, self.0.instance_region.get()) {
            (Some(_), _, _) => SettingOrigin::Caller,
            (None, Some(origin), _) => origin.clone(),
            (None, None, Some(Some(_))) => SettingOrigin::Instance,
            (None, None, _) => SettingOrigin::Default,
        }
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
        let CredentialsFrom::Chain(cache) = &self.0.credentials else { return };
        // On the heap, for nearly all requests end here without it.
        let asking = Box::pin(async {
            // Without credentials the request itself says so.
            let resolved = cache.load().await.ok()?;
            Some(cache.chain().region(resolved.source()).await)
        });
        if let Some(region) = asking.await {
            // Two requests that ask at once get the same answer.
            let _ = self.0.instance_region.set(region);
        }
    }
}

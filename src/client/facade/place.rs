//! Where requests go.

use crate::client::{Client, SettingOrigin};
use crate::endpoint::{Endpoint, EndpointError, Plane, Region};
use crate::model_id::ModelId;

impl Client {
    /// The region that a request for `model_id` goes to: the one that was set, else the one in the model's ARN, else that
    /// of the environment or the profile, else the instance's once it is known, else `us-east-1`.
    #[must_use]
    pub fn region_for<'a>(&'a self, model_id: &'a ModelId) -> &'a Region {
        self.0.service.place.region_for(model_id)
    }

    /// The region of requests that name none themselves, and the reason for it. The first call may ask the instance's
    /// metadata service.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future abandons the request, and nothing of it is kept: the next call, or the next request, asks
    /// the instance again.
    pub async fn region(&self) -> (Region, SettingOrigin) {
        self.0.service.learn_region().await;
        (self.home_region().clone(), self.region_origin())
    }

    /// Why [`home_region`](Self::home_region) is the one it is.
    #[must_use]
    pub fn region_origin(&self) -> SettingOrigin {
        self.0.service.place.region_origin()
    }

    /// The region of requests that name none themselves: the one that was set, else that of the environment or the
    /// profile, else the instance's once it is known ([`region`](Self::region)), else `us-east-1`.
    #[must_use]
    pub fn home_region(&self) -> &Region {
        self.0.service.place.home_region()
    }

    /// What is wrong with `~/.aws/config` or `~/.aws/credentials`, if one of them cannot be used: its settings are those of
    /// an empty file. Where the program or a variable names the profile, that is an error instead.
    #[must_use]
    pub fn unread_files(&self) -> Option<&str> {
        self.0.unread.as_deref()
    }

    /// The endpoint that requests of `plane` go to in `region`.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] when the configured endpoint cannot be used.
    pub fn endpoint(&self, plane: Plane, region: &Region) -> Result<Endpoint, EndpointError> {
        self.0.service.place.endpoint(plane, region)
    }

    /// The URL configured for requests of `plane`, and what set it; `None` when they go to the region's own host.
    #[must_use]
    pub fn endpoint_setting(&self, plane: Plane) -> Option<(&str, &SettingOrigin)> {
        self.0.service.place.endpoint_setting(plane)
    }
}

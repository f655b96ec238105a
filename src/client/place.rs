//! Where requests go: the region and the endpoint, and why.

use std::fmt;
use std::sync::OnceLock;

use http::Uri;

use super::caller::Caller;
use super::settings::{self, SettingOrigin};
use super::signing_service::{Host, SigningService, bucket};
use crate::client::error::Error;
use crate::endpoint::{Endpoint, EndpointError, HostVariant, Plane, Region};
use crate::machine::Settings;
use crate::model_id::ModelId;

/// Where requests go.
pub(super) struct Place {
    /// What the caller set; it takes precedence over the region in a model's ARN.
    explicit_region: Option<Region>,
    /// The region from the environment or the profile, else `us-east-1`.
    default_region: Region,
    /// Where it comes from; `None` when nothing sets it.
    region_setting: Option<SettingOrigin>,
    /// The region that the instance reported.
    instance_region: OnceLock<Option<Region>>,
    host_variant: HostVariant,
    endpoint_url: Option<(String, SettingOrigin)>,
    control_endpoint_url: Option<(String, SettingOrigin)>,
}

/// The program's own settings.
pub(super) struct Named {
    pub(super) region: Option<Region>,
    /// Used when neither the program nor a variable names one; with its origin in words.
    pub(super) fallback_region: Option<(Region, String)>,
    pub(super) endpoint_url: Option<String>,
    /// For the data plane only.
    pub(super) runtime_endpoint_url: Option<String>,
}

impl Place {
    /// Uses what `named` sets, else the settings.
    ///
    /// # Errors
    ///
    /// A region or an endpoint cannot be used.
    pub(super) fn new(settings: Settings<'_>, named: Named) -> Result<Self, Error> {
        let explicit_region = named.region;
        // A bad region in the environment does no harm when the caller names another.
        let (default_region, region_setting) = match &explicit_region {
            Some(region) => (region.clone(), None),
            None => match settings::region(settings, named.fallback_region)? {
                Some((region, origin)) => (region, Some(origin)),
                None => (Region::last_resort(), None),
            },
        };
        let host_variant = settings.host_variant()?;
        let endpoint_url = |plane, named: Option<&String>| match named {
            Some(url) => Ok(Some((url.clone(), SettingOrigin::Caller))),
            None => settings::endpoint_url(settings, plane),
        };
        let of_all = named.endpoint_url.as_ref();
        let data = endpoint_url(Plane::Data, named.runtime_endpoint_url.as_ref().or(of_all))?;
        let control = endpoint_url(Plane::Control, of_all)?;
        let place = Self {
            explicit_region,
            default_region,
            region_setting,
            instance_region: OnceLock::new(),
            host_variant,
            endpoint_url: data,
            control_endpoint_url: control,
        };
        // A bad endpoint is reported here, not at the first request.
        place.endpoint(Plane::Data, &place.default_region)?;
        Ok(place)
    }

    /// What the caller set.
    pub(super) fn explicit_region(&self) -> Option<&Region> {
        self.explicit_region.as_ref()
    }

    /// The region that a request for `model_id` goes to.
    pub(super) fn region_for<'a>(&'a self, model_id: &'a ModelId) -> &'a Region {
        match (&self.explicit_region, model_id.region()) {
            (None, Some(region)) => region,
            _ => self.home_region(),
        }
    }

    /// The region that a request for the model `id` goes to.
    ///
    /// # Errors
    ///
    /// It is not an id.
    pub(super) fn region_of(&self, id: &str) -> Result<Region, Error> {
        Ok(self.region_for(&ModelId::parse(id)?).clone())
    }

    /// `region`, unless requests go there anyway.
    pub(super) fn apart(&self, region: Option<&Region>) -> Option<Region> {
        region.filter(|region| *region != self.home_region()).cloned()
    }

    /// Why the home region is the one it is.
    pub(super) fn region_origin(&self) -> SettingOrigin {
        match (&self.explicit_region, &self.region_setting, self.instance_region.get()) {
            (Some(_), _, _) => SettingOrigin::Caller,
            (None, Some(origin), _) => origin.clone(),
            (None, None, Some(Some(_))) => SettingOrigin::Instance,
            (None, None, _) => SettingOrigin::Default,
        }
    }

    /// The region of requests that name none themselves.
    pub(super) fn home_region(&self) -> &Region {
        let instance = self.instance_region.get().and_then(Option::as_ref);
        match (&self.explicit_region, &self.region_setting, instance) {
            (Some(region), _, _) => region,
            (None, None, Some(region)) => region,
            _ => &self.default_region,
        }
    }

    /// Asks the instance for its region, once, when nothing else names one and its role signs.
    pub(super) async fn learn_region(&self, caller: &Caller) {
        let named = self.explicit_region.is_some() || self.region_setting.is_some();
        if named || self.instance_region.get().is_some() {
            return;
        }
        if let Some(region) = caller.region().await {
            // Two concurrent requests get the same answer.
            let _ = self.instance_region.set(region);
        }
    }

    /// The endpoint that requests of `plane` go to in `region`.
    ///
    /// # Errors
    ///
    /// The configured endpoint cannot be used.
    pub(super) fn endpoint(&self, plane: Plane, region: &Region) -> Result<Endpoint, EndpointError> {
        let url = self.endpoint_setting(plane).map(|(url, _)| url);
        Endpoint::resolve(plane, Some(region), self.host_variant, url)
    }

    /// Resolves `uri` for `service` in `region`: a path to the service's host, an absolute URI as it is.
    ///
    /// # Errors
    ///
    /// It is neither, the host cannot be one, or what is configured in its place cannot be used.
    pub(super) fn locate(
        &self,
        service: &SigningService,
        region: &Region,
        uri: &Uri,
        caller: &Caller,
    ) -> Result<Uri, Error> {
        let endpoint = match (uri.scheme_str(), uri.authority(), service.host()) {
            (Some(scheme), Some(authority), _) => Endpoint::custom(&format!("{scheme}://{authority}"))?,
            (None, None, Host::Plane(plane)) => self.endpoint(*plane, region)?,
            (None, None, Host::Prefix(prefix)) => {
                let own = Endpoint::of_host_prefix(prefix, region, self.host_variant)?;
                match caller.endpoint_url(&service.service_id())? {
                    Some(url) => self.configured(prefix, region, &url)?,
                    None => own,
                }
            }
            _ => return Err(EndpointError::InvalidUri.into()),
        };
        match uri.path_and_query() {
            Some(target) if target.as_str().starts_with('/') => Ok(endpoint.uri(target.as_str())?),
            _ => Err(EndpointError::InvalidUri.into()),
        }
    }

    /// The endpoint at `url`, in place of the host with `prefix`. S3 need not have a name for each bucket there, so a bucket
    /// goes into the path.
    fn configured(&self, prefix: &str, region: &Region, url: &str) -> Result<Endpoint, EndpointError> {
        let endpoint = Endpoint::of_service(prefix, region, self.host_variant, Some(url))?;
        match bucket(prefix) {
            Some(bucket) => Endpoint::custom(&format!("{}/{bucket}", endpoint.url())),
            None => Ok(endpoint),
        }
    }

    /// The URL configured for `plane`, and what set it.
    pub(super) fn endpoint_setting(&self, plane: Plane) -> Option<(&str, &SettingOrigin)> {
        let setting = match plane {
            Plane::Data => &self.endpoint_url,
            Plane::Control => &self.control_endpoint_url,
        };
        setting.as_ref().map(|(url, origin)| (url.as_str(), origin))
    }

    /// The client's `Debug` output.
    pub(super) fn show(&self, shown: &mut fmt::DebugStruct<'_, '_>) {
        shown
            .field("explicit_region", &self.explicit_region)
            .field("default_region", &self.default_region)
            .field("endpoint_url", &self.endpoint_url);
    }
}

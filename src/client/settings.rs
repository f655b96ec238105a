//! Region, endpoint and trust, from the environment and the profile: the order of the AWS SDKs.
//!
//! | setting | asked in this order |
//! | --- | --- |
//! | region | `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's `region` |
//! | endpoint | `AWS_ENDPOINT_URL_BEDROCK_RUNTIME` (or `_BEDROCK`), `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's `endpoint_url` |
//! | FIPS, dual stack | `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`, the profile's `use_fips_endpoint`, `use_dualstack_endpoint` |
//! | trust anchors | `AWS_CA_BUNDLE`, the profile's `ca_bundle` |
//!
//! Blank values count as absent. Sources:
//! [region](https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html),
//! [service-specific endpoints](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html),
//! [dual stack and FIPS](https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html).

#[cfg(test)]
mod tests;

use crate::auth::Host;
use crate::auth::profile::ProfileFiles;
use crate::endpoint::{HostVariant, Plane, Region};
use crate::error::Error;

/// Where settings are looked up.
pub(super) struct Settings<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) profiles: &'a ProfileFiles,
}

impl Settings<'_> {
    /// The first of `variables`, else the profile's `property`, with the place it was found in.
    fn first(&self, variables: &[&str], property: &str) -> Option<(String, String)> {
        let from_variable =
            variables.iter().find_map(|name| Some((self.host.setting(name)?, (*name).to_owned())));
        from_variable.or_else(|| {
            let setting = self.profiles.setting(property)?;
            Some((setting.value().to_owned(), self.profiles.place(setting.origin())))
        })
    }

    /// The region of the environment or the profile.
    ///
    /// # Errors
    ///
    /// The value is not a region; the error says where it stands.
    pub(super) fn region(&self) -> Result<Option<Region>, Error> {
        let Some((text, place)) = self.first(&["AWS_REGION", "AWS_DEFAULT_REGION"], "region") else {
            return Ok(None);
        };
        Region::new(text).map(Some).map_err(|error| Error::configuration(format!("{place}: {error}")))
    }

    /// FIPS and dual stack.
    ///
    /// # Errors
    ///
    /// A value is neither `true` nor `false`.
    pub(super) fn host_variant(&self) -> Result<HostVariant, Error> {
        Ok(HostVariant::new(
            self.switch("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?,
            self.switch("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?,
        ))
    }

    fn switch(&self, variable: &str, property: &str) -> Result<bool, Error> {
        match self.first(&[variable], property) {
            None => Ok(false),
            Some((text, _)) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some((text, _)) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some((text, place)) => {
                Err(Error::configuration(format!("{place}: {text:?} is neither true nor false")))
            }
        }
    }

    /// The configured endpoint of `plane`, unless configured endpoints are switched off.
    ///
    /// # Errors
    ///
    /// The switch is neither `true` nor `false`, or the profile names a `services` section that is not there.
    pub(super) fn endpoint_url(&self, plane: Plane) -> Result<Option<String>, Error> {
        if self.switch("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")? {
            return Ok(None);
        }
        let (variable, service) = match plane {
            Plane::Data => ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "bedrock_runtime"),
            Plane::Control => ("AWS_ENDPOINT_URL_BEDROCK", "bedrock"),
        };
        if let Some(url) = self.host.setting(variable).or_else(|| self.host.setting("AWS_ENDPOINT_URL")) {
            return Ok(Some(url));
        }
        let of_profile = self.profiles.endpoint_url(service)?;
        Ok(of_profile.map(|setting| setting.value().to_owned()))
    }

    /// The content of the CA bundle, in PEM.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    #[cfg(any(feature = "reqwest", feature = "hyper"))]
    pub(super) fn ca_bundle(&self) -> Result<Option<Vec<u8>>, Error> {
        let Some((path, place)) = self.first(&["AWS_CA_BUNDLE"], "ca_bundle") else { return Ok(None) };
        let read = self.host.read(std::path::Path::new(&path));
        read.map(Some)
            .map_err(|error| Error::configuration(format!("{place}: {path} cannot be read: {error}")))
    }
}

//! Region, endpoint and trust, from the environment and the profile: the order of the AWS SDKs.
//!
//! | setting | asked in this order |
//! | --- | --- |
//! | region | `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's `region` |
//! | endpoint | `AWS_ENDPOINT_URL_BEDROCK_RUNTIME` (or `_BEDROCK`), `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's `endpoint_url` |
//! | FIPS, dual stack | `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`, the profile's `use_fips_endpoint`, `use_dualstack_endpoint` |
//! | retries | `AWS_MAX_ATTEMPTS` and `AWS_RETRY_MODE`, the profile's `max_attempts` and `retry_mode` |
//! | trust anchors | `AWS_CA_BUNDLE`, the profile's `ca_bundle`, `SSL_CERT_FILE` |
//!
//! Blank values count as absent. Sources:
//! [region](https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html),
//! [retries](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html),
//! [service-specific endpoints](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html),
//! [dual stack and FIPS](https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html).

#[cfg(test)]
mod tests;

mod transport;

use super::RetryPolicy;
use crate::base::quote::Cut;
use crate::endpoint::{Plane, Region};
use crate::machine::{Place, Settings, SettingsError};

pub(super) use transport::default_transport;

/// Why a client uses its region or endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingOrigin {
    /// The program names it.
    Caller,
    /// This variable, `AWS_REGION`.
    Variable(String),
    /// What the program names for when no variable does
    /// ([`fallback_region`](super::ClientBuilder::fallback_region)), in its own words.
    Fallback(String),
    /// The profile, in this file and line: `/home/me/.aws/config:2`.
    Profile(String),
    /// The instance is in it, and its role signs.
    Instance,
    /// Nothing names one.
    Default,
}

impl From<Place> for SettingOrigin {
    fn from(place: Place) -> Self {
        match place {
            Place::Variable(name) => Self::Variable(name),
            Place::Profile(place) => Self::Profile(place),
        }
    }
}

/// The region of the environment, else `fallback`, else the profile's, and where it is set.
///
/// # Errors
///
/// The value is not a region; the error says where it is set.
pub(super) fn region(
    settings: Settings<'_>,
    fallback: Option<(Region, String)>,
) -> Result<Option<(Region, SettingOrigin)>, SettingsError> {
    if let Some((region, origin)) = fallback
        && Settings::REGION_VARIABLES.iter().all(|name| settings.machine.setting(name).is_none())
    {
        return Ok(Some((region, SettingOrigin::Fallback(origin))));
    }
    Ok(settings.region_and_place()?.map(|(region, place)| (region, place.into())))
}

/// The configured endpoint of `plane` and where it is set, unless configured endpoints are switched off.
///
/// # Errors
///
/// The switch is neither `true` nor `false`, or the profile names a `services` section that is not there.
pub(super) fn endpoint_url(
    settings: Settings<'_>,
    plane: Plane,
) -> Result<Option<(String, SettingOrigin)>, SettingsError> {
    let id = match plane {
        Plane::Data => "bedrock_runtime",
        Plane::Control => "bedrock",
    };
    Ok(settings.endpoint_url(id)?.map(|(url, place)| (url, place.into())))
}

/// The standard policy, with the attempts that are set. The modes `legacy` and `adaptive` are taken for
/// `standard`.
///
/// # Errors
///
/// The attempts are 0 or no number, or the mode is not one.
pub(super) fn retry_policy(settings: Settings<'_>) -> Result<RetryPolicy, SettingsError> {
    if let Some((mode, place)) = settings.first(&["AWS_RETRY_MODE"], "retry_mode")
        && !["standard", "legacy", "adaptive"].iter().any(|known| known.eq_ignore_ascii_case(mode.trim()))
    {
        return Err(SettingsError::new(
            place.to_string(),
            format!("{} is not a retry mode: standard, legacy or adaptive", Cut(&mode)),
        ));
    }
    let policy = RetryPolicy::standard();
    let Some((attempts, place)) = settings.first(&["AWS_MAX_ATTEMPTS"], "max_attempts") else {
        return Ok(policy);
    };
    match attempts.trim().parse() {
        Ok(attempts @ 1..) => Ok(policy.with_max_attempts(attempts)),
        _ => Err(SettingsError::new(
            place.to_string(),
            format!("{} is not a number of attempts: 1 or more, the first included", Cut(&attempts)),
        )),
    }
}

/// The content of the CA bundle, in PEM: `AWS_CA_BUNDLE`, the profile's `ca_bundle`, or what OpenSSL and most tools read.
///
/// # Errors
///
/// The file cannot be read.
#[cfg(any(feature = "reqwest", feature = "hyper"))]
pub(super) fn ca_bundle(settings: Settings<'_>) -> Result<Option<Vec<u8>>, SettingsError> {
    let of_aws = settings.first(&["AWS_CA_BUNDLE"], "ca_bundle");
    let Some((path, place)) = of_aws.or_else(|| settings.variable(&["SSL_CERT_FILE"])) else {
        return Ok(None);
    };
    let read = settings.machine.read(std::path::Path::new(&path));
    read.map(Some)
        .map_err(|error| SettingsError::new(place.to_string(), format!("{path} cannot be read: {error}")))
}

//! The endpoints of the services that sources call: STS, SSO and SSO's OIDC.
//!
//! Source: the rule sets of `sts`, `sso` and `sso-oidc` that AWS publishes with every SDK.

use crate::auth::{AuthError, Context};
use crate::endpoint::{Endpoint, Region};
use crate::machine::{ProfileFiles, Settings, SettingsError};

/// A service other than Bedrock.
#[derive(Debug, Clone, Copy)]
pub(in crate::auth) struct Service {
    /// The first labels of its host name.
    host_prefix: &'static str,
    /// Its name in settings: `AWS_ENDPOINT_URL_STS`, `[services x]` with `sts =`.
    id: &'static str,
}

/// `sts.us-east-1.amazonaws.com`.
pub(in crate::auth) const STS: Service = Service { host_prefix: "sts", id: "sts" };

/// `portal.sso.us-east-1.amazonaws.com`.
pub(in crate::auth) const SSO: Service = Service { host_prefix: "portal.sso", id: "sso" };

/// `oidc.us-east-1.amazonaws.com`.
pub(in crate::auth) const SSO_OIDC: Service = Service { host_prefix: "oidc", id: "sso_oidc" };

/// The sign-in service of `aws login`; most of its host names have another form, see `login`.
pub(in crate::auth) const SIGNIN: Service = Service { host_prefix: "signin", id: "signin" };

/// Returns the endpoint of `service` in `region`, from the environment and the selected profile; errors name `source`.
pub(in crate::auth) fn endpoint(
    context: Context<'_>,
    files: &ProfileFiles,
    source: &str,
    service: Service,
    region: &Region,
) -> Result<Endpoint, AuthError> {
    let settings = Settings { machine: context.machine(), profiles: files };
    let broken = |error: SettingsError| AuthError::new(source, error.to_string());
    let variant = settings.host_variant().map_err(broken)?;
    let custom = settings.endpoint_url(service.id).map_err(broken)?;
    let custom = custom.as_ref().map(|(url, _)| url.as_str());
    Endpoint::of_service(service.host_prefix, region, variant, custom)
        .map_err(|error| AuthError::new(source, format!("the endpoint of {}: {error}", service.id)))
}

/// Returns the region to call a service in: the caller's, the environment's, the selected profile's, else `us-east-1`.
pub(in crate::auth) fn region(
    context: Context<'_>,
    files: &ProfileFiles,
    source: &str,
) -> Result<Region, AuthError> {
    if let Some(region) = context.region() {
        return Ok(region.clone());
    }
    let broken = |error: SettingsError| AuthError::new(source, error.to_string());
    let settings = Settings { machine: context.machine(), profiles: files };
    Ok(settings.region().map_err(broken)?.unwrap_or_else(Region::last_resort))
}

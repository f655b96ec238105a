//! Settings that sources and the client share, each from a variable or the profile, in the AWS SDKs' order.

use std::fmt;

use super::{Machine, ProfileFiles, Setting, SettingsError};
use crate::endpoint::{HostVariant, Region};

/// Where settings are looked up.
#[derive(Clone, Copy)]
pub(crate) struct Settings<'a> {
    pub(crate) machine: &'a dyn Machine,
    pub(crate) profiles: &'a ProfileFiles,
}

/// Where a setting was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The name of the variable.
    Variable(String),
    /// The file and line of the profile.
    Profile(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Variable(place) | Self::Profile(place)) = self;
        f.write_str(place)
    }
}

impl Settings<'_> {
    /// The variables that name the region, in order of precedence.
    pub(crate) const REGION_VARIABLES: [&'static str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

    /// Returns the first of `variables`, else the profile's `property`, with the place it was found in.
    pub(crate) fn first(&self, variables: &[&str], property: &str) -> Option<(String, Place)> {
        self.variable(variables).or_else(|| Some(self.of_profile(self.profiles.setting(property)?)))
    }

    /// Returns the first of the variables, with its name.
    pub(crate) fn variable(&self, names: &[&str]) -> Option<(String, Place)> {
        names.iter().find_map(|name| Some((self.machine.setting(name)?, Place::Variable((*name).to_owned()))))
    }

    fn of_profile(&self, setting: Setting<'_>) -> (String, Place) {
        (setting.value().to_owned(), Place::Profile(self.profiles.place(setting.origin())))
    }

    /// Returns the region from the environment or the profile.
    pub(crate) fn region(&self) -> Result<Option<Region>, SettingsError> {
        Ok(self.region_and_place()?.map(|(region, _)| region))
    }

    /// Returns the region from the environment or the profile, and where it was found.
    pub(crate) fn region_and_place(&self) -> Result<Option<(Region, Place)>, SettingsError> {
        let Some((text, place)) = self.first(&Self::REGION_VARIABLES, "region") else {
            return Ok(None);
        };
        match Region::new(text) {
            Ok(region) => Ok(Some((region, place))),
            Err(error) => Err(SettingsError::new(place.to_string(), error.to_string())),
        }
    }

    /// Returns the FIPS and dual-stack settings.
    pub(crate) fn host_variant(&self) -> Result<HostVariant, SettingsError> {
        Ok(HostVariant::new(
            self.switch("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?,
            self.switch("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?,
        ))
    }

    /// Parses `true` or `false`, ignoring case; `false` when not set.
    pub(crate) fn switch(&self, variable: &str, property: &str) -> Result<bool, SettingsError> {
        match self.first(&[variable], property) {
            None => Ok(false),
            Some((text, _)) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some((text, _)) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some((text, place)) => {
                Err(SettingsError::new(place.to_string(), format!("{text:?} is neither true nor false")))
            }
        }
    }

    /// Returns the configured endpoint of a service and where it was found, unless configured endpoints are disabled:
    /// `AWS_ENDPOINT_URL_{id}` in upper case, `AWS_ENDPOINT_URL`, the profile's `services` section and its
    /// `endpoint_url`.
    pub(crate) fn endpoint_url(&self, id: &str) -> Result<Option<(String, Place)>, SettingsError> {
        if self.switch("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")? {
            return Ok(None);
        }
        let variable = format!("AWS_ENDPOINT_URL_{}", id.to_ascii_uppercase());
        if let Some(found) = self.variable(&[&variable, "AWS_ENDPOINT_URL"]) {
            return Ok(Some(found));
        }
        let of_profile = self.profiles.endpoint_url(id)?;
        Ok(of_profile.map(|setting| self.of_profile(setting)))
    }
}

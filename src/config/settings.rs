//! The two Bedrock blocks as values.

use std::time::Duration;

use super::Located;
use crate::catalog::ManualModel;
use crate::endpoint::{Endpoint, HostVariant, Plane, Region};

/// `models.bedrockDiscovery`: how models are listed. `None` means that the file does not say.
///
/// [`DiscoverySettings`](crate::catalog::DiscoverySettings) are made of it, with their defaults: `(&config).into()`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BedrockDiscovery {
    /// `enabled`; by default, models are listed when any credential source answers.
    pub enabled: Option<Located<bool>>,
    /// `region`: where to list; by default, the region of requests. `bedrill` sends requests there as well when neither a
    /// flag, the model's ARN, a variable nor `baseUrl` names a region: what is listed in a region is invoked there.
    pub region: Option<Located<Region>>,
    /// `providerFilter`: names of providers, trimmed; by default, all.
    pub provider_filter: Option<Located<Vec<String>>>,
    /// `refreshInterval`: how long a listing is kept; zero turns the cache off.
    pub refresh_interval: Option<Located<Duration>>,
    /// `defaultContextWindow`, in tokens: for models whose window is not known.
    pub default_context_window: Option<Located<u64>>,
    /// `defaultMaxTokens`: for models whose output limit is not known.
    pub default_max_tokens: Option<Located<u64>>,
}

/// `models.providers."amazon-bedrock"`: where requests go, and manually described models.
///
/// `api` and `auth` have one possible value each, so they are checked but not stored.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ProviderSettings {
    /// `baseUrl`: a URL that [`Endpoint::custom`] accepts.
    pub base_url: Option<Located<String>>,
    /// `models`, in the order of the file, with unique ids. They precede the discovered ones, and each replaces the
    /// discovered one of the same id entirely.
    pub models: Vec<Located<ManualModel>>,
}

impl ProviderSettings {
    /// The region in `baseUrl` if that is AWS's own host for the region, including FIPS and dual-stack hosts.
    ///
    /// Moltbot's documentation puts such a URL in every configuration. It says where to send to and sign for when
    /// nothing else does, and should not keep a request for another region from that region's host.
    ///
    /// ```
    /// use bedrill::config::{Located, ProviderSettings};
    ///
    /// let mut provider = ProviderSettings::default();
    /// let url = "https://bedrock-runtime.eu-west-1.amazonaws.com".to_owned();
    /// provider.base_url = Some(Located::from(url));
    /// assert_eq!(provider.base_url_region().expect("a region").as_str(), "eu-west-1");
    /// ```
    #[must_use]
    pub fn base_url_region(&self) -> Option<Region> {
        let endpoint = Endpoint::custom(self.base_url.as_ref()?.value()).ok()?;
        let region = Region::new(endpoint.url().split('.').nth(1)?).ok()?;
        let of_aws = [(false, false), (true, false), (false, true), (true, true)]
            .map(|(fips, dual_stack)| HostVariant::new(fips, dual_stack))
            .into_iter()
            .any(|variant| Endpoint::regional(Plane::Data, &region, variant) == endpoint);
        of_aws.then_some(region)
    }

    /// The URL to send to, unless it is only AWS's plain host for [`base_url_region`](Self::base_url_region), which the
    /// region implies.
    #[must_use]
    pub fn custom_base_url(&self) -> Option<&Located<String>> {
        let url = self.base_url.as_ref()?;
        let plain = self
            .base_url_region()
            .map(|region| Endpoint::regional(Plane::Data, &region, HostVariant::default()));
        let implied = plain.is_some_and(|plain| Endpoint::custom(url.value()).is_ok_and(|own| own == plain));
        (!implied).then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(url: &str) -> ProviderSettings {
        ProviderSettings { base_url: Some(Located::from(url.to_owned())), models: Vec::new() }
    }

    #[test]
    fn only_hosts_of_aws_name_a_region() {
        for (url, region) in [
            ("https://bedrock-runtime.us-east-1.amazonaws.com", Some("us-east-1")),
            ("https://bedrock-runtime.us-east-1.amazonaws.com/", Some("us-east-1")),
            ("HTTPS://Bedrock-Runtime.us-east-1.amazonaws.com:443", Some("us-east-1")),
            ("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", Some("us-gov-west-1")),
            ("https://bedrock-runtime.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("https://bedrock-runtime.eu-west-1.api.aws", Some("eu-west-1")),
            ("http://bedrock-runtime.us-east-1.amazonaws.com", None),
            ("https://bedrock-runtime.us-east-1.amazonaws.com/proxy", None),
            ("https://bedrock-runtime.us-east-1.amazonaws.com.evil.test", None),
            ("https://bedrock.us-east-1.amazonaws.com", None),
            ("https://bedrock-runtime.cn-north-1.amazonaws.com", None),
            ("https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com", None),
            ("http://localhost:4566", None),
        ] {
            let found = provider(url).base_url_region();
            assert_eq!(found.as_ref().map(Region::as_str), region, "{url}");
        }
        assert_eq!(ProviderSettings::default().base_url_region(), None);
    }

    #[test]
    fn a_url_that_the_region_implies_is_not_custom() {
        let custom = |url| provider(url).custom_base_url().map(|url| url.value().clone());
        assert_eq!(custom("https://bedrock-runtime.us-east-1.amazonaws.com/"), None);
        for url in ["https://bedrock-runtime-fips.us-east-1.amazonaws.com", "http://localhost:4566"] {
            assert_eq!(custom(url).as_deref(), Some(url));
        }
    }
}

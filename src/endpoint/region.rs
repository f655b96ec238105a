//! Regions, and the partitions that they belong to.

use std::fmt;

use super::EndpointError;
use super::zone::zone_of;
use crate::lore::geography;

/// An AWS region such as `us-east-1`, checked to be a single host label before it becomes part of a host name.
///
/// ```
/// use bedrill::endpoint::{Partition, Region};
///
/// let region = Region::new("eu-central-1")?;
/// assert_eq!(region.partition(), Partition::Aws);
/// assert!(Region::new("us-east-1.evil.test/#").is_err());
/// # Ok::<(), bedrill::endpoint::EndpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Region(String);

impl Region {
    /// Parses a region: 1 to 40 of `a-z`, `0-9` and `-`, with a letter or digit at both ends. White space around
    /// it is dropped. A zone, `us-east-1a`, is none.
    ///
    /// # Errors
    ///
    /// [`EndpointError::InvalidRegion`] when the text is not a valid host label.
    pub fn new(text: impl AsRef<str>) -> Result<Self, EndpointError> {
        let text = text.as_ref().trim();
        let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let valid = text.len() <= 40
            && text.bytes().all(|byte| label(byte) || byte == b'-')
            && text.bytes().next().is_some_and(label)
            && text.bytes().next_back().is_some_and(label);
        let valid = valid && zone_of(text).is_none();
        if valid { Ok(Self(text.to_owned())) } else { Err(EndpointError::InvalidRegion(text.to_owned())) }
    }

    /// Whether it is named as AWS names regions: `us-east-1`, `ap-southeast-7`. Others are no mistake in themselves: emulators
    /// and private clouds have regions of their own.
    #[must_use]
    pub fn has_known_form(&self) -> bool {
        const PLACES: &str = "us eu ap sa ca me af il mx cn us-gov us-iso us-isob us-isof eu-isoe eusc-de";
        const DIRECTIONS: &str = "central north northeast east southeast south southwest west northwest";
        let mut parts = self.0.rsplitn(3, '-');
        let [number, direction, place] = [(); 3].map(|()| parts.next().unwrap_or_default());
        let is_in = |words: &str, word: &str| words.split(' ').any(|known| known == word);
        is_in(PLACES, place) && is_in(DIRECTIONS, direction) && number.parse::<u8>().is_ok()
    }

    /// `us-east-1`: the region when nothing names one.
    #[cfg(feature = "client")]
    pub(crate) fn last_resort() -> Self {
        Self("us-east-1".to_owned())
    }

    /// The region as written in hosts and credential scopes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition the region belongs to; [`Partition::Aws`] for a region that no rule matches, as in the SDKs.
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::of(&self.0)
    }

    /// Returns the prefixes of the inference profiles that can be used from this region, the nearest geography first.
    ///
    /// `us.` from `us-west-2`; `jp.` before `apac.` from `ap-northeast-1`; `global.` last where it exists. Source:
    /// [Supported Regions and models for inference profiles](https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html).
    #[must_use]
    pub(crate) fn profile_prefixes(&self) -> &'static [&'static str] {
        match self.partition() {
            Partition::Aws => geography::prefixes(&self.0),
            Partition::AwsUsGov => geography::OF_GOVCLOUD,
            _ => &[],
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Region {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<&str> for Region {
    type Error = EndpointError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl TryFrom<String> for Region {
    type Error = EndpointError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl TryFrom<&String> for Region {
    type Error = EndpointError;

    fn try_from(text: &String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

/// A separate group of AWS regions, with its own domain names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Partition {
    /// `aws`: the commercial regions.
    Aws,
    /// `aws-cn`: China.
    AwsCn,
    /// `aws-eusc`: the European Sovereign Cloud.
    AwsEusc,
    /// `aws-iso`: US, top secret.
    AwsIso,
    /// `aws-iso-b`: US, secret.
    AwsIsoB,
    /// `aws-iso-e`: Europe, isolated.
    AwsIsoE,
    /// `aws-iso-f`: US, isolated.
    AwsIsoF,
    /// `aws-us-gov`: GovCloud.
    AwsUsGov,
}

/// The regions of a partition begin with its prefix: `partitions.json`'s patterns, the global pseudo-regions too.
const PREFIXES: [(&str, Partition); 14] = [
    ("cn-", Partition::AwsCn),
    ("aws-cn-", Partition::AwsCn),
    ("eusc-", Partition::AwsEusc),
    ("us-gov-", Partition::AwsUsGov),
    ("aws-us-gov-", Partition::AwsUsGov),
    ("us-isob-", Partition::AwsIsoB),
    ("aws-iso-b-", Partition::AwsIsoB),
    ("eu-isoe-", Partition::AwsIsoE),
    ("aws-iso-e-", Partition::AwsIsoE),
    ("us-isof-", Partition::AwsIsoF),
    ("aws-iso-f-", Partition::AwsIsoF),
    ("us-iso-", Partition::AwsIso),
    ("aws-iso-", Partition::AwsIso),
    ("", Partition::Aws),
];

impl Partition {
    fn of(region: &str) -> Self {
        PREFIXES
            .iter()
            .find(|(prefix, _)| region.starts_with(prefix))
            .map_or(Self::Aws, |(_, partition)| *partition)
    }

    /// The name used in the partition's ARNs: `aws-us-gov`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsEusc => "aws-eusc",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
            Self::AwsUsGov => "aws-us-gov",
        }
    }

    /// The suffix after the region in a host name that is reachable over IPv4 only.
    #[must_use]
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsEusc => "amazonaws.eu",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
        }
    }

    /// The suffix after the region in a host name that is also reachable over IPv6.
    #[must_use]
    pub fn dual_stack_dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "api.aws",
            Self::AwsCn => "api.amazonwebservices.com.cn",
            Self::AwsEusc => "api.amazonwebservices.eu",
            Self::AwsIso => "api.aws.ic.gov",
            Self::AwsIsoB => "api.aws.scloud",
            Self::AwsIsoE => "api.cloud-aws.adc-e.uk",
            Self::AwsIsoF => "api.aws.hci.ic.gov",
        }
    }
}

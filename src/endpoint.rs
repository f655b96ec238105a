//! Where requests go: regions, partitions, and the host of each plane.
//!
//! The rules are those of the endpoint rule sets that AWS publishes with every SDK
//! (`bedrock.endpoint-rule-set-1`, `bedrock-runtime.endpoint-rule-set-1` and `partitions`):
//!
//! ```text
//! https:// bedrock-runtime [-fips] . {region} . {dnsSuffix | dualStackDnsSuffix}      data plane
//! https:// bedrock         [-fips] . {region} . {dnsSuffix | dualStackDnsSuffix}      control plane
//! ```
//!
//! A custom endpoint replaces the whole of it, and excludes FIPS and dual stack.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

/// The signing name of both planes.
///
/// The host names differ, the credential scope does not: `signingName` is `bedrock` in both service models.
pub const SIGNING_NAME: &str = "bedrock";

/// An AWS region, `us-east-1`, checked to be one host label before it becomes part of a host name.
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
    /// Reads a region: 1 to 40 of `a-z`, `0-9` and `-`, with a letter or digit at both ends. White space around
    /// it is dropped.
    ///
    /// # Errors
    ///
    /// [`EndpointError::InvalidRegion`] when the text could not be a host label.
    pub fn new(text: impl AsRef<str>) -> Result<Self, EndpointError> {
        let text = text.as_ref().trim();
        let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let valid = text.len() <= 40
            && text.bytes().all(|byte| label(byte) || byte == b'-')
            && text.bytes().next().is_some_and(label)
            && text.bytes().next_back().is_some_and(label);
        if valid { Ok(Self(text.to_owned())) } else { Err(EndpointError::InvalidRegion(text.to_owned())) }
    }

    /// The region as written in hosts and credential scopes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition the region belongs to; [`Partition::Aws`] for a region that no rule knows, as the SDKs do.
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::of(&self.0)
    }

    /// The prefixes of the inference profiles that can be used from this region, the nearest geography first.
    ///
    /// `us.` from `us-west-2`; `jp.` before `apac.` from `ap-northeast-1`; `global.` last where it exists. Source:
    /// [Supported Regions and models for inference profiles](https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html).
    #[must_use]
    pub fn profile_prefixes(&self) -> &'static [&'static str] {
        match self.partition() {
            Partition::AwsUsGov => return &["us-gov."],
            Partition::Aws => {}
            _ => return &[],
        }
        match self.0.as_str() {
            "ap-northeast-1" | "ap-northeast-3" => &["jp.", "apac.", "global."],
            "ap-southeast-2" | "ap-southeast-4" => &["au.", "apac.", "global."],
            region => match region.split('-').next() {
                Some("us" | "mx") => &["us.", "global."],
                Some("ca") => &["ca.", "us.", "global."],
                Some("eu") => &["eu.", "global."],
                Some("ap") => &["apac.", "global."],
                _ => &["global."],
            },
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

/// A separate installation of AWS, with domain names of its own.
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

    /// The name that stands in the partition's ARNs: `aws-us-gov`.
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

    /// What follows the region in a host name, over IPv4 only.
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

    /// What follows the region in a host name that answers over IPv6 as well.
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

/// The half of Bedrock that an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plane {
    /// `bedrock-runtime`: Converse, ConverseStream.
    Data,
    /// `bedrock`: ListFoundationModels and the other lists.
    Control,
}

impl Plane {
    /// The first label of the plane's host.
    #[must_use]
    pub fn host_prefix(self) -> &'static str {
        match self {
            Self::Data => "bedrock-runtime",
            Self::Control => "bedrock",
        }
    }
}

/// Which of a region's hosts to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HostVariant {
    /// The FIPS 140 validated host (`AWS_USE_FIPS_ENDPOINT`).
    pub fips: bool,
    /// The host that answers over IPv6 as well (`AWS_USE_DUALSTACK_ENDPOINT`).
    pub dual_stack: bool,
}

impl HostVariant {
    /// A variant from the two switches.
    #[must_use]
    pub fn new(fips: bool, dual_stack: bool) -> Self {
        Self { fips, dual_stack }
    }
}

/// Scheme, host, port and an optional path prefix: what stands before every request's path.
///
/// ```
/// use bedrill::endpoint::{Endpoint, HostVariant, Plane, Region};
///
/// let region = Region::new("us-east-1")?;
/// let endpoint = Endpoint::regional(Plane::Data, &region, HostVariant::default());
/// assert_eq!(endpoint.url(), "https://bedrock-runtime.us-east-1.amazonaws.com");
///
/// let custom = Endpoint::custom("http://localhost:4566/")?;
/// assert_eq!(custom.url(), "http://localhost:4566");
/// assert!(custom.is_loopback());
/// # Ok::<(), bedrill::endpoint::EndpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
    https: bool,
    loopback: bool,
}

impl Endpoint {
    /// The endpoint by AWS's rule set: a custom URL when there is one, else the region's host.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] when neither is given, when the URL is not one, or when FIPS or dual stack are asked of
    /// a custom URL.
    pub fn resolve(
        plane: Plane,
        region: Option<&Region>,
        variant: HostVariant,
        custom: Option<&str>,
    ) -> Result<Self, EndpointError> {
        match (custom, region) {
            (Some(_), _) if variant.fips => Err(EndpointError::FipsWithCustomEndpoint),
            (Some(_), _) if variant.dual_stack => Err(EndpointError::DualStackWithCustomEndpoint),
            (Some(url), _) => Self::custom(url),
            (None, Some(region)) => Ok(Self::regional(plane, region, variant)),
            (None, None) => Err(EndpointError::MissingRegion),
        }
    }

    /// AWS's own host for `plane` in `region`.
    #[must_use]
    pub fn regional(plane: Plane, region: &Region, variant: HostVariant) -> Self {
        let fips = if variant.fips { "-fips" } else { "" };
        Self::of_host(&format!("{}{fips}", plane.host_prefix()), region, variant)
    }

    /// The endpoint of a service that credentials come from, by the rules of [`resolve`](Self::resolve).
    ///
    /// In GovCloud the ordinary hosts of these services are the FIPS ones.
    #[cfg(feature = "client")]
    pub(crate) fn of_service(
        host_prefix: &str,
        region: &Region,
        variant: HostVariant,
        custom: Option<&str>,
    ) -> Result<Self, EndpointError> {
        match custom {
            Some(_) if variant.fips => Err(EndpointError::FipsWithCustomEndpoint),
            Some(_) if variant.dual_stack => Err(EndpointError::DualStackWithCustomEndpoint),
            Some(url) => Self::custom(url),
            None => {
                let fips_by_default = region.partition() == Partition::AwsUsGov && !variant.dual_stack;
                let fips = if variant.fips && !fips_by_default { "-fips" } else { "" };
                Ok(Self::of_host(&format!("{host_prefix}{fips}"), region, variant))
            }
        }
    }

    fn of_host(first_labels: &str, region: &Region, variant: HostVariant) -> Self {
        let partition = region.partition();
        let suffix =
            if variant.dual_stack { partition.dual_stack_dns_suffix() } else { partition.dns_suffix() };
        let url = format!("https://{first_labels}.{region}.{suffix}");
        Self { url, https: true, loopback: false }
    }

    /// A URL of your own: a VPC endpoint, a gateway, a server on this machine.
    ///
    /// The host is written in lower case, a trailing slash is dropped, a path before it is kept.
    ///
    /// # Errors
    ///
    /// [`EndpointError::InvalidEndpoint`] when it is not an absolute `http` or `https` URL with a host, or holds
    /// user information, a query or a fragment.
    pub fn custom(url: &str) -> Result<Self, EndpointError> {
        let url = url.trim();
        let invalid =
            |problem| EndpointError::InvalidEndpoint { url: without_user_information(url), problem };
        if url.contains('#') {
            return Err(invalid("it has a fragment (#...)"));
        }
        let uri: Uri = url.parse().map_err(|_| invalid("it is not a URL"))?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return Err(invalid("its scheme is neither https nor http")),
            None => return Err(invalid("it has no scheme (https://)")),
        };
        let authority = uri.authority().ok_or_else(|| invalid("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(invalid("it holds user information, which would end up in logs"));
        }
        if authority.host().is_empty() {
            return Err(invalid("it has no host"));
        }
        // `http` reads `host:` and `host:99999` as a host without a port.
        let has_port = authority.as_str().len() > authority.host().len();
        if has_port && authority.port_u16().is_none() {
            return Err(invalid("its port is not a number from 0 to 65535"));
        }
        if uri.query().is_some() {
            return Err(invalid("it has a query (?...)"));
        }
        // A default port is dropped, because HTTP clients drop it from the `host` header, which is signed.
        let host = authority.host().to_ascii_lowercase();
        let default_port = if https { 443 } else { 80 };
        let port = match authority.port_u16() {
            Some(port) if port != default_port => format!(":{port}"),
            _ => String::new(),
        };
        let scheme = if https { "https" } else { "http" };
        let prefix = uri.path().trim_end_matches('/');
        Ok(Self { url: format!("{scheme}://{host}{port}{prefix}"), https, loopback: is_loopback(&host) })
    }

    /// The URL without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is this machine by name (`localhost`) or by literal address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The URI of a request: `path_and_query`, already percent-encoded and beginning with `/`, on this endpoint.
    ///
    /// # Errors
    ///
    /// [`EndpointError::InvalidEndpoint`] when the two together are not a URI.
    pub fn uri(&self, path_and_query: &str) -> Result<Uri, EndpointError> {
        format!("{}{path_and_query}", self.url).parse().map_err(|_| EndpointError::InvalidEndpoint {
            url: self.url.clone(),
            problem: "no request path can follow it",
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// Whether `host`, as it stands in a URL, is this machine: `localhost` or a literal loopback address. Names that
/// only resolve to it do not count, because they can come to resolve to another.
pub(crate) fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether `host`, as it stands in a URL, is a literal address that no proxy leads to: this machine or its link. The
/// metadata service and containers' agents are there: `169.254.0.0/16`, `fe80::/10`, `fd00:ec2::/32`.
#[cfg(feature = "reqwest")]
pub(crate) fn is_link_local(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            let [first, second, ..] = address.segments();
            first & 0xffc0 == 0xfe80 || (first, second) == (0xfd00, 0x0ec2)
        }
        Err(_) => false,
    }
}

/// The URL as an error may show it: what stands before an `@` in the authority may be a password.
fn without_user_information(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://..@{host}"),
        None => url.to_owned(),
    }
}

/// Why there is no endpoint to send to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// The text could not be a region.
    InvalidRegion(String),
    /// Neither a region nor a custom endpoint is known.
    MissingRegion,
    /// The custom endpoint cannot be used.
    InvalidEndpoint {
        /// The URL as given, without user information.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// FIPS was asked for together with a custom endpoint.
    FipsWithCustomEndpoint,
    /// Dual stack was asked for together with a custom endpoint.
    DualStackWithCustomEndpoint,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRegion(region) => write!(
                f,
                "{region:?} is not a region: one looks like us-east-1 or eu-central-1 (lower-case letters, digits and -)"
            ),
            Self::MissingRegion => f.write_str("no region is known: set one, for example us-east-1"),
            Self::InvalidEndpoint { url, problem } => write!(
                f,
                "{url:?} cannot be the endpoint: {problem}; one looks like \
                 https://bedrock-runtime.us-east-1.amazonaws.com or http://localhost:4566"
            ),
            Self::FipsWithCustomEndpoint => {
                f.write_str("FIPS and a custom endpoint exclude each other: drop one of the two")
            }
            Self::DualStackWithCustomEndpoint => {
                f.write_str("dual stack and a custom endpoint exclude each other: drop one of the two")
            }
        }
    }
}

impl std::error::Error for EndpointError {}

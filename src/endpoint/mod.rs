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
//! A custom endpoint replaces all of it, and excludes FIPS and dual stack.

mod error;
mod region;
#[cfg(test)]
mod tests;
mod zone;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bytes::Bytes;
use http::uri::Scheme;
use http::{Method, Request, Uri};

use crate::base::uri;

pub use error::EndpointError;
pub use region::{Partition, Region};

/// The signing name of both planes.
///
/// The host names differ, but the credential scope does not: `signingName` is `bedrock` in both service models.
pub const SIGNING_NAME: &str = "bedrock";

/// The host prefixes of the services that credentials come from.
#[cfg(feature = "client")]
const CREDENTIAL_HOSTS: [&str; 4] = ["oidc", "portal.sso", "signin", "sts"];

/// The half of Bedrock that an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    /// Creates a variant from the two switches.
    #[must_use]
    pub fn new(fips: bool, dual_stack: bool) -> Self {
        Self { fips, dual_stack }
    }
}

/// Scheme, host, port and an optional path prefix: everything before a request's path.
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
    /// Resolves the endpoint by AWS's rule set: a custom URL if there is one, else the region's host.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] when neither is given, when the URL is invalid, or when FIPS or dual stack is requested with
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

    /// Returns AWS's own host for `plane` in `region`.
    #[must_use]
    pub fn regional(plane: Plane, region: &Region, variant: HostVariant) -> Self {
        let fips = if variant.fips { "-fips" } else { "" };
        Self::of_host(&format!("{}{fips}", plane.host_prefix()), region, variant)
    }

    /// Resolves the endpoint of a service that issues credentials, by the rules of [`resolve`](Self::resolve).
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
            None => Self::of_host_prefix(host_prefix, region, variant),
        }
    }

    /// AWS's own host of the service whose hosts begin with `prefix`.
    ///
    /// In GovCloud the ordinary hosts of the services that credentials come from are the FIPS ones. The dual-stack hosts of
    /// S3, and of its buckets (`bucket.s3`), are under the ordinary suffix.
    /// Source: the rule sets of those services.
    #[cfg(feature = "client")]
    pub(crate) fn of_host_prefix(
        prefix: &str,
        region: &Region,
        mut variant: HostVariant,
    ) -> Result<Self, EndpointError> {
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !prefix.split('.').all(is_label) {
            return Err(EndpointError::InvalidHostPrefix(prefix.to_owned()));
        }
        let fips_by_default = CREDENTIAL_HOSTS.contains(&prefix)
            && region.partition() == Partition::AwsUsGov
            && !variant.dual_stack;
        let mut labels = prefix.to_ascii_lowercase();
        if variant.fips && !fips_by_default {
            labels.push_str("-fips");
        }
        if variant.dual_stack && prefix.rsplit('.').next() == Some("s3") {
            labels.push_str(".dualstack");
            variant.dual_stack = false;
        }
        Ok(Self::of_host(&labels, region, variant))
    }

    fn of_host(first_labels: &str, region: &Region, variant: HostVariant) -> Self {
        let partition = region.partition();
        let suffix =
            if variant.dual_stack { partition.dual_stack_dns_suffix() } else { partition.dns_suffix() };
        let url = format!("https://{first_labels}.{region}.{suffix}");
        Self { url, https: true, loopback: false }
    }

    /// Creates an endpoint from your own URL: a VPC endpoint, a gateway, a server on this machine.
    ///
    /// The host is lower-cased, a trailing slash is dropped, and a path prefix is kept.
    ///
    /// # Errors
    ///
    /// [`EndpointError::InvalidEndpoint`] when it is not an absolute `http` or `https` URL with a host, or contains
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
            return Err(invalid("it contains user information, which would end up in logs"));
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
        let port = match authority.port_u16() {
            Some(port) if Some(port) != uri::default_port(&uri) => format!(":{port}"),
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

    /// Returns the URI of a request: `path_and_query`, already percent-encoded and starting with `/`, on this endpoint.
    ///
    /// # Errors
    ///
    /// [`EndpointError::InvalidEndpoint`] when the two together are not a valid URI.
    pub fn uri(&self, path_and_query: &str) -> Result<Uri, EndpointError> {
        format!("{}{path_and_query}", self.url).parse().map_err(|_| EndpointError::InvalidEndpoint {
            url: self.url.clone(),
            problem: "no request path can follow it",
        })
    }

    /// Returns a request builder for [`uri`](Self::uri), with no headers yet.
    pub(crate) fn request(
        &self,
        method: Method,
        path_and_query: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, EndpointError> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = self.uri(path_and_query)?;
        Ok(request)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// Whether `host`, as written in a URL, is this machine: `localhost` or a literal loopback address. Names that
/// only resolve to it do not count, because they may later resolve to another machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    match uri::literal_address(host) {
        Some(address) => address.is_loopback(),
        None => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Where AWS machines and containers are given their credentials, over plain http and without leaving the machine:
/// [IMDS](https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html),
/// [ECS and EKS](https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
const OF_AWS: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
];

/// The host of `uri`, if others can read what is sent to it: over plain http, neither to this machine nor to one of AWS's
/// fixed credential addresses.
pub(crate) fn exposed_host(uri: &Uri) -> Option<&str> {
    if uri.scheme() != Some(&Scheme::HTTP) {
        return None;
    }
    let host = uri.host().unwrap_or_default();
    let is_of_aws = uri::literal_address(host).is_some_and(|address| OF_AWS.contains(&address));
    (!is_loopback(host) && !is_of_aws).then_some(host)
}

/// What to do about a secret that would be sent in clear.
#[cfg(feature = "client")]
pub(crate) const IN_CLEAR_HINT: &str =
    "use https, or where nobody else can listen --allow-http (ClientBuilder::allow_http)";

/// The URL in a form that an error may show: the part before an `@` in the authority may be a password.
fn without_user_information(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://..@{host}"),
        None => url.to_owned(),
    }
}

//! Why there is no endpoint.

use std::fmt;

use super::zone::zone_of;
use crate::base::quote::Cut;

/// Why no endpoint could be determined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// The text is not a valid region.
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
    /// The URI of a request is neither a path nor absolute.
    InvalidUri,
    /// The labels of a host contain something other than letters, digits and `-`.
    InvalidHostPrefix(String),
    /// FIPS was requested together with a custom endpoint.
    FipsWithCustomEndpoint,
    /// Dual stack was requested together with a custom endpoint.
    DualStackWithCustomEndpoint,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRegion(zone) if zone_of(zone).is_some() => {
                let region = zone_of(zone).unwrap_or_default();
                write!(f, "{zone:?} is an availability zone of {region}, not a region: write {region}")
            }
            Self::InvalidRegion(region) => write!(
                f,
                "{} is not a region: one looks like us-east-1 or eu-central-1 (lower-case letters, digits and -)",
                Cut(region)
            ),
            Self::MissingRegion => f.write_str("no region is known: set one, for example us-east-1"),
            Self::InvalidEndpoint { url, problem } => write!(
                f,
                "{} cannot be the endpoint: {problem}; one looks like \
                 https://bedrock-runtime.us-east-1.amazonaws.com or http://localhost:4566",
                Cut(url)
            ),
            Self::InvalidUri => f.write_str(
                "the URI of a request must be a path that begins with /, or absolute: https://host/path",
            ),
            Self::InvalidHostPrefix(prefix) => write!(
                f,
                "{} cannot begin a host: it must be labels of letters, digits and -, with dots between them",
                Cut(prefix)
            ),
            Self::FipsWithCustomEndpoint => {
                f.write_str("FIPS and a custom endpoint cannot be combined: drop one of the two")
            }
            Self::DualStackWithCustomEndpoint => {
                f.write_str("dual stack and a custom endpoint cannot be combined: drop one of the two")
            }
        }
    }
}

impl std::error::Error for EndpointError {}

/// A [`Region`](super::Region) is one already.
impl From<std::convert::Infallible> for EndpointError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

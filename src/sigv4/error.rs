//! Why a request could not be signed.

use std::error::Error;
use std::fmt;

use http::HeaderName;

/// Why a request could not be signed. No variant holds a value from the request or the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The URI has no authority and there is no `host` header; the host is always signed.
    MissingHost,
    /// A header to be signed is not UTF-8, and the canonical request is UTF-8 text.
    HeaderNotUtf8(HeaderName),
    /// The header map is so full that the signing headers do not fit.
    TooManyHeaders,
    /// The access key id is not valid in a credential scope.
    InvalidAccessKeyId,
    /// The region is not valid in a credential scope.
    InvalidRegion,
    /// The service's signing name is not valid in a credential scope.
    InvalidService,
    /// The session token is not valid in an HTTP header.
    InvalidSessionToken,
    /// The signing time has no four-digit year.
    TimeOutOfRange,
    /// The given signing key belongs to another date, region or service.
    KeyScope,
    /// A presigned URL must be valid for one second to seven days.
    ExpiresOutOfRange,
    /// The URI cannot hold the signature in its query.
    UnfitUri,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHost => {
                f.write_str("the request names no host: give it an absolute URI or a host header")
            }
            Self::HeaderNotUtf8(name) => write!(f, "the header {name} is not UTF-8, so it cannot be signed"),
            Self::TooManyHeaders => {
                f.write_str("the request has too many headers to add those of the signature: send fewer")
            }
            Self::InvalidAccessKeyId => f.write_str(
                "the access key id is empty or contains a space, a slash, a comma or a character outside ASCII: \
                 it should look like AKIAIOSFODNN7EXAMPLE",
            ),
            Self::InvalidRegion => f.write_str(
                "the region is empty or contains a space, a slash, a comma or a character outside ASCII: \
                 it should look like us-east-1",
            ),
            Self::InvalidService => f.write_str(
                "the service name is empty or contains a space, a slash, a comma or a character outside ASCII: \
                 it should look like bedrock",
            ),
            Self::InvalidSessionToken => f.write_str(
                "the session token contains a line break or another character that a header cannot carry: \
                 copy it again as one line",
            ),
            Self::TimeOutOfRange => {
                f.write_str("the time to sign for is outside the years 0 to 9999: check the clock")
            }
            Self::KeyScope => f.write_str(
                "the signing key was derived for another date, region or service: derive it again for this request",
            ),
            Self::ExpiresOutOfRange => {
                f.write_str("the time until a presigned URL expires must be from one second to seven days")
            }
            Self::UnfitUri => f.write_str(
                "the URI cannot take a signature: it has no path, or would be longer than 65,534 characters with it",
            ),
        }
    }
}

impl Error for SignError {}

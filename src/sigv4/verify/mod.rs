//! The other side of a signature: checks that a received request was signed with known credentials.

mod claim;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName};

use super::{SignError, SigningOptions, SigningParams, Stages, explain, explain_presign};
use crate::base::time::{self, AmzDate};
use crate::credentials::Credentials;
use claim::{Claim, Credential};

/// How far the signer's clock may be off, either way: AWS's own limit.
const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

/// Checks the signature of a received `request` as AWS does: for servers that imitate AWS in tests and
/// demonstrations.
///
/// The signature is recomputed over the headers that the request says it signed, and compared. It is read from the
/// `authorization` header or, without one, from the query, where [`presign`](super::presign) puts it. Both are computed
/// with the defaults of [`SigningParams`], which are not those of S3.
///
/// ```
/// use std::time::SystemTime;
/// use bedrill::credentials::Credentials;
/// use bedrill::sigv4::{SigningParams, VerifyError, sign, verify};
///
/// let (right, wrong) = (Credentials::new("AKIDEXAMPLE", "right"), Credentials::new("AKIDEXAMPLE", "wrong"));
/// let now = SystemTime::now();
/// let mut request = http::Request::post("http://localhost:4566/model/m/converse").body(bytes::Bytes::new())?;
/// sign(&mut request, &SigningParams::new(&right, "us-east-1", "bedrock", now))?;
///
/// assert_eq!(verify(&request, &right, "bedrock", now), Ok(()));
/// assert_eq!(verify(&request, &wrong, "bedrock", now), Err(VerifyError::SignatureMismatch));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A [`VerifyError`] that says why AWS would reject the request.
pub fn verify(
    request: &Request<Bytes>,
    credentials: &Credentials,
    service: &str,
    now: SystemTime,
) -> Result<(), VerifyError> {
    let headers = request.headers();
    let claim = match headers.get(AUTHORIZATION) {
        Some(authorization) => Claim::in_headers(authorization, headers),
        None => Claim::in_query(request.uri()).ok_or(VerifyError::MissingAuthorization)?,
    };
    let claim = claim.ok_or(VerifyError::IncompleteSignature)?;
    let claimed = Credential::parse(&claim.credential).ok_or(VerifyError::IncompleteSignature)?;
    if claimed.access_key_id != credentials.access_key_id() {
        return Err(VerifyError::UnknownKey);
    }
    let known_token = credentials.session_token().map_or(&[][..], |token| token.expose().as_bytes());
    if !same(&claim.token, known_token) {
        return Err(VerifyError::UnknownKey);
    }
    if claimed.service != service {
        return Err(VerifyError::WrongScope);
    }
    let date = claim.amz_date.as_deref().ok_or(VerifyError::IncompleteSignature)?;
    let signed_at = time::parse_amz_date(date).ok_or(VerifyError::IncompleteSignature)?;
    // A leap second is read as the second after it, but was signed as written.
    if AmzDate::new(signed_at).is_none_or(|signed_at| signed_at.as_str() != date) {
        return Err(VerifyError::IncompleteSignature);
    }
    if date.get(..8) != Some(claimed.date) {
        return Err(VerifyError::WrongScope);
    }
    let in_time = match now.duration_since(signed_at) {
        Ok(age) => age <= claim.expires.unwrap_or(MAX_SKEW),
        Err(early) => early.duration() <= MAX_SKEW,
    };
    if !in_time {
        return Err(VerifyError::Expired);
    }
    let names: Vec<&str> = claim.signed_headers.split(';').collect();
    if !names.contains(&"host") {
        return Err(VerifyError::IncompleteSignature);
    }
    let mut signed = Request::new(request.body().clone());
    *signed.method_mut() = request.method().clone();
    *signed.uri_mut() = request.uri().clone();
    *signed.headers_mut() = only(headers, &names)?;
    let params = SigningParams::new(credentials, claimed.region, service, signed_at);
    let token_unsigned = params.with_options(SigningOptions::new().with_unsigned_session_token(true));
    let is_claimed = |stages: &Stages| {
        stages.canonical_request().signed_headers() == claim.signed_headers
            && same(stages.signature().as_bytes(), claim.signature.as_bytes())
    };
    let equal = match claim.expires {
        None => {
            let token_signed = names.contains(&"x-amz-security-token");
            let expected = explain(&signed, if token_signed { &params } else { &token_unsigned });
            let expected = expected.map_err(VerifyError::Unsignable)?;
            is_claimed(expected.stages())
        }
        Some(expires) => {
            // A query does not say whether the signature covers the token in it.
            let mut equal = false;
            for params in [&params, &token_unsigned] {
                let expected = explain_presign(&signed, params, expires).map_err(VerifyError::Unsignable)?;
                equal |= is_claimed(expected.stages());
            }
            equal
        }
    };
    if equal { Ok(()) } else { Err(VerifyError::SignatureMismatch) }
}

/// The headers called `names`; those that the signature does not cover may have been added on the way.
fn only(headers: &HeaderMap, names: &[&str]) -> Result<HeaderMap, VerifyError> {
    let mut kept = HeaderMap::new();
    for name in names {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| VerifyError::IncompleteSignature)?;
        for value in headers.get_all(&name) {
            kept.append(name.clone(), value.clone());
        }
    }
    Ok(kept)
}

/// Compares without stopping at the first difference, which would reveal how much of a guess is right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Why a received request does not count as signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no `authorization` header, and no signature in the query. AWS: `MissingAuthenticationTokenException`.
    MissingAuthorization,
    /// The header, the parameters of the query or `x-amz-date` do not follow Signature Version 4. AWS: `IncompleteSignatureException`.
    IncompleteSignature,
    /// The access key id or the session token does not match. AWS: `UnrecognizedClientException`.
    UnknownKey,
    /// The credential scope is for another service or another day. AWS: `InvalidSignatureException`.
    WrongScope,
    /// The signing time is more than five minutes away, or the presigned URL has expired. AWS: `InvalidSignatureException`, "Signature expired".
    Expired,
    /// The signature does not match. AWS: `InvalidSignatureException`.
    SignatureMismatch,
    /// The request cannot have been signed by any signer.
    Unsignable(SignError),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingAuthorization => f.write_str("the request has no authorization header and no signature in its query"),
            Self::IncompleteSignature => {
                f.write_str("the authorization header, the query or x-amz-date is not of Signature Version 4")
            }
            Self::UnknownKey => f.write_str("the access key id or the session token is not known"),
            Self::WrongScope => f.write_str("the credential scope is for another service or another day"),
            Self::Expired => f.write_str(
                "the request was signed more than five minutes away from now, or its presigned URL has expired",
            ),
            Self::SignatureMismatch => {
                f.write_str("the signature does not match: it was made with another secret, or the request was changed")
            }
            Self::Unsignable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for VerifyError {}

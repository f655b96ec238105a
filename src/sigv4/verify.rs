//! The other side of a signature: checks that a received request was signed with known credentials.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName};

use super::stages::ALGORITHM;
use super::{SignError, SigningParams, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN, explain};
use crate::base::time::{self, AmzDate};
use crate::credentials::Credentials;

/// How far the signer's clock may be off, either way: AWS's own limit.
const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

/// Checks the `authorization` of a received `request` as AWS does: for servers that stand in for AWS in tests and
/// demonstrations.
///
/// The signature is computed anew over the headers that the request says it signed, and compared.
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
/// A [`VerifyError`] that says what AWS would refuse the request for.
pub fn verify(
    request: &Request<Bytes>,
    credentials: &Credentials,
    service: &str,
    now: SystemTime,
) -> Result<(), VerifyError> {
    let headers = request.headers();
    let authorization = headers.get(AUTHORIZATION).ok_or(VerifyError::MissingAuthorization)?;
    let authorization = authorization.to_str().ok().and_then(Authorization::parse);
    let claimed = authorization.ok_or(VerifyError::IncompleteSignature)?;
    if claimed.access_key_id != credentials.access_key_id() {
        return Err(VerifyError::UnknownKey);
    }
    let token = headers.get(&X_AMZ_SECURITY_TOKEN).map_or(&[][..], |value| value.as_bytes());
    let known_token = credentials.session_token().map_or(&[][..], |token| token.expose().as_bytes());
    if !same(token, known_token) {
        return Err(VerifyError::UnknownKey);
    }
    if claimed.service != service {
        return Err(VerifyError::WrongScope);
    }
    let date = headers.get(&X_AMZ_DATE).and_then(|value| value.to_str().ok());
    let date = date.ok_or(VerifyError::IncompleteSignature)?;
    let signed_at = time::parse_amz_date(date).ok_or(VerifyError::IncompleteSignature)?;
    // A leap second is read as the second after it, and was signed as what it is.
    if AmzDate::new(signed_at).is_none_or(|signed_at| signed_at.as_str() != date) {
        return Err(VerifyError::IncompleteSignature);
    }
    if date.get(..8) != Some(claimed.date) {
        return Err(VerifyError::WrongScope);
    }
    let skew = now.duration_since(signed_at).unwrap_or_else(|early| early.duration());
    if skew > MAX_SKEW {
        return Err(VerifyError::Expired);
    }
    let names: Vec<&str> = claimed.signed_headers.split(';').collect();
    if !names.contains(&"host") {
        return Err(VerifyError::IncompleteSignature);
    }
    let mut signed = Request::new(request.body().clone());
    *signed.method_mut() = request.method().clone();
    *signed.uri_mut() = request.uri().clone();
    *signed.headers_mut() = only(headers, &names)?;
    let token_signed = names.contains(&"x-amz-security-token");
    let params = SigningParams::new(credentials, claimed.region, service, signed_at);
    let params = if token_signed { params } else { params.with_session_token_unsigned() };
    let expected = explain(&signed, &params).map_err(VerifyError::Unsignable)?;
    let equal = expected.signed_headers() == claimed.signed_headers
        && same(expected.value().as_bytes(), claimed.signature.as_bytes());
    if equal { Ok(()) } else { Err(VerifyError::SignatureMismatch) }
}

/// The parts of `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=.., Signature=..`.
struct Authorization<'a> {
    access_key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let parts = text.strip_prefix(ALGORITHM)?.trim_start();
        let part = |name: &str| parts.split(',').find_map(|part| part.trim().strip_prefix(name));
        // A key id may hold slashes; the scope behind it has four parts.
        let mut scope = part("Credential=")?.rsplitn(5, '/');
        let end = scope.next()?;
        let (service, region, date) = (scope.next()?, scope.next()?, scope.next()?);
        let access_key_id = scope.next()?;
        (end == "aws4_request").then_some(())?;
        let (signed_headers, signature) = (part("SignedHeaders=")?, part("Signature=")?);
        Some(Self { access_key_id, date, region, service, signed_headers, signature })
    }
}

/// The headers called `names`; what the signature does not cover may have been added on the way.
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

/// Compares without stopping at the first difference, which would tell how much of a guess is right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Why a received request does not count as signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no `authorization` header. AWS: `MissingAuthenticationTokenException`.
    MissingAuthorization,
    /// The header, or `x-amz-date`, is not what Signature Version 4 asks for. AWS: `IncompleteSignatureException`.
    IncompleteSignature,
    /// The access key id, or the session token, is another one. AWS: `UnrecognizedClientException`.
    UnknownKey,
    /// The credential scope is of another service or another day. AWS: `InvalidSignatureException`.
    WrongScope,
    /// The signing time is more than five minutes away. AWS: `InvalidSignatureException`, "Signature expired".
    Expired,
    /// The signature is another one. AWS: `InvalidSignatureException`.
    SignatureMismatch,
    /// The request cannot have been signed at all.
    Unsignable(SignError),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingAuthorization => f.write_str("the request has no authorization header"),
            Self::IncompleteSignature => {
                f.write_str("the authorization header or x-amz-date is not of Signature Version 4")
            }
            Self::UnknownKey => f.write_str("the access key id or the session token is not known"),
            Self::WrongScope => f.write_str("the credential scope is of another service or another day"),
            Self::Expired => f.write_str("the request was signed more than five minutes away from now"),
            Self::SignatureMismatch => {
                f.write_str("the signature does not match: another secret signed, or the request was changed")
            }
            Self::Unsignable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for VerifyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigv4::sign;

    fn signed(at: SystemTime) -> (Request<Bytes>, Credentials) {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token");
        let mut request =
            Request::post("http://127.0.0.1:4566/model/a%3A0/converse?x=1").body(Bytes::from("{}")).unwrap();
        request.headers_mut().insert("content-type", "application/json".parse().unwrap());
        sign(&mut request, &SigningParams::new(&credentials, "us-east-1", "bedrock", at)).unwrap();
        (request, credentials)
    }

    #[test]
    fn what_was_signed_verifies_also_with_headers_added_on_the_way() {
        let now = SystemTime::now();
        let (mut request, credentials) = signed(now);
        request.headers_mut().insert("via", "1.1 proxy".parse().unwrap());
        assert_eq!(verify(&request, &credentials, "bedrock", now), Ok(()));
    }

    #[test]
    fn each_change_to_what_was_signed_is_refused() {
        let now = SystemTime::now();
        let (original, credentials) = signed(now);
        let check = |change: &dyn Fn(&mut Request<Bytes>)| {
            let mut request = original.clone();
            change(&mut request);
            verify(&request, &credentials, "bedrock", now)
        };
        assert_eq!(check(&|r| *r.body_mut() = Bytes::from("{ }")), Err(VerifyError::SignatureMismatch));
        assert_eq!(check(&|r| *r.method_mut() = http::Method::PUT), Err(VerifyError::SignatureMismatch));
        assert_eq!(
            check(&|r| *r.uri_mut() = "http://127.0.0.1:4566/model/b%3A0/converse?x=1".parse().unwrap()),
            Err(VerifyError::SignatureMismatch)
        );
        assert_eq!(
            check(&|r| {
                r.headers_mut().insert("content-type", "text/plain".parse().unwrap());
            }),
            Err(VerifyError::SignatureMismatch)
        );
        assert_eq!(
            check(&|r| {
                r.headers_mut().remove("x-amz-security-token");
            }),
            Err(VerifyError::UnknownKey)
        );
        assert_eq!(
            check(&|r| {
                r.headers_mut().remove(AUTHORIZATION);
            }),
            Err(VerifyError::MissingAuthorization)
        );
        assert_eq!(
            check(&|r| {
                r.headers_mut().insert(AUTHORIZATION, "Bearer x".parse().unwrap());
            }),
            Err(VerifyError::IncompleteSignature)
        );
    }

    #[test]
    fn another_key_or_service_is_refused() {
        let now = SystemTime::now();
        let (request, credentials) = signed(now);
        let stranger = Credentials::new("AKIDOTHER", "secret");
        assert_eq!(verify(&request, &stranger, "bedrock", now), Err(VerifyError::UnknownKey));
        assert_eq!(verify(&request, &credentials, "s3", now), Err(VerifyError::WrongScope));
    }

    #[test]
    fn the_scope_names_the_whole_day_of_the_signing_time() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        let (request, credentials) = signed(at);
        let authorization = request.headers()["authorization"].to_str().unwrap();
        for day in ["20150831", "2015083", "201508300", ""] {
            let mut request = request.clone();
            let other = authorization.replace("20150830", day).parse().unwrap();
            request.headers_mut().insert(AUTHORIZATION, other);
            assert_eq!(verify(&request, &credentials, "bedrock", at), Err(VerifyError::WrongScope), "{day}");
        }
    }

    #[test]
    fn a_leap_second_is_not_the_second_after_it() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        let (mut request, credentials) = signed(at);
        request.headers_mut().insert("x-amz-date", "20150830T123560Z".parse().unwrap());
        assert_eq!(verify(&request, &credentials, "bedrock", at), Err(VerifyError::IncompleteSignature));
    }

    #[test]
    fn five_minutes_either_way_are_allowed_and_no_second_more() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        let (request, credentials) = signed(at);
        for (seconds, expected) in [(300, Ok(())), (301, Err(VerifyError::Expired))] {
            for now in [at + Duration::from_secs(seconds), at - Duration::from_secs(seconds)] {
                assert_eq!(verify(&request, &credentials, "bedrock", now), expected, "{seconds}");
            }
        }
    }

    #[test]
    fn differences_that_cancel_out_are_differences() {
        assert!(same(b"ab", b"ab"));
        assert!(!same(b"ab", b"ba"));
        assert!(!same(b"ab", b"a"));
    }

    #[test]
    fn every_refusal_says_what_is_wrong() {
        for (error, says) in [
            (VerifyError::MissingAuthorization, "no authorization"),
            (VerifyError::IncompleteSignature, "x-amz-date"),
            (VerifyError::UnknownKey, "not known"),
            (VerifyError::WrongScope, "scope"),
            (VerifyError::Expired, "five minutes"),
            (VerifyError::SignatureMismatch, "does not match"),
            (VerifyError::Unsignable(SignError::MissingHost), "names no host"),
        ] {
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}

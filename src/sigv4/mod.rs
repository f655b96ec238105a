//! Signature Version 4: signs a finished HTTP request for AWS.
//!
//! ```text
//! http::Request<Bytes> --1--> canonical request --SHA-256--+
//!                                                          v
//! now, region, service ------------2----------------> string to sign
//!                                                          |
//! secret + date, region, service --3--> signing key --HMAC-+--> signature --4--> authorization header, or query
//! ```
//!
//! The rules are those of
//! [Create a signed AWS API request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
//! and details that the page leaves open follow AWS's test suite and the `aws-sigv4` crate. [`sign`] puts the
//! signature in a header, [`presign`] in the query of a URL that others can use; chunked signing is not supported.
//!
//! The signer builds a canonical form of the request and adds headers; it never changes the URI, the body or other
//! headers. Sign last, and sign again for every retry: a header that changes after signing breaks the signature.
//!
//! # What is signed
//!
//! Every header of the request, `host` (from the URI when there is no such header, with its port unless it is the
//! scheme's default), the time and the session token. Not signed, because they may change on the way:
//!
//! - the headers of one connection: `connection`, `keep-alive`, `proxy-*`, `te`, `trailer`, `transfer-encoding`,
//!   `upgrade`, `expect`;
//! - `user-agent` and `x-amzn-trace-id`, which proxies and tracing rewrite;
//! - `authorization`, which is replaced.
//!
//! # Example
//!
//! ```
//! use std::time::SystemTime;
//! use bedrill::credentials::Credentials;
//! use bedrill::sigv4::{SigningParams, sign};
//! use bytes::Bytes;
//!
//! let mut request = http::Request::post(
//!     "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-lite-v1%3A0/converse-stream",
//! )
//! .header("content-type", "application/json")
//! .body(Bytes::from_static(br#"{"messages":[]}"#))?;
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! sign(&mut request, &SigningParams::new(&credentials, "us-east-1", "bedrock", SystemTime::now()))?;
//!
//! let authorization = request.headers()["authorization"].to_str()?;
//! assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
//! assert!(authorization.contains("SignedHeaders=content-type;host;x-amz-date, Signature="));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod canonical;
mod error;
mod key;
mod options;
mod params;
mod presign;
mod stages;
#[cfg(test)]
mod tests;
mod verify;

use std::fmt;

use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

pub use canonical::CanonicalRequest;
pub use error::SignError;
pub use key::{SigningKey, SigningKeyCache};
pub use options::SigningOptions;
pub use params::SigningParams;
pub use presign::{Presigned, explain_presign, presign};
pub use stages::Stages;
pub use verify::{VerifyError, verify};

use canonical::{PayloadHash, SignedHeaders};
use stages::{ALGORITHM, StringToSign};

static X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
static X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
static X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Signs `request`: adds `x-amz-date`, `x-amz-security-token` if there is a token, `x-amz-content-sha256` if
/// requested, and `authorization`. Earlier values of these headers are replaced, so a request can be signed again.
///
/// `authorization` and the token are marked sensitive, so that `Debug` of the request does not show them.
///
/// # Errors
///
/// A [`SignError`] when the request or the parameters cannot be signed. The request is then unchanged.
pub fn sign(request: &mut Request<Bytes>, params: &SigningParams<'_>) -> Result<(), SignError> {
    let Signature { stages, authorization } = explain(request, params)?;
    // Everything that can fail precedes the first change.
    let token = params.credentials.session_token().map(|token| {
        sensitive(HeaderValue::from_str(token.expose())).map_err(|_| SignError::InvalidSessionToken)
    });
    let token = token.transpose()?;
    let authorization =
        sensitive(HeaderValue::try_from(authorization)).map_err(|_| SignError::InvalidAccessKeyId)?;
    let date =
        HeaderValue::from_str(stages.string_to_sign.amz_date()).map_err(|_| SignError::TimeOutOfRange)?;
    let hash =
        params.options.content_sha256.then(|| HeaderValue::from_str(stages.canonical_request.payload_hash()));

    let headers = request.headers_mut();
    headers.try_reserve(4).map_err(|_| SignError::TooManyHeaders)?;
    headers.insert(&X_AMZ_DATE, date);
    match token {
        Some(token) => headers.insert(&X_AMZ_SECURITY_TOKEN, token),
        // Left over from credentials that signed this request before: the request would be rejected with it.
        None => headers.remove(&X_AMZ_SECURITY_TOKEN),
    };
    // Hexadecimal is always a valid header value.
    if let Some(Ok(hash)) = hash {
        headers.insert(&X_AMZ_CONTENT_SHA256, hash);
    }
    headers.insert(AUTHORIZATION, authorization);
    Ok(())
}

fn sensitive<E>(value: Result<HeaderValue, E>) -> Result<HeaderValue, E> {
    value.map(|mut value| {
        value.set_sensitive(true);
        value
    })
}

/// Computes the same signature as [`sign`], and returns every stage of it instead of changing `request`.
///
/// When AWS answers `SignatureDoesNotMatch` it quotes the canonical request and the string to sign that it computed
/// itself; the first line that differs from these shows which header or path was changed on the way.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use bedrill::credentials::Credentials;
/// use bedrill::sigv4::{SigningParams, explain};
///
/// let request = http::Request::get("https://bedrock.us-east-1.amazonaws.com/foundation-models?byProvider=meta")
///     .body(bytes::Bytes::new())?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let at = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let signature = explain(&request, &SigningParams::new(&credentials, "us-east-1", "bedrock", at))?;
///
/// assert_eq!(
///     signature.stages().canonical_request().redacted(),
///     "GET\n\
///      /foundation-models\n\
///      byProvider=meta\n\
///      host:bedrock.us-east-1.amazonaws.com\n\
///      x-amz-date:20150830T123600Z\n\
///      \n\
///      host;x-amz-date\n\
///      e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
/// );
/// assert_eq!(signature.stages().scope(), "20150830/us-east-1/bedrock/aws4_request");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// See [`sign`].
pub fn explain(request: &Request<Bytes>, params: &SigningParams<'_>) -> Result<Signature, SignError> {
    let string_to_sign = StringToSign::begin(params)?;
    let payload_hash = PayloadHash::of(request, params);
    let mut headers = SignedHeaders::of(request, params.options.content_sha256)?;
    headers.insert(&X_AMZ_DATE, string_to_sign.amz_date(), false);
    if let Some(token) = params.credentials.session_token().filter(|_| !params.options.unsigned_session_token)
    {
        headers.insert(&X_AMZ_SECURITY_TOKEN, token.expose(), true);
    }
    if params.options.content_sha256 {
        headers.insert(&X_AMZ_CONTENT_SHA256, payload_hash.as_str(), false);
    }
    let query = request.uri().query().unwrap_or_default();
    let canonical_request = CanonicalRequest::new(request, params, query, &headers, &payload_hash);
    let stages = string_to_sign.sign(canonical_request, params)?;
    let authorization = [
        ALGORITHM,
        " Credential=",
        params.credentials.access_key_id(),
        "/",
        stages.string_to_sign.scope(),
        ", SignedHeaders=",
        stages.canonical_request.signed_headers(),
        ", Signature=",
        stages.signature(),
    ]
    .concat();
    Ok(Signature { stages, authorization })
}

/// A signature in a header, and every stage leading to it; [`explain`] returns one.
///
/// `Debug` shows neither the session token nor the signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    stages: Stages,
    authorization: String,
}

impl Signature {
    /// The stages.
    #[must_use]
    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// The value of the `authorization` header. With the body and the other headers it lets anyone send this request
    /// for five minutes, so it does not belong in a log.
    #[must_use]
    pub fn authorization(&self) -> &str {
        &self.authorization
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").field("stages", &self.stages).finish_non_exhaustive()
    }
}

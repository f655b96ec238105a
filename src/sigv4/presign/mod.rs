//! The query form of a signature: a URL that is valid by itself until it expires.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{Request, Uri};

use super::canonical::{CanonicalRequest, PayloadHash, SignedHeaders};
use super::error::SignError;
use super::params::SigningParams;
use super::stages::{ALGORITHM, Stages, StringToSign};
use crate::base::uri;

pub(super) const X_AMZ_ALGORITHM: &str = "X-Amz-Algorithm";
pub(super) const X_AMZ_CREDENTIAL: &str = "X-Amz-Credential";
pub(super) const X_AMZ_DATE: &str = "X-Amz-Date";
pub(super) const X_AMZ_EXPIRES: &str = "X-Amz-Expires";
pub(super) const X_AMZ_SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
pub(super) const X_AMZ_SECURITY_TOKEN: &str = "X-Amz-Security-Token";
pub(super) const X_AMZ_SIGNATURE: &str = "X-Amz-Signature";

/// The parameters that a signature adds to a query.
pub(super) const PARAMETERS: [&str; 7] = [
    X_AMZ_ALGORITHM,
    X_AMZ_CREDENTIAL,
    X_AMZ_DATE,
    X_AMZ_SIGNED_HEADERS,
    X_AMZ_EXPIRES,
    X_AMZ_SECURITY_TOKEN,
    X_AMZ_SIGNATURE,
];

/// S3's limit, and that of every AWS SDK
/// ([`X-Amz-Expires`](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html)).
pub(super) const MAX_EXPIRES: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest URI that the `http` crate reads.
const MAX_URI: usize = 65_534;

/// Signs `request` for others to send: returns its URI with the signature in the query, valid from the time of `params`
/// until `expires` later. `request` is not changed.
///
/// The signature is that of
/// [AWS, "Query string parameters"](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html):
/// `X-Amz-Algorithm`, `X-Amz-Credential`, `X-Amz-Date`, `X-Amz-SignedHeaders`, `X-Amz-Expires`, `X-Amz-Security-Token`
/// when there is a token, and `X-Amz-Signature`, in this order after the query of the request. Parameters of these names
/// already in the query are dropped, regardless of case and encoding, so a URL can be presigned
/// again. The rest of the query is kept, except for empty parameters (`&&`).
///
/// Whoever uses the URL sends the same method and body, and each header of the request that [is signed](super#what-is-signed)
/// unchanged: give `request` only headers that will be sent. `host` is always one of them. `x-amz-date` and
/// `x-amz-security-token` are neither signed nor to be sent, because the query replaces them.
///
/// `expires` counts whole seconds; a fraction is dropped. A URL signed by temporary credentials expires with them.
/// **Until then the URL is as good as the credentials for this one request**, so it does not belong in a log; it holds
/// the session token, too. `Debug` of a [`Uri`] shows all of it.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use bedrill::credentials::Credentials;
/// use bedrill::sigv4::{SigningParams, presign, verify};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now = SystemTime::now();
/// let params = SigningParams::new(&credentials, "us-east-1", "bedrock", now);
///
/// let request = http::Request::get("https://bedrock.us-east-1.amazonaws.com/foundation-models?byProvider=meta")
///     .body(bytes::Bytes::new())?;
/// let uri = presign(&request, &params, Duration::from_secs(900))?;
/// let query = uri.query().unwrap_or_default();
/// assert!(query.starts_with("byProvider=meta&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F"));
/// assert!(query.contains("&X-Amz-SignedHeaders=host&X-Amz-Expires=900&X-Amz-Signature="));
///
/// // Anyone can send it, and the service knows who signed it.
/// let received = http::Request::get(uri).body(bytes::Bytes::new())?;
/// assert_eq!(verify(&received, &credentials, "bedrock", now + Duration::from_secs(600)), Ok(()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// S3 encodes the path once, does not normalize it, and requires an unsigned payload:
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use bedrill::credentials::Credentials;
/// use bedrill::sigv4::{SigningOptions, SigningParams, presign};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let params = SigningParams::new(&credentials, "us-east-1", "s3", SystemTime::now())
///     .with_options(SigningOptions::s3().with_unsigned_payload(true));
/// let request = http::Request::put("https://examplebucket.s3.amazonaws.com/a%20folder/test.txt").body(bytes::Bytes::new())?;
/// let uri = presign(&request, &params, Duration::from_secs(3600))?;
/// assert_eq!(uri.path(), "/a%20folder/test.txt");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A [`SignError`] when the request or the parameters cannot be signed, when `expires` is not from one second to seven
/// days, and when the URI cannot take a query: `*`, a host without a path, or one that would be too long.
pub fn presign(
    request: &Request<Bytes>,
    params: &SigningParams<'_>,
    expires: Duration,
) -> Result<Uri, SignError> {
    explain_presign(request, params, expires).map(Presigned::into_uri)
}

/// Computes the same signature as [`presign`], and returns every stage of it, as [`explain`](super::explain) does for
/// [`sign`](super::sign).
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use bedrill::credentials::Credentials;
/// use bedrill::sigv4::{SigningParams, explain_presign};
///
/// let request = http::Request::get("https://bedrock.us-east-1.amazonaws.com/foundation-models").body(bytes::Bytes::new())?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let at = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let params = SigningParams::new(&credentials, "us-east-1", "bedrock", at);
/// let presigned = explain_presign(&request, &params, Duration::from_secs(900))?;
///
/// assert_eq!(
///     presigned.stages().canonical_request().redacted(),
///     "GET\n\
///      /foundation-models\n\
///      X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fbedrock%2Faws4_request\
///      &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\n\
///      host:bedrock.us-east-1.amazonaws.com\n\
///      \n\
///      host\n\
///      e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// See [`presign`].
pub fn explain_presign(
    request: &Request<Bytes>,
    params: &SigningParams<'_>,
    expires: Duration,
) -> Result<Presigned, SignError> {
    if expires.as_secs() == 0 || expires > MAX_EXPIRES {
        return Err(SignError::ExpiresOutOfRange);
    }
    let string_to_sign = StringToSign::begin(params)?;
    let headers = SignedHeaders::of(request, false)?;
    let mut names = String::new();
    headers.push_names(&mut names);
    let credential = [params.credentials.access_key_id(), "/", string_to_sign.scope()].concat();
    let expires = expires.as_secs().to_string();

    let mut query = kept(request.uri().query().unwrap_or_default());
    for (name, value) in [
        (X_AMZ_ALGORITHM, ALGORITHM),
        (X_AMZ_CREDENTIAL, credential.as_str()),
        (X_AMZ_DATE, string_to_sign.amz_date()),
        (X_AMZ_SIGNED_HEADERS, names.as_str()),
        (X_AMZ_EXPIRES, expires.as_str()),
    ] {
        push_parameter(&mut query, name, value);
    }
    let token = params.credentials.session_token();
    if let Some(token) = token.filter(|_| !params.options.unsigned_session_token) {
        push_parameter(&mut query, X_AMZ_SECURITY_TOKEN, token.expose());
    }
    let payload_hash = PayloadHash::of(request, params);
    let mut canonical_request = CanonicalRequest::new(request, params, &query, &headers, &payload_hash);
    canonical_request.hide_parameter(X_AMZ_SECURITY_TOKEN);
    let stages = string_to_sign.sign(canonical_request, params)?;
    if let Some(token) = token.filter(|_| params.options.unsigned_session_token) {
        push_parameter(&mut query, X_AMZ_SECURITY_TOKEN, token.expose());
    }
    push_parameter(&mut query, X_AMZ_SIGNATURE, stages.signature());
    let uri = with_query(request.uri(), &query).ok_or(SignError::UnfitUri)?;
    Ok(Presigned { stages, uri })
}

/// The parameters of `query` that do not belong to a signature.
fn kept(query: &str) -> String {
    let mut out = String::with_capacity(query.len().saturating_add(512));
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = uri::decode(pair.split('=').next().unwrap_or_default());
        if !PARAMETERS.iter().any(|parameter| name.eq_ignore_ascii_case(parameter.as_bytes())) {
            push_pair(&mut out, pair);
        }
    }
    out
}

fn push_pair(query: &mut String, pair: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(pair);
}

fn push_parameter(query: &mut String, name: &str, value: &str) {
    push_pair(query, name);
    query.push('=');
    uri::encode_bytes_into(query, value.as_bytes());
}

/// `uri` with `query` in place of its own.
fn with_query(uri: &Uri, query: &str) -> Option<Uri> {
    let path = uri.path();
    // `*`, or only a host; not every version of the `http` crate rejects a query there.
    path.starts_with('/').then_some(())?;
    let scheme = uri.scheme_str().map_or(0, |scheme| scheme.len().saturating_add("://".len()));
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len());
    let path_and_query = [path, "?", query].concat();
    let length = path_and_query.len().saturating_add(scheme).saturating_add(authority);
    (length <= MAX_URI).then_some(())?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    Uri::from_parts(parts).ok()
}

/// A presigned URI and every stage leading to it; [`explain_presign`] returns one.
///
/// `Debug` shows neither the session token nor the signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Presigned {
    stages: Stages,
    uri: Uri,
}

impl Presigned {
    /// The stages.
    #[must_use]
    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// The URI with the signature in its query. It does not belong in a log.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns only the URI.
    #[must_use]
    pub fn into_uri(self) -> Uri {
        self.uri
    }
}

impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presigned").field("stages", &self.stages).finish_non_exhaustive()
    }
}

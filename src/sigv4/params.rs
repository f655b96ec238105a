//! The parameters of a signature, and the options that some services need.

use std::time::SystemTime;

use super::key::{SigningKey, SigningKeyCache};
use crate::credentials::Credentials;

/// The parameters of a signature: credentials, region, service and time, and a few options with defaults.
///
/// The service is the signing name, which is `bedrock` for both `bedrock-runtime` and `bedrock` endpoints.
/// The time becomes `x-amz-date`; AWS rejects a request whose time differs by more than five minutes from its own, and a
/// presigned URL once it has expired.
///
/// ```
/// use std::time::SystemTime;
/// use bedrill::credentials::Credentials;
/// use bedrill::sigv4::{SigningKeyCache, SigningParams};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let keys = SigningKeyCache::new();
/// let params = SigningParams::new(&credentials, "us-east-1", "bedrock", SystemTime::now()).with_key_cache(&keys);
/// assert!(!format!("{params:?}").contains("wJalr"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SigningParams<'a> {
    pub(super) credentials: &'a Credentials,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) now: SystemTime,
    pub(super) key: KeySource<'a>,
    pub(super) content_sha256: bool,
    pub(super) payload_signed: bool,
    pub(super) session_token_signed: bool,
    pub(super) path_normalization: bool,
    pub(super) double_encoding: bool,
}

/// Where the signing key comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum KeySource<'a> {
    Derived,
    Given(&'a SigningKey),
    Cached(&'a SigningKeyCache),
}

impl<'a> SigningParams<'a> {
    /// Creates parameters that sign with `credentials` for `region` and `service`, as of `now`.
    #[must_use]
    pub fn new(credentials: &'a Credentials, region: &'a str, service: &'a str, now: SystemTime) -> Self {
        Self {
            credentials,
            region,
            service,
            now,
            key: KeySource::Derived,
            content_sha256: false,
            payload_signed: true,
            session_token_signed: true,
            path_normalization: true,
            double_encoding: true,
        }
    }

    /// Uses a key that was derived before. It must be for the same secret, date, region and service.
    ///
    /// Default: the key is derived again. A program that runs past midnight (UTC) should use
    /// [`with_key_cache`](Self::with_key_cache) instead.
    #[must_use]
    pub fn with_signing_key(mut self, key: &'a SigningKey) -> Self {
        self.key = KeySource::Given(key);
        self
    }

    /// Takes the key from `cache`, which derives it if it has none for this secret, date, region and service.
    #[must_use]
    pub fn with_key_cache(mut self, cache: &'a SigningKeyCache) -> Self {
        self.key = KeySource::Cached(cache);
        self
    }

    /// Whether to send and sign the payload hash as `x-amz-content-sha256`. Default: no; only S3 requires it, and not for
    /// a presigned URL, where this has no effect.
    #[must_use]
    pub fn with_content_sha256(mut self, send: bool) -> Self {
        self.content_sha256 = send;
        self
    }

    /// Signs `UNSIGNED-PAYLOAD` in place of the body's hash, so that the signature is valid for any body. Only S3 accepts
    /// such a signature, and for
    /// [a presigned URL](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html) it accepts no
    /// other. In the header form, also call [`with_content_sha256`](Self::with_content_sha256) to tell S3.
    ///
    /// Default: the body is signed.
    #[must_use]
    pub fn with_unsigned_payload(mut self) -> Self {
        self.payload_signed = false;
        self
    }

    /// Adds the session token after signing, as a header or in the query, so that the signature does not cover it.
    ///
    /// Default: the token is signed. A few services require the opposite; Bedrock does not.
    #[must_use]
    pub fn with_session_token_unsigned(mut self) -> Self {
        self.session_token_signed = false;
        self
    }

    /// Whether the canonical URI drops dot segments and empty segments, as every service but S3 does. Default: yes.
    ///
    /// The path on the wire is never changed.
    #[must_use]
    pub fn with_path_normalization(mut self, normalize: bool) -> Self {
        self.path_normalization = normalize;
        self
    }

    /// Whether the canonical URI encodes the path on the wire once more, as every service but S3 does. Default: yes.
    #[must_use]
    pub fn with_double_encoding(mut self, twice: bool) -> Self {
        self.double_encoding = twice;
        self
    }
}

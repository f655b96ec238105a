//! The parameters of a signature.

use std::time::SystemTime;

use super::SigningOptions;
use super::key::{SigningKey, SigningKeyCache};
use crate::credentials::Credentials;

/// The parameters of a signature: credentials, region, service and time, and what the service wants of a signature.
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
    pub(super) options: SigningOptions,
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
        Self { credentials, region, service, now, key: KeySource::Derived, options: SigningOptions::new() }
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

    /// Signs as the service wants it. Default: as every service but S3 does.
    #[must_use]
    pub fn with_options(mut self, options: SigningOptions) -> Self {
        self.options = options;
        self
    }
}

//! Stages 2 and 3, shared by both forms of a signature.

use std::fmt;
use std::ops::Range;

use super::canonical::CanonicalRequest;
use super::error::SignError;
use super::key::{self, SigningKey};
use super::params::{KeySource, SigningParams};
use crate::base::hex::HexDigest;
use crate::base::time::AmzDate;

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Stage 2: the string to sign. Until it is signed, it lacks the hash of the canonical request.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct StringToSign {
    text: String,
    /// Where the credential scope is in `text`: it is part of the string to sign, and is written only there.
    scope: Range<usize>,
    amz_date: AmzDate,
}

impl StringToSign {
    /// Checks the parameters, and writes as much of the string as they determine.
    pub(super) fn begin(params: &SigningParams<'_>) -> Result<Self, SignError> {
        let credentials = params.credentials;
        if !key::may_stand_in_scope(credentials.access_key_id()) {
            return Err(SignError::InvalidAccessKeyId);
        }
        if credentials.session_token().is_some_and(|token| token.expose().bytes().any(is_refused_in_header)) {
            return Err(SignError::InvalidSessionToken);
        }
        let amz_date = AmzDate::new(params.now).ok_or(SignError::TimeOutOfRange)?;
        let date = amz_date.as_str();
        let mut text = String::with_capacity(192);
        for part in [ALGORITHM, "\n", date, "\n"] {
            text.push_str(part);
        }
        let start = text.len();
        key::push_scope(&mut text, date, params.region, params.service)?;
        let scope = start..text.len();
        Ok(Self { text, scope, amz_date })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn amz_date(&self) -> &str {
        self.amz_date.as_str()
    }

    pub(super) fn scope(&self) -> &str {
        self.text.get(self.scope.clone()).unwrap_or_default()
    }

    /// Completes it with the hash of `canonical_request`, and signs it: stage 3.
    pub(super) fn sign(
        mut self,
        canonical_request: CanonicalRequest,
        params: &SigningParams<'_>,
    ) -> Result<Stages, SignError> {
        self.text.push('\n');
        self.text.push_str(canonical_request.hash().as_str());
        let (credentials, scope, text) = (params.credentials, self.scope(), self.text.as_str());
        let signature = HexDigest::new(&match params.key {
            KeySource::Derived => SigningKey::derive_for(credentials.secret_access_key(), scope).sign(text),
            KeySource::Cached(cache) => cache.sign(credentials, scope, text),
            KeySource::Given(key) if key.scope() == scope => key.sign(text),
            KeySource::Given(_) => return Err(SignError::KeyScope),
        });
        Ok(Stages { canonical_request, string_to_sign: self, signature })
    }
}

/// Anything but visible ASCII, space and tab: what `HeaderValue::from_str` rejects.
fn is_refused_in_header(byte: u8) -> bool {
    !(byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t'))
}

/// A signature, and every stage leading to it.
///
/// `Debug` shows neither the session token nor the signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Stages {
    pub(super) canonical_request: CanonicalRequest,
    pub(super) string_to_sign: StringToSign,
    pub(super) signature: HexDigest,
}

impl Stages {
    /// The canonical request. Its `Display` is the exact text, **session token included**; to show it, use
    /// [`CanonicalRequest::redacted`].
    #[must_use]
    pub fn canonical_request(&self) -> &CanonicalRequest {
        &self.canonical_request
    }

    /// The credential scope: `date/region/service/aws4_request`.
    #[must_use]
    pub fn scope(&self) -> &str {
        self.string_to_sign.scope()
    }

    /// The string to sign: algorithm, time, scope, and the hash of the canonical request. It holds no secret.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        self.string_to_sign.as_str()
    }

    /// The signature: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn signature(&self) -> &str {
        self.signature.as_str()
    }
}

impl fmt::Debug for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stages")
            .field("canonical_request", &self.canonical_request)
            .field("string_to_sign", &self.string_to_sign())
            .finish_non_exhaustive()
    }
}

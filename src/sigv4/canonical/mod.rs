//! Step 1: the canonical request, the text that client and service both derive from a request.
//!
//! ```text
//! POST                                                   method
//! /model/anthropic.claude-v2%253A1/converse-stream       canonical URI: the path as sent, encoded once more
//!                                                        canonical query string (none here)
//! content-type:application/json                          canonical headers: lower-case, sorted, trimmed,
//! host:bedrock-runtime.us-east-1.amazonaws.com           one line each
//! x-amz-date:20150830T123600Z
//!
//! content-type;host;x-amz-date                           signed headers: the names again
//! 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e83...    payload hash: SHA-256 of the body
//! ```
//!
//! The query form has the signature's parameters in the query, and no `x-amz-date` header.

mod headers;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use http::Request;
use sha2::{Digest, Sha256};

pub(super) use headers::SignedHeaders;

use super::params::SigningParams;
use crate::base::hex::HexDigest;
use crate::base::uri;

/// A request in the canonical form of
/// [Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
///
/// `Display` prints the exact text that is hashed, which AWS quotes when a signature does not match. **That
/// text holds the session token** when there is one. [`redacted`](Self::redacted), which `Debug` prints too, does not.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest {
    text: String,
    /// Where the values that must not be shown are in `text`.
    secrets: Vec<Range<usize>>,
    /// Where the names of the signed headers are in `text`.
    signed_headers: Range<usize>,
}

impl CanonicalRequest {
    /// The canonical form of `request` with `query` and `headers`, which include those that signing adds.
    pub(super) fn new(
        request: &Request<Bytes>,
        params: &SigningParams<'_>,
        query: &str,
        headers: &SignedHeaders<'_>,
        payload_hash: &PayloadHash,
    ) -> Self {
        let path = request.uri().path();
        // One allocation for nearly every request: encoding seldom doubles a path, and names occur twice.
        let doubled = path.len().saturating_add(headers.room()).saturating_mul(2);
        let mut text = String::with_capacity(doubled.saturating_add(query.len()).saturating_add(128));
        text.push_str(request.method().as_str());
        text.push('\n');
        push_canonical_uri(
            &mut text,
            path,
            params.options.path_normalization,
            params.options.double_encoding,
        );
        text.push('\n');
        push_canonical_query(&mut text, query);
        text.push('\n');
        let secrets = headers.push_lines(&mut text);
        text.push('\n');
        let start = text.len();
        headers.push_names(&mut text);
        let signed_headers = start..text.len();
        text.push('\n');
        text.push_str(payload_hash.as_str());
        Self { text, secrets, signed_headers }
    }

    /// Marks the value of the query parameter `name` as one that must not be shown. `name` needs no encoding in a query.
    pub(super) fn hide_parameter(&mut self, name: &str) {
        let mut start = self.text.len().saturating_sub(self.text.splitn(3, '\n').last().map_or(0, str::len));
        for pair in self.query().split('&') {
            let end = start.saturating_add(pair.len());
            if let Some(value) = pair.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                let secret = end.saturating_sub(value.len())..end;
                // The query precedes the headers, and the hidden ranges must be in order.
                self.secrets.insert(0, secret);
                return;
            }
            start = end.saturating_add(1);
        }
    }

    /// The method, as sent.
    #[must_use]
    pub fn method(&self) -> &str {
        self.text.split('\n').next().unwrap_or_default()
    }

    /// The canonical URI: the path as sent, normalized and encoded once more.
    #[must_use]
    pub fn uri(&self) -> &str {
        self.text.split('\n').nth(1).unwrap_or_default()
    }

    /// The canonical query string: encoded, and sorted by name and value.
    #[must_use]
    pub fn query(&self) -> &str {
        self.text.split('\n').nth(2).unwrap_or_default()
    }

    /// The names of the signed headers, sorted and joined with `;`.
    #[must_use]
    pub fn signed_headers(&self) -> &str {
        self.text.get(self.signed_headers.clone()).unwrap_or_default()
    }

    /// The payload hash: the SHA-256 of the body in lower-case hexadecimal, or `UNSIGNED-PAYLOAD`.
    #[must_use]
    pub fn payload_hash(&self) -> &str {
        self.text.rsplit('\n').next().unwrap_or_default()
    }

    /// The text with `(redacted)` in place of the session token and of every header value marked sensitive.
    #[must_use]
    pub fn redacted(&self) -> String {
        let mut redacted = String::with_capacity(self.text.len());
        let mut shown = 0;
        for secret in &self.secrets {
            redacted.push_str(self.text.get(shown..secret.start).unwrap_or_default());
            redacted.push_str("(redacted)");
            shown = secret.end;
        }
        redacted.push_str(self.text.get(shown..).unwrap_or_default());
        redacted
    }

    /// The SHA-256 of the text, in lower-case hexadecimal.
    pub(super) fn hash(&self) -> HexDigest {
        HexDigest::new(&Sha256::digest(&self.text).into())
    }
}

impl fmt::Display for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CanonicalRequest").field(&self.redacted()).finish()
    }
}

/// The last line of the canonical request.
pub(super) enum PayloadHash {
    Body(HexDigest),
    Unsigned,
}

impl PayloadHash {
    pub(super) fn of(request: &Request<Bytes>, params: &SigningParams<'_>) -> Self {
        if !params.options.unsigned_payload {
            Self::Body(HexDigest::new(&Sha256::digest(request.body()).into()))
        } else {
            Self::Unsigned
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Body(digest) => digest.as_str(),
            Self::Unsigned => "UNSIGNED-PAYLOAD",
        }
    }
}

/// Appends the canonical URI of `path`, which is as sent, that is, already percent-encoded.
///
/// Encoding it once more makes `%3A` into `%253A`. Services other than S3 do the same with the path that they receive.
fn push_canonical_uri(out: &mut String, path: &str, normalize: bool, encode: bool) {
    let path = if normalize { without_dot_segments(path) } else { Cow::Borrowed(path) };
    if !path.starts_with('/') {
        out.push('/');
    }
    if encode {
        uri::encode_path_into(out, &path);
    } else {
        out.push_str(&path);
    }
}

/// RFC 3986, 5.2.4; empty segments are dropped, too.
fn without_dot_segments(path: &str) -> Cow<'_, str> {
    if !path.contains("/.") && !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let mut out = String::with_capacity(path.len());
    for segment in &kept {
        out.push('/');
        out.push_str(segment);
    }
    // `/a/.` and `/a/b/..` name the folder `/a/`.
    if kept.is_empty() || matches!(path.rsplit('/').next(), Some("" | "." | "..")) {
        out.push('/');
    }
    Cow::Owned(out)
}

/// Appends the canonical form of `query`, given as sent: decoded, re-encoded uniformly, and sorted.
fn push_canonical_query(out: &mut String, query: &str) {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let pair = (recoded(name), recoded(value));
        let place = pairs.partition_point(|other| *other < pair);
        pairs.insert(place, pair);
    }
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
}

/// Decodes, then encodes, so that `a%2fb` and `a/b` both become `a%2Fb`.
///
/// A raw `+` counts as a space, as in forms and in the AWS SDK for Rust; a plus sign is sent as `%2B`.
fn recoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    uri::encode_bytes_into(&mut out, &uri::decode(&text.replace('+', " ")));
    out
}

//! Step 1: the canonical request, the one text that client and service both make from a request.
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

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use http::header::{HOST, HeaderName};
use http::{Method, Request, Uri};
use sha2::{Digest, Sha256};

use super::error::SignError;
use super::params::SigningParams;
use super::{X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN};
use crate::{hex, uri};

/// A request in the canonical form of
/// [Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
///
/// `Display` prints the exact text that is hashed, the one that AWS quotes when a signature does not match. **That
/// text holds the session token** when there is one. [`redacted`](Self::redacted), which `Debug` prints too, does not.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest {
    method: Method,
    uri: String,
    query: String,
    /// One line a header, each with its line feed.
    headers: String,
    /// Where in `headers` the values are that must not be shown.
    secrets: Vec<Range<usize>>,
    signed_headers: String,
    payload_hash: String,
}

impl CanonicalRequest {
    pub(super) fn new(
        request: &Request<Bytes>,
        params: &SigningParams<'_>,
        amz_date: &str,
    ) -> Result<Self, SignError> {
        let payload_hash = hex::encode(&Sha256::digest(request.body()));
        let mut canonical = Self {
            method: request.method().clone(),
            uri: canonical_uri(request.uri().path(), params.path_normalization, params.double_encoding),
            query: canonical_query(request.uri().query().unwrap_or_default()),
            headers: String::new(),
            secrets: Vec::new(),
            signed_headers: String::new(),
            payload_hash: String::new(),
        };
        let lines = header_lines(request, params, amz_date, &payload_hash)?;
        canonical.write_headers(&lines);
        canonical.payload_hash = payload_hash;
        Ok(canonical)
    }

    /// The method, as sent.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The canonical URI: the path as sent, normalized and encoded once more.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The canonical query string: encoded, and sorted by name and value.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The names of the signed headers, sorted and joined with `;`.
    #[must_use]
    pub fn signed_headers(&self) -> &str {
        &self.signed_headers
    }

    /// The payload hash: the SHA-256 of the body in lower-case hexadecimal.
    #[must_use]
    pub fn payload_hash(&self) -> &str {
        &self.payload_hash
    }

    /// The text with `(redacted)` in place of the session token and of every header value marked sensitive.
    #[must_use]
    pub fn redacted(&self) -> String {
        let mut headers = String::with_capacity(self.headers.len());
        let mut shown = 0;
        for secret in &self.secrets {
            headers.push_str(self.headers.get(shown..secret.start).unwrap_or_default());
            headers.push_str("(redacted)");
            shown = secret.end;
        }
        headers.push_str(self.headers.get(shown..).unwrap_or_default());
        self.pieces(&headers).concat()
    }

    /// The SHA-256 of the text, in lower-case hexadecimal.
    pub(super) fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for piece in self.pieces(&self.headers) {
            hash.update(piece);
        }
        hex::encode(&hash.finalize())
    }

    /// The text in order, around `headers`: the one place that knows the layout.
    fn pieces<'a>(&'a self, headers: &'a str) -> [&'a str; 11] {
        let Self { uri, query, signed_headers, payload_hash, .. } = self;
        [self.method(), "\n", uri, "\n", query, "\n", headers, "\n", signed_headers, "\n", payload_hash]
    }

    /// Writes `headers` and `signed_headers` from lines that are sorted by name.
    fn write_headers(&mut self, lines: &[HeaderLine<'_>]) {
        self.headers.reserve(lines.iter().map(HeaderLine::room).fold(0, usize::saturating_add));
        let mut previous = "";
        for line in lines {
            if line.name == previous {
                // Values of one name share a line, in the order in which they are sent.
                self.headers.push(',');
            } else {
                if !previous.is_empty() {
                    self.headers.push('\n');
                    self.signed_headers.push(';');
                }
                self.headers.push_str(line.name);
                self.headers.push(':');
                self.signed_headers.push_str(line.name);
            }
            let start = self.headers.len();
            push_trimmed(&mut self.headers, line.value);
            if line.secret {
                self.secrets.push(start..self.headers.len());
            }
            previous = line.name;
        }
        self.headers.push('\n');
    }
}

impl fmt::Display for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces(&self.headers).into_iter().try_for_each(|piece| f.write_str(piece))
    }
}

impl fmt::Debug for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CanonicalRequest").field(&self.redacted()).finish()
    }
}

struct HeaderLine<'a> {
    name: &'a str,
    value: &'a str,
    secret: bool,
}

impl<'a> HeaderLine<'a> {
    fn public(name: &'a HeaderName, value: &'a str) -> Self {
        Self { name: name.as_str(), value, secret: false }
    }

    /// The bytes that the line takes at most, with its colon and line feed.
    fn room(&self) -> usize {
        self.name.len().saturating_add(self.value.len()).saturating_add(2)
    }
}

/// The headers to sign, sorted by name: those of the request, and those that signing adds or replaces.
fn header_lines<'a>(
    request: &'a Request<Bytes>,
    params: &SigningParams<'a>,
    amz_date: &'a str,
    payload_hash: &'a str,
) -> Result<Vec<HeaderLine<'a>>, SignError> {
    let mut lines = Vec::with_capacity(request.headers().len().saturating_add(4));
    for (name, value) in request.headers() {
        let replaced = name == X_AMZ_DATE
            || name == X_AMZ_SECURITY_TOKEN
            || (params.content_sha256 && name == X_AMZ_CONTENT_SHA256);
        if replaced || is_unsigned(name) {
            continue;
        }
        let text = str::from_utf8(value.as_bytes()).map_err(|_| SignError::HeaderNotUtf8(name.clone()))?;
        lines.push(HeaderLine { name: name.as_str(), value: text, secret: value.is_sensitive() });
    }
    if !request.headers().contains_key(HOST) {
        lines.push(HeaderLine::public(&HOST, host(request.uri()).ok_or(SignError::MissingHost)?));
    }
    lines.push(HeaderLine::public(&X_AMZ_DATE, amz_date));
    if let Some(token) = params.credentials.session_token().filter(|_| params.session_token_signed) {
        lines.push(HeaderLine { name: X_AMZ_SECURITY_TOKEN.as_str(), value: token.expose(), secret: true });
    }
    if params.content_sha256 {
        lines.push(HeaderLine::public(&X_AMZ_CONTENT_SHA256, payload_hash));
    }
    // Stable, so values of one name stay in the order in which they are sent.
    lines.sort_by_key(|line| line.name);
    Ok(lines)
}

/// The headers that are sent but never signed.
fn is_unsigned(name: &HeaderName) -> bool {
    match name.as_str() {
        // It will hold the signature.
        "authorization" => true,
        // RFC 9110, 7.6.1: these belong to one connection, and the next hop drops or replaces them.
        "connection" | "keep-alive" | "te" | "trailer" | "transfer-encoding" | "upgrade" => true,
        // Answered by the nearest hop, which may take it out.
        "expect" => true,
        // Rewritten by proxies and by tracing on the way, and left out by every AWS SDK. `x-amz-user-agent` is not
        // one of them: AWS wants every `x-amz-` header signed.
        "user-agent" | "x-amzn-trace-id" => true,
        // proxy-authenticate, proxy-authorization, proxy-connection: for the proxy alone.
        other => other.starts_with("proxy-"),
    }
}

/// The host as HTTP clients put it in the `host` header: without user information, with a port only when it is not the
/// scheme's default.
fn host(uri: &Uri) -> Option<&str> {
    let default_port = match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    };
    let host = match uri.port_u16() {
        Some(port) if Some(port) != default_port => uri.authority()?.as_str().rsplit('@').next()?,
        _ => uri.host()?,
    };
    Some(host).filter(|host| !host.is_empty())
}

/// Appends `value` without the white space around it and with each run of spaces inside made one, in quotes too.
///
/// A folded value (RFC 9112, 5.2) needs no care here: `HeaderValue` cannot hold a line break, so whoever read it has
/// already put spaces there.
fn push_trimmed(out: &mut String, value: &str) {
    let value = value.trim_matches([' ', '\t']);
    if !value.contains("  ") {
        return out.push_str(value);
    }
    let mut after_space = false;
    for character in value.chars() {
        let space = character == ' ';
        if !(space && after_space) {
            out.push(character);
        }
        after_space = space;
    }
}

/// The canonical URI of `path`, which is as sent: percent-encoded already.
///
/// Encoding it once more makes `%3A` into `%253A`. Services other than S3 do the same with the path that they receive.
fn canonical_uri(path: &str, normalize: bool, encode: bool) -> String {
    let path = if normalize { without_dot_segments(path) } else { Cow::Borrowed(path) };
    let mut out = String::with_capacity(path.len().saturating_mul(2));
    if !path.starts_with('/') {
        out.push('/');
    }
    if encode {
        uri::encode_path_into(&mut out, &path);
    } else {
        out.push_str(&path);
    }
    out
}

/// RFC 3986, 5.2.4; empty segments are dropped as well.
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

/// The canonical form of `query`, which is as sent: decoded, encoded by one rule, and sorted.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (recoded(name), recoded(value))
        })
        .collect();
    pairs.sort();
    let mut out = String::with_capacity(query.len());
    for (name, value) in &pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
    out
}

/// Decodes, then encodes, so that `a%2fb` and `a/b` are both `a%2Fb`.
///
/// A raw `+` counts as a space, as in forms and in the AWS SDK for Rust; a plus sign is sent as `%2B`.
fn recoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    uri::encode_bytes_into(&mut out, &uri::decode(&text.replace('+', " ")));
    out
}

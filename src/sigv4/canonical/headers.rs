//! The headers that a signature covers, and their canonical form.

use std::ops::Range;

use bytes::Bytes;
use http::Request;
use http::header::{HOST, HeaderName};

use crate::base::uri;
use crate::sigv4::error::SignError;
use crate::sigv4::{X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN};

/// The headers to sign, sorted by name.
pub(in crate::sigv4) struct SignedHeaders<'a>(Vec<HeaderLine<'a>>);

struct HeaderLine<'a> {
    name: &'a str,
    value: &'a str,
    secret: bool,
}

impl<'a> SignedHeaders<'a> {
    /// Those of `request`, and its host. The time and the token are omitted, since signing itself adds them, in headers or
    /// in the query; so is the payload hash when signing replaces it.
    pub(in crate::sigv4) fn of(request: &'a Request<Bytes>, hash_replaced: bool) -> Result<Self, SignError> {
        let mut headers = Self(Vec::with_capacity(request.headers().len().saturating_add(4)));
        for (name, value) in request.headers() {
            let replaced = name == X_AMZ_DATE
                || name == X_AMZ_SECURITY_TOKEN
                || (hash_replaced && name == X_AMZ_CONTENT_SHA256);
            if replaced || is_unsigned(name) {
                continue;
            }
            let text =
                str::from_utf8(value.as_bytes()).map_err(|_| SignError::HeaderNotUtf8(name.clone()))?;
            headers.insert(name, text, value.is_sensitive());
        }
        if !request.headers().contains_key(HOST) {
            headers.insert(&HOST, uri::host_header(request.uri()).ok_or(SignError::MissingHost)?, false);
        }
        Ok(headers)
    }

    /// Inserts a header in order of its name, after others of that name: their values stay in the order in which
    /// they are sent. For a dozen lines this is faster than a sort, and a tenth of its code. It searches from the end,
    /// where most lines belong: clients send their headers in order, and those that signing adds come last.
    pub(in crate::sigv4) fn insert(&mut self, name: &'a HeaderName, value: &'a str, secret: bool) {
        let name = name.as_str();
        let after = self.0.iter().rposition(|other| other.name <= name);
        let place = after.map_or(0, |place| place.saturating_add(1));
        self.0.insert(place, HeaderLine { name, value, secret });
    }

    /// The maximum length of the lines in bytes, each with its colon and line feed.
    pub(super) fn room(&self) -> usize {
        let room = |line: &HeaderLine<'_>| line.name.len().saturating_add(line.value.len()).saturating_add(2);
        self.0.iter().map(room).fold(0, usize::saturating_add)
    }

    /// Appends one line for each name, with its values in the order in which they are sent. Returns the positions of the secret
    /// ones.
    pub(super) fn push_lines(&self, out: &mut String) -> Vec<Range<usize>> {
        let mut secrets = Vec::new();
        for same_name in self.0.chunk_by(|a, b| a.name == b.name) {
            for (index, line) in same_name.iter().enumerate() {
                if index == 0 {
                    out.push_str(line.name);
                    out.push(':');
                } else {
                    out.push(',');
                }
                let start = out.len();
                push_trimmed(out, line.value);
                if line.secret {
                    secrets.push(start..out.len());
                }
            }
            out.push('\n');
        }
        secrets
    }

    /// Appends the names, joined with `;`.
    pub(in crate::sigv4) fn push_names(&self, out: &mut String) {
        for (index, same_name) in self.0.chunk_by(|a, b| a.name == b.name).enumerate() {
            if index > 0 {
                out.push(';');
            }
            out.push_str(same_name.first().map_or("", |line| line.name));
        }
    }
}

/// The headers that are sent but never signed.
pub(super) fn is_unsigned(name: &HeaderName) -> bool {
    match name.as_str() {
        // It will hold the signature.
        "authorization" => true,
        // RFC 9110, 7.6.1: these belong to one connection, and the next hop drops or replaces them.
        "connection" | "keep-alive" | "te" | "trailer" | "transfer-encoding" | "upgrade" => true,
        // Handled by the next hop, which may remove it.
        "expect" => true,
        // Rewritten by proxies and tracing, and not signed by any AWS SDK. `x-amz-user-agent` is not
        // one of them: AWS requires every `x-amz-` header to be signed.
        "user-agent" | "x-amzn-trace-id" => true,
        // proxy-authenticate, proxy-authorization, proxy-connection: for the proxy alone.
        other => other.starts_with("proxy-"),
    }
}

/// Appends `value` trimmed and with each inner run of spaces collapsed to one, even in quotes.
///
/// A folded value (RFC 9112, 5.2) needs no handling here: `HeaderValue` cannot hold a line break, so its parser has
/// already replaced it with spaces.
pub(super) fn push_trimmed(out: &mut String, value: &str) {
    let words = value.trim_ascii().split(' ').filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

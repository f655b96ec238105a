//! Echoed credentials: a gateway may quote the request that it was sent.

use bedrill::credentials::Secret;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};
use zeroize::Zeroizing;

const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// The most bytes that stand for one: `\\u002f`, as JSON in JSON escapes it.
const LONGEST_ESCAPE: usize = 7;

/// Watches for the credentials that a request carries, in each of their spellings, even split across two chunks.
#[derive(Default)]
pub(crate) struct Echo {
    secrets: Vec<Secret>,
    /// The end of the data seen so far: shorter than the longest spelling.
    tail: Zeroizing<Vec<u8>>,
}

impl Echo {
    /// The secrets that `headers` hold: a bearer token or a session token. A secret key is never sent.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| str::from_utf8(value.as_bytes()).ok());
        let bearer = text(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let session = text(SESSION_TOKEN);
        let secrets = [bearer, session].into_iter().flatten().map(Secret::from).collect();
        Self { secrets, tail: Zeroizing::default() }
    }

    /// Whether a secret ends in `chunk`, which follows the data seen before.
    pub(crate) fn is_heard_in(&mut self, chunk: &[u8]) -> bool {
        let longest = self.secrets.iter().map(|secret| secret.expose().len()).max();
        let Some(longest) = longest else { return false };
        self.tail.extend_from_slice(chunk);
        let heard = self.secrets.iter().any(|secret| secret.is_repeated_in(&self.tail));
        let kept = (longest * LONGEST_ESCAPE - 1).min(self.tail.len());
        let gone = self.tail.len() - kept;
        self.tail.drain(..gone);
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn a_token_is_heard_across_any_split_and_with_escaped_slashes() {
        for said in ["..ab/cd+e..", r"..ab\/cd+e..", r"..ab\\u002fcd%2Be.."] {
            for at in 0..said.len() {
                let mut echo = Echo::of(&headers("authorization", "Bearer ab/cd+e"));
                let (first, rest) = said.split_at(at);
                assert!(
                    echo.is_heard_in(first.as_bytes()) | echo.is_heard_in(rest.as_bytes()),
                    "{said} at {at}"
                );
            }
            let mut echo = Echo::of(&headers("x-amz-security-token", "ab/cd+e"));
            assert!(said.bytes().any(|byte| echo.is_heard_in(&[byte])));
        }
    }

    #[test]
    fn answers_without_it_are_read_to_the_end() {
        for headers in [
            headers("authorization", "Bearer ab/cd+e"),
            headers("authorization", "AWS4-HMAC-SHA256 ab/cd+e"),
            headers("x-amz-security-token", "a"),
        ] {
            let mut echo = Echo::of(&headers);
            assert!(!(echo.is_heard_in(b"a ab/cd+") | echo.is_heard_in(b"ab/cd") | echo.is_heard_in(b"")));
            assert!(echo.tail.len() < 8 * LONGEST_ESCAPE);
        }
    }
}

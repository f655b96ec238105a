//! Echoed credentials: a gateway may quote the request that it was sent.

use bedrill::credentials::Secret;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};
use zeroize::Zeroizing;

const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Watches for the credentials that a request carries, in each of their spellings, even split across two chunks.
#[derive(Default)]
pub(crate) struct Echo {
    /// Each in every spelling.
    secrets: Vec<Secret>,
    /// The end of the data seen so far: shorter than the longest secret.
    tail: Zeroizing<Vec<u8>>,
}

impl Echo {
    /// The secrets that `headers` hold: a bearer token or a session token. A secret key is never sent.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| str::from_utf8(value.as_bytes()).ok());
        let bearer = text(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let session = text(SESSION_TOKEN);
        let secrets =
            [bearer, session].into_iter().flatten().flat_map(|text| Secret::new(text).spellings()).collect();
        Self { secrets, tail: Zeroizing::default() }
    }

    /// Whether a secret ends in `chunk`, which follows the data seen before.
    pub(crate) fn is_heard_in(&mut self, chunk: &[u8]) -> bool {
        let secrets = || self.secrets.iter().map(|secret| secret.expose().as_bytes());
        let Some(longest) = secrets().map(<[u8]>::len).max() else { return false };
        self.tail.extend_from_slice(chunk);
        let heard = secrets().any(|secret| self.tail.windows(secret.len()).any(|window| window == secret));
        let kept = longest.saturating_sub(1).min(self.tail.len());
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
        for said in ["..ab/cd+e..", r"..ab\/cd+e.."] {
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
            assert!(echo.tail.len() < 8);
        }
    }
}

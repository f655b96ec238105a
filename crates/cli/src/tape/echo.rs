//! Credentials that come back: a gateway may quote the request that it was sent.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

/// Shorter texts are no secrets, and would be found in any answer.
const SHORTEST: usize = 4;

/// Listens for the credentials that a request carries, also where they lie across two chunks and where JSON has their
/// slashes escaped.
#[derive(Default)]
pub(crate) struct Echo {
    secrets: Vec<Zeroizing<Vec<u8>>>,
    /// The end of what was heard: shorter than the longest secret.
    tail: Zeroizing<Vec<u8>>,
}

impl Echo {
    /// The secrets that `headers` hold: a bearer token or a session token. A secret key is never sent.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        let session = headers.get("x-amz-security-token").map(|value| value.as_bytes());
        let mut secrets = Vec::new();
        for secret in [bearer, session].into_iter().flatten().filter(|secret| secret.len() >= SHORTEST) {
            if secret.contains(&b'/') {
                let escaped = secret.iter().flat_map(|byte| match byte {
                    b'/' => br"\/".as_slice(),
                    other => std::slice::from_ref(other),
                });
                secrets.push(Zeroizing::new(escaped.copied().collect()));
            }
            secrets.push(Zeroizing::new(secret.to_vec()));
        }
        Self { secrets, tail: Zeroizing::default() }
    }

    /// Whether a secret ends in `chunk`, which follows what was heard before.
    pub(crate) fn is_heard_in(&mut self, chunk: &[u8]) -> bool {
        let Some(longest) = self.secrets.iter().map(|secret| secret.len()).max() else { return false };
        self.tail.extend_from_slice(chunk);
        let heard = self
            .secrets
            .iter()
            .any(|secret| self.tail.windows(secret.len()).any(|window| window == secret.as_slice()));
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
        HeaderMap::from_iter([(http::HeaderName::from_static(name), HeaderValue::from_static(value))])
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
    fn answers_without_it_are_heard_out() {
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

//! A service may echo what it was sent: gateways quote headers. Nothing of ours gets into an error that way.

use super::Client;
use crate::auth::Auth;

/// Shorter texts are no secrets, and would be found in any answer.
const SHORTEST: usize = 4;

const REPLACEMENT: &[u8; 10] = b"(redacted)";

impl Client {
    /// `body` as it may be quoted.
    pub(super) async fn quotable(&self, body: &[u8]) -> Vec<u8> {
        match self.auth().await {
            Ok(auth) => redacted(body, &auth),
            // Whatever was sent, it was not authorized with anything that is known any more.
            Err(_) => Vec::new(),
        }
    }
}

/// `body` with `(redacted)` in place of every secret of `auth`, also where JSON has its slashes escaped.
///
/// It must happen before anything is cut from the body: the half of a secret would not be found.
pub(super) fn redacted(body: &[u8], auth: &Auth) -> Vec<u8> {
    let secrets = match auth {
        Auth::Bearer(token) => [Some(token), None],
        Auth::SigV4(credentials) => [Some(credentials.secret_access_key()), credentials.session_token()],
    };
    let mut body = body.to_vec();
    for secret in secrets.into_iter().flatten().map(|secret| secret.expose()) {
        if secret.len() >= SHORTEST {
            replace(&mut body, secret.as_bytes());
            if secret.contains('/') {
                replace(&mut body, zeroize::Zeroizing::new(secret.replace('/', r"\/")).as_bytes());
            }
        }
    }
    body
}

fn replace(body: &mut Vec<u8>, secret: &[u8]) {
    let mut from = 0;
    while let Some(found) = body[from..].windows(secret.len()).position(|window| window == secret) {
        let at = from + found;
        body.splice(at..at + secret.len(), *REPLACEMENT);
        from = at + REPLACEMENT.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;

    #[test]
    fn every_secret_of_a_key_and_a_token_is_replaced_and_the_rest_stays() {
        let keys = Auth::SigV4(Credentials::new("AKIDEXAMPLE", "can/ary").with_session_token("token-canary"));
        for (body, expected) in [
            ("AKIDEXAMPLE: can/ary, token-canary", "AKIDEXAMPLE: (redacted), (redacted)"),
            (r#"{"message":"can\/arycan\/ary"}"#, r#"{"message":"(redacted)(redacted)"}"#),
            ("can ary", "can ary"),
        ] {
            assert_eq!(redacted(body.as_bytes(), &keys), expected.as_bytes());
        }
        let bearer = Auth::Bearer("canary".into());
        assert_eq!(redacted(b"\xffBearer canary", &bearer), b"\xffBearer (redacted)");
        assert_eq!(redacted(b"a b c", &Auth::Bearer(" ".into())), b"a b c");
    }

    #[test]
    fn a_secret_inside_the_replacement_does_not_go_on_for_ever() {
        assert_eq!(redacted(b"it was redacted", &Auth::Bearer("redacted".into())), b"it was (redacted)");
    }
}

//! A service may echo what it was sent: gateways quote headers. Nothing of ours gets into an error that way.

use super::Client;
use crate::auth::Auth;
use crate::quote;

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

/// `body` without any secret of `auth`.
pub(super) fn redacted(body: &[u8], auth: &Auth) -> Vec<u8> {
    let secrets = match auth {
        Auth::Bearer(token) => [Some(token), None],
        Auth::SigV4(credentials) => [Some(credentials.secret_access_key()), credentials.session_token()],
    };
    let secrets: Vec<&str> = secrets.into_iter().flatten().map(|secret| secret.expose()).collect();
    quote::redacted(body, &secrets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;

    #[test]
    fn neither_the_key_nor_either_token_is_quoted() {
        let keys = Auth::SigV4(Credentials::new("AKIDEXAMPLE", "can/ary").with_session_token("token-canary"));
        let body = b"AKIDEXAMPLE: can/ary, token-canary";
        assert_eq!(redacted(body, &keys), b"AKIDEXAMPLE: (redacted), (redacted)");
        assert_eq!(redacted(b"Bearer canary", &Auth::Bearer("canary".into())), b"Bearer (redacted)");
    }
}

//! Where credentials come from, and how they are applied to a request.
//!
//! [`Auth`] is what a source finds: an access key, which signs, or a bearer token, which is sent. The sources are asked
//! in a fixed order, the first that finds something wins, and one that is configured but broken stops the search:
//!
//! 1. what the program sets itself: a source of its own, a profile;
//! 2. the bearer token in `AWS_BEARER_TOKEN_BEDROCK` ([`env::bearer_token`]);
//! 3. `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with `AWS_SESSION_TOKEN` ([`env::access_keys`]);
//! 4. the profile that `AWS_PROFILE` names, else `default` ([`ProfileFiles`](crate::machine::ProfileFiles)): its keys, its SSO session, its `aws login`
//!    session, the output of its `credential_process`, and the roles that it assumes with them;
//! 5. the web identity of `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`;
//! 6. the container's agent, at `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `_FULL_URI` ([`container`]);
//! 7. the metadata service of the EC2 instance ([`imds`]).
//!
//! A source that needs no request is a plain function over a [`Machine`](crate::machine::Machine), which provides
//! variables and files. One that does is a pair of pure functions: one builds the request, the other parses the answer.
//! With the feature `client`, `Chain` sends them and asks all sources, and `Cache` caches the result. Nothing here
//! prints, and no error, `Debug` or `Display` holds a secret.

mod answer;
#[cfg(feature = "client")]
mod cache;
#[cfg(feature = "client")]
mod chain;
#[cfg(feature = "client")]
mod context;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod short_term_key;
mod source;
mod wire;

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use zeroize::Zeroizing;

use crate::credentials::{Credentials, Secret};
use crate::endpoint::exposed_host;
use crate::sigv4::{self, SigningParams};
#[cfg(feature = "client")]
use crate::transport::{Cargo, InClear};

pub use answer::{Answer, Found, Reuse};
#[cfg(feature = "client")]
pub use cache::Cache;
#[cfg(feature = "client")]
pub use chain::{Chain, ChainBuilder, Resolved};
#[cfg(feature = "client")]
pub use context::Context;
pub use error::{Attempt, AuthError, AuthErrorKind, Outcome};
pub use short_term_key::ShortTermKey;
#[cfg(feature = "client")]
pub use source::{Presence, Source, sso};
pub use source::{container, env, imds, sts};
pub use wire::issued::IssuedError;
#[cfg(feature = "client")]
pub(crate) use wire::xml::error_code as xml_error_code;

/// What authorizes a request.
///
/// ```
/// use bedrill::auth::Auth;
/// use bytes::Bytes;
///
/// let mut request = http::Request::post("https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse")
///     .body(Bytes::new())?;
/// let auth = Auth::Bearer("bedrock-api-key-EXAMPLE".into());
/// auth.authorize(&mut request, "eu-west-1", "bedrock", std::time::SystemTime::now())?;
/// assert_eq!(request.headers()["authorization"], "Bearer bedrock-api-key-EXAMPLE");
/// assert_eq!(format!("{auth:?}"), "Bearer(Secret(..))");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// An access key: the request is signed with Signature Version 4.
    SigV4(Credentials),
    /// A Bedrock API key: the request carries it as a bearer token.
    Bearer(Secret),
}

impl Auth {
    /// Signs `request`, or adds the bearer token, replacing any existing `authorization` header.
    ///
    /// `region` and `service` (`bedrock` for both planes) go into the signature's scope, `now` into its date.
    ///
    /// # Errors
    ///
    /// When the credentials cannot go into a header, when a bearer token would travel over plain `http` to another
    /// machine, or when the request cannot be signed. The request is then unchanged.
    pub fn authorize(
        &self,
        request: &mut http::Request<Bytes>,
        region: &str,
        service: &str,
        now: SystemTime,
    ) -> Result<(), AuthError> {
        if let (Self::Bearer(_), Some(host)) = (self, exposed_host(request.uri())) {
            return Err(AuthError::unusable(
                env::BEARER_SOURCE,
                format!("plain http would expose the token to the network on its way to {host}"),
            )
            .with_hint("use an https endpoint; plain http is for this machine only"));
        }
        self.authorize_with(request, |credentials| SigningParams::new(credentials, region, service, now))
    }

    /// As [`authorize`](Self::authorize), wherever the request goes, and signed with the parameters that `params` derives from the credentials.
    ///
    /// # Errors
    ///
    /// As [`authorize`](Self::authorize).
    pub(crate) fn authorize_with<'a>(
        &'a self,
        request: &mut http::Request<Bytes>,
        params: impl FnOnce(&'a Credentials) -> SigningParams<'a>,
    ) -> Result<(), AuthError> {
        match self {
            Self::SigV4(credentials) => sigv4::sign(request, &params(credentials))
                .map_err(|error| AuthError::unusable("signature", error.to_string())),
            Self::Bearer(token) => add_bearer(request, token),
        }
    }

    /// Returns why this must not be sent to the service with the signing name `service`: it is a bearer token, which
    /// that service does not accept.
    #[cfg(feature = "client")]
    pub(crate) fn refused_by(&self, service: &str) -> Option<AuthError> {
        let Self::Bearer(_) = self else { return None };
        let problem = format!(
            "{service} accepts no bearer token: its requests must be signed with an access key, but the credentials in \
             use are a token"
        );
        let hint =
            "use an access key: with ClientBuilder::no_bearer, the token in the environment is ignored";
        Some(AuthError::unusable(env::BEARER_SOURCE, problem).with_hint(hint))
    }

    /// Returns why this must not be sent where others can read it.
    #[cfg(feature = "client")]
    pub(crate) fn refused_in_clear(error: &InClear) -> AuthError {
        AuthError::unusable(env::BEARER_SOURCE, error.to_string()).with_hint(InClear::HINT)
    }

    /// What a request holds that it authorizes.
    #[cfg(feature = "client")]
    pub(crate) fn cargo(&self) -> Cargo {
        match self {
            Self::Bearer(_) => Cargo::Token("the token"),
            Self::SigV4(_) => Cargo::Signature,
        }
    }

    /// Returns the secrets to remove from errors that quote an answer: servers may echo what they were sent.
    #[cfg(feature = "client")]
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let secrets = match self {
            Self::Bearer(token) => [Some(token), None],
            Self::SigV4(credentials) => [Some(credentials.secret_access_key()), credentials.session_token()],
        };
        secrets.into_iter().flatten().map(Secret::expose).collect()
    }

    /// Returns when it expires; `None` for long-term keys, and for tokens, whose expiration is unknown.
    #[must_use]
    pub fn expiration(&self) -> Option<SystemTime> {
        match self {
            Self::SigV4(credentials) => credentials.expiration(),
            Self::Bearer(_) => None,
        }
    }

    /// Returns what can be read in a bearer token that is a short-term Bedrock API key.
    #[must_use]
    pub fn short_term_key(&self) -> Option<ShortTermKey> {
        match self {
            Self::SigV4(_) => None,
            Self::Bearer(token) => ShortTermKey::parse(token.expose()),
        }
    }

    /// Describes it without secrets: `access key AKIA..MPLE` or `bearer token`.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::SigV4(credentials) => format!("access key {}", credentials.redacted_access_key_id()),
            Self::Bearer(_) => "bearer token".to_owned(),
        }
    }
}

fn add_bearer(request: &mut http::Request<Bytes>, token: &Secret) -> Result<(), AuthError> {
    const SOURCE: &str = env::BEARER_SOURCE;
    if !fits_header(token.expose()) {
        return Err(AuthError::unusable(SOURCE, format!("the token {UNFIT}"))
            .with_hint("copy the Bedrock API key again in full, on one line"));
    }
    let value = Zeroizing::new(format!("Bearer {}", token.expose()));
    let mut value = HeaderValue::from_str(&value)
        .map_err(|_| AuthError::unusable(SOURCE, format!("the token {UNFIT}")))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}

/// The rest of a sentence about a value that fails [`fits_header`].
const UNFIT: &str =
    "is empty or contains a space, a line break or another character that cannot go into a header";

/// Refuses a value that was not copied as AWS issues it. `name` says what it is of.
fn check_copied(source: &str, value: &str, name: impl Fn() -> String) -> Result<(), AuthError> {
    let is_quoted = |quote: char| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    let (problem, hint) = if is_quoted('"') || is_quoted('\'') {
        ("is in quotes, which count as part of it", "take the quotes away")
    } else if !fits_header(value) {
        (UNFIT, "copy it again in full, on one line")
    } else {
        return Ok(());
    };
    Err(AuthError::new(source, format!("{} {problem}", name())).with_hint(hint))
}

/// Refuses a temporary access key without its session token, which no service accepts. `key` says what the key is of, and
/// `token` what the token would be of.
/// Source: [unique identifiers](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
fn check_token(
    source: &str,
    credentials: &Credentials,
    key: impl Fn() -> String,
    token: &str,
) -> Result<(), AuthError> {
    if credentials.session_token().is_some() || !credentials.access_key_id().starts_with("ASIA") {
        return Ok(());
    }
    let problem = format!(
        "{} is that of a temporary key (ASIA...), which needs a session token, and there is none",
        key()
    );
    Err(AuthError::new(source, problem).with_hint(format!("set {token} too, copied together with the key")))
}

/// Whether a key id or token consists of visible ASCII, as everything that AWS issues does.
fn fits_header(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorized(auth: &Auth, uri: &str) -> (http::Request<Bytes>, Result<(), AuthError>) {
        let mut request = http::Request::post(uri).body(Bytes::new()).expect("a request");
        let result = auth.authorize(&mut request, "us-east-1", "bedrock", SystemTime::UNIX_EPOCH);
        (request, result)
    }

    #[test]
    fn a_bearer_token_goes_into_a_sensitive_header() {
        let (request, result) = authorized(&Auth::Bearer("canary".into()), "https://host/");
        result.expect("authorized");
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer canary");
        assert!(!format!("{request:?}").contains("canary"));
    }

    #[test]
    fn a_token_that_does_not_fit_a_header_is_refused_and_not_shown() {
        for token in
            ["", "canary\r\nx-evil: 1", "canary\n", "can ary", "canary\u{e9}", "canary\0", "\tcanary"]
        {
            let (request, result) = authorized(&Auth::Bearer(token.into()), "https://host/");
            let error = result.expect_err(token);
            assert_eq!(error.kind(), AuthErrorKind::Unusable);
            assert!(!format!("{error} {error:?}").contains("ary"), "{error}");
            assert!(request.headers().is_empty());
        }
    }

    #[test]
    fn a_bearer_token_goes_over_plain_http_to_this_machine_only() {
        let token = Auth::Bearer("canary".into());
        for uri in ["http://localhost:1/", "http://127.3.2.1/", "http://[::1]:8080/", "https://example.com/"]
        {
            authorized(&token, uri).1.expect(uri);
        }
        for uri in [
            "http://example.com/",
            "http://localhost.evil.test/",
            "http://127.0.0.1.evil.test/",
            "HTTP://10.0.0.1/",
        ] {
            let error = authorized(&token, uri).1.expect_err(uri);
            assert!(error.to_string().contains("plain http"), "{error}");
        }
    }
}

//! The document in which the instance metadata service and containers issue credentials.
//!
//! ```json
//! { "Code": "Success", "AccessKeyId": "ASIA...", "SecretAccessKey": "...", "Token": "...", "Expiration": "2026-11-22T03:23:31Z" }
//! ```

use std::fmt;
#[cfg(feature = "client")]
use std::time::{Duration, SystemTime};

use super::document::{Document, DocumentError};
#[cfg(feature = "client")]
use super::fetch::scrubbed;
#[cfg(feature = "client")]
use crate::base::random;
use crate::credentials::Credentials;

/// Why a document yields no credentials. It holds names and the service's message, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuedError {
    /// The service refused, with this code and this message, unescaped.
    Refused {
        /// `AssumeRoleUnauthorizedAccess`, ...
        code: String,
        /// The service's message about a request; none from a document that could have held credentials.
        message: String,
    },
    /// The document is malformed: what is wrong.
    Malformed(String),
}

#[cfg(feature = "client")]
impl IssuedError {
    /// Returns the same error without any of `secrets`, which a server may echo.
    pub(in crate::auth) fn without(self, secrets: &[&str]) -> Self {
        match self {
            Self::Refused { code, message } => {
                Self::Refused { code: scrubbed(&code, secrets), message: scrubbed(&message, secrets) }
            }
            other => other,
        }
    }
}

impl fmt::Display for IssuedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code, message } => {
                f.write_str(&crate::base::quote::quote(code.as_bytes(), 100))?;
                if message.is_empty() {
                    return Ok(());
                }
                write!(f, ": {}", crate::base::quote::quote(message.as_bytes(), 300))
            }
            Self::Malformed(problem) => write!(f, "the answer is malformed: {problem}"),
        }
    }
}

impl std::error::Error for IssuedError {}

impl From<DocumentError> for IssuedError {
    fn from(error: DocumentError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Parses the credentials in `body`. They always expire.
pub(in crate::auth) fn parse(body: &[u8]) -> Result<Credentials, IssuedError> {
    let document = Document::parse(body)?;
    if let Some(code) = document.optional_text("Code")?.filter(|code| *code != "Success") {
        let is_code = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_code {
            return Err(IssuedError::Malformed("Code is not an error code".to_owned()));
        }
        // A document that could hold secrets may also repeat them in its message.
        return Err(IssuedError::Refused { code: code.to_owned(), message: String::new() });
    }
    let credentials = Credentials::new(document.token("AccessKeyId")?, document.token("SecretAccessKey")?)
        .with_session_token(document.token("Token")?)
        .with_expiration(document.instant("Expiration")?);
    Ok(credentials)
}

/// Extends expired keys by 10 to 15 minutes: their issuer is in trouble, and services may still accept them (static
/// stability). The note says so; it is empty for others.
#[cfg(feature = "client")]
pub(in crate::auth) fn extended(credentials: Credentials, now: SystemTime) -> (Credentials, &'static str) {
    if credentials.expiration().is_none_or(|at| at > now) {
        return (credentials, "");
    }
    // Programs that fail together should not retry together.
    let more = random::between(Duration::from_secs(600), Duration::from_secs(900), random::unit());
    match now.checked_add(more) {
        Some(until) => (credentials.with_expiration(until), ", expired, but used until it renews them"),
        None => (credentials, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "client")]
    #[test]
    fn expired_keys_are_extended_and_others_left_alone() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let keys = |at| Credentials::new("AKID", "secret").with_expiration(at);
        let later = now + Duration::from_secs(1);
        assert_eq!(extended(keys(later), now), (keys(later), ""));
        let more: Vec<Duration> = std::iter::repeat_with(|| {
            let (credentials, note) = extended(keys(now), now);
            assert!(note.contains("expired"));
            credentials.expiration().and_then(|at| at.duration_since(now).ok()).expect("later than now")
        })
        .take(100)
        .collect();
        assert!(more.iter().all(|more| (600..=900).contains(&more.as_secs())), "{more:?}");
        assert!(more.iter().any(|other| *other != more[0]), "programs that fail together come back together");
    }

    #[test]
    fn a_refusal_is_distinguished_from_a_damaged_document() {
        let refused =
            parse(br#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"no\u001b"}"#).expect_err("refused");
        assert_eq!(refused.to_string(), "AssumeRoleUnauthorizedAccess");
        let odd = parse(br#"{"Code":"canary/secret=="}"#).expect_err("no code").to_string();
        assert!(odd.ends_with("Code is not an error code"), "{odd}");
        let missing = parse(br#"{"Code":"Success","AccessKeyId":"a"}"#).expect_err("not whole").to_string();
        assert!(missing.ends_with("SecretAccessKey is missing or blank"), "{missing}");
    }
}

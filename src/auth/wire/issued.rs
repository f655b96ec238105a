//! The document in which the instance metadata service and containers hand out credentials.
//!
//! ```json
//! { "Code": "Success", "AccessKeyId": "ASIA...", "SecretAccessKey": "...", "Token": "...", "Expiration": "2026-11-22T03:23:31Z" }
//! ```

use std::fmt;
#[cfg(feature = "client")]
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::document::{Document, DocumentError};
use crate::credentials::Credentials;

/// Why a document gives no credentials. It holds names and the service's words, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuedError {
    /// The service refuses, with this code and these words, unescaped.
    Refused {
        /// `AssumeRoleUnauthorizedAccess`, ...
        code: String,
        /// The service's own words about a request; none from a document that could have held credentials.
        message: String,
    },
    /// The document is not what it should be: what is wrong.
    Malformed(String),
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
            Self::Malformed(problem) => write!(f, "the answer is not what it should be: {problem}"),
        }
    }
}

impl std::error::Error for IssuedError {}

impl From<DocumentError> for IssuedError {
    fn from(error: DocumentError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// The credentials in `body`. They always expire.
pub(in crate::auth) fn parse(body: &[u8]) -> Result<Credentials, IssuedError> {
    let document = Document::parse(body)?;
    if let Some(code) = document.optional_text("Code")?.filter(|code| *code != "Success") {
        let is_code = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_code {
            return Err(IssuedError::Malformed("Code is not one".to_owned()));
        }
        // A document that could hand out secrets may hold them in its words, too.
        return Err(IssuedError::Refused { code: code.to_owned(), message: String::new() });
    }
    let credentials = Credentials::new(document.token("AccessKeyId")?, document.token("SecretAccessKey")?)
        .with_session_token(document.token("Token")?)
        .with_expiration(document.instant("Expiration")?);
    Ok(credentials)
}

/// Keys that have expired go on for 10 to 15 minutes: their issuer is in trouble, and services may honour them still
/// (static stability). The note says so; it is empty for others.
#[cfg(feature = "client")]
pub(in crate::auth) fn extended(credentials: Credentials, now: SystemTime) -> (Credentials, &'static str) {
    if credentials.expiration().is_none_or(|at| at > now) {
        return (credentials, "");
    }
    // Programs that fail together should not come back together.
    let jitter = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos() % 300);
    match now.checked_add(Duration::from_secs(jitter.saturating_add(600).into())) {
        Some(until) => (credentials.with_expiration(until), ", expired and used on until it renews them"),
        None => (credentials, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "client")]
    #[test]
    fn expired_keys_are_extended_and_others_left_alone() {
        let now = UNIX_EPOCH + Duration::from_nanos(1_000_000_000_000_000_299);
        let keys = |at| Credentials::new("AKID", "secret").with_expiration(at);
        let later = now + Duration::from_secs(1);
        assert_eq!(extended(keys(later), now), (keys(later), ""));
        let (credentials, note) = extended(keys(now), now);
        assert_eq!(credentials.expiration(), Some(now + Duration::from_secs(600 + 299)));
        assert!(note.contains("expired"));
    }

    #[test]
    fn a_refusal_is_told_from_a_damaged_document() {
        let refused =
            parse(br#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"no\u001b"}"#).expect_err("refused");
        assert_eq!(refused.to_string(), "AssumeRoleUnauthorizedAccess");
        let odd = parse(br#"{"Code":"canary/secret=="}"#).expect_err("no code").to_string();
        assert!(odd.ends_with("Code is not one"), "{odd}");
        let missing = parse(br#"{"Code":"Success","AccessKeyId":"a"}"#).expect_err("not whole").to_string();
        assert!(missing.ends_with("SecretAccessKey is missing or blank"), "{missing}");
    }
}

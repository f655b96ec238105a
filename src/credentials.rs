//! Credentials as plain values: the keys that sign a request, and secrets that cannot be printed by accident.

use std::fmt;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::base::redact::Redactor;
use crate::base::time;

/// Text that must not be shown: a secret access key, a session token, a bearer token.
///
/// It has no `Display`, its `Debug` is a constant, it does not serialize, and its memory is wiped when it is
/// dropped. [`expose`](Self::expose) is the only way to the text, so a search finds every use.
///
/// ```
/// use bedrill::credentials::Secret;
///
/// let secret = Secret::new("wJalrXUtnFEMI/K7MDENG");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert_eq!(secret.expose(), "wJalrXUtnFEMI/K7MDENG");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Returns the text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `text` repeats the secret: as it is, percent-encoded, escaped as in JSON or HTML, up to three layers deep, or
    /// in base64. Never true of a secret of less than four bytes, which any text might contain.
    ///
    /// ```
    /// use bedrill::credentials::Secret;
    ///
    /// let secret = Secret::new("wJalrXUtnFEMI/K7");
    /// for text in ["it is wJalrXUtnFEMI/K7", r"wJalrXUtnFEMI\/K7", "wJalrXUtnFEMI%2FK7", "d0phbHJYVXRuRkVNSS9LNw=="] {
    ///     assert!(secret.is_repeated_in(text.as_bytes()));
    /// }
    /// assert!(!Secret::new("/").is_repeated_in(b"/"));
    /// ```
    #[must_use]
    pub fn is_repeated_in(&self, text: &[u8]) -> bool {
        Redactor::new(&[&self.0]).finds(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// An AWS access key, with the session token and expiration that temporary ones carry.
///
/// `Debug` shows the access key id cut to its first and last four characters, and never a secret.
///
/// ```
/// use bedrill::credentials::Credentials;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG").with_session_token("AQoDYXdz");
/// assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
/// assert!(credentials.session_token().is_some());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: Secret,
    session_token: Option<Secret>,
    expiration: Option<SystemTime>,
}

impl Credentials {
    /// Creates long-term credentials from an access key id and its secret.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<Secret>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expiration: None,
        }
    }

    /// Adds the session token that temporary credentials require.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<Secret>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    /// Adds the time after which the service rejects these credentials.
    #[must_use]
    pub fn with_expiration(mut self, at: SystemTime) -> Self {
        self.expiration = Some(at);
        self
    }

    /// The access key id: public, `AKIA...` for long-term and `ASIA...` for temporary credentials.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret access key.
    #[must_use]
    pub fn secret_access_key(&self) -> &Secret {
        &self.secret_access_key
    }

    /// The session token; present on temporary credentials only.
    #[must_use]
    pub fn session_token(&self) -> Option<&Secret> {
        self.session_token.as_ref()
    }

    /// When these credentials expire; `None` for long-term ones.
    #[must_use]
    pub fn expiration(&self) -> Option<SystemTime> {
        self.expiration
    }

    /// The expiration in RFC 3339, `2026-11-22T03:23:31Z`, as credential documents carry it.
    #[must_use]
    pub fn expiration_rfc3339(&self) -> Option<String> {
        self.expiration.map(time::rfc3339)
    }

    /// The access key id in a form safe to show: first four and last four characters, `AKIA..MPLE`.
    #[must_use]
    pub fn redacted_access_key_id(&self) -> String {
        let characters: Vec<char> = self.access_key_id.chars().collect();
        match (characters.first_chunk::<4>(), characters.last_chunk::<4>()) {
            (Some(first), Some(last)) if characters.len() >= 12 => {
                first.iter().chain(&['.', '.']).chain(last).collect()
            }
            // Too short to cut without giving most of it away.
            _ => "..".to_owned(),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.redacted_access_key_id())
            .field("secret_access_key", &self.secret_access_key)
            .field("session_token", &self.session_token)
            .field("expiration", &self.expiration)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret_and_a_cut_key_id() {
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "canary-secret").with_session_token("canary-token");
        let shown = format!("{credentials:?}");
        assert!(shown.contains("AKIA..MPLE"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn a_short_or_multi_byte_key_id_is_not_cut_open() {
        assert_eq!(Credentials::new("short", "x").redacted_access_key_id(), "..");
        assert_eq!(Credentials::new("ééééééééééééé", "x").redacted_access_key_id(), "éééé..éééé");
    }
}

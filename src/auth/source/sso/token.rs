//! The file that `aws sso login` writes.

use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use crate::auth::wire::document::{Document, DocumentError};
use crate::base::time::rfc3339;
use crate::credentials::Secret;

/// A token, and what is needed to renew it, if it can be renewed.
pub(super) struct Token {
    document: Document,
    access_token: Secret,
    expires_at: SystemTime,
    registration_expires_at: Option<SystemTime>,
}

impl Token {
    /// Parses the file. Fields that only renewal needs may be missing, but not have the wrong type.
    pub(super) fn parse(contents: &[u8]) -> Result<Self, DocumentError> {
        let document = Document::parse(contents)?;
        let access_token = Secret::new(document.token("accessToken")?);
        let expires_at = document.instant("expiresAt")?;
        for name in ["refreshToken", "clientId", "clientSecret"] {
            document.optional_text(name)?;
        }
        let registration_expires_at = document.optional_instant("registrationExpiresAt")?;
        Ok(Self { document, access_token, expires_at, registration_expires_at })
    }

    pub(super) fn access_token(&self) -> &Secret {
        &self.access_token
    }

    pub(super) fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// Returns why it cannot be renewed, if so.
    pub(super) fn obstacle(&self, now: SystemTime) -> Option<&'static str> {
        if ["refreshToken", "clientId", "clientSecret"]
            .into_iter()
            .any(|name| self.document.text(name).is_err())
        {
            return Some("its file contains nothing to renew it with");
        }
        match self.registration_expires_at {
            Some(at) if at > now => None,
            _ => Some("the client registration that could renew it has expired too"),
        }
    }

    /// What a renewal request needs.
    pub(super) fn renewal(&self) -> Result<[(&'static str, &str); 4], DocumentError> {
        Ok([
            ("clientId", self.document.text("clientId")?),
            ("clientSecret", self.document.text("clientSecret")?),
            ("grantType", "refresh_token"),
            ("refreshToken", self.document.text("refreshToken")?),
        ])
    }

    /// Returns the secrets to remove from errors that quote an answer.
    pub(super) fn secrets(&self) -> [&str; 3] {
        let text = |name| self.document.text(name).unwrap_or_default();
        [self.access_token.expose(), text("refreshToken"), text("clientSecret")]
    }

    /// Returns the file's new contents; fields that renewal does not change are kept.
    pub(super) fn renewed(
        &self,
        answer: &Document,
        now: SystemTime,
    ) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
        let lifetime = Duration::from_secs(answer.number("expiresIn")?);
        let expires_at =
            now.checked_add(lifetime).ok_or(DocumentError::WrongType("expiresIn", "a number of seconds"))?;
        let access_token = answer.token("accessToken")?;
        let mut document = Document::parse(&self.document.to_json())?;
        document.set("accessToken", access_token);
        document.set("expiresAt", rfc3339(expires_at));
        if let Some(refresh_token) = answer.optional_text("refreshToken")? {
            document.set("refreshToken", refresh_token);
        }
        Ok(document.to_json())
    }
}

//! The file that `aws login` writes.

use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use crate::auth::wire::document::{Document, DocumentError};
use crate::base::time::rfc3339;
use crate::credentials::{Credentials, Secret};

/// How long new credentials last when the answer does not say.
const LIFETIME: u64 = 900;

/// A session's credentials, and what is needed to renew them.
pub(super) struct Token {
    document: Document,
    credentials: Credentials,
    expires_at: SystemTime,
    client_id: String,
    refresh_token: Secret,
    key: Secret,
}

impl Token {
    /// Parses the file. Everything that the CLI writes must be there, as the SDKs require.
    pub(super) fn parse(contents: &[u8]) -> Result<Self, DocumentError> {
        let document = Document::parse(contents)?;
        let access = document.object("accessToken")?;
        access.text("accountId")?;
        let expires_at = access.instant("expiresAt")?;
        let credentials = Credentials::new(access.token("accessKeyId")?, access.token("secretAccessKey")?)
            .with_session_token(access.token("sessionToken")?)
            .with_expiration(expires_at);
        let client_id = document.text("clientId")?.to_owned();
        let refresh_token = Secret::new(document.text("refreshToken")?);
        let key = Secret::new(document.text("dpopKey")?);
        Ok(Self { document, credentials, expires_at, client_id, refresh_token, key })
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(super) fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// The private key, in PEM.
    pub(super) fn key(&self) -> &Secret {
        &self.key
    }

    /// What a renewal request needs.
    pub(super) fn renewal(&self) -> [(&'static str, &str); 3] {
        [
            ("clientId", &self.client_id),
            ("grantType", "refresh_token"),
            ("refreshToken", self.refresh_token.expose()),
        ]
    }

    /// Returns the secrets to remove from errors that quote an answer.
    pub(super) fn secrets(&self) -> [&str; 1] {
        [self.refresh_token.expose()]
    }

    /// Returns the file's new contents; fields that renewal does not change are kept.
    pub(super) fn renewed(
        &self,
        answer: &Document,
        now: SystemTime,
    ) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
        let seconds = answer.optional_number("expiresIn")?.unwrap_or(LIFETIME);
        let expires_at = now
            .checked_add(Duration::from_secs(seconds))
            .ok_or(DocumentError::WrongType("expiresIn", "a number of seconds"))?;
        let new = answer.object("accessToken")?;
        let mut document = Document::parse(&self.document.to_json())?;
        let mut access = document.object("accessToken")?;
        for name in ["accessKeyId", "secretAccessKey", "sessionToken"] {
            access.set(name, new.token(name)?);
        }
        access.set("expiresAt", rfc3339(expires_at));
        document.set("accessToken", access.to_value());
        document.set("refreshToken", answer.text("refreshToken")?);
        Ok(document.to_json())
    }
}

//! Static keys in a profile.

use super::SOURCE;
use crate::auth::{Auth, AuthError, Found, check_copied, check_token};
use crate::credentials::{Credentials, Secret};
use crate::machine::{ProfileFiles, Setting, setting};
use crate::profile::{Origin, Section};

pub(super) const ACCESS_KEY_ID: &str = "aws_access_key_id";
pub(super) const SECRET_ACCESS_KEY: &str = "aws_secret_access_key";
const SESSION_TOKEN: &str = "aws_session_token";
/// Its older name, which the AWS CLI reads too.
const SECURITY_TOKEN: &str = "aws_security_token";

/// The setting without which `half` is useless.
pub(super) fn other_half(half: &str) -> &'static str {
    if half == ACCESS_KEY_ID { SECRET_ACCESS_KEY } else { ACCESS_KEY_ID }
}

/// Why a profile has no complete key.
pub(super) enum NoKey {
    /// It has no part of one.
    Absent,
    /// The setting `missing` is absent, and a part that needs it is at `origin`.
    Half { missing: &'static str, origin: Origin },
}

/// Whether `profile` has a complete key.
pub(super) fn check(profile: &Section) -> Result<(), NoKey> {
    let half = |missing, part: Setting<'_>| Err(NoKey::Half { missing, origin: part.origin() });
    match (setting(profile, ACCESS_KEY_ID), setting(profile, SECRET_ACCESS_KEY)) {
        (Some(_), Some(_)) => Ok(()),
        (Some(id), None) => half(SECRET_ACCESS_KEY, id),
        (None, Some(secret)) => half(ACCESS_KEY_ID, secret),
        (None, None) => match token(profile) {
            Some(token) => half(ACCESS_KEY_ID, token),
            None => Err(NoKey::Absent),
        },
    }
}

fn token(profile: &Section) -> Option<Setting<'_>> {
    setting(profile, SESSION_TOKEN).or_else(|| setting(profile, SECURITY_TOKEN))
}

/// Returns the static keys of `profile`.
pub(super) fn credentials(files: &ProfileFiles, profile: &Section) -> Result<Found, AuthError> {
    for name in [ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, SECURITY_TOKEN] {
        if let Some(setting) = setting(profile, name) {
            check_copied(SOURCE, setting.value(), || format!("{}: {name}", files.place(setting.origin())))?;
        }
    }
    let settings = [ACCESS_KEY_ID, SECRET_ACCESS_KEY].map(|name| setting(profile, name));
    let ([Some(id), Some(secret)], token) = (settings, token(profile)) else {
        return Err(AuthError::new(SOURCE, format!("profile {} has no complete key pair", profile.name())));
    };
    let mut credentials = Credentials::new(id.value(), Secret::new(secret.value()));
    if let Some(token) = token {
        credentials = credentials.with_session_token(token.value());
    }
    let place = || format!("{}: {ACCESS_KEY_ID}", files.place(id.origin()));
    check_token(SOURCE, &credentials, place, SESSION_TOKEN)?;
    Ok(Found::new(Auth::SigV4(credentials), files.origin_text(profile, id.origin())))
}

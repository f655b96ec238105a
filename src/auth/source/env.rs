//! Credentials in environment variables.
//!
//! Values are trimmed, and blank ones count as absent.
//! Source: [the SDKs' environment variables](https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html)
//! and [Bedrock API keys](https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html).

use crate::auth::{Answer, Auth, AuthError, check_copied, check_token};
use crate::credentials::{Credentials, Secret};
use crate::machine::Machine;

/// The variable that holds a Bedrock API key.
pub(in crate::auth) const BEARER_TOKEN: &str = "AWS_BEARER_TOKEN_BEDROCK";

const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";

pub(in crate::auth) const BEARER_SOURCE: &str = "bearer token";
pub(in crate::auth) const KEYS_SOURCE: &str = "environment";

/// Returns the bearer token in `AWS_BEARER_TOKEN_BEDROCK`. It works for both planes of Bedrock and no other service.
///
/// # Errors
///
/// When it holds a character that cannot go into a header.
pub fn bearer_token(machine: &dyn Machine) -> Result<Answer, AuthError> {
    match value(machine, BEARER_SOURCE, BEARER_TOKEN)? {
        Some(token) => Ok(Answer::found(Auth::Bearer(token), BEARER_TOKEN)),
        None => Ok(Answer::not_here(absent(machine, BEARER_TOKEN))),
    }
}

/// Returns `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with `AWS_SESSION_TOKEN` if that is set.
///
/// # Errors
///
/// When one of the two is set without the other, or one holds a character that no key contains.
pub fn access_keys(machine: &dyn Machine) -> Result<Answer, AuthError> {
    let id = value(machine, KEYS_SOURCE, ACCESS_KEY_ID)?;
    let secret = value(machine, KEYS_SOURCE, SECRET_ACCESS_KEY)?;
    let (id, secret) = match (id, secret) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => return Ok(Answer::not_here(absent(machine, ACCESS_KEY_ID))),
        (Some(_), None) => return Err(half(machine, ACCESS_KEY_ID, SECRET_ACCESS_KEY)),
        (None, Some(_)) => return Err(half(machine, SECRET_ACCESS_KEY, ACCESS_KEY_ID)),
    };
    let mut credentials = Credentials::new(id.expose(), secret);
    if let Some(token) = value(machine, KEYS_SOURCE, SESSION_TOKEN)? {
        credentials = credentials.with_session_token(token);
    }
    check_token(KEYS_SOURCE, &credentials, || ACCESS_KEY_ID.to_owned(), SESSION_TOKEN)?;
    Ok(Answer::found(Auth::SigV4(credentials), ACCESS_KEY_ID))
}

/// Returns the variable that shows that the environment holds access keys, complete or not.
#[cfg(feature = "client")]
pub(in crate::auth) fn access_key_variable(machine: &dyn Machine) -> Option<&'static str> {
    [ACCESS_KEY_ID, SECRET_ACCESS_KEY].into_iter().find(|variable| machine.setting(variable).is_some())
}

fn value(machine: &dyn Machine, source: &str, variable: &str) -> Result<Option<Secret>, AuthError> {
    let Some(value) = machine.setting(variable).map(Secret::new) else { return Ok(None) };
    check_copied(source, value.expose(), || variable.to_owned())?;
    Ok(Some(value))
}

fn absent(machine: &dyn Machine, variable: &str) -> String {
    format!("{variable} is {}", if machine.var(variable).is_some() { "blank" } else { "not set" })
}

fn half(machine: &dyn Machine, set: &str, missing: &str) -> AuthError {
    AuthError::new(KEYS_SOURCE, format!("{set} is set, but {}", absent(machine, missing)))
        .with_hint(format!("set {missing} too, or unset {set} to use another source"))
}

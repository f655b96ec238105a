//! Credentials of a container: ECS tasks, EKS Pod Identity, Greengrass, and local servers that act like them.
//!
//! | what | asked in this order |
//! | --- | --- |
//! | address | `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` on `http://169.254.170.2`, else `AWS_CONTAINER_CREDENTIALS_FULL_URI` |
//! | token | the file in `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, read each time, else `AWS_CONTAINER_AUTHORIZATION_TOKEN` |
//!
//! A full URI may use any host over `https`. Over plain `http` only loopback addresses, `169.254.170.2`,
//! `169.254.170.23` and `[fd00:ec2::23]` are allowed, because the server gets the token and hands out the identity. A
//! host name is resolved, every one of its addresses must be allowed, and the request goes to an address that was
//! checked, so that a second lookup cannot lead elsewhere.
//! Source: [container credentials](https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).

mod address;
#[cfg(feature = "client")]
mod load;

use std::path::Path;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, HOST, HeaderValue};
use http::{Request, StatusCode};
use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::wire::document::Document;
use crate::auth::wire::issued::{self, IssuedError};
use crate::credentials::{Credentials, Secret};
use crate::machine::Machine;

pub use address::{ContainerAddress, ContainerUri};
#[cfg(feature = "client")]
pub(in crate::auth) use load::load;

pub(in crate::auth) const SOURCE: &str = "container";

pub(in crate::auth) const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
pub(in crate::auth) const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// Returns the token that the request carries, if one is configured. It is read each time, because the file changes.
///
/// # Errors
///
/// When the file cannot be read, or the token cannot go into a header. The token is not shown.
pub fn token(machine: &dyn Machine) -> Result<Option<Secret>, AuthError> {
    let (token, place) = if let Some(path) = machine.setting(TOKEN_FILE) {
        let bytes = machine.read(Path::new(&path)).map(Zeroizing::new).map_err(|error| {
            AuthError::new(SOURCE, format!("{TOKEN_FILE}: {path} cannot be read: {error}"))
        })?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (Zeroizing::new(text), format!("the token in {path} ({TOKEN_FILE})"))
    } else {
        let Some(token) = machine.var(TOKEN).map(Zeroizing::new).filter(|token| !token.trim().is_empty())
        else {
            return Ok(None);
        };
        (token, format!("the token in {TOKEN}"))
    };
    // A scheme and a token may be separated by a space.
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        let hint = if token.ends_with('\n') {
            "it ends with a line break: write it with printf and not with echo"
        } else {
            "copy it again in full, on one line"
        };
        let problem = "is empty or contains a line break or another character that cannot go into a header";
        return Err(AuthError::new(SOURCE, format!("{place} {problem}")).with_hint(hint));
    }
    Ok(Some(Secret::new(token.as_str())))
}

/// Builds the request to address number `index` of `address`, wrapping around.
pub fn request(address: &ContainerAddress, index: usize, token: Option<&Secret>) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = address.target(index);
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(name) = address.host_header() {
        headers.insert(HOST, name.clone());
    }
    if let Some(mut value) = token.and_then(|token| HeaderValue::from_str(token.expose()).ok()) {
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    request
}

/// Parses the credentials in an answer.
///
/// # Errors
///
/// When the status is not 200, or the document is malformed.
pub fn parse(status: StatusCode, body: &[u8]) -> Result<Credentials, IssuedError> {
    if status == StatusCode::OK {
        return issued::parse(body);
    }
    let words = |name| {
        let document = Document::parse(body).ok()?;
        document.optional_text(name).ok()?.map(str::to_owned)
    };
    let message = match (words("code"), words("message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (code, message) => code.or(message).unwrap_or_default(),
    };
    Err(IssuedError::Refused { code: status.to_string(), message })
}

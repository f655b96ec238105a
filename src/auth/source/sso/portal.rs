//! GetRoleCredentials of the SSO portal: exchanges an access token for a role's credentials.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, StatusCode};

use super::settings::{Role, SsoSettings};
use crate::auth::wire::document::{Document, DocumentError};
use crate::auth::wire::fetch::{FetchError, Reply, is_transient as is_transient_failure};
use crate::auth::wire::oauth::refusal;
use crate::base::uri;
use crate::credentials::{Credentials, Secret};
use crate::endpoint::Endpoint;

const TOKEN: HeaderName = HeaderName::from_static("x-amz-sso_bearer_token");

/// `GET /federation/credentials?role_name=..&account_id=..`.
pub(super) fn request(endpoint: &Endpoint, role: &Role, token: &Secret) -> Result<Request<Bytes>, String> {
    let path = format!(
        "/federation/credentials?role_name={}&account_id={}",
        uri::encode_label(&role.name),
        uri::encode_label(&role.account_id)
    );
    let request = endpoint.request(Method::GET, &path, Bytes::new());
    let mut request = request.map_err(|error| error.to_string())?;
    let mut value = HeaderValue::from_str(token.expose())
        .map_err(|_| "the token contains a character that cannot go into a header".to_owned())?;
    value.set_sensitive(true);
    request.headers_mut().insert(TOKEN, value);
    Ok(request)
}

/// Whether a retry may help: on connection and server failures, and `TooManyRequestsException`.
pub(super) fn is_transient(outcome: &Result<Reply, FetchError>) -> bool {
    is_transient_failure(outcome)
        || matches!(outcome, Ok(reply) if reply.status == StatusCode::TOO_MANY_REQUESTS)
}

/// Returns the credentials, or what is wrong and what to do about it.
pub(super) fn parse(
    reply: &Reply,
    role: &Role,
    settings: &SsoSettings,
    secrets: &[&str],
) -> Result<Credentials, (String, String)> {
    let login = || format!("run `{}`", settings.login_command());
    if reply.status == StatusCode::OK {
        return credentials(&reply.body).map_err(|problem| {
            (format!("answered with something that contains no credentials: {problem}"), String::new())
        });
    }
    if reply.status.is_redirection() {
        return Err((format!("answered {}; redirects are not followed", reply.status), String::new()));
    }
    let said = refusal(reply, secrets);
    Err(match reply.status {
        StatusCode::UNAUTHORIZED => (format!("does not accept the token: {said}"), login()),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => (
            format!("gives no access to role {} of account {}: {said}", role.name, role.account_id),
            "check sso_account_id and sso_role_name; `aws sso login` shows what is assigned to you"
                .to_owned(),
        ),
        _ => (format!("answered {said}"), String::new()),
    })
}

/// ```text
/// {"roleCredentials": {"accessKeyId": "ASIA..", "secretAccessKey": "..", "sessionToken": "..", "expiration": 1651516560000}}
/// ```
pub(super) fn credentials(body: &[u8]) -> Result<Credentials, DocumentError> {
    let document = Document::parse(body)?.object("roleCredentials")?;
    let expiration = UNIX_EPOCH
        .checked_add(Duration::from_millis(document.number("expiration")?))
        .ok_or(DocumentError::WrongType("expiration", "a time in milliseconds"))?;
    Ok(Credentials::new(document.token("accessKeyId")?, document.token("secretAccessKey")?)
        .with_session_token(document.token("sessionToken")?)
        .with_expiration(expiration))
}

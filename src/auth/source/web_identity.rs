//! Obtains a role with a token of another identity provider: EKS service accounts (IRSA), GitHub Actions, GitLab, ...
//!
//! `AWS_WEB_IDENTITY_TOKEN_FILE` names the token's file, `AWS_ROLE_ARN` the role and `AWS_ROLE_SESSION_NAME` the
//! session; in a profile these are `web_identity_token_file`, `role_arn` and `role_session_name`, and the variables are
//! ignored. The file is read each time, because the token's issuer renews it. Source: [web
//! identity](https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html).

use std::path::Path;
use std::time::Duration;

use super::sts::{self, Asker, Call};
use crate::auth::{Answer, Auth, AuthError, Context, Found, UNFIT, fits_header};
use crate::credentials::Secret;
use crate::machine::ProfileFiles;

pub(in crate::auth) const SOURCE: &str = "web identity";

/// The variable whose presence makes this source answer.
pub(in crate::auth) const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

const ROLE_ARN: &str = "AWS_ROLE_ARN";
const SESSION_NAME: &str = "AWS_ROLE_SESSION_NAME";

/// A role, a token, and who asks for them.
pub(super) struct Request<'a> {
    pub(super) source: &'a str,
    /// The prefix of the problem in an error: the variable, or file, line and profile.
    pub(super) place: &'a str,
    pub(super) role_arn: &'a str,
    pub(super) session_name: Option<&'a str>,
    pub(super) duration: Option<Duration>,
    pub(super) token_file: &'a str,
}

/// Loads the credentials that the environment configures.
pub(in crate::auth) async fn load(context: Context<'_>, profile: Option<&str>) -> Result<Answer, AuthError> {
    let machine = context.machine();
    let Some(token_file) = machine.setting(TOKEN_FILE) else {
        return Ok(Answer::not_here(format!("{TOKEN_FILE} is not set")));
    };
    let role_arn = machine.setting(ROLE_ARN).ok_or_else(|| {
        AuthError::new(SOURCE, format!("{TOKEN_FILE} is set, but {ROLE_ARN} is not"))
            .with_hint(format!("set {ROLE_ARN} too, or unset {TOKEN_FILE} to use another source"))
    })?;
    let session_name = machine.setting(SESSION_NAME);
    let files = ProfileFiles::load_unless_named(machine, profile)?;
    let request = Request {
        source: SOURCE,
        place: TOKEN_FILE,
        role_arn: &role_arn,
        session_name: session_name.as_deref(),
        duration: None,
        token_file: &token_file,
    };
    let auth = exchange(context, &files, &request).await?;
    let origin = format!("role {role_arn} for the token in {token_file} ({TOKEN_FILE})");
    Ok(Found::new(auth, origin).with_principal(role_arn).into())
}

/// Exchanges the token for credentials of the role.
pub(super) async fn exchange(
    context: Context<'_>,
    files: &ProfileFiles,
    request: &Request<'_>,
) -> Result<Auth, AuthError> {
    let Request { source, place, role_arn, token_file, .. } = *request;
    let token = read_token(context, request)?;
    let default_name;
    let session_name = match request.session_name {
        Some(name) => name,
        None => {
            default_name = sts::session_name(context.now());
            &default_name
        }
    };
    let call =
        Call::AssumeRoleWithWebIdentity { role_arn, session_name, duration: request.duration, token: &token };
    let failing =
        format!("{place}: the role {role_arn} cannot be assumed with the web identity token in {token_file}");
    let asker = Asker { source, failing: &failing };
    sts::send(context, files, asker, &call, None).await.map(Auth::SigV4)
}

fn read_token(context: Context<'_>, request: &Request<'_>) -> Result<Secret, AuthError> {
    let Request { source, place, token_file, .. } = *request;
    let broken = |problem: String| AuthError::new(source, format!("{place}: {problem}"));
    let bytes = context.machine().read(Path::new(token_file)).map_err(|error| {
        broken(format!("the web identity token file {token_file} cannot be read: {error}"))
            .with_hint("it is written by whatever issues the token: a Kubernetes service account, a CI job")
    })?;
    let bytes = zeroize::Zeroizing::new(bytes);
    let token = std::str::from_utf8(&bytes).map(str::trim).unwrap_or_default();
    if !fits_header(token) {
        return Err(broken(format!("the web identity token in {token_file} {UNFIT}")));
    }
    Ok(Secret::new(token))
}

//! Loads a profile's credentials: asks its base, then assumes one role after the other.

use super::chain::Base;
use super::{BaseKind, Role, SOURCE, keys};
use crate::auth::source::imds::Imds;
use crate::auth::source::sts::{self, Asker, Call};
use crate::auth::source::{container, env, login, process, sso, web_identity};
use crate::auth::{Answer, Auth, AuthError, Context, Found};
use crate::credentials::Secret;
use crate::machine::{ProfileFiles, setting};
use crate::profile::Section;

/// Loads the credentials of the selected profile.
pub(in crate::auth) async fn load(context: Context<'_>, files: &ProfileFiles) -> Result<Answer, AuthError> {
    let chain = match files.chain()? {
        Ok(chain) => chain,
        Err(why) => return Ok(Answer::NotHere(why)),
    };
    let mut found = base(context, files, chain.base()).await?;
    for role in chain.roles() {
        found = assume(context, files, found, role).await?;
    }
    // Whatever the profile asks for, another setting in these files may ask for something else.
    Ok(Answer::Found(
        files.watched().iter().fold(found, |found, (path, modified)| found.with_file(path, *modified)),
    ))
}

async fn base(context: Context<'_>, files: &ProfileFiles, base: Base<'_>) -> Result<Found, AuthError> {
    let profile = base.profile();
    match base.kind() {
        BaseKind::Keys => keys::credentials(files, profile),
        BaseKind::Environment => named_source(files, base, env::access_keys(context.machine())?),
        BaseKind::Ec2InstanceMetadata => {
            let answer = Imds::new().load(context, files).await?;
            named_source(files, base, answer)
        }
        BaseKind::EcsContainer => {
            let answer = container::load(context).await?;
            named_source(files, base, answer)
        }
        BaseKind::WebIdentity => web_identity(context, files, profile).await,
        BaseKind::Sso => sso::credentials(context, files, profile).await,
        BaseKind::LoginSession => login::credentials(context, files, profile).await,
        BaseKind::Process => process::credentials(context, files, profile).await,
    }
}

/// The profile names this source, so it must have credentials.
fn named_source(files: &ProfileFiles, base: Base<'_>, answer: Answer) -> Result<Found, AuthError> {
    let source = match base.kind() {
        BaseKind::Ec2InstanceMetadata => "Ec2InstanceMetadata",
        BaseKind::EcsContainer => "EcsContainer",
        _ => "Environment",
    };
    match answer {
        Answer::Found(found) => Ok(found),
        Answer::NotHere(why) => Err(AuthError::new(
            SOURCE,
            format!(
                "{}: profile {} has credential_source = {source}, but {why}",
                files.place(base.origin()),
                base.profile().name()
            ),
        )),
    }
}

/// Obtains a role with a token of another identity provider.
async fn web_identity(
    context: Context<'_>,
    files: &ProfileFiles,
    profile: &Section,
) -> Result<Found, AuthError> {
    let (Some(role), Some(token_file)) = (Role::of(profile), setting(profile, "web_identity_token_file"))
    else {
        return Err(AuthError::new(SOURCE, format!("profile {} has no web identity", profile.name())));
    };
    let place = files.origin_text(profile, token_file.origin());
    let request = web_identity::Request {
        source: SOURCE,
        place: &place,
        role_arn: role.arn(),
        session_name: role.session_name(),
        duration: files.role_duration(profile)?,
        token_file: token_file.value(),
    };
    let auth = web_identity::exchange(context, files, &request).await?;
    let origin = format!("role {} for the token in {}, {place}", role.arn(), token_file.value());
    Ok(Found::new(auth, origin).with_principal(role.arn()))
}

async fn assume(
    context: Context<'_>,
    files: &ProfileFiles,
    with: Found,
    role: &Role<'_>,
) -> Result<Found, AuthError> {
    let profile = role.profile();
    let place = files.place(role.origin());
    let failing = format!("{place}: the role {} of profile {} cannot be assumed", role.arn(), profile.name());
    let asker = Asker { source: SOURCE, failing: &failing };
    let default_name = sts::session_name(context.now());
    let code = match role.mfa_serial() {
        Some(serial) => Some(ask_for_code(context, &failing, serial).await?),
        None => None,
    };
    let call = Call::AssumeRole {
        role_arn: role.arn(),
        session_name: role.session_name().unwrap_or(&default_name),
        duration: files.role_duration(profile)?,
        external_id: role.external_id(),
        mfa: role.mfa_serial().zip(code.as_ref().map(Secret::expose)),
    };
    let credentials = sts::send(context, files, asker, &call, Some(with.auth())).await?;
    let origin = format!(
        "role {} of profile {} ({place}), assumed with {} from {}",
        role.arn(),
        profile.name(),
        with.auth().identity(),
        with.origin()
    );
    Ok(Found::new(Auth::SigV4(credentials), origin).with_principal(role.arn()).made_with(&with))
}

async fn ask_for_code(context: Context<'_>, failing: &str, serial: &str) -> Result<Secret, AuthError> {
    let prompt = format!("MFA code of {}: ", crate::base::quote::escape(serial));
    let answer = context.machine().ask(&prompt).await.map_err(|error| {
        AuthError::new(
            SOURCE,
            format!("{failing}: mfa_serial requires a code, and it could not be read: {error}"),
        )
    })?;
    let Some(answer) = answer else {
        return Err(AuthError::new(
            SOURCE,
            format!("{failing}: mfa_serial requires a code, and there is no terminal to ask at"),
        )
        .with_hint(
            "run it in a terminal, or get a session with `aws sts get-session-token --serial-number ... --token-code \
             ...` and use that",
        ));
    };
    let code = Secret::new(answer.expose().trim());
    if code.expose().is_empty() || !code.expose().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AuthError::new(SOURCE, format!("{failing}: an MFA code has digits only")));
    }
    Ok(code)
}

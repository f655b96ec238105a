//! Calls STS over a transport.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::StatusCode;

use super::{Call, Identity, SIGNING_NAME, StsError, parse_credentials, parse_identity};
use crate::auth::source::service;
use crate::auth::wire::fetch::{self, Limits, Reply, Retries};
use crate::auth::{Auth, AuthError, Context};
use crate::base::redact::Redactor;
use crate::credentials::Credentials;
use crate::lore::reason::Reason;
use crate::lore::words;
use crate::machine::ProfileFiles;
use crate::transport::Cargo;
use crate::transport::skew::Skew;

const LIMITS: Limits = Limits::new(Duration::from_secs(5), Duration::from_secs(10));
const RETRIES: Retries = Retries { attempts: 3, pause: Duration::from_millis(100) };

/// Error codes for which STS asks for a retry, besides statuses from 500.
const RETRYABLE: [&str; 6] = [
    "IDPCommunicationError",
    "RequestLimitExceeded",
    "RequestThrottled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Who calls STS, for error messages.
#[derive(Clone, Copy)]
pub(in crate::auth) struct Asker<'a> {
    /// The source.
    pub(in crate::auth) source: &'a str,
    /// What then fails: `~/.aws/config:3: role arn:... of profile dev cannot be assumed`.
    pub(in crate::auth) failing: &'a str,
}

impl Asker<'_> {
    fn error(&self, problem: impl std::fmt::Display) -> AuthError {
        AuthError::new(self.source, format!("{}: {problem}", self.failing))
    }
}

/// Returns the default session name: `bedrill-1795317811000`.
pub(in crate::auth) fn session_name(now: SystemTime) -> String {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("bedrill-{}{:03}", since.as_secs(), since.subsec_millis())
}

/// Makes a call that yields credentials, signed with `signer` if it needs a signature.
pub(in crate::auth) async fn send(
    context: Context<'_>,
    files: &ProfileFiles,
    asker: Asker<'_>,
    call: &Call<'_>,
    signer: Option<&Auth>,
) -> Result<Credentials, AuthError> {
    let parsed = exchange(context, files, asker, call, signer, parse_credentials).await?;
    if parsed.expiration().is_some_and(|at| at <= context.now()) {
        let problem = "STS answered with credentials that have expired already";
        return Err(asker.error(problem).with_hint("look at this machine's clock"));
    }
    Ok(parsed)
}

/// Returns the identity behind `auth`, using GetCallerIdentity. It needs no permission. `profile` is the one that the
/// caller named.
///
/// # Errors
///
/// When `auth` is a bearer token, which STS does not accept, or STS does not answer as expected.
///
/// # Cancel safety
///
/// Dropping the future closes the connection. It changes nothing on the service side, and may be called again.
pub async fn caller_identity(
    context: Context<'_>,
    auth: &Auth,
    profile: Option<&str>,
) -> Result<Identity, AuthError> {
    let asker = Asker { source: SIGNING_NAME, failing: "the caller's identity cannot be asked for" };
    if !matches!(auth, Auth::SigV4(_)) {
        return Err(asker.error("a bearer token works only with Bedrock"));
    }
    let files = ProfileFiles::load_unless_named(context.machine(), profile)?;
    let call = Call::GetCallerIdentity;
    let Identity { account, arn } =
        exchange(context, &files, asker, &call, Some(auth), parse_identity).await?;
    let redactor = Redactor::new(&auth.secrets());
    Ok(Identity { account: redactor.text(&account).into_owned(), arn: redactor.text(&arn).into_owned() })
}

async fn exchange<T>(
    context: Context<'_>,
    files: &ProfileFiles,
    asker: Asker<'_>,
    call: &Call<'_>,
    signer: Option<&Auth>,
    parse: fn(StatusCode, &[u8]) -> Result<T, StsError>,
) -> Result<T, AuthError> {
    let region = service::region(context, files, asker.source)?;
    let endpoint = service::endpoint(context, files, asker.source, service::STS, &region)?;
    let unsigned = call.request(&endpoint).map_err(|error| asker.error(error))?;
    let signed = |skew: Skew| -> Result<_, AuthError> {
        let mut request = unsigned.clone();
        if let Some(signer) = signer.filter(|_| call.is_signed()) {
            signer.authorize(&mut request, region.as_str(), SIGNING_NAME, skew.apply(context.now()))?;
        }
        Ok(request)
    };
    let parse = |reply: &Reply| parse(reply.status, &reply.body);
    let again = |outcome: &Result<Reply, _>| match outcome {
        Ok(reply) => reply.is_server_error() || matches!(parse(reply), Err(error) if is_retryable(&error)),
        Err(_) => fetch::is_transient(outcome),
    };
    let ask = async |skew| {
        let request = signed(skew)?;
        let request = &|_| request.clone();
        let reply = fetch::fetch_with_retries(context, request, call.cargo(), LIMITS, RETRIES, &again).await;
        reply.map_err(|error| {
            asker
                .error(format!("{endpoint}: {error}"))
                .with_hint("check the region, the endpoint (AWS_ENDPOINT_URL_STS) and the network")
        })
    };
    let (asked_with, mut reply) = (Skew::default(), ask(Skew::default()).await?);
    // A wrong clock is corrected here, too: it must not look like a wrong key.
    if let Err(StsError::Service { code, .. }) = parse(&reply)
        && let Some(skew) = asked_with.corrected(Some(&code), reply.skew)
    {
        reply = ask(skew).await?;
    }
    if reply.status.is_redirection() {
        return Err(asker.error(format!("{endpoint} answered {}: redirects are not followed", reply.status)));
    }
    parse(&reply).map_err(|error| {
        let hint = hint(&error, call);
        asker.error(without_secrets(error, call, signer)).with_hint(hint)
    })
}

impl Call<'_> {
    fn cargo(&self) -> Cargo {
        match self {
            Self::AssumeRoleWithWebIdentity { .. } => Cargo::Token("the web identity token"),
            Self::AssumeRole { .. } | Self::GetCallerIdentity => Cargo::Signature,
        }
    }
}

fn is_retryable(error: &StsError) -> bool {
    matches!(error, StsError::Service { code, .. } if RETRYABLE.contains(&code.as_str()))
}

/// Servers may echo what they were sent.
fn without_secrets(error: StsError, call: &Call<'_>, signer: Option<&Auth>) -> StsError {
    let StsError::Service { status, code, message } = error else { return error };
    let mut secrets = signer.map(Auth::secrets).unwrap_or_default();
    match call {
        Call::AssumeRoleWithWebIdentity { token, .. } => secrets.push(token.expose()),
        Call::AssumeRole { mfa, external_id, .. } => {
            secrets.extend(mfa.map(|(_, code)| code));
            secrets.extend(external_id);
        }
        Call::GetCallerIdentity => {}
    }
    StsError::Service {
        status,
        code: fetch::scrubbed(&code, &secrets),
        message: fetch::scrubbed(&message, &secrets),
    }
}

fn hint(error: &StsError, call: &Call<'_>) -> &'static str {
    let StsError::Service { code, status, message } = error else { return "" };
    match words::reason(code, message) {
        Reason::Scope => {
            return "the region and the STS endpoint must match: check AWS_ENDPOINT_URL_STS";
        }
        Reason::ClockSkew => return "this machine's clock is more than five minutes off: set it right",
        Reason::ExplicitDeny => {
            return "a policy explicitly denies it, and no other policy can allow it: ask whoever manages that \
                    policy";
        }
        _ => {}
    }
    let code = code.strip_suffix("Exception").unwrap_or(code);
    match code {
        "AccessDenied" => match call {
            Call::AssumeRoleWithWebIdentity { .. } => {
                "the role's trust policy must allow sts:AssumeRoleWithWebIdentity to the token's issuer, subject and \
                 audience"
            }
            _ => {
                "the role's trust policy must allow the identity that asks, and that identity's policy must allow \
                 sts:AssumeRole on the role; an mfa_serial or external_id may be missing"
            }
        },
        "ExpiredToken" => "the credentials or the token sent to STS have expired: renew them",
        "InvalidClientTokenId" | "UnrecognizedClient" => {
            "the access key sent to STS is not known: it may be deleted, belong to another partition, or be a \
             temporary one without its session token"
        }
        "SignatureDoesNotMatch" | "InvalidSignature" => {
            "the secret access key may be wrong, or this machine's clock may be more than five minutes off"
        }
        "InvalidIdentityToken" => {
            "the account has no OpenID Connect provider for the token's issuer, or the token is damaged"
        }
        "RegionDisabled" => "enable the region for the account, or set another one",
        _ if *status == StatusCode::NOT_FOUND => {
            "the endpoint does not serve STS: check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(code: &str, message: &str) -> &'static str {
        let error = StsError::Service {
            status: StatusCode::FORBIDDEN,
            code: code.to_owned(),
            message: message.to_owned(),
        };
        hint(&error, &Call::GetCallerIdentity)
    }

    #[test]
    fn advice_follows_what_sts_says_about_a_signature() {
        let scope = "Credential should be scoped to a valid region.";
        assert!(advice("SignatureDoesNotMatch", scope).contains("must match"));
        let old = "Signature expired: 20250130T064508Z is now earlier than 20250210T013411Z";
        assert!(advice("SignatureDoesNotMatch", old).starts_with("this machine's clock"));
        assert!(advice("RequestExpired", "Request has expired").starts_with("this machine's clock"));
        let wrong = "The request signature we calculated does not match the signature you provided.";
        assert!(advice("SignatureDoesNotMatch", wrong).starts_with("the secret access key may be wrong"));
        let denied = "User: x is not authorized to perform: sts:AssumeRole on resource: y with an explicit deny in a policy";
        assert!(advice("AccessDenied", denied).contains("no other policy can allow"));
        assert!(advice("AccessDenied", "not authorized").contains("trust policy"));
    }
}

//! IAM Identity Center (SSO): from the token of `aws sso login` to credentials of a role.
//!
//! ```text
//! ~/.aws/config                              ~/.aws/sso/cache/{SHA-1 of "corp"}.json
//! ---------------------------------          ----------------------------------------------
//! [profile dev]                              accessToken, expiresAt
//! sso_session = corp            --------->   refreshToken, clientId, clientSecret, registrationExpiresAt
//! sso_account_id = 123456789012                 |           |
//! sso_role_name = Developer                     |           `- POST oidc.{region}/token, 5 minutes before the end
//!                                               v
//! [sso-session corp]                         GET portal.sso.{region}/federation/credentials
//! sso_start_url = https://...                   `- accessKeyId, secretAccessKey, sessionToken, expiration (ms)
//! sso_region = eu-west-1
//! ```
//!
//! Without `sso_session`, the profile holds `sso_start_url` and `sso_region` itself, and the file's name is made from
//! the URL. Sources: [SSO credential provider](https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html),
//! [GetRoleCredentials](https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html),
//! [CreateToken](https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html).

mod oidc;
mod portal;
mod settings;
mod token;

use std::time::{Duration, SystemTime};

use super::service;
use super::token_file::{self, Contents, Current, Kind, Validity};
use crate::auth::wire::document::DocumentError;
use crate::auth::wire::fetch::{Limits, Retries, fetch, fetch_with_retries};
use crate::auth::{Auth, AuthError, Context, Found};
use crate::credentials::Secret;
use crate::endpoint::Endpoint;
use crate::machine::{self, ProfileFiles};
use crate::profile::Section;
use crate::transport::{BoxFuture, Cargo};
use settings::SsoSettings;
use token::Token;

pub(in crate::auth) const SOURCE: &str = "SSO";

/// Kept short, because a lock is held meanwhile and others wait for it.
const RENEWAL: Limits = Limits::new(Duration::from_secs(8), Duration::from_secs(10));

const REFRESH_TOKEN: Cargo = Cargo::Token("the SSO refresh token and client secret");
const ACCESS_TOKEN: Cargo = Cargo::Token("the SSO access token");

const PORTAL: Limits = Limits::new(Duration::from_secs(5), Duration::from_secs(8));
const PORTAL_RETRIES: Retries = Retries { attempts: 3, pause: Duration::from_millis(200) };

/// The token of a profile's SSO session, which other AWS services accept as a bearer token.
///
/// Bedrock does not; it is here for programs that need it, and to check whether `aws sso login` is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoToken {
    access_token: Secret,
    expires_at: SystemTime,
}

impl SsoToken {
    /// Returns the token.
    #[must_use]
    pub fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// Returns when it expires.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

/// Returns the token of the selected profile's SSO session, renewed if that is due and possible.
///
/// # Errors
///
/// When the profile has no SSO session, or its token has expired: the error names the command to run.
///
/// # Cancel safety
///
/// Dropping the future while the token is being renewed releases the lock on its file, which is unchanged. The answer
/// is lost: if the service has already used up the old token, `aws sso login` is needed.
pub async fn token(context: Context<'_>, files: &ProfileFiles) -> Result<SsoToken, AuthError> {
    let profile = files
        .selected()
        .ok_or_else(|| AuthError::new(SOURCE, format!("there is no profile {:?}", files.selected_name())))?;
    let settings = SsoSettings::read(files, profile)?;
    let (token, _) = current(context, files, &settings).await?;
    Ok(SsoToken { access_token: token.access_token().clone(), expires_at: token.expires_at() })
}

/// Loads the credentials of the role that `profile` names.
pub(in crate::auth) async fn credentials(
    context: Context<'_>,
    files: &ProfileFiles,
    profile: &Section,
) -> Result<Found, AuthError> {
    let settings = SsoSettings::read(files, profile)?;
    let role = settings.role(files, profile)?;
    let (token, current) = current(context, files, &settings).await?;
    let endpoint = service::endpoint(context, files, SOURCE, service::SSO, settings.region())?;
    let request = portal::request(&endpoint, &role, token.access_token())
        .map_err(|problem| AuthError::new(SOURCE, problem))?;
    let reply = fetch_with_retries(
        context,
        &|_| request.clone(),
        ACCESS_TOKEN,
        PORTAL,
        PORTAL_RETRIES,
        &portal::is_transient,
    )
    .await;
    let reply = reply.map_err(|error| AuthError::new(SOURCE, format!("{endpoint}: {error}")))?;
    let credentials = portal::parse(&reply, &role, &settings, &token.secrets())
        .map_err(|(problem, hint)| AuthError::new(SOURCE, format!("{endpoint} {problem}")).with_hint(hint))?;
    let origin = format!("SSO role {} of account {}, {}", role.name, role.account_id, settings.place());
    let found = Found::new(Auth::SigV4(credentials), origin)
        .with_principal(format!("SSO role {} of account {}", role.name, role.account_id))
        .with_file(settings.cache_file(files)?, current.modified);
    Ok(match current.warning {
        Some(warning) => found.with_warning(warning),
        None => found,
    })
}

async fn current(
    context: Context<'_>,
    files: &ProfileFiles,
    settings: &SsoSettings,
) -> Result<(Token, Current), AuthError> {
    let endpoint = service::endpoint(context, files, SOURCE, service::SSO_OIDC, settings.region())?;
    let path = settings.cache_file(files)?;
    let current = token_file::current(context, &path, &SsoKind { context, endpoint, settings }).await?;
    let token = Token::parse(&current.contents);
    Ok((token.map_err(|problem| AuthError::new(SOURCE, problem.to_string()))?, current))
}

/// Reads and renews the tokens of `aws sso login`.
struct SsoKind<'a> {
    context: Context<'a>,
    endpoint: Endpoint,
    settings: &'a SsoSettings,
}

impl Kind for SsoKind<'_> {
    fn source(&self) -> &'static str {
        SOURCE
    }

    fn login_command(&self) -> &str {
        self.settings.login_command()
    }

    fn read(&self, contents: &[u8], now: SystemTime) -> Result<Validity, DocumentError> {
        let token = Token::parse(contents)?;
        Ok(Validity { expires_at: token.expires_at(), obstacle: token.obstacle(now) })
    }

    fn renew<'a>(&'a self, contents: &'a [u8]) -> BoxFuture<'a, Result<Contents, String>> {
        Box::pin(async move {
            let token = Token::parse(contents).map_err(|problem| problem.to_string())?;
            let request = oidc::request(&self.endpoint, &token)?;
            let answer = fetch(self.context, request, REFRESH_TOKEN, RENEWAL).await;
            let answer = answer.map_err(|error| format!("{} did not renew it: {error}", self.endpoint))?;
            oidc::parse(&answer, &token, self.context.now())
                .map_err(|problem| format!("{} did not renew it: {problem}", self.endpoint))
        })
    }
}

/// Returns the setting `name` of `section` with its place; blank ones count as absent.
fn setting<'a>(files: &ProfileFiles, section: &'a Section, name: &str) -> Option<(&'a str, String)> {
    let setting = machine::setting(section, name)?;
    Some((setting.value(), files.place(setting.origin())))
}

/// Parses the role's credentials in an answer of the portal, for the fuzz targets.
#[cfg(feature = "fuzzing")]
pub(in crate::auth) fn read_role(
    status: http::StatusCode,
    body: &[u8],
) -> Result<crate::credentials::Credentials, String> {
    if status != http::StatusCode::OK {
        let reply = crate::auth::wire::fetch::Reply {
            status,
            body: zeroize::Zeroizing::new(body.to_vec()),
            skew: None,
        };
        return Err(crate::auth::wire::oauth::refusal(&reply, &["canary"]));
    }
    portal::credentials(body).map_err(|problem| problem.to_string())
}

/// Reads a token file, renews it with an answer of the OIDC service, and reads what would be written, for the fuzz
/// targets.
#[cfg(feature = "fuzzing")]
pub(in crate::auth) fn read_file(status: http::StatusCode, file: &[u8], answer: &[u8]) -> Result<(), String> {
    let token = Token::parse(file).map_err(|problem| problem.to_string())?;
    let now = SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(1_800_000_000))
        .unwrap_or(SystemTime::UNIX_EPOCH);
    if token.obstacle(now).is_none() {
        token.renewal().map_err(|problem| problem.to_string())?;
    }
    let reply = crate::auth::wire::fetch::Reply {
        status,
        body: zeroize::Zeroizing::new(answer.to_vec()),
        skew: None,
    };
    let written = oidc::parse(&reply, &token, now)?;
    // A lifetime of thousands of years ends in a year of more than four digits. No other error is allowed.
    let renewed = Token::parse(&written).map_err(|problem| problem.to_string());
    let renewed = renewed.inspect_err(|problem| assert!(problem.starts_with("expiresAt"), "{problem}"))?;
    assert!(renewed.expires_at() >= now, "it was renewed");
    assert!(!renewed.access_token().expose().is_empty());
    Ok(())
}

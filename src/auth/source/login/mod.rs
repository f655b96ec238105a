//! The credentials that `aws login` stores: a console session, renewed with a key that only this machine has.
//!
//! ```text
//! [profile dev]                              ~/.aws/login/cache/{SHA-256 of the session}.json
//! login_session = arn:aws:iam::1:user/me --> accessToken { accessKeyId, secretAccessKey, sessionToken, accountId, expiresAt }
//!                                            refreshToken, clientId, dpopKey
//!                                               `- POST {region}.signin.aws.amazon.com/v1/token, 5 minutes before the end
//! ```
//!
//! `AWS_LOGIN_CACHE_DIRECTORY` names another folder. Source:
//! [Login credentials provider](https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html).

mod proof;
mod token;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode};
use sha2::{Digest as _, Sha256};

use super::service;
use super::token_file::{self, Contents, Kind, Validity};
use crate::auth::wire::document::{Document, DocumentError};
use crate::auth::wire::fetch::{Limits, fetch};
use crate::auth::wire::oauth::{json_object, refusal, shell_word};
use crate::auth::{Auth, AuthError, Context, Found};
use crate::base::hex;
use crate::endpoint::{Endpoint, Partition, Region};
use crate::machine::ProfileFiles;
use crate::profile::Section;
use crate::transport::{BoxFuture, Cargo};
use token::Token;

const SOURCE: &str = "login session";

/// Kept short, because a lock is held meanwhile and others wait for it.
const RENEWAL: Limits = Limits::new(Duration::from_secs(8), Duration::from_secs(10));

const CARGO: Cargo = Cargo::Token("the refresh token of aws login");

/// Loads the credentials of the session that `profile` names in `login_session`.
pub(in crate::auth) async fn credentials(
    context: Context<'_>,
    files: &ProfileFiles,
    profile: &Section,
) -> Result<Found, AuthError> {
    let session = profile.property("login_session").map(str::trim).unwrap_or_default();
    let path = cache_file(context, files, session)?;
    let region = match profile.property("region").map(str::trim).filter(|region| !region.is_empty()) {
        Some(region) => Region::new(region).map_err(|error| AuthError::new(SOURCE, error.to_string()))?,
        None => service::region(context, files, SOURCE)?,
    };
    let kind = LoginKind {
        context,
        endpoint: endpoint(context, files, &region)?,
        command: format!("aws login --profile {}", shell_word(profile.name())),
    };
    let current = token_file::current(context, &path, &kind).await?;
    let place =
        profile.property_origin("login_session").map(|origin| files.place(origin)).unwrap_or_default();
    let token = Token::parse(&current.contents);
    let token = token.map_err(|problem| AuthError::new(SOURCE, problem.to_string()))?;
    let found = Found::new(
        Auth::SigV4(token.credentials().clone()),
        format!("login session of profile {} ({place})", profile.name()),
    );
    let found = found.with_file(path, current.modified);
    Ok(match current.warning {
        Some(warning) => found.with_warning(warning),
        None => found,
    })
}

fn cache_file(context: Context<'_>, files: &ProfileFiles, session: &str) -> Result<PathBuf, AuthError> {
    let name = format!("{}.json", hex::encode(&Sha256::digest(session.as_bytes())));
    if let Some(folder) = context.machine().setting("AWS_LOGIN_CACHE_DIRECTORY") {
        return Ok(PathBuf::from(folder).join(name));
    }
    files.locations().below_home(&[".aws", "login", "cache", &name]).ok_or_else(|| {
        AuthError::new(SOURCE, "there is no home directory to find ~/.aws/login/cache in")
            .with_hint("set HOME or AWS_LOGIN_CACHE_DIRECTORY")
    })
}

/// Without FIPS and dual stack, the oldest partitions use host names of another form than the rest of AWS.
fn endpoint(context: Context<'_>, files: &ProfileFiles, region: &Region) -> Result<Endpoint, AuthError> {
    let endpoint = service::endpoint(context, files, SOURCE, service::SIGNIN, region)?;
    let partition = region.partition();
    let domain = match partition {
        Partition::Aws => "signin.aws.amazon.com",
        Partition::AwsCn => "signin.amazonaws.cn",
        Partition::AwsUsGov => "signin.amazonaws-us-gov.com",
        _ => return Ok(endpoint),
    };
    if endpoint.url() != format!("https://signin.{region}.{}", partition.dns_suffix()) {
        return Ok(endpoint);
    }
    Endpoint::custom(&format!("https://{region}.{domain}"))
        .map_err(|error| AuthError::new(SOURCE, error.to_string()))
}

/// Reads and renews the tokens of `aws login`.
struct LoginKind<'a> {
    context: Context<'a>,
    endpoint: Endpoint,
    command: String,
}

impl Kind for LoginKind<'_> {
    fn source(&self) -> &'static str {
        SOURCE
    }

    fn login_command(&self) -> &str {
        &self.command
    }

    fn read(&self, contents: &[u8], _: SystemTime) -> Result<Validity, DocumentError> {
        let obstacle =
            (!proof::CAN_SIGN).then_some("this build of bedrill cannot sign its renewal (feature reqwest)");
        Ok(Validity { expires_at: Token::parse(contents)?.expires_at(), obstacle })
    }

    fn renew<'a>(&'a self, contents: &'a [u8]) -> BoxFuture<'a, Result<Contents, String>> {
        Box::pin(async move {
            let token = Token::parse(contents).map_err(|problem| problem.to_string())?;
            let request = request(&self.endpoint, &token, self.context.now())?;
            let reply = fetch(self.context, request, CARGO, RENEWAL).await;
            let reply = reply.map_err(|error| format!("{} did not renew it: {error}", self.endpoint))?;
            if reply.status != StatusCode::OK {
                let problem = refusal(&reply, &token.secrets());
                return Err(format!("{} did not renew it: {problem}", self.endpoint));
            }
            let answer = Document::parse(&reply.body);
            let contents = answer.and_then(|answer| token.renewed(&answer, self.context.now()));
            contents.map_err(|problem| format!("{} sent an unexpected answer: {problem}", self.endpoint))
        })
    }
}

/// Builds `POST /v1/token`, with a proof that we hold the key the session was made for (RFC 9449).
fn request(endpoint: &Endpoint, token: &Token, now: SystemTime) -> Result<Request<Bytes>, String> {
    let request = endpoint.request(Method::POST, "/v1/token", json_object(&token.renewal()));
    let mut request = request.map_err(|error| error.to_string())?;
    let proof = proof::sign(token.key(), "POST", &request.uri().to_string(), now)?;
    let mut proof = HeaderValue::from_str(&proof).map_err(|error| error.to_string())?;
    proof.set_sensitive(true);
    request.headers_mut().insert(HeaderName::from_static("dpop"), proof);
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// Reads a token file, renews it with an answer of the sign-in service, and reads what would be written, for the fuzz
/// targets.
#[cfg(feature = "fuzzing")]
pub(in crate::auth) fn read_file(file: &[u8], answer: &[u8]) -> Result<(), DocumentError> {
    const FAR_FUTURE: DocumentError =
        DocumentError::WrongType("expiresAt", "a time such as 2026-11-22T03:23:31Z");
    let token = Token::parse(file)?;
    assert!(!token.key().expose().is_empty() && token.renewal().iter().all(|(_, value)| !value.is_empty()));
    let now = SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(1_800_000_000))
        .unwrap_or(SystemTime::UNIX_EPOCH);
    let written = token.renewed(&Document::parse(answer)?, now)?;
    // A lifetime of thousands of years ends in a year of more than four digits. No other error is allowed.
    let renewed = Token::parse(&written);
    let renewed = renewed.inspect_err(|problem| assert_eq!(*problem, FAR_FUTURE))?;
    assert!(renewed.expires_at() >= now, "it was renewed");
    assert_eq!(renewed.credentials().expiration(), Some(renewed.expires_at()));
    Ok(())
}

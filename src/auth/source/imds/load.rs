//! Loads the instance's credentials and region over a transport.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};

use super::{
    DISABLED, Imds, REGION, SOURCE, credentials_request, get, parse_credentials, parse_role, parse_token,
    role_request, token_request,
};
use crate::auth::wire::fetch::{self, FetchError, Limits, Reply, Retries};
use crate::auth::wire::issued::{self, IssuedError};
use crate::auth::{Answer, Auth, AuthError, Context};
use crate::credentials::Secret;
use crate::endpoint::{Endpoint, EndpointError, Region};
use crate::machine::ProfileFiles;
use crate::transport::{Direct, TransportErrorKind};

const LIMITS: Limits = Limits::new(Duration::from_secs(1), Duration::from_secs(1));
const RETRIES: Retries = Retries { attempts: 4, pause: Duration::from_millis(50) };

impl Imds {
    /// Loads the credentials of the instance's role.
    pub(in crate::auth) async fn load(
        &self,
        context: Context<'_>,
        files: &ProfileFiles,
    ) -> Result<Answer, AuthError> {
        if is_disabled(context) {
            return Ok(Answer::not_here(format!("{DISABLED} is true")));
        }
        let endpoint = self.endpoint(context.machine(), files)?;
        let mut session = match Session::open(context, &endpoint).await {
            Ok(session) => session,
            Err(why) => return Ok(Answer::NotHere(why)),
        };
        let reply = session.get(&role_request).await?;
        if reply.status == StatusCode::NOT_FOUND {
            return Ok(Answer::not_here(format!("{endpoint} says that the instance has no role")));
        }
        let body = session.expect_ok(&reply, "the name of the role")?;
        if body.trim_ascii().is_empty() {
            return Ok(Answer::not_here(format!("{endpoint} names no role")));
        }
        let role = parse_role(body)
            .ok_or_else(|| session.error("its answer to the request for a role is not a name"))?;
        let reply = session.get(&|endpoint, token| credentials_request(endpoint, role, token)).await?;
        let body = session.expect_ok(&reply, "the credentials")?;
        let credentials = parse_credentials(body).map_err(|error| session.refusal(role, error))?;
        let (credentials, note) = issued::extended(credentials, context.now());
        Ok(Answer::found(Auth::SigV4(credentials), format!("role {role} of this instance, {endpoint}{note}")))
    }

    /// Returns the instance's region; `None` when the service is disabled, absent or does not say.
    pub(in crate::auth) async fn region(&self, context: Context<'_>, files: &ProfileFiles) -> Option<Region> {
        if is_disabled(context) {
            return None;
        }
        let endpoint = self.endpoint(context.machine(), files).ok()?;
        let mut session = Session::open(context, &endpoint).await.ok()?;
        let reply = session.get(&|endpoint, token| get(endpoint, REGION, token)).await.ok()?;
        let text = std::str::from_utf8(session.expect_ok(&reply, "the region").ok()?).ok()?;
        Region::new(text).ok()
    }
}

fn is_disabled(context: Context<'_>) -> bool {
    context.machine().setting(DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Builds a request from the endpoint and a token.
type Question<'a> = dyn Fn(&Endpoint, &Secret) -> Result<Request<Bytes>, EndpointError> + Sync + 'a;

/// A metadata service that has issued a token.
struct Session<'a> {
    context: Context<'a>,
    endpoint: &'a Endpoint,
    token: Secret,
    renewed: bool,
}

impl<'a> Session<'a> {
    /// Requests a token. On failure it returns why there is no metadata service here: other clouds and laptops answer
    /// at this address in many ways.
    async fn open(context: Context<'a>, endpoint: &'a Endpoint) -> Result<Self, String> {
        let token = token(context, endpoint).await?;
        Ok(Self { context, endpoint, token, renewed: false })
    }

    /// Sends the request that `request` builds from the token. A rejected token is renewed once.
    async fn get(&mut self, request: &Question<'_>) -> Result<Reply, AuthError> {
        loop {
            let mut made = request(self.endpoint, &self.token).map_err(|error| self.error(error))?;
            made.extensions_mut().insert(Direct);
            let reply =
                fetch::fetch_with_retries(self.context, &|_| made.clone(), LIMITS, RETRIES, &again).await;
            let reply = reply.map_err(|error| self.error(error))?;
            if reply.status != StatusCode::UNAUTHORIZED || self.renewed {
                return Ok(reply);
            }
            self.renewed = true;
            self.token = token(self.context, self.endpoint)
                .await
                .map_err(|why| AuthError::new(SOURCE, format!("the token was refused; {why}")))?;
        }
    }

    fn expect_ok<'r>(&self, reply: &'r Reply, what: &str) -> Result<&'r [u8], AuthError> {
        if reply.status == StatusCode::OK {
            return Ok(&reply.body);
        }
        Err(self.error(format!("it answered {} to the request for {what}", reply.status)))
    }

    fn refusal(&self, role: &str, error: IssuedError) -> AuthError {
        let error = error.without(&[self.token.expose()]);
        let hint = match &error {
            IssuedError::Refused { code, .. } if code == "AssumeRoleUnauthorizedAccess" => {
                "the role's trust policy must allow ec2.amazonaws.com to assume it"
            }
            _ => "",
        };
        self.error(format!("no credentials for the role {role}: {error}")).with_hint(hint)
    }

    fn error(&self, problem: impl std::fmt::Display) -> AuthError {
        AuthError::new(SOURCE, format!("{}: {problem}", self.endpoint))
    }
}

/// Returns a new token, or why there is none.
async fn token(context: Context<'_>, endpoint: &Endpoint) -> Result<Secret, String> {
    let mut request = token_request(endpoint).map_err(|error| error.to_string())?;
    request.extensions_mut().insert(Direct);
    let reply = fetch::fetch_with_retries(context, &|_| request.clone(), LIMITS, RETRIES, &again).await;
    let reply = reply.map_err(|error| match error {
        FetchError::NoTransport => error.to_string(),
        FetchError::Timeout(_) | FetchError::Transport(TransportErrorKind::Timeout, _) => format!(
            "{endpoint} gave no token within {} s; not on EC2? {DISABLED}=true switches this off; in a container on EC2, \
             the hop limit of the instance's metadata must be 2 (aws ec2 modify-instance-metadata-options \
             --http-put-response-hop-limit 2)",
            LIMITS.total.as_secs()
        ),
        error => format!("{endpoint}: {error}; not on EC2? {DISABLED}=true switches this off"),
    })?;
    if reply.status != StatusCode::OK {
        return Err(format!(
            "{endpoint} answered {} to the request for a token; {DISABLED}=true switches this off",
            reply.status
        ));
    }
    parse_token(&reply.body).ok_or_else(|| {
        format!("{endpoint} sent an unexpected answer to the request for a token; {DISABLED}=true switches this off")
    })
}

/// Retries only when the service reports a temporary error; a timeout would just repeat.
fn again(outcome: &Result<Reply, FetchError>) -> bool {
    outcome.as_ref().is_ok_and(Reply::is_server_error)
}

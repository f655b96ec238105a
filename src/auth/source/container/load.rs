//! Loads a container's credentials over a transport.

use std::time::Duration;

use super::{ContainerUri, FULL_URI, RELATIVE_URI, SOURCE, parse, request, token};
use crate::auth::wire::fetch::{self, FetchError, Limits, Reply, Retries};
use crate::auth::wire::issued;
use crate::auth::{Answer, Auth, AuthError, Context};
use crate::transport::Direct;

/// The timeouts of the AWS SDK for Rust: 2 s to connect, 5 s to answer.
const LIMITS: Limits = Limits::new(Duration::from_secs(5), Duration::from_secs(7));
const RETRIES: Retries = Retries { attempts: 3, pause: Duration::from_millis(100) };

/// Loads the credentials that the container's agent issues.
pub(in crate::auth) async fn load(context: Context<'_>) -> Result<Answer, AuthError> {
    let machine = context.machine();
    let Some(uri) = ContainerUri::find(machine)? else {
        return Ok(Answer::not_here(format!("neither {RELATIVE_URI} nor {FULL_URI} is set")));
    };
    let addresses = match uri.unresolved() {
        Some(name) => machine.resolve(name).await,
        None => Ok(Vec::new()),
    };
    let address = uri.resolved(addresses)?;
    let token = token(machine)?;
    let place = format!("{} ({})", address.configured(), address.variable());
    let again = |outcome: &Result<Reply, FetchError>| match outcome {
        Ok(reply) if reply.status == http::StatusCode::OK => parse(reply.status, &reply.body).is_err(),
        _ => fetch::is_transient(outcome),
    };
    let request = |attempt| {
        let mut request = request(&address, attempt, token.as_ref());
        request.extensions_mut().insert(Direct);
        request
    };
    let reply = fetch::fetch_with_retries(context, &request, LIMITS, RETRIES, &again).await;
    let reply = reply.map_err(|error| AuthError::new(SOURCE, format!("{place}: {error}")))?;
    match parse(reply.status, &reply.body) {
        Ok(credentials) => {
            let (credentials, note) = issued::extended(credentials, context.now());
            Ok(Answer::found(Auth::SigV4(credentials), format!("{place}{note}")))
        }
        Err(error) => {
            let secrets: Vec<_> = token.iter().map(|token| token.expose()).collect();
            let error = error.without(&secrets);
            Err(AuthError::new(SOURCE, format!("{place} gives no credentials: {error}")))
        }
    }
}

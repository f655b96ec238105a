//! One request and its response: authorized, dated and sent, then read as a success or as a service error.

use std::borrow::Cow;
use std::time::SystemTime;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use super::attempt::{Attempt, Attempts, Failed};
use super::head::{self, Head};
use super::passed::Passed;
use super::timer::{self, Timer, within};
use super::{Calls, ERROR_BODY};
use crate::auth::{Auth, xml_error_code};
use crate::base::redact::Redactor;
use crate::client::caller::Caller;
use crate::client::error::{Error, TimeoutKind};
use crate::client::signing_service::{BEDROCK, SigningService};
use crate::endpoint::Region;
use crate::operation::{self, AnswerError, BuildError, ServiceError};
use crate::transport::skew::Skew;
use crate::transport::{Body, BoxFuture, USER_AGENT};

/// A response, and the service's error when it is a refusal.
struct Answer {
    head: Parts,
    /// The part of it that has not been read yet.
    body: Body,
    /// Knows the secrets of the request.
    redactor: Redactor,
    refusal: Option<Refusal>,
}

/// The content of an unsuccessful response.
struct Refusal {
    error: ServiceError,
    /// The first bytes of the body as received, and the error that cut them short.
    beginning: Vec<u8>,
    cut: Option<Error>,
    /// What the request was authorized with.
    auth: Auth,
    /// What the response shows about the clock.
    measured: Option<Skew>,
}

/// What is sent, and how its response is read.
#[derive(Clone, Copy)]
struct Sending<'a> {
    caller: &'a Caller,
    build: &'a Build<'a>,
    service: &'a SigningService,
    region: &'a Region,
    attempt: &'a Attempt,
    is_refusal: fn(StatusCode) -> bool,
    parse_error: fn(&mut Parts, &[u8], &Redactor) -> ServiceError,
}

/// Builds the request anew each time it is sent: a sent request is not kept.
type Build<'a> = dyn Fn() -> Result<http::Request<Bytes>, BuildError> + Sync + 'a;

/// Reads the document of a response.
pub(in crate::client) type Parse<'a, T> = dyn Fn(&HeaderMap, &[u8]) -> Result<T, AnswerError> + Sync + 'a;

/// Advice to the user about an error, beyond what the service says.
type Advise<'a> = dyn Fn(&ServiceError, &Auth) -> Option<String> + Sync + 'a;

/// The advice on a status that is neither 200 nor an error.
const NO_ANSWER: &str =
    "Bedrock answers with 200 or an error: is the endpoint Bedrock's, or a gateway that speaks its API?";

impl Calls {
    /// Authorizes and sends; a status other than 200 is an error, with the advice that `advise` gives on it.
    ///
    /// Boxed and not generic: callers hold it in several places, and each would add its size to their futures.
    pub(in crate::client) fn exchange<'a>(
        &'a self,
        caller: &'a Caller,
        build: &'a Build<'a>,
        region: &'a Region,
        advise: &'a Advise<'a>,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<(Head, Body), Failed>> {
        let service = &BEDROCK;
        let parse_error = |head: &mut Parts, body: &_, redactor: &_| {
            head::redact(&mut head.headers, redactor);
            operation::parse_error(head.status, &head.headers, body)
        };
        let is_refusal = |status| status != StatusCode::OK;
        let sending = Sending { caller, build, service, region, attempt, is_refusal, parse_error };
        Box::pin(async move {
            let Answer { head, body, redactor, refusal } = self.send(sending).await?;
            let Some(Refusal { error, auth, measured, .. }) = refusal else {
                return Ok((Head::new(head, redactor), body));
            };
            let advice = match head.status {
                // Without a place to go, it is no redirect.
                StatusCode::NOT_MODIFIED => Some(NO_ANSWER.to_owned()),
                status if status.is_redirection() => Some(
                    "redirects are not followed, because they would carry the credentials along".to_owned(),
                ),
                status if status.is_informational() || status.is_success() => Some(NO_ANSWER.to_owned()),
                _ => advise(&error, &auth),
            };
            Err(Failed::refused(Error::from(error).with_hint(advice), measured))
        })
    }

    /// Authorizes and sends; returns the response whatever its status.
    pub(in crate::client) fn pass<'a>(
        &'a self,
        caller: &'a Caller,
        build: &'a Build<'a>,
        service: &'a SigningService,
        region: &'a Region,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Passed, Failed>> {
        let is_refusal = |status: StatusCode| status.is_client_error() || status.is_server_error();
        // The head is passed on as it came.
        let parse_error = |head: &mut Parts, body: &_, redactor: &_| {
            let mut headers = head.headers.clone();
            head::redact(&mut headers, redactor);
            operation::parse_error(head.status, &headers, body).or_code(|| xml_error_code(body))
        };
        let sending = Sending { caller, build, service, region, attempt, is_refusal, parse_error };
        Box::pin(async move {
            let Answer { head, body: rest, refusal, .. } = self.send(sending).await?;
            let Some(Refusal { error, beginning, cut, measured, .. }) = refusal else {
                return Ok(Passed { head, beginning: Bytes::new(), cut: None, rest, refused: None });
            };
            let refused = Some(Failed::refused(error.into(), measured));
            Ok(Passed { head, beginning: beginning.into(), cut, rest, refused })
        })
    }

    /// Authorizes and sends; retries once when the key is rejected and the sources have another one.
    async fn send(&self, sending: Sending<'_>) -> Result<Answer, Error> {
        let caller = sending.caller;
        let mut auth = caller.auth().await?;
        let mut is_replaced = false;
        loop {
            let answer = self.send_once(sending, &auth).await?;
            let rejected = answer.refusal.as_ref().filter(|_| !is_replaced);
            let Some(Refusal { error, .. }) = rejected else { return Ok(answer) };
            let Some(other) = caller.replacement(error, &auth).await else { return Ok(answer) };
            auth = other;
            is_replaced = true;
        }
    }

    /// Authorizes and sends once.
    async fn send_once(&self, sending: Sending<'_>, auth: &Auth) -> Result<Answer, Error> {
        let Sending { caller, is_refusal, parse_error, .. } = sending;
        let Attempts { timeouts, .. } = &self.attempts;
        let transport = &*self.transport;
        let sent = caller.now();
        let response = transport.send(self.authorized(sending, auth, sent)?);
        let mut first_byte = Timer::start(transport, TimeoutKind::FirstByte, timeouts.first_byte());
        let redactor = caller.redactor(auth);
        let response = within(transport, first_byte.as_mut(), response).await?;
        let response = response.map_err(|error| error.without_secrets(&redactor))?;
        let received = caller.now();
        let (mut head, mut body) = response.into_parts();
        if !is_refusal(head.status) {
            return Ok(Answer { head, body, redactor, refusal: None });
        }
        let (beginning, read) = timer::read_at_most(&mut body, ERROR_BODY, transport, timeouts).await;
        let measured = self.attempts.measure(auth, &head.headers, sent, received);
        let error = parse_error(&mut head, &redactor.bytes(&beginning), &redactor);
        let refusal = Refusal { error, beginning, cut: read.err(), auth: auth.clone(), measured };
        Ok(Answer { head, body, redactor, refusal: Some(refusal) })
    }

    /// Builds the request to send, outside the future that waits for the response, which would otherwise reserve space
    /// for it.
    fn authorized(
        &self,
        sending: Sending<'_>,
        auth: &Auth,
        sent: SystemTime,
    ) -> Result<http::Request<Bytes>, Error> {
        let Sending { caller, build, service, region, attempt, .. } = sending;
        if !service.takes_bearer() {
            auth.refused_by(service.signing_name()).map_or(Ok(()), Err)?;
        }
        let mut http = build()?;
        caller.check(http.uri(), auth)?;
        http.headers_mut().entry(http::header::USER_AGENT).or_insert(USER_AGENT);
        attempt.mark(http.headers_mut());
        let date = attempt.date(sent);
        auth.authorize_with(&mut http, |credentials| {
            service.params(credentials, region, date).with_key_cache(&self.signing_keys)
        })?;
        Ok(http)
    }

    /// Reads a response that is one JSON document of at most `allowed` bytes, with our secrets removed; `keep` puts back
    /// what must stay as it came.
    pub(in crate::client) async fn document<T>(
        &self,
        head: &Head,
        mut body: Body,
        allowed: usize,
        parse: &Parse<'_, T>,
        keep: fn(&mut T, T),
    ) -> Result<T, Error> {
        let Head { status, headers, redactor } = head;
        let request_id = operation::request_id(headers);
        let described = |error: Error| error.with_response(*status, request_id);
        let Attempts { timeouts, .. } = &self.attempts;
        let (whole, read) = timer::read_at_most(&mut body, allowed, &*self.transport, timeouts).await;
        read.map_err(|error| described(error.without_secrets(redactor)))?;
        if whole.len() > allowed {
            return Err(described(AnswerError::OverBudget { allowed }.into()));
        }
        let clean = redactor.data(&whole);
        if let Ok(mut answer) = parse(headers, &clean) {
            if let Cow::Owned(_) = clean
                && let Ok(original) = parse(headers, &whole)
            {
                keep(&mut answer, original);
            }
            return Ok(answer);
        }
        // Read again for the error, which quotes it.
        parse(headers, &redactor.bytes(&whole)).map_err(|error| described(error.into()))
    }
}

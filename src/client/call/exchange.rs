//! One request and its answer: authorized, dated and sent, and read as a success or as what the service says.

use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderMap;
use http::response::Parts;

use super::attempt::{Attempt, Attempts, Failed};
use super::timer::{self, Timer, within};
use super::{Calls, ERROR_BODY};
use crate::auth::Auth;
use crate::client::caller::{self, Caller};
use crate::client::error::{Error, TimeoutKind};
use crate::endpoint::{Region, SIGNING_NAME};
use crate::operation::{self, AnswerError, BuildError, ServiceError};
use crate::transport::{Body, BoxFuture, USER_AGENT};

/// An answer that is not a success.
struct Refusal {
    head: Parts,
    error: ServiceError,
    /// When the request was sent, and when the head of the answer came, by the client's clock.
    sent: SystemTime,
    received: SystemTime,
}

/// Makes the request, as often as it is sent: one that has been sent is not kept.
type Build<'a> = dyn Fn() -> Result<http::Request<Bytes>, BuildError> + Sync + 'a;

/// What to tell the user about an error, besides what the service says.
type Advise<'a> = dyn Fn(&ServiceError, &Auth) -> Option<String> + Sync + 'a;

impl Calls {
    /// Authorizes and sends; an answer other than 200 is an error, with what `advise` says about it.
    ///
    /// A request whose key is rejected is sent once more within the same attempt, when the sources have another key.
    ///
    /// Boxed, and not generic: the callers hold it in several places, and their futures would hold as many of it.
    pub(in crate::client) fn exchange<'a>(
        &'a self,
        caller: &'a Caller,
        build: &'a Build<'a>,
        region: &'a Region,
        advise: &'a Advise<'a>,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<(Parts, Body), Failed>> {
        Box::pin(async move {
            let mut auth = caller.auth().await?;
            let mut is_replaced = false;
            let Refusal { head, error, sent, received } = loop {
                let refusal = match self.send(caller, build, region, &auth, attempt).await? {
                    Ok(success) => return Ok(success),
                    Err(refusal) => refusal,
                };
                if is_replaced {
                    break refusal;
                }
                match caller.replacement(&refusal.error, &auth).await {
                    Some(other) => auth = other,
                    None => break refusal,
                }
                is_replaced = true;
            };
            let advice = if head.status.is_redirection() {
                Some("redirects are not followed, because they would carry the credentials along".to_owned())
            } else {
                advise(&error, &auth)
            };
            let measured = self.attempts.measure(&auth, &head.headers, sent, received);
            Err(Failed::refused(Error::from(error).with_hint(advice), measured))
        })
    }

    /// Authorizes and sends once: the answer when it is a success, else what the service says.
    async fn send(
        &self,
        caller: &Caller,
        build: &Build<'_>,
        region: &Region,
        auth: &Auth,
        attempt: &Attempt,
    ) -> Result<Result<(Parts, Body), Refusal>, Error> {
        let Attempts { timeouts, .. } = &self.attempts;
        let transport = &*self.transport;
        let sent = caller.now();
        let sending = transport.send(self.authorized(build, region, auth, attempt, sent)?);
        let mut first_byte = Timer::start(transport, TimeoutKind::FirstByte, timeouts.first_byte());
        let response = within(first_byte.as_mut(), sending).await??;
        let received = caller.now();
        let (head, mut body) = response.into_parts();
        if head.status == http::StatusCode::OK {
            return Ok(Ok((head, body)));
        }
        let whole = timer::read_at_most(&mut body, ERROR_BODY, transport, timeouts).await;
        let whole = caller::redacted(&whole.unwrap_or_default(), auth);
        let error = operation::parse_error(head.status, &head.headers, &whole);
        Ok(Err(Refusal { head, error, sent, received }))
    }

    /// The request of `attempt`, ready to be sent. Made apart from the future that waits for the answer, which would keep
    /// its room.
    fn authorized(
        &self,
        build: &Build<'_>,
        region: &Region,
        auth: &Auth,
        attempt: &Attempt,
        sent: SystemTime,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut http = build()?;
        http.headers_mut().insert(http::header::USER_AGENT, USER_AGENT);
        attempt.mark(http.headers_mut());
        let date = attempt.date(sent);
        auth.authorize_with_keys(&mut http, region.as_str(), SIGNING_NAME, date, Some(&self.signing_keys))?;
        Ok(http)
    }

    /// Reads an answer that is one JSON document.
    pub(in crate::client) async fn document<T>(
        &self,
        caller: &Caller,
        head: &Parts,
        mut body: Body,
        parse: fn(&HeaderMap, &[u8]) -> Result<T, AnswerError>,
    ) -> Result<T, Error> {
        let request_id = operation::request_id(&head.headers);
        let described = |error: Error| error.with_response(head.status, request_id);
        let Attempts { timeouts, .. } = &self.attempts;
        let allowed = self.frame_budget;
        let whole = timer::read_at_most(&mut body, allowed, &*self.transport, timeouts).await;
        let whole = whole.map_err(described)?;
        if whole.len() > allowed {
            return Err(described(AnswerError::OverBudget { allowed }.into()));
        }
        if let Ok(answer) = parse(&head.headers, &whole) {
            return Ok(answer);
        }
        // Read again for the error, which quotes it.
        parse(&head.headers, &caller.quotable(&whole).await).map_err(|error| described(error.into()))
    }
}

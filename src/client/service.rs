//! The service as this client reaches it: caller, endpoint and call settings.

use std::future::Future;

use bytes::Bytes;
use http::HeaderMap;

use super::call::Calls;
use super::call::attempt::{Attempt, Failed, Verdict};
use super::call::head::Head;
use super::call::passed::Passed;
use super::caller::Caller;
use super::error::Error;
use super::hint::{self, Circumstances};
use super::place::Place;
use super::signing_service::SigningService;
use crate::converse::ConverseRequest;
use crate::endpoint::{Endpoint, Plane, Region};
use crate::model_id::ModelId;
use crate::operation::{AnswerError, BuildError, ServiceError};
use crate::transport::Body;

/// Caller, endpoint and call settings.
pub(super) struct Service {
    pub(super) caller: Caller,
    pub(super) place: Place,
    pub(super) calls: Calls,
}

/// An operation that invokes a model.
pub(super) struct Invocation {
    /// Converts a request to HTTP, for a model other than the one that it names.
    pub(super) build: fn(&ModelId, &ConverseRequest, &Endpoint) -> Result<http::Request<Bytes>, BuildError>,
    /// The IAM action that it needs.
    pub(super) action: &'static str,
}

impl Service {
    /// Asks the instance for its region, when nothing else names one.
    pub(super) fn learn_region(&self) -> impl Future<Output = ()> {
        self.place.learn_region(&self.caller)
    }

    /// Invokes `model_id`, which may be another than `request` names, in `region`.
    pub(super) async fn invoke(
        &self,
        region: &Region,
        model_id: &ModelId,
        request: &ConverseRequest,
        how: &Invocation,
        attempt: &Attempt,
    ) -> Result<(Head, Body), Failed> {
        let endpoint = self.place.endpoint(Plane::Data, region)?;
        let build = || (how.build)(model_id, request, &endpoint);
        let advise = |error: &ServiceError, auth: &_| {
            hint::for_error(error, &Circumstances { region, model_id, auth, action: how.action })
        };
        self.calls.exchange(&self.caller, &build, region, &advise, attempt).await
    }

    /// Sends a request to `service`, and returns the response unchanged.
    pub(super) async fn pass(
        &self,
        service: &SigningService,
        mut request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, Error> {
        let Self { caller, place, calls } = self;
        if service.region().is_none() {
            self.learn_region().await;
        }
        let region = service.region().unwrap_or_else(|| place.home_region());
        *request.uri_mut() = place.locate(service, region, request.uri(), caller)?;
        // The host comes from the URI. A request that came in over HTTP/2 goes out over HTTP/1.1.
        request.headers_mut().remove(http::header::HOST);
        *request.version_mut() = http::Version::HTTP_11;
        let build = &|| Ok(request.clone());
        let send_once =
            |attempt: Attempt| async move { calls.pass(caller, build, service, region, &attempt).await };
        let done = calls.run(send_once, Passed::verdict).await?;
        let mut timers = calls.stream_timers();
        timers.total = done.total;
        Ok(done.answer.into_response(timers))
    }

    /// Makes one call whose answer is one JSON document.
    pub(super) async fn ask<T>(
        &self,
        plane: Plane,
        region: &Region,
        action: &'static str,
        build: impl Fn(&Endpoint) -> Result<http::Request<Bytes>, BuildError> + Sync,
        parse: fn(&HeaderMap, &[u8]) -> Result<T, AnswerError>,
    ) -> Result<T, Error> {
        let Self { caller, place, calls } = self;
        let endpoint = place.endpoint(plane, region)?;
        let build = &|| build(&endpoint);
        let advise = |error: &_, auth: &_| hint::for_control_error(error, auth, region, action);
        let send_once = |attempt: Attempt| async move {
            let (head, body) = calls.exchange(caller, build, region, &advise, &attempt).await?;
            let allowed = calls.budgets.document();
            calls.document(&head, body, allowed, &parse, |_, _| ()).await.map_err(Failed::from)
        };
        Ok(calls.run(send_once, |_| Verdict::Success).await?.answer)
    }
}

//! The operations of Bedrock as plain HTTP: from a typed request to an `http::Request`, and from an answer to types.
//!
//! Nothing is sent or signed here, so that any HTTP client can carry the result.
//!
//! ```
//! use bedrill::endpoint::{Endpoint, HostVariant, Plane, Region};
//! use bedrill::operation;
//! use bedrill::ConverseRequest;
//!
//! let region = Region::new("us-east-1")?;
//! let endpoint = Endpoint::regional(Plane::Data, &region, HostVariant::default());
//! let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
//! let http = operation::converse_stream(&request, &endpoint)?;
//! assert_eq!(http.uri().path(), "/model/us.amazon.nova-lite-v1%3A0/converse-stream");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod control;
mod project;
mod service_error;
#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use http::{Method, Request};
use serde_json::Value;

use crate::base::{json, quote, uri};
#[cfg(feature = "client")]
use crate::converse::ConverseStreamEvent;
use crate::converse::{ConverseRequest, ConverseResponse, ShapeError};
use crate::endpoint::{Endpoint, EndpointError};
use crate::model_id::{ModelId, ModelIdError, RequestedModel};
use crate::models::{CountTokensRequest, CountTokensResponse};
use crate::shape::Shape;

pub use crate::lore::reason::Reason;
#[cfg(feature = "client")]
pub(crate) use control::parse_page_of_profiles;
pub use control::{
    foundation_model, foundation_model_availability, inference_profile, list_foundation_models,
    list_inference_profiles, parse_foundation_model, parse_foundation_model_availability,
    parse_inference_profile, parse_list_foundation_models, parse_list_inference_profiles,
};
pub use project::ProjectError;
pub(crate) use project::check_project;
pub use service_error::{ServiceError, parse_error};

/// The content type of a stream of frames.
pub const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// The header with the request ID, whichever service or gateway answers.
static REQUEST_IDS: [HeaderName; 3] = [
    HeaderName::from_static("x-amzn-requestid"),
    HeaderName::from_static("x-amz-request-id"),
    HeaderName::from_static("x-amz-id"),
];

const JSON: &str = "application/json";

/// How much of an unreadable answer is quoted, in bytes.
const QUOTED: usize = 200;

/// `POST /model/{modelId}/converse-stream`: the answer is a stream of frames.
///
/// # Errors
///
/// [`BuildError`] when the model id or the endpoint cannot be used, or the project with this model.
pub fn converse_stream(request: &ConverseRequest, endpoint: &Endpoint) -> Result<Request<Bytes>, BuildError> {
    converse_stream_with(requested(&request.model_id)?, request, endpoint)
}

/// As [`converse_stream`], but for a model other than the one that the request names.
pub(crate) fn converse_stream_with(
    model_id: &ModelId,
    request: &ConverseRequest,
    endpoint: &Endpoint,
) -> Result<Request<Bytes>, BuildError> {
    check_project(model_id, request.project_identifier.as_deref()).map_err(BuildError::Project)?;
    let body = request.to_body_json().to_string().into_bytes();
    post(model_id.as_str(), "converse-stream", EVENT_STREAM, body, endpoint)
}

/// `POST /model/{modelId}/converse`: the answer is one JSON document.
///
/// # Errors
///
/// [`BuildError`] when the model id or the endpoint cannot be used, or the project with this model.
pub fn converse(request: &ConverseRequest, endpoint: &Endpoint) -> Result<Request<Bytes>, BuildError> {
    converse_with(requested(&request.model_id)?, request, endpoint)
}

/// As [`converse`], but for a model other than the one that the request names.
pub(crate) fn converse_with(
    model_id: &ModelId,
    request: &ConverseRequest,
    endpoint: &Endpoint,
) -> Result<Request<Bytes>, BuildError> {
    check_project(model_id, request.project_identifier.as_deref()).map_err(BuildError::Project)?;
    let body = request.to_converse_body_json().to_string().into_bytes();
    post(model_id.as_str(), "converse", JSON, body, endpoint)
}

/// `POST /model/{modelId}/count-tokens`, on the data plane: the answer is one JSON document.
///
/// Tokens belong to a foundation model, so the id of a cross-region profile is sent without its geography.
///
/// # Errors
///
/// [`BuildError`] when the model id or the endpoint cannot be used.
pub fn count_tokens(request: &CountTokensRequest, endpoint: &Endpoint) -> Result<Request<Bytes>, BuildError> {
    let model_id = requested(&request.model_id)?;
    let model_id = model_id.base_model().unwrap_or(model_id.as_str());
    post(model_id, "count-tokens", JSON, request.to_body_json().to_string().into_bytes(), endpoint)
}

fn requested(model: &RequestedModel) -> Result<&ModelId, BuildError> {
    model.id().map_err(BuildError::ModelId)
}

fn post(
    model_id: &str,
    operation: &str,
    accept: &'static str,
    body: Vec<u8>,
    endpoint: &Endpoint,
) -> Result<Request<Bytes>, BuildError> {
    // The ID is one path segment: `:` and the `/` of an ARN are encoded, once, on the wire.
    let path = format!("/model/{}/{operation}", uri::encode_label(model_id));
    let request = endpoint.request(Method::POST, &path, Bytes::from(body));
    let mut request = request.map_err(BuildError::Endpoint)?;
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    // Compressed frames could not be told apart from corrupt ones.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Ok(request)
}

/// Reads the answer of [`converse`]: the body of a response with status 200. `usage`, `metrics` and the like go into
/// [`extra`](ConverseResponse::extra) where they cannot be read, and the inputs of tool calls are made objects.
///
/// # Errors
///
/// [`AnswerError`] when the body is not JSON, or not an answer.
pub fn parse_converse(headers: &HeaderMap, body: &[u8]) -> Result<ConverseResponse, AnswerError> {
    parse_converse_within(headers, body, usize::MAX)
}

/// As [`parse_converse`], into at most `allowed` bytes of memory.
pub(crate) fn parse_converse_within(
    headers: &HeaderMap,
    body: &[u8],
    allowed: usize,
) -> Result<ConverseResponse, AnswerError> {
    let (value, _) = read(headers, body, allowed)?;
    ConverseResponse::from_answer(value).map_err(AnswerError::Shape)
}

/// As [`parse_converse`], but as the events of a stream, and into at most `allowed` bytes of memory.
#[cfg(feature = "client")]
pub(crate) fn parse_converse_events(
    headers: &HeaderMap,
    body: &[u8],
    allowed: usize,
) -> Result<Vec<ConverseStreamEvent>, AnswerError> {
    let (value, _) = read(headers, body, allowed)?;
    crate::converse::events_of(value).map_err(AnswerError::Shape)
}

/// Reads the answer of [`count_tokens`]: the body of a response with status 200.
///
/// # Errors
///
/// [`AnswerError`] when the body is not JSON, or not an answer.
pub fn parse_count_tokens(headers: &HeaderMap, body: &[u8]) -> Result<CountTokensResponse, AnswerError> {
    parse(headers, body)
}

fn parse<T: Shape>(headers: &HeaderMap, body: &[u8]) -> Result<T, AnswerError> {
    let (value, _) = read(headers, body, usize::MAX)?;
    T::from_json(value).map_err(AnswerError::Shape)
}

/// Reads the JSON of an answer into at most `allowed` bytes of memory. Also returns how many were counted.
fn read(headers: &HeaderMap, body: &[u8], allowed: usize) -> Result<(Value, usize), AnswerError> {
    json::counted(body, allowed.min(json::allowed(body.len()))).map_err(|error| match error.over_budget {
        Some(allowed) => AnswerError::OverMemory { allowed },
        None => AnswerError::unexpected("JSON", headers, body),
    })
}

/// Checks by content type and encoding that a response with status 200 contains frames, before any is read.
///
/// # Errors
///
/// [`AnswerError::Unexpected`], which quotes the beginning of `body`; `body` may be empty.
pub fn expect_event_stream(headers: &HeaderMap, body: &[u8]) -> Result<(), AnswerError> {
    let encoding = header_text(headers, &CONTENT_ENCODING).unwrap_or("identity");
    if is_event_stream(headers) && encoding.eq_ignore_ascii_case("identity") {
        Ok(())
    } else {
        Err(AnswerError::unexpected("an event stream", headers, body))
    }
}

/// Whether the response declares a stream of frames. Parameters after `;` do not matter.
#[must_use]
pub fn is_event_stream(headers: &HeaderMap) -> bool {
    header_text(headers, &CONTENT_TYPE)
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(EVENT_STREAM))
}

/// The request ID that the service assigned: what AWS support asks for.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_IDS.iter().find_map(|name| header_text(headers, name))
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn unexpected_text(headers: &HeaderMap, body: &[u8]) -> String {
    let content_type = header_text(headers, &CONTENT_TYPE).unwrap_or("no content type");
    let content_type = quote::quote(content_type.as_bytes(), 80);
    match header_text(headers, &CONTENT_ENCODING)
        .filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
    {
        // Its bytes say nothing.
        Some(encoding) => {
            let encoding = quote::quote(encoding.as_bytes(), 80);
            format!("the answer ({content_type}) is compressed ({encoding}), which was not asked for")
        }
        None => format!("the answer ({content_type}) begins with: {}", quote::quote(body, QUOTED)),
    }
}

/// A request that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The model ID is invalid.
    ModelId(ModelIdError),
    /// The endpoint and the path do not form a URI.
    Endpoint(EndpointError),
    /// The project cannot be used with the model.
    Project(ProjectError),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModelId(error) => error.fmt(f),
            Self::Endpoint(error) => error.fmt(f),
            Self::Project(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BuildError {}

/// A successful answer that does not match the operation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AnswerError {
    /// Another content type: HTML from a proxy, JSON where frames should be.
    Unexpected {
        /// What the operation returns.
        expected: &'static str,
        /// What arrived: its content type and its first bytes, escaped.
        found: String,
    },
    /// JSON that does not match the operation's shape.
    Shape(ShapeError),
    /// More bytes than the client accepts.
    OverBudget {
        /// The limit, in bytes.
        allowed: usize,
    },
    /// JSON that would take more memory than it may.
    OverMemory {
        /// The limit, in bytes.
        allowed: usize,
    },
    /// A list whose pages never end: a token of the next page that was there before, or too many pages, entries or bytes.
    Endless {
        /// How many entries came before the list was given up.
        entries: usize,
    },
}

impl AnswerError {
    fn unexpected(expected: &'static str, headers: &HeaderMap, body: &[u8]) -> Self {
        Self::Unexpected { expected, found: unexpected_text(headers, body) }
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected { expected, found } => {
                write!(
                    f,
                    "expected {expected}, but {found}; is there a proxy or a wrong endpoint in between?"
                )
            }
            Self::Shape(error) => write!(f, "the answer is not what the operation returns: {error}"),
            Self::OverBudget { allowed } => write!(
                f,
                "the answer is over the budget of {allowed} bytes; ClientBuilder::frame_budget allows more for the \
                 answer of a model"
            ),
            Self::OverMemory { allowed } => {
                write!(f, "the answer would take more than {allowed} bytes of memory")
            }
            Self::Endless { entries } => {
                write!(f, "the list does not end; it was given up after {entries} entries")
            }
        }
    }
}

impl std::error::Error for AnswerError {}

//! The control plane: lists and details of models and inference profiles.

use bytes::Bytes;
use http::header::{ACCEPT, HeaderMap, HeaderValue};
use http::{Method, Request};

use super::{AnswerError, BuildError, JSON, check_project, parse};
use crate::base::uri;
use crate::endpoint::Endpoint;
use crate::model_id::ModelId;
use crate::models::{
    GetFoundationModelAvailabilityResponse, GetFoundationModelRequest, GetFoundationModelResponse,
    GetInferenceProfileRequest, GetInferenceProfileResponse, ListFoundationModelsRequest,
    ListFoundationModelsResponse, ListInferenceProfilesRequest, ListInferenceProfilesResponse,
};
#[cfg(feature = "client")]
use crate::shape::Shape;

/// `GET /foundation-models`, with the filters as the query.
///
/// # Errors
///
/// [`BuildError`] when the endpoint cannot be used.
pub fn list_foundation_models(
    request: &ListFoundationModelsRequest,
    endpoint: &Endpoint,
) -> Result<Request<Bytes>, BuildError> {
    get("/foundation-models", &request.query(), endpoint)
}

/// `GET /foundation-models/{modelIdentifier}`, by id or ARN.
///
/// # Errors
///
/// [`BuildError`] when the id or the endpoint cannot be used.
pub fn foundation_model(
    request: impl Into<GetFoundationModelRequest>,
    endpoint: &Endpoint,
) -> Result<Request<Bytes>, BuildError> {
    let request = request.into();
    let path = format!("/foundation-models/{}", model_label(&model_id(&request.model_identifier)?));
    get(&path, &request.query(), endpoint)
}

/// `GET /inference-profiles`: one page.
///
/// # Errors
///
/// [`BuildError`] when the endpoint cannot be used.
pub fn list_inference_profiles(
    request: &ListInferenceProfilesRequest,
    endpoint: &Endpoint,
) -> Result<Request<Bytes>, BuildError> {
    get("/inference-profiles", &request.query(), endpoint)
}

/// `GET /inference-profiles/{inferenceProfileIdentifier}`, by id or ARN.
///
/// # Errors
///
/// [`BuildError`] when the id or the endpoint cannot be used, or the project with this profile.
pub fn inference_profile(
    request: impl Into<GetInferenceProfileRequest>,
    endpoint: &Endpoint,
) -> Result<Request<Bytes>, BuildError> {
    let request = request.into();
    let id = model_id(&request.inference_profile_identifier)?;
    check_project(&id, request.project_identifier.as_deref()).map_err(BuildError::Project)?;
    get(&format!("/inference-profiles/{}", model_label(&id)), &request.query(), endpoint)
}

/// `GET /foundation-model-availability/{modelId}`.
///
/// # Errors
///
/// [`BuildError`] when the id or the endpoint cannot be used.
pub fn foundation_model_availability(id: &str, endpoint: &Endpoint) -> Result<Request<Bytes>, BuildError> {
    get(&format!("/foundation-model-availability/{}", model_label(&model_id(id)?)), &[], endpoint)
}

/// An ID to look up follows the same rules as an ID to invoke.
fn model_id(id: &str) -> Result<ModelId, BuildError> {
    ModelId::parse(id).map_err(BuildError::ModelId)
}

/// The ID as one path segment.
fn model_label(id: &ModelId) -> String {
    uri::encode_label(id.as_str())
}

fn get(path: &str, query: &[(&str, String)], endpoint: &Endpoint) -> Result<Request<Bytes>, BuildError> {
    let mut target = path.to_owned();
    for (index, (name, value)) in query.iter().enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        // A page token is base64: its `+`, `/` and `=` have other meanings in a query.
        uri::encode_bytes_into(&mut target, value.as_bytes());
    }
    let request = endpoint.request(Method::GET, &target, Bytes::new());
    let mut request = request.map_err(BuildError::Endpoint)?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(JSON));
    Ok(request)
}

/// Reads the answer of [`list_foundation_models`].
///
/// # Errors
///
/// [`AnswerError`] when the body is not JSON, or not an answer.
pub fn parse_list_foundation_models(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<ListFoundationModelsResponse, AnswerError> {
    parse(headers, body)
}

/// Reads the answer of [`foundation_model`].
///
/// # Errors
///
/// [`AnswerError`] when the body is not JSON, or not an answer.
pub fn parse_foundation_model(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<GetFoundationModelResponse, AnswerError> {
    parse(headers, body)
}

/// Reads the answer of [`list_inference_profiles`].
///
/// # Errors
///
/// [`AnswerError`] when the body is not JSON, or not an answer.
pub fn parse_list_inference_profiles(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<ListInferenceProfilesResponse, AnswerError> {
    parse(headers, body)
}

/// As [`parse_list_inference_profiles`]. Also returns what the page takes in memory.
#[cfg(feature = "client")]
pub(crate) fn parse_page_of_profiles(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(ListInferenceProfilesResponse, usize), AnswerError> {
    let (value, memory) = super::read(headers, body, usize::MAX)?;
    Shape::from_json(value).map(|page| (page, memory)).map_err(AnswerError::Shape)
}

/// Reads the answer of [`inference_profile`].
///
/// # Errors
///
/// [`AnswerError`] when the body is not JSON, or not an answer.
pub fn parse_inference_profile(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<GetInferenceProfileResponse, AnswerError> {
    parse(headers, body)
}

/// Reads the answer of [`foundation_model_availability`].
///
/// # Errors
///
/// [`AnswerError`] when the body is not JSON, or not an answer.
pub fn parse_foundation_model_availability(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<GetFoundationModelAvailabilityResponse, AnswerError> {
    parse(headers, body)
}

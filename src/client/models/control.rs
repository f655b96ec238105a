//! The operations around models that the control plane serves, and CountTokens.

use crate::client::error::Error;
use crate::client::service::Service;
use crate::endpoint::{Endpoint, Plane, Region};
use crate::models::{
    CountTokensRequest, CountTokensResponse, GetFoundationModelAvailabilityResponse,
    GetFoundationModelRequest, GetFoundationModelResponse, GetInferenceProfileRequest,
    GetInferenceProfileResponse, InferenceProfileSummary, ListFoundationModelsRequest,
    ListFoundationModelsResponse, ListInferenceProfilesRequest,
};
use crate::operation;

/// The IAM actions for the lists and for single entries.
pub(in crate::client) const LIST_MODELS: &str = "bedrock:ListFoundationModels";
pub(in crate::client) const LIST_PROFILES: &str = "bedrock:ListInferenceProfiles";
pub(in crate::client) const GET_MODEL: &str = "bedrock:GetFoundationModel";
pub(in crate::client) const GET_PROFILE: &str = "bedrock:GetInferenceProfile";

/// More pages than any account has; it ends a listing that would otherwise never end.
const MAX_PAGES: usize = 1_000;

/// The foundation models of `region`.
pub(in crate::client) async fn list_foundation_models(
    service: &Service,
    region: &Region,
    request: &ListFoundationModelsRequest,
) -> Result<ListFoundationModelsResponse, Error> {
    let build = |endpoint: &Endpoint| operation::list_foundation_models(request, endpoint);
    service.ask(Plane::Control, region, LIST_MODELS, build, operation::parse_list_foundation_models).await
}

/// The inference profiles of `region`: all pages.
pub(in crate::client) async fn list_inference_profiles(
    service: &Service,
    region: &Region,
    request: &ListInferenceProfilesRequest,
) -> Result<Vec<InferenceProfileSummary>, Error> {
    let mut request = request.clone();
    let mut profiles = Vec::new();
    for _ in 0..MAX_PAGES {
        let build = |endpoint: &Endpoint| operation::list_inference_profiles(&request, endpoint);
        let parse = operation::parse_list_inference_profiles;
        let page = service.ask(Plane::Control, region, LIST_PROFILES, build, parse).await?;
        profiles.extend(page.inference_profile_summaries);
        match page.next_token {
            // A page that names itself as the next would be requested forever.
            Some(token) if !token.is_empty() && request.next_token.as_ref() != Some(&token) => {
                request.next_token = Some(token);
            }
            _ => break,
        }
    }
    Ok(profiles)
}

/// A foundation model, as described in `region`.
pub(in crate::client) async fn foundation_model(
    service: &Service,
    region: &Region,
    request: &GetFoundationModelRequest,
) -> Result<GetFoundationModelResponse, Error> {
    let build = |endpoint: &Endpoint| operation::foundation_model(request.clone(), endpoint);
    let parse = operation::parse_foundation_model;
    service.ask(Plane::Control, region, GET_MODEL, build, parse).await
}

/// An inference profile, as described in `region`.
pub(in crate::client) async fn inference_profile(
    service: &Service,
    region: &Region,
    request: &GetInferenceProfileRequest,
) -> Result<GetInferenceProfileResponse, Error> {
    let build = |endpoint: &Endpoint| operation::inference_profile(request.clone(), endpoint);
    let parse = operation::parse_inference_profile;
    service.ask(Plane::Control, region, GET_PROFILE, build, parse).await
}

/// Whether the account can use a model.
pub(in crate::client) async fn foundation_model_availability(
    service: &Service,
    id: &str,
) -> Result<GetFoundationModelAvailabilityResponse, Error> {
    let build = |endpoint: &Endpoint| operation::foundation_model_availability(id, endpoint);
    let parse = operation::parse_foundation_model_availability;
    let action = "bedrock:GetFoundationModelAvailability";
    service.ask(Plane::Control, &service.place.region_of(id)?, action, build, parse).await
}

/// How many tokens a request would use with its model.
pub(in crate::client) async fn count_tokens(
    service: &Service,
    request: &CountTokensRequest,
) -> Result<CountTokensResponse, Error> {
    let build = |endpoint: &Endpoint| operation::count_tokens(request, endpoint);
    let region = service.place.region_for(request.model_id.id()?);
    service.ask(Plane::Data, region, "bedrock:CountTokens", build, operation::parse_count_tokens).await
}

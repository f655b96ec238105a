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

/// More pages, more profiles and more memory than any account has; they end a listing that would otherwise never end.
const MAX_PAGES: usize = 1_000;
const MAX_PROFILES: usize = 100_000;
const MAX_MEMORY: usize = 256 * 1024 * 1024;

/// The profiles that were listed.
pub(in crate::client) struct Profiles {
    pub(in crate::client) listed: Vec<InferenceProfileSummary>,
    /// Whether there may be more: the pages did not end, and were given up.
    pub(in crate::client) is_cut: bool,
}

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
) -> Result<Profiles, Error> {
    let mut request = request.clone();
    let mut profiles = Profiles { listed: Vec::new(), is_cut: false };
    let (mut memory, mut seen) = (0_usize, Vec::new());
    loop {
        let build = |endpoint: &Endpoint| operation::list_inference_profiles(&request, endpoint);
        let parse = operation::parse_page_of_profiles;
        let (page, weight) = service.ask(Plane::Control, region, LIST_PROFILES, build, parse).await?;
        profiles.listed.extend(page.inference_profile_summaries);
        memory = memory.saturating_add(weight);
        let Some(token) = page.next_token.filter(|token| !token.is_empty()) else { return Ok(profiles) };
        seen.extend(request.next_token.take());
        let is_over = seen.len() >= MAX_PAGES - 1
            || profiles.listed.len() >= MAX_PROFILES
            || memory.saturating_add(token.len()) >= MAX_MEMORY;
        // A page that was asked for before would come again for ever.
        if is_over || seen.contains(&token) {
            profiles.is_cut = true;
            return Ok(profiles);
        }
        memory = memory.saturating_add(token.len());
        request.next_token = Some(token);
    }
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

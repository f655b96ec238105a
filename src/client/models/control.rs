//! The operations around models that the control plane serves, and CountTokens.

use bytes::Bytes;
use http::HeaderMap;

use crate::client::call::attempt::{Attempt, Failed, Verdict};
use crate::client::error::Error;
use crate::client::{Client, hint};
use crate::endpoint::{Endpoint, Plane, Region};
use crate::model_id::ModelId;
use crate::models::{
    CountTokensRequest, CountTokensResponse, GetFoundationModelAvailabilityResponse,
    GetFoundationModelRequest, GetFoundationModelResponse, GetInferenceProfileRequest,
    GetInferenceProfileResponse, InferenceProfileSummary, ListFoundationModelsRequest,
    ListFoundationModelsResponse, ListInferenceProfilesRequest,
};
use crate::operation::{self, AnswerError, BuildError};

/// The IAM actions of the lists and of their single entries.
pub(in crate::client) const LIST_MODELS: &str = "bedrock:ListFoundationModels";
pub(in crate::client) const LIST_PROFILES: &str = "bedrock:ListInferenceProfiles";
pub(in crate::client) const GET_MODEL: &str = "bedrock:GetFoundationModel";
pub(in crate::client) const GET_PROFILE: &str = "bedrock:GetInferenceProfile";

/// More pages than any account has; it ends a listing that would go on for ever.
const MAX_PAGES: usize = 1_000;

type Parse<T> = fn(&HeaderMap, &[u8]) -> Result<T, AnswerError>;

impl Client {
    /// Lists the foundation models of the client's region. There are no pages.
    ///
    /// # Errors
    ///
    /// [`Error`] when the request cannot be built, authorized or sent, or its answer is not one. Where a permission
    /// is missing, the error's hint names the IAM action.
    pub async fn list_foundation_models(
        &self,
        request: &ListFoundationModelsRequest,
    ) -> Result<ListFoundationModelsResponse, Error> {
        self.learn_region().await;
        self.list_foundation_models_in(self.home_region(), request).await
    }

    pub(in crate::client) async fn list_foundation_models_in(
        &self,
        region: &Region,
        request: &ListFoundationModelsRequest,
    ) -> Result<ListFoundationModelsResponse, Error> {
        let build = |endpoint: &Endpoint| operation::list_foundation_models(request, endpoint);
        self.ask(Plane::Control, region, LIST_MODELS, build, operation::parse_list_foundation_models).await
    }

    /// Lists the inference profiles of the client's region: all pages, from the one that `request` names on.
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn list_inference_profiles(
        &self,
        request: &ListInferenceProfilesRequest,
    ) -> Result<Vec<InferenceProfileSummary>, Error> {
        self.learn_region().await;
        self.list_inference_profiles_in(self.home_region(), request).await
    }

    pub(in crate::client) async fn list_inference_profiles_in(
        &self,
        region: &Region,
        request: &ListInferenceProfilesRequest,
    ) -> Result<Vec<InferenceProfileSummary>, Error> {
        let mut request = request.clone();
        let mut profiles = Vec::new();
        for _ in 0..MAX_PAGES {
            let build = |endpoint: &Endpoint| operation::list_inference_profiles(&request, endpoint);
            let parse = operation::parse_list_inference_profiles;
            let page = self.ask(Plane::Control, region, LIST_PROFILES, build, parse).await?;
            profiles.extend(page.inference_profile_summaries);
            match page.next_token {
                // A page that names itself as the next would be asked for without end.
                Some(token) if !token.is_empty() && request.next_token.as_ref() != Some(&token) => {
                    request.next_token = Some(token);
                }
                _ => break,
            }
        }
        Ok(profiles)
    }

    /// Describes a foundation model, by id or ARN.
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn foundation_model(
        &self,
        request: impl Into<GetFoundationModelRequest>,
    ) -> Result<GetFoundationModelResponse, Error> {
        let request = request.into();
        self.foundation_model_in(&self.region_of(&request.model_identifier)?, &request).await
    }

    pub(in crate::client) async fn foundation_model_in(
        &self,
        region: &Region,
        request: &GetFoundationModelRequest,
    ) -> Result<GetFoundationModelResponse, Error> {
        let build = |endpoint: &Endpoint| operation::foundation_model(request.clone(), endpoint);
        let parse = operation::parse_foundation_model;
        self.ask(Plane::Control, region, GET_MODEL, build, parse).await
    }

    /// Describes an inference profile, by id or ARN.
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn inference_profile(
        &self,
        request: impl Into<GetInferenceProfileRequest>,
    ) -> Result<GetInferenceProfileResponse, Error> {
        let request = request.into();
        self.inference_profile_in(&self.region_of(&request.inference_profile_identifier)?, &request).await
    }

    pub(in crate::client) async fn inference_profile_in(
        &self,
        region: &Region,
        request: &GetInferenceProfileRequest,
    ) -> Result<GetInferenceProfileResponse, Error> {
        let build = |endpoint: &Endpoint| operation::inference_profile(request.clone(), endpoint);
        let parse = operation::parse_inference_profile;
        self.ask(Plane::Control, region, GET_PROFILE, build, parse).await
    }

    /// Says what stands between this account and a foundation model: agreement, permission, entitlement, region.
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn foundation_model_availability(
        &self,
        id: &str,
    ) -> Result<GetFoundationModelAvailabilityResponse, Error> {
        let build = |endpoint: &Endpoint| operation::foundation_model_availability(id, endpoint);
        let parse = operation::parse_foundation_model_availability;
        let action = "bedrock:GetFoundationModelAvailability";
        self.ask(Plane::Control, &self.region_of(id)?, action, build, parse).await
    }

    /// Counts the tokens that a request has for its model, without invoking it.
    ///
    /// ```no_run
    /// # async fn example(client: bedrill::Client) -> Result<(), bedrill::Error> {
    /// use bedrill::converse::ConverseRequest;
    ///
    /// let request = ConverseRequest::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0").message("hi");
    /// println!("{} tokens", client.count_tokens(&(&request).into()).await?.input_tokens);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn count_tokens(&self, request: &CountTokensRequest) -> Result<CountTokensResponse, Error> {
        let build = |endpoint: &Endpoint| operation::count_tokens(request, endpoint);
        let region = self.region_of(&request.model_id)?;
        self.ask(Plane::Data, &region, "bedrock:CountTokens", build, operation::parse_count_tokens).await
    }

    fn region_of(&self, id: &str) -> Result<Region, Error> {
        Ok(self.region_for(&ModelId::parse(id)?).clone())
    }

    /// One call whose answer is one JSON document.
    async fn ask<T>(
        &self,
        plane: Plane,
        region: &Region,
        action: &'static str,
        build: impl Fn(&Endpoint) -> Result<http::Request<Bytes>, BuildError> + Sync,
        parse: Parse<T>,
    ) -> Result<T, Error> {
        let endpoint = self.endpoint(plane, region)?;
        let build = &|| build(&endpoint);
        let advise = |error: &_, auth: &_| hint::for_control_error(error, auth, region, action);
        let send_once = |attempt: Attempt| async move {
            let (head, body) = self.exchange(build, region, &advise, &attempt).await?;
            self.document(&head, body, parse).await.map_err(Failed::from)
        };
        Ok(self.0.attempts.run(&*self.0.transport, send_once, |_| Verdict::Success).await?.answer)
    }
}

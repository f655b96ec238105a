//! The control plane's model operations, and CountTokens.

use crate::client::models::control;
use crate::client::{Client, Error};
use crate::models::{
    CountTokensRequest, CountTokensResponse, GetFoundationModelAvailabilityResponse,
    GetFoundationModelRequest, GetFoundationModelResponse, GetInferenceProfileRequest,
    GetInferenceProfileResponse, InferenceProfileSummary, ListFoundationModelsRequest,
    ListFoundationModelsResponse, ListInferenceProfilesRequest,
};
use crate::operation::AnswerError;

impl Client {
    /// Lists the foundation models of the client's region. There is no pagination.
    ///
    /// # Errors
    ///
    /// [`Error`] when the request cannot be built, authorized or sent, or its answer cannot be read. If a permission
    /// is missing, the error's hint names the IAM action.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, and the answer is lost. It changes nothing at the service, and may be called
    /// again.
    pub async fn list_foundation_models(
        &self,
        request: &ListFoundationModelsRequest,
    ) -> Result<ListFoundationModelsResponse, Error> {
        let service = &self.0.service;
        service.learn_region().await;
        control::list_foundation_models(service, self.home_region(), request).await
    }

    /// Lists the inference profiles of the client's region: all pages, starting with the one that `request` names.
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models); and
    /// [`AnswerError::Endless`] when the pages repeat, or there are more than any
    /// account has.
    ///
    /// # Cancel safety
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models). Pages already received are lost too.
    pub async fn list_inference_profiles(
        &self,
        request: &ListInferenceProfilesRequest,
    ) -> Result<Vec<InferenceProfileSummary>, Error> {
        let service = &self.0.service;
        service.learn_region().await;
        let profiles = control::list_inference_profiles(service, self.home_region(), request).await?;
        if profiles.is_cut {
            return Err(AnswerError::Endless { entries: profiles.listed.len() }.into());
        }
        Ok(profiles.listed)
    }

    /// Describes a foundation model, by id or ARN.
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    ///
    /// # Cancel safety
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn foundation_model(
        &self,
        request: impl Into<GetFoundationModelRequest>,
    ) -> Result<GetFoundationModelResponse, Error> {
        let (service, request) = (&self.0.service, request.into());
        let region = service.place.region_of(&request.model_identifier)?;
        control::foundation_model(service, &region, &request).await
    }

    /// Describes an inference profile, by id or ARN.
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    ///
    /// # Cancel safety
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn inference_profile(
        &self,
        request: impl Into<GetInferenceProfileRequest>,
    ) -> Result<GetInferenceProfileResponse, Error> {
        let (service, request) = (&self.0.service, request.into());
        let region = service.place.region_of(&request.inference_profile_identifier)?;
        control::inference_profile(service, &region, &request).await
    }

    /// Reports whether this account can use a foundation model: agreement, permission, entitlement, region.
    ///
    /// # Errors
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    ///
    /// # Cancel safety
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn foundation_model_availability(
        &self,
        id: &str,
    ) -> Result<GetFoundationModelAvailabilityResponse, Error> {
        control::foundation_model_availability(&self.0.service, id).await
    }

    /// Counts the tokens that a request would use with its model, without invoking it.
    ///
    /// ```no_run
    /// # async fn example(client: bedrill::Client) -> Result<(), bedrill::Error> {
    /// use bedrill::ConverseRequest;
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
    ///
    /// # Cancel safety
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn count_tokens(&self, request: &CountTokensRequest) -> Result<CountTokensResponse, Error> {
        control::count_tokens(&self.0.service, request).await
    }
}

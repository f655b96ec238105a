//! The shapes of the operations that find models: the lists of the control plane, their details, and CountTokens.
//!
//! | operation | request | response |
//! | --- | --- | --- |
//! | ListFoundationModels | [`ListFoundationModelsRequest`] | [`ListFoundationModelsResponse`] |
//! | GetFoundationModel | an id or ARN, or [`GetFoundationModelRequest`] | [`GetFoundationModelResponse`] |
//! | ListInferenceProfiles | [`ListInferenceProfilesRequest`] | [`ListInferenceProfilesResponse`] |
//! | GetInferenceProfile | an id or ARN, or [`GetInferenceProfileRequest`] | [`GetInferenceProfileResponse`] |
//! | GetFoundationModelAvailability | an id | [`GetFoundationModelAvailabilityResponse`] |
//! | CountTokens | [`CountTokensRequest`] | [`CountTokensResponse`] |
//!
//! The rules of reading and writing are those of [`converse`](crate::converse#shapes). Bedrock's actual responses hold
//! many members that its API model does not name, most of them `null`: they stay in `extra`. In its lists, `null`
//! items and models without an id are left out.
//!
//! ```
//! use bedrill::models::{InferenceType, ListFoundationModelsResponse};
//! use serde_json::json;
//!
//! let answer = ListFoundationModelsResponse::from_json(json!({"modelSummaries": [{
//!     "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
//!     "modelId": "amazon.nova-pro-v1:0",
//!     "inferenceTypesSupported": ["INFERENCE_PROFILE", "BY_CARRIER_PIGEON"],
//!     "description": null,
//! }]}))?;
//! let model = &answer.model_summaries[0];
//! let types = model.inference_types_supported.as_deref().expect("a list");
//! assert_eq!(types[0], InferenceType::InferenceProfile);
//! assert_eq!(types[1], InferenceType::Unknown("BY_CARRIER_PIGEON".to_owned()));
//! # Ok::<(), bedrill::converse::ShapeError>(())
//! ```
//!
//! Names and members: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock.html>.

mod availability;
mod count_tokens;
mod foundation_model;
mod inference_profile;
mod items;
mod timestamp;

pub use availability::{
    AgreementAvailability, AgreementStatus, AuthorizationStatus, EntitlementAvailability,
    GetFoundationModelAvailabilityResponse, RegionAvailability,
};
pub use count_tokens::{
    ConverseTokensRequest, CountTokensInput, CountTokensRequest, CountTokensResponse,
    InvokeModelTokensRequest,
};
pub use foundation_model::{
    FoundationModelLifecycle, FoundationModelLifecycleStatus, FoundationModelSummary,
    GetFoundationModelRequest, GetFoundationModelResponse, InferenceType, ListFoundationModelsRequest,
    ListFoundationModelsResponse, ModelCustomization, ModelModality,
};
pub use inference_profile::{
    GetInferenceProfileRequest, GetInferenceProfileResponse, InferenceProfileModel, InferenceProfileStatus,
    InferenceProfileSummary, InferenceProfileType, ListInferenceProfilesRequest,
    ListInferenceProfilesResponse,
};
pub use items::Items;
pub use timestamp::Timestamp;

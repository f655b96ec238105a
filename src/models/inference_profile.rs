//! ListInferenceProfiles and GetInferenceProfile.

use super::items::Items;
use super::timestamp::Timestamp;

open_enum! {
    /// Whether a profile can be used.
    pub enum InferenceProfileStatus {
        /// Ready.
        Active = "ACTIVE",
    }
}

open_enum! {
    /// Who created a profile.
    pub enum InferenceProfileType {
        /// Bedrock: it routes across the regions of a geography.
        SystemDefined = "SYSTEM_DEFINED",
        /// A user, to track costs separately. It is invoked by its ARN.
        Application = "APPLICATION",
    }
}

structure! {
    /// A model that a profile routes to.
    #[derive(Default)]
    pub struct InferenceProfileModel {
        required {}
        optional {
            /// The model's ARN, in one region.
            model_arn / with_model_arn: String = "modelArn",
        }
    }
}

structure! {
    /// An inference profile: one entry of ListInferenceProfiles, and what GetInferenceProfile returns.
    pub struct InferenceProfileSummary {
        required {
            /// The id: `us.amazon.nova-lite-v1:0`, or the short id of an application profile.
            inference_profile_id: String = "inferenceProfileId",
            /// The ARN.
            inference_profile_arn: String = "inferenceProfileArn",
            /// What it routes to: one model in several regions.
            models: Items<InferenceProfileModel> = "models",
        }
        optional {
            /// The name, `US Nova Lite`.
            inference_profile_name / with_inference_profile_name: String = "inferenceProfileName",
            /// The description.
            description / with_description: String = "description",
            /// When it was created.
            created_at / with_created_at: Timestamp = "createdAt",
            /// When it was last changed.
            updated_at / with_updated_at: Timestamp = "updatedAt",
            /// Whether it can be used.
            status / with_status: InferenceProfileStatus = "status",
            /// Who created it.
            profile_type / with_profile_type: InferenceProfileType = "type",
        }
    }
}

impl InferenceProfileSummary {
    /// Returns the id of the foundation model behind the profile, from the ARN of the first model that it routes to.
    ///
    /// ```
    /// use bedrill::models::{InferenceProfileModel, InferenceProfileSummary};
    ///
    /// let model = InferenceProfileModel::new()
    ///     .with_model_arn("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0");
    /// let profile = InferenceProfileSummary::new("us.amazon.nova-lite-v1:0", "arn:..", [model]);
    /// assert_eq!(profile.base_model(), Some("amazon.nova-lite-v1:0"));
    /// ```
    #[must_use]
    pub fn base_model(&self) -> Option<&str> {
        self.models
            .iter()
            .find_map(|model| Some(model.model_arn.as_deref()?.split_once(":foundation-model/")?.1))
    }
}

outermost!(InferenceProfileSummary);

/// The response of GetInferenceProfile: the members of a list entry, not wrapped.
pub type GetInferenceProfileResponse = InferenceProfileSummary;

structure! {
    /// A request of GetInferenceProfile. Also converts from the id or ARN alone.
    pub struct GetInferenceProfileRequest {
        required {
            /// The id or ARN. It is part of the path, not of the query.
            inference_profile_identifier: String = "inferenceProfileIdentifier",
        }
        optional {
            /// The project whose participation in trusted access programs decides what is found, by ID or ARN; absent
            /// or `default` for the account's own participation. It cannot be used with application profiles.
            project_identifier / with_project: String = "projectIdentifier",
        }
    }
}

impl GetInferenceProfileRequest {
    /// The names and values of the query, not yet encoded.
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        self.project_identifier.iter().map(|project| ("projectIdentifier", project.clone())).collect()
    }
}

impl From<&str> for GetInferenceProfileRequest {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for GetInferenceProfileRequest {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

structure! {
    /// One page of ListInferenceProfiles.
    pub struct ListInferenceProfilesResponse {
        required {
            /// The profiles.
            inference_profile_summaries: Items<InferenceProfileSummary> = "inferenceProfileSummaries",
        }
        optional {
            /// The token for the next page; absent on the last page.
            next_token / with_next_token: String = "nextToken",
        }
    }
}

outermost!(ListInferenceProfilesResponse);

structure! {
    /// The filter and the page of ListInferenceProfiles.
    #[derive(Default)]
    pub struct ListInferenceProfilesRequest {
        required {}
        optional {
            /// The most profiles on a page, 1 to 1,000.
            max_results / with_max_results: u32 = "maxResults",
            /// The token for this page, from the page before.
            next_token / with_next_token: String = "nextToken",
            /// Profiles of this type. On the wire the parameter is called `type`.
            type_equals / with_type: InferenceProfileType = "type",
            /// The project whose participation in trusted access programs decides what is listed, by ID or ARN; absent
            /// or `default` for the account's own participation. It cannot be used with application profiles.
            project_identifier / with_project: String = "projectIdentifier",
        }
    }
}

impl ListInferenceProfilesRequest {
    /// The names and values of the query, not yet encoded.
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        [
            ("maxResults", self.max_results.map(|number| number.to_string())),
            ("nextToken", self.next_token.clone()),
            ("type", self.type_equals.as_ref().map(|value| value.as_str().to_owned())),
            ("projectIdentifier", self.project_identifier.clone()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

//! ListFoundationModels and GetFoundationModel.

use super::items::Items;
use super::timestamp::Timestamp;

open_enum! {
    /// What a model reads or writes.
    pub enum ModelModality {
        /// Text.
        Text = "TEXT",
        /// Images.
        Image = "IMAGE",
        /// Embedding vectors.
        Embedding = "EMBEDDING",
        /// Video. Not in the API model, but the service returns it.
        Video = "VIDEO",
        /// Speech. Not in the API model, but the service returns it.
        Speech = "SPEECH",
    }
}

open_enum! {
    /// How a model can be paid for and invoked.
    pub enum InferenceType {
        /// On demand: by its own id, paid per token.
        OnDemand = "ON_DEMAND",
        /// Through provisioned throughput.
        Provisioned = "PROVISIONED",
        /// Through an inference profile. Not in the API model, but the service returns it.
        InferenceProfile = "INFERENCE_PROFILE",
    }
}

open_enum! {
    /// How a model can be customized.
    pub enum ModelCustomization {
        /// Fine-tuning: with examples.
        FineTuning = "FINE_TUNING",
        /// Continued pre-training: with more text.
        ContinuedPreTraining = "CONTINUED_PRE_TRAINING",
        /// Distillation: with the responses of a larger model.
        Distillation = "DISTILLATION",
    }
}

open_enum! {
    /// The lifecycle status of a model version.
    pub enum FoundationModelLifecycleStatus {
        /// Available.
        Active = "ACTIVE",
        /// Still available, until its end of life.
        Legacy = "LEGACY",
    }
}

structure! {
    /// When a model version became available, and when it is retired.
    #[derive(Default)]
    pub struct FoundationModelLifecycle {
        required {}
        optional {
            /// Available or deprecated.
            status / with_status: FoundationModelLifecycleStatus = "status",
            /// When it became available.
            start_of_life_time / with_start_of_life_time: Timestamp = "startOfLifeTime",
            /// When it is no longer available.
            end_of_life_time / with_end_of_life_time: Timestamp = "endOfLifeTime",
            /// When it becomes, or became, deprecated.
            legacy_time / with_legacy_time: Timestamp = "legacyTime",
            /// When higher prices begin during deprecation.
            public_extended_access_time / with_public_extended_access_time: Timestamp = "publicExtendedAccessTime",
        }
    }
}

structure! {
    /// A foundation model: one entry of ListFoundationModels, and what GetFoundationModel returns.
    pub struct FoundationModelSummary {
        required {
            /// The id, `amazon.nova-lite-v1:0`.
            model_id: String = "modelId",
        }
        optional {
            /// The ARN.
            model_arn / with_model_arn: String = "modelArn",
            /// The name, `Nova Lite`.
            model_name / with_model_name: String = "modelName",
            /// The provider's name, `Mistral AI`.
            provider_name / with_provider_name: String = "providerName",
            /// What the model reads.
            input_modalities / with_input_modalities: Items<ModelModality> = "inputModalities",
            /// What the model writes.
            output_modalities / with_output_modalities: Items<ModelModality> = "outputModalities",
            /// How the model can be customized.
            customizations_supported / with_customizations_supported: Items<ModelCustomization> = "customizationsSupported",
            /// How the model can be invoked. An empty list means that the model cannot be invoked by this id.
            inference_types_supported / with_inference_types_supported: Items<InferenceType> = "inferenceTypesSupported",
            /// Whether ConverseStream serves the model.
            response_streaming_supported / with_response_streaming_supported: bool = "responseStreamingSupported",
            /// The lifecycle of the model.
            model_lifecycle / with_model_lifecycle: FoundationModelLifecycle = "modelLifecycle",
        }
    }
}

structure! {
    /// The response of ListFoundationModels. It is not paginated.
    pub struct ListFoundationModelsResponse {
        required {
            /// The models.
            model_summaries: Items<FoundationModelSummary> = "modelSummaries",
        }
        optional {}
    }
}

outermost!(ListFoundationModelsResponse);

structure! {
    /// The response of GetFoundationModel.
    #[derive(Default)]
    pub struct GetFoundationModelResponse {
        required {}
        optional {
            /// The model.
            model_details / with_model_details: FoundationModelSummary = "modelDetails",
        }
    }
}

outermost!(GetFoundationModelResponse);

structure! {
    /// The filters of ListFoundationModels. Without any, all models of the region are listed.
    #[derive(Default)]
    pub struct ListFoundationModelsRequest {
        required {}
        optional {
            /// The provider's name, `Anthropic`.
            by_provider / with_provider: String = "byProvider",
            /// Models that can be customized in this way.
            by_customization_type / with_customization_type: ModelCustomization = "byCustomizationType",
            /// Models that write this.
            by_output_modality / with_output_modality: ModelModality = "byOutputModality",
            /// Models that can be invoked in this way.
            by_inference_type / with_inference_type: InferenceType = "byInferenceType",
            /// The project whose participation in trusted access programs decides what is listed, by ID or ARN; absent
            /// or `default` for the account's own participation.
            project_identifier / with_project: String = "projectIdentifier",
        }
    }
}

structure! {
    /// A request of GetFoundationModel. Also converts from the id or ARN alone.
    pub struct GetFoundationModelRequest {
        required {
            /// The id or ARN. It is part of the path, not of the query.
            model_identifier: String = "modelIdentifier",
        }
        optional {
            /// The project whose participation in trusted access programs decides what is found, by ID or ARN; absent
            /// or `default` for the account's own participation.
            project_identifier / with_project: String = "projectIdentifier",
        }
    }
}

impl GetFoundationModelRequest {
    /// The names and values of the query, not yet encoded.
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        self.project_identifier.iter().map(|project| ("projectIdentifier", project.clone())).collect()
    }
}

impl From<&str> for GetFoundationModelRequest {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for GetFoundationModelRequest {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

impl FoundationModelSummary {
    /// Slices of the lists that may be absent.
    pub(crate) fn inputs(&self) -> &[ModelModality] {
        self.input_modalities.as_deref().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn outputs(&self) -> &[ModelModality] {
        self.output_modalities.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl ListFoundationModelsRequest {
    /// The names and values of the query, not yet encoded.
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        let text = |value: &str| value.to_owned();
        [
            ("byProvider", self.by_provider.as_deref().map(text)),
            ("byCustomizationType", self.by_customization_type.as_ref().map(|value| text(value.as_str()))),
            ("byOutputModality", self.by_output_modality.as_ref().map(|value| text(value.as_str()))),
            ("byInferenceType", self.by_inference_type.as_ref().map(|value| text(value.as_str()))),
            ("projectIdentifier", self.project_identifier.as_deref().map(text)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

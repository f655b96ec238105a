//! The guardrail's trace: what it examined and what it found.

use std::collections::BTreeMap;

use super::policy::{
    GuardrailContentPolicyAssessment, GuardrailContextualGroundingPolicyAssessment,
    GuardrailSensitiveInformationPolicyAssessment, GuardrailTopicPolicyAssessment,
    GuardrailWordPolicyAssessment,
};
use super::reasoning::GuardrailAutomatedReasoningPolicyAssessment;

structure_without_builders! {
    /// What the guardrail did with a request and its response.
    #[derive(Default)]
    pub struct GuardrailTraceAssessment {
        required {}
        optional {
            /// What the model wrote, before the guardrail changed it.
            model_output: Vec<String> = "modelOutput",
            /// What it found in the request, by guardrail.
            input_assessment: BTreeMap<String, GuardrailAssessment> = "inputAssessment",
            /// What it found in the answer, by guardrail.
            output_assessments: BTreeMap<String, Vec<GuardrailAssessment>> = "outputAssessments",
            /// Why it acted, as text.
            action_reason: String = "actionReason",
        }
    }
}

structure_without_builders! {
    /// What one guardrail found.
    #[derive(Default)]
    pub struct GuardrailAssessment {
        required {}
        optional {
            /// Denied topics.
            topic_policy: GuardrailTopicPolicyAssessment = "topicPolicy",
            /// Harmful content.
            content_policy: GuardrailContentPolicyAssessment = "contentPolicy",
            /// Words.
            word_policy: GuardrailWordPolicyAssessment = "wordPolicy",
            /// Personal data.
            sensitive_information_policy: GuardrailSensitiveInformationPolicyAssessment
                = "sensitiveInformationPolicy",
            /// Grounding and relevance.
            contextual_grounding_policy: GuardrailContextualGroundingPolicyAssessment
                = "contextualGroundingPolicy",
            /// Automated reasoning.
            automated_reasoning_policy: GuardrailAutomatedReasoningPolicyAssessment
                = "automatedReasoningPolicy",
            /// How long it took and what it cost.
            invocation_metrics: GuardrailInvocationMetrics = "invocationMetrics",
            /// Which guardrail it was.
            applied_guardrail_details: AppliedGuardrailDetails = "appliedGuardrailDetails",
        }
    }
}

structure_without_builders! {
    /// How long a guardrail took and what it cost.
    #[derive(Default)]
    pub struct GuardrailInvocationMetrics {
        required {}
        optional {
            /// Milliseconds.
            guardrail_processing_latency: i64 = "guardrailProcessingLatency",
            /// Units, by policy.
            usage: GuardrailUsage = "usage",
            /// How much of the content it examined.
            guardrail_coverage: GuardrailCoverage = "guardrailCoverage",
        }
    }
}

structure_without_builders! {
    /// The units that a guardrail used, by policy.
    #[derive(Default)]
    pub struct GuardrailUsage {
        required {}
        optional {
            /// Units of the topic policy.
            topic_policy_units: i32 = "topicPolicyUnits",
            /// Units of the content policy, for text.
            content_policy_units: i32 = "contentPolicyUnits",
            /// Units of the word policy.
            word_policy_units: i32 = "wordPolicyUnits",
            /// Units of the sensitive information policy.
            sensitive_information_policy_units: i32 = "sensitiveInformationPolicyUnits",
            /// Units of the sensitive information policy that cost nothing.
            sensitive_information_policy_free_units: i32 = "sensitiveInformationPolicyFreeUnits",
            /// Units of the contextual grounding policy.
            contextual_grounding_policy_units: i32 = "contextualGroundingPolicyUnits",
            /// Units of the content policy, for images.
            content_policy_image_units: i32 = "contentPolicyImageUnits",
            /// Units of the automated reasoning policies.
            automated_reasoning_policy_units: i32 = "automatedReasoningPolicyUnits",
            /// Automated reasoning policies that were used.
            automated_reasoning_policies: i32 = "automatedReasoningPolicies",
        }
    }
}

structure_without_builders! {
    /// How much of the content a guardrail examined.
    #[derive(Default)]
    pub struct GuardrailCoverage {
        required {}
        optional {
            /// Of the text.
            text_characters: GuardrailTextCharactersCoverage = "textCharacters",
            /// Of the images.
            images: GuardrailImageCoverage = "images",
        }
    }
}

structure_without_builders! {
    /// How many characters a guardrail examined.
    #[derive(Default)]
    pub struct GuardrailTextCharactersCoverage {
        required {}
        optional {
            /// Those it examined.
            guarded: i32 = "guarded",
            /// All.
            total: i32 = "total",
        }
    }
}

structure_without_builders! {
    /// How many images a guardrail examined.
    #[derive(Default)]
    pub struct GuardrailImageCoverage {
        required {}
        optional {
            /// Those it examined.
            guarded: i32 = "guarded",
            /// All.
            total: i32 = "total",
        }
    }
}

open_enum! {
    /// Where a guardrail was required.
    pub enum GuardrailOrigin {
        /// The request.
        Request = "REQUEST",
        /// The account.
        AccountEnforced = "ACCOUNT_ENFORCED",
        /// The organization.
        OrganizationEnforced = "ORGANIZATION_ENFORCED",
    }
}

open_enum! {
    /// Who owns the guardrail.
    pub enum GuardrailOwnership {
        /// The caller's.
        OwnAccount = "SELF",
        /// Another account's.
        CrossAccount = "CROSS_ACCOUNT",
    }
}

structure_without_builders! {
    /// Which guardrail it was.
    #[derive(Default)]
    pub struct AppliedGuardrailDetails {
        required {}
        optional {
            /// Its id.
            guardrail_id: String = "guardrailId",
            /// Its version.
            guardrail_version: String = "guardrailVersion",
            /// Its ARN.
            guardrail_arn: String = "guardrailArn",
            /// Where it was required.
            guardrail_origin: Vec<GuardrailOrigin> = "guardrailOrigin",
            /// Who owns it.
            guardrail_ownership: GuardrailOwnership = "guardrailOwnership",
        }
    }
}

//! Guardrails: how a request asks for one, and the trace of what it found.
//!
//! Every member of the trace is optional here, even those that the API documents as always present: recorded
//! responses omit some of them, and a trace must never make a response unreadable.

mod assessment;
mod content;
mod policy;
mod reasoning;

pub use assessment::{
    AppliedGuardrailDetails, GuardrailAssessment, GuardrailCoverage, GuardrailImageCoverage,
    GuardrailInvocationMetrics, GuardrailOrigin, GuardrailOwnership, GuardrailTextCharactersCoverage,
    GuardrailTraceAssessment, GuardrailUsage,
};
pub use content::{
    GuardContent, GuardContentImage, GuardContentImageFormat, GuardContentImageSource, GuardContentQualifier,
    GuardContentText, GuardrailConfiguration, GuardrailStreamProcessingMode, GuardrailTrace,
};
pub use policy::{
    GuardrailContentFilter, GuardrailContentFilterConfidence, GuardrailContentFilterStrength,
    GuardrailContentFilterType, GuardrailContentPolicyAction, GuardrailContentPolicyAssessment,
    GuardrailContextualGroundingFilter, GuardrailContextualGroundingFilterType,
    GuardrailContextualGroundingPolicyAction, GuardrailContextualGroundingPolicyAssessment,
    GuardrailCustomWord, GuardrailManagedWord, GuardrailManagedWordType, GuardrailPiiEntityFilter,
    GuardrailPiiEntityType, GuardrailRegexFilter, GuardrailSensitiveInformationPolicyAction,
    GuardrailSensitiveInformationPolicyAssessment, GuardrailTopic, GuardrailTopicPolicyAction,
    GuardrailTopicPolicyAssessment, GuardrailTopicType, GuardrailWordPolicyAction,
    GuardrailWordPolicyAssessment,
};
pub use reasoning::{
    GuardrailAutomatedReasoningFinding, GuardrailAutomatedReasoningImpossibleFinding,
    GuardrailAutomatedReasoningInputTextReference, GuardrailAutomatedReasoningInvalidFinding,
    GuardrailAutomatedReasoningLogicWarning, GuardrailAutomatedReasoningLogicWarningType,
    GuardrailAutomatedReasoningNoTranslationsFinding, GuardrailAutomatedReasoningPolicyAssessment,
    GuardrailAutomatedReasoningRule, GuardrailAutomatedReasoningSatisfiableFinding,
    GuardrailAutomatedReasoningScenario, GuardrailAutomatedReasoningStatement,
    GuardrailAutomatedReasoningTooComplexFinding, GuardrailAutomatedReasoningTranslation,
    GuardrailAutomatedReasoningTranslationAmbiguousFinding, GuardrailAutomatedReasoningTranslationOption,
    GuardrailAutomatedReasoningValidFinding,
};

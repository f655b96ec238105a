//! What the service says only in its messages: lower-case message texts, for error codes that say too little.
//!
//! Sources: recorded exchanges with Bedrock, and messages quoted by users.

/// Messages of services and models, in lower case, when the input does not fit the model. "Too many tokens, please wait
/// before trying again." is not among them: that is throttling.
const OVERFLOW_PHRASES: [&str; 7] = [
    "input is too long",
    "prompt is too long",
    "too many input tokens",
    "maximum context length",
    "exceed context limit",
    "context window",
    "expected maxlength",
];

/// Whether the input does not fit the model.
pub(crate) fn is_overflow(message: &str) -> bool {
    OVERFLOW_PHRASES.iter().any(|phrase| message.contains(phrase))
}

/// "Invocation of model ID ... with on-demand throughput isn’t supported", with either apostrophe.
pub(crate) fn is_on_demand_refusal(message: &str) -> bool {
    message.contains("on-demand throughput") && (message.contains("isn") || message.contains("not supported"))
}

/// "The provided model identifier is invalid."
pub(crate) fn is_unknown_model(message: &str) -> bool {
    message.contains("model identifier is invalid")
}

/// Whether IAM denied the request: the message names the missing action.
pub(crate) fn is_refusal_of_iam(message: &str) -> bool {
    message.contains("is not authorized to perform") || message.contains("explicit deny")
}

/// Whether a signature was rejected because of its date.
pub(crate) fn is_about_the_date(message: &str) -> bool {
    message.contains("expired") || message.contains("not yet current")
}

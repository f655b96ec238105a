//! What a model thought before it answered.

use crate::shape::Blob;

structure! {
    /// Reasoning in words.
    pub struct ReasoningText {
        required {
            /// The words.
            text: String = "text",
        }
        optional {
            /// The provider's proof that the words are its own. A later request must repeat it unchanged.
            signature / with_signature: String = "signature",
        }
    }
}

union! {
    /// What a model thought before it answered.
    ///
    /// A conversation that goes on must send it back as it came, with its signature.
    pub enum ReasoningContent {
        /// In words.
        ReasoningText(ReasoningText) = "reasoningText",
        /// Encrypted by the provider, for safety reasons.
        RedactedContent(Blob) = "redactedContent",
    }
}

//! A model's reasoning before it answered.

use crate::shape::Blob;

structure! {
    /// Reasoning as text.
    pub struct ReasoningText {
        required {
            /// The text.
            text: String = "text",
        }
        optional {
            /// The provider's signature, which proves that it wrote the text. A later request must repeat it unchanged.
            signature / with_signature: String = "signature",
        }
    }
}

union! {
    /// A model's reasoning before it answered.
    ///
    /// When the conversation continues, it must be sent back unchanged, with its signature.
    pub enum ReasoningContent {
        /// As text.
        ReasoningText(ReasoningText) = "reasoningText",
        /// Encrypted by the provider, for safety reasons.
        RedactedContent(Blob) = "redactedContent",
    }
}

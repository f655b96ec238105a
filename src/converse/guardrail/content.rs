//! The guardrail of a request, and content that is marked for it.

use crate::shape::Blob;

open_enum! {
    /// Whether an answer carries the guardrail's trace.
    pub enum GuardrailTrace {
        /// It does.
        Enabled = "enabled",
        /// It does not.
        Disabled = "disabled",
        /// It does, with what was not detected too.
        EnabledFull = "enabled_full",
    }
}

open_enum! {
    /// When the guardrail looks at a streamed answer.
    pub enum GuardrailStreamProcessingMode {
        /// Before each piece is sent.
        Sync = "sync",
        /// Beside the stream: faster, and a bad piece may be sent before it is stopped.
        Async = "async",
    }
}

structure! {
    /// The guardrail of a request.
    #[derive(Default)]
    pub struct GuardrailConfiguration {
        required {}
        optional {
            /// Its id or ARN.
            guardrail_identifier / with_guardrail_identifier: String = "guardrailIdentifier",
            /// Its version, or `DRAFT`.
            guardrail_version / with_guardrail_version: String = "guardrailVersion",
            /// Whether the answer carries a trace; the service takes `disabled` when absent.
            trace / with_trace: GuardrailTrace = "trace",
            /// When it looks at a streamed answer. Only ConverseStream has this member; it is left out of the body
            /// of Converse.
            stream_processing_mode / with_stream_processing_mode: GuardrailStreamProcessingMode
                = "streamProcessingMode",
        }
    }
}

open_enum! {
    /// What a marked text is to the guardrail.
    pub enum GuardContentQualifier {
        /// The truth that an answer is held against.
        GroundingSource = "grounding_source",
        /// The question that an answer is held against.
        Query = "query",
        /// Content to look at.
        GuardContent = "guard_content",
    }
}

structure! {
    /// Text for the guardrail to look at.
    pub struct GuardContentText {
        required {
            /// The text.
            text: String = "text",
        }
        optional {
            /// What it is to the guardrail.
            qualifiers / with_qualifiers: Vec<GuardContentQualifier> = "qualifiers",
        }
    }
}

open_enum! {
    /// The format of an image for the guardrail.
    pub enum GuardContentImageFormat {
        /// PNG.
        Png = "png",
        /// JPEG.
        Jpeg = "jpeg",
    }
}

union! {
    /// Where an image for the guardrail is.
    pub enum GuardContentImageSource {
        /// In the request.
        Bytes(Blob) = "bytes",
    }
}

impl From<Vec<u8>> for GuardContentImageSource {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

structure! {
    /// An image for the guardrail to look at.
    pub struct GuardContentImage {
        required {
            /// The format.
            format: GuardContentImageFormat = "format",
            /// Where it is.
            source: GuardContentImageSource = "source",
        }
        optional {}
    }
}

union! {
    /// Content for the guardrail to look at.
    pub enum GuardContent {
        /// Text.
        Text(GuardContentText) = "text",
        /// An image.
        Image(GuardContentImage) = "image",
    }
}

impl From<&str> for GuardContent {
    fn from(text: &str) -> Self {
        Self::Text(GuardContentText::new(text))
    }
}

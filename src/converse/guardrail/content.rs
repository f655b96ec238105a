//! The guardrail of a request, and content that is marked for it.

use crate::shape::Blob;

open_enum! {
    /// Whether a response includes the guardrail's trace.
    pub enum GuardrailTrace {
        /// It does.
        Enabled = "enabled",
        /// It does not.
        Disabled = "disabled",
        /// It does, including what was not detected.
        EnabledFull = "enabled_full",
    }
}

open_enum! {
    /// When the guardrail examines a streamed response.
    pub enum GuardrailStreamProcessingMode {
        /// Before each piece is sent.
        Sync = "sync",
        /// In parallel with the stream: faster, but a harmful piece may be sent before the stream is stopped.
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
            /// Whether the response includes a trace; `disabled` by default.
            trace / with_trace: GuardrailTrace = "trace",
            /// When it examines a streamed response. Only ConverseStream has this member; it is left out of the body
            /// of Converse.
            stream_processing_mode / with_stream_processing_mode: GuardrailStreamProcessingMode
                = "streamProcessingMode",
        }
    }
}

open_enum! {
    /// How the guardrail uses a marked text.
    pub enum GuardContentQualifier {
        /// The source that a response is checked against.
        GroundingSource = "grounding_source",
        /// The question that a response is checked against.
        Query = "query",
        /// Content to examine.
        GuardContent = "guard_content",
    }
}

structure! {
    /// Text for the guardrail to examine.
    pub struct GuardContentText {
        required {
            /// The text.
            text: String = "text",
        }
        optional {
            /// How the guardrail uses it.
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
    /// An image for the guardrail to examine.
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
    /// Content for the guardrail to examine.
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

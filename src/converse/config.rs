//! The settings of a request: inference, performance, service tier, output format, prompt variables.

use serde_json::Value;

structure! {
    /// The sampling settings of the model. An absent member means the model's own default.
    ///
    /// `topK` is not here: it goes into the additional fields, under the name that the model's provider gave it.
    #[derive(Default)]
    pub struct InferenceConfiguration {
        required {}
        optional {
            /// The most tokens to write. The service reserves this many of the quota, so set what you need.
            max_tokens / with_max_tokens: i32 = "maxTokens",
            /// The temperature, from 0 (predictable) to 1 (varied).
            temperature / with_temperature: f64 = "temperature",
            /// The share of the most likely tokens to sample from, 0 to 1.
            top_p / with_top_p: f64 = "topP",
            /// Texts at which the model stops.
            stop_sequences / with_stop_sequences: Vec<String> = "stopSequences",
        }
    }
}

open_enum! {
    /// Which latency a request asks for.
    pub enum PerformanceConfigLatency {
        /// The standard one.
        Standard = "standard",
        /// The faster one, where a model offers it.
        Optimized = "optimized",
    }
}

structure! {
    /// The performance settings of a request.
    #[derive(Default)]
    pub struct PerformanceConfiguration {
        required {}
        optional {
            /// The latency.
            latency / with_latency: PerformanceConfigLatency = "latency",
        }
    }
}

open_enum! {
    /// The class of service, which decides on price and speed.
    pub enum ServiceTierType {
        /// Served ahead of other requests, at a higher price.
        Priority = "priority",
        /// The standard one.
        Default = "default",
        /// Served when there is capacity, at a lower price.
        Flex = "flex",
        /// Reserved capacity.
        Reserved = "reserved",
    }
}

structure! {
    /// The service tier of a request.
    pub struct ServiceTier {
        required {
            /// The type of the tier.
            kind: ServiceTierType = "type",
        }
        optional {}
    }
}

impl From<ServiceTierType> for ServiceTier {
    fn from(kind: ServiceTierType) -> Self {
        Self::new(kind)
    }
}

/// The text of a JSON Schema, from text or from JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonSchemaText(String);

impl From<&str> for JsonSchemaText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for JsonSchemaText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Value> for JsonSchemaText {
    fn from(schema: Value) -> Self {
        Self(schema.to_string())
    }
}

impl From<&Value> for JsonSchemaText {
    fn from(schema: &Value) -> Self {
        Self(schema.to_string())
    }
}

impl From<JsonSchemaText> for String {
    fn from(text: JsonSchemaText) -> Self {
        text.0
    }
}

structure! {
    /// A JSON Schema that the response must follow.
    ///
    /// ```
    /// use bedrill::ConverseRequest;
    /// use bedrill::converse::{JsonSchemaDefinition, OutputConfig, OutputFormat};
    /// use serde_json::json;
    ///
    /// let schema = json!({"type": "object", "properties": {"prime": {"type": "integer"}}, "required": ["prime"]});
    /// let format = OutputFormat::json_schema(JsonSchemaDefinition::new(&schema).with_name("prime"));
    /// let request = ConverseRequest::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    ///     .message("Name a prime.")
    ///     .output(OutputConfig::new().with_text_format(format));
    /// let sent = &request.to_body_json()["outputConfig"]["textFormat"]["structure"]["jsonSchema"];
    /// assert_eq!(sent["schema"], schema.to_string());
    /// ```
    pub struct JsonSchemaDefinition {
        required {
            /// The schema, as JSON text.
            schema: String as JsonSchemaText = "schema",
        }
        optional {
            /// Its name.
            name / with_name: String = "name",
            /// What it describes.
            description / with_description: String = "description",
        }
    }
}

union! {
    /// The structure that the response must have.
    pub enum OutputFormatStructure {
        /// JSON that follows a schema.
        JsonSchema(JsonSchemaDefinition) = "jsonSchema",
    }
}

open_enum! {
    /// The kind of an output format.
    pub enum OutputFormatType {
        /// JSON that follows a schema.
        JsonSchema = "json_schema",
    }
}

structure! {
    /// The format that the response text must have.
    pub struct OutputFormat {
        required {
            /// The kind.
            kind: OutputFormatType = "type",
            /// The structure it must have.
            structure: OutputFormatStructure = "structure",
        }
        optional {}
    }
}

impl OutputFormat {
    /// Asks for JSON that follows `schema`.
    #[must_use]
    pub fn json_schema(schema: JsonSchemaDefinition) -> Self {
        Self::new(OutputFormatType::JsonSchema, OutputFormatStructure::JsonSchema(schema))
    }
}

structure! {
    /// Requirements on the response.
    #[derive(Default)]
    pub struct OutputConfig {
        required {}
        optional {
            /// The format of its text.
            text_format / with_text_format: OutputFormat = "textFormat",
            /// How much the model may think and write, as the model names it: `low`, `medium`, `high`.
            effort / with_effort: String = "effort",
        }
    }
}

union! {
    /// The value of a variable in a managed prompt.
    pub enum PromptVariableValue {
        /// Text.
        Text(String) = "text",
    }
}

impl From<&str> for PromptVariableValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for PromptVariableValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

//! The settings of a request: inference, performance, service tier, output format, prompt variables.

structure! {
    /// How the model picks its words. What is absent is the model's own default.
    ///
    /// `topK` is not here: it goes into the additional fields, under the name that the model's maker gave it.
    #[derive(Default)]
    pub struct InferenceConfiguration {
        required {}
        optional {
            /// The most tokens to write. The service reserves this many of the quota, so set what you need.
            max_tokens / with_max_tokens: i32 = "maxTokens",
            /// From 0, steady, to 1, lively.
            temperature / with_temperature: f64 = "temperature",
            /// The share of likely tokens to choose from, 0 to 1.
            top_p / with_top_p: f64 = "topP",
            /// Texts at which the model stops.
            stop_sequences / with_stop_sequences: Vec<String> = "stopSequences",
        }
    }
}

open_enum! {
    /// Which latency a request asks for.
    pub enum PerformanceConfigLatency {
        /// The usual one.
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
        /// Before others, for more.
        Priority = "priority",
        /// The usual one.
        Default = "default",
        /// When there is room, for less.
        Flex = "flex",
        /// Capacity that was reserved.
        Reserved = "reserved",
    }
}

structure! {
    /// The service tier of a request.
    pub struct ServiceTier {
        required {
            /// Which one.
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

structure! {
    /// A JSON Schema that the answer must follow.
    pub struct JsonSchemaDefinition {
        required {
            /// The schema, as JSON text.
            schema: String = "schema",
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
    /// What the answer must look like.
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
    /// The format that the answer's text must have.
    pub struct OutputFormat {
        required {
            /// The kind.
            kind: OutputFormatType = "type",
            /// What it must look like.
            structure: OutputFormatStructure = "structure",
        }
        optional {}
    }
}

impl OutputFormat {
    /// JSON that follows `schema`.
    #[must_use]
    pub fn json_schema(schema: JsonSchemaDefinition) -> Self {
        Self::new(OutputFormatType::JsonSchema, OutputFormatStructure::JsonSchema(schema))
    }
}

structure! {
    /// What the answer must be like.
    #[derive(Default)]
    pub struct OutputConfig {
        required {}
        optional {
            /// The format of its text.
            text_format / with_text_format: OutputFormat = "textFormat",
            /// How much the model may think and write, in the model's own words: `low`, `medium`, `high`.
            effort / with_effort: String = "effort",
        }
    }
}

union! {
    /// What a variable of a managed prompt is replaced by.
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

//! Tools: what a model may call, its calls, and their results.

use serde_json::{Map, Value};

use super::cache_point::CachePoint;
use super::citation::SearchResult;
use super::media::{DocumentBlock, ImageBlock, VideoBlock};
use crate::base::json;

union! {
    /// The schema that a tool's input follows.
    pub enum ToolInputSchema {
        /// JSON Schema; its top level must be an object.
        Json(Value) = "json",
    }
}

impl From<Value> for ToolInputSchema {
    fn from(schema: Value) -> Self {
        Self::Json(schema)
    }
}

structure! {
    /// A tool that the caller runs for the model.
    ///
    /// ```
    /// use bedrill::converse::{ToolChoice, ToolSpecification};
    /// use bedrill::ConverseRequest;
    /// use serde_json::json;
    ///
    /// let weather = ToolSpecification::new(
    ///     "weather",
    ///     json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
    /// )
    /// .with_description("The weather in a city, now.");
    /// let request = ConverseRequest::new("us.amazon.nova-lite-v1:0")
    ///     .message("Is it raining in Lyon?")
    ///     .tool(weather)
    ///     .tool_choice(ToolChoice::auto());
    /// assert_eq!(request.to_body_json()["toolConfig"]["tools"][0]["toolSpec"]["name"], "weather");
    /// ```
    pub struct ToolSpecification {
        required {
            /// The name: 1 to 64 characters of `[a-zA-Z0-9_-]`.
            name: String = "name",
            /// The schema of its input.
            input_schema: ToolInputSchema = "inputSchema",
        }
        optional {
            /// What it does; must not be empty.
            description / with_description: String = "description",
            /// Whether the model's input must follow the schema strictly.
            strict / with_strict: bool = "strict",
        }
    }
}

structure! {
    /// A tool that the service runs itself.
    pub struct SystemTool {
        required {
            /// Its name.
            name: String = "name",
        }
        optional {}
    }
}

union! {
    /// An entry of the list of tools.
    pub enum Tool {
        /// A tool that the caller runs.
        ToolSpec(ToolSpecification) = "toolSpec",
        /// A tool that the service runs.
        SystemTool(SystemTool) = "systemTool",
        /// The tools so far may be cached.
        CachePoint(CachePoint) = "cachePoint",
    }
}

impl From<ToolSpecification> for Tool {
    fn from(tool: ToolSpecification) -> Self {
        Self::ToolSpec(tool)
    }
}

impl From<SystemTool> for Tool {
    fn from(tool: SystemTool) -> Self {
        Self::SystemTool(tool)
    }
}

impl From<CachePoint> for Tool {
    fn from(cache_point: CachePoint) -> Self {
        Self::CachePoint(cache_point)
    }
}

structure! {
    /// The model decides whether it calls a tool.
    #[derive(Default)]
    pub struct AutoToolChoice {
        required {}
        optional {}
    }
}

structure! {
    /// The model must call a tool of its choice.
    #[derive(Default)]
    pub struct AnyToolChoice {
        required {}
        optional {}
    }
}

structure! {
    /// The model must call this tool.
    pub struct SpecificToolChoice {
        required {
            /// The tool's name.
            name: String = "name",
        }
        optional {}
    }
}

union! {
    /// Which tools the model must call, if any.
    ///
    /// There is no "none": leave the tools out for that.
    pub enum ToolChoice {
        /// The model decides.
        Auto(AutoToolChoice) = "auto",
        /// At least one, of the model's choice.
        Any(AnyToolChoice) = "any",
        /// This one.
        Tool(SpecificToolChoice) = "tool",
    }
}

impl ToolChoice {
    /// The model decides whether it calls a tool.
    #[must_use]
    pub fn auto() -> Self {
        Self::Auto(AutoToolChoice::new())
    }

    /// The model must call a tool of its choice.
    #[must_use]
    pub fn any() -> Self {
        Self::Any(AnyToolChoice::new())
    }

    /// The model must call the tool `name`.
    #[must_use]
    pub fn tool(name: impl Into<String>) -> Self {
        Self::Tool(SpecificToolChoice::new(name))
    }
}

structure! {
    /// The tools of a request.
    pub struct ToolConfiguration {
        required {
            /// The tools; must not be empty.
            tools: Vec<Tool> = "tools",
        }
        optional {
            /// Which of them the model must call; `auto` by default.
            tool_choice / with_tool_choice: ToolChoice = "toolChoice",
        }
    }
}

open_enum! {
    /// Who runs a called tool.
    pub enum ToolUseType {
        /// The service.
        ServerToolUse = "server_tool_use",
    }
}

structure! {
    /// A tool call by the model.
    pub struct ToolUse {
        required {
            /// The id of this call, which its [`ToolResult`] repeats.
            tool_use_id: String = "toolUseId",
            /// The tool.
            name: String = "name",
            /// Its input: an object. In a response that was cut, the text of an input that is not complete; see
            /// [`unfinished_input`](Self::unfinished_input).
            input: Value = "input",
        }
        optional {
            /// Who runs the tool; absent for a tool that the caller runs.
            kind / with_kind: ToolUseType = "type",
        }
    }
}

impl ToolUse {
    /// The text of an input that is not complete, or not JSON: the model was cut while it wrote the call. Such a call can
    /// neither be run nor sent back.
    ///
    /// ```
    /// use bedrill::converse::{ContentBlock, ConverseStreamEvent, MessageBuilder};
    /// use serde_json::json;
    ///
    /// let mut message = MessageBuilder::new();
    /// for (name, payload) in [
    ///     ("contentBlockStart", json!({"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t1", "name": "write"}}})),
    ///     ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"toolUse": {"input": "{\"text\": \"Once"}}})),
    ///     ("messageStop", json!({"stopReason": "max_tokens"})),
    /// ] {
    ///     message.apply(&ConverseStreamEvent::from_event_type(name, payload)?)?;
    /// }
    /// let response = message.finish()?;
    /// let [ContentBlock::ToolUse(call)] = &response.message().unwrap().content[..] else { panic!() };
    /// assert_eq!(call.unfinished_input(), Some("{\"text\": \"Once"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn unfinished_input(&self) -> Option<&str> {
        self.input.as_str()
    }
}

/// The input of a tool as an object, where that is what the model meant: some write `null` for no arguments, or the object
/// as a text. Bedrock refuses both when the message is sent back.
pub(super) fn as_object(input: Value) -> Value {
    match input {
        Value::Null => Value::Object(Map::new()),
        Value::String(text) if text.trim().is_empty() => Value::Object(Map::new()),
        Value::String(text) => match json::value(text.as_bytes()) {
            Ok(object @ Value::Object(_)) => object,
            _ => Value::String(text),
        },
        other => other,
    }
}

/// Writes the inputs of the tool calls in the messages of a request [as objects](as_object).
pub(crate) fn mend_inputs(body: &mut Value) {
    for message in items(body, "messages") {
        for block in items(message, "content") {
            if let Some(input) = block.get_mut("toolUse").and_then(|call| call.get_mut("input")) {
                *input = as_object(input.take());
            }
        }
    }
}

fn items<'a>(value: &'a mut Value, name: &str) -> &'a mut [Value] {
    value.get_mut(name).and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default()
}

open_enum! {
    /// How a tool ended.
    pub enum ToolResultStatus {
        /// It worked.
        Success = "success",
        /// It failed, and the content says why.
        Error = "error",
    }
}

union! {
    /// A part of a tool's result.
    pub enum ToolResultContent {
        /// JSON; an object, for most models.
        Json(Value) = "json",
        /// Text.
        Text(String) = "text",
        /// An image.
        Image(ImageBlock) = "image",
        /// A document.
        Document(DocumentBlock) = "document",
        /// A video.
        Video(VideoBlock) = "video",
        /// A search result.
        SearchResult(SearchResult) = "searchResult",
    }
}

impl From<&str> for ToolResultContent {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ToolResultContent {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Value> for ToolResultContent {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

one_or_several! {
    /// The content of a [`ToolResult`]: one part, as text, JSON or an image, or several of one type.
    pub struct ToolResultContents(ToolResultContent);
}

structure! {
    /// The result of a [`ToolUse`].
    ///
    /// ```
    /// use bedrill::converse::{ToolResult, ToolResultContent, ToolResultStatus};
    /// use serde_json::json;
    ///
    /// let failed = ToolResult::new("tooluse_1", "no such city").with_status(ToolResultStatus::Error);
    /// assert_eq!(failed.content, [ToolResultContent::from("no such city")]);
    ///
    /// let both = ToolResult::new("tooluse_2", [json!({"rain": true}).into(), ToolResultContent::from("since noon")]);
    /// assert_eq!(both.content.len(), 2);
    /// ```
    pub struct ToolResult {
        required {
            /// The id of the call.
            tool_use_id: String = "toolUseId",
            /// What the tool returned.
            content: Vec<ToolResultContent> as ToolResultContents = "content",
        }
        optional {
            /// How it ended; `success` by default.
            status / with_status: ToolResultStatus = "status",
            /// The kind of result, for tools that the service runs.
            kind / with_kind: String = "type",
        }
    }
}

//! Messages: their roles and their content blocks.

use super::cache_point::CachePoint;
use super::citation::{CitationsContent, SearchResult};
use super::guardrail::GuardContent;
use super::media::{AudioBlock, DocumentBlock, ImageBlock, VideoBlock};
use super::reasoning::ReasoningContent;
use super::tool::{ToolResult, ToolUse};

open_enum! {
    /// The role of a message's author.
    pub enum Role {
        /// The user, or a program on their behalf.
        User = "user",
        /// The model.
        Assistant = "assistant",
        /// The operator who set up the conversation.
        System = "system",
    }
}

structure! {
    /// The name of a tool that is added or removed during a conversation.
    #[derive(Default)]
    pub struct ToolReference {
        required {}
        optional {
            /// The kind of tool.
            kind / with_kind: String = "type",
            /// Its name.
            name / with_name: String = "name",
            /// The server that offers it.
            server_name / with_server_name: String = "serverName",
        }
    }
}

structure! {
    /// Makes another tool available from this point on.
    pub struct ToolAddition {
        required {
            /// The tool.
            tool: ToolReference = "tool",
        }
        optional {}
    }
}

structure! {
    /// Makes a tool unavailable from this point on.
    pub struct ToolRemoval {
        required {
            /// The tool.
            tool: ToolReference = "tool",
        }
        optional {}
    }
}

union! {
    /// One part of a message.
    ///
    /// ```
    /// use bedrill::converse::ContentBlock;
    /// use serde_json::json;
    ///
    /// let block = ContentBlock::from("Hello");
    /// assert_eq!(serde_json::to_value(&block).unwrap(), json!({"text": "Hello"}));
    ///
    /// // A block that this version does not know is preserved.
    /// let newer: ContentBlock = serde_json::from_value(json!({"hologram": {"depth": 3}})).unwrap();
    /// assert!(matches!(&newer, ContentBlock::Unknown { name, .. } if name == "hologram"));
    /// assert_eq!(serde_json::to_value(&newer).unwrap(), json!({"hologram": {"depth": 3}}));
    /// ```
    pub enum ContentBlock {
        /// Text.
        Text(String) = "text",
        /// An image.
        Image(ImageBlock) = "image",
        /// A document.
        Document(DocumentBlock) = "document",
        /// A video.
        Video(VideoBlock) = "video",
        /// Audio.
        Audio(AudioBlock) = "audio",
        /// A tool call by the model.
        ToolUse(ToolUse) = "toolUse",
        /// The result of a tool call.
        ToolResult(ToolResult) = "toolResult",
        /// Content for the guardrail to examine; without any, it examines everything.
        GuardContent(GuardContent) = "guardContent",
        /// The conversation so far may be cached.
        CachePoint(CachePoint) = "cachePoint",
        /// The model's reasoning.
        ReasoningContent(ReasoningContent) = "reasoningContent",
        /// Generated text with its citations.
        CitationsContent(CitationsContent) = "citationsContent",
        /// A search result that the model may cite.
        SearchResult(SearchResult) = "searchResult",
        /// Another tool becomes available.
        ToolAddition(ToolAddition) = "toolAddition",
        /// A tool becomes unavailable.
        ToolRemoval(ToolRemoval) = "toolRemoval",
    }
}

/// Converts a block's contents to a content block.
macro_rules! content_block_from {
    ($($name:ident),*) => {
        $(
            impl From<$name> for ContentBlock {
                fn from(block: $name) -> Self {
                    Self::$name(block)
                }
            }
        )*
    };
}

content_block_from!(
    ToolUse,
    ToolResult,
    GuardContent,
    CachePoint,
    ReasoningContent,
    CitationsContent,
    SearchResult,
    ToolAddition,
    ToolRemoval
);

impl From<&str> for ContentBlock {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ContentBlock {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<ImageBlock> for ContentBlock {
    fn from(image: ImageBlock) -> Self {
        Self::Image(image)
    }
}

impl From<DocumentBlock> for ContentBlock {
    fn from(document: DocumentBlock) -> Self {
        Self::Document(document)
    }
}

impl From<VideoBlock> for ContentBlock {
    fn from(video: VideoBlock) -> Self {
        Self::Video(video)
    }
}

impl From<AudioBlock> for ContentBlock {
    fn from(audio: AudioBlock) -> Self {
        Self::Audio(audio)
    }
}

one_or_several! {
    /// The content of a message: one block, or several of one type.
    pub struct ContentBlocks(ContentBlock);
}

structure! {
    /// One message of a conversation.
    ///
    /// Text converts to a user message.
    ///
    /// ```
    /// use bedrill::converse::Role;
    /// use bedrill::Message;
    ///
    /// let question = Message::from("What is 2 + 2?");
    /// assert_eq!(question.role, Role::User);
    /// assert_eq!(Message::assistant("4").text(), "4");
    /// ```
    pub struct Message {
        required {
            /// The role of a message's author.
            role: Role = "role",
            /// The content blocks.
            content: Vec<ContentBlock> = "content",
        }
        optional {}
    }
}

impl Message {
    /// Creates a user message with one block, or several of one type: the results of all tools that the model called.
    ///
    /// ```
    /// use bedrill::Message;
    /// use bedrill::converse::ToolResult;
    ///
    /// let results = vec![ToolResult::new("tooluse_1", "rain"), ToolResult::new("tooluse_2", "sun")];
    /// assert_eq!(Message::user(results).content.len(), 2);
    /// assert_eq!(Message::user("Why is the sky blue?").content.len(), 1);
    /// ```
    #[must_use]
    pub fn user(content: impl Into<ContentBlocks>) -> Self {
        Self::new(Role::User, content.into())
    }

    /// Creates an assistant message with one block, or several of one type.
    #[must_use]
    pub fn assistant(content: impl Into<ContentBlocks>) -> Self {
        Self::new(Role::Assistant, content.into())
    }

    /// Adds a block.
    #[must_use]
    pub fn with(mut self, block: impl Into<ContentBlock>) -> Self {
        self.content.push(block.into());
        self
    }

    /// Returns the text of all text blocks and all cited text, joined without separators.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for block in &self.content {
            match block {
                ContentBlock::Text(part) => text.push_str(part),
                ContentBlock::CitationsContent(cited) => text.push_str(&cited.text()),
                _ => {}
            }
        }
        text
    }

    /// Returns the model's tool calls, in order.
    pub fn tool_uses(&self) -> impl Iterator<Item = &ToolUse> {
        self.content.iter().filter_map(|block| match block {
            ContentBlock::ToolUse(tool_use) => Some(tool_use),
            _ => None,
        })
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::user(text)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::user(text)
    }
}

union! {
    /// One part of the system prompt.
    pub enum SystemContentBlock {
        /// Text.
        Text(String) = "text",
        /// Content for the guardrail to look at.
        GuardContent(GuardContent) = "guardContent",
        /// The system prompt so far may be cached.
        CachePoint(CachePoint) = "cachePoint",
    }
}

impl From<&str> for SystemContentBlock {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for SystemContentBlock {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<GuardContent> for SystemContentBlock {
    fn from(content: GuardContent) -> Self {
        Self::GuardContent(content)
    }
}

impl From<CachePoint> for SystemContentBlock {
    fn from(cache_point: CachePoint) -> Self {
        Self::CachePoint(cache_point)
    }
}

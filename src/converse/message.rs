//! Messages: who speaks, and what in.

use super::cache_point::CachePoint;
use super::citation::{CitationsContent, SearchResult};
use super::guardrail::GuardContent;
use super::media::{AudioBlock, DocumentBlock, ImageBlock, VideoBlock};
use super::reasoning::ReasoningContent;
use super::tool::{ToolResult, ToolUse};

open_enum! {
    /// Who speaks.
    pub enum Role {
        /// The user, or a program on their behalf.
        User = "user",
        /// The model.
        Assistant = "assistant",
        /// Whoever set the conversation up.
        System = "system",
    }
}

structure! {
    /// The name of a tool that comes or goes during a conversation.
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
    /// From here on the model has a tool more.
    pub struct ToolAddition {
        required {
            /// The tool.
            tool: ToolReference = "tool",
        }
        optional {}
    }
}

structure! {
    /// From here on the model has a tool less.
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
    /// // A block that this version does not know is carried along.
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
        /// The model calls a tool.
        ToolUse(ToolUse) = "toolUse",
        /// What a called tool gave.
        ToolResult(ToolResult) = "toolResult",
        /// Content for the guardrail to look at; without any, it looks at everything.
        GuardContent(GuardContent) = "guardContent",
        /// The conversation so far may be cached.
        CachePoint(CachePoint) = "cachePoint",
        /// What the model thought.
        ReasoningContent(ReasoningContent) = "reasoningContent",
        /// Generated text with its citations.
        CitationsContent(CitationsContent) = "citationsContent",
        /// A search result that the model may cite.
        SearchResult(SearchResult) = "searchResult",
        /// The model has a tool more.
        ToolAddition(ToolAddition) = "toolAddition",
        /// The model has a tool less.
        ToolRemoval(ToolRemoval) = "toolRemoval",
    }
}

/// Makes a content block from what it holds.
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

structure! {
    /// One message of a conversation.
    ///
    /// Text turns into a message of the user.
    ///
    /// ```
    /// use bedrill::converse::{Message, Role};
    ///
    /// let question = Message::from("What is 2 + 2?");
    /// assert_eq!(question.role, Role::User);
    /// assert_eq!(Message::assistant("4").text(), "4");
    /// ```
    pub struct Message {
        required {
            /// Who speaks.
            role: Role = "role",
            /// What they say, in parts.
            content: Vec<ContentBlock> = "content",
        }
        optional {}
    }
}

impl Message {
    /// A message of the user, with one block.
    #[must_use]
    pub fn user(block: impl Into<ContentBlock>) -> Self {
        Self::new(Role::User, [block.into()])
    }

    /// A message of the model, with one block.
    #[must_use]
    pub fn assistant(block: impl Into<ContentBlock>) -> Self {
        Self::new(Role::Assistant, [block.into()])
    }

    /// Adds a block.
    #[must_use]
    pub fn with(mut self, block: impl Into<ContentBlock>) -> Self {
        self.content.push(block.into());
        self
    }

    /// The text of all text blocks and of all cited text, joined as it stands.
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

    /// The model's calls of tools, in order.
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

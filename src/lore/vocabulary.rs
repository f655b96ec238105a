//! The words in which the table speaks.

use std::fmt;

use super::set::{self, Word, private};

/// Declares an enum whose members have names.
macro_rules! vocabulary {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$of:meta])* $word:ident = $text:literal,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`: ")] $(#[$of])* $word,)+
        }

        impl $name {
            /// The name, as the table and an overlay write it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                set::name(self)
            }
        }

        impl private::Listed for $name {
            const WORDS: &'static [Self] = &[$(Self::$word),+];
            const NAMES: &'static str = concat!($($text, " "),+);
            fn index(self) -> u8 {
                self as u8
            }
        }

        impl Word for $name {}

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

vocabulary! {
    /// What a model reads or writes.
    pub enum Modality {
        /// text.
        Text = "text",
        /// images.
        Image = "image",
        /// documents.
        Document = "document",
        /// video.
        Video = "video",
        /// audio.
        Audio = "audio",
        /// speech.
        Speech = "speech",
        /// vectors.
        Embedding = "embedding",
    }

    /// A geography: the prefix of a system-defined inference profile's id.
    pub enum Geography {
        /// the United States.
        Us = "us",
        /// Europe.
        Eu = "eu",
        /// Asia and the Pacific.
        Apac = "apac",
        /// Japan.
        Jp = "jp",
        /// Australia and New Zealand.
        Au = "au",
        /// India.
        In = "in",
        /// Canada.
        Ca = "ca",
        /// everywhere.
        Global = "global",
        /// GovCloud.
        UsGov = "us-gov",
        /// the Americas.
        Amer = "amer",
        /// Mexico.
        Mx = "mx",
        /// South America.
        Sa = "sa",
        /// the Middle East.
        Me = "me",
        /// Israel.
        Il = "il",
        /// Africa.
        Af = "af",
    }

    /// How the choice among tools can be narrowed.
    pub enum ToolChoice {
        /// the model decides.
        Auto = "auto",
        /// one of the tools must be called.
        Any = "any",
        /// the named tool must be called.
        Tool = "tool",
    }

    /// A parameter of a request.
    pub enum Parameter {
        /// `inferenceConfig.temperature`.
        Temperature = "temperature",
        /// `inferenceConfig.topP`.
        TopP = "topP",
        /// `top_k` among the additional fields.
        TopK = "topK",
        /// `inferenceConfig.stopSequences`.
        StopSequences = "stopSequences",
        /// `inferenceConfig.maxTokens`.
        MaxTokens = "maxTokens",
        /// the first two together; each alone is accepted.
        TemperatureWithTopP = "temperature+topP",
    }

    /// Where a cache point may stand.
    pub enum CachePlace {
        /// behind the system prompt.
        System = "system",
        /// behind content of a message.
        Messages = "messages",
        /// behind a tool.
        Tools = "tools",
    }

    /// A service tier.
    pub enum Tier {
        /// on demand.
        Default = "default",
        /// cheaper, and served after the others.
        Flex = "flex",
        /// dearer, and served first.
        Priority = "priority",
        /// reserved beforehand.
        Reserved = "reserved",
    }

    /// A dialect that AWS itself speaks for a model, apart from Converse.
    pub enum Dialect {
        /// OpenAI's Chat Completions, under `/openai/v1/chat/completions`.
        Chat = "chat",
        /// OpenAI's Responses, under `/openai/v1/responses`.
        Responses = "responses",
        /// Anthropic's Messages, under `/anthropic/v1/messages`.
        Messages = "messages",
    }

    /// The characters of tool ids.
    pub enum ToolIdAlphabet {
        /// letters and digits.
        Alphanumeric = "alphanumeric",
        /// letters, digits, `_` and `-`.
        Word = "word",
        /// letters, digits, `_`, `-`, `.` and `:`.
        Api = "api",
    }

    /// Which role the first message may have.
    pub enum FirstTurn {
        /// the user's only.
        User = "user",
        /// any.
        Any = "any",
    }

    /// The fields that ask a family of models to think.
    pub enum ReasoningForm {
        /// `thinking: {type: "enabled", budget_tokens}`.
        ClaudeBudget = "budget",
        /// `thinking: {type: "adaptive"}` and `output_config: {effort}`.
        ClaudeAdaptive = "adaptive",
        /// `reasoningConfig: {type: "enabled", maxReasoningEffort}`, which is Nova 2's.
        Nova = "reasoningConfig",
        /// `reasoning_effort`, which gpt-oss and DeepSeek V3 have.
        Effort = "reasoning_effort",
        /// `reasoning: {effort}`, which GPT-5 and GPT-6 have.
        NestedEffort = "reasoning.effort",
        /// `reasoning_config`, a text, which Qwen and its kin have.
        Config = "reasoning_config",
        /// none: the model takes no such field.
        Nothing = "none",
    }

    /// How thinking is switched off.
    pub enum ReasoningOff {
        /// the fields are left out, because the model does not think unless asked.
        Omit = "omit",
        /// `thinking: {type: "disabled"}`.
        Disabled = "disabled",
        /// `thinking: {type: "between_tools"}`, the least that the model can do; it excludes effort above high.
        BetweenTools = "between_tools",
        /// the effort `none`.
        Effort = "none",
        /// not at all.
        Never = "never",
    }

    /// The data retention that an account or a project must allow before it can use a model.
    pub enum DataRetention {
        /// the provider may keep what is sent.
        ProviderDataShare = "provider_data_share",
        /// AWS may review what is sent.
        AwsReview = "aws_review",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_by_its_name() {
        assert_eq!(set::named("adaptive"), Some(ReasoningForm::ClaudeAdaptive));
        assert_eq!(ReasoningOff::BetweenTools.to_string(), "between_tools");
        assert_eq!(set::named::<Tier>("gold"), None);
    }
}

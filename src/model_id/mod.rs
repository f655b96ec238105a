//! Model ids as users write them, and what they name.
//!
//! One label of the request path takes them all: foundation models, inference profiles, and ARNs of every kind.

mod requested;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use crate::endpoint::Region;
use crate::lore::Family;
use crate::lore::geography::is_geography;
use crate::lore::spelling::{without_provider, without_route, without_suffix};

pub use requested::RequestedModel;

/// A model id, ready to be sent: prefixes of other tools are removed, and its kind and region are known.
///
/// ```
/// use bedrill::model_id::{ModelId, ModelKind};
///
/// let id = ModelId::parse("bedrock/us.anthropic.claude-3-7-sonnet-20250219-v1:0")?;
/// assert_eq!(id.as_str(), "us.anthropic.claude-3-7-sonnet-20250219-v1:0");
/// assert_eq!(id.kind(), ModelKind::InferenceProfile);
/// assert_eq!(id.base_model(), Some("anthropic.claude-3-7-sonnet-20250219-v1:0"));
/// # Ok::<(), bedrill::model_id::ModelIdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelId {
    id: String,
    kind: ModelKind,
    region: Option<Region>,
}

/// What a model id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelKind {
    /// `anthropic.claude-...`: a foundation model, or a name that only the service can resolve.
    FoundationModel,
    /// `us.anthropic...`: a system-defined, cross-region inference profile.
    InferenceProfile,
    /// An application inference profile, created in one account; always an ARN.
    ApplicationInferenceProfile,
    /// Provisioned throughput for one model.
    ProvisionedModel,
    /// A customized model.
    CustomModel,
    /// On-demand deployment of a customized model.
    CustomModelDeployment,
    /// An imported model.
    ImportedModel,
    /// A router over several models.
    PromptRouter,
    /// A prompt from Prompt management.
    Prompt,
    /// A Marketplace model on a SageMaker endpoint.
    MarketplaceEndpoint,
}

/// The API's own limit on `modelId`.
const MAX_LEN: usize = 2_048;

impl ModelId {
    /// Parses an id as users write it: plain, with the prefix of another tool, or an ARN.
    ///
    /// `bedrock/`, `bedrock/converse/`, `bedrock/invoke/`, `amazon-bedrock/`, `bedrock:` and their like are removed, and so
    /// are Claude Code's `[1m]` and litellm's region (`bedrock/us-west-2/anthropic.claude-v2`), which
    /// [`region`](Self::region) then returns.
    ///
    /// # Errors
    ///
    /// [`ModelIdError`] when the id is empty, too long, contains an invalid character, or is an ARN of
    /// something that cannot be invoked.
    pub fn parse(text: &str) -> Result<Self, ModelIdError> {
        let invalid = |problem| ModelIdError { id: text.chars().take(200).collect(), problem };
        let (id, path_region) = Self::split_tool_prefix(text);
        if id.is_empty() {
            return Err(invalid("it is empty"));
        }
        if id.len() > MAX_LEN {
            return Err(invalid("it is longer than 2,048 characters"));
        }
        let known =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'_' | b'/');
        if !id.bytes().all(known) {
            return Err(invalid("it contains a character other than letters, digits and - . : _ /"));
        }
        // Servers and proxies resolve such segments, encoded or not.
        if id.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(invalid("it has an empty, `.` or `..` path segment"));
        }
        if id.starts_with("arn:") {
            return Self::from_arn(id).map_err(invalid);
        }
        let kind = match id.split_once('.') {
            Some((geography, rest)) if is_geography(geography) && rest.contains('.') => {
                ModelKind::InferenceProfile
            }
            _ => ModelKind::FoundationModel,
        };
        Ok(Self { id: id.to_owned(), kind, region: path_region })
    }

    /// What is left of `text` without other tools' prefixes and suffixes and surrounding white space, and the region
    /// among the prefixes. The rest may be empty: `bedrock/`, which aider's users write to list models.
    #[must_use]
    pub fn split_tool_prefix(text: &str) -> (&str, Option<Region>) {
        let mut id = without_suffix(text.trim());
        let mut region = None;
        while let Some(rest) = without_provider(id).or_else(|| without_route(id)) {
            id = rest;
            if let Some((first, rest)) = id.split_once('/')
                && looks_like_region(first)
            {
                region = Region::new(first).ok();
                id = rest;
            }
        }
        (id, region)
    }

    /// The same model in `region`. An ARN keeps its own.
    #[must_use]
    pub fn with_region(mut self, region: Region) -> Self {
        if !self.is_arn() {
            self.region = Some(region);
        }
        self
    }

    /// The id as a text that [`parse`](Self::parse) reads back whole: after `bedrock/REGION/`, as litellm writes it, when
    /// it names a region and is not an ARN.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match &self.region {
            Some(region) if !self.is_arn() => Cow::Owned(format!("bedrock/{region}/{}", self.id)),
            _ => Cow::Borrowed(&self.id),
        }
    }

    /// `arn:partition:service:region:account:type/name`.
    fn from_arn(arn: &str) -> Result<Self, &'static str> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (Some(service), Some(region), Some(_account), Some(resource)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(
                "it is an incomplete ARN: arn:PARTITION:bedrock:REGION:ACCOUNT:TYPE/NAME has six parts",
            );
        };
        let Some((resource_type, name)) = resource.split_once('/') else {
            return Err("it is an ARN without TYPE/NAME at its end");
        };
        if name.is_empty() {
            return Err("it is an ARN without a name after its type");
        }
        let kind = match (service, resource_type) {
            ("bedrock", "foundation-model") => ModelKind::FoundationModel,
            ("bedrock", "inference-profile") => ModelKind::InferenceProfile,
            ("bedrock", "application-inference-profile") => ModelKind::ApplicationInferenceProfile,
            ("bedrock", "provisioned-model") => ModelKind::ProvisionedModel,
            ("bedrock", "custom-model") => ModelKind::CustomModel,
            ("bedrock", "custom-model-deployment") => ModelKind::CustomModelDeployment,
            ("bedrock", "imported-model") => ModelKind::ImportedModel,
            ("bedrock", "prompt-router" | "default-prompt-router") => ModelKind::PromptRouter,
            ("bedrock", "prompt") => ModelKind::Prompt,
            ("sagemaker", "endpoint") => ModelKind::MarketplaceEndpoint,
            ("bedrock", _) => return Err("it is the ARN of something that cannot be invoked"),
            _ => return Err("it is the ARN of another service"),
        };
        let region = Region::new(region).map_err(|_| "the region in its ARN is not a region")?;
        Ok(Self { id: arn.to_owned(), kind, region: Some(region) })
    }

    /// The id as used in the request path, before percent-encoding.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// What the id names, as far as its form shows.
    #[must_use]
    pub fn kind(&self) -> ModelKind {
        self.kind
    }

    /// The region that the id itself names: an ARN's, or litellm's path prefix.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// Whether the id is an ARN.
    #[must_use]
    pub fn is_arn(&self) -> bool {
        self.id.starts_with("arn:")
    }

    /// Whether the id can be sent without a lookup: an ARN, or an id that names its provider. `nova-pro`,
    /// `claude-sonnet-4.5` and `eu.claude-sonnet-4-5` cannot.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_arn() || self.base_model().is_some_and(names_provider)
    }

    /// What is known of the model's family; `None` for a family that is not known, and for what does not name its model,
    /// such as an application profile.
    #[must_use]
    pub fn family(&self) -> Option<Family> {
        Family::of(&self.id)
    }

    /// The foundation model's id without geography and ARN; `None` if its form does not show it.
    #[must_use]
    pub fn base_model(&self) -> Option<&str> {
        let name = if self.is_arn() { self.id.split_once('/')?.1 } else { &self.id };
        match self.kind {
            ModelKind::FoundationModel => Some(name),
            ModelKind::InferenceProfile => {
                name.split_once('.').filter(|(geography, _)| is_geography(geography)).map(|(_, base)| base)
            }
            _ => None,
        }
    }
}

/// `amazon.nova-lite-v1:0`, but neither `llama3.1`, `claude-sonnet-4.5` nor `eu.claude-sonnet-4-5`.
fn names_provider(id: &str) -> bool {
    let Some((provider, rest)) = id.split_once('.') else { return false };
    let is_word = !provider.is_empty() && provider.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Only a geography prefix makes an id a profile.
    is_word && !is_geography(provider) && rest.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// `us-west-2`, `us-gov-east-1`: words of letters, then a number. No model id has this form before a slash.
fn looks_like_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    words.split('-').count() >= 2
        && words.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

impl std::str::FromStr for ModelId {
    type Err = ModelIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Why a text cannot be a model id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelIdError {
    id: String,
    problem: &'static str,
}

impl fmt::Display for ModelIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} cannot be a model id: {}; one looks like anthropic.claude-3-haiku-20240307-v1:0, \
             us.amazon.nova-lite-v1:0 or arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
            self.id, self.problem
        )
    }
}

impl std::error::Error for ModelIdError {}

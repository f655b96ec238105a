//! An entry of the catalog: a model, and how it is invoked here or why it cannot be.

use std::fmt;

use crate::lore::Family;
use crate::model_id::ModelId;
use crate::models::{FoundationModelLifecycle, ModelModality};

/// A model, and the id to invoke it by.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    pub(super) id: String,
    pub(super) invoke_id: Option<ModelId>,
    pub(super) base_model: Option<String>,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) provider: String,
    pub(super) input: Vec<ModelModality>,
    pub(super) output: Vec<ModelModality>,
    pub(super) streaming: Option<bool>,
    pub(super) reasoning: bool,
    pub(super) lifecycle: Option<FoundationModelLifecycle>,
    pub(super) context_window: Limit,
    pub(super) max_output: Limit,
    pub(super) family: Option<Family>,
    pub(super) profiles: Vec<Profile>,
    pub(super) reasons: Vec<Reason>,
}

impl Entry {
    /// The id under which the service lists it: a foundation model's id, or the ARN of an application profile.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What to send as the model id; `None` when it cannot be invoked, for the reason that
    /// [`unavailable`](Self::unavailable) gives.
    #[must_use]
    pub fn invoke_id(&self) -> Option<&str> {
        self.model_id().map(ModelId::as_str)
    }

    /// As [`invoke_id`](Self::invoke_id), parsed.
    #[must_use]
    pub fn model_id(&self) -> Option<&ModelId> {
        self.invoke_id.as_ref()
    }

    /// Whether it is invoked exactly as configured by the user, wherever requests go; a discovered model is
    /// invoked in the region that listed it.
    #[must_use]
    pub fn is_invoked_as_configured(&self) -> bool {
        self.kind == Kind::Configured && self.invoke_id() == Some(&self.id)
    }

    /// The foundation model behind it; `None` when the service does not say.
    #[must_use]
    pub fn base_model(&self) -> Option<&str> {
        self.base_model.as_deref()
    }

    /// How it is invoked.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The display name, `Claude Sonnet 4.5`; the id if there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The provider's name, `Anthropic`; the first part of the id if there is none.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// Its input modalities.
    #[must_use]
    pub fn input(&self) -> &[ModelModality] {
        &self.input
    }

    /// Its output modalities.
    #[must_use]
    pub fn output(&self) -> &[ModelModality] {
        &self.output
    }

    /// Whether it accepts images.
    #[must_use]
    pub fn reads_images(&self) -> bool {
        self.input.contains(&ModelModality::Image)
    }

    /// Whether it can stream its response; `None` when the service does not say.
    #[must_use]
    pub fn streaming(&self) -> Option<bool> {
        self.streaming
    }

    /// Whether it can think before it answers.
    #[must_use]
    pub fn reasoning(&self) -> bool {
        self.reasoning
    }

    /// Its lifecycle; `end_of_life_time` is its end, if the service has announced one.
    #[must_use]
    pub fn lifecycle(&self) -> Option<&FoundationModelLifecycle> {
        self.lifecycle.as_ref()
    }

    /// The context window in tokens, output included.
    #[must_use]
    pub fn context_window(&self) -> Limit {
        self.context_window
    }

    /// The maximum number of output tokens.
    #[must_use]
    pub fn max_output(&self) -> Limit {
        self.max_output
    }

    /// What is known of its family, with what the user's overlay says; `None` when nothing is.
    #[must_use]
    pub fn family(&self) -> Option<&Family> {
        self.family.as_ref()
    }

    /// The system-defined profiles that cover it in this region, the preferred one first.
    #[must_use]
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// Why the default listing omits it; empty when it is listed.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Why it cannot be invoked; `None` when it can.
    #[must_use]
    pub fn unavailable(&self) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.prevents_invocation())
    }

    /// Whether the default listing shows it.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// An inference profile that routes to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The id, `us.amazon.nova-lite-v1:0`.
    pub id: String,
    /// The ARN.
    pub arn: String,
}

/// How an entry is invoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// By its own id.
    OnDemand,
    /// By the id of a system-defined inference profile.
    InferenceProfile,
    /// By the ARN of an inference profile made in this account.
    ApplicationProfile,
    /// Only through provisioned throughput.
    ProvisionedOnly,
    /// Not at all by this id.
    NotOffered,
    /// As the user configured it.
    Configured,
}

impl Kind {
    /// The wording for a listing.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::InferenceProfile => "profile",
            Self::ApplicationProfile => "application profile",
            Self::ProvisionedOnly => "provisioned only",
            Self::NotOffered => "not offered",
            Self::Configured => "configured",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A number of tokens, and its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// The tokens.
    pub tokens: u64,
    /// Its source.
    pub source: LimitSource,
}

impl Limit {
    /// Whether the number is only the default, because nothing is known.
    #[must_use]
    pub fn is_assumed(&self) -> bool {
        self.source == LimitSource::Assumed
    }
}

/// Where a limit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitSource {
    /// The user's own configuration of the model.
    Configured,
    /// The table of families, or the user's overlay over it.
    Table,
    /// The service's listing.
    Service,
    /// None: it is the default.
    Assumed,
}

/// Why the default listing omits a model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It is served through profiles, and none in this region routes to it.
    NoProfile,
    /// It is served through profiles, and they could not be listed.
    ProfilesUnknown,
    /// It is served through provisioned throughput.
    ProvisionedOnly,
    /// The service lists no known way to invoke it; holds the unknown ways that it does list.
    NotOffered(Vec<String>),
    /// The profile is not ready.
    ProfileNotActive(String),
    /// The configured id is not a valid model id.
    NotAnId,
    /// It does not stream, or the service does not say that it does.
    NotStreaming,
    /// It writes no text.
    NoTextOutput,
    /// It is not active: holds its status, if the service gives one.
    NotActive(Option<String>),
    /// The provider is not among those requested.
    OtherProvider,
}

impl Reason {
    /// Whether the model cannot be invoked at all, or is only omitted from the listing.
    #[must_use]
    pub fn prevents_invocation(&self) -> bool {
        !matches!(self, Self::NotStreaming | Self::NoTextOutput | Self::NotActive(_) | Self::OtherProvider)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProfile => {
                f.write_str("served only through inference profiles, and none in this region covers it")
            }
            Self::ProfilesUnknown => {
                f.write_str("served only through inference profiles, and they could not be listed")
            }
            Self::ProvisionedOnly => f.write_str("needs provisioned throughput"),
            Self::NotOffered(ways) if ways.is_empty() => f.write_str("not offered under this id"),
            Self::NotOffered(ways) => write!(f, "offered only as {}", ways.join(", ")),
            Self::ProfileNotActive(status) => write!(f, "the profile is {status}"),
            Self::NotAnId => f.write_str("the id cannot be a model id"),
            Self::NotStreaming => f.write_str("does not stream"),
            Self::NoTextOutput => f.write_str("writes no text"),
            Self::NotActive(Some(status)) => write!(f, "is {status}"),
            Self::NotActive(None) => f.write_str("its lifecycle is not known"),
            Self::OtherProvider => f.write_str("its provider is filtered out"),
        }
    }
}

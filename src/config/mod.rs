//! The configuration: JSON5 in the shape of Moltbot's and OpenClaw's, from which it reads the parts about Bedrock.
//!
//! ```json5
//! {
//!   models: {
//!     bedrockDiscovery: {              // every key has a default
//!       enabled: true,                 // default: when any credential source answers
//!       region: "us-east-1",           // where to list models; default: the region of requests
//!       providerFilter: ["anthropic"], // a name or a list of names; default: all
//!       refreshInterval: 3600,         // seconds that a listing is kept; 0: not at all
//!       defaultContextWindow: 32000,   // tokens, where no better number is known
//!       defaultMaxTokens: 4096,
//!     },
//!     providers: {
//!       "amazon-bedrock": {
//!         baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com",
//!         api: "bedrock-converse-stream",
//!         auth: "aws-sdk",
//!         models: [                    // listed before the discovered ones, and replace those with the same id
//!           {
//!             id: "amazon.nova-lite-v1:0",
//!             name: "Nova Lite",
//!             reasoning: false,
//!             input: ["text", "image"],
//!             cost: { input: 0.06, output: 0.24, cacheRead: 0.015, cacheWrite: 0 }, // USD per million tokens; cacheWrite1h too
//!             contextWindow: 300000,
//!             maxTokens: 5000,
//!           },
//!         ],
//!       },
//!     },
//!   },
//!   agents: { defaults: { model: { primary: "amazon-bedrock/amazon.nova-lite-v1:0" } } },
//!   auth: { preferBearer: true },      // false: AWS_BEARER_TOKEN_BEDROCK is not used
//! }
//! ```
//!
//! - OpenClaw's newer place for the first block, `plugins.entries.amazon-bedrock.config.discovery`, is read too; a
//!   value in `models.bedrockDiscovery` takes precedence over the same one there.
//! - Everything else in the file belongs to other programs and is silently ignored. An unknown key inside the
//!   blocks above is a warning that names the nearest known one; a value of the wrong type is an error.
//! - Whole numbers are floored. A context window or a token limit of 0 or less means the default, and a negative
//!   `refreshInterval` means 0; each of these is a warning.
//! - If a key occurs twice, the last one wins, as in JavaScript, with a warning.
//!
//! The types are always available; reading them from text (`Config::parse`, `Config::read`) needs the feature `config`.
//! [`places`] says where a program should look for the file.

mod located;
mod places;
mod settings;

#[cfg(feature = "config")]
mod keys;
#[cfg(feature = "config")]
mod overlay;
#[cfg(feature = "config")]
mod problem;
#[cfg(feature = "config")]
mod read;
#[cfg(feature = "config")]
mod scalar;
#[cfg(feature = "config")]
mod source;

pub use located::{Located, Position};
pub use places::{Place, PlaceKind, places};
pub use settings::{BedrockDiscovery, ProviderSettings};

use crate::catalog::{DiscoverySettings, ManualModel};
use crate::lore::spelling::without_provider;

#[cfg(feature = "config")]
pub use problem::{ConfigError, Problem, Severity};

/// The Bedrock settings of a configuration file. The default is that of an empty file.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Config {
    /// `models.bedrockDiscovery`: how models are listed.
    pub discovery: BedrockDiscovery,
    /// `models.providers."amazon-bedrock"`: the endpoint, and manually described models.
    pub provider: ProviderSettings,
    /// `agents.defaults.model.primary`, as written; it may belong to another provider.
    pub primary: Option<Located<String>>,
    /// `auth.preferBearer`.
    pub prefer_bearer: Option<Located<bool>>,
}

impl Config {
    /// Parses a configuration.
    ///
    /// ```
    /// use bedrill::catalog::DiscoverySettings;
    /// use bedrill::config::Config;
    /// use std::time::Duration;
    ///
    /// let config = Config::parse("{ models: { bedrockDiscovery: { refreshInterval: 60, } } } // JSON5")?;
    /// let settings = DiscoverySettings::from(&config);
    /// assert_eq!(settings.refresh_interval(), Some(Duration::from_secs(60)));
    /// assert_eq!(settings.default_max_tokens(), 4096);
    ///
    /// let error = Config::parse("{ auth: { preferBearer: 'no' } }").unwrap_err();
    /// assert_eq!(error.to_string(), "1:25: error: auth.preferBearer: expected true or false, found a string");
    /// # Ok::<(), bedrill::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with everything that is wrong, when the text is not JSON5 or a value cannot be used. Warnings
    /// alone are not an error; [`read`](Self::read) returns them.
    #[cfg(feature = "config")]
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let (config, problems) = Self::read(text);
        match ConfigError::new(problems) {
            Some(error) => Err(error),
            None => Ok(config),
        }
    }

    /// Reads the valid parts of a configuration, and reports what is wrong with the rest, in the order of the text.
    ///
    /// A value with an error counts as absent.
    #[cfg(feature = "config")]
    #[must_use]
    pub fn read(text: &str) -> (Self, Vec<Problem>) {
        read::read(text)
    }

    /// Returns the primary model's id if it is one of Bedrock's: after `amazon-bedrock/` or another tool's name for
    /// the provider, or an ARN.
    ///
    /// ```
    /// use bedrill::config::{Config, Located};
    ///
    /// let mut config = Config::default();
    /// config.primary = Some(Located::from("amazon-bedrock/us.amazon.nova-lite-v1:0".to_owned()));
    /// assert_eq!(config.primary_model(), Some("us.amazon.nova-lite-v1:0"));
    /// config.primary = Some(Located::from("openai/gpt-5".to_owned()));
    /// assert_eq!(config.primary_model(), None);
    /// ```
    #[must_use]
    pub fn primary_model(&self) -> Option<&str> {
        let written = self.primary.as_ref()?.value().as_str();
        without_provider(written)
            .or_else(|| Some(written).filter(|written| written.starts_with("arn:")))
            .filter(|id| !id.is_empty())
    }

    /// Whether a bearer token takes precedence over other credentials; true unless the file says otherwise. When false,
    /// the token is not used at all.
    #[must_use]
    pub fn prefers_bearer(&self) -> bool {
        self.prefer_bearer.as_ref().is_none_or(|prefer| *prefer.value())
    }

    /// The manually described model whose id is `id`.
    #[must_use]
    pub fn manual_model(&self, id: &str) -> Option<&ManualModel> {
        self.provider.models.iter().map(Located::value).find(|model| model.id == id)
    }
}

/// How to find models: both blocks, with the defaults of what they leave out. Whether to look at all
/// ([`enabled`](BedrockDiscovery::enabled)) is the program's decision.
impl From<&Config> for DiscoverySettings {
    fn from(config: &Config) -> Self {
        let discovery = &config.discovery;
        let models = config.provider.models.iter().map(|model| model.value().clone());
        let mut settings = Self::new().with_manual_models(models);
        if let Some(region) = &discovery.region {
            settings = settings.with_region(region.value().clone());
        }
        if let Some(providers) = &discovery.provider_filter {
            settings = settings.with_provider_filter(providers.value());
        }
        if let Some(interval) = &discovery.refresh_interval {
            settings = settings.with_refresh_interval(*interval.value());
        }
        if let Some(tokens) = &discovery.default_context_window {
            settings = settings.with_default_context_window(*tokens.value());
        }
        if let Some(tokens) = &discovery.default_max_tokens {
            settings = settings.with_default_max_tokens(*tokens.value());
        }
        settings
    }
}

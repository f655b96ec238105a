//! The user's settings for discovery, with the same meaning as in Moltbot.

use std::time::Duration;

use super::ManualModel;
use crate::endpoint::Region;
use crate::lore::Overlay;

/// How models are found: `models.bedrockDiscovery` of the configuration.
///
/// ```
/// use bedrill::catalog::DiscoverySettings;
/// use std::time::Duration;
///
/// let settings = DiscoverySettings::new()
///     .with_provider_filter(["Anthropic", " amazon "])
///     .with_refresh_interval(Duration::from_secs(600))
///     .with_default_context_window(64_000);
/// assert_eq!(settings.provider_filter(), ["amazon", "anthropic"]);
/// assert_eq!(settings.default_max_tokens(), 4_096);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DiscoverySettings {
    region: Option<Region>,
    project: Option<String>,
    provider_filter: Vec<String>,
    refresh_interval: Duration,
    default_context_window: u64,
    default_max_tokens: u64,
    overlay: Overlay,
    manual_models: Vec<ManualModel>,
}

impl DiscoverySettings {
    /// How long a listing stays fresh by default: an hour.
    pub const REFRESH_INTERVAL: Duration = Duration::from_secs(3_600);
    /// The context window in tokens, if nothing better is known.
    pub const CONTEXT_WINDOW: u64 = 32_000;
    /// The maximum number of output tokens, if nothing better is known.
    pub const MAX_TOKENS: u64 = 4_096;

    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            region: None,
            project: None,
            provider_filter: Vec::new(),
            refresh_interval: Self::REFRESH_INTERVAL,
            default_context_window: Self::CONTEXT_WINDOW,
            default_max_tokens: Self::MAX_TOKENS,
            overlay: Overlay::new(),
            manual_models: Vec::new(),
        }
    }

    /// Lists this region instead of the client's.
    #[must_use]
    pub fn with_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Lists what this project, by ID or ARN, may use instead of the account's default one. Requests do not take it from
    /// here: name it in [`ConverseRequest::project`](crate::converse::ConverseRequest::project) too.
    #[must_use]
    pub fn with_project(mut self, project: impl Into<String>) -> Self {
        self.project = Some(project.into());
        self
    }

    /// The same settings for another project, or for the default one.
    #[cfg(feature = "client")]
    pub(crate) fn for_project(mut self, project: Option<&str>) -> Self {
        self.project = project.map(str::to_owned);
        self
    }

    /// Lists models of these providers only, by the provider's name (`Mistral AI`) or the id's first part
    /// (`mistral`), ignoring case. Blank entries are ignored; without any, all providers are listed.
    #[must_use]
    pub fn with_provider_filter(mut self, providers: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut filter: Vec<String> = providers
            .into_iter()
            .map(|provider| provider.as_ref().trim().to_lowercase())
            .filter(|provider| !provider.is_empty())
            .collect();
        filter.sort_unstable();
        filter.dedup();
        self.provider_filter = filter;
        self
    }

    /// Sets how long a listing stays fresh; an hour by default. Zero asks the service every time and stores nothing.
    #[must_use]
    pub fn with_refresh_interval(mut self, interval: Duration) -> Self {
        self.refresh_interval = interval;
        self
    }

    /// Sets the context window in tokens to assume if it is not known; 32,000 by default, which 0 means too.
    #[must_use]
    pub fn with_default_context_window(mut self, tokens: u64) -> Self {
        self.default_context_window = if tokens == 0 { Self::CONTEXT_WINDOW } else { tokens };
        self
    }

    /// Sets the output limit in tokens to assume if it is not known; 4,096 by default, which 0 means too.
    #[must_use]
    pub fn with_default_max_tokens(mut self, tokens: u64) -> Self {
        self.default_max_tokens = if tokens == 0 { Self::MAX_TOKENS } else { tokens };
        self
    }

    /// Sets what takes precedence over the table of families.
    #[must_use]
    pub fn with_overlay(mut self, overlay: Overlay) -> Self {
        self.overlay = overlay;
        self
    }

    /// Sets the models of the user's own configuration. They come first, in this order, and each replaces a discovered
    /// model of the same id entirely.
    #[must_use]
    pub fn with_manual_models(mut self, models: impl IntoIterator<Item = ManualModel>) -> Self {
        self.manual_models = models.into_iter().collect();
        self
    }

    /// The models of the user's own configuration.
    #[must_use]
    pub fn manual_models(&self) -> &[ManualModel] {
        &self.manual_models
    }

    /// The region to list, if one was set.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// The project to list for, if one was set.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// The providers to list, in lower case and sorted; empty for all.
    #[must_use]
    pub fn provider_filter(&self) -> &[String] {
        &self.provider_filter
    }

    /// How long a listing stays fresh; `None` when it is not stored.
    #[must_use]
    pub fn refresh_interval(&self) -> Option<Duration> {
        Some(self.refresh_interval).filter(|interval| !interval.is_zero())
    }

    /// The context window to assume if it is not known.
    #[must_use]
    pub fn default_context_window(&self) -> u64 {
        self.default_context_window
    }

    /// The output limit to assume if it is not known.
    #[must_use]
    pub fn default_max_tokens(&self) -> u64 {
        self.default_max_tokens
    }

    /// What takes precedence over the table of families.
    #[must_use]
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// Everything that changes the catalog, as one text: part of the cache key.
    #[cfg(feature = "client")]
    pub(crate) fn fingerprint(&self) -> String {
        format!(
            "{:?}/{:?}/{:?}/{}/{}/{:?}/{:?}",
            self.project,
            self.provider_filter,
            self.refresh_interval,
            self.default_context_window,
            self.default_max_tokens,
            self.overlay,
            self.manual_models,
        )
    }
}

impl Default for DiscoverySettings {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tokens_mean_the_default_and_no_interval_means_that_nothing_is_kept() {
        assert_eq!(DiscoverySettings::new().refresh_interval(), Some(Duration::from_secs(3_600)));
        assert_eq!(DiscoverySettings::new().with_refresh_interval(Duration::ZERO).refresh_interval(), None);
        for (tokens, window, output) in [(0, 32_000, 4_096), (9, 9, 9)] {
            let settings =
                DiscoverySettings::new().with_default_context_window(tokens).with_default_max_tokens(tokens);
            assert_eq!((settings.default_context_window(), settings.default_max_tokens()), (window, output));
        }
    }

    #[test]
    fn a_filter_is_trimmed_lowered_sorted_and_without_doubles_or_blanks() {
        let settings =
            DiscoverySettings::new().with_provider_filter([" Meta", "anthropic", "", "META", "  "]);
        assert_eq!(settings.provider_filter(), ["anthropic", "meta"]);
        assert!(DiscoverySettings::new().with_provider_filter([" "]).provider_filter().is_empty());
    }
}

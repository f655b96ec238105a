//! What requests carry besides their messages, as values.

use super::Located;
use crate::converse::ServiceTierType;
use crate::converse::guardrail::GuardrailConfiguration;

/// What every request carries: OpenClaw's guardrail, service tier and cache retention.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct RequestSettings {
    /// `plugins.entries.amazon-bedrock.config.guardrail`; its identifier and version are set.
    pub guardrail: Option<Located<GuardrailConfiguration>>,
    /// `agents.defaults.params`: for all models.
    pub params: RequestParams,
    /// `agents.defaults.models`: those of Bedrock.
    pub models: Vec<ModelSettings>,
}

/// The `params` of all models, or of one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RequestParams {
    /// `serviceTier`, or `service_tier`.
    pub service_tier: Option<Located<ServiceTierType>>,
    /// `cacheRetention`.
    pub cache_retention: Option<Located<CacheRetention>>,
}

/// An entry of `agents.defaults.models`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelSettings {
    /// The model's id: the key, without the provider.
    pub id: String,
    /// `alias`: another name for it.
    pub alias: Option<Located<String>>,
    /// `params`.
    pub params: RequestParams,
}

impl ModelSettings {
    /// The settings of the model `id`: none yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), alias: None, params: RequestParams::default() }
    }
}

/// How long a prompt is kept in the service's cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheRetention {
    /// `none`: not at all.
    None,
    /// `short`: five minutes after its last use.
    Short,
    /// `long`: an hour.
    Long,
}

impl RequestSettings {
    /// The id of the model that `alias` names; case counts only between aliases that differ in nothing else.
    #[must_use]
    pub fn model_of_alias(&self, alias: &str) -> Option<&str> {
        let find = |is_it: &dyn Fn(&str) -> bool| {
            let named =
                |model: &&ModelSettings| model.alias.as_ref().is_some_and(|alias| is_it(alias.value()));
            self.models.iter().find(named).map(|model| model.id.as_str())
        };
        find(&|known| known == alias).or_else(|| find(&|known| known.eq_ignore_ascii_case(alias)))
    }

    /// The parameters for the model `id`: its own, else those of all.
    #[must_use]
    pub fn params_for(&self, id: &str) -> RequestParams {
        let own = self.models.iter().find(|model| model.id == id).map(|model| model.params.clone());
        let own = own.unwrap_or_default();
        RequestParams {
            service_tier: own.service_tier.or_else(|| self.params.service_tier.clone()),
            cache_retention: own.cache_retention.or_else(|| self.params.cache_retention.clone()),
        }
    }
}

//! The catalog as the configuration describes it, and the short names that users type for models.

use std::sync::Arc;

use bedrill::Client;
use bedrill::catalog::{Catalog, DiscoverySettings, Entry, Listing, Resolution};
use bedrill::endpoint::Region;
use bedrill::model_id::{ModelId, RequestedModel};

use crate::failure::Failure;
use crate::flags::Common;
use crate::screen::spinner::Spinner;
use crate::screen::terminal::note;
use crate::setup::configuration::Configuration;

/// Finds models, as the configuration says.
pub(crate) struct Discovery<'a> {
    client: Client,
    settings: DiscoverySettings,
    configuration: &'a Configuration,
    common: &'a Common,
}

impl<'a> Discovery<'a> {
    /// Uses `client`, which signs and lists as it does for itself.
    pub(crate) fn new(client: Client, common: &'a Common, configuration: &'a Configuration) -> Self {
        let settings = client.discovery().clone();
        Self { client, settings, configuration, common }
    }

    /// Lists what this project may use.
    pub(crate) fn with_project(mut self, project: &str) -> Self {
        self.settings = self.settings.with_project(project);
        self
    }

    /// The models of `region`, else of the settings' or the client's. Warnings about them go to stderr.
    pub(crate) async fn catalog(
        &self,
        region: Option<&Region>,
        refresh: bool,
    ) -> Result<Arc<Catalog>, Failure> {
        let mut settings = self.settings.clone();
        if let Some(region) = region {
            settings = settings.with_region(region.clone());
        }
        if !self.asks_the_service().await {
            let region = settings.region().unwrap_or_else(|| self.client.home_region());
            let nothing = Listing::new(Vec::new(), Some(Vec::new()));
            return Ok(Arc::new(Catalog::new(&nothing, region, &settings)));
        }
        let spinner = Spinner::start("listing models", self.common);
        let catalog = if refresh {
            self.client.refresh_models(&settings).await
        } else {
            self.client.models(&settings).await
        };
        drop(spinner);
        let catalog = catalog?;
        if !self.common.quiet {
            for warning in catalog.warnings() {
                note(&format!("bedrill: warning: {warning}"));
            }
        }
        Ok(catalog)
    }

    /// The place in the configuration that switches discovery off, if it does.
    pub(crate) fn switched_off(&self) -> Option<String> {
        let enabled = self.configuration.values.discovery.enabled.as_ref()?;
        (!enabled.value()).then(|| self.configuration.origin(enabled))
    }

    /// Whether models are discovered at all: as configured, else when there are credentials. Without credentials
    /// the models of the configuration can be listed; if there are none, the lack of credentials is the error.
    async fn asks_the_service(&self) -> bool {
        if self.configuration.values.discovery.enabled.is_some() {
            return self.switched_off().is_none();
        }
        if self.settings.manual_models().is_empty() {
            return true;
        }
        let credentials = self.client.credentials().await;
        if credentials.is_err() && !self.common.quiet {
            note(
                "bedrill: warning: there are no usable credentials, so only the models of the configuration are \
                 listed; `bedrill auth` says more",
            );
        }
        credentials.is_ok()
    }

    /// The ID to send for a short name.
    pub(crate) async fn model_id(&self, typed: &str) -> Result<ModelId, Failure> {
        let short = ModelId::split_tool_prefix(typed).0;
        let catalog = self.catalog(self.region_of(typed).as_ref(), false).await.map_err(|failure| {
            failure.because(&format!("{short:?} is not a full model id, and the models could not be listed"))
        })?;
        let found = match self.resolve(&catalog, short).await {
            Resolution::One(found) => found,
            other => return Err(self.unresolved(short, &other, &catalog)),
        };
        if !self.common.quiet && !found.is_as_typed() {
            let name = found.entry().map(|entry| format!(" ({})", entry.name())).unwrap_or_default();
            note(&format!("bedrill: {short} is {}{name}", found.model_id().to_text()));
        }
        Ok(found.model_id().clone())
    }

    /// The region that `typed` itself names, an ARN's or among the prefixes of other tools, unless a flag names one.
    pub(crate) fn region_of(&self, typed: &str) -> Option<Region> {
        let of_arn = ModelId::parse(typed).ok().and_then(|id| id.region().cloned());
        let region = of_arn.or_else(|| ModelId::split_tool_prefix(typed).1);
        region.filter(|_| self.common.region.is_none())
    }

    /// Resolves `text`. What no list contains is looked up at the service, unless discovery is off.
    pub(crate) async fn resolve(&self, catalog: &Catalog, text: &str) -> Resolution {
        if self.switched_off().is_some() {
            return catalog.resolve(text);
        }
        let spinner = Spinner::start("looking the model up", self.common);
        let resolution = self.client.resolve_in(catalog, text).await;
        drop(spinner);
        resolution
    }

    /// The region of the models in `catalog`, if requests go elsewhere by default.
    pub(crate) fn apart<'b>(&self, catalog: &'b Catalog) -> Option<&'b Region> {
        Some(catalog.region()).filter(|region| *region != self.client.home_region())
    }

    /// Reports that the IDs of `catalog` name their region, and why.
    pub(crate) fn tell_region(&self, catalog: &Catalog) {
        if let (Some(region), false) = (self.apart(catalog), self.common.quiet) {
            let place = self.configuration.values.discovery.region.as_ref();
            let place = place.filter(|place| place.value() == region);
            let place = place.map(|place| format!(" ({})", self.configuration.origin(place)));
            note(&format!(
                "bedrill: the models listed are those of {region}{}; requests go to {}, so the ids name the region",
                place.unwrap_or_default(),
                self.client.home_region(),
            ));
        }
    }

    /// Why `text` does not name one model, and what to write instead.
    pub(crate) fn unresolved(&self, text: &str, resolution: &Resolution, catalog: &Catalog) -> Failure {
        let mut message = String::new();
        match resolution {
            Resolution::Several(entries) => {
                message = format!("{text:?} matches several models; use one of these:");
                for entry in entries {
                    let id = entry.invoke_id().unwrap_or_else(|| entry.id());
                    message.push_str(&format!("\n  {id}  {}", entry.name()));
                }
            }
            Resolution::None { nearest, unusable, warning } => {
                message = format!("{text:?} matches no model that can be invoked in {}", catalog.region());
                for entry in unusable {
                    message.push_str(&format!("\n  {}: {}", entry.id(), why_not(entry)));
                }
                let after = if unusable.is_empty() { "; " } else { "\n  " };
                if !nearest.is_empty() {
                    message.push_str(&format!("{after}did you mean {}?", nearest.join(" or ")));
                } else if let Some(place) = self.switched_off() {
                    message.push_str(&format!(
                        "{after}only configured models are known: discovery is off at {place}"
                    ));
                } else {
                    message.push_str(&format!("{after}`bedrill models` lists those that can"));
                }
                if let Some(warning) = warning {
                    message.push_str(&format!("\n  {warning}"));
                }
            }
            _ => {}
        }
        Failure::usage(message)
    }
}

/// Whether `model` can be sent as it is, without asking the service: an ID that names its provider, an ARN, or an ID in
/// the configuration.
pub(crate) fn is_whole(model: &RequestedModel, configuration: &Configuration) -> bool {
    let configured = |id: &ModelId| configuration.values.manual_model(id.as_str()).is_some();
    let id = model.id().ok();
    !is_short(model.as_str(), id) || id.is_some_and(configured)
}

/// Why an entry cannot be invoked; in no geography but its own, when it can be.
fn why_not(entry: &Entry) -> String {
    match (entry.unavailable(), entry.invoke_id()) {
        (Some(reason), _) => reason.to_string(),
        (None, Some(id)) => format!("not available in that geography; use {id}"),
        (None, None) => "it cannot be invoked".to_owned(),
    }
}

/// The catalog's settings, taken from the configuration; a region given by a flag takes precedence over that of
/// `bedrockDiscovery`.
pub(crate) fn settings(configuration: &Configuration, common: &Common) -> DiscoverySettings {
    let mut values = configuration.values.clone();
    if common.region.is_some() {
        values.discovery.region = None;
    }
    DiscoverySettings::from(&values).with_overlay(configuration.overlay.clone())
}

/// Whether only the catalog can resolve `text`. Names may contain spaces; anything else that is not an ID is a
/// mistake, which its own error explains.
fn is_short(text: &str, id: Option<&ModelId>) -> bool {
    match id {
        Some(id) => !id.is_whole(),
        None => {
            text.trim().contains(' ') && !text.contains("arn:") && !text.trim().contains(char::is_control)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_that_name_their_provider_are_whole() {
        for (text, short) in [
            ("amazon.nova-lite-v1:0", false),
            ("bedrock/us-west-2/anthropic.claude-v2", false),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", false),
            ("deepseek.v3.2", false),
            ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", false),
            ("arn:aws:bedrock us", false),
            ("", false),
            ("a{b}", false),
            ("a b\r\nx: y", false),
            ("nova-pro", true),
            ("bedrock/haiku", true),
            ("llama3.1", true),
            ("claude-sonnet-4.5", true),
            ("eu.claude-sonnet-4-5", true),
            ("us.claude-sonnet-4.5", true),
            ("Claude Sonnet 4.5", true),
        ] {
            assert_eq!(is_short(text, ModelId::parse(text).ok().as_ref()), short, "{text}");
        }
    }
}

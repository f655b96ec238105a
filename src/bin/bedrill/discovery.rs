//! The catalog as the configuration wants it, and the models that users name in short.

use std::sync::Arc;

use bedrill::Client;
use bedrill::auth::Host;
use bedrill::catalog::{Catalog, DiscoverySettings, Entry, LimitsTable, Listing, ManualModel, Resolution};
use bedrill::config;
use bedrill::endpoint::Region;
use bedrill::model_id::{ModelId, ModelKind};
use bedrill::models::ModelModality;

use crate::args::Common;
use crate::config::Configuration;
use crate::failure::Failure;
use crate::spinner::Spinner;
use crate::terminal::note;

/// What other tools write before a model's id, and what their users type to list Bedrock's models.
const TOOL_PREFIXES: [&str; 4] = ["amazon-bedrock/", "aws-bedrock/", "bedrock/", "converse/"];

/// `text` without the prefixes of other tools; of nothing but a prefix, nothing is left.
pub(crate) fn without_tool_prefix(text: &str) -> &str {
    let mut rest = text.trim();
    while let Some(shorter) = TOOL_PREFIXES.iter().find_map(|prefix| rest.strip_prefix(prefix)) {
        rest = shorter;
    }
    rest
}

/// Finds models, with a client of its own: what is around the client of a chat is not for lists.
pub(crate) struct Discovery<'a> {
    client: Client,
    settings: DiscoverySettings,
    configuration: &'a Configuration,
    common: &'a Common,
}

impl<'a> Discovery<'a> {
    pub(crate) fn new(
        common: &'a Common,
        host: Arc<dyn Host>,
        configuration: &'a Configuration,
    ) -> Result<Self, Failure> {
        let client = crate::client::listing_builder(common, host, configuration).build()?;
        Ok(Self { client, settings: settings(&configuration.values), configuration, common })
    }

    /// Finds models where the requests of `asking` go, with its credentials: nobody is asked twice for a code.
    pub(crate) async fn beside(
        asking: &Client,
        common: &'a Common,
        host: Arc<dyn Host>,
        configuration: &'a Configuration,
    ) -> Result<Self, Failure> {
        let mut builder = crate::client::listing_builder(common, host, configuration);
        if let Ok(resolved) = asking.credentials().await {
            builder = builder.auth(resolved.auth().clone());
        }
        let (region, _) = asking.region().await;
        let settings = settings(&configuration.values).with_region(region);
        Ok(Self { client: builder.build()?, settings, configuration, common })
    }

    /// Lists the region that `bedrockDiscovery` names, unless a flag names one.
    pub(crate) fn in_configured_region(mut self) -> Self {
        if let (None, Some(region)) = (&self.common.region, &self.configuration.values.discovery.region) {
            self.settings = self.settings.with_region(region.value().clone());
        }
        self
    }

    /// Puts the limits of a file before those of the embedded table.
    pub(crate) fn with_limits(mut self, limits: LimitsTable) -> Self {
        self.settings = self.settings.with_limits(limits);
        self
    }

    /// The models of `region`, else of the settings' or the client's. What is to be said about them goes to stderr.
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

    /// Where models are only those of the configuration, because it says so: where it does.
    pub(crate) fn switched_off(&self) -> Option<String> {
        let enabled = self.configuration.values.discovery.enabled.as_ref()?;
        (!enabled.value()).then(|| self.configuration.origin(enabled))
    }

    /// Whether models are discovered at all: as the configuration says, else when there are credentials. Without them
    /// the models of the configuration can be listed; where there are none, the lack of credentials is the error.
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

    /// The id to send for a short name.
    pub(crate) async fn model_id(&self, typed: &str) -> Result<String, Failure> {
        let parsed = ModelId::parse(typed).ok();
        let short = parsed.as_ref().map_or_else(|| without_tool_prefix(typed), ModelId::as_str);
        // The region that requests go to, which the flag decides.
        let region = parsed.as_ref().and_then(ModelId::region).filter(|_| self.common.region.is_none());
        let catalog = self.catalog(region, false).await.map_err(|failure| {
            failure.because(&format!("{short:?} is no whole model id, and the models cannot be listed"))
        })?;
        let found = match catalog.resolve(short) {
            Resolution::One(found) => found,
            other => return Err(self.unresolved(short, &other, &catalog)),
        };
        if !self.common.quiet && !found.is_as_typed() {
            let name = found.entry().map(|entry| format!(" ({})", entry.name())).unwrap_or_default();
            note(&format!("bedrill: {short} is {}{name}", found.invoke_id()));
        }
        Ok(match region {
            Some(region) if !found.invoke_id().starts_with("arn:") => {
                format!("bedrock/{region}/{}", found.invoke_id())
            }
            _ => found.invoke_id().to_owned(),
        })
    }

    /// Why `text` does not name one model, and what to write instead.
    pub(crate) fn unresolved(&self, text: &str, resolution: &Resolution, catalog: &Catalog) -> Failure {
        let mut message = String::new();
        match resolution {
            Resolution::Several(entries) => {
                message = format!("{text:?} names several models; write one of these:");
                for entry in entries {
                    let id = entry.invoke_id().unwrap_or_else(|| entry.id());
                    message.push_str(&format!("\n  {id}  {}", entry.name()));
                }
            }
            Resolution::None { nearest, unusable } => {
                message = format!("{text:?} names no model that can be invoked in {}", catalog.region());
                for entry in unusable {
                    message.push_str(&format!("\n  {}: {}", entry.id(), why_not(entry)));
                }
                if !nearest.is_empty() {
                    message.push_str(&format!("; did you mean {}?", nearest.join(" or ")));
                } else if let Some(place) = self.switched_off() {
                    message.push_str(&format!(
                        "; only configured models are known: discovery is off at {place}"
                    ));
                } else {
                    message.push_str("; `bedrill models` lists those that can");
                }
            }
            _ => {}
        }
        Failure::usage(message)
    }
}

/// Whether `text` can be sent as it is, without asking the service: an id that names its provider, an ARN, or an id of
/// the configuration.
pub(crate) fn is_whole(text: &str, configuration: &Configuration) -> bool {
    let id = ModelId::parse(text).ok();
    let configured = |id: &ModelId| configuration.values.manual_model(id.as_str()).is_some();
    !is_short(text, id.as_ref()) || id.as_ref().is_some_and(configured)
}

/// Why an entry cannot be invoked; in no geography but its own, when it can be.
fn why_not(entry: &Entry) -> String {
    match (entry.unavailable(), entry.invoke_id()) {
        (Some(reason), _) => reason.to_string(),
        (None, Some(id)) => format!("not of that geography; there is {id}"),
        (None, None) => "it cannot be invoked".to_owned(),
    }
}

/// The catalog's settings from the configuration's.
fn settings(values: &config::Config) -> DiscoverySettings {
    let discovery = &values.discovery;
    DiscoverySettings::new()
        .with_provider_filter(discovery.provider_filter())
        .with_refresh_interval(discovery.refresh_interval().as_secs_f64())
        .with_default_context_window(discovery.default_context_window())
        .with_default_max_tokens(discovery.default_max_tokens())
        .with_manual_models(values.provider.models.iter().map(|model| manual(model.value())))
}

/// A configured entry replaces a discovered one as a whole, its defaults included.
fn manual(model: &config::ManualModel) -> ManualModel {
    let mut manual = ManualModel::new(&model.id);
    manual.name.clone_from(&model.name);
    manual.reasoning = Some(model.reasoning);
    manual.input = Some(model.input.iter().map(|input| modality(*input)).collect());
    manual.context_window = model.context_window.map(u64::from);
    manual.max_tokens = model.max_tokens.map(u64::from);
    manual
}

fn modality(input: config::Input) -> ModelModality {
    match input {
        config::Input::Text => ModelModality::Text,
        config::Input::Image => ModelModality::Image,
        other => ModelModality::Unknown(other.as_str().to_uppercase()),
    }
}

/// Whether only the catalog can tell what `text` names. Names may hold spaces; anything else that is no id is a
/// mistake, which its own error explains.
fn is_short(text: &str, id: Option<&ModelId>) -> bool {
    match id {
        Some(id) if id.is_arn() => false,
        Some(id) => !id.base_model().is_some_and(names_provider),
        None => {
            text.trim().contains(' ') && !text.contains("arn:") && !text.trim().contains(char::is_control)
        }
    }
}

/// `amazon.nova-lite-v1:0`, but neither `llama3.1`, `claude-sonnet-4.5` nor `eu.claude-sonnet-4-5`.
fn names_provider(id: &str) -> bool {
    let Some((provider, rest)) = id.split_once('.') else { return false };
    let is_word = !provider.is_empty() && provider.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Only a geography makes a profile of whatever follows it.
    let is_geography = ModelId::parse(&format!("{provider}.a.b"))
        .is_ok_and(|profile| profile.kind() == ModelKind::InferenceProfile);
    is_word && !is_geography && rest.starts_with(|first: char| first.is_ascii_alphabetic())
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

    #[test]
    fn prefixes_of_other_tools_are_taken_off() {
        for (text, rest) in [
            ("bedrock/", ""),
            ("amazon-bedrock/", ""),
            (" bedrock/converse/nova ", "nova"),
            ("amazon-bedrock/us.amazon", "us.amazon"),
            ("nova", "nova"),
        ] {
            assert_eq!(without_tool_prefix(text), rest);
        }
    }
}

//! Walks through the blocks that bedrill reads.

use std::collections::BTreeMap;
use std::time::Duration;

use jsonc_parser::ast::Value;

use super::keys::Others;
use super::problem::Problem;
use super::scalar::{Member, Members, Reader};
use super::source::Source;
use super::{BedrockDiscovery, Config, Located, ProviderSettings};
use crate::catalog::{Cost, DiscoverySettings, ManualModel};
use crate::endpoint::{Endpoint, Region};
use crate::models::ModelModality;

/// The only protocol and the only kind of credentials supported.
const API: &str = "bedrock-converse-stream";
const AUTH: &str = "aws-sdk";

const DISCOVERY: [&str; 6] =
    ["enabled", "region", "providerFilter", "refreshInterval", "defaultContextWindow", "defaultMaxTokens"];
const PROVIDER: [&str; 4] = ["baseUrl", "api", "auth", "models"];
const MODEL: [&str; 8] = ["id", "name", "reasoning", "input", "cost", "contextWindow", "maxTokens", "api"];
const COST: [&str; 5] = ["input", "output", "cacheRead", "cacheWrite", "cacheWrite1h"];

/// Keys that Moltbot and OpenClaw accept in these blocks for providers of other kinds.
const PROVIDER_OF_OTHERS: Others =
    Others::Only(&["apiKey", "headers", "authHeader", "injectNumCtxForOpenAICompat"]);
const MODEL_OF_OTHERS: Others = Others::Only(&["headers", "compat", "contextTokens"]);

pub(super) fn read(text: &str) -> (Config, Vec<Problem>) {
    let mut reader = Reader { source: Source::new(text), problems: Vec::new() };
    let mut config = Config::default();
    match reader.source.parse() {
        Ok(Some(root)) => reader.root(&root, &mut config),
        Ok(None) => {}
        Err(problem) => reader.problems.push(problem),
    }
    // Keys are read in our order, but problems are reported in the order of the text.
    reader.problems.sort_by_key(Problem::position);
    (config, reader.problems)
}

impl<'a> Reader<'a> {
    fn root(&mut self, root: &Value<'a>, config: &mut Config) {
        let root = Member { path: String::new(), value: root };
        let known = ["models", "agents", "auth", "plugins"];
        let Some(root) = self.object(&root, &known, Others::Foreign) else { return };
        if let Some(models) = root.get("models") {
            self.models(&models, config);
        }
        if let Some(plugins) = root.get("plugins") {
            self.plugin(plugins, config);
        }
        if let Some(agents) = root.get("agents") {
            config.primary = self.primary(&agents);
        }
        if let Some(auth) = root.get("auth")
            && let Some(auth) = self.object(&auth, &["preferBearer"], Others::Shared)
            && let Some(prefer) = auth.get("preferBearer")
        {
            config.prefer_bearer = self.boolean(&prefer).map(|value| self.located(&prefer, value));
        }
    }

    fn models(&mut self, models: &Member<'_, 'a>, config: &mut Config) {
        let known = ["bedrockDiscovery", "providers"];
        let Some(models) = self.object(models, &known, Others::Shared) else { return };
        if let Some(discovery) = models.get("bedrockDiscovery") {
            config.discovery = self.discovery(&discovery);
        }
        if let Some(providers) = models.get("providers")
            && let Some(providers) = self.object(&providers, &["amazon-bedrock"], Others::Shared)
            && let Some(provider) = providers.get("amazon-bedrock")
        {
            config.provider = self.provider(&provider);
        }
    }

    /// OpenClaw's newer place for discovery. The path to it belongs to OpenClaw, so nothing on it is reported.
    fn plugin(&mut self, plugins: Member<'_, 'a>, config: &mut Config) {
        let mut member = plugins;
        for key in ["entries", "amazon-bedrock", "config", "discovery"] {
            if !matches!(member.value, Value::Object(_)) {
                return;
            }
            let Some(object) = self.object(&member, &[key], Others::Foreign) else { return };
            let Some(inner) = object.get(key) else { return };
            member = inner;
        }
        let there = self.discovery(&member);
        let here = &mut config.discovery;
        here.enabled = here.enabled.take().or(there.enabled);
        here.region = here.region.take().or(there.region);
        here.provider_filter = here.provider_filter.take().or(there.provider_filter);
        here.refresh_interval = here.refresh_interval.take().or(there.refresh_interval);
        here.default_context_window = here.default_context_window.take().or(there.default_context_window);
        here.default_max_tokens = here.default_max_tokens.take().or(there.default_max_tokens);
    }

    /// `agents.defaults.model`, which is the primary model itself or an object with a `primary`.
    fn primary(&mut self, agents: &Member<'_, 'a>) -> Option<Located<String>> {
        let agents = self.object(agents, &["defaults"], Others::Foreign)?;
        let defaults = self.object(&agents.get("defaults")?, &["model"], Others::Foreign)?;
        let model = defaults.get("model")?;
        let primary = match model.value {
            Value::StringLit(_) => model,
            _ => self.object(&model, &["primary"], Others::Shared)?.get("primary")?,
        };
        let text = self.text(&primary, "a string such as \"amazon-bedrock/MODEL\"")?;
        Some(self.located(&primary, text))
    }

    fn discovery(&mut self, member: &Member<'_, 'a>) -> BedrockDiscovery {
        let mut settings = BedrockDiscovery::default();
        let Some(block) = self.object(member, &DISCOVERY, Others::Only(&[])) else { return settings };
        if let Some(enabled) = block.get("enabled") {
            settings.enabled = self.boolean(&enabled).map(|value| self.located(&enabled, value));
        }
        if let Some(region) = block.get("region") {
            settings.region = self.region(&region);
        }
        if let Some(filter) = block.get("providerFilter") {
            settings.provider_filter = self.provider_filter(&filter);
        }
        if let Some(interval) = block.get("refreshInterval")
            && let Some(seconds) = self.whole(&interval, "a number of seconds")
        {
            if seconds.is_none() {
                self.warn(&interval, "is below 0; 0 is used, which turns the cache off".to_owned());
            }
            let interval_value = Duration::from_secs(seconds.unwrap_or(0).into());
            settings.refresh_interval = Some(self.located(&interval, interval_value));
        }
        let default = |tokens| format!("the default of {tokens}");
        if let Some(window) = block.get("defaultContextWindow") {
            let tokens = self.tokens(&window, &default(DiscoverySettings::CONTEXT_WINDOW));
            settings.default_context_window = tokens.map(|tokens| self.located(&window, tokens));
        }
        if let Some(limit) = block.get("defaultMaxTokens") {
            let tokens = self.tokens(&limit, &default(DiscoverySettings::MAX_TOKENS));
            settings.default_max_tokens = tokens.map(|tokens| self.located(&limit, tokens));
        }
        settings
    }

    fn region(&mut self, member: &Member<'_, 'a>) -> Option<Located<Region>> {
        let text = self.text(member, "a region such as \"us-east-1\"")?;
        match Region::new(text) {
            Ok(region) => Some(self.located(member, region)),
            Err(error) => {
                self.error(member, error.to_string());
                None
            }
        }
    }

    /// A name, comma-separated names, or a list of names.
    fn provider_filter(&mut self, member: &Member<'_, 'a>) -> Option<Located<Vec<String>>> {
        let names = match member.value {
            Value::StringLit(_) => {
                let text = self.text(member, "a provider's name")?;
                text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
            }
            _ => {
                let elements = self.list(member, "a provider's name or a list of names")?;
                let mut names = Vec::with_capacity(elements.len());
                for (index, element) in elements.iter().enumerate() {
                    names.extend(self.text(&member.element(index, element), "a provider's name"));
                }
                names
            }
        };
        Some(self.located(member, names))
    }

    fn provider(&mut self, member: &Member<'_, 'a>) -> ProviderSettings {
        let mut settings = ProviderSettings::default();
        let Some(block) = self.object(member, &PROVIDER, PROVIDER_OF_OTHERS) else { return settings };
        if let Some(url) = block.get("baseUrl") {
            settings.base_url = self.base_url(&url);
        }
        if let Some(api) = block.get("api") {
            self.keyword(&api, API);
        }
        if let Some(auth) = block.get("auth") {
            self.keyword(&auth, AUTH);
        }
        if let Some(models) = block.get("models") {
            settings.models = self.manual_models(&models);
        }
        settings
    }

    fn base_url(&mut self, member: &Member<'_, 'a>) -> Option<Located<String>> {
        let url = self.text(member, "a URL such as \"https://bedrock-runtime.us-east-1.amazonaws.com\"")?;
        match Endpoint::custom(&url) {
            Ok(_) => Some(self.located(member, url)),
            Err(error) => {
                self.error(member, error.to_string());
                None
            }
        }
    }

    fn manual_models(&mut self, member: &Member<'_, 'a>) -> Vec<Located<ManualModel>> {
        let mut models = Vec::new();
        let mut places = BTreeMap::new();
        let elements = self.list(member, "a list of models").unwrap_or_default();
        for (index, element) in elements.iter().enumerate() {
            let entry = member.element(index, element);
            let Some(block) = self.object(&entry, &MODEL, MODEL_OF_OTHERS) else { continue };
            let Some(model) = self.manual_model(&entry, &block) else { continue };
            let at = self.position(&entry);
            match places.insert(model.id.clone(), at) {
                None => models.push(Located::new(model, at)),
                Some(first) => {
                    places.insert(model.id, first);
                    self.warn(&entry, format!("the model at {first} has the same id; this one is left out"));
                }
            }
        }
        models
    }

    fn manual_model(&mut self, entry: &Member<'_, 'a>, block: &Members<'_, 'a>) -> Option<ManualModel> {
        let id = self.model_id(entry, block);
        let mut model = ManualModel::new(id.clone().unwrap_or_default());
        // The entry replaces a discovered one entirely: what it leaves out has a default of its own.
        let mut input = vec![ModelModality::Text];
        model.reasoning = Some(false);
        if let Some(name) = block.get("name") {
            model.name = self.text(&name, "a name");
        }
        if let Some(reasoning) = block.get("reasoning") {
            model.reasoning = Some(self.boolean(&reasoning).unwrap_or_default());
        }
        if let Some(listed) = block.get("input") {
            self.input(&listed, &mut input);
        }
        model.input = Some(input);
        if let Some(cost) = block.get("cost") {
            model.cost = self.cost(&cost);
        }
        if let Some(window) = block.get("contextWindow") {
            model.context_window = self.tokens(&window, "defaultContextWindow");
        }
        if let Some(limit) = block.get("maxTokens") {
            model.max_tokens = self.tokens(&limit, "defaultMaxTokens");
        }
        if let Some(api) = block.get("api") {
            self.keyword(&api, API);
        }
        id.map(|_| model)
    }

    fn model_id(&mut self, entry: &Member<'_, 'a>, block: &Members<'_, 'a>) -> Option<String> {
        if let Some(member) = block.get("id") {
            let id = self.text(&member, "a model id");
            if id.is_some() || !matches!(member.value, Value::StringLit(_)) {
                return id;
            }
        }
        self.error(entry, "a model needs an id, such as id: \"amazon.nova-lite-v1:0\"".to_owned());
        None
    }

    /// Replaces `known` with the listed inputs, unless there are none.
    fn input(&mut self, member: &Member<'_, 'a>, known: &mut Vec<ModelModality>) {
        let expected = "a list of \"text\" and \"image\"";
        let mut listed = Vec::new();
        for (index, element) in self.list(member, expected).unwrap_or_default().iter().enumerate() {
            let element = member.element(index, element);
            let Some(text) = self.text(&element, "\"text\" or \"image\"") else { continue };
            let input = match text.as_str() {
                "text" => Some(ModelModality::Text),
                "image" => Some(ModelModality::Image),
                _ => None,
            };
            match input {
                Some(input) if listed.contains(&input) => {}
                Some(input) => listed.push(input),
                None => {
                    self.warn(&element, "unknown kind of input is left out; known: text, image".to_owned());
                }
            }
        }
        if !listed.is_empty() {
            *known = listed;
        }
    }

    fn cost(&mut self, member: &Member<'_, 'a>) -> Option<Cost> {
        let block = self.object(member, &COST, Others::Only(&[]))?;
        let mut price = |key| {
            let Some(member) = block.get(key) else { return 0.0 };
            let expected = "a price in USD per million tokens";
            match self.number(&member, expected) {
                Some(price) if price < 0.0 => {
                    self.error(&member, format!("expected {expected}, found one below 0"));
                    0.0
                }
                price => price.unwrap_or(0.0),
            }
        };
        Some(Cost {
            input: price("input"),
            output: price("output"),
            cache_read: price("cacheRead"),
            cache_write: price("cacheWrite"),
            cache_write_1h: block.get("cacheWrite1h").is_some().then(|| price("cacheWrite1h")),
        })
    }
}

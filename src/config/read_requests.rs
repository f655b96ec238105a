//! Reads what OpenClaw puts into requests, and names what is not read.

use jsonc_parser::ast::Value;

use super::keys::Others;
use super::requests::{CacheRetention, ModelSettings, RequestParams};
use super::scalar::{Member, Members, Reader};
use super::{Config, Located};
use crate::converse::guardrail::GuardrailConfiguration;
use crate::lore::spelling::without_provider;

const GUARDRAIL: [&str; 4] = ["guardrailIdentifier", "guardrailVersion", "streamProcessingMode", "trace"];

/// Keys of OpenClaw's plugin that it has given up, or that are about its own work: each is a setting of bedrill's in
/// another place, or of none.
const NOT_USED: [(&str, &str); 4] = [
    ("awsRegion", "set AWS_REGION, or region in models.bedrockDiscovery"),
    ("awsProfile", "set AWS_PROFILE, or use --profile"),
    ("awsBedrockEndpoint", "set baseUrl in models.providers.\"amazon-bedrock\""),
    ("awsAuthentication", "credentials are found as by the AWS CLI; `bedrill auth` shows them"),
];

impl<'a> Reader<'a> {
    /// OpenClaw's plugin for Bedrock. The path to it belongs to OpenClaw, so nothing on it is reported.
    pub(super) fn plugin(&mut self, plugins: Member<'_, 'a>, config: &mut Config) {
        let mut member = plugins;
        for key in ["entries", "amazon-bedrock", "config"] {
            let Value::Object(_) = member.value else { return };
            let Some(object) = self.object(&member, &[key], Others::Foreign) else { return };
            let Some(inner) = object.get(key) else { return };
            member = inner;
        }
        let Value::Object(object) = member.value else { return };
        for property in &object.properties {
            let key = property.name.as_str();
            if !matches!(key, "discovery" | "guardrail") {
                let instead = NOT_USED.iter().find(|(known, _)| *known == key);
                let instead = instead.map_or_else(String::new, |(_, instead)| format!("; {instead}"));
                self.unused(&member, key, property, &format!("is not used by bedrill{instead}"));
            }
        }
        let Some(block) = self.object(&member, &["discovery", "guardrail"], Others::Foreign) else { return };
        if let Some(guardrail) = block.get("guardrail") {
            config.requests.guardrail = self.guardrail(&guardrail);
        }
        let Some(discovery) = block.get("discovery") else { return };
        let there = self.discovery(&discovery);
        let here = &mut config.discovery;
        here.enabled = here.enabled.take().or(there.enabled);
        here.region = here.region.take().or(there.region);
        here.provider_filter = here.provider_filter.take().or(there.provider_filter);
        here.refresh_interval = here.refresh_interval.take().or(there.refresh_interval);
        here.default_context_window = here.default_context_window.take().or(there.default_context_window);
        here.default_max_tokens = here.default_max_tokens.take().or(there.default_max_tokens);
    }

    fn guardrail(&mut self, member: &Member<'_, 'a>) -> Option<Located<GuardrailConfiguration>> {
        if matches!(member.value, Value::NullKeyword(_)) {
            return None;
        }
        let before = self.problems.len();
        let block = self.object(member, &GUARDRAIL, Others::Only(&[]))?;
        let mut text = |key, expected| self.text(&block.get(key)?, expected);
        let id = text("guardrailIdentifier", "the id or ARN of a guardrail");
        let version = text("guardrailVersion", "a version such as \"1\", or \"DRAFT\"");
        let mut one_of = |key, options| self.one_of(&block.get(key)?, options);
        let mode = one_of("streamProcessingMode", "sync async");
        let trace = one_of("trace", "enabled disabled enabled_full");
        let (Some(id), Some(version)) = (id, version) else {
            // Requests must not go out without it because it is half written.
            if !self.has_errors_since(before) {
                self.error(member, "needs a guardrailIdentifier and a guardrailVersion".to_owned());
            }
            return None;
        };
        let mut guardrail =
            GuardrailConfiguration::new().with_guardrail_identifier(id).with_guardrail_version(version);
        guardrail.stream_processing_mode = mode.map(Into::into);
        guardrail.trace = trace.map(Into::into);
        Some(self.located(member, guardrail))
    }

    /// `agents.defaults.params` and `agents.defaults.models`.
    pub(super) fn defaults(&mut self, defaults: &Members<'_, 'a>, config: &mut Config) {
        if let Some(params) = defaults.get("params") {
            config.requests.params = self.params(&params);
        }
        let Some(models) = defaults.get("models") else { return };
        let Value::Object(object) = models.value else { return };
        for property in &object.properties {
            let key = property.name.as_str();
            let bare = || Some(key).filter(|key| super::is_bare_id(key));
            let Some(id) = without_provider(key).or_else(bare).filter(|id| !id.is_empty()) else { continue };
            let entry = models.member(key, &property.value);
            let Value::Object(_) = entry.value else { continue };
            let Some(block) = self.object(&entry, &["alias", "params"], Others::Foreign) else { continue };
            let mut model = ModelSettings::new(id);
            if let Some(alias) = block.get("alias") {
                model.alias = self.text(&alias, "another name").map(|text| self.located(&alias, text));
            }
            if let Some(params) = block.get("params") {
                model.params = self.params(&params);
            }
            config.requests.models.push(model);
        }
    }

    fn params(&mut self, member: &Member<'_, 'a>) -> RequestParams {
        let mut params = RequestParams::default();
        let known = ["serviceTier", "service_tier", "cacheRetention"];
        let Some(block) = self.object(member, &known, Others::Foreign) else { return params };
        if let Some(tier) = block.get("serviceTier").or_else(|| block.get("service_tier")) {
            let text = self.one_of(&tier, "default flex priority reserved");
            params.service_tier = text.map(|text| self.located(&tier, text.into()));
        }
        if let Some(retention) = block.get("cacheRetention") {
            let text = self.one_of(&retention, "none short long");
            params.cache_retention = text.map(|text| {
                let value = match text.as_str() {
                    "short" => CacheRetention::Short,
                    "long" => CacheRetention::Long,
                    _ => CacheRetention::None,
                };
                self.located(&retention, value)
            });
        }
        params
    }

    /// Names what other tools would put in place of this file's own content.
    pub(super) fn not_supported(&mut self, root: &Member<'_, 'a>) {
        let Value::Object(object) = root.value else { return };
        for property in &object.properties {
            match property.name.as_str() {
                "$include" => {
                    self.unused(root, "$include", property, "is not supported: the other file is not read");
                }
                "env" if sets_ours(&property.value) => {
                    let problem =
                        "is not supported: set these variables in the environment or with --env-file";
                    self.unused(root, "env", property, problem);
                }
                _ => {}
            }
        }
    }
}

/// Whether variables that bedrill reads are in OpenClaw's `env` or its `vars`.
fn sets_ours(env: &Value<'_>) -> bool {
    let Value::Object(object) = env else { return false };
    object.properties.iter().any(|property| match property.name.as_str() {
        "vars" => sets_ours(&property.value),
        name => name.starts_with("AWS_") || name.starts_with("BEDRILL_"),
    })
}

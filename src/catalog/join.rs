//! The join: foundation models with the profiles that cover them.

use std::collections::{HashMap, HashSet};

use super::entry::{Entry, Kind, Limit, LimitSource, Profile, Reason};
use super::settings::DiscoverySettings;
use super::{Listing, ManualModel, name};
use crate::endpoint::Region;
use crate::model_id::ModelId;
use crate::models::{
    FoundationModelLifecycle, FoundationModelLifecycleStatus, FoundationModelSummary, InferenceProfileStatus,
    InferenceProfileSummary, InferenceProfileType, InferenceType, ModelModality,
};

/// Builds the catalog.
pub(super) struct Join<'a> {
    listing: &'a Listing,
    region: &'a Region,
    settings: &'a DiscoverySettings,
    /// The listed models by id; of two with one id, the first.
    models: HashMap<&'a str, &'a FoundationModelSummary>,
    /// The active system-defined profiles by the model that they route to, in the order of the listing.
    profiles: HashMap<&'a str, Vec<&'a InferenceProfileSummary>>,
}

impl<'a> Join<'a> {
    /// Indexes the lists, so that the join takes time in proportion to them.
    pub(super) fn new(listing: &'a Listing, region: &'a Region, settings: &'a DiscoverySettings) -> Self {
        let mut models = HashMap::new();
        for model in &listing.models {
            models.entry(model.model_id.trim()).or_insert(model);
        }
        let mut profiles: HashMap<_, Vec<_>> = HashMap::new();
        for profile in listing.profiles.iter().flatten().filter(|profile| is_system(profile)) {
            // What cannot be sent would only precede what can.
            if let (Some(base), Ok(_)) = (profile.base_model(), ModelId::parse(&profile.inference_profile_id))
            {
                profiles.entry(base).or_default().push(profile);
            }
        }
        Self { listing, region, settings, models, profiles }
    }

    /// All entries, sorted by name.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> =
            self.listing.models.iter().filter_map(|model| self.foundation_model(model)).collect();
        entries.extend(self.models_behind_profiles_only());
        let profiles = self.listing.profiles.iter().flatten();
        entries.extend(
            profiles
                .filter(|profile| is_application(profile))
                .map(|profile| self.application_profile(profile)),
        );
        entries.sort_by_cached_key(|entry| (entry.name.to_lowercase(), entry.name.clone(), entry.id.clone()));
        entries
    }

    fn foundation_model(&self, model: &FoundationModelSummary) -> Option<Entry> {
        let id = model.model_id.trim();
        if id.is_empty() {
            return None;
        }
        let profiles = self.profiles_of(id);
        let types = model.inference_types_supported.as_deref();
        let offers = |wanted: &InferenceType| types.is_some_and(|types| types.contains(wanted));
        // A listing without the member does not rule out the id itself.
        let (kind, invoke_id, reason) = if types.is_none() || offers(&InferenceType::OnDemand) {
            let (invoke_id, reason) = sendable(id);
            (Kind::OnDemand, invoke_id, reason)
        } else if let Some(profile) = profiles.first() {
            let (invoke_id, reason) = sendable(&profile.id);
            (Kind::InferenceProfile, invoke_id, reason)
        } else if offers(&InferenceType::InferenceProfile) {
            let known = self.listing.profiles.is_some();
            let reason = if known { Reason::NoProfile } else { Reason::ProfilesUnknown };
            (Kind::InferenceProfile, None, Some(reason))
        } else if offers(&InferenceType::Provisioned) {
            (Kind::ProvisionedOnly, None, Some(Reason::ProvisionedOnly))
        } else {
            let ways = types.into_iter().flatten().map(|way| way.as_str().to_owned()).collect();
            (Kind::NotOffered, None, Some(Reason::NotOffered(ways)))
        };
        Some(self.entry(id, Some(id), Some(model), kind, invoke_id, profiles, reason))
    }

    /// Profiles can route to a model that the region does not list; it can still be invoked.
    fn models_behind_profiles_only(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = HashSet::new();
        for profile in self.listing.profiles.iter().flatten().filter(|profile| is_system(profile)) {
            let Some(base) = profile.base_model() else { continue };
            if self.listed(base).is_some() || !seen.insert(base) {
                continue;
            }
            let profiles = self.profiles_of(base);
            if let Some(preferred) = profiles.first() {
                let (invoke_id, reason) = sendable(&preferred.id);
                let mut entry =
                    self.entry(base, Some(base), None, Kind::InferenceProfile, invoke_id, profiles, reason);
                if let Some(name) =
                    profile.inference_profile_name.as_deref().filter(|name| !name.trim().is_empty())
                {
                    entry.name = name.trim().to_owned();
                }
                entries.push(entry);
            }
        }
        entries
    }

    fn application_profile(&self, profile: &InferenceProfileSummary) -> Entry {
        let base = profile.base_model();
        let model = base.and_then(|base| self.listed(base));
        let arn = &profile.inference_profile_arn;
        let (invoke_id, reason) = match &profile.status {
            Some(InferenceProfileStatus::Active) => sendable(arn),
            other => {
                let status = other.as_ref().map_or("of unknown status", InferenceProfileStatus::as_str);
                (None, Some(Reason::ProfileNotActive(status.to_owned())))
            }
        };
        let mut entry = self.entry(arn, base, model, Kind::ApplicationProfile, invoke_id, Vec::new(), reason);
        if let Some(name) = profile.inference_profile_name.as_deref().filter(|name| !name.trim().is_empty()) {
            entry.name = name.trim().to_owned();
        }
        entry
    }

    /// What the listing and the table say about the entry's model, and why it is omitted.
    #[allow(clippy::too_many_arguments)] // each is one column of the join
    fn entry(
        &self,
        id: &str,
        base: Option<&str>,
        model: Option<&FoundationModelSummary>,
        kind: Kind,
        invoke_id: Option<ModelId>,
        profiles: Vec<Profile>,
        reason: Option<Reason>,
    ) -> Entry {
        let family = self.settings.overlay().refine(id, base);
        let said =
            |text: Option<&String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let name = said(model.and_then(|model| model.model_name.as_ref())).unwrap_or_else(|| id.to_owned());
        let id_provider = base.and_then(name::provider).unwrap_or_default();
        let provider = said(model.and_then(|model| model.provider_name.as_ref()))
            .unwrap_or_else(|| id_provider.to_owned());
        let output = model.map(|model| model.outputs().to_vec()).unwrap_or_default();
        let streaming = model.and_then(|model| model.response_streaming_supported);
        let lifecycle = model.and_then(|model| model.model_lifecycle.clone());

        let mut reasons: Vec<Reason> = reason.into_iter().collect();
        if !self.wants(&provider, id_provider) {
            reasons.push(Reason::OtherProvider);
        }
        if streaming != Some(true) {
            reasons.push(Reason::NotStreaming);
        }
        if !output.iter().any(is_text) {
            reasons.push(Reason::NoTextOutput);
        }
        reasons.extend(not_active(lifecycle.as_ref()));

        let says = format!("{} {name}", base.unwrap_or_default()).to_lowercase();
        let by_name = says.contains("reasoning") || says.contains("thinking");
        let reasoning = family
            .as_ref()
            .and_then(|family| family.reasoning.supported)
            .unwrap_or_else(|| by_name || model.is_some_and(service_says_reasoning));
        let max_output = family
            .as_ref()
            .and_then(|family| family.max_output)
            .map(|tokens| (tokens, LimitSource::Table))
            .or_else(|| model.and_then(service_max_output).map(|tokens| (tokens, LimitSource::Service)));
        Entry {
            id: id.to_owned(),
            invoke_id,
            base_model: base.map(str::to_owned),
            kind,
            name,
            provider,
            input: model.map(|model| model.inputs().to_vec()).unwrap_or_default(),
            output,
            streaming,
            reasoning,
            lifecycle,
            context_window: limit(
                family
                    .as_ref()
                    .and_then(|family| family.context_window)
                    .map(|tokens| (tokens, LimitSource::Table)),
                self.settings.default_context_window(),
            ),
            max_output: limit(max_output, self.settings.default_max_tokens()),
            family,
            profiles,
            reasons,
        }
    }

    /// An entry of the user's own configuration. It is invoked as written, unless that is the id of a foundation
    /// model that is served through a profile only.
    pub(super) fn manual(&self, manual: &ManualModel) -> Entry {
        let parsed = ModelId::parse(&manual.id).ok();
        let id = parsed.as_ref().map_or_else(|| manual.id.trim(), ModelId::as_str);
        let base = parsed.as_ref().and_then(ModelId::base_model);
        let reason = parsed.is_none().then_some(Reason::NotAnId);
        let model = base.and_then(|base| self.listed(base));
        let discovered =
            model.filter(|model| model.model_id.trim() == id).and_then(|model| self.foundation_model(model));
        let invoke_id = match discovered.and_then(|entry| entry.invoke_id) {
            Some(invoke_id) => Some(invoke_id),
            None => parsed.clone(),
        };
        let profiles = base.map(|base| self.profiles_of(base)).unwrap_or_default();
        let mut entry = self.entry(id, base, model, Kind::Configured, invoke_id, profiles, reason);
        // No filter applies to what the user configured.
        entry.reasons.retain(Reason::prevents_invocation);
        if let Some(name) = manual.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            entry.name = name.to_owned();
        }
        if let Some(input) = &manual.input {
            entry.input.clone_from(input);
        }
        if let Some(reasoning) = manual.reasoning {
            entry.reasoning = reasoning;
        }
        let configured = |tokens| Limit { tokens, source: LimitSource::Configured };
        if let Some(tokens) = manual.context_window {
            entry.context_window = configured(tokens);
        }
        if let Some(tokens) = manual.max_tokens {
            entry.max_output = configured(tokens);
        }
        entry
    }

    fn listed(&self, base: &str) -> Option<&'a FoundationModelSummary> {
        self.models.get(base).copied()
    }

    /// The active system-defined profiles that route to `base`: in the region's order of geographies, then
    /// those of other geographies, in the order in which the service lists them.
    fn profiles_of(&self, base: &str) -> Vec<Profile> {
        let order = self.region.profile_prefixes();
        let rank = |id: &str| order.iter().position(|prefix| id.starts_with(prefix)).unwrap_or(order.len());
        let routing = self.profiles.get(base).into_iter().flatten();
        let mut profiles: Vec<Profile> = routing
            .map(|profile| Profile {
                id: profile.inference_profile_id.clone(),
                arn: profile.inference_profile_arn.clone(),
            })
            .collect();
        profiles.sort_by_key(|profile| rank(&profile.id));
        profiles
    }

    fn wants(&self, provider: &str, id_provider: &str) -> bool {
        let filter = self.settings.provider_filter();
        let (name, part) = (provider.to_lowercase(), id_provider.to_lowercase());
        filter.is_empty() || filter.iter().any(|wanted| *wanted == name || *wanted == part)
    }
}

/// The ID to send, or why it cannot be one.
fn sendable(id: &str) -> (Option<ModelId>, Option<Reason>) {
    match ModelId::parse(id) {
        Ok(id) => (Some(id), None),
        Err(_) => (None, Some(Reason::NotAnId)),
    }
}

fn is_application(profile: &InferenceProfileSummary) -> bool {
    profile.profile_type == Some(InferenceProfileType::Application)
}

fn is_system(profile: &InferenceProfileSummary) -> bool {
    profile.profile_type == Some(InferenceProfileType::SystemDefined)
        && profile.status == Some(InferenceProfileStatus::Active)
}

fn is_text(modality: &ModelModality) -> bool {
    modality.as_str().eq_ignore_ascii_case("text")
}

fn not_active(lifecycle: Option<&FoundationModelLifecycle>) -> Option<Reason> {
    match lifecycle.and_then(|lifecycle| lifecycle.status.as_ref()) {
        Some(status)
            if status.as_str().eq_ignore_ascii_case(FoundationModelLifecycleStatus::Active.as_str()) =>
        {
            None
        }
        status => Some(Reason::NotActive(status.map(|status| status.as_str().to_owned()))),
    }
}

fn limit(known: Option<(u64, LimitSource)>, default: u64) -> Limit {
    let (tokens, source) = known.unwrap_or((default, LimitSource::Assumed));
    Limit { tokens, source }
}

/// The service returns more than its API model names: `converse.maxTokensMaximum`.
fn service_max_output(model: &FoundationModelSummary) -> Option<u64> {
    model.extra.get("converse")?.get("maxTokensMaximum")?.as_u64().filter(|tokens| *tokens > 0)
}

/// `converse.reasoningSupported` is an object for models that can think, `null` for others.
fn service_says_reasoning(model: &FoundationModelSummary) -> bool {
    model
        .extra
        .get("converse")
        .and_then(|converse| converse.get("reasoningSupported"))
        .is_some_and(|value| value.is_object() || value.as_bool() == Some(true))
}

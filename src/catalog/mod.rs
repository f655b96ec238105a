//! The catalog: which models can be invoked here, and by which id.
//!
//! Bedrock lists models that it then refuses: most new ones are served only through an inference profile, whose id is
//! listed elsewhere. [`Catalog`] joins the two lists. Nothing here sends anything; with the feature `client`,
//! `Client::models` queries the service and stores the response.
//!
//! # Which id
//!
//! 1. The foundation model's own id, when it offers `ON_DEMAND` (or its listing does not say).
//! 2. Otherwise the active system-defined profile that routes to it, of the nearest geography
//!    (`us.` in `us-west-2`, `jp.` and then `apac.` in `ap-northeast-1`); `global.` is the last of them.
//! 3. An application profile is an entry of its own, invoked by its ARN.
//! 4. All others cannot be invoked; [`Entry::unavailable`] says why.
//!
//! # What is listed
//!
//! [`Catalog::models`] follows Moltbot's rule: models that stream, write text and are `ACTIVE`, of the providers that
//! the settings name. [`Catalog::all`] includes the others, with the reasons.
//!
//! # Short names
//!
//! [`Catalog::resolve`] takes what users type. Letter case and punctuation do not matter: `Claude Sonnet 4.5` is
//! `claude-sonnet-4-5`. The first of these rules that matches anything decides:
//!
//! 1. ARNs, and complete ids of models and profiles.
//! 2. An id without its date, its version or its provider, or the model's name. A single word (`claude`) is
//!    matched by rule 3 as well, so that it does not hide the longer names that begin with it.
//! 3. Consecutive words of such a name: `sonnet-4-5`, `haiku`.
//!
//! A geography before a short name (`eu.claude-sonnet-4-5`) selects the profile of that geography. If several
//! models match, those that cannot be invoked are dropped. A newer version is never preferred to an older one: if
//! several are left, all are returned.

mod cost;
mod entry;
mod join;
mod name;
mod resolve;
mod settings;
mod warning;

use std::collections::HashSet;

use crate::endpoint::Region;
use crate::models::{FoundationModelSummary, InferenceProfileSummary, ModelModality};

pub use cost::Cost;
pub use entry::{Entry, Kind, Limit, LimitSource, Profile, Reason};
pub use resolve::{Match, Resolution};
pub use settings::DiscoverySettings;
pub use warning::Warning;

/// The two lists that a catalog is built from.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Listing {
    /// The result of ListFoundationModels.
    pub models: Vec<FoundationModelSummary>,
    /// The result of ListInferenceProfiles, all pages; `None` when they could not be listed.
    pub profiles: Option<Vec<InferenceProfileSummary>>,
}

impl Listing {
    /// Creates a listing of `models`, and of `profiles` if they are known.
    #[must_use]
    pub fn new(models: Vec<FoundationModelSummary>, profiles: Option<Vec<InferenceProfileSummary>>) -> Self {
        Self { models, profiles }
    }
}

/// A model from the user's own configuration. `None` members are discovered as for any other model.
///
/// ```
/// use bedrill::catalog::ManualModel;
/// use bedrill::models::ModelModality;
///
/// let mut model = ManualModel::new("amazon.nova-lite-v1:0");
/// model.input = Some(vec![ModelModality::Text, ModelModality::Image]);
/// model.context_window = Some(300_000);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ManualModel {
    /// The id, as the user wrote it.
    pub id: String,
    /// The name.
    pub name: Option<String>,
    /// Whether it thinks.
    pub reasoning: Option<bool>,
    /// Its input modalities.
    pub input: Option<Vec<ModelModality>>,
    /// The context window in tokens.
    pub context_window: Option<u64>,
    /// The maximum number of output tokens.
    pub max_tokens: Option<u64>,
    /// What it costs. It has no effect on the catalog; whoever shows prices takes it from here.
    pub cost: Option<Cost>,
}

impl ManualModel {
    /// Creates a model of which only the id is known.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}

/// The models of one region, and the ids to invoke them by.
///
/// ```
/// use bedrill::catalog::{Catalog, DiscoverySettings, Listing, Resolution};
/// use bedrill::endpoint::Region;
/// use bedrill::models::{ListFoundationModelsResponse, ListInferenceProfilesResponse};
/// use serde_json::json;
///
/// let models = ListFoundationModelsResponse::from_json(json!({"modelSummaries": [{
///     "modelId": "amazon.nova-pro-v1:0", "modelName": "Nova Pro", "providerName": "Amazon",
///     "inputModalities": ["TEXT", "IMAGE"], "outputModalities": ["TEXT"], "responseStreamingSupported": true,
///     "inferenceTypesSupported": ["INFERENCE_PROFILE"], "modelLifecycle": {"status": "ACTIVE"},
/// }]}))?;
/// let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0";
/// let profiles = ListInferenceProfilesResponse::from_json(json!({"inferenceProfileSummaries": [{
///     "inferenceProfileId": "us.amazon.nova-pro-v1:0", "inferenceProfileArn": arn,
///     "models": [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"}],
///     "status": "ACTIVE", "type": "SYSTEM_DEFINED",
/// }]}))?;
/// let listing = Listing::new(
///     models.model_summaries.into_vec(),
///     Some(profiles.inference_profile_summaries.into_vec()),
/// );
///
/// let catalog = Catalog::new(&listing, &Region::new("us-east-1")?, &DiscoverySettings::new());
/// let nova = catalog.models().next().expect("a model");
/// assert_eq!(nova.invoke_id(), Some("us.amazon.nova-pro-v1:0"));
/// let Resolution::One(found) = catalog.resolve("nova-pro") else { panic!("not one") };
/// assert_eq!(found.invoke_id(), "us.amazon.nova-pro-v1:0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    listing: Listing,
    region: Region,
    settings: DiscoverySettings,
    entries: Vec<Entry>,
    warnings: Vec<Warning>,
}

impl Catalog {
    /// Joins the lists of one region, with the models of the user's configuration before what was discovered.
    #[must_use]
    pub fn new(listing: &Listing, region: &Region, settings: &DiscoverySettings) -> Self {
        let join = join::Join::new(listing, region, settings);
        let mut entries: Vec<Entry> =
            settings.manual_models().iter().map(|model| join.manual(model)).collect();
        let configured: HashSet<String> = entries.iter().map(|entry| entry.id.clone()).collect();
        let replaced = |entry: &Entry| {
            configured.contains(&entry.id) || entry.invoke_id().is_some_and(|id| configured.contains(id))
        };
        entries.extend(join.entries().into_iter().filter(|entry| !replaced(entry)));
        Self {
            listing: listing.clone(),
            region: region.clone(),
            settings: settings.clone(),
            entries,
            warnings: Vec::new(),
        }
    }

    /// The lists that it was built from.
    #[must_use]
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The region that was queried.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The project that was queried; `None` for the account's default one.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        self.settings.project()
    }

    /// The models that can be invoked and that the default listing shows: configured ones, then by name.
    pub fn models(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_listed())
    }

    /// All models, with the reasons for those that [`models`](Self::models) leaves out.
    #[must_use]
    pub fn all(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the entry whose own id, invocation id or profile id is `id`.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Entry> {
        let own = self.entries.iter().find(|entry| entry.id == id || entry.invoke_id() == Some(id));
        own.or_else(|| {
            self.entries
                .iter()
                .find(|entry| entry.profiles.iter().any(|profile| profile.id == id || profile.arn == id))
        })
    }

    /// Whether the inference profiles of the region are known; false if they could not be listed.
    #[must_use]
    pub fn profiles_known(&self) -> bool {
        self.listing.profiles.is_some()
    }

    /// Warnings about the listing: what it lacks and why, and how old it is.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The entries that cannot be invoked because the profiles are not known.
    #[cfg(feature = "client")]
    pub(crate) fn lost(&self) -> usize {
        self.entries.iter().filter(|entry| entry.unavailable() == Some(&Reason::ProfilesUnknown)).count()
    }

    /// The same catalog with more in its lists.
    #[cfg(feature = "client")]
    pub(crate) fn extended(&self, extend: impl FnOnce(&mut Listing)) -> Self {
        let mut listing = self.listing.clone();
        extend(&mut listing);
        Self::new(&listing, &self.region, &self.settings)
    }

    #[cfg(feature = "client")]
    pub(crate) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }
}

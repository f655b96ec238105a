//! Model discovery: the two lists, requested once and stored.
//!
//! ```text
//! memory (one call at a time) -> file (shared by processes) -> service
//!                                        ^                        |
//!                                        '-- when it fails: the stored answer, however old, with a warning
//! ```

mod both;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::control::{self, LIST_PROFILES, Profiles};
use crate::base::flight::{Decision, Question, SingleFlight};
use crate::base::{hex, time};
use crate::catalog::{Catalog, DiscoverySettings, Listing, Warning};
use crate::client::error::{Error, ErrorKind};
use crate::client::service::Service;
use crate::endpoint::{Plane, Region};
use crate::models::{ListFoundationModelsRequest, ListInferenceProfilesRequest};
use both::both;
use store::{LISTS, Stored};

pub(in crate::client) use store::{STAND_INS, Store};

/// The largest page: almost every account has one.
const PAGE: u32 = 1_000;

/// How long an incomplete answer stays in memory: long enough not to hammer a failing service, short
/// enough to notice a permission that was just granted.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// What a client has found so far, and where it requests more.
pub(in crate::client) struct Discovery {
    service: Arc<Service>,
    /// Where answers are stored; `None` where the host has no such place.
    store: Option<Arc<Store>>,
    /// The discovery settings of the client itself.
    settings: DiscoverySettings,
    lookups: Mutex<HashMap<String, Arc<Lookup>>>,
}

/// The answer under one key, and the call in progress for it.
type Lookup = SingleFlight<Option<Answer>, Result<Answer, Error>>;

/// An answer in memory, and how long it is fresh.
#[derive(Clone)]
struct Answer {
    catalog: Arc<Catalog>,
    fresh_until: SystemTime,
}

impl Discovery {
    pub(in crate::client) fn new(
        service: Arc<Service>,
        store: Option<Arc<Store>>,
        settings: DiscoverySettings,
    ) -> Self {
        Self { service, store, settings, lookups: Mutex::new(HashMap::new()) }
    }

    /// The discovery settings of the client itself.
    pub(in crate::client) fn settings(&self) -> &DiscoverySettings {
        &self.settings
    }

    fn lookup(&self, key: &str, now: SystemTime) -> Arc<Lookup> {
        let fresh = |answer: &mut Option<Answer>| answer.as_ref().is_some_and(|it| now < it.fresh_until);
        let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        // Temporary credentials create a new key every hour.
        lookups.retain(|other, lookup| other == key || lookup.is_asking() || lookup.with(fresh));
        let empty = || Arc::new(SingleFlight::new(None));
        Arc::clone(lookups.entry(key.to_owned()).or_insert_with(empty))
    }

    /// The models that can be invoked. With `force` the service is asked even when a stored answer is still fresh.
    ///
    /// # Errors
    ///
    /// The models cannot be listed, and no earlier answer is stored.
    pub(in crate::client) async fn models(
        &self,
        settings: &DiscoverySettings,
        force: bool,
    ) -> Result<Arc<Catalog>, Error> {
        let service = &self.service;
        service.learn_region().await;
        let region = settings.region().unwrap_or_else(|| service.place.home_region());
        let ask = |name: Option<String>, interval| -> Question<Result<Answer, Error>> {
            let (service, store) = (Arc::clone(service), self.store.clone());
            let (settings, region) = (settings.clone(), region.clone());
            let work = Work { service, store, settings, region, name, interval, force };
            Box::pin(async move { work.run().await })
        };
        let answer = match settings.refresh_interval() {
            None => ask(None, Duration::ZERO).await,
            Some(interval) => {
                let key = self.key(region, settings).await?;
                let now = service.caller.now();
                let decide = |kept: &Option<Answer>| match kept {
                    Some(answer) if !force && now < answer.fresh_until => Decision::Serve(Ok(answer.clone())),
                    _ => Decision::Ask,
                };
                let ask = || ask(Some(format!("{LISTS}{key}")), interval);
                let keep = |kept: &mut Option<Answer>, answer: Result<Answer, Error>| {
                    if let Ok(answer) = &answer {
                        *kept = Some(answer.clone());
                    }
                    answer
                };
                self.lookup(&key, now).run(decide, ask, keep).await
            }
        };
        answer.map(|answer| answer.catalog)
    }

    /// The cache key of an answer: by caller, place and question. Neither key IDs nor tokens can be recovered from it.
    async fn key(&self, region: &Region, settings: &DiscoverySettings) -> Result<String, Error> {
        let resolved = self.service.caller.credentials().await?;
        let endpoint = self.service.place.endpoint(Plane::Control, region)?;
        let mut hash = Sha256::new();
        for part in [resolved.principal(), region.as_str(), endpoint.url(), &settings.fingerprint()] {
            hash.update(part);
            hash.update([0]);
        }
        Ok(hex::encode(&hash.finalize()))
    }
}

/// One look-up in the file and at the service. It holds its requests only while a caller waits for it.
struct Work {
    service: Arc<Service>,
    store: Option<Arc<Store>>,
    settings: DiscoverySettings,
    region: Region,
    /// The file's name; `None` when nothing is stored.
    name: Option<String>,
    interval: Duration,
    force: bool,
}

impl Work {
    async fn run(&self) -> Result<Answer, Error> {
        let now = self.service.caller.now();
        let mut warnings = Vec::new();
        let stored = self.stored(&mut warnings);
        if let Some(stored) = stored.as_ref().filter(|stored| !self.force && self.is_fresh(stored, now)) {
            let fresh_until = stored.fetched_at.checked_add(self.interval).unwrap_or(now);
            return Ok(self.answer(&stored.listing, warnings, fresh_until));
        }
        // After an incomplete answer, the service is asked again soon.
        let soon = now.checked_add(self.interval.min(RETRY_AFTER)).unwrap_or(now);
        let project = self.settings.project().map(str::to_owned);
        let mut models_request = ListFoundationModelsRequest::new();
        models_request.project_identifier.clone_from(&project);
        let mut profiles_request = ListInferenceProfilesRequest::new().with_max_results(PAGE);
        profiles_request.project_identifier = project;
        let (models, profiles) = both(
            control::list_foundation_models(&self.service, &self.region, &models_request),
            control::list_inference_profiles(&self.service, &self.region, &profiles_request),
        )
        .await;
        let models = match (models, stored.as_ref()) {
            (Ok(models), _) => models.model_summaries.into_vec(),
            (Err(error), Some(stored)) if is_of_service(&error) => {
                let since = time::rfc3339(stored.fetched_at);
                warnings.push(Warning::Stale { since, error: error.to_string() });
                return Ok(self.answer(&stored.listing, warnings, soon));
            }
            (Err(error), _) => return Err(error),
        };
        match profiles {
            Ok(Profiles { listed, is_cut: true }) => {
                warnings.push(Warning::ProfilesCut { listed: listed.len() });
                Ok(self.answer(&Listing::new(models, Some(listed)), warnings, soon))
            }
            Ok(Profiles { listed, is_cut: false }) => {
                let listing = Listing::new(models, Some(listed));
                let stored = Stored { fetched_at: now, listing };
                self.store(&stored, &mut warnings);
                let fresh_until = now.checked_add(self.interval).unwrap_or(now);
                Ok(self.answer(&stored.listing, warnings, fresh_until))
            }
            Err(error) => {
                let old = stored.and_then(|stored| Some((stored.listing.profiles?, stored.fetched_at)));
                let (profiles, since) = match old {
                    Some((profiles, since)) => (Some(profiles), Some(time::rfc3339(since))),
                    None => (None, None),
                };
                let mut answer = self.answer(&Listing::new(models, profiles), warnings, soon);
                let catalog = Arc::make_mut(&mut answer.catalog);
                let text = error.to_string();
                catalog.warn(match since {
                    Some(since) => Warning::OldProfiles { since, error: text },
                    None => Warning::ProfilesLost {
                        missing_action: is_denied(&error).then_some(LIST_PROFILES),
                        models: catalog.lost(),
                        error: text,
                    },
                });
                Ok(answer)
            }
        }
    }

    fn answer(&self, listing: &Listing, warnings: Vec<Warning>, fresh_until: SystemTime) -> Answer {
        let mut catalog = Catalog::new(listing, &self.region, &self.settings);
        warnings.into_iter().for_each(|warning| catalog.warn(warning));
        Answer { catalog: Arc::new(catalog), fresh_until }
    }

    /// A timestamp in the future means the clock was set back; treat it as stale, or it would never expire.
    fn is_fresh(&self, stored: &Stored, now: SystemTime) -> bool {
        now.duration_since(stored.fetched_at).is_ok_and(|age| age < self.interval)
    }

    fn stored(&self, warnings: &mut Vec<Warning>) -> Option<Stored> {
        let (store, name) = (self.store.as_ref()?, self.name.as_deref()?);
        store.listing(name).unwrap_or_else(|problem| {
            let file = store.path(name).display().to_string();
            warnings.push(Warning::CacheUnreadable { file, problem });
            None
        })
    }

    fn store(&self, stored: &Stored, warnings: &mut Vec<Warning>) {
        if let (Some(store), Some(name)) = (&self.store, &self.name)
            && let Err(error) = store.put_listing(name, stored)
        {
            let file = store.path(name).display().to_string();
            warnings.push(Warning::CacheUnwritable { file, problem: error.to_string() });
        }
    }
}

/// Whether the service, or the way to it, failed; settings and credentials are for the user to fix.
fn is_of_service(error: &Error) -> bool {
    !matches!(error.kind(), ErrorKind::Configuration | ErrorKind::Credentials)
}

pub(in crate::client) fn is_denied(error: &Error) -> bool {
    error.code() == Some("AccessDeniedException")
}

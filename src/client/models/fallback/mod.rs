//! Retries a model that the service refuses on demand, once, through the profile that covers it.

mod lookup;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use super::discovery::{Discovery, STAND_INS, Store};
use crate::client::call::attempt::{Attempt, Failed};
use crate::client::call::head::Head;
use crate::client::error::Error;
use crate::client::notice::Notice;
use crate::client::place::Place;
use crate::client::service::{Invocation, Service};
use crate::converse::ConverseRequest;
use crate::endpoint::{Plane, Region};
use crate::lore::geography;
use crate::model_id::{ModelId, ModelKind};
use crate::operation::{self, BuildError, Reason};
use crate::shape;
use crate::transport::{Body, BoxFuture};

pub(in crate::client) use lookup::{Lookup, in_catalog, in_list};

/// What happens when a model is refused because it is not served on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum InferenceProfileFallback {
    /// The request is retried, once, through the inference profile that covers the model in the region's own
    /// geography, and the profile is remembered.
    #[default]
    Auto,
    /// The error names the profile.
    Suggest,
    /// The error is passed on; nothing is looked up.
    Off,
}

impl InferenceProfileFallback {
    /// All policies, the default first.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Suggest, Self::Off];

    /// The policy's name, as a flag or a configuration spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Suggest => "suggest",
            Self::Off => "off",
        }
    }
}

impl fmt::Display for InferenceProfileFallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for InferenceProfileFallback {
    type Err = UnknownInferenceProfileFallback;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|policy| policy.as_str() == text);
        named.ok_or_else(|| UnknownInferenceProfileFallback(text.to_owned()))
    }
}

/// A text that is not `auto`, `suggest` or `off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownInferenceProfileFallback(String);

impl fmt::Display for UnknownInferenceProfileFallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not auto, suggest or off", self.0)
    }
}

impl std::error::Error for UnknownInferenceProfileFallback {}

/// What a profile replaces: a model in a region, for a project.
#[derive(Clone, Copy)]
pub(in crate::client) struct Missing<'a> {
    pub(in crate::client) base: &'a str,
    pub(in crate::client) region: &'a Region,
    pub(in crate::client) project: Option<&'a str>,
}

impl Missing<'_> {
    /// The key that a profile is stored under. Another endpoint may serve other models, and another project may use
    /// other profiles.
    fn key(self, place: &Place) -> String {
        let Self { base, region, project } = self;
        let endpoint = place.endpoint_setting(Plane::Data).map_or("aws", |(url, _)| url);
        match project {
            Some(project) => format!("{endpoint} {region} {base} {project}"),
            None => format!("{endpoint} {region} {base}"),
        }
    }
}

/// The policy, and what it has found.
pub(in crate::client) struct Fallback {
    policy: InferenceProfileFallback,
    /// Geographies that may be used besides the region's own.
    geographies: Vec<String>,
    lookup: Lookup,
    /// Where profiles are stored; `None` where the host has no such place.
    store: Option<Arc<Store>>,
    /// By region, model and project; `None` until the first look-up.
    stand_ins: Mutex<Option<Map<String, Value>>>,
}

/// The head and body of a response, and the notice about the model.
pub(in crate::client) type Invoked = (Head, Body, Option<Notice>);

const ONLY_BY_PROFILE: &str = "this model is served only through an inference profile, and the profiles could not be \
    listed (bedrock:ListInferenceProfiles): use the id or ARN of one that contains it";

impl Fallback {
    pub(in crate::client) fn new(
        policy: InferenceProfileFallback,
        geographies: Vec<String>,
        lookup: Lookup,
        store: Option<Arc<Store>>,
    ) -> Self {
        Self { policy, geographies, lookup, store, stand_ins: Mutex::new(None) }
    }

    /// Sends the request; when the model is not served on demand, the policy decides what follows.
    pub(in crate::client) async fn invoke(
        &self,
        service: &Service,
        discovery: &Discovery,
        request: &ConverseRequest,
        how: &Invocation,
        attempt: &Attempt,
    ) -> Result<Invoked, Failed> {
        let asked = request.model_id.id()?;
        let project = request.project_identifier.as_deref();
        operation::check_project(asked, project).map_err(BuildError::Project)?;
        service.learn_region().await;
        let region = service.place.region_for(asked);
        let policy = self.policy;
        // Only a foundation model can be covered by a profile.
        let base = asked.base_model().filter(|_| asked.kind() == ModelKind::FoundationModel);
        let missing = base.map(|base| Missing { base, region, project });
        if let (InferenceProfileFallback::Auto, Some(missing)) = (policy, missing)
            && let Some(used) = self.remembered(service, missing)
        {
            match invoke_stand_in(service, asked, &used, request, how, attempt).await {
                // The profile is gone: retry with the model that the caller named.
                Err(failed) if is_unknown_model(&failed.error) => self.forget(service, missing),
                result => return result,
            }
        }
        let refused = match service.invoke(region, asked, request, how, attempt).await {
            Ok((head, body)) => return Ok((head, body, None)),
            Err(failed) => failed,
        };
        let Some(missing) = missing
            .filter(|_| policy != InferenceProfileFallback::Off && is_on_demand_refusal(&refused.error))
        else {
            return Err(refused);
        };
        let listed = (self.lookup)(service, discovery, missing).await;
        let is_listed = listed.is_some();
        match self.stand_in(missing, listed.as_deref()) {
            Some(id) if policy == InferenceProfileFallback::Auto => {
                match invoke_stand_in(service, asked, &id, request, how, attempt).await {
                    // A wrong guess says less than the refusal does, and must not be advised again.
                    Err(failed) if !is_listed && is_unknown_model(&failed.error) => {
                        Err(refused.with_hint(ONLY_BY_PROFILE.to_owned()))
                    }
                    Err(failed) => Err(failed),
                    Ok(invoked) => {
                        self.remember(service, missing, id.as_str());
                        Ok(invoked)
                    }
                }
            }
            Some(id) if is_listed => Err(refused.with_hint(format!(
                "this model is served only through an inference profile; from {region} use the model id {id}"
            ))),
            // The general advice names IDs by the rule; the list knows better.
            None if is_listed => Err(refused.with_hint(of_others(missing, listed.unwrap_or_default()))),
            _ => Err(refused),
        }
    }

    /// The profile of an allowed geography that covers the model: one of `listed`, or where profiles cannot be listed, the
    /// one whose ID the rule gives.
    fn stand_in(&self, missing: Missing<'_>, listed: Option<&[String]>) -> Option<ModelId> {
        let prefixes = self.prefixes(missing.region);
        // A profile is named after the model that it covers. A listed one of another name is never sent.
        let mut of_model = prefixes.iter().map(|prefix| format!("{prefix}{}", missing.base));
        let id = match listed {
            Some(profiles) => of_model.find(|id| profiles.contains(id))?,
            None => of_model.next()?,
        };
        ModelId::parse(&id).ok()
    }

    fn remembered(&self, service: &Service, missing: Missing<'_>) -> Option<ModelId> {
        let Missing { base, region, .. } = missing;
        let used = self.with_stand_ins(|all| {
            all.get(&missing.key(&service.place)).and_then(Value::as_str).map(str::to_owned)
        })?;
        // A profile stored under other settings may be outside the geographies that these allow.
        let allowed = self.prefixes(region).iter().any(|prefix| used == format!("{prefix}{base}"));
        ModelId::parse(&used).ok().filter(|_| allowed)
    }

    fn remember(&self, service: &Service, missing: Missing<'_>, used: &str) {
        self.change_stand_ins(|all| {
            all.insert(missing.key(&service.place), used.into());
        });
    }

    fn forget(&self, service: &Service, missing: Missing<'_>) {
        self.change_stand_ins(|all| shape::leave_out(all, &missing.key(&service.place)));
    }

    fn change_stand_ins(&self, change: impl FnOnce(&mut Map<String, Value>)) {
        let store = self.store.as_ref();
        self.with_stand_ins(|all| {
            if let Some(store) = store {
                // Other processes may have found more since then.
                for (key, used) in store.stand_ins(STAND_INS) {
                    all.insert(key, used);
                }
            }
            change(all);
            if let Some(store) = store {
                // If it cannot be stored, the next call costs one more request.
                let _ = store.put_stand_ins(STAND_INS, all);
            }
        });
    }

    /// The prefixes that a model's ID may have in `region`, the nearest first.
    fn prefixes(&self, region: &Region) -> Vec<String> {
        let own =
            region.profile_prefixes().iter().filter(|prefix| geography::is_own(region.as_str(), prefix));
        let allowed =
            self.geographies.iter().map(|geography| format!("{}.", geography.trim_end_matches('.')));
        own.map(|prefix| (*prefix).to_owned()).chain(allowed).collect()
    }

    fn with_stand_ins<T>(&self, use_it: impl FnOnce(&mut Map<String, Value>) -> T) -> T {
        let mut stand_ins = self.stand_ins.lock().unwrap_or_else(PoisonError::into_inner);
        let load = || self.store.as_ref().map(|store| store.stand_ins(STAND_INS)).unwrap_or_default();
        use_it(stand_ins.get_or_insert_with(load))
    }
}

/// Boxed: few calls get here, but every one would reserve space for it.
fn invoke_stand_in<'a>(
    service: &'a Service,
    asked: &'a ModelId,
    used: &'a ModelId,
    request: &'a ConverseRequest,
    how: &'a Invocation,
    attempt: &'a Attempt,
) -> BoxFuture<'a, Result<Invoked, Failed>> {
    Box::pin(async move {
        let region = service.place.region_for(asked);
        let (head, body) = service.invoke(region, used, request, how, attempt).await?;
        let notice =
            Notice::InferenceProfile { asked: asked.as_str().to_owned(), used: used.as_str().to_owned() };
        Ok((head, body, Some(notice)))
    })
}

/// What to do when no listed profile is in a geography that may be used.
fn of_others(Missing { base, region, .. }: Missing<'_>, listed: Vec<String>) -> String {
    let is_name = |id: &String| id.strip_suffix(base).is_some_and(|prefix| prefix.ends_with('.'));
    let mut ids: Vec<String> = listed.into_iter().filter(is_name).collect();
    let order = region.profile_prefixes();
    ids.sort_by_key(|id| order.iter().position(|prefix| id.starts_with(prefix)).unwrap_or(order.len()));
    ids.truncate(3);
    if ids.is_empty() {
        return format!(
            "this model is served only through an inference profile, and none that can be used from {region} covers it: \
             choose another region or model"
        );
    }
    format!(
        "this model is served only through an inference profile; from {region} there is {}, which may send the request to \
         another geography: use that id, or allow its geography",
        ids.join(" and ")
    )
}

fn is_on_demand_refusal(error: &Error) -> bool {
    error.reason() == Reason::OnDemandRefused
}

/// The service does not know the id that was sent.
fn is_unknown_model(error: &Error) -> bool {
    error.code() == Some("ResourceNotFoundException") || error.reason() == Reason::UnknownModel
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(region: &str, allowed: &[&str]) -> Vec<String> {
        let geographies = allowed.iter().map(|geography| (*geography).to_owned()).collect();
        let fallback = Fallback::new(InferenceProfileFallback::Auto, geographies, in_list, None);
        fallback.prefixes(&Region::new(region).unwrap())
    }

    #[test]
    fn only_its_own_geography_and_those_allowed_are_used() {
        assert_eq!(prefixes("us-east-1", &[]), ["us."]);
        assert_eq!(prefixes("us-gov-west-1", &[]), ["us-gov."]);
        assert_eq!(prefixes("eu-central-1", &["global"]), ["eu.", "global."]);
        assert_eq!(prefixes("ap-northeast-1", &[]), ["jp.", "apac."]);
        assert_eq!(prefixes("ap-southeast-2", &["global."]), ["au.", "apac.", "global."]);
        assert_eq!(prefixes("ca-central-1", &[]), ["ca."]);
        assert_eq!(prefixes("ca-central-1", &["us"]), ["ca.", "us."]);
        assert_eq!(prefixes("mx-central-1", &[]), [""; 0]);
        assert_eq!(prefixes("sa-east-1", &[]), [""; 0]);
        assert_eq!(prefixes("cn-north-1", &[]), [""; 0]);
    }
}

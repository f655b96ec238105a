//! Models that the service refuses on demand are asked for again, once, through the profile that covers them.

mod lookup;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::{Map, Value};

use super::discovery::Store;
use crate::client::Client;
use crate::client::call::attempt::{Attempt, Failed};
use crate::client::error::Error;
use crate::converse::ConverseRequest;
use crate::endpoint::{Endpoint, Plane, Region};
use crate::lore::{geography, words};
use crate::model_id::{ModelId, ModelKind};
use crate::operation::{self, BuildError};
use crate::shape;
use crate::transport::{Body, BoxFuture};

pub(in crate::client) use lookup::{Lookup, in_catalog, in_list};

/// The file of the profiles that were found to stand in for models.
const STAND_INS: &str = "profiles";

/// What happens when a model is refused because it is not served on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ProfileFallback {
    /// The request is sent again, once, through the inference profile that covers the model in the region's own
    /// geography, and the profile is remembered.
    #[default]
    Auto,
    /// The error names the profile.
    Suggest,
    /// The error is passed on; nothing is looked up.
    Off,
}

impl std::str::FromStr for ProfileFallback {
    type Err = UnknownProfileFallback;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "suggest" => Ok(Self::Suggest),
            "off" => Ok(Self::Off),
            _ => Err(UnknownProfileFallback(text.to_owned())),
        }
    }
}

/// A text that is none of `auto`, `suggest` and `off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProfileFallback(String);

impl fmt::Display for UnknownProfileFallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is none of auto, suggest and off", self.0)
    }
}

impl std::error::Error for UnknownProfileFallback {}

/// That another model id was sent than the request names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// The id that the request names.
    pub asked: String,
    /// The id of the profile that was sent.
    pub used: String,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not served on demand, so {} was invoked instead", self.asked, self.used)
    }
}

pub(in crate::client) type OnNotice = Arc<dyn Fn(&Notice) + Send + Sync>;

/// What a profile is to stand in for: a model in a region, for a project.
#[derive(Clone, Copy)]
pub(in crate::client) struct Missing<'a> {
    pub(in crate::client) base: &'a str,
    pub(in crate::client) region: &'a Region,
    pub(in crate::client) project: Option<&'a str>,
}

/// The policy, and what it has found.
pub(in crate::client) struct Fallback {
    pub(in crate::client) policy: ProfileFallback,
    /// Geographies that may be used beside the region's own.
    pub(in crate::client) geographies: Vec<String>,
    pub(in crate::client) on_notice: Option<OnNotice>,
    lookup: Lookup,
    /// By region, model and project; `None` until they were first looked for.
    stand_ins: Mutex<Option<Map<String, Value>>>,
}

impl Fallback {
    pub(in crate::client) fn new(
        policy: ProfileFallback,
        geographies: Vec<String>,
        on_notice: Option<OnNotice>,
        lookup: Lookup,
    ) -> Self {
        Self { policy, geographies, on_notice, lookup, stand_ins: Mutex::new(None) }
    }

    /// The prefixes that may be put before a model's id in `region`, the nearest first.
    fn prefixes(&self, region: &Region) -> Vec<String> {
        let own =
            region.profile_prefixes().iter().filter(|prefix| geography::is_own(region.as_str(), prefix));
        let allowed =
            self.geographies.iter().map(|geography| format!("{}.", geography.trim_end_matches('.')));
        own.map(|prefix| (*prefix).to_owned()).chain(allowed).collect()
    }

    fn with_stand_ins<T>(
        &self,
        store: Option<&Store>,
        use_it: impl FnOnce(&mut Map<String, Value>) -> T,
    ) -> T {
        let mut stand_ins = self.stand_ins.lock().unwrap_or_else(PoisonError::into_inner);
        let load = || store.map(|store| store.stand_ins(STAND_INS)).unwrap_or_default();
        use_it(stand_ins.get_or_insert_with(load))
    }
}

/// How a request becomes HTTP, for a model other than the one that it names.
type Build = fn(&str, &ConverseRequest, &Endpoint) -> Result<http::Request<Bytes>, BuildError>;

/// An operation that invokes a model.
#[derive(Clone, Copy)]
pub(in crate::client) struct Invocation {
    pub(in crate::client) build: Build,
    /// The IAM action that it needs.
    pub(in crate::client) action: &'static str,
}

/// The head and body of an answer, and what is to be said about the model.
pub(in crate::client) type Invoked = (http::response::Parts, Body, Option<Notice>);

/// A profile for a model.
struct StandIn {
    id: String,
    /// From the service's own list, and not by the rule that ids are made by.
    is_listed: bool,
}

impl Client {
    /// Sends the request; when the model is not served on demand, the policy decides what follows.
    pub(in crate::client) async fn invoke(
        &self,
        request: &ConverseRequest,
        how: Invocation,
        attempt: &Attempt,
    ) -> Result<Invoked, Failed> {
        let asked = ModelId::parse(request.model_id())?;
        let project = request.project_identifier.as_deref();
        operation::check_project(&asked, project).map_err(BuildError::Project)?;
        self.learn_region().await;
        let region = self.region_for(&asked);
        let policy = self.0.fallback.policy;
        // Only a foundation model can be covered by a profile.
        let base = asked.base_model().filter(|_| asked.kind() == ModelKind::FoundationModel);
        let missing = base.map(|base| Missing { base, region, project });
        if let (ProfileFallback::Auto, Some(missing)) = (policy, missing)
            && let Some(used) = self.remembered(missing)
        {
            match self.invoke_stand_in(&asked, &used, request, how, attempt).await {
                // The profile is gone: the model is asked for as the caller wrote it.
                Err(failed) if is_unknown_model(&failed.error) => self.forget(missing),
                result => return result,
            }
        }
        let refused = match self.invoke_as(&asked, request, how, attempt).await {
            Ok((head, body)) => return Ok((head, body, None)),
            Err(failed) => failed,
        };
        let Some(missing) =
            missing.filter(|_| policy != ProfileFallback::Off && is_on_demand_refusal(&refused.error))
        else {
            return Err(refused);
        };
        match self.stand_in(missing).await {
            Some(StandIn { id, is_listed }) if policy == ProfileFallback::Auto => {
                match self.invoke_stand_in(&asked, &id, request, how, attempt).await {
                    // That a guess was wrong says less than the refusal does.
                    Err(failed) if !is_listed && is_unknown_model(&failed.error) => Err(refused),
                    Err(failed) => Err(failed),
                    Ok(invoked) => {
                        self.remember(missing, &id);
                        Ok(invoked)
                    }
                }
            }
            Some(StandIn { id, is_listed: true }) => Err(refused.with_hint(format!(
                "this model is served through an inference profile only; from {region} use the model id {id}"
            ))),
            _ => Err(refused),
        }
    }

    /// Boxed: few calls come to this, and every one has room for it.
    fn invoke_stand_in<'a>(
        &'a self,
        asked: &'a ModelId,
        used: &'a str,
        request: &'a ConverseRequest,
        how: Invocation,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Invoked, Failed>> {
        Box::pin(async move {
            let region = self.region_for(asked);
            let (head, body) = self.invoke_in(region, &ModelId::parse(used)?, request, how, attempt).await?;
            let notice = Notice { asked: asked.as_str().to_owned(), used: used.to_owned() };
            Ok((head, body, Some(notice)))
        })
    }

    /// Tells the program which model answered, once for a call, however many attempts it took.
    pub(in crate::client) fn tell(&self, notice: Option<&Notice>) {
        if let (Some(on_notice), Some(notice)) = (&self.0.fallback.on_notice, notice) {
            on_notice(notice);
        }
    }

    /// The profile of an allowed geography that covers the model. Where profiles cannot be listed, their ids are known to
    /// be made of a geography and the model's id.
    async fn stand_in(&self, missing: Missing<'_>) -> Option<StandIn> {
        let prefixes = self.0.fallback.prefixes(missing.region);
        match (self.0.fallback.lookup)(self, missing).await {
            Some(mut profiles) => {
                let at = prefixes
                    .iter()
                    .find_map(|prefix| profiles.iter().position(|id| id.starts_with(prefix.as_str())))?;
                Some(StandIn { id: profiles.swap_remove(at), is_listed: true })
            }
            None => {
                let base = missing.base;
                prefixes.first().map(|prefix| StandIn { id: format!("{prefix}{base}"), is_listed: false })
            }
        }
    }

    fn remembered(&self, missing: Missing<'_>) -> Option<String> {
        let (fallback, Missing { base, region, .. }) = (&self.0.fallback, missing);
        let used = fallback.with_stand_ins(self.0.store.as_ref(), |all| {
            all.get(&self.stand_in_key(missing)).and_then(Value::as_str).map(str::to_owned)
        })?;
        // What was remembered under other settings must not leave the geography under these.
        let allowed = fallback.prefixes(region).iter().any(|prefix| used == format!("{prefix}{base}"));
        allowed.then_some(used)
    }

    fn remember(&self, missing: Missing<'_>, used: &str) {
        self.change_stand_ins(|all| {
            all.insert(self.stand_in_key(missing), used.into());
        });
    }

    fn forget(&self, missing: Missing<'_>) {
        self.change_stand_ins(|all| shape::leave_out(all, &self.stand_in_key(missing)));
    }

    fn change_stand_ins(&self, change: impl FnOnce(&mut Map<String, Value>)) {
        let store = self.0.store.as_ref();
        self.0.fallback.with_stand_ins(store, |all| {
            if let Some(store) = store {
                // Other processes may have found more since.
                for (key, used) in store.stand_ins(STAND_INS) {
                    all.insert(key, used);
                }
            }
            change(all);
            if let Some(store) = store {
                // Not remembered costs one request more, the next time.
                let _ = store.put_stand_ins(STAND_INS, all);
            }
        });
    }

    /// Another endpoint may serve other models, and another project may use other profiles.
    fn stand_in_key(&self, Missing { base, region, project }: Missing<'_>) -> String {
        let endpoint = self.endpoint_setting(Plane::Data).map_or("aws", |(url, _)| url);
        match project {
            Some(project) => format!("{endpoint} {region} {base} {project}"),
            None => format!("{endpoint} {region} {base}"),
        }
    }
}

fn is_on_demand_refusal(error: &Error) -> bool {
    error.message().is_some_and(|message| words::is_on_demand_refusal(&message.to_ascii_lowercase()))
}

/// The service does not know the id that was sent.
fn is_unknown_model(error: &Error) -> bool {
    error.code() == Some("ResourceNotFoundException")
        || error.message().is_some_and(|message| words::is_unknown_model(&message.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(region: &str, allowed: &[&str]) -> Vec<String> {
        let geographies = allowed.iter().map(|geography| (*geography).to_owned()).collect();
        let fallback = Fallback::new(ProfileFallback::Auto, geographies, None, in_list);
        fallback.prefixes(&Region::new(region).unwrap())
    }

    #[test]
    fn only_the_own_geography_and_what_is_allowed_is_used() {
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

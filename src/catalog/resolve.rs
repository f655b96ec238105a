//! Resolves what users type to an id that can be sent.

use super::entry::{Entry, Kind};
use super::{Catalog, Warning, name};
use std::borrow::Cow;

use crate::base::similarity::edit_distance;
#[cfg(feature = "client")]
use crate::endpoint::Region;
use crate::model_id::{ModelId, ModelKind};

/// The maximum number of suggestions.
const SUGGESTIONS: usize = 3;

/// The longest text that suggestions are made for, in characters.
const LONGEST: usize = 200;

/// What a text names.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Resolution {
    /// One model.
    One(Match),
    /// Several models: the text is ambiguous.
    Several(Vec<Entry>),
    /// No model that can be invoked here.
    None {
        /// Ids and names with similar spelling, the nearest first.
        nearest: Vec<String>,
        /// Models that do match, but cannot be invoked; [`Entry::unavailable`] says why.
        unusable: Vec<Entry>,
        /// Why the service could not be asked about a model that is in no list.
        warning: Option<Warning>,
    },
}

/// The one model that a text names.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Match {
    id: ModelId,
    entry: Option<Box<Entry>>,
    as_typed: bool,
    warning: Option<Warning>,
}

impl Match {
    /// The model of a request. It names a region if it must be sent to a different one than the client's other requests.
    #[must_use]
    pub fn model_id(&self) -> &ModelId {
        &self.id
    }

    /// The id as the service knows it, or an ARN.
    #[must_use]
    pub fn invoke_id(&self) -> &str {
        self.id.as_str()
    }

    /// What is known about it; `None` if it is in no list and the service could not be asked
    /// ([`warning`](Self::warning)).
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        self.entry.as_deref()
    }

    /// Whether the id is the one that was typed, except for another tool's prefix. If not, the user should be told.
    #[must_use]
    pub fn is_as_typed(&self) -> bool {
        self.as_typed
    }

    /// Why nothing is known about it, if there is a reason.
    #[must_use]
    pub fn warning(&self) -> Option<&Warning> {
        self.warning.as_ref()
    }

    pub(crate) fn as_typed(id: &ModelId, entry: Option<&Entry>) -> Self {
        Self { id: id.clone(), entry: entry.cloned().map(Box::new), as_typed: true, warning: None }
    }

    #[cfg(feature = "client")]
    pub(crate) fn in_region(self, region: Option<Region>) -> Self {
        match region {
            Some(region) => Self { id: self.id.with_region(region), ..self },
            None => self,
        }
    }

    fn found(id: &ModelId, entry: &Entry, typed: &str) -> Self {
        Self {
            id: id.clone(),
            entry: Some(Box::new(entry.clone())),
            as_typed: id.as_str() == typed,
            warning: None,
        }
    }
}

#[cfg(feature = "client")]
impl Resolution {
    pub(crate) fn with_warning(mut self, said: Warning) -> Self {
        match &mut self {
            Self::One(Match { warning, .. }) | Self::None { warning, .. } => *warning = Some(said),
            Self::Several(_) => {}
        }
        self
    }
}

impl Catalog {
    /// Resolves what `text` names: an id, an ARN, an id with the prefix of another tool, or a short name.
    ///
    /// The rules are those of the [module](super#short-names).
    #[must_use]
    pub fn resolve(&self, text: &str) -> Resolution {
        self.resolve_parsed(text, ModelId::parse(text).ok().as_ref())
    }

    /// As [`resolve`](Self::resolve), with the result of parsing `text`.
    pub(crate) fn resolve_parsed(&self, text: &str, id: Option<&ModelId>) -> Resolution {
        if let Some(resolution) = id.and_then(|id| self.resolve_whole(id)) {
            return resolution;
        }
        // Names may contain spaces; ids do not.
        self.resolve_short(ModelId::split_tool_prefix(text).0)
    }

    /// Resolves ARNs and complete ids. `None` when the text is neither.
    fn resolve_whole(&self, id: &ModelId) -> Option<Resolution> {
        let typed = id.as_str();
        // This catalog covers one region; it cannot judge an id that names another.
        let elsewhere = id.region().is_some_and(|region| *region != self.region);
        if id.is_arn() || elsewhere {
            let promoted = id.kind() == ModelKind::FoundationModel && !elsewhere;
            let entry = self.find(typed).or_else(|| self.find(id.base_model()?));
            return Some(match entry {
                Some(entry) if promoted => self.use_entry(entry, id),
                entry => Resolution::One(Match::as_typed(id, entry)),
            });
        }
        if let Some(entry) = self.find(typed) {
            let is_profile = entry.profiles.iter().any(|profile| profile.id == typed);
            return Some(if is_profile {
                Resolution::One(Match::as_typed(id, Some(entry)))
            } else {
                self.use_entry(entry, id)
            });
        }
        // Without the list of profiles, only the service can say whether it exists.
        let base = id.base_model().filter(|_| id.kind() == ModelKind::InferenceProfile)?;
        let entry = self.entries.iter().find(|entry| entry.id == base)?;
        (!self.profiles_known()).then(|| Resolution::One(Match::as_typed(id, Some(entry))))
    }

    /// Resolves an entry that was named by the id of its foundation model.
    fn use_entry(&self, entry: &Entry, typed: &ModelId) -> Resolution {
        match entry.model_id() {
            // An ARN of a model that is served on demand is as good as its id.
            Some(_) if entry.kind == Kind::OnDemand && typed.is_arn() => {
                Resolution::One(Match::as_typed(typed, Some(entry)))
            }
            Some(id) => Resolution::One(Match::found(id, entry, typed.as_str())),
            None => self.none(typed.as_str(), vec![entry.clone()]),
        }
    }

    fn none(&self, typed: &str, unusable: Vec<Entry>) -> Resolution {
        Resolution::None { nearest: self.nearest(typed), unusable, warning: None }
    }

    fn resolve_short(&self, typed: &str) -> Resolution {
        let (geography, short) = match name::split_geography(typed) {
            (Some(geography), short) => (Some(format!("{geography}.")), short),
            (None, short) => (None, short),
        };
        let wanted = name::normalized(short);
        let candidates = self.matches(&wanted);
        let mut usable: Vec<(&Entry, Cow<'_, ModelId>)> = Vec::new();
        let mut unusable: Vec<Entry> = Vec::new();
        for entry in candidates {
            let invoke_id = match &geography {
                None => entry.model_id().map(Cow::Borrowed),
                Some(prefix) => entry
                    .profiles
                    .iter()
                    .find(|profile| profile.id.starts_with(prefix.as_str()))
                    .and_then(|profile| ModelId::parse(&profile.id).ok().map(Cow::Owned)),
            };
            match (entry.unavailable(), invoke_id) {
                (Some(_), _) => unusable.push(entry.clone()),
                (None, Some(id)) => usable.push((entry, id)),
                // It can be invoked, but not through that geography; it is among the suggestions.
                (None, None) => {}
            }
        }
        match usable.as_slice() {
            [(entry, id)] => Resolution::One(Match::found(id, entry, typed)),
            [] => self.none(typed, unusable),
            several => Resolution::Several(several.iter().map(|(entry, _)| (*entry).clone()).collect()),
        }
    }

    /// The entries that a normalized short name matches, by the first rule that matches any.
    fn matches(&self, wanted: &str) -> Vec<&Entry> {
        let names: Vec<(&Entry, Vec<String>)> =
            self.entries.iter().map(|entry| (entry, short_names(entry))).collect();
        let by = |rule: &dyn Fn(&str) -> bool| -> Vec<&Entry> {
            names
                .iter()
                .filter(|(_, names)| names.iter().any(|name| rule(name)))
                .map(|(entry, _)| *entry)
                .collect()
        };
        let exact = by(&|name| name == wanted);
        let words = || by(&|name| name::has_words(name, wanted));
        if exact.is_empty() || !wanted.contains('-') { words() } else { exact }
    }

    /// The ids of models that can be invoked and are spelled most like `typed`, with or without its geography.
    fn nearest(&self, typed: &str) -> Vec<String> {
        let wanted = [name::normalized(typed), name::normalized(name::split_geography(typed).1)];
        let letters = wanted.last().map_or(0, |wanted| wanted.chars().count());
        // No id is longer, and the distances take time in proportion to it.
        if letters == 0 || letters > LONGEST {
            return Vec::new();
        }
        let mut ranked: Vec<(usize, &str)> = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.unavailable().is_none()) {
            let Some(invoke_id) = entry.invoke_id() else { continue };
            let names = short_names(entry);
            let pairs = names.iter().flat_map(|name| wanted.iter().map(move |wanted| (name, wanted)));
            let distance = pairs.map(|(name, wanted)| edit_distance(name, wanted)).min();
            ranked.extend(distance.map(|distance| (distance, invoke_id)));
        }
        ranked.sort_unstable();
        // A text with mostly different letters is not a typo, and suggestions that are much farther away do not help.
        let farthest = letters.div_ceil(4).max(2);
        let best = ranked.first().map_or(0, |(distance, _)| *distance);
        let near = |distance: usize| distance <= farthest && distance <= best.saturating_add(1);
        let suggested =
            ranked.into_iter().filter(|(distance, _)| near(*distance)).map(|(_, id)| id.to_owned());
        suggested.take(SUGGESTIONS).collect()
    }
}

/// The names of an entry. An application profile has its own name and short id, never its model's: it
/// is chosen for how it is billed.
fn short_names(entry: &Entry) -> Vec<String> {
    if entry.kind == Kind::ApplicationProfile {
        let short_id = entry.id.rsplit('/').next().unwrap_or_default();
        return vec![name::normalized(&entry.name), name::normalized(short_id)];
    }
    let listed = name::split_geography(&entry.id).1;
    let mut names = name::short_names(entry.base_model().unwrap_or(listed), &entry.name);
    names.extend(entry.profiles.iter().map(|profile| name::normalized(&profile.id)));
    names
}

//! Resolves what users type to what can be sent: by the catalog, and by asking the service about what no list contains.

use super::control::{self, GET_MODEL, GET_PROFILE, LIST_MODELS};
use super::discovery::{Discovery, is_denied};
use crate::catalog::{Catalog, DiscoverySettings, Entry, Match, Resolution, Warning};
use crate::client::error::Error;
use crate::client::service::Service;
use crate::model_id::{ModelId, ModelKind};
use crate::models::{GetFoundationModelRequest, GetInferenceProfileRequest};

/// Finds what `text` names in the lists, or by looking it up on its own.
///
/// # Errors
///
/// `text` is a short name and the models cannot be listed.
pub(in crate::client) async fn resolve(
    service: &Service,
    discovery: &Discovery,
    text: &str,
    settings: &DiscoverySettings,
) -> Result<Resolution, Error> {
    let id = ModelId::parse(text).ok();
    if let Some(id) = id.as_ref().filter(|id| id.is_arn() && Question::about(id).is_none()) {
        return Ok(Resolution::One(Match::as_typed(id, None)));
    }
    // Part of an ARN, or among the prefixes of other tools, even before a name that is not an ID.
    let region = id.as_ref().and_then(ModelId::region).cloned();
    let region = region.or_else(|| ModelId::split_tool_prefix(text).1);
    let elsewhere = region.map(|region| settings.clone().with_region(region));
    match (discovery.models(elsewhere.as_ref().unwrap_or(settings), false).await, id) {
        (Ok(catalog), id) => Ok(resolve_parsed(service, &catalog, text, id).await),
        (Err(error), Some(id)) if id.is_whole() => {
            let found = Match::as_typed(&id, None);
            Ok(Resolution::One(found).with_warning(undescribed(&id, LIST_MODELS, &error)))
        }
        (Err(error), _) => Err(error),
    }
}

/// As [`resolve`], in a catalog that is already loaded.
pub(in crate::client) async fn resolve_in(service: &Service, catalog: &Catalog, text: &str) -> Resolution {
    resolve_parsed(service, catalog, text, ModelId::parse(text).ok()).await
}

async fn resolve_parsed(service: &Service, catalog: &Catalog, text: &str, id: Option<ModelId>) -> Resolution {
    match resolve_or_ask(service, catalog, text, id).await {
        Resolution::One(found) => {
            let anywhere = found.entry().is_some_and(Entry::is_invoked_as_configured);
            let region = service.place.apart(Some(catalog.region()).filter(|_| !anywhere));
            Resolution::One(found.in_region(region))
        }
        other => other,
    }
}

async fn resolve_or_ask(service: &Service, catalog: &Catalog, text: &str, id: Option<ModelId>) -> Resolution {
    let resolution = catalog.resolve_parsed(text, id.as_ref());
    let is_unknown = match &resolution {
        Resolution::One(found) => found.entry().is_none(),
        Resolution::None { unusable, .. } => unusable.is_empty(),
        Resolution::Several(_) => false,
    };
    let Some(id) = id.filter(|_| is_unknown) else { return resolution };
    let Some(question) = Question::about(&id) else { return resolution };
    let (action, answer) = match question {
        Question::Profile => {
            let mut request = GetInferenceProfileRequest::new(id.as_str());
            request.project_identifier = catalog.project().map(str::to_owned);
            let profile = control::inference_profile(service, catalog.region(), &request).await;
            let extend =
                |profile| catalog.extended(|listing| listing.profiles.get_or_insert_default().push(profile));
            (GET_PROFILE, profile.map(extend))
        }
        Question::Model => {
            let mut request = GetFoundationModelRequest::new(id.as_str());
            request.project_identifier = catalog.project().map(str::to_owned);
            let model = control::foundation_model(service, catalog.region(), &request).await;
            let extend = |model| catalog.extended(|listing| listing.models.extend(model));
            (GET_MODEL, model.map(|answer| extend(answer.model_details)))
        }
    };
    match answer {
        Ok(extended) => extended.resolve_parsed(text, Some(&id)),
        // According to the lists it does not exist.
        Err(error) if is_absent(&error) && matches!(resolution, Resolution::None { .. }) => resolution,
        Err(error) => resolution.with_warning(undescribed(&id, action, &error)),
    }
}

/// The operation that describes what no list contains.
enum Question {
    /// GetInferenceProfile.
    Profile,
    /// GetFoundationModel.
    Model,
}

impl Question {
    /// `None` when there is nothing to look up.
    fn about(id: &ModelId) -> Option<Self> {
        match id.kind() {
            ModelKind::InferenceProfile | ModelKind::ApplicationInferenceProfile => {
                id.is_whole().then_some(Self::Profile)
            }
            ModelKind::FoundationModel if id.is_whole() => Some(Self::Model),
            ModelKind::FoundationModel if may_be_of_application_profile(id.as_str()) => Some(Self::Profile),
            _ => None,
        }
    }
}

/// The IDs of application profiles are twelve lower-case letters and digits.
fn may_be_of_application_profile(id: &str) -> bool {
    id.len() == 12
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && id.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_absent(error: &Error) -> bool {
    matches!(error.code(), Some("ResourceNotFoundException" | "ValidationException"))
}

fn undescribed(id: &ModelId, action: &'static str, error: &Error) -> Warning {
    Warning::Undescribed {
        id: id.as_str().to_owned(),
        missing_action: is_denied(error).then_some(action),
        error: error.to_string(),
    }
}

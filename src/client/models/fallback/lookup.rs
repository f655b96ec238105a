//! Looks up the profiles that cover a model.

use std::sync::Arc;

use super::Missing;
use crate::catalog::{Catalog, Entry};
use crate::client::models::control;
use crate::client::models::discovery::Discovery;
use crate::client::service::Service;
use crate::models::{InferenceProfileModel, InferenceProfileType, ListInferenceProfilesRequest};
use crate::transport::BoxFuture;

/// The profiles that cover a model; `None` where they cannot be listed.
///
/// A function pointer, so that a program that never lists models does not link the code that joins, stores and shares
/// the lists: a twentieth of a small program.
pub(in crate::client) type Lookup =
    for<'a> fn(&'a Service, &'a Discovery, Missing<'a>) -> BoxFuture<'a, Option<Vec<String>>>;

/// Requests the profiles from the service.
pub(in crate::client) fn in_list<'a>(
    service: &'a Service,
    _: &'a Discovery,
    missing: Missing<'a>,
) -> BoxFuture<'a, Option<Vec<String>>> {
    Box::pin(async move {
        let mut request = ListInferenceProfilesRequest::new().with_type(InferenceProfileType::SystemDefined);
        request.project_identifier = missing.project.map(str::to_owned);
        let found = control::list_inference_profiles(service, missing.region, &request).await.ok()?;
        // The answer is stored, and a list that was cut must not be.
        let mut profiles = Some(found).filter(|found| !found.is_cut)?.listed;
        profiles.retain(|profile| profile.models.iter().any(|model| covers(model, missing.base)));
        Some(profiles.into_iter().map(|profile| profile.inference_profile_id).collect())
    })
}

fn covers(model: &InferenceProfileModel, base: &str) -> bool {
    model.model_arn.as_ref().is_some_and(|arn| arn.rsplit('/').next() == Some(base))
}

/// Uses the program's own listing with the client's settings, waiting for it if necessary. The project is that of the
/// request.
pub(in crate::client) fn in_catalog<'a>(
    _: &'a Service,
    discovery: &'a Discovery,
    Missing { base, region, project }: Missing<'a>,
) -> BoxFuture<'a, Option<Vec<String>>> {
    Box::pin(async move {
        let settings = discovery.settings().clone().with_region(region.clone()).for_project(project);
        let is_whole = |catalog: &Arc<Catalog>| catalog.profiles_known() && !catalog.profiles_cut();
        let catalog = discovery.models(&settings, false).await.ok().filter(is_whole)?;
        let profiles = catalog.find(base).map(Entry::profiles).unwrap_or_default();
        Some(profiles.iter().map(|profile| profile.id.clone()).collect())
    })
}

//! Where the profiles that cover a model are looked for.

use crate::Client;
use crate::catalog::Entry;
use crate::endpoint::Region;
use crate::models::{InferenceProfileModel, InferenceProfileType, ListInferenceProfilesRequest};
use crate::transport::BoxFuture;

/// The profiles that cover a model in a region; `None` where they cannot be listed.
///
/// A pointer, because a program that never lists models then does not carry the code that joins, stores and shares the
/// lists: a twentieth of a small one.
pub(in crate::client) type Lookup =
    for<'a> fn(&'a Client, &'a str, &'a Region) -> BoxFuture<'a, Option<Vec<String>>>;

/// Asks for the profiles.
pub(in crate::client) fn in_list<'a>(
    client: &'a Client,
    base: &'a str,
    region: &'a Region,
) -> BoxFuture<'a, Option<Vec<String>>> {
    Box::pin(async move {
        let request = ListInferenceProfilesRequest::new().with_type(InferenceProfileType::SystemDefined);
        let mut profiles = client.list_inference_profiles_in(region, &request).await.ok()?;
        profiles.retain(|profile| profile.models.iter().any(|model| covers(model, base)));
        Some(profiles.into_iter().map(|profile| profile.inference_profile_id).collect())
    })
}

fn covers(model: &InferenceProfileModel, base: &str) -> bool {
    model.model_arn.as_ref().is_some_and(|arn| arn.rsplit('/').next() == Some(base))
}

/// Looks into what the program's own listing with the client's settings has, or will have.
pub(in crate::client) fn in_catalog<'a>(
    client: &'a Client,
    base: &'a str,
    region: &'a Region,
) -> BoxFuture<'a, Option<Vec<String>>> {
    Box::pin(async move {
        let settings = client.discovery().clone().with_region(region.clone());
        let catalog = client.models(&settings).await.ok().filter(|catalog| catalog.profiles_known())?;
        let profiles = catalog.find(base).map(Entry::profiles).unwrap_or_default();
        Some(profiles.iter().map(|profile| profile.id.clone()).collect())
    })
}

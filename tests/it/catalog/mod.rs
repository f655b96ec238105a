//! What can be invoked, and by which id: the recorded lists, Moltbot's rules, and the resolver.

#[cfg(feature = "client")]
mod cache_file;
#[cfg(feature = "reqwest")]
mod captures;
#[cfg(feature = "client")]
mod described;
#[cfg(feature = "client")]
mod discovery;
#[cfg(feature = "client")]
mod fallback;
mod growth;
#[cfg(feature = "client")]
mod renewal;
mod resolve;
mod rules;

use bedrill::catalog::{Catalog, DiscoverySettings, Listing};
use bedrill::endpoint::Region;
use bedrill::models::{ListFoundationModelsResponse, ListInferenceProfilesResponse};
use serde_json::{Value, json};

/// A typical foundation model: it streams text and is active.
fn model(id: &str, name: &str, provider: &str, inference_types: &[&str]) -> Value {
    json!({
        "modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{id}"),
        "modelId": id,
        "modelName": name,
        "providerName": provider,
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "inferenceTypesSupported": inference_types,
        "modelLifecycle": {"status": "ACTIVE"},
    })
}

/// A system-defined profile: `geography` before the model's id.
fn profile(geography: &str, base: &str) -> Value {
    let id = format!("{geography}.{base}");
    json!({
        "inferenceProfileName": format!("{} {base}", geography.to_uppercase()),
        "inferenceProfileArn": format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/{id}"),
        "inferenceProfileId": id,
        "models": [
            {"modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{base}")},
            {"modelArn": format!("arn:aws:bedrock:us-west-2::foundation-model/{base}")},
        ],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    })
}

/// A profile made in the account.
fn application_profile(id: &str, name: &str, base: &str) -> Value {
    json!({
        "inferenceProfileName": name,
        "inferenceProfileArn": format!("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/{id}"),
        "inferenceProfileId": id,
        "models": [{"modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{base}")}],
        "status": "ACTIVE",
        "type": "APPLICATION",
    })
}

fn listing(models: &[Value], profiles: Option<&[Value]>) -> Listing {
    let models = ListFoundationModelsResponse::from_json(json!({ "modelSummaries": models })).unwrap();
    let profiles = profiles.map(|profiles| {
        let page = json!({ "inferenceProfileSummaries": profiles });
        ListInferenceProfilesResponse::from_json(page).unwrap().inference_profile_summaries.into_vec()
    });
    Listing::new(models.model_summaries.into_vec(), profiles)
}

fn catalog(region: &str, models: &[Value], profiles: &[Value], settings: &DiscoverySettings) -> Catalog {
    Catalog::new(&listing(models, Some(profiles)), &Region::new(region).unwrap(), settings)
}

/// The ids to invoke that the default listing shows, in its order.
fn listed(catalog: &Catalog) -> Vec<&str> {
    catalog.models().map(|entry| entry.invoke_id().expect("listed models can be invoked")).collect()
}

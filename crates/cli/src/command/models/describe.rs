//! An entry of the catalog in words, and as JSON.

use bedrill::catalog::{Cost, Entry, Limit, LimitSource};
use bedrill::models::ModelModality;
use serde_json::{Value, json};

use crate::setup::configuration::Configuration;

/// `text,image`; `-` where it is not known.
pub(super) fn modalities(modalities: &[ModelModality]) -> String {
    if modalities.is_empty() {
        return "-".to_owned();
    }
    modalities.iter().map(|modality| modality.as_str().to_lowercase()).collect::<Vec<_>>().join(",")
}

/// The tokens, with a `~` before a number that is only assumed.
pub(super) fn limit(limit: Limit) -> String {
    let mark = if limit.is_assumed() { "~" } else { "" };
    format!("{mark}{}", limit.tokens)
}

/// Where a limit comes from.
pub(super) fn source(limit: Limit) -> &'static str {
    match limit.source {
        LimitSource::Configured => "configured",
        LimitSource::Table => "table",
        LimitSource::Service => "service",
        _ => "assumed",
    }
}

/// Why the default listing leaves it out.
pub(super) fn reasons(entry: &Entry) -> Vec<String> {
    entry.reasons().iter().map(ToString::to_string).collect()
}

/// Its configured price.
pub(super) fn prices(configuration: &Configuration, entry: &Entry) -> Option<Cost> {
    configuration.values.manual_model(entry.id())?.cost.filter(Cost::is_known)
}

/// `cell` without characters that would start another line or column.
pub(super) fn one_line(cell: &str) -> String {
    cell.replace(['\t', '\n', '\r'], " ")
}

/// All known details, under names like the API's.
pub(super) fn json(entry: &Entry, prices: Option<Cost>) -> Value {
    let limit = |limit: Limit| json!({"tokens": limit.tokens, "source": source(limit)});
    let profiles: Vec<Value> =
        entry.profiles().iter().map(|profile| json!({"id": profile.id, "arn": profile.arn})).collect();
    let cache = entry.prompt_cache().map(
        |cache| json!({"minTokens": cache.min_tokens, "maxPoints": cache.max_points, "in": cache.places}),
    );
    let cost = prices.map(|cost| {
        json!({
            "input": cost.input,
            "output": cost.output,
            "cacheRead": cost.cache_read,
            "cacheWrite": cost.cache_write,
        })
    });
    json!({
        "id": entry.id(),
        "invokeId": entry.invoke_id(),
        "baseModel": entry.base_model(),
        "kind": entry.kind().as_str(),
        "name": entry.name(),
        "provider": entry.provider(),
        "input": entry.input(),
        "output": entry.output(),
        "streaming": entry.streaming(),
        "reasoning": entry.reasoning(),
        "lifecycle": entry.lifecycle(),
        "contextWindow": limit(entry.context_window()),
        "maxOutput": limit(entry.max_output()),
        "rejects": entry.rejects(),
        "promptCache": cache,
        "cost": cost,
        "profiles": profiles,
        "notListedBecause": reasons(entry),
    })
}

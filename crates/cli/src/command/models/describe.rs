//! An entry of the catalog in words, and as JSON.

use bedrill::catalog::Cost;
use bedrill::catalog::{Catalog, Entry, Limit, LimitSource};
use bedrill::lore::{Family, Prices};
use bedrill::models::ModelModality;
use serde_json::{Value, json};

use super::family;

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

/// The prices of an entry.
pub(super) enum EntryPrices {
    /// Those of the configuration.
    Configured(Cost),
    /// Those of the table.
    Table(Box<Prices>),
}

/// What it costs: as configured, else by the table.
pub(super) fn prices(configuration: &Configuration, catalog: &Catalog, entry: &Entry) -> Option<EntryPrices> {
    let configured = configuration.values.manual_model(entry.id()).and_then(|model| model.cost);
    if let Some(cost) = configured.filter(Cost::is_known) {
        return Some(EntryPrices::Configured(cost));
    }
    let invoked = entry.invoke_id().filter(|id| Family::of(id).is_some());
    let id = invoked.or_else(|| entry.base_model()).unwrap_or_else(|| entry.id());
    Prices::of(id, Some(catalog.region().as_str())).map(Box::new).map(EntryPrices::Table)
}

/// `cell` without characters that would start another line or column.
pub(super) fn one_line(cell: &str) -> String {
    cell.replace(['\t', '\n', '\r'], " ")
}

/// The parameters that it rejects.
pub(super) fn rejects(entry: &Entry) -> Vec<&'static str> {
    let rejects = entry.family().and_then(|family| family.rejects).unwrap_or_default();
    rejects.iter().map(|parameter| parameter.as_str()).collect()
}

/// All known details, under names like the API's.
pub(super) fn json(entry: &Entry, prices: Option<EntryPrices>) -> Value {
    let limit = |limit: Limit| json!({"tokens": limit.tokens, "source": source(limit)});
    let profiles: Vec<Value> =
        entry.profiles().iter().map(|profile| json!({"id": profile.id, "arn": profile.arn})).collect();
    let cost = prices.map(|prices| match prices {
        EntryPrices::Configured(cost) => json!({
            "input": cost.input,
            "output": cost.output,
            "cacheRead": cost.cache_read,
            "cacheWrite": cost.cache_write,
            "cacheWrite1h": cost.cache_write_1h,
        }),
        EntryPrices::Table(prices) => {
            let mut cost = family::prices_json(&prices);
            cost["asOf"] = json!(Prices::as_of());
            cost
        }
    });
    let rejects: Vec<&str> = rejects(entry);
    let row = entry.family().map(family::document);
    let cache = row.as_ref().and_then(|row| row.get("promptCache"));
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
        "rejects": rejects,
        "promptCache": cache,
        "cost": cost,
        "known": row,
        "profiles": profiles,
        "notListedBecause": reasons(entry),
    })
}

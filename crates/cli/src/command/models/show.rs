//! `bedrill models show`: everything known about one model.

use bedrill::catalog::{Catalog, Cost, Entry, Limit, Match, Resolution};
use bedrill::model_id::ModelId;
use serde_json::json;

use super::describe;
use crate::failure::Failure;
use crate::flags::Models;
use crate::screen::terminal::Output;
use crate::setup::configuration::Configuration;
use crate::setup::discovery::Discovery;

pub(super) async fn run(
    discovery: &Discovery<'_>,
    configuration: &Configuration,
    typed: &str,
    arguments: &Models,
) -> Result<(), Failure> {
    let text = ModelId::split_tool_prefix(typed).0;
    let catalog = discovery.catalog(discovery.region_of(typed).as_ref(), arguments.refresh).await?;
    let (entry, found) = match discovery.resolve(&catalog, text).await {
        Resolution::One(found) => match found.entry().cloned() {
            Some(entry) => (entry, Some(found)),
            None => return Err(undescribed(&found)),
        },
        // Show that it cannot be invoked, and why.
        Resolution::None { unusable, .. } if unusable.len() == 1 => (unusable[0].clone(), None),
        other => return Err(discovery.unresolved(text, &other, &catalog)),
    };
    let prices = describe::prices(configuration, &entry);
    let mut output = Output::stdout();
    if arguments.json {
        let mut document = describe::json(&entry, prices);
        document["invokeId"] = json!(found.as_ref().map(Match::invoke_id));
        document["region"] = json!(catalog.region().as_str());
        return output.json(&document).map_err(|error| Failure::output(&error));
    }
    let model_id = found.as_ref().map(|found| found.model_id().to_text());
    let rows = rows(&entry, model_id.as_deref(), prices, &catalog);
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    rows.iter().try_for_each(|(name, value)| {
        let value = describe::one_line(value);
        let line = if Output::is_terminal() {
            format!("{name:width$}  {value}")
        } else {
            format!("{name}\t{value}")
        };
        output.line(&line).map_err(|error| Failure::output(&error))
    })
}

/// It can be sent, but there is nothing to show.
fn undescribed(found: &Match) -> Failure {
    let why = match found.warning() {
        Some(warning) => warning.to_string(),
        None => format!("nothing is known about {}", found.invoke_id()),
    };
    Failure::failed(format!("the id can be sent as it is, but {why}"))
}

/// The names and values of the known details.
fn rows(
    entry: &Entry,
    invoke_id: Option<&str>,
    prices: Option<Cost>,
    catalog: &Catalog,
) -> Vec<(&'static str, String)> {
    let limit = |limit: Limit| {
        let source = match describe::source(limit) {
            "table" => format!("table of {}", catalog.limits_as_of()),
            other => other.to_owned(),
        };
        format!("{} tokens ({source})", describe::limit(limit))
    };
    let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let mut rows = vec![
        ("id to invoke", invoke_id.unwrap_or("none").to_owned()),
        ("name", entry.name().to_owned()),
        ("provider", entry.provider().to_owned()),
        ("kind", entry.kind().to_string()),
        ("listed as", entry.id().to_owned()),
    ];
    rows.extend(entry.base_model().map(|model| ("model", model.to_owned())));
    if !entry.profiles().is_empty() {
        let ids: Vec<&str> = entry.profiles().iter().map(|profile| profile.id.as_str()).collect();
        rows.push(("profiles", ids.join(", ")));
    }
    rows.push(("input", describe::modalities(entry.input())));
    rows.push(("output", describe::modalities(entry.output())));
    rows.push(("streaming", entry.streaming().map_or_else(|| "not known".to_owned(), yes_no)));
    rows.push(("reasoning", yes_no(entry.reasoning())));
    rows.extend(entry.lifecycle().map(|life| {
        let status = life.status.as_ref().map_or("not known", |status| status.as_str());
        let mut text = status.to_owned();
        for (what, at) in [
            ("since", &life.start_of_life_time),
            ("legacy from", &life.legacy_time),
            ("end of life", &life.end_of_life_time),
        ] {
            if let Some(at) = at {
                text.push_str(&format!(", {what} {}", at.date()));
            }
        }
        ("lifecycle", text)
    }));
    rows.push(("context window", limit(entry.context_window())));
    rows.push(("maximum output", limit(entry.max_output())));
    if !entry.rejects().is_empty() {
        rows.push(("refuses", entry.rejects().join(", ")));
    }
    rows.extend(entry.prompt_cache().map(|cache| {
        let (tokens, points, places) = (cache.min_tokens, cache.max_points, cache.places.join(", "));
        ("prompt cache", format!("at least {tokens} tokens, at most {points} points, in {places}"))
    }));
    rows.extend(prices.map(|cost| {
        let Cost { input, output, cache_read, cache_write, .. } = cost;
        let text =
            format!("{input} in, {output} out, {cache_read} from the cache, {cache_write} to the cache");
        ("cost", format!("USD per million tokens: {text}"))
    }));
    if !entry.is_listed() {
        rows.push(("not listed", describe::reasons(entry).join("; ")));
    }
    rows
}

//! `bedrill models show`: everything known about one model.

use bedrill::catalog::Cost;
use bedrill::catalog::{Entry, Limit, Match, Resolution};
use bedrill::lore::{Family, Prices, PromptCache, Rates};
use bedrill::model_id::ModelId;
use serde_json::json;

use super::describe::{self, EntryPrices};
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
    let prices = describe::prices(configuration, &catalog, &entry);
    let mut output = Output::stdout();
    if arguments.json {
        let mut document = describe::json(&entry, prices);
        document["invokeId"] = json!(found.as_ref().map(Match::invoke_id));
        document["region"] = json!(catalog.region().as_str());
        return output.json(&document).map_err(|error| Failure::output(&error));
    }
    let model_id = found.as_ref().map(|found| found.model_id().to_text());
    let rows = rows(&entry, model_id.as_deref(), prices);
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
fn rows(entry: &Entry, invoke_id: Option<&str>, prices: Option<EntryPrices>) -> Vec<(&'static str, String)> {
    let limit = |limit: Limit| {
        let source = match describe::source(limit) {
            "table" => format!("table of {}", Family::as_of()),
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
    let rejects = describe::rejects(entry);
    if !rejects.is_empty() {
        rows.push(("refuses", rejects.join(", ")));
    }
    if let Some(family) = entry.family() {
        rows.extend(of_family(family));
    }
    rows.extend(prices.map(|prices| ("cost", cost(&prices))));
    if !entry.is_listed() {
        rows.push(("not listed", describe::reasons(entry).join("; ")));
    }
    rows
}

/// What the table says of the family, and which row says it.
fn of_family(family: &Family) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let PromptCache { places, min_tokens, max_points, one_hour, .. } = family.prompt_cache;
    if let Some(places) = places.filter(|places| !places.is_empty()) {
        let mut parts = Vec::new();
        parts.extend(min_tokens.map(|tokens| format!("at least {tokens} tokens")));
        parts.extend(max_points.map(|points| format!("at most {points} points")));
        parts.push(format!("in {}", places.to_string().replace(',', ", ")));
        parts.extend(one_hour.filter(|kept| *kept).map(|_| "for an hour if asked".to_owned()));
        rows.push(("prompt cache", parts.join(", ")));
    }
    if let Some(levels) = family.reasoning.levels {
        rows.push(("reasoning levels", levels.to_string().replace(',', ", ")));
    }
    let row = match family.about() {
        Some(about) => format!("{}, checked {}: {}", family.id, about.as_of, about.sources.join("; ")),
        None => format!("{}, of --limits alone", family.id),
    };
    rows.push(("known from", row));
    rows
}

/// Prices in words.
fn cost(prices: &EntryPrices) -> String {
    let (rates, source) = match prices {
        EntryPrices::Configured(cost) => {
            let Cost { input, output, cache_read, cache_write, .. } = *cost;
            ([Some(input), Some(output), Some(cache_read), Some(cache_write)], "configured".to_owned())
        }
        EntryPrices::Table(prices) => {
            let Rates { input, output, cache_read, cache_write, .. } = prices.on_demand;
            ([input, output, cache_read, cache_write], format!("prices of {}", Prices::as_of()))
        }
    };
    let words = ["in", "out", "from the cache", "to the cache"];
    let parts: Vec<String> =
        rates.iter().zip(words).filter_map(|(price, word)| Some(format!("{} {word}", (*price)?))).collect();
    format!("USD per million tokens: {} ({source})", parts.join(", "))
}

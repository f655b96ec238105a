//! `bedrill models known`: what this version knows of families of models, without a network.

use bedrill::lore::{Family, FamilyValue, Overlay, Prices, Rates};
use serde_json::{Map, Value, json};

use super::{aligned, describe};
use crate::failure::Failure;
use crate::screen::terminal::Output;

/// The columns of the table.
const NAMES: [&str; 8] = ["FAMILY", "CONTEXT", "OUTPUT", "INPUT", "REASONING", "USD", "CHECKED", "SOURCES"];

/// Prints the families that `filter` chooses, with what `overlay` says.
pub(super) fn run(overlay: &Overlay, filter: Option<&str>, json: bool) -> Result<(), Failure> {
    let filter = filter.unwrap_or_default();
    let wanted = filter.to_lowercase();
    let of_id = overlay.family(filter).map(|family| family.id);
    let known: Vec<Family> = overlay
        .families()
        .filter(|family| {
            let has = |text: &str| text.to_lowercase().contains(&wanted);
            let name = family.about().and_then(|about| about.name);
            has(&family.id) || name.is_some_and(has) || of_id.as_ref() == Some(&family.id)
        })
        .collect();
    if known.is_empty() {
        return Err(Failure::failed(format!("no known family matches {filter:?}")));
    }
    let mut output = Output::stdout();
    if json {
        let models: Vec<Value> = known.iter().map(document).collect();
        let all = json!({"asOf": Family::as_of(), "pricesAsOf": Prices::as_of(), "models": models});
        return output.json(&all).map_err(|error| Failure::output(&error));
    }
    let rows = known.iter().map(row).collect();
    aligned(&mut output, &NAMES, rows, |column| matches!(column, 1 | 2))
}

fn row(family: &Family) -> Vec<String> {
    let dash = || "-".to_owned();
    let tokens = |tokens: Option<u64>| tokens.map_or_else(dash, |tokens| tokens.to_string());
    let about = family.about();
    let reasoning = match (family.reasoning.supported, family.reasoning.levels) {
        (Some(true), Some(levels)) => levels.to_string(),
        (Some(true), None) => "yes".to_owned(),
        (Some(false), _) => "no".to_owned(),
        (None, _) => dash(),
    };
    let usd = Prices::of(&family.id, None).and_then(|prices| {
        let Rates { input, output, .. } = prices.on_demand;
        Some(format!("{}/{}", input?, output?))
    });
    let cells = vec![
        family.id.to_string(),
        tokens(family.context_window),
        tokens(family.max_output),
        family.input.map_or_else(dash, |input| input.to_string()),
        reasoning,
        usd.unwrap_or_else(dash),
        about.as_ref().map_or("yours", |about| about.as_of).to_owned(),
        about.map_or_else(|| "--limits".to_owned(), |about| about.sources.join("; ")),
    ];
    cells.into_iter().map(|cell| describe::one_line(&cell)).collect()
}

/// Everything that is known of a family, under names like the overlay's.
pub(super) fn document(family: &Family) -> Value {
    let mut document = Map::new();
    document.insert("id".to_owned(), json!(family.id));
    let about = family.about();
    document.insert("name".to_owned(), json!(about.as_ref().and_then(|about| about.name)));
    for (name, value) in family.members() {
        let value = match value {
            FamilyValue::Number(number) => json!(number),
            FamilyValue::Flag(flag) => json!(flag),
            FamilyValue::Text(text) => json!(text),
            FamilyValue::Words(words) => json!(words),
            _ => continue,
        };
        match name.split_once('.') {
            None => document.insert(name.to_owned(), value),
            Some((outer, inner)) => {
                let outer = document.entry(outer).or_insert_with(|| json!({}));
                outer.as_object_mut().and_then(|members| members.insert(inner.to_owned(), value))
            }
        };
    }
    if let Some(prices) = Prices::of(&family.id, None) {
        document.insert("prices".to_owned(), prices_json(&prices));
    }
    document.insert("asOf".to_owned(), json!(about.as_ref().map(|about| about.as_of)));
    document.insert("endOfLife".to_owned(), json!(about.as_ref().and_then(|about| about.end_of_life)));
    document.insert("sources".to_owned(), json!(about.map(|about| about.sources).unwrap_or_default()));
    Value::Object(document)
}

/// In USD per million tokens.
pub(super) fn prices_json(prices: &Prices) -> Value {
    let mut document = rates(&prices.on_demand);
    for (name, tier) in [("batch", prices.batch), ("flex", prices.flex), ("priority", prices.priority)] {
        if let Some(tier) = tier {
            document.insert(name.to_owned(), Value::Object(rates(&tier)));
        }
    }
    if !prices.steps.is_empty() {
        let step = |(above, prices): &(u64, Rates)| {
            let mut step = rates(prices);
            step.insert("above".to_owned(), json!(above));
            Value::Object(step)
        };
        document.insert("steps".to_owned(), prices.steps.iter().map(step).collect());
    }
    Value::Object(document)
}

fn rates(rates: &Rates) -> Map<String, Value> {
    let all = [
        ("input", rates.input),
        ("output", rates.output),
        ("cacheRead", rates.cache_read),
        ("cacheWrite", rates.cache_write),
        ("cacheWrite1h", rates.cache_write_1h),
    ];
    all.into_iter().filter_map(|(name, price)| Some((name.to_owned(), json!(price?)))).collect()
}

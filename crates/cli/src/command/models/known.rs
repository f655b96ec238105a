//! `bedrill models known`: what this version knows of families of models, without a network.

use bedrill::lore::{Family, Overlay, Prices, Rates};
use serde_json::{Value, json};

use super::family::document;
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

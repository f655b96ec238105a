//! `bedrill models`: what can be invoked, by which ID, and why the rest cannot.

mod describe;
mod family;
mod known;
mod show;

use std::sync::Arc;

use bedrill::catalog::{Catalog, Entry};
use bedrill::endpoint::Region;
use bedrill::lore::Family;
use bedrill::model_id::ModelId;
use serde_json::json;

use crate::failure::Failure;
use crate::flags::{Common, ModelChoice, Models, ModelsCommand};
use crate::screen::terminal::{Output, note};
use crate::setup::configuration;
use crate::setup::configuration::Configuration;
use crate::setup::discovery::Discovery;
use crate::setup::environment::Environment;

/// The column of numbers, aligned to the right.
const CONTEXT: usize = 3;

/// Lists models, or shows one.
pub(crate) fn run(arguments: &Models, common: &Common) -> Result<(), Failure> {
    let environment = Environment::read(common)?;
    let configuration = configuration::load(common, &environment)?;
    if let Some(ModelsCommand::Known { filter }) = &arguments.command {
        let filter = filter.as_deref().or(arguments.choice.filter.as_deref());
        return known::run(&configuration.overlay, filter, arguments.json);
    }
    let client = crate::setup::client::builder(common, Arc::new(environment), &configuration).build()?;
    let mut discovery = Discovery::new(client, common, &configuration);
    if let Some(project) = &arguments.project {
        discovery = discovery.with_project(project);
    }
    crate::runtime::in_runtime(async {
        match &arguments.command {
            Some(ModelsCommand::Show { model }) => {
                show::run(&discovery, &configuration, model, arguments).await
            }
            Some(ModelsCommand::List { choice }) => {
                // Flags may stand before the word, too.
                let (before, mut choice) = (&arguments.choice, choice.clone());
                choice.all |= before.all;
                choice.provider.extend_from_slice(&before.provider);
                list(&discovery, &configuration, arguments, &choice, common).await
            }
            // The second is printed above.
            None | Some(ModelsCommand::Known { .. }) => {
                list(&discovery, &configuration, arguments, &arguments.choice, common).await
            }
        }
    })
}

async fn list(
    discovery: &Discovery<'_>,
    configuration: &Configuration,
    arguments: &Models,
    wanted: &ModelChoice,
    common: &Common,
) -> Result<(), Failure> {
    let filter = wanted.filter.as_deref().unwrap_or_default().to_lowercase();
    let catalog = discovery.catalog(discovery.region_of(&filter).as_ref(), arguments.refresh).await?;
    let choice = Choice::of(ModelId::split_tool_prefix(&filter).0, &wanted.provider);
    let (listed, hidden): (Vec<&Entry>, Vec<&Entry>) = catalog
        .all()
        .iter()
        .filter(|entry| choice.takes(entry))
        .partition(|entry| wanted.all || entry.is_listed());
    let mut output = Output::stdout();
    if arguments.json {
        let document = document(&catalog, configuration, &listed);
        output.json(&document).map_err(|error| Failure::output(&error))?;
    } else {
        table(&mut output, &listed, wanted.all, discovery.apart(&catalog))?;
    }
    drop(output);
    if !listed.is_empty() && !arguments.json {
        discovery.tell_region(&catalog);
    }
    let words = || nothing(discovery, &catalog, hidden.len());
    if listed.is_empty() && choice.is_a_choice() {
        return Err(Failure::failed(words()));
    }
    if listed.is_empty() && !common.quiet {
        note(&format!("bedrill: {}", words()));
    }
    Ok(())
}

/// Why no model is listed.
fn nothing(discovery: &Discovery<'_>, catalog: &Catalog, hidden: usize) -> String {
    if hidden > 0 {
        return format!("no model that matches can be listed; --all shows {hidden} with the reason");
    }
    match discovery.switched_off() {
        Some(place) => format!("no configured model matches, and discovery is off at {place}"),
        None => format!("no model of {} matches", catalog.region()),
    }
}

/// The filter that the arguments set.
struct Choice<'a> {
    /// In lower case; empty for everything.
    text: &'a str,
    /// In lower case; none for all.
    providers: Vec<String>,
}

impl<'a> Choice<'a> {
    fn of(text: &'a str, providers: &[String]) -> Self {
        Self { text, providers: providers.iter().map(|name| name.trim().to_lowercase()).collect() }
    }

    /// Whether it can leave anything out.
    fn is_a_choice(&self) -> bool {
        !(self.text.is_empty() && self.providers.is_empty())
    }

    fn takes(&self, entry: &Entry) -> bool {
        let provider = entry.provider().to_lowercase();
        let of_id = entry.base_model().and_then(|id| id.split('.').next()).unwrap_or_default();
        let of_wanted = self.providers.is_empty()
            || self.providers.iter().any(|wanted| *wanted == provider || *wanted == of_id.to_lowercase());
        let has = |text: &str| text.to_lowercase().contains(self.text);
        of_wanted
            && (has(entry.id())
                || entry.invoke_id().is_some_and(has)
                || has(entry.name())
                || has(entry.provider())
                || entry.profiles().iter().any(|profile| has(&profile.id)))
    }
}

/// Aligned columns under their names on a terminal, lines with tabs elsewhere.
///
/// Ids name `apart`, when other requests go to another region.
fn table(
    output: &mut Output,
    entries: &[&Entry],
    with_reasons: bool,
    apart: Option<&Region>,
) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = entries.iter().map(|entry| row(entry, with_reasons, apart)).collect();
    let names = ["ID", "NAME", "INPUT", "CONTEXT", "KIND", "NOT LISTED BECAUSE"];
    let columns = if with_reasons { names.len() } else { names.len() - 1 };
    aligned(output, &names[..columns], rows, |column| column == CONTEXT)
}

/// Rows under the names of their columns on a terminal, lines with tabs elsewhere. Numbers are aligned to the right.
fn aligned(
    output: &mut Output,
    names: &[&str],
    mut rows: Vec<Vec<String>>,
    is_number: impl Fn(usize) -> bool,
) -> Result<(), Failure> {
    let mut line = |text: &str| output.line(text).map_err(|error| Failure::output(&error));
    if !Output::is_terminal() {
        return rows.iter().try_for_each(|row| line(&row.join("\t")));
    }
    if rows.is_empty() {
        return Ok(());
    }
    rows.insert(0, names.iter().map(|name| (*name).to_owned()).collect());
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    rows.iter().try_for_each(|row| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(
                |(column, (cell, &width))| {
                    if is_number(column) { format!("{cell:>width$}") } else { format!("{cell:width$}") }
                },
            )
            .collect();
        line(cells.join("  ").trim_end())
    })
}

/// The cells of an entry, each on one line and without tabs.
fn row(entry: &Entry, with_reasons: bool, apart: Option<&Region>) -> Vec<String> {
    let id = match (entry.model_id(), apart) {
        (Some(id), Some(region)) if !entry.is_invoked_as_configured() => {
            id.clone().with_region(region.clone()).to_text().into_owned()
        }
        (Some(id), _) => id.as_str().to_owned(),
        (None, _) => entry.id().to_owned(),
    };
    let mut cells = vec![
        id,
        entry.name().to_owned(),
        describe::modalities(entry.input()),
        describe::limit(entry.context_window()),
        entry.kind().to_string(),
    ];
    if with_reasons {
        cells.push(describe::reasons(entry).join("; "));
    }
    cells.into_iter().map(|cell| describe::one_line(&cell)).collect()
}

fn document(catalog: &Catalog, configuration: &Configuration, entries: &[&Entry]) -> serde_json::Value {
    let warnings: Vec<String> = catalog.warnings().iter().map(ToString::to_string).collect();
    let models: Vec<_> = entries
        .iter()
        .map(|entry| describe::json(entry, describe::prices(configuration, catalog, entry)))
        .collect();
    json!({
        "region": catalog.region().as_str(),
        "profilesKnown": catalog.profiles_known(),
        "limitsAsOf": Family::as_of(),
        "warnings": warnings,
        "models": models,
    })
}

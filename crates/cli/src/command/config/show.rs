//! `bedrill config show`: every setting, its value, and its origin.

use std::fmt::Display;
use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use bedrill::Client;
use bedrill::catalog::DiscoverySettings;
use bedrill::client::SettingOrigin;
use bedrill::config::{BedrockDiscovery, Config, Located};
use bedrill::converse::guardrail::GuardrailConfiguration;
use bedrill::endpoint::Plane;
use bedrill::machine::{Machine as _, ProfileFiles, SelectedBy};
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::flags::Common;
use crate::screen::terminal::{Output, note};
use crate::setup::configuration::Configuration;
use crate::setup::environment::Environment;

const DISCOVERY: &str = "models.bedrockDiscovery";
const MODELS: &str = "models.providers.\"amazon-bedrock\".models";

/// A setting with its effective value.
struct Row {
    name: String,
    /// `null` for a default that is a rule.
    value: Value,
    /// The rule, in words.
    rule: &'static str,
    origin: Origin,
}

/// Where a value comes from.
enum Origin {
    Flag(&'static str),
    Variable(String),
    File(String),
    Profile(String),
    Default,
}

impl Origin {
    fn kind(&self) -> &'static str {
        match self {
            Self::Flag(_) => "flag",
            Self::Variable(_) => "variable",
            Self::File(_) => "file",
            Self::Profile(_) => "profile",
            Self::Default => "default",
        }
    }

    fn place(&self) -> &str {
        match self {
            Self::Flag(flag) => flag,
            Self::Variable(place) | Self::File(place) | Self::Profile(place) => place,
            Self::Default => "default",
        }
    }

    /// With the file that sets the variable, where one does.
    fn marked(self, environment: &Environment) -> Self {
        match self {
            Self::Variable(place) => Self::Variable(environment.mark(&place)),
            other => other,
        }
    }
}

/// Prints all settings: JSON, a table on a terminal, or lines with tabs.
pub(super) fn run(
    configuration: &Configuration,
    common: &Common,
    environment: Environment,
    json: bool,
) -> Result<(), Failure> {
    let rows = rows(configuration, common, environment);
    let mut output = Output::stdout();
    let mut line = |text: &str| output.line(text).map_err(|error| Failure::output(&error));
    if json {
        return line(&document(configuration, rows).to_string());
    }
    let cells: Vec<_> = rows.iter().map(cells).collect();
    if !io::stdout().is_terminal() {
        return cells.iter().try_for_each(|row| line(&row.join("\t")));
    }
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (name, value) = (width(0), width(1));
    cells.iter().try_for_each(|row| line(&format!("{:name$}  {:value$}  {}", row[0], row[1], row[2])))
}

fn document(configuration: &Configuration, rows: Vec<Row>) -> Value {
    let settings: Map<String, Value> = rows
        .into_iter()
        .map(|row| {
            let entry =
                json!({ "value": row.value, "source": row.origin.kind(), "from": row.origin.place() });
            (row.name, entry)
        })
        .collect();
    let file = configuration.file.as_ref().map(|path| path.display().to_string());
    json!({ "file": file, "settings": settings })
}

/// Name, value and place, each on one line and without tabs.
fn cells(row: &Row) -> [String; 3] {
    let value = match &row.value {
        Value::Null => format!("({})", row.rule),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => format!("({})", row.rule),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    [row.name.clone(), value, row.origin.place().to_owned()].map(|cell| cell.replace(['\t', '\n', '\r'], " "))
}

fn rows(configuration: &Configuration, common: &Common, environment: Environment) -> Vec<Row> {
    let say = |what: &str, error: &dyn Display| {
        if !common.quiet {
            note(&format!("bedrill: {what}: {error}"));
        }
    };
    let environment = Arc::new(environment);
    let profiles = ProfileFiles::load(&*environment, common.profile.as_deref());
    let client = crate::setup::client::builder(common, Arc::clone(&environment) as _, configuration).build();
    match (&profiles, &client) {
        (Err(error), _) => say("the profile's settings are left out", error),
        (Ok(_), Err(error)) => say("no request can be made with these settings", error),
        (Ok(_), Ok(_)) => {}
    }
    let (profiles, client) = (profiles.ok(), client.ok());
    let settings = Settings { configuration, common, host: &environment, profiles, client };
    let mut rows = vec![settings.model(), settings.region(), settings.profile(), settings.endpoint()];
    rows.extend(settings.discovery(&configuration.values.discovery));
    let prefer = configuration.values.prefer_bearer.as_ref();
    rows.push(settings.of_file("auth.preferBearer", prefer, |prefer| json!(prefer), json!(true), ""));
    let requests = &configuration.values.requests;
    if let Some(guardrail) = &requests.guardrail {
        let written = |guardrail: &GuardrailConfiguration| {
            let part = |text: &Option<String>| text.clone().unwrap_or_default();
            json!(format!("{}:{}", part(&guardrail.guardrail_identifier), part(&guardrail.guardrail_version)))
        };
        rows.push(settings.of_file("guardrail", Some(guardrail), written, Value::Null, ""));
    }
    if let Some(tier) = &requests.params.service_tier {
        rows.push(settings.of_file("serviceTier", Some(tier), |tier| json!(tier.as_str()), Value::Null, ""));
    }
    for (index, model) in configuration.values.provider.models.iter().enumerate() {
        let name = format!("{MODELS}[{index}]");
        rows.push(settings.of_file(&name, Some(model), |model| json!(model.id), Value::Null, ""));
    }
    rows.into_iter().map(|row| Row { origin: row.origin.marked(&environment), ..row }).collect()
}

struct Settings<'a> {
    configuration: &'a Configuration,
    common: &'a Common,
    host: &'a Environment,
    profiles: Option<ProfileFiles>,
    /// The settings that requests use; `None` when no request can be made.
    client: Option<Client>,
}

impl Settings<'_> {
    fn values(&self) -> &Config {
        &self.configuration.values
    }

    fn of_file<T>(
        &self,
        name: &str,
        value: Option<&Located<T>>,
        json: impl Fn(&T) -> Value,
        default: Value,
        rule: &'static str,
    ) -> Row {
        let (value, origin) = match value {
            Some(located) => (json(located.value()), Origin::File(self.configuration.origin(located))),
            None => (default, Origin::Default),
        };
        Row { name: name.to_owned(), value, rule, origin }
    }

    /// What the client reports about one of its settings; `of_caller` is the origin if a flag or the configuration set
    /// it.
    fn of_client(&self, value: &str, origin: &SettingOrigin, of_caller: Origin) -> Option<(Value, Origin)> {
        let origin = match origin {
            SettingOrigin::Caller => of_caller,
            SettingOrigin::Variable(name) => Origin::Variable(name.clone()),
            SettingOrigin::Fallback(place) => Origin::File(place.clone()),
            SettingOrigin::Profile(place) => Origin::Profile(place.clone()),
            _ => return None,
        };
        Some((json!(value), origin))
    }

    fn model(&self) -> Row {
        let of_file = || {
            let (model, origin) = self.configuration.model()?;
            Some((json!(model), Origin::File(origin)))
        };
        let of_variable = || {
            let name = "BEDRILL_MODEL";
            Some((json!(self.host.setting(name)?), Origin::Variable(name.to_owned())))
        };
        let found = of_variable().or_else(of_file);
        row("model", found, Value::Null, "none; name one with chat -m")
    }

    fn region(&self) -> Row {
        let found = self.client.as_ref().and_then(|client| {
            let region = client.home_region().as_str();
            self.of_client(region, &client.region_origin(), Origin::Flag("--region"))
        });
        let default = self.client.as_ref().map(|client| json!(client.home_region().as_str()));
        row("region", found, default.unwrap_or_default(), "not known")
    }

    fn profile(&self) -> Row {
        let found = self.profiles.as_ref().and_then(|profiles| {
            let origin = match profiles.selected_by() {
                SelectedBy::Caller => Origin::Flag("--profile"),
                SelectedBy::Variable(name) => Origin::Variable(name.to_owned()),
                _ => return None,
            };
            Some((json!(profiles.selected_name()), origin))
        });
        row("profile", found, json!("default"), "")
    }

    fn endpoint(&self) -> Row {
        let found = self.client.as_ref().and_then(|client| {
            let (url, origin) = client.endpoint_setting(Plane::Data)?;
            let of_file = self.values().provider.custom_base_url().map(|url| self.configuration.origin(url));
            let of_caller = match of_file.filter(|_| self.common.endpoint_url.is_none()) {
                Some(place) => Origin::File(place),
                None => Origin::Flag("--endpoint-url"),
            };
            self.of_client(url, origin, of_caller)
        });
        row("endpoint", found, Value::Null, "the region's host")
    }

    fn discovery(&self, discovery: &BedrockDiscovery) -> [Row; 6] {
        let name = |key: &str| format!("{DISCOVERY}.{key}");
        let seconds = DiscoverySettings::REFRESH_INTERVAL.as_secs();
        [
            self.of_file(
                &name("enabled"),
                discovery.enabled.as_ref(),
                |enabled| json!(enabled),
                Value::Null,
                "when there are credentials",
            ),
            self.of_file(
                &name("region"),
                discovery.region.as_ref(),
                |region| json!(region.as_str()),
                Value::Null,
                "that of requests",
            ),
            self.of_file(
                &name("providerFilter"),
                discovery.provider_filter.as_ref(),
                |names| json!(names),
                json!([]),
                "all",
            ),
            self.of_file(
                &name("refreshInterval"),
                discovery.refresh_interval.as_ref(),
                |interval| json!(interval.as_secs()),
                json!(seconds),
                "",
            ),
            self.of_file(
                &name("defaultContextWindow"),
                discovery.default_context_window.as_ref(),
                |tokens| json!(tokens),
                json!(DiscoverySettings::CONTEXT_WINDOW),
                "",
            ),
            self.of_file(
                &name("defaultMaxTokens"),
                discovery.default_max_tokens.as_ref(),
                |tokens| json!(tokens),
                json!(DiscoverySettings::MAX_TOKENS),
                "",
            ),
        ]
    }
}

fn row(name: &str, found: Option<(Value, Origin)>, default: Value, rule: &'static str) -> Row {
    let (value, origin) = found.unwrap_or((default, Origin::Default));
    Row { name: name.to_owned(), value, rule, origin }
}

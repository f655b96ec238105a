//! Configurations: the examples as they are written, and what is said about bad ones.

mod bad;
mod places;
mod requests;

use std::time::Duration;

use bedrill::catalog::{Cost, DiscoverySettings, ManualModel};
use bedrill::config::{Config, Located, Position};
use bedrill::endpoint::Region;
use bedrill::models::ModelModality;
use proptest::prelude::*;

/// The examples of Moltbot's page about Bedrock, as a user would paste them.
const DISCOVERY_EXAMPLE: &str = r#"{
  models: {
    bedrockDiscovery: {
      enabled: true,
      region: "us-east-1",
      providerFilter: ["anthropic", "amazon"],
      refreshInterval: 3600,
      defaultContextWindow: 32000,
      defaultMaxTokens: 4096
    }
  }
}"#;

const MANUAL_EXAMPLE: &str = r#"{
  models: {
    providers: {
      "amazon-bedrock": {
        baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com",
        api: "bedrock-converse-stream",
        auth: "aws-sdk",
        models: [
          {
            id: "anthropic.claude-opus-4-5-20251101-v1:0",
            name: "Claude Opus 4.5 (Bedrock)",
            reasoning: true,
            input: ["text", "image"],
            cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
            contextWindow: 200000,
            maxTokens: 8192
          }
        ]
      }
    }
  },
  agents: {
    defaults: {
      model: { primary: "amazon-bedrock/anthropic.claude-opus-4-5-20251101-v1:0" }
    }
  }
}"#;

#[track_caller]
fn clean(text: &str) -> Config {
    let (config, problems) = Config::read(text);
    assert_eq!(problems, [], "{text}");
    config
}

fn at(line: usize, column: usize) -> Option<Position> {
    Some(Position { line, column })
}

#[test]
fn the_discovery_example_works_as_written() {
    let config = clean(DISCOVERY_EXAMPLE);
    let (discovery, settings) = (&config.discovery, DiscoverySettings::from(&config));
    let enabled = discovery.enabled.as_ref().expect("enabled");
    assert_eq!((enabled.value(), enabled.position()), (&true, at(4, 16)));
    let region = discovery.region.as_ref().expect("a region");
    assert_eq!((region.value(), region.position()), (&Region::new("us-east-1").expect("valid"), at(5, 15)));
    assert_eq!(settings.region(), Some(region.value()));
    assert_eq!(settings.provider_filter(), ["amazon", "anthropic"]);
    assert_eq!(settings.refresh_interval(), Some(Duration::from_secs(3600)));
    assert_eq!(settings.default_context_window(), 32_000);
    assert_eq!(settings.default_max_tokens(), 4_096);
    assert_eq!(discovery.default_max_tokens.as_ref().and_then(Located::position), at(9, 25));
}

#[test]
fn the_manual_example_works_as_written() {
    let config = clean(MANUAL_EXAMPLE);
    let id = "anthropic.claude-opus-4-5-20251101-v1:0";
    assert_eq!(config.primary_model(), Some(id));
    assert_eq!(config.primary.as_ref().and_then(Located::position), at(24, 25));
    let provider = &config.provider;
    let url = provider.base_url.as_ref().expect("a URL");
    assert_eq!(url.value(), "https://bedrock-runtime.us-east-1.amazonaws.com");
    assert_eq!(provider.base_url_region(), Some(Region::new("us-east-1").expect("valid")));
    assert_eq!(provider.custom_base_url(), None);

    let mut expected = ManualModel::new(id);
    expected.name = Some("Claude Opus 4.5 (Bedrock)".to_owned());
    expected.reasoning = Some(true);
    expected.input = Some(vec![ModelModality::Text, ModelModality::Image]);
    expected.cost = Some(Cost::default());
    expected.context_window = Some(200_000);
    expected.max_tokens = Some(8_192);
    assert_eq!(config.manual_model(id), Some(&expected));
    assert_eq!(provider.models[0].position(), at(9, 11));
}

#[test]
fn both_examples_may_stand_in_one_file_with_comments_and_trailing_commas() {
    let text = r#"
// bedrill reads what it knows.
{
  models: {
    mode: 'merge', /* another's */
    bedrockDiscovery: { enabled: true, providerFilter: 'Anthropic', refreshInterval: 0x10, },
    providers: { "amazon-bedrock": { models: [ { id: 'a.b', name: 'B', }, ], }, },
  },
  agents: { defaults: { model: "amazon-bedrock/a.b", }, },
  auth: { preferBearer: false, },
}
"#;
    let config = clean(text);
    let settings = DiscoverySettings::from(&config);
    assert_eq!(settings.provider_filter(), ["anthropic"]);
    assert_eq!(settings.refresh_interval(), Some(Duration::from_secs(16)));
    assert_eq!(config.primary_model(), Some("a.b"));
    assert!(!config.prefers_bearer());
    let mut expected = ManualModel::new("a.b");
    expected.name = Some("B".to_owned());
    expected.reasoning = Some(false);
    expected.input = Some(vec![ModelModality::Text]);
    assert_eq!(config.manual_model("a.b"), Some(&expected));
}

#[test]
fn an_empty_file_is_all_defaults() {
    for text in ["", "// nothing yet\n", "{}", "\u{feff}{ }"] {
        let config = clean(text);
        assert_eq!(config, Config::default());
        assert!(config.prefers_bearer());
        assert_eq!(DiscoverySettings::from(&config), DiscoverySettings::new());
    }
}

#[test]
fn what_is_not_ours_is_ignored_without_a_word() {
    let text = r#"{
  meta: { lastTouchedVersion: "2026.1.24" },
  env: { OPENAI_API_KEY: "x", vars: { B: 1 } },
  model: 5, agent: [], discovery: null, provider: "x", region: false,
  auth: { profiles: { "anthropic:me": { provider: "anthropic", mode: "oauth" } }, order: {}, cooldowns: 1 },
  agents: {
    defaults: {
      model: { primary: "openai/gpt-5", fallbacks: ["amazon-bedrock/x"], timeoutMs: 1 },
      models: { "amazon-bedrock/x": { alias: "x" } }, imageModel: {}, workspace: "~/w", maxConcurrent: 4,
    },
    list: [{ id: "main" }],
  },
  models: {
    mode: "merge", pricing: {},
    providers: {
      openai: { baseUrl: 1, models: 2, api: 3 },
      "amazon-bedrock-mantle": { baseUrl: 1 },
      "amazon-bedrock": {
        apiKey: "${KEY}", headers: { a: "b" }, authHeader: true,
        models: [{ id: "a.b", headers: {}, compat: { x: 1 }, api: "bedrock-converse-stream" }],
      },
    },
  },
  plugins: {
    enabled: true, load: [], slots: 4,
    entries: {
      telegram: 1,
      "amazon-bedrock": { enabled: true, hooks: { awsRegion: 1 } },
    },
  },
  channels: { enabled: [1, { b: [] }] },
}"#;
    let config = clean(text);
    assert_eq!(config.primary_model(), None);
    assert_eq!(config.primary.as_ref().map(|primary| primary.value().as_str()), Some("openai/gpt-5"));
    assert_eq!(config.provider.models.len(), 1);
    for elsewhere in
        ["plugins: 1", "plugins: { entries: [] }", "plugins: { entries: { 'amazon-bedrock': true } }"]
    {
        clean(&format!("{{ {elsewhere} }}"));
    }
}

#[test]
fn the_newer_place_for_discovery_fills_what_the_older_one_leaves_out() {
    let text = r#"{
  models: { bedrockDiscovery: { region: "eu-west-1" } },
  plugins: { entries: { "amazon-bedrock": { config: { discovery: {
    enabled: false, region: "us-west-2", providerFilter: ["amazon"], refreshInterval: 5,
    defaultContextWindow: 6, defaultMaxTokens: 7,
  } } } } },
}"#;
    let config = clean(text);
    let (discovery, settings) = (&config.discovery, DiscoverySettings::from(&config));
    assert_eq!(discovery.region.as_ref().expect("a region").value().as_str(), "eu-west-1");
    assert_eq!(discovery.enabled.as_ref().map(Located::value), Some(&false));
    assert_eq!(discovery.enabled.as_ref().and_then(Located::position), at(4, 14));
    assert_eq!(settings.provider_filter(), ["amazon"]);
    assert_eq!(settings.refresh_interval(), Some(Duration::from_secs(5)));
    assert_eq!((settings.default_context_window(), settings.default_max_tokens()), (6, 7));
}

#[test]
fn numbers_are_floored_and_those_without_sense_mean_the_default() {
    for (key_and_value, interval, window, limit) in [
        ("refreshInterval: 0", 0, 32_000, 4_096),
        ("refreshInterval: 59.9", 59, 32_000, 4_096),
        ("refreshInterval: 0.9", 0, 32_000, 4_096),
        ("refreshInterval: -1", 0, 32_000, 4_096),
        ("defaultContextWindow: 64000.7", 3_600, 64_000, 4_096),
        ("defaultContextWindow: 0", 3_600, 32_000, 4_096),
        ("defaultContextWindow: 0.5", 3_600, 32_000, 4_096),
        ("defaultContextWindow: -7", 3_600, 32_000, 4_096),
        ("defaultMaxTokens: 1", 3_600, 32_000, 1),
        ("defaultMaxTokens: 0", 3_600, 32_000, 4_096),
        ("defaultMaxTokens: 4294967295", 3_600, 32_000, 4_294_967_295),
    ] {
        let text = format!("{{ models: {{ bedrockDiscovery: {{ {key_and_value} }} }} }}");
        let settings = DiscoverySettings::from(&Config::parse(&text).expect(&text));
        assert_eq!(settings.refresh_interval().map_or(0, |it| it.as_secs()), interval, "{text}");
        assert_eq!(settings.default_context_window(), window, "{text}");
        assert_eq!(settings.default_max_tokens(), limit, "{text}");
    }
}

#[test]
fn provider_names_are_trimmed_and_blank_ones_left_out() {
    let names = |filter: &str| {
        let text = format!("{{ models: {{ bedrockDiscovery: {{ providerFilter: {filter} }} }} }}");
        let discovery = Config::parse(&text).expect(&text).discovery;
        discovery.provider_filter.expect("a filter").value().clone()
    };
    assert_eq!(names("[' Anthropic ', '', 'Mistral AI']"), ["Anthropic", "Mistral AI"]);
    assert_eq!(names("' anthropic, amazon ,'"), ["anthropic", "amazon"]);
    assert_eq!(names("[]"), [""; 0]);
}

#[test]
fn only_a_model_of_bedrock_is_the_primary_model() {
    for (written, model) in [
        ("amazon-bedrock/us.amazon.nova-lite-v1:0", Some("us.amazon.nova-lite-v1:0")),
        ("  amazon-bedrock/x.y ", Some("x.y")),
        ("bedrock/x.y", Some("x.y")),
        ("aws-bedrock/x.y", Some("x.y")),
        ("amazon-bedrock/arn:aws:bedrock:us-east-1:1:p/x", Some("arn:aws:bedrock:us-east-1:1:p/x")),
        ("arn:aws:bedrock:us-east-1:1:p/x", Some("arn:aws:bedrock:us-east-1:1:p/x")),
        ("anthropic/claude-opus-4-5", None),
        ("opus", None),
        ("amazon-bedrock/", None),
        ("amazon-bedrock-mantle/x", None),
    ] {
        let config = clean(&format!("{{ agents: {{ defaults: {{ model: {{ primary: '{written}' }} }} }} }}"));
        assert_eq!(config.primary_model(), model, "{written}");
    }
}

#[test]
fn the_last_value_of_a_repeated_key_is_used() {
    let text = "{ auth: { preferBearer: true }, auth: { preferBearer: true, preferBearer: false } }";
    assert!(!Config::parse(text).expect("warnings only").prefers_bearer());
}

#[test]
fn a_value_with_an_error_counts_as_absent_and_the_rest_is_read() {
    let (config, problems) =
        Config::read("{ models: { bedrockDiscovery: { enabled: 1, region: 'eu-west-1' } }, auth: [] }");
    assert_eq!(problems.len(), 2);
    assert_eq!(config.discovery.enabled, None);
    assert!(config.discovery.region.is_some());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("{"), Just("}"), Just("["), Just("]"), Just(":"), Just(","), Just("'"), Just("\""), Just("\\"),
                Just("//"), Just("/*"), Just("*/"), Just("\n"), Just("\r"), Just("\u{2028}"), Just("\u{1f600}"),
                Just("models:"), Just("bedrockDiscovery:"), Just("providers:"), Just("'amazon-bedrock':"),
                Just("refreshInterval:"), Just("1e999"), Just("0x"), Just("-"), Just("null"), Just("\\u"), Just("d83d"),
                Just("\\x4"), Just("\\\r\n"), Just("Infinity"), Just("id:"), Just("cost:"), Just("'x'"),
            ],
            0..40,
        ),
    ) {
        let text = pieces.concat();
        for text in [text.clone(), format!("{{models:{{bedrockDiscovery:{{{text}")] {
            let (_, problems) = Config::read(&text);
            for problem in problems {
                prop_assert!(problem.position().line >= 1 && problem.position().column >= 1);
            }
        }
    }
}

//! What requests carry: guardrail, service tier, cache retention, aliases; and what of OpenClaw's is not read.

use bedrill::config::{CacheRetention, Config, Problem};
use bedrill::converse::ServiceTierType;
use bedrill::converse::guardrail::{GuardrailStreamProcessingMode, GuardrailTrace};

use super::clean;

fn problems(text: &str) -> Vec<String> {
    Config::read(text).1.iter().map(Problem::to_string).collect()
}

fn plugin(config: &str) -> String {
    format!("{{ plugins: {{ entries: {{ 'amazon-bedrock': {{ config: {{ {config} }} }} }} }} }}")
}

#[test]
fn the_guardrail_is_read_whole() {
    let text = plugin(
        "guardrail: { guardrailIdentifier: 'abc', guardrailVersion: 'DRAFT', streamProcessingMode: 'async', trace: 'enabled_full' }",
    );
    let guardrail = clean(&text).requests.guardrail.expect("a guardrail").into_value();
    assert_eq!(guardrail.guardrail_identifier.as_deref(), Some("abc"));
    assert_eq!(guardrail.guardrail_version.as_deref(), Some("DRAFT"));
    assert_eq!(guardrail.stream_processing_mode, Some(GuardrailStreamProcessingMode::Async));
    assert_eq!(guardrail.trace, Some(GuardrailTrace::EnabledFull));
    assert_eq!(clean(&plugin("guardrail: null")).requests.guardrail, None);
}

#[test]
fn half_a_guardrail_is_an_error() {
    for (guardrail, problem) in [
        ("{}", "needs a guardrailIdentifier and a guardrailVersion"),
        ("{ guardrailIdentifier: 'abc' }", "needs a guardrailIdentifier and a guardrailVersion"),
        (
            "{ guardrailIdentifier: ' ', guardrailVersion: '1' }",
            "needs a guardrailIdentifier and a guardrailVersion",
        ),
        ("{ guardrailIdentifier: 'abc', guardrailVersion: 1 }", "found a number"),
        ("{ guardrailIdentifier: '${ID}', guardrailVersion: '1' }", "${VARIABLE} is not supported"),
        (
            "{ guardrailIdentifier: 'a', guardrailVersion: '1', trace: 'on' }",
            "one of enabled, disabled, enabled_full",
        ),
        ("'abc'", "expected an object"),
    ] {
        let found = problems(&plugin(&format!("guardrail: {guardrail}")));
        assert!(
            found.iter().any(|found| found.contains(": error: ") && found.contains(problem)),
            "{found:?}"
        );
        assert!(found.iter().all(|found| found.contains(".config.guardrail")), "{found:?}");
    }
}

#[test]
fn keys_of_the_plugin_that_are_not_used_are_named_without_their_values() {
    let found = problems(&plugin(
        "awsRegion: 'canary', awsProfile: 'canary', awsAuthentication: 'canary', awsBedrockEndpoint: 1, reasoningEffort: 1",
    ));
    assert_eq!(found.len(), 5, "{found:?}");
    for (found, said) in found.iter().zip(["AWS_REGION", "AWS_PROFILE", "bedrill auth", "baseUrl", ""]) {
        assert!(found.contains(": warning: ") && found.contains("is not used by bedrill"), "{found}");
        assert!(found.contains(said) && !found.contains("canary"), "{found}");
    }
}

#[test]
fn a_models_own_parameters_take_precedence_over_those_of_all() {
    let text = "{ agents: { defaults: { params: { serviceTier: 'flex', cacheRetention: 'short' }, models: {
        'amazon-bedrock/us.anthropic.a': { alias: 'Opus', params: { service_tier: 'priority' } },
        'amazon.b': { alias: 'opus', params: { cacheRetention: 'long' } },
        'openai/gpt': { alias: 'gpt' },
    } } } }";
    let requests = clean(text).requests;
    let params = |id| {
        let params = requests.params_for(id);
        (
            params.service_tier.map(|tier| tier.into_value()),
            params.cache_retention.map(|kept| kept.into_value()),
        )
    };
    assert_eq!(params("us.anthropic.a"), (Some(ServiceTierType::Priority), Some(CacheRetention::Short)));
    assert_eq!(params("amazon.b"), (Some(ServiceTierType::Flex), Some(CacheRetention::Long)));
    assert_eq!(params("x.y"), (Some(ServiceTierType::Flex), Some(CacheRetention::Short)));
    for (alias, id) in [
        ("Opus", Some("us.anthropic.a")),
        ("opus", Some("amazon.b")),
        ("OPUS", Some("us.anthropic.a")),
        ("gpt", None),
    ] {
        assert_eq!(requests.model_of_alias(alias), id, "{alias}");
    }
    let found = problems("{ agents: { defaults: { params: { serviceTier: 'auto', cacheRetention: 1 } } } }");
    assert!(found[0].contains("one of default, flex, priority, reserved"), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn what_other_tools_would_put_into_the_text_is_named() {
    for (text, said) in [
        ("{ $include: './other.json5' }", "$include: is not supported"),
        ("{ env: { AWS_REGION: 'x' } }", "env: is not supported: set these variables"),
        ("{ env: { vars: { BEDRILL_MODEL: 'x' } } }", "env: is not supported"),
        ("{ models: { bedrockDiscovery: { region: '${AWS_REGION}' } } }", "${VARIABLE} is not supported"),
        ("{ agents: { defaults: { model: '${M}' } } }", "${VARIABLE} is not supported"),
    ] {
        let found = problems(text);
        assert!(found.len() == 1 && found[0].contains(said), "{text}: {found:?}");
    }
}

#[test]
fn regions_that_disagree_or_look_wrong_are_warned_about() {
    let both = |region: &str| {
        problems(&format!(
            "{{ models: {{ bedrockDiscovery: {{ region: '{region}' }}, providers: {{ 'amazon-bedrock': \
             {{ baseUrl: 'https://bedrock-runtime.eu-west-1.amazonaws.com' }} }} }} }}"
        ))
    };
    assert_eq!(both("eu-west-1"), [""; 0]);
    let found = both("us-east-1");
    assert!(
        found.len() == 1
            && found[0].contains("baseUrl: is of eu-west-1, and the region at 1:41 is us-east-1"),
        "{found:?}"
    );
    for region in ["us-esat-1", "useast1", "us-east", "eu-middle-1"] {
        let found = problems(&format!("{{ models: {{ bedrockDiscovery: {{ region: '{region}' }} }} }}"));
        assert!(
            found.len() == 1 && found[0].contains(&format!("no region of AWS is named like {region}")),
            "{found:?}"
        );
    }
    for region in [
        "us-east-1",
        "ap-southeast-7",
        "us-gov-west-1",
        "cn-northwest-1",
        "eusc-de-east-1",
        "us-isob-east-1",
        "mx-central-1",
    ] {
        clean(&format!("{{ models: {{ bedrockDiscovery: {{ region: '{region}' }} }} }}"));
    }
}

#[test]
fn our_own_file_has_settings_at_its_top_and_no_keys_of_others() {
    let (config, found) =
        Config::read_own("{ model: 'nova-micro', region: 'eu-west-1', system: 'Be brief.' }");
    assert_eq!(found, []);
    assert_eq!(config.model.expect("a model").value(), "nova-micro");
    assert_eq!(config.region.expect("a region").value().as_str(), "eu-west-1");
    assert_eq!(config.system.expect("a prompt").value(), "Be brief.");
    let text = "{ mdoel: 1, channels: 2, agents: { list: 3, defaults: { model: { primry: 'x' } } },
        models: { mode: 'merge', providers: { openai: 4 } }, plugins: { entries: { telegram: 5 } }, auth: { order: 6 } }";
    let paths: Vec<_> = Config::read_own(text).1.iter().map(|problem| problem.path().to_owned()).collect();
    let expected = [
        "mdoel",
        "channels",
        "agents.list",
        "agents.defaults.model.primry",
        "models.providers.openai",
        "auth.order",
    ];
    assert_eq!(paths, expected);
    assert!(Config::read(text).1.iter().all(|problem| problem.path() == "agents.defaults.model.primry"));
}

#[test]
fn a_bare_id_is_a_primary_model() {
    for (written, model) in [
        ("amazon.nova-micro-v1:0", true),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", true),
        ("us-gov.amazon.nova-lite-v1:0", true),
        ("gpt-4.1", false),
        ("opus", false),
        ("openai/gpt.5", false),
        ("a.", false),
    ] {
        let config = clean(&format!("{{ agents: {{ defaults: {{ model: '{written}' }} }} }}"));
        assert_eq!(config.primary_model(), Some(written).filter(|_| model), "{written}");
    }
}

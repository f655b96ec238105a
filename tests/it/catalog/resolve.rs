//! What users type, and what is sent.

use bedrill::catalog::{Catalog, DiscoverySettings, Resolution};
use bedrill::endpoint::Region;

use super::{application_profile, catalog, listing, model, profile};

const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const US_SONNET: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const TEAM: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456";

fn us_east_1() -> Catalog {
    let models = [
        model("anthropic.claude-3-5-sonnet-20240620-v1:0", "Claude 3.5 Sonnet", "Anthropic", &["ON_DEMAND"]),
        model(
            "anthropic.claude-3-5-sonnet-20241022-v2:0",
            "Claude 3.5 Sonnet v2",
            "Anthropic",
            &["ON_DEMAND"],
        ),
        model("anthropic.claude-3-haiku-20240307-v1:0", "Claude 3 Haiku", "Anthropic", &["ON_DEMAND"]),
        model("anthropic.claude-3-haiku-20240307-v1:0:48k", "Claude 3 Haiku", "Anthropic", &["PROVISIONED"]),
        model(
            "anthropic.claude-haiku-4-5-20251001-v1:0",
            "Claude Haiku 4.5",
            "Anthropic",
            &["INFERENCE_PROFILE"],
        ),
        model(
            "anthropic.claude-sonnet-4-20250514-v1:0",
            "Claude Sonnet 4",
            "Anthropic",
            &["INFERENCE_PROFILE"],
        ),
        model(SONNET, "Claude Sonnet 4.5", "Anthropic", &["INFERENCE_PROFILE"]),
        model("anthropic.claude-opus-4-6-v1", "Claude Opus 4.6", "Anthropic", &["INFERENCE_PROFILE"]),
        model("anthropic.claude-v2:1", "Claude", "Anthropic", &["ON_DEMAND"]),
        model("amazon.nova-pro-v1:0", "Nova Pro", "Amazon", &["INFERENCE_PROFILE"]),
        model("amazon.nova-lite-v1:0", "Nova Lite", "Amazon", &["ON_DEMAND", "INFERENCE_PROFILE"]),
        model("amazon.nova-premier-v1:0", "Nova Premier", "Amazon", &["INFERENCE_PROFILE"]),
        model("amazon.nova-premier-v1:0:8k", "Nova Premier", "Amazon", &[]),
        model("openai.gpt-oss-120b-1:0", "gpt-oss-120b", "OpenAI", &["ON_DEMAND"]),
        model("deepseek.r1-v1:0", "DeepSeek-R1", "DeepSeek", &["INFERENCE_PROFILE"]),
        model("meta.llama3-3-70b-instruct-v1:0", "Llama 3.3 70B Instruct", "Meta", &["INFERENCE_PROFILE"]),
        model("writer.palmyra-x5-v1:0", "Palmyra X5", "Writer", &["INFERENCE_PROFILE"]),
    ];
    let profiles = [
        profile("us", "anthropic.claude-haiku-4-5-20251001-v1:0"),
        profile("us", "anthropic.claude-sonnet-4-20250514-v1:0"),
        profile("us", SONNET),
        profile("global", SONNET),
        profile("global", "anthropic.claude-opus-4-6-v1"),
        profile("us", "amazon.nova-pro-v1:0"),
        profile("us", "amazon.nova-lite-v1:0"),
        profile("us", "amazon.nova-premier-v1:0"),
        profile("us", "deepseek.r1-v1:0"),
        profile("us", "meta.llama3-3-70b-instruct-v1:0"),
        application_profile("abc123def456", "Team A", SONNET),
    ];
    catalog("us-east-1", &models, &profiles, &DiscoverySettings::new())
}

/// A resolution in one line: the id; `several` and the ids; `none`, the suggestions, and what cannot be used.
fn line(resolution: &Resolution) -> String {
    match resolution {
        Resolution::One(found) => found.invoke_id().to_owned(),
        Resolution::Several(entries) => {
            let ids: Vec<&str> = entries.iter().filter_map(|entry| entry.invoke_id()).collect();
            format!("several {}", ids.join(" "))
        }
        Resolution::None { nearest, unusable, .. } => {
            let unusable: Vec<&str> = unusable.iter().map(|entry| entry.id()).collect();
            format!("none [{}] [{}]", nearest.join(" "), unusable.join(" "))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_users_type_names_one_model_several_or_none() {
    let catalog = us_east_1();
    let table = [
        // Full ids.
        ("anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"),
        ("amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
        ("us.amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0"),
        ("openai.gpt-oss-120b-1:0", "openai.gpt-oss-120b-1:0"),
        ("anthropic.claude-v2:1", "anthropic.claude-v2:1"),
        (" us.amazon.nova-pro-v1:0\n", "us.amazon.nova-pro-v1:0"),
        // Full ids of models that are served only through a profile.
        (SONNET, US_SONNET),
        ("amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0"),
        ("anthropic.claude-opus-4-6-v1", "global.anthropic.claude-opus-4-6-v1"),
        // Ids of profiles are sent as they are, even when another is nearer.
        (US_SONNET, US_SONNET),
        (
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        // The prefixes of other tools, and litellm's region.
        ("bedrock/us.amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0"),
        ("bedrock/converse/amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0"),
        ("amazon-bedrock/anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"),
        ("amazon-bedrock/nova-pro", "us.amazon.nova-pro-v1:0"),
        ("bedrock/us-east-1/amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0"),
        ("bedrock/us-west-2/anthropic.claude-v9:0", "anthropic.claude-v9:0"),
        // ARNs of every kind, of this region, of others, of other partitions.
        (TEAM, TEAM),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0",
        ),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        ),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0"),
        (
            "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0",
            "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0",
        ),
        (
            "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-3-haiku-20240307-v1:0",
            "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-3-haiku-20240307-v1:0",
        ),
        (
            "arn:aws-cn:bedrock:cn-north-1:123456789012:provisioned-model/abcdef123456",
            "arn:aws-cn:bedrock:cn-north-1:123456789012:provisioned-model/abcdef123456",
        ),
        (
            "arn:aws-iso:bedrock:us-iso-east-1:123456789012:custom-model/amazon.titan/abcdef123456",
            "arn:aws-iso:bedrock:us-iso-east-1:123456789012:custom-model/amazon.titan/abcdef123456",
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abc",
            "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abc",
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:imported-model/abc",
            "arn:aws:bedrock:us-east-1:123456789012:imported-model/abc",
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1",
            "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1",
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT12345:1",
            "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT12345:1",
        ),
        (
            "arn:aws:sagemaker:us-east-1:123456789012:endpoint/my-endpoint",
            "arn:aws:sagemaker:us-east-1:123456789012:endpoint/my-endpoint",
        ),
        (
            "bedrock/arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/other",
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/other",
        ),
        // Short names.
        ("claude-sonnet-4-5", US_SONNET),
        ("nova-pro", "us.amazon.nova-pro-v1:0"),
        ("nova-lite", "amazon.nova-lite-v1:0"),
        ("claude-sonnet-4", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
        ("anthropic.claude-sonnet-4-5", US_SONNET),
        ("claude-sonnet-4-5-20250929", US_SONNET),
        ("claude-sonnet-4-5-20250929-v1", US_SONNET),
        ("Claude Sonnet 4.5", US_SONNET),
        ("CLAUDE_SONNET_4.5", US_SONNET),
        ("gpt-oss-120b", "openai.gpt-oss-120b-1:0"),
        ("deepseek-r1", "us.deepseek.r1-v1:0"),
        ("r1", "us.deepseek.r1-v1:0"),
        ("llama 3.3 70b instruct", "us.meta.llama3-3-70b-instruct-v1:0"),
        ("opus", "global.anthropic.claude-opus-4-6-v1"),
        ("team a", TEAM),
        ("abc123def456", TEAM),
        ("claude-3-haiku", "anthropic.claude-3-haiku-20240307-v1:0"),
        ("nova-premier", "us.amazon.nova-premier-v1:0"),
        // A geography before a short name.
        ("us.claude-sonnet-4-5", US_SONNET),
        ("us.nova-lite", "us.amazon.nova-lite-v1:0"),
        ("global.claude-sonnet-4-5", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("us.anthropic.claude-sonnet-4-5", US_SONNET),
        ("eu.claude-sonnet-4-5", "none [us.anthropic.claude-sonnet-4-5-20250929-v1:0] []"),
        // Several: a newer one is not preferred.
        (
            "claude-3-5-sonnet",
            "several anthropic.claude-3-5-sonnet-20240620-v1:0 anthropic.claude-3-5-sonnet-20241022-v2:0",
        ),
        (
            "haiku",
            "several anthropic.claude-3-haiku-20240307-v1:0 us.anthropic.claude-haiku-4-5-20251001-v1:0",
        ),
        ("nova", "several amazon.nova-lite-v1:0 us.amazon.nova-premier-v1:0 us.amazon.nova-pro-v1:0"),
        // None: the nearest, or what prevents it.
        ("claude-sonet-4-5", "none [us.anthropic.claude-sonnet-4-5-20250929-v1:0] []"),
        ("novapro", "none [us.amazon.nova-pro-v1:0] []"),
        ("eu.amazon.nova-pro-v1:0", "none [us.amazon.nova-pro-v1:0] []"),
        ("palmyra-x5", "none [] [writer.palmyra-x5-v1:0]"),
        ("amazon.nova-premier-v1:0:8k", "none [us.amazon.nova-premier-v1:0] [amazon.nova-premier-v1:0:8k]"),
        ("zzzzzzzzzzzz", "none [] []"),
        ("", "none [] []"),
        ("///", "none [] []"),
    ];
    assert!(table.len() >= 40, "{}", table.len());
    let mut wrong = Vec::new();
    for (typed, expected) in table {
        let found = line(&catalog.resolve(typed));
        if found != expected {
            wrong.push(format!("{typed:?}\n   is {found}\n  not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn a_single_word_does_not_hide_the_longer_names_that_begin_with_it() {
    let Resolution::Several(entries) = us_east_1().resolve("claude") else { panic!("not several") };
    assert!(entries.len() >= 7, "{}", entries.len());
}

#[test]
fn the_catalog_reports_what_it_knows_about_a_match_and_whether_it_changed_the_id() {
    let catalog = us_east_1();
    let one = |typed: &str| match catalog.resolve(typed) {
        Resolution::One(found) => found,
        other => panic!("{typed}: {other:?}"),
    };
    assert!(one("bedrock/us.amazon.nova-pro-v1:0").is_as_typed());
    assert!(one(TEAM).is_as_typed());
    assert!(!one("nova-pro").is_as_typed());
    assert!(!one("amazon.nova-pro-v1:0").is_as_typed());
    assert_eq!(one("nova-pro").entry().map(|entry| entry.name()), Some("Nova Pro"));
    assert_eq!(one(TEAM).entry().and_then(|entry| entry.base_model()), Some(SONNET));
    let elsewhere = "arn:aws-cn:bedrock:cn-north-1:123456789012:provisioned-model/abcdef123456";
    assert_eq!(one(elsewhere).entry(), None);
}

#[test]
fn without_the_profiles_an_id_of_one_is_for_the_service_to_judge() {
    let listing = listing(&[model(SONNET, "Claude Sonnet 4.5", "Anthropic", &["INFERENCE_PROFILE"])], None);
    let catalog = Catalog::new(&listing, &Region::new("us-east-1").unwrap(), &DiscoverySettings::new());
    assert_eq!(line(&catalog.resolve(US_SONNET)), US_SONNET);
    assert_eq!(line(&catalog.resolve("claude-sonnet-4-5")), format!("none [] [{SONNET}]"));
}

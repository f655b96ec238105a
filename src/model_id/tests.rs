use super::ModelKind::*;
use super::*;

const ACCOUNT: &str = "arn:aws:bedrock:eu-west-3:123456789012";

/// Id as written, id as sent, kind, region in it, base model.
type Case = (&'static str, &'static str, ModelKind, Option<&'static str>, Option<&'static str>);

/// Without a prefix of another tool, an id is sent as it was written.
const AS_WRITTEN: &str = "";

const IDS: [Case; 62] = [
    // Plain ids.
    ("anthropic.claude-v2", AS_WRITTEN, FoundationModel, None, Some("anthropic.claude-v2")),
    ("anthropic.claude-v2:1", AS_WRITTEN, FoundationModel, None, Some("anthropic.claude-v2:1")),
    ("amazon.nova-lite-v1:0", AS_WRITTEN, FoundationModel, None, Some("amazon.nova-lite-v1:0")),
    ("amazon.nova-lite-v1:0:300k", AS_WRITTEN, FoundationModel, None, Some("amazon.nova-lite-v1:0:300k")),
    ("openai.gpt-oss-120b-1:0", AS_WRITTEN, FoundationModel, None, Some("openai.gpt-oss-120b-1:0")),
    ("qwen.qwen3-32b-v1:0", AS_WRITTEN, FoundationModel, None, Some("qwen.qwen3-32b-v1:0")),
    ("us.small-model", AS_WRITTEN, FoundationModel, None, Some("us.small-model")),
    ("my_model", AS_WRITTEN, FoundationModel, None, Some("my_model")),
    // Inference profiles of every geography.
    ("us.anthropic.claude-v2:1", AS_WRITTEN, InferenceProfile, None, Some("anthropic.claude-v2:1")),
    ("eu.anthropic.claude-v2:1", AS_WRITTEN, InferenceProfile, None, Some("anthropic.claude-v2:1")),
    ("apac.amazon.nova-pro-v1:0", AS_WRITTEN, InferenceProfile, None, Some("amazon.nova-pro-v1:0")),
    ("jp.anthropic.claude-x-v1:0", AS_WRITTEN, InferenceProfile, None, Some("anthropic.claude-x-v1:0")),
    ("au.anthropic.claude-x-v1:0", AS_WRITTEN, InferenceProfile, None, Some("anthropic.claude-x-v1:0")),
    ("ca.amazon.nova-lite-v1:0", AS_WRITTEN, InferenceProfile, None, Some("amazon.nova-lite-v1:0")),
    ("amer.amazon.nova-lite-v1:0", AS_WRITTEN, InferenceProfile, None, Some("amazon.nova-lite-v1:0")),
    ("global.anthropic.claude-x-v1:0", AS_WRITTEN, InferenceProfile, None, Some("anthropic.claude-x-v1:0")),
    ("us-gov.anthropic.claude-v2", AS_WRITTEN, InferenceProfile, None, Some("anthropic.claude-v2")),
    // ARNs of every kind.
    (
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        AS_WRITTEN,
        FoundationModel,
        Some("us-east-1"),
        Some("amazon.nova-lite-v1:0"),
    ),
    (
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
        AS_WRITTEN,
        InferenceProfile,
        Some("us-east-1"),
        Some("amazon.nova-lite-v1:0"),
    ),
    (
        "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-v2",
        AS_WRITTEN,
        InferenceProfile,
        Some("us-gov-west-1"),
        Some("anthropic.claude-v2"),
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:inference-profile/mars.amazon.nova-lite-v1:0",
        AS_WRITTEN,
        InferenceProfile,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc123",
        AS_WRITTEN,
        ApplicationInferenceProfile,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:provisioned-model/abcdefghijkl",
        AS_WRITTEN,
        ProvisionedModel,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:custom-model/amazon.titan/abcdefghijkl",
        AS_WRITTEN,
        CustomModel,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:custom-model-deployment/abcdefghijkl",
        AS_WRITTEN,
        CustomModelDeployment,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:imported-model/abcdefghijkl",
        AS_WRITTEN,
        ImportedModel,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:prompt-router/abc",
        AS_WRITTEN,
        PromptRouter,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:default-prompt-router/anthropic.claude:1",
        AS_WRITTEN,
        PromptRouter,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:bedrock:eu-west-3:123456789012:prompt/ABCDEFGHIJ:7",
        AS_WRITTEN,
        Prompt,
        Some("eu-west-3"),
        None,
    ),
    (
        "arn:aws:sagemaker:us-west-2:123456789012:endpoint/my-endpoint",
        AS_WRITTEN,
        MarketplaceEndpoint,
        Some("us-west-2"),
        None,
    ),
    (
        "arn:aws-cn:bedrock:cn-north-1:123456789012:provisioned-model/a",
        AS_WRITTEN,
        ProvisionedModel,
        Some("cn-north-1"),
        None,
    ),
    // As other tools write them.
    (
        "bedrock/amazon.nova-lite-v1:0",
        "amazon.nova-lite-v1:0",
        FoundationModel,
        None,
        Some("amazon.nova-lite-v1:0"),
    ),
    ("bedrock/us.amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0", InferenceProfile, None, {
        Some("amazon.nova-lite-v1:0")
    }),
    ("bedrock/converse/us.a.b", "us.a.b", InferenceProfile, None, Some("a.b")),
    ("converse/us.a.b", "us.a.b", InferenceProfile, None, Some("a.b")),
    ("amazon-bedrock/global.a.b", "global.a.b", InferenceProfile, None, Some("a.b")),
    ("aws-bedrock/us.a.b", "us.a.b", InferenceProfile, None, Some("a.b")),
    ("amazon-bedrock/bedrock/a.b", "a.b", FoundationModel, None, Some("a.b")),
    ("bedrock/invoke/us.a.b", "us.a.b", InferenceProfile, None, Some("a.b")),
    ("bedrock/converse_like/us.a.b", "us.a.b", InferenceProfile, None, Some("a.b")),
    ("bedrock/us-east-1/invoke/a.b", "a.b", FoundationModel, Some("us-east-1"), Some("a.b")),
    ("bedrock:us.a.b:0", "us.a.b:0", InferenceProfile, None, Some("a.b:0")),
    ("bedrock:converse:a.b", "a.b", FoundationModel, None, Some("a.b")),
    ("bedrock_converse:us.a.b", "us.a.b", InferenceProfile, None, Some("a.b")),
    ("amazon-bedrock:a.b", "a.b", FoundationModel, None, Some("a.b")),
    ("us.a.b[1m]", "us.a.b", InferenceProfile, None, Some("a.b")),
    ("bedrock/eu.a.b [1m] ", "eu.a.b", InferenceProfile, None, Some("a.b")),
    (
        "bedrock/llama/arn:aws:bedrock:eu-west-3:123456789012:imported-model/abc",
        "arn:aws:bedrock:eu-west-3:123456789012:imported-model/abc",
        ImportedModel,
        Some("eu-west-3"),
        None,
    ),
    ("bedrock/us-west-2/a.b", "a.b", FoundationModel, Some("us-west-2"), Some("a.b")),
    ("bedrock/us-gov-east-1/a.b", "a.b", FoundationModel, Some("us-gov-east-1"), Some("a.b")),
    ("bedrock/ap-northeast-1/converse/a.b", "a.b", FoundationModel, Some("ap-northeast-1"), Some("a.b")),
    ("bedrock/converse/eu-west-1/eu.a.b", "eu.a.b", InferenceProfile, Some("eu-west-1"), Some("a.b")),
    (
        "bedrock/arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc123",
        "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc123",
        ApplicationInferenceProfile,
        Some("eu-west-3"),
        None,
    ),
    (
        "bedrock/converse/arn:aws:bedrock:us-east-1::foundation-model/a.b",
        "arn:aws:bedrock:us-east-1::foundation-model/a.b",
        FoundationModel,
        Some("us-east-1"),
        Some("a.b"),
    ),
    (
        "bedrock/us-west-2/arn:aws:bedrock:us-east-1::foundation-model/a.b",
        "arn:aws:bedrock:us-east-1::foundation-model/a.b",
        FoundationModel,
        Some("us-east-1"),
        Some("a.b"),
    ),
    // Text that only resembles a prefix or a region is part of the id.
    ("bedrock-model", AS_WRITTEN, FoundationModel, None, Some("bedrock-model")),
    ("bedrocks/a.b", AS_WRITTEN, FoundationModel, None, Some("bedrocks/a.b")),
    ("us-west-2/a.b", AS_WRITTEN, FoundationModel, None, Some("us-west-2/a.b")),
    ("bedrock/us/a.b", "us/a.b", FoundationModel, None, Some("us/a.b")),
    ("bedrock/llama-3/a.b", "llama-3/a.b", FoundationModel, None, Some("llama-3/a.b")),
    ("bedrock/us-west-2x/a.b", "us-west-2x/a.b", FoundationModel, None, Some("us-west-2x/a.b")),
    (" \tbedrock/a.b\n", "a.b", FoundationModel, None, Some("a.b")),
];

#[test]
fn ids_are_read_as_users_write_them() {
    for (written, sent, kind, region, base) in IDS {
        let id = ModelId::parse(written).expect(written);
        assert_eq!(id.as_str(), if sent == AS_WRITTEN { written } else { sent }, "{written}");
        assert_eq!(id.kind(), kind, "{written}");
        assert_eq!(id.region().map(Region::as_str), region, "{written}");
        assert_eq!(id.base_model(), base, "{written}");
        assert_eq!(id.is_arn(), id.as_str().starts_with("arn:"), "{written}");
        assert_eq!(id.to_string(), id.as_str());
        // A sent id parses to itself, so an id may be parsed again.
        let again: ModelId = id.as_str().parse().expect(written);
        assert_eq!((again.as_str(), again.kind()), (id.as_str(), id.kind()), "{written}");
        // Its text keeps the region too.
        assert_eq!(ModelId::parse(&id.to_text()).as_ref(), Ok(&id), "{written}");
    }
}

#[test]
fn a_text_that_cannot_be_an_id_says_why_and_what_one_looks_like() {
    let of = |resource: &str| format!("{ACCOUNT}:{resource}");
    for (text, problem) in [
        (String::new(), "it is empty"),
        (" \n".to_owned(), "it is empty"),
        ("bedrock/".to_owned(), "it is empty"),
        ("bedrock/us-west-2/".to_owned(), "it is empty"),
        ("a b".to_owned(), "a character other than"),
        ("a%3A0".to_owned(), "a character other than"),
        ("a?x=1".to_owned(), "a character other than"),
        ("a#b".to_owned(), "a character other than"),
        ("a\\b".to_owned(), "a character other than"),
        ("modèle".to_owned(), "a character other than"),
        ("a\u{1b}]52;c;x".to_owned(), "a character other than"),
        ("a\r\nx-evil: 1".to_owned(), "a character other than"),
        ("a/../b".to_owned(), "path segment"),
        ("..".to_owned(), "path segment"),
        ("./a".to_owned(), "path segment"),
        ("a//b".to_owned(), "path segment"),
        ("/a".to_owned(), "path segment"),
        ("a/".to_owned(), "path segment"),
        ("a".repeat(2_049), "longer than 2,048"),
        ("arn:".to_owned(), "an incomplete ARN"),
        ("arn:aws:bedrock:us-east-1".to_owned(), "an incomplete ARN"),
        (of("imported-model"), "without TYPE/NAME"),
        (of("guardrail/abc"), "cannot be invoked"),
        (of("model-customization-job/abc"), "cannot be invoked"),
        ("arn:aws:s3:us-east-1:1:bucket/a".to_owned(), "another service"),
        ("arn:aws:sagemaker:us-east-1:1:model/a".to_owned(), "another service"),
        ("arn:aws:bedrock:US:1:prompt/a".to_owned(), "region"),
        ("arn:aws:bedrock::1:prompt/a".to_owned(), "region"),
        ("arn:aws:bedrock:evil.test:1:prompt/a".to_owned(), "region"),
    ] {
        let error = ModelId::parse(&text).expect_err(&text).to_string();
        assert!(error.contains(problem), "{error}");
        assert!(error.contains("one looks like anthropic.claude-3-haiku-20240307-v1:0"), "{error}");
        assert!(!error.contains(char::is_control), "{error:?}");
        assert!(error.len() < 600, "{error}");
    }
}

#[test]
fn an_id_as_long_as_the_api_allows_is_read() {
    assert!(ModelId::parse(&"a".repeat(2_048)).is_ok());
}

#[test]
fn prefixes_of_other_tools_are_removed_even_when_nothing_follows() {
    for (text, rest, region) in [
        ("bedrock/", "", None),
        ("amazon-bedrock/", "", None),
        ("aws-bedrock/", "", None),
        (" bedrock/converse/nova ", "nova", None),
        ("amazon-bedrock/us.amazon", "us.amazon", None),
        ("bedrock/us-west-2/", "", Some("us-west-2")),
        ("bedrock/us-west-2/Nova Pro", "Nova Pro", Some("us-west-2")),
        ("us-west-2/nova", "us-west-2/nova", None),
        ("nova", "nova", None),
    ] {
        let (id, found) = ModelId::split_tool_prefix(text);
        assert_eq!((id, found.as_ref().map(Region::as_str)), (rest, region), "{text}");
    }
}

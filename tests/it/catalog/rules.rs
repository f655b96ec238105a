//! The rules of the catalog, Moltbot's among them, one by one.

use bedrill::catalog::{DiscoverySettings, Kind, LimitSource, ManualModel, Reason};
use bedrill::lore::{Overlay, Parameter};
use bedrill::models::ModelModality;
use serde_json::{Value, json};

use super::{application_profile, catalog, listed, listing, model, profile};

/// What the listing says about one model, after `change`.
fn reasons(change: impl FnOnce(&mut Value)) -> Vec<Reason> {
    let mut one = model("acme.writer-v1:0", "Writer", "Acme", &["ON_DEMAND"]);
    change(&mut one);
    let catalog = catalog("us-east-1", &[one], &[], &DiscoverySettings::new());
    catalog.all().first().map(|entry| entry.reasons().to_vec()).expect("an entry")
}

fn names(models: &[Value], settings: &DiscoverySettings) -> Vec<String> {
    catalog("us-east-1", models, &[], settings).models().map(|entry| entry.name().to_owned()).collect()
}

#[test]
fn a_model_without_an_id_is_not_a_model() {
    let models =
        [model("  ", "Blank", "Acme", &["ON_DEMAND"]), json!({"modelName": "Nameless"}), json!(null)];
    assert!(catalog("us-east-1", &models, &[], &DiscoverySettings::new()).all().is_empty());
}

#[test]
fn only_models_that_say_that_they_stream_are_listed() {
    assert_eq!(reasons(|_| {}), []);
    for value in [json!(false), Value::Null] {
        assert_eq!(reasons(|model| model["responseStreamingSupported"] = value), [Reason::NotStreaming]);
    }
}

#[test]
fn only_models_that_write_text_are_listed_whatever_the_case() {
    assert_eq!(reasons(|model| model["outputModalities"] = json!(["IMAGE", "text"])), []);
    for value in [json!(["IMAGE"]), json!([]), Value::Null] {
        assert_eq!(reasons(|model| model["outputModalities"] = value), [Reason::NoTextOutput]);
    }
}

#[test]
fn only_active_models_are_listed_whatever_the_case() {
    assert_eq!(reasons(|model| model["modelLifecycle"]["status"] = json!("active")), []);
    let legacy = reasons(|model| model["modelLifecycle"]["status"] = json!("LEGACY"));
    assert_eq!(legacy, [Reason::NotActive(Some("LEGACY".to_owned()))]);
    assert_eq!(reasons(|model| model["modelLifecycle"] = Value::Null), [Reason::NotActive(None)]);
}

#[test]
fn the_end_of_life_is_kept() {
    let mut old = model("acme.old-v1:0", "Old", "Acme", &["ON_DEMAND"]);
    old["modelLifecycle"] = json!({"status": "LEGACY", "endOfLifeTime": "2027-03-01T00:00:00Z"});
    let catalog = catalog("us-east-1", &[old], &[], &DiscoverySettings::new());
    let end = catalog.all()[0].lifecycle().and_then(|lifecycle| lifecycle.end_of_life_time.clone());
    assert_eq!(end.expect("a date").date(), "2027-03-01");
}

#[test]
fn a_provider_filter_matches_the_name_or_the_part_of_the_id() {
    let models = [
        model("mistral.large-v1:0", "Large", "Mistral AI", &["ON_DEMAND"]),
        model("ai21.jamba-v1:0", "Jamba", "AI21 Labs", &["ON_DEMAND"]),
        json!({
            "modelId": "acme.writer-v1:0", "outputModalities": ["TEXT"], "responseStreamingSupported": true,
            "modelLifecycle": {"status": "ACTIVE"},
        }),
    ];
    let with = |filter: &[&str]| names(&models, &DiscoverySettings::new().with_provider_filter(filter));
    assert_eq!(with(&[]), ["acme.writer-v1:0", "Jamba", "Large"]);
    assert_eq!(
        with(&["mistral"]),
        ["Large"],
        "better than Moltbot, which would compare with `Mistral AI` only"
    );
    assert_eq!(with(&[" MISTRAL AI "]), ["Large"]);
    assert_eq!(with(&["ai21 labs", "Acme"]), ["acme.writer-v1:0", "Jamba"]);
    assert_eq!(with(&["", " "]), ["acme.writer-v1:0", "Jamba", "Large"]);
    assert_eq!(with(&["mist"]), [""; 0], "a part of a name is another name");
    let settings = DiscoverySettings::new().with_provider_filter(["ai21"]);
    let catalog = catalog("us-east-1", &models, &[], &settings);
    assert_eq!(catalog.find("mistral.large-v1:0").unwrap().reasons(), [Reason::OtherProvider]);
}

#[test]
fn names_ids_and_modalities_are_those_of_the_list() {
    let mut one = model(" acme.writer-v1:0 ", " Writer ", "Acme", &["ON_DEMAND"]);
    one["inputModalities"] = json!(["TEXT", "IMAGE", "SPEECH"]);
    let catalog = catalog("us-east-1", &[one], &[], &DiscoverySettings::new());
    let entry = &catalog.all()[0];
    assert_eq!((entry.id(), entry.name(), entry.provider()), ("acme.writer-v1:0", "Writer", "Acme"));
    assert_eq!(entry.input(), [ModelModality::Text, ModelModality::Image, ModelModality::Speech]);
    assert!(entry.reads_images());
}

#[test]
fn a_model_reasons_when_its_name_or_the_table_or_the_service_says_so() {
    let reasoning = |mut one: Value, extra: Value| {
        one["converse"] = extra;
        catalog("us-east-1", &[one], &[], &DiscoverySettings::new()).all()[0].reasoning()
    };
    let of = |id: &str, name: &str| reasoning(model(id, name, "Acme", &["ON_DEMAND"]), Value::Null);
    assert!(of("acme.deep-thinking-v1:0", "Deep"));
    assert!(of("acme.deep-v1:0", "Deep Reasoning"));
    assert!(!of("acme.deep-v1:0", "Deep"));
    assert!(of("anthropic.claude-opus-4-5-20251101-v1:0", "Claude Opus 4.5"));
    let plain = model("acme.deep-v1:0", "Deep", "Acme", &["ON_DEMAND"]);
    assert!(reasoning(plain.clone(), json!({"reasoningSupported": {"embedded": false}})));
    assert!(!reasoning(plain, json!({"reasoningSupported": null})));
}

#[test]
fn limits_come_from_the_table_then_the_service_then_the_defaults() {
    let limits = |id: &str, extra: Value, settings: &DiscoverySettings| {
        let mut one = model(id, "M", "Acme", &["ON_DEMAND"]);
        one["converse"] = extra;
        let catalog = catalog("us-east-1", &[one], &[], settings);
        let (window, output) = (catalog.all()[0].context_window(), catalog.all()[0].max_output());
        ((window.tokens, window.source), (output.tokens, output.source))
    };
    let plain = DiscoverySettings::new();
    let service = json!({"maxTokensMaximum": 7_777});
    assert_eq!(
        limits("amazon.nova-pro-v1:0", service.clone(), &plain),
        ((300_000, LimitSource::Table), (10_000, LimitSource::Table))
    );
    assert_eq!(
        limits("acme.writer-v1:0", service, &plain),
        ((32_000, LimitSource::Assumed), (7_777, LimitSource::Service))
    );
    let mut mine = Overlay::new();
    mine.set("acme.writer", "contextWindow", "5").unwrap();
    let settings = plain.with_default_max_tokens(99).with_overlay(mine);
    assert_eq!(
        limits("acme.writer-v1:0", Value::Null, &settings),
        ((5, LimitSource::Table), (99, LimitSource::Assumed))
    );
}

#[test]
fn the_listing_is_sorted_by_name_without_regard_to_case() {
    let models = [
        model("a.c-v1:0", "zeta", "A", &["ON_DEMAND"]),
        model("a.b-v1:0", "Beta", "A", &["ON_DEMAND"]),
        model("a.a-v1:0", "alpha", "A", &["ON_DEMAND"]),
    ];
    assert_eq!(names(&models, &DiscoverySettings::new()), ["alpha", "Beta", "zeta"]);
}

#[test]
fn configured_models_come_first_and_replace_the_discovered_one_whole() {
    let models = [
        model("amazon.nova-pro-v1:0", "Nova Pro", "Amazon", &["INFERENCE_PROFILE"]),
        model("acme.writer-v1:0", "Writer", "Acme", &["ON_DEMAND"]),
    ];
    let mut nova = ManualModel::new("us.amazon.nova-pro-v1:0");
    nova.name = Some("My Nova".to_owned());
    nova.max_tokens = Some(1);
    let mut other = ManualModel::new(" amazon-bedrock/acme.secret-v1:0 ");
    other.input = Some(vec![ModelModality::Image]);
    let settings = DiscoverySettings::new().with_manual_models([other, nova]).with_provider_filter(["acme"]);
    let catalog = catalog("us-east-1", &models, &[profile("us", "amazon.nova-pro-v1:0")], &settings);
    assert_eq!(listed(&catalog), ["acme.secret-v1:0", "us.amazon.nova-pro-v1:0", "acme.writer-v1:0"]);
    let nova = &catalog.all()[1];
    assert_eq!((nova.name(), nova.kind()), ("My Nova", Kind::Configured));
    assert_eq!((nova.max_output().tokens, nova.max_output().source), (1, LimitSource::Configured));
    assert_eq!(nova.context_window().tokens, 300_000, "what is not configured is found out");
    assert_eq!(catalog.all().len(), 3);
}

#[test]
fn a_configured_foundation_model_that_needs_a_profile_is_invoked_through_it() {
    let models = [model("amazon.nova-pro-v1:0", "Nova Pro", "Amazon", &["INFERENCE_PROFILE"])];
    let manual = [ManualModel::new("amazon.nova-pro-v1:0"), ManualModel::new("not an id")];
    let settings = DiscoverySettings::new().with_manual_models(manual);
    let catalog = catalog("us-east-1", &models, &[profile("us", "amazon.nova-pro-v1:0")], &settings);
    assert_eq!(listed(&catalog), ["us.amazon.nova-pro-v1:0"]);
    assert_eq!(catalog.all()[1].unavailable(), Some(&Reason::NotAnId));
}

#[test]
fn the_foundation_id_is_used_when_it_is_offered_on_demand_or_nothing_is_said() {
    let base = "acme.writer-v1:0";
    let mut silent = model(base, "Writer", "Acme", &[]);
    silent.as_object_mut().unwrap().remove("inferenceTypesSupported");
    for one in [model(base, "Writer", "Acme", &["INFERENCE_PROFILE", "ON_DEMAND"]), silent] {
        let catalog = catalog("us-east-1", &[one], &[profile("us", base)], &DiscoverySettings::new());
        assert_eq!((listed(&catalog), catalog.all()[0].kind()), (vec![base], Kind::OnDemand));
    }
}

#[test]
fn the_profile_of_the_nearest_geography_is_used() {
    let base = "acme.writer-v1:0";
    let models = [model(base, "Writer", "Acme", &["INFERENCE_PROFILE"])];
    let all = ["global", "apac", "us", "eu", "jp", "au"].map(|geography| profile(geography, base));
    for (region, expected) in [
        ("us-west-2", "us.acme.writer-v1:0"),
        ("eu-north-1", "eu.acme.writer-v1:0"),
        ("ap-northeast-1", "jp.acme.writer-v1:0"),
        ("ap-southeast-2", "au.acme.writer-v1:0"),
        ("ap-south-1", "apac.acme.writer-v1:0"),
        ("sa-east-1", "global.acme.writer-v1:0"),
    ] {
        let catalog = catalog(region, &models, &all, &DiscoverySettings::new());
        assert_eq!(listed(&catalog), [expected], "{region}");
        assert_eq!(catalog.all()[0].profiles().len(), 6);
    }
    // The service lists what can be used from the region: a geography that no rule names is better than nothing.
    let catalog = catalog("us-west-2", &models, &[profile("amer", base)], &DiscoverySettings::new());
    assert_eq!(listed(&catalog), ["amer.acme.writer-v1:0"]);
}

#[test]
fn what_cannot_be_invoked_says_why() {
    let of = |types: &[&str], profiles: Option<&[Value]>| {
        let listing = listing(&[model("acme.writer-v1:0", "Writer", "Acme", types)], profiles);
        let region = bedrill::endpoint::Region::new("us-east-1").unwrap();
        let catalog = bedrill::catalog::Catalog::new(&listing, &region, &DiscoverySettings::new());
        let entry = catalog.find("acme.writer-v1:0").expect("the model");
        assert_eq!((catalog.models().count(), entry.invoke_id()), (0, None));
        (entry.kind(), entry.unavailable().expect("a reason").to_string())
    };
    let mut sleeping = profile("us", "acme.writer-v1:0");
    sleeping["status"] = json!("CREATING");
    let other = profile("us", "acme.writer-v2:0");
    for (types, profiles, kind, why) in [
        (&["INFERENCE_PROFILE"][..], Some(&[][..]), Kind::InferenceProfile, "none in this region covers it"),
        (
            &["INFERENCE_PROFILE"],
            Some(&[sleeping][..]),
            Kind::InferenceProfile,
            "none in this region covers it",
        ),
        (&["INFERENCE_PROFILE"], Some(&[other][..]), Kind::InferenceProfile, "none in this region covers it"),
        (&["INFERENCE_PROFILE"], None, Kind::InferenceProfile, "could not be listed"),
        (&["PROVISIONED"], Some(&[]), Kind::ProvisionedOnly, "needs provisioned throughput"),
        (&[], Some(&[]), Kind::NotOffered, "not offered under this id"),
        (&["PIGEON"], Some(&[]), Kind::NotOffered, "offered only as PIGEON"),
    ] {
        let (found, text) = of(types, profiles);
        assert_eq!(found, kind);
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn what_cannot_be_sent_is_never_the_id_to_invoke() {
    let base = "acme.writer-v1:0";
    let models = [
        model(base, "Writer", "Acme", &["INFERENCE_PROFILE"]),
        model("acme.a b", "Spaced", "Acme", &["ON_DEMAND"]),
    ];
    let mut ill = profile("us", base);
    ill["inferenceProfileId"] = json!("us.a b");
    let catalog = catalog("us-east-1", &models, &[ill, profile("global", base)], &DiscoverySettings::new());
    assert_eq!(listed(&catalog), ["global.acme.writer-v1:0"]);
    let spaced = catalog.all().iter().find(|entry| entry.name() == "Spaced").expect("the model");
    assert_eq!((spaced.invoke_id(), spaced.unavailable()), (None, Some(&Reason::NotAnId)));
}

#[test]
fn an_application_profile_is_invoked_by_its_arn_and_has_the_traits_of_its_model() {
    let base = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    let mut claude = model(base, "Claude Sonnet 4.5", "Anthropic", &["INFERENCE_PROFILE"]);
    claude["inputModalities"] = json!(["TEXT", "IMAGE"]);
    let mut sleeping = application_profile("zzz999", "Sleeping", base);
    sleeping["status"] = json!("DELETING");
    let profiles = [application_profile("abc123def456", "Team A", base), sleeping, profile("us", base)];
    let catalog = catalog("us-east-1", &[claude], &profiles, &DiscoverySettings::new());
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456";
    assert_eq!(listed(&catalog), ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", arn]);
    let team = catalog.find(arn).expect("the profile");
    assert_eq!(
        (team.kind(), team.name(), team.provider()),
        (Kind::ApplicationProfile, "Team A", "Anthropic")
    );
    assert_eq!((team.base_model(), team.reads_images(), team.reasoning()), (Some(base), true, true));
    assert_eq!((team.context_window().tokens, team.max_output().tokens), (200_000, 64_000));
    let family = team.family().expect("a known family");
    assert_eq!(family.prompt_cache.min_tokens, Some(1_024));
    assert!(family.rejects.is_some_and(|rejects| rejects.contains(Parameter::TemperatureWithTopP)));
    let sleeping = catalog.all().iter().find(|entry| entry.name() == "Sleeping").unwrap();
    assert_eq!(sleeping.unavailable(), Some(&Reason::ProfileNotActive("DELETING".to_owned())));
}

#[test]
fn a_model_that_only_a_profile_names_can_be_invoked_but_is_not_known_to_stream() {
    let profiles = [profile("us", "acme.new-v1:0"), profile("global", "acme.new-v1:0")];
    let catalog = catalog("us-east-1", &[], &profiles, &DiscoverySettings::new());
    let [entry] = catalog.all() else { panic!("one entry") };
    assert_eq!((entry.id(), entry.invoke_id()), ("acme.new-v1:0", Some("us.acme.new-v1:0")));
    assert_eq!((entry.provider(), entry.unavailable()), ("acme", None));
    assert!(!entry.is_listed());
}

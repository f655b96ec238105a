//! What is in no list is described by the service, and requests go to the region where it was found.

use bedrill::catalog::{DiscoverySettings, Match, Resolution, Warning};
use bedrill::endpoint::Region;
use bedrill::{Client, Error};
use http::Request;
use serde_json::json;

use super::discovery::{answers, builder, cache, client, denied, plain};
use super::{application_profile, model, profile};
use crate::support::service::{Reply, Service};

const NOVA: &str = "amazon.nova-pro-v1:0";
const SHORT: &str = "k7x2m9q4w1z8";
/// In this account, but newer than the list.
const YOUNG: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/k7x2m9q4w1z8";

fn reply(request: &Request<bytes::Bytes>) -> Reply {
    let path = request.uri().path().replace("%3A", ":").replace("%2F", "/");
    match path.as_str() {
        "/foundation-models/acme.preview-v1:0" => Reply::Json(json!({
            "modelDetails": model("acme.preview-v1:0", "Preview", "Acme", &["ON_DEMAND"]),
        })),
        "/inference-profiles/us.acme.preview-v1:0" => Reply::Json(profile("us", "acme.preview-v1:0")),
        path if path.ends_with(SHORT) => Reply::Json(application_profile(SHORT, "Young", NOVA)),
        "/foundation-models" | "/inference-profiles" => answers(request),
        _ => Reply::Error(404, "ResourceNotFoundException", "there is none".into()),
    }
}

async fn one(client: &Client, text: &str, settings: &DiscoverySettings) -> Result<Match, Error> {
    match client.resolve(text, settings).await? {
        Resolution::One(found) => Ok(found),
        other => panic!("{text}: {other:?}"),
    }
}

#[tokio::test]
async fn profiles_and_models_outside_the_lists_are_asked_for_one_by_one() -> Result<(), Error> {
    let (service, cache) = (Service::new(reply), cache());
    let client = client(&service, cache.path());
    for (text, invoke_id, name, last) in [
        (YOUNG, YOUNG, "Young", "/inference-profiles/arn%3Aaws"),
        // Converse takes no short ids of application profiles, so its ARN is sent.
        (SHORT, YOUNG, "Young", "/inference-profiles/k7x2m9q4w1z8"),
        (
            "us.acme.preview-v1:0",
            "us.acme.preview-v1:0",
            "US acme.preview-v1:0",
            "/inference-profiles/us.acme",
        ),
        ("bedrock/acme.preview-v1:0", "acme.preview-v1:0", "Preview", "/foundation-models/acme.preview"),
    ] {
        let found = one(&client, text, &plain()).await?;
        let entry = found.entry().expect("it is described");
        assert_eq!((found.invoke_id(), entry.name()), (invoke_id, name), "{text}");
        assert_eq!(found.warning(), None);
        let seen = service.seen();
        assert!(seen.last().is_some_and(|target| target.starts_with(last)), "{seen:?}");
    }
    let young = one(&client, YOUNG, &plain()).await?;
    let entry = young.entry().expect("it is described");
    assert_eq!((entry.base_model(), entry.provider()), (Some(NOVA), "Amazon"), "from the list of models");
    assert!(entry.is_listed());
    assert_eq!(service.count("/foundation-models?"), 0, "{:?}", service.seen());

    // What the lists contain is not looked up, nor what no operation describes, nor a name.
    let before = service.seen().len();
    let team = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1";
    assert_eq!(one(&client, team, &plain()).await?.entry().map(|entry| entry.name()), Some("Team"));
    let custom = "arn:aws:bedrock:us-east-1:123456789012:custom-model/acme.x/abc";
    assert_eq!(one(&client, custom, &plain()).await?.invoke_id(), custom);
    assert_eq!(one(&client, "nova-pro", &plain()).await?.invoke_id(), "us.amazon.nova-pro-v1:0");
    assert!(matches!(client.resolve("nvoa-pro", &plain()).await?, Resolution::None { .. }));
    assert_eq!(service.seen().len(), before);
    Ok(())
}

#[tokio::test]
async fn what_is_in_no_list_is_looked_up_in_the_project_of_the_list() -> Result<(), Error> {
    let (service, cache) = (Service::new(reply), cache());
    let client = client(&service, cache.path());
    let settings = plain().with_project("p1");
    for (text, target) in [
        ("us.acme.preview-v1:0", "/inference-profiles/us.acme.preview-v1%3A0?projectIdentifier=p1"),
        ("acme.preview-v1:0", "/foundation-models/acme.preview-v1%3A0?projectIdentifier=p1"),
    ] {
        assert!(one(&client, text, &settings).await?.entry().is_some(), "{text}");
        assert_eq!(service.seen().last().map(String::as_str), Some(target));
    }
    // An application profile belongs only to the default project: the error says so, and the service is not asked.
    let before = service.seen().len();
    let found = one(&client, YOUNG, &settings).await?;
    let said = found.warning().expect("a warning").to_string();
    assert!(said.contains(&format!("the project p1 cannot be used with {YOUNG}")), "{said}");
    assert_eq!((found.entry(), service.seen().len()), (None, before));
    Ok(())
}

#[tokio::test]
async fn what_the_service_does_not_know_is_not_there_and_a_missing_permission_is_named() -> Result<(), Error>
{
    let (service, cache) = (Service::new(reply), cache());
    let typo = "us.amazon.nova-pro-v1:1";
    let open = client(&service, cache.path());
    let Resolution::None { nearest, warning: None, .. } = open.resolve(typo, &plain()).await? else {
        panic!()
    };
    assert_eq!(nearest, ["us.amazon.nova-pro-v1:0"]);

    let closed = Service::new(|request| match request.uri().path() {
        "/foundation-models" | "/inference-profiles" => answers(request),
        path if path.starts_with("/foundation-models/") => denied("bedrock:GetFoundationModel"),
        _ => denied("bedrock:GetInferenceProfile"),
    });
    let closed = client(&closed, cache.path());
    // An ARN can be sent without being described.
    let found = one(&closed, YOUNG, &plain()).await?;
    assert_eq!((found.invoke_id(), found.entry()), (YOUNG, None));
    let said = found.warning().expect("a warning").to_string();
    let start =
        format!("the permission bedrock:GetInferenceProfile is missing, so nothing is known about {YOUNG}: ");
    assert!(said.starts_with(&start), "{said}");
    for (text, action) in
        [(typo, "bedrock:GetInferenceProfile"), ("acme.x-v1:0", "bedrock:GetFoundationModel")]
    {
        let Resolution::None { warning: Some(warning), .. } = closed.resolve(text, &plain()).await? else {
            panic!("{text}")
        };
        let Warning::Undescribed { missing_action, .. } = &warning else { panic!("{warning}") };
        assert_eq!(*missing_action, Some(action));
    }
    Ok(())
}

#[tokio::test]
async fn without_the_lists_a_whole_id_is_taken_as_it_is_and_a_short_name_fails() -> Result<(), Error> {
    let (service, cache) = (Service::new(|_| denied("bedrock:ListFoundationModels")), cache());
    let client = client(&service, cache.path());
    let found = one(&client, "us.acme.unheard-of-v1:0", &plain()).await?;
    assert_eq!((found.invoke_id(), found.entry()), ("us.acme.unheard-of-v1:0", None));
    let said = found.warning().expect("a warning").to_string();
    assert!(said.starts_with("the permission bedrock:ListFoundationModels is missing"), "{said}");
    assert!(client.resolve("nova-pro", &plain()).await.is_err());
    Ok(())
}

#[tokio::test]
async fn what_was_found_in_another_region_is_sent_there() -> Result<(), Error> {
    let (service, cache) = (Service::new(reply), cache());
    let region = |name: &str| Region::new(name).expect("a region");
    // Without the caller's own region, which takes precedence over everything.
    let host = bedrill::machine::StaticMachine::new().with_var("AWS_REGION", "us-east-1");
    let elsewhere = Client::builder()
        .machine(std::sync::Arc::new(host))
        .auth(bedrill::auth::Auth::SigV4(bedrill::credentials::Credentials::new("AKIDEXAMPLE", "secret")))
        .transport(std::sync::Arc::new(service.clone()))
        .build()?;
    for (text, settings, expected) in [
        ("nova-pro", plain(), "us.amazon.nova-pro-v1:0"),
        ("nova-pro", plain().with_region(region("us-west-2")), "bedrock/us-west-2/us.amazon.nova-pro-v1:0"),
        ("bedrock/us-west-2/nova-pro", plain(), "bedrock/us-west-2/us.amazon.nova-pro-v1:0"),
        ("bedrock/us-west-2/Nova Pro", plain(), "bedrock/us-west-2/us.amazon.nova-pro-v1:0"),
        (YOUNG, plain().with_region(region("us-west-2")), YOUNG),
    ] {
        let found = one(&elsewhere, text, &settings).await?;
        assert_eq!(found.model_id().to_text(), expected, "{text}");
        let sent = bedrill::model_id::ModelId::parse(expected)?;
        assert_eq!(&sent, found.model_id());
        let goes_to =
            if expected == YOUNG { "us-east-1" } else { settings.region().map_or("", Region::as_str) };
        if !goes_to.is_empty() {
            assert_eq!(elsewhere.region_for(found.model_id()).as_str(), goes_to);
        }
    }
    // A client restricted to one region is not sent to another.
    let fixed = builder(&service, cache.path(), "AKIDEXAMPLE").build()?;
    let found = one(&fixed, "nova-pro", &plain()).await?;
    assert_eq!(found.model_id().to_text(), "us.amazon.nova-pro-v1:0");
    Ok(())
}

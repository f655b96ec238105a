//! Models that are refused on demand, and the profiles that stand in for them.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedrill::auth::Auth;
use bedrill::catalog::DiscoverySettings;
use bedrill::client::{InferenceProfileFallback, Notice};
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::test_util::events;
use bedrill::{Client, ClientBuilder, ConverseRequest};
use serde_json::{Value, json};

use super::{model, profile};
use crate::support::replies::DiskMachine;
use crate::support::service::{Reply, Service};

const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";

/// A service that serves `served` only, and lists `profiles`, or refuses to when there are none.
fn service(served: &'static [&'static str], profiles: Option<Vec<Value>>) -> Service {
    Service::new(move |request| {
        let path = request.uri().path();
        match path {
            "/foundation-models" => Reply::Json(json!({"modelSummaries": [
                model(SONNET, "Claude Sonnet 4.5", "Anthropic", &["INFERENCE_PROFILE"]),
            ]})),
            "/inference-profiles" => match &profiles {
                Some(profiles) => Reply::Json(json!({ "inferenceProfileSummaries": profiles })),
                None => Reply::Error(403, "AccessDeniedException", "no".into()),
            },
            _ => {
                let id = path.split('/').nth(2).unwrap().replace("%3A", ":").replace("%2F", "/");
                if served.contains(&id.as_str()) {
                    return if path.ends_with("/converse") { answer() } else { Reply::Stream(stream()) };
                }
                let id_text = if id.contains(SONNET) && !id.starts_with("us.") && !id.starts_with("global.") {
                    format!(
                        "Invocation of model ID {id} with on-demand throughput isn’t supported. Retry your request \
                         with the ID or ARN of an inference profile that contains this model."
                    )
                } else {
                    "The provided model identifier is invalid.".to_owned()
                };
                Reply::Error(400, "ValidationException", id_text)
            }
        }
    })
}

fn answer() -> Reply {
    Reply::Json(json!({
        "output": {"message": {"role": "assistant", "content": [{"text": "hello"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }))
}

fn stream() -> Vec<u8> {
    events::answer(&["hello"])
}

fn builder(service: &Service, cache: Option<&Path>, region: &str) -> ClientBuilder {
    let host = match cache {
        Some(cache) => StaticMachine::new().with_var("XDG_CACHE_HOME", cache.to_str().unwrap()),
        None => StaticMachine::new(),
    };
    Client::builder()
        .region(region)
        .machine(Arc::new(DiskMachine(host)))
        .auth(Auth::SigV4(Credentials::new("AKIDEXAMPLE", "secret")))
        .transport(Arc::new(service.clone()))
}

fn request(id: &str) -> ConverseRequest {
    ConverseRequest::new(id).message("hi")
}

/// The models that were invoked, in order.
fn invoked(service: &Service) -> Vec<String> {
    let ids = service.seen();
    ids.iter()
        .filter_map(|target| Some(target.strip_prefix("/model/")?.split('/').next()?.replace("%3A", ":")))
        .collect()
}

const US: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const GLOBAL: &str = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";

#[tokio::test]
async fn a_refused_model_is_asked_for_once_more_through_its_profile_and_remembered() {
    let cache = tempfile::tempdir().unwrap();
    let service = service(&[US], Some(vec![profile("global", SONNET), profile("us", SONNET)]));
    let told = Arc::new(Mutex::new(Vec::new()));
    let client = {
        let told = Arc::clone(&told);
        let builder = builder(&service, Some(cache.path()), "us-west-2");
        builder.on_notice(move |notice| told.lock().unwrap().push(notice.to_string())).build().unwrap()
    };
    let stream = client.converse_stream(&request(SONNET)).await.unwrap();
    let notice = stream.notices().first().expect("a notice").clone();
    assert_eq!(notice, Notice::InferenceProfile { asked: SONNET.to_owned(), used: US.to_owned() });
    assert_eq!(stream.collect().await.unwrap().text(), "hello");
    assert_eq!(invoked(&service), [SONNET, US]);

    assert_eq!(client.converse(&request(SONNET)).await.unwrap().text(), "hello");
    assert_eq!(invoked(&service), [SONNET, US, US], "the refusal is not asked for again");
    assert_eq!(told.lock().unwrap().len(), 2);
    assert!(told.lock().unwrap()[0].contains("is not served on demand"));

    let later = builder(&service, Some(cache.path()), "us-west-2").build().unwrap();
    assert!(later.converse_stream(&request(SONNET)).await.unwrap().notices().len() == 1);
    assert_eq!(invoked(&service), [SONNET, US, US, US], "nor by the next process");

    let direct = client.converse_stream(&request(US)).await.unwrap();
    assert_eq!(direct.notices(), []);
}

#[tokio::test]
async fn another_geography_is_used_only_when_it_is_allowed() {
    let service = service(&[US, GLOBAL], Some(vec![profile("global", SONNET), profile("us", SONNET)]));
    let client = builder(&service, None, "ca-central-1").build().unwrap();
    let error = client.converse(&request(SONNET)).await.unwrap_err();
    assert!(error.message().unwrap().contains("on-demand throughput"), "{error}");
    // The advice names what the list has, the nearest first, and not what the naming rule would give.
    let hint = error.hint().unwrap();
    assert!(hint.contains(&format!("from ca-central-1 there is {US} and {GLOBAL}")), "{hint}");
    assert!(!hint.contains("ca.anthropic"), "{hint}");
    assert_eq!(invoked(&service), [SONNET]);

    let client = builder(&service, None, "ca-central-1").allow_geographies(["global"]).build().unwrap();
    client.converse(&request(SONNET)).await.unwrap();
    assert_eq!(invoked(&service), [SONNET, SONNET, GLOBAL]);
}

#[tokio::test]
async fn what_was_remembered_does_not_leave_the_geography_later() {
    let cache = tempfile::tempdir().unwrap();
    let service = service(&[GLOBAL], Some(vec![profile("global", SONNET)]));
    let builder = || builder(&service, Some(cache.path()), "us-east-1");
    builder().allow_geographies(["global"]).build().unwrap().converse(&request(SONNET)).await.unwrap();
    assert!(builder().build().unwrap().converse(&request(SONNET)).await.is_err());
    assert_eq!(invoked(&service), [SONNET, GLOBAL, SONNET]);
}

#[tokio::test]
async fn without_the_list_the_id_is_made_by_the_rule_and_a_wrong_guess_is_not_reported() {
    let right = service(&[US], None);
    builder(&right, None, "us-east-1").build().unwrap().converse(&request(SONNET)).await.unwrap();
    assert_eq!(invoked(&right), [SONNET, US]);

    let wrong = service(&[], None);
    let error =
        builder(&wrong, None, "us-east-1").build().unwrap().converse(&request(SONNET)).await.unwrap_err();
    assert_eq!(invoked(&wrong), [SONNET, US], "once, and not again");
    assert!(error.message().unwrap().contains("on-demand throughput"), "{error}");
    let hint = error.hint().unwrap();
    assert!(hint.contains("ListInferenceProfiles") && !hint.contains(US), "it was tried: {hint}");
}

#[tokio::test]
async fn without_any_listed_profile_no_id_is_advised() {
    for policy in [InferenceProfileFallback::Auto, InferenceProfileFallback::Suggest] {
        let service = service(&[], Some(vec![]));
        let client =
            builder(&service, None, "ap-southeast-2").inference_profile_fallback(policy).build().unwrap();
        let error = client.converse(&request(SONNET)).await.unwrap_err();
        let hint = error.hint().unwrap();
        assert!(hint.contains("none that can be used from ap-southeast-2"), "{hint}");
        assert!(!hint.contains("anthropic"), "{hint}");
    }
}

#[tokio::test]
async fn a_profile_that_is_gone_is_forgotten() {
    let cache = tempfile::tempdir().unwrap();
    let before = service(&[US], Some(vec![profile("us", SONNET)]));
    builder(&before, Some(cache.path()), "us-east-1")
        .build()
        .unwrap()
        .converse(&request(SONNET))
        .await
        .unwrap();
    let after = service(&[SONNET], Some(vec![]));
    let client = builder(&after, Some(cache.path()), "us-east-1").build().unwrap();
    client.converse(&request(SONNET)).await.unwrap();
    client.converse(&request(SONNET)).await.unwrap();
    assert_eq!(invoked(&after), [US, SONNET, SONNET]);
}

#[tokio::test]
async fn a_listed_profile_of_another_name_is_never_sent_and_the_refusal_stays() {
    for id in
        ["us.a b", "us.anthropic.claude-opus-4-v1:0", "us.", "us.anthropic.claude-sonnet-4-5-20250929-v1:0 "]
    {
        let mut listed = profile("us", SONNET);
        listed["inferenceProfileId"] = json!(id);
        let service = service(&[], Some(vec![listed]));
        let client = builder(&service, None, "us-east-1").build().unwrap();
        let error = client.converse(&request(SONNET)).await.unwrap_err();
        assert_eq!(invoked(&service), [SONNET], "{id}");
        assert!(error.to_string().contains("on-demand throughput"), "{id}: {error}");
    }
}

#[tokio::test]
async fn the_policy_can_be_to_suggest_or_to_do_nothing() {
    let both = || Some(vec![profile("us", SONNET)]);
    for (policy, lists, hint) in [("suggest", 1, "use the model id us."), ("off", 0, "try the model id us.")]
    {
        let service = service(&[US], both());
        let policy: InferenceProfileFallback = policy.parse().unwrap();
        let client = builder(&service, None, "us-east-1").inference_profile_fallback(policy).build().unwrap();
        let error = client.converse(&request(SONNET)).await.unwrap_err();
        assert!(error.hint().unwrap().contains(hint), "{error}");
        assert_eq!((invoked(&service).len(), service.count("/inference-profiles")), (1, lists));
    }
    for policy in InferenceProfileFallback::ALL {
        assert_eq!(policy.to_string().parse(), Ok(policy));
    }
    assert!("never".parse::<InferenceProfileFallback>().is_err());
}

/// The profile that was used, as a notice tells it.
fn used(notice: &Notice) -> Option<&str> {
    match notice {
        Notice::InferenceProfile { used, .. } => Some(used),
        _ => None,
    }
}

#[tokio::test]
async fn the_arn_of_a_foundation_model_is_covered_too_and_other_errors_are_left_alone() {
    let service = service(&[US], Some(vec![profile("us", SONNET)]));
    let client = builder(&service, None, "us-east-1").build().unwrap();
    let arn = format!("arn:aws:bedrock:us-east-1::foundation-model/{SONNET}");
    let stream = client.converse_stream(&request(&arn)).await.unwrap();
    assert_eq!(stream.notices().first().and_then(used), Some(US));

    let error = client.converse(&request("acme.unheard-of-v1:0")).await.unwrap_err();
    assert!(error.message().unwrap().contains("identifier is invalid"), "{error}");
    assert_eq!(invoked(&service).last().map(String::as_str), Some("acme.unheard-of-v1:0"));
}

#[tokio::test]
async fn the_lookup_shares_the_answer_of_the_programs_own_listing() {
    let service = service(&[US], Some(vec![profile("us", SONNET)]));
    let settings = DiscoverySettings::new()
        .with_provider_filter(["anthropic"])
        .with_refresh_interval(Duration::from_secs(600));
    let client = builder(&service, None, "us-east-1").discovery(settings).build().unwrap();
    client.models(client.discovery()).await.unwrap();
    client.converse(&request(SONNET)).await.unwrap();
    assert_eq!(invoked(&service), [SONNET, US]);
    assert_eq!((service.count("/foundation-models"), service.count("/inference-profiles")), (1, 1));
}

#[tokio::test]
async fn an_endpoint_of_the_runtime_alone_is_not_asked_for_lists() {
    let hosts = Arc::new(Mutex::new(Vec::new()));
    let (inner, seen) = (service(&[US], Some(vec![profile("us", SONNET)])), Arc::clone(&hosts));
    let service = Service::new(move |request| {
        seen.lock().unwrap().push(request.uri().host().unwrap().to_owned());
        inner.reply(request)
    });
    let builder =
        builder(&service, None, "us-east-1").runtime_endpoint_url("https://bedrock-runtime.vpce.test");
    builder.build().unwrap().converse(&request(SONNET)).await.unwrap();
    let (runtime, control) = ("bedrock-runtime.vpce.test", "bedrock.us-east-1.amazonaws.com");
    assert_eq!(*hosts.lock().unwrap(), [runtime, control, runtime]);
}

#[tokio::test]
async fn a_notice_is_given_once_however_many_attempts_a_call_takes() {
    let exception = events::exception("internalServerException", "{}");
    let answers = service(&[US], Some(vec![profile("us", SONNET)]));
    // The first stream fails before its content.
    let first = Mutex::new(Some(exception));
    let service = Service::new(move |request| match answers.reply(request) {
        Reply::Stream(whole) => Reply::Stream(first.lock().unwrap().take().unwrap_or(whole)),
        answer => answer,
    });
    let told = Arc::new(Mutex::new(0));
    let client = {
        let told = Arc::clone(&told);
        let builder = builder(&service, None, "us-west-2");
        builder.on_notice(move |_| *told.lock().unwrap() += 1).build().unwrap()
    };
    let stream = client.converse_stream(&request(SONNET)).await.unwrap();
    assert_eq!((stream.attempts(), stream.notices().len() == 1), (2, true));
    assert_eq!(stream.collect().await.unwrap().text(), "hello");
    assert_eq!(*told.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_profile_is_looked_for_and_remembered_for_the_project_of_the_request() {
    let sonnet = || vec![profile("us", SONNET)];
    let list = service(&[US], Some(sonnet()));
    builder(&list, None, "us-east-1")
        .build()
        .unwrap()
        .converse(&request(SONNET).project("p1"))
        .await
        .unwrap();
    assert_eq!(
        list.count("/inference-profiles?type=SYSTEM_DEFINED&projectIdentifier=p1"),
        1,
        "{:?}",
        list.seen()
    );

    let cache = tempfile::tempdir().unwrap();
    let service = service(&[US], Some(sonnet()));
    let settings = DiscoverySettings::new().with_project("p9");
    let client = builder(&service, Some(cache.path()), "us-east-1").discovery(settings).build().unwrap();
    for (project, targets) in [
        (
            Some("p1"),
            [
                "/foundation-models?projectIdentifier=p1",
                "/inference-profiles?maxResults=1000&projectIdentifier=p1",
            ],
        ),
        (
            Some("p2"),
            [
                "/foundation-models?projectIdentifier=p2",
                "/inference-profiles?maxResults=1000&projectIdentifier=p2",
            ],
        ),
        (None, ["/foundation-models", "/inference-profiles?maxResults=1000"]),
    ] {
        let mut request = request(SONNET);
        request.project_identifier = project.map(str::to_owned);
        let before = (service.seen().len(), invoked(&service).len());
        client.converse(&request).await.unwrap();
        assert_eq!(invoked(&service)[before.1..], [SONNET, US], "{project:?}: not yet remembered");
        let seen = service.seen();
        let lists: Vec<&String> =
            seen[before.0..].iter().filter(|target| !target.starts_with("/model/")).collect();
        assert_eq!(lists, targets, "{project:?}");
        client.converse(&request).await.unwrap();
        assert_eq!(invoked(&service)[before.1..], [SONNET, US, US], "{project:?}");
    }
}

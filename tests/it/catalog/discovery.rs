//! How the lists are asked for, shared and stored.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bedrill::auth::Auth;
use bedrill::catalog::{Catalog, DiscoverySettings, Warning};
use bedrill::client::RetryPolicy;
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::operation::AnswerError;
use bedrill::{Client, ClientBuilder};
use http::Request;
use serde_json::json;

use super::{application_profile, listed, model, profile};
use crate::support::replies::DiskMachine;
use crate::support::scripted_clock::Clock;
use crate::support::service::{Reply, Service};

const NOVA: &str = "amazon.nova-pro-v1:0";

fn models() -> Reply {
    Reply::Json(json!({"modelSummaries": [
        model("acme.writer-v1:0", "Writer", "Acme", &["ON_DEMAND"]),
        model(NOVA, "Nova Pro", "Amazon", &["INFERENCE_PROFILE"]),
    ]}))
}

pub fn profiles() -> Reply {
    Reply::Json(
        json!({"inferenceProfileSummaries": [profile("us", NOVA), application_profile("a1", "Team", NOVA)]}),
    )
}

pub fn denied(action: &str) -> Reply {
    let message = format!("User: arn:aws:iam::1:user/u is not authorized to perform: {action}");
    Reply::Error(403, "AccessDeniedException", message)
}

/// Both lists as they are.
pub fn answers(request: &Request<bytes::Bytes>) -> Reply {
    if request.uri().path() == "/foundation-models" { models() } else { profiles() }
}

/// A client of an account, whose cache is in `cache`.
pub fn builder(service: &Service, cache: &Path, key: &str) -> ClientBuilder {
    Client::builder()
        .region("us-east-1")
        .machine(Arc::new(DiskMachine(
            StaticMachine::new().with_var("XDG_CACHE_HOME", cache.to_str().unwrap()),
        )))
        .auth(Auth::SigV4(Credentials::new(key, "secret")))
        .transport(Arc::new(service.clone()))
}

pub fn client(service: &Service, cache: &Path) -> Client {
    builder(service, cache, "AKIDEXAMPLE").build().unwrap()
}

pub fn cache() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

pub fn plain() -> DiscoverySettings {
    DiscoverySettings::new()
}

pub const ALL: [&str; 3] = [
    "us.amazon.nova-pro-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1",
    "acme.writer-v1:0",
];

#[tokio::test]
async fn a_hundred_calls_at_once_are_one_request_to_each_list() {
    let (service, cache) = (Service::new(answers), cache());
    let client = client(&service, cache.path());
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.models(&plain()).await.map(|catalog| catalog.models().count()) })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 3);
    }
    assert_eq!(service.seen(), ["/foundation-models", "/inference-profiles?maxResults=1000"]);
}

#[tokio::test]
async fn both_lists_are_asked_for_the_project_of_the_settings() {
    let (service, cache) = (Service::new(answers), cache());
    let catalog = client(&service, cache.path()).models(&plain().with_project("p1")).await.unwrap();
    assert_eq!(catalog.project(), Some("p1"));
    assert_eq!(
        service.seen(),
        [
            "/foundation-models?projectIdentifier=p1",
            "/inference-profiles?maxResults=1000&projectIdentifier=p1"
        ]
    );
}

#[tokio::test]
async fn those_who_wait_share_the_failure_too() {
    let (service, cache) =
        (Service::new(|_| Reply::Error(500, "InternalServerException", "no".into())), cache());
    let client = builder(&service, cache.path(), "AKIDEXAMPLE").retry(RetryPolicy::none()).build().unwrap();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.models(&plain()).await.map(|_| ()) })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(
            (error.code(), error.request_id()),
            (Some("InternalServerException"), Some("test-request"))
        );
    }
    assert_eq!(service.count("/foundation-models"), 1);
    assert!(client.models(&plain()).await.is_err());
    assert_eq!(service.count("/foundation-models"), 2, "a failure is not remembered");
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_the_work_to_the_next() {
    let (service, cache) = (Service::new(answers), cache());
    let client = client(&service, cache.path());
    let first = {
        let client = client.clone();
        tokio::spawn(async move { client.models(&plain()).await.map(|_| ()) })
    };
    while service.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let second = {
        let client = client.clone();
        tokio::spawn(async move { client.models(&plain()).await.map(|catalog| catalog.models().count()) })
    };
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap(), 3);
}

#[tokio::test]
async fn all_pages_are_read() {
    let (service, cache) = (
        Service::new(|request| match request.uri().query() {
            _ if request.uri().path() == "/foundation-models" => models(),
            Some("maxResults=1000") => Reply::Json(
                json!({"inferenceProfileSummaries": [profile("us", NOVA)], "nextToken": "a/b+c="}),
            ),
            Some("maxResults=1000&nextToken=a%2Fb%2Bc%3D") => Reply::Json(json!({
                "inferenceProfileSummaries": [application_profile("a1", "Team", NOVA)], "nextToken": "",
            })),
            query => panic!("{query:?}"),
        }),
        cache(),
    );
    let catalog = client(&service, cache.path()).models(&plain()).await.unwrap();
    assert_eq!(listed(&catalog), ALL);
    assert!(catalog.warnings().is_empty(), "{:?}", catalog.warnings());
    assert_eq!(service.count("/inference-profiles"), 2);
}

#[tokio::test]
async fn a_list_without_an_end_is_cut_with_a_warning_and_not_stored() {
    // The page that each token leads to names the next: itself, one from before, another one each time.
    let followed: [fn(usize) -> String; 3] =
        [|_| "same".to_owned(), |page| ["a", "b", "c"][page % 3].to_owned(), |page| page.to_string()];
    for (next, pages) in followed.into_iter().zip([2, 4, 1_000]) {
        let asked = Arc::new(AtomicUsize::new(0));
        let (service, cache) = (
            Service::new(move |request| match request.uri().path() {
                "/foundation-models" => models(),
                _ => Reply::Json(json!({
                    "inferenceProfileSummaries": [profile("us", NOVA)],
                    "nextToken": next(asked.fetch_add(1, Ordering::Relaxed)),
                })),
            }),
            cache(),
        );
        let client = client(&service, cache.path());
        let catalog = client.models(&plain()).await.unwrap();
        let [Warning::ProfilesCut { listed }] = catalog.warnings() else {
            panic!("{:?}", catalog.warnings())
        };
        assert_eq!((*listed, service.count("/inference-profiles")), (pages, pages));
        assert!(catalog.warnings()[0].to_string().contains("may be missing"), "{}", catalog.warnings()[0]);
        assert_eq!(std::fs::read_dir(cache.path().join("bedrill")).map_or(0, Iterator::count), 0, "stored");
        let error = client.list_inference_profiles(&Default::default()).await.expect_err("without an end");
        assert!(matches!(error.answer(), Some(AnswerError::Endless { .. })), "{error}");
    }
}

#[tokio::test]
async fn the_pages_of_a_list_share_one_limit() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (service, cache) = (
        Service::new(move |request| match request.uri().path() {
            "/foundation-models" => models(),
            _ => Reply::Json(json!({
                "inferenceProfileSummaries": vec![profile("us", NOVA); 10_000],
                "nextToken": asked.fetch_add(1, Ordering::Relaxed).to_string(),
            })),
        }),
        cache(),
    );
    let catalog = client(&service, cache.path()).models(&plain()).await.unwrap();
    assert!(matches!(catalog.warnings(), [Warning::ProfilesCut { .. }]), "{:?}", catalog.warnings());
    assert!(service.count("/inference-profiles") <= 8);
}

#[tokio::test]
async fn an_answer_is_fresh_for_the_interval_and_shared_by_clients() {
    let clock = Clock::default();
    let (service, cache) = (Service::new(answers), cache());
    let client = || builder(&service, cache.path(), "AKIDEXAMPLE").clock(clock.clone()).build().unwrap();
    let (long_lived, settings) = (client(), plain().with_refresh_interval(Duration::from_secs(600)));
    long_lived.models(&settings).await.unwrap();
    for seconds in [0, 300, 599] {
        clock.set(Duration::from_secs(seconds));
        long_lived.models(&settings).await.unwrap();
        assert_eq!(listed(&client().models(&settings).await.unwrap()), ALL, "another process");
    }
    assert_eq!(service.count("/foundation-models"), 1);
    clock.set(Duration::from_secs(600));
    long_lived.models(&settings).await.unwrap();
    assert_eq!(service.count("/foundation-models"), 2);
    client().refresh_models(&settings).await.unwrap();
    assert_eq!(service.count("/foundation-models"), 3, "a refresh asks in any case");
    // A clock that was set back must not keep an answer forever.
    clock.set(Duration::from_secs(0));
    client().models(&settings).await.unwrap();
    assert_eq!(service.count("/foundation-models"), 4);
}

#[tokio::test]
async fn an_interval_of_zero_stores_nothing_and_shares_nothing() {
    let (service, cache) = (Service::new(answers), cache());
    let client = client(&service, cache.path());
    let settings = plain().with_refresh_interval(Duration::from_secs(0));
    client.models(&settings).await.unwrap();
    client.models(&settings).await.unwrap();
    assert_eq!(service.count("/foundation-models"), 2);
    assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn answers_are_kept_apart_by_account_region_endpoint_and_settings() {
    let (service, cache) = (Service::new(answers), cache());
    let mut requests = 0;
    let mut other = async |client: &Client, settings: &DiscoverySettings, what: &str| {
        for _ in 0..2 {
            client.models(settings).await.unwrap();
        }
        requests += 1;
        assert_eq!(service.count("/foundation-models"), requests, "{what}");
    };
    let base = client(&service, cache.path());
    other(&base, &plain(), "the first").await;
    // Deliberately better than Moltbot, whose cache key has no account: there, another account sees the old list.
    let key = builder(&service, cache.path(), "AKIDOTHER").build().unwrap();
    other(&key, &plain(), "another key").await;
    let bearer = builder(&service, cache.path(), "").auth(Auth::Bearer("token".into())).build().unwrap();
    other(&bearer, &plain(), "a bearer token").await;
    let endpoint =
        builder(&service, cache.path(), "AKIDEXAMPLE").endpoint_url("https://vpce.test").build().unwrap();
    other(&endpoint, &plain(), "another endpoint").await;
    let eu = bedrill::endpoint::Region::new("eu-west-1").unwrap();
    other(&base, &plain().with_region(eu), "another region").await;
    other(&base, &plain().with_project("p1"), "a project").await;
    other(&base, &plain().with_project("p2"), "another project").await;
    other(&base, &plain().with_provider_filter(["acme"]), "another filter").await;
    other(&base, &plain().with_refresh_interval(Duration::from_secs(7)), "another interval").await;
    other(&base, &plain().with_default_context_window(7), "another window").await;
    other(&base, &plain().with_default_max_tokens(7), "another output").await;
    base.models(&plain().with_provider_filter([" ACME "])).await.unwrap();
    assert_eq!(service.count("/foundation-models"), requests, "the same filter, written otherwise");
    // No key and no token can be read from the cache.
    for entry in std::fs::read_dir(cache.path().join("bedrill")).unwrap() {
        let path = entry.unwrap().path();
        let text = format!("{}{}", path.display(), std::fs::read_to_string(&path).unwrap());
        assert!(!text.contains("AKID") && !text.contains("token"), "{text}");
    }
}

#[tokio::test]
async fn the_control_plane_has_an_endpoint_of_its_own() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let service = {
        let seen = Arc::clone(&seen);
        Service::new(move |request| {
            seen.lock().unwrap().push(request.uri().host().unwrap().to_owned());
            answers(request)
        })
    };
    let with = |name: &str, value: &str| {
        let host = StaticMachine::new().with_var(name, value);
        let auth = Auth::SigV4(Credentials::new("AKIDEXAMPLE", "secret"));
        let builder = Client::builder().region("us-east-1").machine(Arc::new(host)).auth(auth);
        builder.transport(Arc::new(service.clone())).build().unwrap()
    };
    for (name, value, expected) in [
        ("AWS_ENDPOINT_URL_BEDROCK", "https://control.test", "control.test"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://data.test", "bedrock.us-east-1.amazonaws.com"),
        ("AWS_ENDPOINT_URL", "https://all.test", "all.test"),
        ("AWS_USE_FIPS_ENDPOINT", "true", "bedrock-fips.us-east-1.amazonaws.com"),
    ] {
        seen.lock().unwrap().clear();
        with(name, value).models(&plain()).await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [expected, expected], "{name}");
    }
}

#[tokio::test]
async fn without_the_permission_to_list_profiles_the_rest_works_and_says_what_it_lost() {
    let (service, cache) = (
        Service::new(|request| match request.uri().path() {
            "/foundation-models" => models(),
            _ => denied("bedrock:ListInferenceProfiles"),
        }),
        cache(),
    );
    let client = client(&service, cache.path());
    let catalog = client.models(&plain()).await.unwrap();
    assert_eq!(listed(&catalog), ["acme.writer-v1:0"]);
    let [Warning::ProfilesLost { missing_action, models, error, .. }] = catalog.warnings() else {
        panic!("{:?}", catalog.warnings())
    };
    assert_eq!((*missing_action, *models), (Some("bedrock:ListInferenceProfiles"), 1));
    assert!(error.contains("allow bedrock:ListInferenceProfiles in the IAM policy"), "{error}");
    let said = catalog.warnings()[0].to_string();
    assert!(
        said.starts_with("the permission bedrock:ListInferenceProfiles is missing, so 1 models"),
        "{said}"
    );
    assert!(!cache.path().join("bedrill").exists(), "half an answer is not stored");
    client.models(&plain()).await.unwrap();
    assert_eq!(service.count("/foundation-models"), 1, "but it is not asked for at every call either");
}

#[tokio::test]
async fn without_the_permission_to_list_models_the_error_names_it_every_time() {
    let (service, cache) = (Service::new(|_| denied("bedrock:ListFoundationModels")), cache());
    let client = client(&service, cache.path());
    // Deliberately better than Moltbot, which says it once per process and lists nothing from then on.
    for _ in 0..2 {
        let error = client.models(&plain()).await.map(|_| ()).unwrap_err();
        assert_eq!(error.code(), Some("AccessDeniedException"));
        assert!(error.hint().unwrap().contains("bedrock:ListFoundationModels"), "{error}");
    }
}

/// A service that works until it is switched to another mode.
fn moody() -> (Service, Arc<AtomicUsize>) {
    let mood = Arc::new(AtomicUsize::new(0));
    let service = {
        let mood = Arc::clone(&mood);
        Service::new(move |request| match (mood.load(Ordering::SeqCst), request.uri().path()) {
            (1, _) => Reply::Error(503, "ServiceUnavailableException", "later".into()),
            (2, _) => Reply::Broken,
            (3, "/foundation-models") => denied("bedrock:ListFoundationModels"),
            (4, "/inference-profiles") => Reply::Error(429, "ThrottlingException", "slow".into()),
            _ => answers(request),
        })
    };
    (service, mood)
}

#[tokio::test]
async fn when_the_service_fails_the_last_answer_is_given_and_said_to_be_old() {
    let ((service, mood), cache) = (moody(), cache());
    let get = async || client(&service, cache.path()).refresh_models(&plain()).await;
    assert_eq!(get().await.unwrap().warnings(), []);
    for (number, error_text) in
        [(1, "ServiceUnavailableException"), (2, "nobody is there"), (3, "bedrock:List")]
    {
        mood.store(number, Ordering::SeqCst);
        let catalog: Arc<Catalog> = get().await.unwrap();
        assert_eq!(listed(&catalog), ALL);
        let [Warning::Stale { error, since, .. }] = catalog.warnings() else {
            panic!("{:?}", catalog.warnings())
        };
        assert!(error.contains(error_text) && since.ends_with('Z'), "{error}");
    }
    mood.store(4, Ordering::SeqCst);
    let catalog = get().await.unwrap();
    assert_eq!(listed(&catalog), ALL, "the models are new, the profiles old");
    assert!(matches!(catalog.warnings(), [Warning::OldProfiles { .. }]), "{:?}", catalog.warnings());
    mood.store(0, Ordering::SeqCst);
    assert_eq!(get().await.unwrap().warnings(), []);
}

//! The metadata service: its three steps, only its second version, and how soon it is given up on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bedrill::auth::imds::Imds;
use bedrill::auth::{AuthError, AuthErrorKind, Chain, Resolved};
use bedrill::client::SettingOrigin;
use bedrill::machine::StaticMachine;
use bedrill::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use bedrill::{Client, ConverseRequest};
use bytes::Bytes;
use http::Request;

use super::roles::{assert_no_canary, clock, keys, load_with};
use crate::support::scripted::{Outcome, Scripted, ok, status};

const DOCUMENT: &str = r#"{"Code":"Success","AccessKeyId":"ASIAINSTANCEEXAMPLE","SecretAccessKey":"canary-secret",
    "Token":"canary-session","Expiration":"2080-01-01T00:00:00Z"}"#;
const PUT: &str = "PUT http://169.254.169.254/latest/api/token";
const LIST: &str = "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/";
const REGION: &str = "GET http://169.254.169.254/latest/meta-data/placement/region";
const ROLE: &str = "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/web";

/// What each of the three steps answers.
fn service(token: Outcome, list: Outcome, document: Outcome) -> Arc<Scripted> {
    Scripted::new(move |_, request| step(request, &token, &list, &document))
}

fn step(request: &Request<Bytes>, token: &Outcome, list: &Outcome, document: &Outcome) -> Outcome {
    let path = request.uri().path();
    if request.method() == "PUT" {
        assert_eq!(request.headers()["x-aws-ec2-metadata-token-ttl-seconds"], "21600");
        return token.clone();
    }
    assert!(request.headers().contains_key("x-aws-ec2-metadata-token"), "version 1 is never asked");
    if path.ends_with('/') { list.clone() } else { document.clone() }
}

fn load(host: StaticMachine, service: &Arc<Scripted>) -> Result<Resolved, AuthError> {
    load_with(Chain::builder(), host, service)
}

#[track_caller]
fn not_here(service: &Arc<Scripted>) -> String {
    let error = load(StaticMachine::new(), service).expect_err("nothing");
    assert_eq!(error.kind(), AuthErrorKind::NoCredentials);
    let error = error.to_string();
    assert_no_canary(&error);
    error.lines().find_map(|line| line.trim_start().strip_prefix("IMDS: ")).expect("a line").to_owned()
}

#[track_caller]
fn broken(service: &Arc<Scripted>) -> String {
    let error = load(StaticMachine::new(), service).expect_err("broken");
    assert_eq!((error.kind(), error.source_name()), (AuthErrorKind::Misconfigured, "IMDS"));
    assert_no_canary(&format!("{error} {error:?} {error:#?}"));
    error.to_string()
}

#[test]
fn a_role_is_found_in_three_steps() {
    let service = service(ok("canary-token"), ok("web\n"), ok(DOCUMENT));
    let resolved = load(StaticMachine::new(), &service).expect("credentials");
    assert_eq!((resolved.source(), keys(&resolved).access_key_id()), ("IMDS", "ASIAINSTANCEEXAMPLE"));
    assert_eq!(resolved.origin(), "role web of this instance, http://169.254.169.254");
    assert_eq!(service.lines(), [PUT, LIST, ROLE]);
    assert_eq!(service.requests()[2].headers()["x-aws-ec2-metadata-token"], "canary-token");
    assert_no_canary(&format!("{resolved:?} {:?}", service.requests()));
}

#[test]
fn without_a_token_there_is_no_metadata_service_here() {
    let nothing = || (status(200), status(200));
    let ask = |token: Outcome| {
        let service = service(token, nothing().0, nothing().1);
        let why = not_here(&service);
        assert!(why.contains("AWS_EC2_METADATA_DISABLED=true"), "{why}");
        assert!(service.lines().iter().all(|line| line == PUT), "never version 1");
        (service.lines().len(), why)
    };
    let (count, why) = ask(Outcome::Silence);
    assert!(
        count == 1 && why.contains("no token within 1 s; not on EC2?") && why.contains("hop limit"),
        "{why}"
    );
    let (count, why) = ask(Outcome::Fails(TransportErrorKind::Connect));
    assert!(count == 1 && why.contains("not on EC2?"), "{why}");
    for code in [301, 302, 400, 403, 404, 405] {
        let (count, why) = ask(status(code));
        assert!(count == 1 && why.contains(&format!("answered {code}")), "{why}");
    }
    assert_eq!(ask(status(500)).0, 4);
    for junk in ["", "<html> canary </html>", "canary canary", "canary\ncanary", "canary\u{e9}"] {
        assert!(ask(ok(junk)).1.contains("an unexpected answer"), "{junk}");
    }
    assert!(ask(ok(vec![b'x'; 70_000])).1.contains("larger than 64 KiB"));
}

#[test]
fn the_switch_keeps_everything_from_being_asked() {
    for value in ["true", "TRUE", " True "] {
        let service = service(ok("token"), ok("web"), ok(DOCUMENT));
        let host = StaticMachine::new().with_var("AWS_EC2_METADATA_DISABLED", value);
        let error = load(host, &service).expect_err("nothing").to_string();
        assert!(error.contains("IMDS: AWS_EC2_METADATA_DISABLED is true"), "{error}");
        assert!(service.lines().is_empty());
    }
    let service = service(ok("token"), ok("web"), ok(DOCUMENT));
    load(StaticMachine::new().with_var("AWS_EC2_METADATA_DISABLED", "false"), &service).expect("credentials");
}

#[test]
fn an_instance_without_a_role_is_not_here_and_other_refusals_are_errors() {
    assert!(not_here(&service(ok("token"), status(404), status(500))).contains("the instance has no role"));
    assert!(not_here(&service(ok("token"), ok(" \n"), status(500))).contains("names no role"));
    assert!(
        broken(&service(ok("token"), status(403), status(500)))
            .contains("answered 403 Forbidden to the request")
    );
    assert!(broken(&service(ok("token"), ok("../../canary"), status(500))).contains("is not a name"));
    assert!(broken(&service(ok("token"), ok("web"), status(404))).contains("answered 404"));
    assert!(broken(&service(ok("token"), ok("web"), status(302))).contains("answered 302"));
    let refusal =
        r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role for canary-token"}"#;
    let error = broken(&service(ok("canary-token"), ok("web"), ok(refusal)));
    assert!(
        error.contains(
            "for the role web: AssumeRoleUnauthorizedAccess; the role's trust policy must allow ec2"
        ),
        "{error}"
    );
    assert!(broken(&service(ok("token"), ok("web"), Outcome::Silence)).contains("no answer within 1 s"));
}

#[test]
fn a_token_that_is_refused_is_renewed_once_and_a_busy_service_asked_again() {
    let refusing = |times: usize| {
        let refused = AtomicUsize::new(0);
        Scripted::new(move |_, request| {
            let refuse = || refused.fetch_add(1, Ordering::SeqCst) < times;
            if request.method() != "PUT" && refuse() {
                return status(401);
            }
            step(request, &ok("token"), &ok("web"), &ok(DOCUMENT))
        })
    };
    let once = refusing(1);
    load(StaticMachine::new(), &once).expect("credentials");
    assert_eq!(once.lines(), [PUT, LIST, PUT, LIST, ROLE]);
    let always = refusing(usize::MAX);
    assert!(broken(&always).contains("answered 401"));
    assert_eq!(always.lines(), [PUT, LIST, PUT, LIST]);

    let busy = Scripted::new(|number, request| {
        if number % 2 == 0 { status(503) } else { step(request, &ok("token"), &ok("web"), &ok(DOCUMENT)) }
    });
    load(StaticMachine::new(), &busy).expect("credentials");
    assert_eq!(busy.lines(), [PUT, PUT, LIST, LIST, ROLE, ROLE]);
}

#[test]
fn nothing_waits_longer_than_a_second_and_silence_is_not_asked_again() {
    let service = service(Outcome::Silence, status(200), status(200));
    not_here(&service);
    assert_eq!(
        service.timers(),
        [Duration::from_secs(1); 2],
        "for the head and for all of it, at the same time"
    );
}

#[test]
fn keys_that_have_expired_are_still_used_for_a_while() {
    let service = service(ok("token"), ok("web"), ok(DOCUMENT.replace("2080", "2020")));
    let resolved = load(StaticMachine::new(), &service).expect("credentials");
    let left = keys(&resolved).expiration().expect("an end").duration_since(clock()).expect("later");
    assert!((600..=900).contains(&left.as_secs()), "{left:?}");
}

#[test]
fn the_region_of_the_instance_can_be_asked() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let region = |region: Outcome| {
        let service = Scripted::new(move |_, request| {
            let asks_region = request.uri().path().ends_with("/placement/region");
            step(request, &ok("token"), &ok("web"), &if asks_region { region.clone() } else { ok(DOCUMENT) })
        });
        let client = Client::builder()
            .machine(Arc::new(StaticMachine::new()))
            .transport(service.clone())
            .clock(clock)
            .build()
            .expect("a client");
        let (region, origin) = runtime.block_on(client.region());
        assert_eq!(service.lines().last().map(String::as_str), Some(REGION));
        (region.to_string(), origin)
    };
    assert_eq!(region(ok("eu-south-2\n")), ("eu-south-2".to_owned(), SettingOrigin::Instance));
    for none in [ok("evil.test/#"), status(404)] {
        assert_eq!(region(none), ("us-east-1".to_owned(), SettingOrigin::Default));
    }
}

#[test]
fn the_program_may_name_the_endpoint_or_leave_the_service_out() {
    let all = service(ok("token"), ok("web"), ok(DOCUMENT));
    let imds = Imds::new().with_endpoint("http://127.0.0.1:9/imds/");
    let resolved = load_with(Chain::builder().imds(imds), StaticMachine::new(), &all).expect("credentials");
    assert_eq!(all.lines()[0], "PUT http://127.0.0.1:9/imds/latest/api/token");
    assert!(resolved.origin().ends_with("http://127.0.0.1:9/imds"), "{}", resolved.origin());
    let error = load_with(Chain::builder().no_imds(), StaticMachine::new(), &all).expect_err("nothing");
    assert!(!error.to_string().contains("IMDS"), "{error}");
}

/// A client on an instance: its transport sees all requests, the wrapper around it only those to Bedrock.
#[test]
fn a_client_without_a_region_goes_to_that_of_the_instance_whose_role_signs() {
    let service = Scripted::new(|_, request| {
        if request.uri().host().is_some_and(|host| host.starts_with("bedrock")) {
            return status(500);
        }
        step(request, &ok("token"), &ok("web"), &ok(document_or_region(request)))
    });
    let passed = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&passed);
    let client = Client::builder()
        .machine(Arc::new(StaticMachine::new()))
        .transport(service.clone())
        .wrap_transport(move |inner| Arc::new(Counting(inner, counter)))
        .clock(clock)
        .build()
        .expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for _ in 0..2 {
        let request = ConverseRequest::new("amazon.nova-lite-v1:0").message("hi");
        runtime.block_on(client.converse(&request)).expect_err("500");
    }
    let lines = service.lines();
    let regions = lines.iter().filter(|line| line.ends_with("/placement/region")).count();
    assert_eq!(regions, 1, "asked once: {lines:?}");
    let bedrock: Vec<_> = lines.iter().filter(|line| line.contains("bedrock-runtime.")).collect();
    assert!(bedrock.iter().all(|line| line.contains("bedrock-runtime.eu-south-2.")), "{bedrock:?}");
    assert_eq!(passed.load(Ordering::SeqCst), bedrock.len());
}

fn document_or_region(request: &Request<Bytes>) -> &'static str {
    if request.uri().path().ends_with("/placement/region") { "eu-south-2" } else { DOCUMENT }
}

struct Counting(Arc<dyn Transport>, Arc<AtomicUsize>);

impl Transport for Counting {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.send(request)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}

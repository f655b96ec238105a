//! A call that was started and is no longer polled blocks nobody: every waiting caller polls what all wait for.

use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::mpsc;
use std::task::{Context, Waker};

use bedrill::catalog::DiscoverySettings;
use serde_json::json;

use super::*;
use crate::support::replies::{DiskMachine, run};
use crate::support::service::{Reply, Service};

/// Prints credentials after 300 ms, and leaves a line in the file `asked`.
const HELPER: &str = r#"echo >>"$0/asked"; sleep 0.3; printf '%s' '{"Version":1,"AccessKeyId":"AKIAPROCESSEXAMPLE","SecretAccessKey":"canary"}'"#;

fn service() -> Service {
    Service::new(|request| match request.uri().path() {
        "/foundation-models" => Reply::Json(json!({"modelSummaries": []})),
        "/inference-profiles" => Reply::Json(json!({"inferenceProfileSummaries": []})),
        _ => Reply::Json(json!({
            "output": {"message": {"role": "assistant", "content": [{"text": "hi"}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
            "metrics": {"latencyMs": 1},
        })),
    })
}

/// A client whose credentials a slow program prints.
struct OfProcess {
    home: tempfile::TempDir,
    client: Client,
}

impl OfProcess {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let helper = HELPER.replace("$0", home.path().to_str().expect("UTF-8"));
        std::fs::create_dir(home.path().join(".aws")).expect("a folder");
        let config = format!("[default]\ncredential_process = {helper}\n");
        std::fs::write(home.path().join(".aws/config"), config).expect("written");
        let client = on_disk(home.path()).build().expect("a client");
        Self { home, client }
    }

    fn asked(&self) -> usize {
        std::fs::read(self.home.path().join("asked")).map_or(0, |lines| lines.len())
    }
}

fn on_disk(home: &Path) -> ClientBuilder {
    let host = StaticMachine::new().with_home(home).with_var("AWS_EC2_METADATA_DISABLED", "true");
    Client::builder().machine(Arc::new(DiskMachine(host))).region("us-east-1").transport(Arc::new(service()))
}

/// Starts a call, and does nothing else.
fn begin<F: Future>(call: Pin<&mut F>) {
    assert!(call.poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[test]
fn a_call_in_another_branch_of_select_gets_its_credentials() {
    let of_process = OfProcess::new();
    let request = prompt(MODEL);
    run(async {
        let mut first = pin!(of_process.client.converse(&request));
        tokio::select! {
            biased;
            _ = &mut first => panic!("the helper takes longer"),
            () = tokio::time::sleep(Duration::from_millis(10)) => {
                within(of_process.client.converse(&request)).await.expect("an answer");
            }
        }
        within(first).await.expect("an answer");
    });
    assert_eq!(of_process.asked(), 1);
}

#[test]
fn calls_of_a_set_that_is_not_polled_block_no_other() {
    let of_process = OfProcess::new();
    let request = prompt(MODEL);
    run(async {
        let mut set: Vec<_> = (0..10).map(|_| Box::pin(of_process.client.converse(&request))).collect();
        for call in &mut set {
            begin(call.as_mut());
        }
        within(of_process.client.converse(&request)).await.expect("an answer");
        for call in set {
            within(call).await.expect("an answer");
        }
    });
    assert_eq!(of_process.asked(), 1);
}

#[test]
fn a_leader_on_a_thread_that_is_blocked_blocks_no_other() {
    let of_process = OfProcess::new();
    let (begun, wait_for_leader) = mpsc::channel();
    let (release, wait_for_release) = mpsc::channel::<()>();
    let client = of_process.client.clone();
    let blocked = std::thread::spawn(move || {
        let request = prompt(MODEL);
        run(async {
            let mut first = pin!(client.converse(&request));
            let limit = Duration::from_millis(10);
            assert!(tokio::time::timeout(limit, first.as_mut()).await.is_err(), "the helper takes longer");
            begun.send(()).expect("the test waits");
            // The test has answers, or has failed.
            let _ = wait_for_release.recv();
            within(first).await.expect("an answer");
        });
    });
    wait_for_leader.recv().expect("the leader begins");
    run(within(of_process.client.converse(&prompt(MODEL)))).expect("an answer");
    drop(release);
    blocked.join().expect("no panic");
    assert_eq!(of_process.asked(), 1);
}

#[test]
fn a_call_with_a_limit_of_its_own_ends_only_itself() {
    let of_process = OfProcess::new();
    let request = prompt(MODEL);
    run(async {
        let limited = tokio::time::timeout(Duration::from_millis(50), of_process.client.converse(&request));
        let (limited, patient) = tokio::join!(limited, of_process.client.converse(&request));
        assert!(limited.is_err(), "the helper takes longer");
        patient.expect("an answer");
    });
    assert_eq!(of_process.asked(), 1);
}

/// A client that has credentials, and asks `service` for models.
fn of_models(service: &Service, home: &Path) -> Client {
    let transport = Arc::new(service.clone());
    on_disk(home).auth(Auth::SigV4(credentials())).transport(transport).build().expect("a client")
}

#[test]
fn a_listing_that_is_not_polled_blocks_no_other() {
    let (service, home) = (service(), tempfile::tempdir().expect("a folder"));
    let client = of_models(&service, home.path());
    let settings = DiscoverySettings::new();
    run(async {
        let mut set: Vec<_> = (0..10).map(|_| Box::pin(client.models(&settings))).collect();
        for call in &mut set {
            begin(call.as_mut());
        }
        tokio::select! {
            biased;
            _ = &mut set[0] => panic!("the service takes longer"),
            () = std::future::ready(()) => {
                within(client.models(&settings)).await.expect("a catalog");
                within(client.refresh_models(&settings)).await.expect("a catalog");
            }
        }
        for call in set {
            within(call).await.expect("a catalog");
        }
    });
    assert_eq!((service.count("/foundation-models"), service.count("/inference-profiles")), (2, 2));
}

#[test]
fn a_listing_on_a_thread_that_is_blocked_blocks_no_other() {
    let (service, home) = (service(), tempfile::tempdir().expect("a folder"));
    let client = of_models(&service, home.path());
    let (begun, wait_for_leader) = tokio::sync::oneshot::channel();
    let (release, wait_for_release) = mpsc::channel::<()>();
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    threads.expect("a runtime").block_on(async {
        let leader = client.clone();
        let blocked = tokio::spawn(async move {
            let settings = DiscoverySettings::new();
            let mut first = Box::pin(leader.models(&settings));
            begin(first.as_mut());
            begun.send(()).expect("the test waits");
            // The test has answers, or has failed.
            let _ = wait_for_release.recv();
            first.await.map(drop)
        });
        wait_for_leader.await.expect("the leader begins");
        within(client.models(&DiscoverySettings::new())).await.expect("a catalog");
        drop(release);
        blocked.await.expect("no panic").expect("a catalog");
    });
    assert_eq!(service.count("/foundation-models"), 1);
}

#[test]
fn a_client_is_gone_with_its_last_caller() {
    let home = tempfile::tempdir().expect("a folder");
    let silent = Arc::new(memory::Silent);
    let client = on_disk(home.path())
        .auth(Auth::SigV4(credentials()))
        .transport(Arc::clone(&silent) as Arc<dyn bedrill::transport::Transport>)
        .build()
        .expect("a client");
    let settings = DiscoverySettings::new();
    {
        let mut first = pin!(client.models(&settings));
        let mut second = pin!(client.models(&settings));
        begin(first.as_mut());
        begin(second.as_mut());
    }
    drop(client);
    assert_eq!(Arc::strong_count(&silent), 1, "nothing keeps the client");
}

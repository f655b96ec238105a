//! The file that processes share.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bedrill::catalog::Warning;
use serde_json::json;

use super::discovery::{ALL, answers, cache, client, plain, profiles};
use super::{listed, model};
use crate::support::service::{Reply, Service};

#[tokio::test]
async fn a_corrupt_file_counts_as_absent_and_is_reported() {
    let (service, cache) = (Service::new(answers), cache());
    client(&service, cache.path()).models(&plain()).await.unwrap();
    let file = std::fs::read_dir(cache.path().join("bedrill")).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&file).unwrap();
    for broken in [&whole[..whole.len() / 2], b"", b"{}", b"\xff\xfe", b"null"] {
        std::fs::write(&file, broken).unwrap();
        let catalog = client(&service, cache.path()).models(&plain()).await.unwrap();
        assert_eq!(listed(&catalog), ALL);
        assert!(matches!(catalog.warnings(), [Warning::CacheUnreadable { .. }]), "{:?}", catalog.warnings());
        let again = client(&service, cache.path()).models(&plain()).await.unwrap();
        assert_eq!(again.warnings(), [], "it was rewritten");
    }
    assert_eq!(service.count("/foundation-models"), 6);
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_is_reported_and_nothing_worse() {
    let (service, cache) = (Service::new(answers), cache());
    std::fs::write(cache.path().join("bedrill"), "in the way").unwrap();
    let catalog = client(&service, cache.path()).models(&plain()).await.unwrap();
    assert_eq!(listed(&catalog), ALL);
    let unwritable = |warning: &Warning| matches!(warning, Warning::CacheUnwritable { .. });
    assert!(catalog.warnings().iter().any(unwritable), "{:?}", catalog.warnings());
}

/// The variable that marks a process as a child of the test below: the cache folder and a number.
const CHILD: &str = "BEDRILL_TEST_CACHE_CHILD";
const PROCESSES: usize = 8;
const REFRESHES: usize = 50;

#[test]
fn many_processes_share_one_file_and_none_reads_a_corrupt_one() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    if let Ok(folder) = std::env::var(CHILD) {
        return runtime.block_on(refresh_often(Path::new(&folder)));
    }
    let cache = cache();
    let name = "catalog::cache_file::many_processes_share_one_file_and_none_reads_a_corrupt_one";
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            let mut child = Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", name, "--nocapture"]).env(CHILD, cache.path());
            child.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(&format!("{REFRESHES} refreshes")), "{told}");
    }
    let files: Vec<_> = std::fs::read_dir(cache.path().join("bedrill")).unwrap().collect();
    assert_eq!(files.len(), 1, "one key, one file, nothing left behind: {files:?}");
}

/// Writes answers of changing length to the one file, and reads it after each, as other processes do the same.
async fn refresh_often(folder: &Path) {
    let round = Arc::new(AtomicUsize::new(0));
    let service = {
        let round = Arc::clone(&round);
        Service::new(move |request| {
            if request.uri().path() != "/foundation-models" {
                return profiles();
            }
            let count = 1 + round.fetch_add(1, Ordering::SeqCst) % 7 * 12;
            let ids = (0..count).map(|number| format!("acme.writer-{number}-v1:0"));
            let models: Vec<_> = ids.map(|id| model(&id, &id, "Acme", &["ON_DEMAND"])).collect();
            Reply::Json(json!({ "modelSummaries": models }))
        })
    };
    for _ in 0..REFRESHES {
        let written = client(&service, folder).refresh_models(&plain()).await.unwrap();
        let read = client(&service, folder).models(&plain()).await.unwrap();
        for catalog in [written, read] {
            assert_eq!(catalog.warnings(), []);
            assert!(catalog.models().count() >= 1);
        }
    }
    let refreshes = round.load(Ordering::SeqCst);
    assert_eq!(refreshes, REFRESHES, "every read found a whole and fresh file");
    eprintln!("{refreshes} refreshes");
}

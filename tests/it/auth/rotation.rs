//! Eight processes renew one SSO token two hundred times each, against a server that accepts a refresh token once.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bedrill::auth::{Context, sso};
use bedrill::machine::{ProfileFiles, StaticMachine};
use bedrill::test_util::requests::json as body;
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step};
use bedrill::transport::ReqwestTransport;
use serde_json::{Value, json};

use crate::support::replies::{DiskMachine, run};

const PROCESSES: usize = 8;
const ROTATIONS: usize = 200;

const HOME: &str = "BEDRILL_TEST_ROTATION_HOME";
const SERVER: &str = "BEDRILL_TEST_ROTATION_SERVER";

/// The current refresh token, and whether an old one arrived.
#[derive(Default)]
struct Oidc {
    generation: Mutex<usize>,
    lost: AtomicUsize,
}

impl Oidc {
    fn answer(&self, body: &Value) -> Vec<u8> {
        let mut generation = self.generation.lock().expect("no panic");
        if body["refreshToken"] != format!("refresh-{generation}") {
            self.lost.fetch_add(1, Ordering::SeqCst);
            return response("400 Bad Request", &[], r#"{"error": "invalid_grant"}"#);
        }
        *generation += 1;
        // It expires at once, so that the next process has to renew it again.
        let answer = json!({"accessToken": format!("access-{generation}"), "expiresIn": 0,
                            "refreshToken": format!("refresh-{generation}")});
        response("200 OK", &[], answer.to_string())
    }
}

/// Not a test: what each of the processes does.
#[test]
#[ignore = "needs the test below, which starts it"]
fn worker() {
    let home = std::env::var_os(HOME).expect("started by the test below, with a home folder");
    let server = std::env::var(SERVER).expect("started by the test below, with a server");
    let host = StaticMachine::new().with_home(home).with_var("AWS_ENDPOINT_URL_SSO_OIDC", server);
    let host = DiskMachine(host);
    let transport = ReqwestTransport::new().expect("a transport");
    run(async {
        let mut rotations = 0;
        while rotations < ROTATIONS {
            let files = ProfileFiles::load(&host, Some("dev")).expect("the profile");
            // Without the memory of a chain, which would wait 30 seconds between two renewals.
            let context = Context::new(&host).with_transport(&transport);
            // It fails when the others hold the lock for too long; when it does not, it was renewed here.
            rotations += usize::from(sso::token(context, &files).await.is_ok());
        }
    });
}

#[test]
fn no_file_is_corrupt_and_no_refresh_token_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).expect("a folder");
    let config = "[profile dev]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x\n";
    std::fs::write(folder.path().join(".aws/config"), config).expect("written");
    // The SHA-1 of `corp`.
    let token = cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    let first = json!({"accessToken": "access-0", "expiresAt": "2020-01-01T00:00:00Z", "refreshToken": "refresh-0",
                       "clientId": "id", "clientSecret": "secret", "registrationExpiresAt": "2099-01-01T00:00:00Z"});
    std::fs::write(&token, first.to_string()).expect("written");

    let oidc = Arc::new(Oidc::default());
    let server = {
        let oidc = Arc::clone(&oidc);
        Server::start(move |_, request| vec![Step::Send(oidc.answer(&body(request)))])
    };
    let over = Arc::new(AtomicBool::new(false));
    let reader = {
        let (over, token) = (Arc::clone(&over), token.clone());
        std::thread::spawn(move || watch(&token, &over))
    };

    let program = std::env::current_exe().expect("this program");
    let mut processes: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(&program)
                .args(["--exact", "auth::rotation::worker", "--ignored", "--quiet"])
                .env(HOME, folder.path())
                .env(SERVER, server.url())
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("started")
        })
        .collect();
    for process in &mut processes {
        assert!(process.wait().expect("ended").success());
    }
    over.store(true, Ordering::SeqCst);
    let seen = reader.join().expect("every reading is a whole document");

    let generation = *oidc.generation.lock().expect("no panic");
    assert_eq!(oidc.lost.load(Ordering::SeqCst), 0, "refresh tokens were used twice");
    assert_eq!(generation, PROCESSES * ROTATIONS);
    let last: Value = serde_json::from_slice(&std::fs::read(&token).expect("there")).expect("JSON");
    assert_eq!(last["refreshToken"], format!("refresh-{generation}"));
    assert_eq!(last["clientSecret"], "secret");
    let left: Vec<_> =
        std::fs::read_dir(&cache).expect("a list").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 1, "left behind: {left:?}");
    assert!(seen > PROCESSES, "the reader saw {seen} states");
}

/// Reads the file again and again: how many different contents it saw.
fn watch(token: &Path, over: &AtomicBool) -> usize {
    let (mut seen, mut last) = (0, Value::Null);
    while !over.load(Ordering::SeqCst) {
        let contents = std::fs::read(token).expect("it is always there");
        let document: Value = serde_json::from_slice(&contents).expect("a whole document");
        assert!(document["refreshToken"].is_string());
        seen += usize::from(document != last);
        last = document;
        std::thread::sleep(std::time::Duration::from_micros(200));
    }
    seen
}

//! When a token is renewed, and what is used when it cannot be.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::SystemTime;

use bedrill::auth::Chain;
use bedrill::machine::{Machine as _, StaticMachine};
use serde_json::{Value, json};

use super::{LATER, PAST, ROLE, SOON, TOKEN, aws, bearer, chain, faults, load, machine, now, refused, token};
use crate::support::replies::{Replies, Reply, run};

#[test]
fn a_token_that_runs_out_is_renewed_and_written_back() {
    for expires_at in [SOON, PAST] {
        let (machine, transport) = (machine(token(expires_at)), Replies::new(aws));
        load(&machine, &transport).expect("credentials");
        let [renewal, exchange] = &transport.requests()[..] else { panic!("two requests") };
        assert_eq!(renewal.uri().to_string(), "https://oidc.eu-west-1.amazonaws.com/token");
        let body: Value = serde_json::from_slice(renewal.body()).expect("JSON");
        assert_eq!(
            body,
            json!({"clientId": "client", "clientSecret": "canary-client-secret", "grantType": "refresh_token",
                   "refreshToken": "canary-refresh-old"})
        );
        assert_eq!(bearer(exchange), "canary-access-new");
        let mut expected = token("2026-11-22T11:23:31Z");
        expected["accessToken"] = "canary-access-new".into();
        expected["refreshToken"] = "canary-refresh-new".into();
        let written: Value =
            serde_json::from_slice(&machine.read(TOKEN.as_ref()).expect("there")).expect("JSON");
        assert_eq!(written, expected);
    }
}

#[test]
fn what_cannot_be_renewed_serves_until_its_end() {
    for (name, value) in [
        ("refreshToken", Value::Null),
        ("clientId", Value::Null),
        ("clientSecret", json!(" ")),
        ("registrationExpiresAt", Value::Null),
        ("registrationExpiresAt", json!(PAST)),
    ] {
        for (expires_at, serves) in [(SOON, true), (PAST, false)] {
            let mut token = token(expires_at);
            token[name] = value.clone();
            let transport = Replies::new(aws);
            let result = load(&machine(token), &transport);
            if serves {
                result.expect("credentials");
                assert_eq!(transport.requests().len(), 1, "{name}");
            } else {
                let error = refused(result);
                assert!(error.contains("the token expired at 2026-11-22T03:00:00Z"), "{error}");
                assert!(error.ends_with("run `aws sso login --profile dev`"), "{error}");
                assert_eq!(transport.requests().len(), 0, "{name}");
            }
        }
    }
}

#[test]
fn when_renewing_fails_the_old_token_serves_while_it_can() {
    for (name, reply, _) in faults() {
        let oidc = move |request: &http::Request<bytes::Bytes>| {
            if request.uri().path() == "/token" { reply() } else { Reply::ok(ROLE) }
        };
        let transport = Replies::new(oidc);
        let soon = machine(token(SOON));
        load(&soon, &transport).expect(name);
        assert_eq!(bearer(&transport.requests()[1]), "canary-access-old", "{name}");
        assert_eq!(
            soon.read(TOKEN.as_ref()).expect("there"),
            token(SOON).to_string().into_bytes(),
            "untouched"
        );

        let transport = Replies::new(oidc);
        let error = refused(load(&machine(token(PAST)), &transport));
        assert!(error.contains("https://oidc.eu-west-1.amazonaws.com did not renew it"), "{name}: {error}");
        assert!(error.ends_with("run `aws sso login --profile dev`"), "{name}: {error}");
        assert_eq!(transport.requests().len(), 1, "{name}: one try, because a lock is held");
    }
}

#[test]
fn a_renewal_that_is_dropped_leaves_the_file_and_is_not_tried_again_at_once() {
    let transport = Replies::new(|_| Reply::Silence);
    let host = machine(token(PAST));
    let chain = chain(&host, &transport);
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(chain.load()).poll(&mut context).is_pending());
    assert_eq!(transport.requests().len(), 1);
    assert_eq!(host.read(Path::new(TOKEN)).expect("a file"), token(PAST).to_string().as_bytes());
    let said = refused(run(chain.load()));
    assert!(said.contains("it could not be renewed a moment ago"), "{said}");
    assert_eq!(transport.requests().len(), 1);
}

#[test]
fn renewing_is_tried_once_in_thirty_seconds() {
    let transport = Replies::new(|_| Reply::Status(500, "".into()));
    let chain = chain(&machine(token(PAST)), &transport);
    refused(run(chain.load()));
    let error = refused(run(chain.load()));
    assert!(error.contains("could not be renewed a moment ago"), "{error}");
    assert_eq!(transport.requests().len(), 1);
}

/// A machine that cannot be written to, such as one with a full disk or a read-only home directory.
struct ReadOnly(StaticMachine);

impl bedrill::machine::Machine for ReadOnly {
    fn var(&self, name: &str) -> Option<String> {
        self.0.var(name)
    }
    fn home(&self) -> Option<std::path::PathBuf> {
        self.0.home()
    }
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        self.0.read(path)
    }
    fn modified(&self, path: &Path) -> Option<SystemTime> {
        self.0.modified(path)
    }
    fn write_private(&self, _: &Path, _: &[u8]) -> std::io::Result<()> {
        Err(std::io::ErrorKind::ReadOnlyFilesystem.into())
    }
    fn try_lock(&self, _: &Path) -> std::io::Result<Option<bedrill::machine::FileLock>> {
        Err(std::io::ErrorKind::ReadOnlyFilesystem.into())
    }
}

#[test]
fn where_nothing_can_be_written_a_renewed_token_serves_from_memory_with_one_warning() {
    let (machine, transport) = (machine(token(PAST)), Replies::new(aws));
    let chain = Chain::builder()
        .machine(Arc::new(ReadOnly(machine.clone())))
        .transport(Arc::new(transport.clone()))
        .clock(now)
        .profile("dev")
        .build();
    let first = run(chain.load()).expect("credentials");
    let [warning] = first.warnings() else { panic!("one warning: {:?}", first.warnings()) };
    assert!(warning.contains(TOKEN) && warning.contains("kept in memory"), "{warning}");
    let second = run(chain.load()).expect("credentials");
    assert_eq!(second.warnings(), [""; 0]);
    let tokens: Vec<_> = transport
        .requests()
        .iter()
        .filter(|request| request.uri().path() != "/token")
        .map(|r| bearer(r).to_owned())
        .collect();
    assert_eq!(tokens, ["canary-access-new", "canary-access-new"]);
    assert_eq!(transport.requests().len(), 3, "renewed once");
    // Another login takes its place.
    let mut other = token(LATER);
    other["accessToken"] = "canary-access-other".into();
    machine.write_private(TOKEN.as_ref(), other.to_string().as_bytes()).expect("written");
    run(chain.load()).expect("credentials");
    assert_eq!(bearer(&transport.requests()[3]), "canary-access-other");
}

#[test]
fn a_login_in_another_terminal_heals_a_running_program() {
    let (machine, transport) = (machine(token(LATER)), Replies::new(aws));
    let cache = bedrill::auth::Cache::new(chain(&machine, &transport));
    run(async {
        for _ in 0..3 {
            cache.load().await.expect("credentials");
        }
        assert_eq!(transport.requests().len(), 1);
        let mut other = token(LATER);
        other["accessToken"] = "canary-access-other".into();
        machine.write_private(TOKEN.as_ref(), other.to_string().as_bytes()).expect("written");
        for _ in 0..3 {
            cache.load().await.expect("credentials");
        }
    });
    let [_, again] = &transport.requests()[..] else { panic!("two requests") };
    assert_eq!(bearer(again), "canary-access-other");
}

#[test]
fn while_another_program_renews_the_old_token_serves_or_the_new_one_is_found() {
    /// Another program holds the lock for a while, and leaves a new token behind.
    struct Busy {
        machine: StaticMachine,
        looks: std::sync::atomic::AtomicUsize,
        until: usize,
    }
    impl bedrill::machine::Machine for Busy {
        fn var(&self, name: &str) -> Option<String> {
            self.machine.var(name)
        }
        fn home(&self) -> Option<std::path::PathBuf> {
            self.machine.home()
        }
        fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
            self.machine.read(path)
        }
        fn try_lock(&self, _: &Path) -> std::io::Result<Option<bedrill::machine::FileLock>> {
            let look = self.looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            if look < self.until {
                return Ok(None);
            }
            let renewed = token(LATER).to_string().replace("-old", "-theirs");
            self.machine.write_private(TOKEN.as_ref(), renewed.as_bytes())?;
            Ok(Some(bedrill::machine::FileLock::new(())))
        }
    }
    for (expires_at, until, expected) in [
        (SOON, 20, Some("canary-access-theirs")),
        (SOON, usize::MAX, Some("canary-access-old")),
        (PAST, 200, Some("canary-access-theirs")),
        (PAST, usize::MAX, None),
    ] {
        let transport = Replies::new(aws);
        let host = Busy { machine: machine(token(expires_at)), looks: 0.into(), until };
        let chain = Chain::builder()
            .machine(Arc::new(host))
            .transport(Arc::new(transport.clone()))
            .clock(now)
            .profile("dev")
            .build();
        let result = run(chain.load());
        assert!(transport.requests().iter().all(|request| request.uri().path() != "/token"));
        match expected {
            Some(expected) => {
                result.expect("credentials");
                assert_eq!(bearer(&transport.requests()[0]), expected);
            }
            None => assert!(refused(result).contains("another program is renewing it")),
        }
    }
}

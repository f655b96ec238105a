//! Containers' credentials: which addresses may be asked, and with which token.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bedrill::auth::container::{self, ContainerUri};
use bedrill::auth::{AuthError, Chain, Resolved};
use bedrill::machine::{Machine, StaticMachine, SystemMachine};
use bedrill::transport::{BoxFuture, TransportErrorKind};

use super::roles::{assert_no_canary, keys, load_with};
use crate::support::replies::run;
use crate::support::scripted::{Outcome, Scripted, ok, status};

const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

const DOCUMENT: &str = r#"{"AccessKeyId":"ASIACONTAINEREXAMPLE","SecretAccessKey":"canary-secret","Token":"canary-token",
    "Expiration":"2080-01-01T00:00:00Z"}"#;

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn names(host: StaticMachine) -> StaticMachine {
    [
        ("localhost", &["::1", "127.0.0.1"][..]),
        ("both.test", &["127.0.0.1", "10.0.0.1"]),
        ("agent.test", &["169.254.170.23", "fd00:ec2::23"]),
        ("localhost.evil.test", &["203.0.113.7"]),
        ("metadata.test", &["169.254.169.254"]),
        ("empty.test", &[]),
        ("mapped.test", &["::ffff:127.0.0.1"]),
    ]
    .into_iter()
    .fold(host, |host, (name, addresses)| {
        host.with_addresses(name, addresses.iter().map(|text| address(text)))
    })
}

fn find(variable: &str, uri: &str) -> Result<Vec<String>, String> {
    let host = names(StaticMachine::new().with_var(variable, uri));
    let uri = ContainerUri::find(&host).map_err(|error| error.to_string())?.expect("a URI");
    let addresses = uri.unresolved().map_or(Ok(Vec::new()), |name| run(host.resolve(name)));
    let found = uri.resolved(addresses).map_err(|error| error.to_string())?;
    Ok(found.targets().iter().map(ToString::to_string).collect())
}

#[test]
fn only_https_and_the_agents_of_this_machine_may_be_asked() {
    const ALLOWED: [(&str, &[&str]); 22] = [
        ("https://example.com", &["https://example.com/"]),
        ("https://example.com:8443/a?b=c", &["https://example.com:8443/a?b=c"]),
        ("https://10.0.0.1/", &["https://10.0.0.1/"]),
        ("https://[2001:db8::1]/x", &["https://[2001:db8::1]/x"]),
        ("HTTPS://example.com/", &["https://example.com/"]),
        ("http://127.0.0.1/", &["http://127.0.0.1/"]),
        ("http://127.0.0.1:8080/a", &["http://127.0.0.1:8080/a"]),
        ("http://127.1.2.3/", &["http://127.1.2.3/"]),
        ("HTTP://127.0.0.1/", &["http://127.0.0.1/"]),
        ("http://[::1]/", &["http://[::1]/"]),
        ("http://[::1]:80/", &["http://[::1]:80/"]),
        ("http://[0:0:0:0:0:0:0:1]/", &["http://[0:0:0:0:0:0:0:1]/"]),
        ("http://169.254.170.2", &["http://169.254.170.2/"]),
        ("http://169.254.170.2/v2?id=1", &["http://169.254.170.2/v2?id=1"]),
        ("http://169.254.170.23/v1/credentials", &["http://169.254.170.23/v1/credentials"]),
        ("http://[fd00:ec2::23]/v1", &["http://[fd00:ec2::23]/v1"]),
        ("http://[fd00:0ec2::0023]:80/v1", &["http://[fd00:0ec2::0023]:80/v1"]),
        ("http://127.0.0.1/a/%2e%2e/b", &["http://127.0.0.1/a/%2e%2e/b"]),
        // Names lead to the addresses that were checked, IPv4 first.
        ("http://localhost/", &["http://127.0.0.1/", "http://[::1]/"]),
        ("http://localhost:8080/c?d", &["http://127.0.0.1:8080/c?d", "http://[::1]:8080/c?d"]),
        ("http://agent.test/v1", &["http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1"]),
        (" http://127.0.0.1/ ", &["http://127.0.0.1/"]),
    ];
    for (uri, expected) in ALLOWED {
        assert_eq!(find(FULL, uri).as_deref(), Ok(&expected.map_strings()[..]), "{uri}");
    }
    const REFUSED: [&str; 50] = [
        "/credentials",
        "//169.254.170.2/",
        "169.254.170.2",
        "169.254.170.2/credentials",
        "localhost:8080",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "unix:/run/agent.sock",
        "http://",
        "http:///x",
        "http://:80/",
        "https://",
        "not a uri",
        "http://127.0.0.1 /",
        "http://127.0.0.1\\@evil.test/",
        "http://127.0.0.1\u{7}/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest",
        "http://169.254.170.1/",
        "http://169.254.170.3/",
        "http://169.254.170.24/",
        "http://0.0.0.0/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[::ffff:169.254.170.2]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[127.0.0.1]/",
        "http://2852039170/",
        "http://0xa9fea902/",
        "http://0x7f.0.0.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://169.254.43522/",
        "http://127.0.0.1./",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:/",
        "http://127.0.0.1:80a/",
        "http://user:hunter2@127.0.0.1/",
        "http://@127.0.0.1/",
        "https://user@example.com/",
        "http://127.0.0.1@evil.test/",
        "http://127%2e0.0.1/",
        "http://127.0.0.1#@evil.test/",
        "https://example.com/#fragment",
    ];
    const REFUSED_NAMES: [&str; 10] = [
        "http://localhost.evil.test/",
        "http://example.com/",
        "http://both.test/",
        "http://metadata.test/",
        "http://mapped.test/",
        "http://empty.test/",
        "http://unknown.test/",
        "http://local%68ost/",
        "http://localhost..test/",
        "http://-\u{e9}.test/",
    ];
    for uri in REFUSED.into_iter().chain(REFUSED_NAMES) {
        let error = find(FULL, uri).expect_err(uri);
        assert!(error.starts_with("container: AWS_CONTAINER_CREDENTIALS_FULL_URI = "), "{uri}: {error}");
        assert!(!error.contains("hunter2"), "{uri}: {error}");
    }
}

trait MapStrings {
    fn map_strings(&self) -> Vec<String>;
}

impl MapStrings for &[&str] {
    fn map_strings(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

#[test]
fn a_relative_uri_stays_on_the_agent_of_ecs() {
    assert_eq!(
        find(RELATIVE, "/v2/x?id=1").as_deref(),
        Ok(&["http://169.254.170.2/v2/x?id=1".to_owned()][..])
    );
    assert_eq!(
        find(RELATIVE, "//evil.test/x").as_deref(),
        Ok(&["http://169.254.170.2//evil.test/x".to_owned()][..])
    );
    for uri in
        ["v2", "@evil.test/", ":80@evil.test/", ".evil.test/", "http://evil.test/", "/a b", "/x#y", "/\u{0}"]
    {
        let error = find(RELATIVE, uri).expect_err(uri);
        assert!(error.contains("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), "{error}");
    }
}

fn load(host: StaticMachine, transport: &Arc<Scripted>) -> Result<Resolved, AuthError> {
    load_with(Chain::builder().no_profile(), names(host), transport)
}

fn relative() -> StaticMachine {
    StaticMachine::new().with_var(RELATIVE, "/v2/credentials")
}

#[test]
fn the_file_of_a_token_takes_precedence_over_the_variable_and_neither_is_shown() {
    let sent = |host: StaticMachine| {
        let agent = Scripted::new(|_, _| ok(DOCUMENT));
        let resolved = load(host, &agent).expect("credentials");
        assert_eq!(resolved.source(), "container");
        assert_no_canary(&format!("{resolved:?} {:?}", agent.requests()));
        let header = agent.requests()[0].headers().get("authorization").cloned();
        header.map(|value| value.to_str().expect("text").to_owned())
    };
    assert_eq!(sent(relative()), None);
    assert_eq!(sent(relative().with_var(TOKEN, " ")), None);
    let with_token = relative().with_var(TOKEN, "Basic canary-variable");
    assert_eq!(sent(with_token.clone()).as_deref(), Some("Basic canary-variable"));
    let with_file = with_token.with_var(TOKEN_FILE, "/token").with_file("/token", "canary-file");
    assert_eq!(sent(with_file).as_deref(), Some("canary-file"));

    for token in ["canary\r\nx: y", "canary\n", "\rcanary", "canary\u{0}", "canary\u{e9}", "canary\t"] {
        for host in [
            relative().with_var(TOKEN, token),
            relative().with_var(TOKEN_FILE, "/token").with_file("/token", token),
        ] {
            let agent = Scripted::new(|_, _| ok(DOCUMENT));
            let error = load(host, &agent).expect_err(token);
            assert!(error.to_string().contains("cannot go into a header"), "{error}");
            assert_no_canary(&format!("{error} {error:?} {error:#?}"));
            assert!(agent.lines().is_empty(), "nothing is sent");
        }
    }
    let missing = relative().with_var(TOKEN_FILE, "/gone").with_var(TOKEN, "canary");
    let error = container::token(&missing).expect_err("no file").to_string();
    assert!(error.contains("/gone cannot be read"), "{error}");
    let empty = missing.with_file("/gone", "");
    assert!(container::token(&empty).is_err());
}

#[test]
fn a_name_is_asked_at_the_addresses_that_were_checked_under_its_own_name() {
    let agent =
        Scripted::new(
            |number, _| {
                if number == 0 { Outcome::Fails(TransportErrorKind::Connect) } else { ok(DOCUMENT) }
            },
        );
    let resolved =
        load(StaticMachine::new().with_var(FULL, "http://localhost:8080/c"), &agent).expect("credentials");
    assert_eq!(keys(&resolved).access_key_id(), "ASIACONTAINEREXAMPLE");
    assert_eq!(resolved.origin(), "http://localhost:8080/c (AWS_CONTAINER_CREDENTIALS_FULL_URI)");
    assert_eq!(agent.lines(), ["GET http://127.0.0.1:8080/c", "GET http://[::1]:8080/c"]);
    assert!(agent.requests().iter().all(|request| request.headers()["host"] == "localhost:8080"));
}

#[test]
fn the_host_header_has_a_port_only_when_it_is_not_the_default() {
    for (uri, expected) in
        [("http://localhost:80/c", "localhost"), ("http://localhost:443/c", "localhost:443")]
    {
        let agent = Scripted::new(|_, _| ok(DOCUMENT));
        load(StaticMachine::new().with_var(FULL, uri), &agent).expect("credentials");
        assert_eq!(agent.requests()[0].headers()["host"], expected);
    }
}

#[test]
fn what_may_pass_is_asked_three_times_and_the_rest_once() {
    let attempts = |outcome: Outcome| {
        let agent = Scripted::new(move |_, _| outcome.clone());
        let error = load(relative().with_var(TOKEN, "canary-token"), &agent).expect_err("a failure");
        assert_no_canary(&format!("{error} {error:?} {error:#?}"));
        assert!(
            error.to_string().starts_with("container: http://169.254.170.2/v2/credentials (AWS_CONTAINER"),
            "{error}"
        );
        (agent.lines().len(), error.to_string())
    };
    assert_eq!(attempts(status(500)).0, 3);
    assert_eq!(attempts(Outcome::Silence).0, 3);
    assert_eq!(attempts(Outcome::Fails(TransportErrorKind::Connect)).0, 3);
    assert_eq!(attempts(ok("<html>")).0, 3);
    assert_eq!(attempts(ok("null")).0, 3);
    for code in [301, 302, 303, 307, 308, 400, 401, 403, 404] {
        assert_eq!(attempts(status(code)).0, 1, "{code}");
    }
    let (count, error) = attempts(ok(vec![b' '; 70_000]));
    assert!(count == 1 && error.contains("larger than 64 KiB"), "{error}");
    let echo = r#"{"code":"Denied","message":"for canary-token"}"#;
    let (_, error) = attempts(Outcome::Answer(403, echo.into()));
    assert!(error.ends_with("403 Forbidden: Denied: for (redacted)"), "{error}");
}

#[test]
fn keys_that_have_expired_are_still_used_for_a_while() {
    let agent = Scripted::new(|_, _| ok(DOCUMENT.replace("2080", "2020")));
    let resolved = load(relative(), &agent).expect("credentials");
    let left =
        keys(&resolved).expiration().expect("an end").duration_since(super::roles::clock()).expect("later");
    assert!((600..=900).contains(&left.as_secs()), "{left:?}");
    assert!(resolved.origin().contains("expired, but used"), "{}", resolved.origin());
}

#[test]
fn a_name_is_resolved_once_so_that_it_cannot_lead_elsewhere_later() {
    struct Rebinding(AtomicUsize);
    impl Machine for Rebinding {
        fn var(&self, name: &str) -> Option<String> {
            (name == FULL).then(|| "http://rebinding.test/c".to_owned())
        }
        fn home(&self) -> Option<PathBuf> {
            None
        }
        fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
            Err(io::ErrorKind::NotFound.into())
        }
        fn resolve(&self, _: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            let addresses = vec![address(if first { "127.0.0.1" } else { "10.0.0.1" })];
            Box::pin(std::future::ready(Ok(addresses)))
        }
    }
    let agent = Scripted::new(|number, _| if number < 2 { status(500) } else { ok(DOCUMENT) });
    let builder = Chain::builder().no_profile();
    load_with(builder, Rebinding(AtomicUsize::new(0)), &agent).expect("credentials");
    assert_eq!(agent.lines(), ["GET http://127.0.0.1/c"; 3]);
}

#[test]
fn only_a_name_over_plain_http_is_looked_up() {
    for (uri, name) in [
        ("http://localhost:8080/c", Some("localhost")),
        ("http://127.0.0.1:8080/c", None),
        ("https://localhost/c", None),
    ] {
        let uri =
            ContainerUri::find(&StaticMachine::new().with_var(FULL, uri)).expect("a URI").expect("a URI");
        assert_eq!(uri.unresolved(), name);
        let unknown = uri.resolved(Err(io::ErrorKind::NotFound.into()));
        assert_eq!(unknown.is_err(), name.is_some(), "{unknown:?}");
    }
}

#[test]
fn the_system_looks_names_up_on_another_thread() {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    // An answer may be there at once, but not every time.
    let waits = || SystemMachine.resolve("localhost").as_mut().poll(&mut context).is_pending();
    assert!(std::iter::repeat_with(waits).take(1_000).any(|waits| waits));
    let addresses = run(SystemMachine.resolve("localhost")).expect("an address");
    assert!(!addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback), "{addresses:?}");
}

//! The AWS SDKs' cases for the whole search: variables, a file system, recorded exchanges, and what must be found.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use bedrill::auth::sso::{self, SsoToken};
use bedrill::auth::{Auth, AuthError, Chain, ChainBuilder, Context, Resolved};
use bedrill::machine::{Machine, ProcessLimits, ProcessOutput, ProfileFiles, SystemMachine};
use bedrill::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri};
use serde_json::Value;

use crate::conformance_credentials::names_the_same;
use crate::support::conformance;

/// Before everything that expires in the recordings.
fn clock() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_234_560_000)
}

/// A case's variables and file system. Processes are real.
struct CaseHost {
    vars: BTreeMap<String, String>,
    root: PathBuf,
}

impl CaseHost {
    fn new(case: &Path) -> Self {
        let vars = conformance::json(&case.join("env.json"));
        let vars = vars.as_object().expect("variables").iter();
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        Self { vars: vars.map(|(name, value)| (name.clone(), text(value))).collect(), root: case.join("fs") }
    }
}

impl Machine for CaseHost {
    fn var(&self, name: &str) -> Option<String> {
        self.vars.get(name).cloned()
    }

    fn home(&self) -> Option<PathBuf> {
        None
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        SystemMachine.read(&self.root.join(path.strip_prefix("/").unwrap_or(path)))
    }

    fn run(&self, command: &str, limits: ProcessLimits) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        SystemMachine.run(command, limits)
    }
}

/// One recorded exchange.
struct Exchange {
    method: String,
    uri: Uri,
    headers: HeaderMap,
    body: String,
    response: Option<(u16, Vec<u8>)>,
}

/// The exchanges of a recording, in order.
fn exchanges(path: &Path) -> Vec<Exchange> {
    if !path.exists() {
        return Vec::new();
    }
    let mut by_connection: BTreeMap<u64, Exchange> = BTreeMap::new();
    let recording = conformance::json(path);
    for event in recording["events"].as_array().expect("events") {
        let connection = event["connection_id"].as_u64().expect("a connection");
        let action = &event["action"];
        if let Some(request) = action["Request"].get("request") {
            let exchange = Exchange {
                method: request["method"].as_str().expect("a method").to_owned(),
                uri: request["uri"].as_str().expect("a URI").parse().expect("a URI"),
                headers: headers(&request["headers"]),
                body: String::new(),
                response: None,
            };
            by_connection.insert(connection, exchange);
            continue;
        }
        let exchange = by_connection.get_mut(&connection).expect("a request before everything else");
        if let Some(response) = action["Response"]["response"].get("Ok") {
            let status = response["status"].as_u64().and_then(|status| status.try_into().ok());
            exchange.response = Some((status.expect("a status"), Vec::new()));
        }
        let data = &action["Data"];
        let bytes = match (data["data"]["Utf8"].as_str(), data["data"]["Base64"].as_str()) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(text)) => {
                use base64::Engine as _;
                base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
            }
            (None, None) => continue,
        };
        match (data["direction"].as_str(), &mut exchange.response) {
            (Some("Request"), _) => exchange.body.push_str(&String::from_utf8(bytes).expect("a string")),
            (_, Some((_, body))) => body.extend(bytes),
            (_, None) => panic!("a body without a response"),
        }
    }
    by_connection.into_values().collect()
}

fn headers(headers: &Value) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, values) in headers.as_object().into_iter().flatten() {
        for value in values.as_array().into_iter().flatten().chain(values.is_string().then_some(values)) {
            let name: http::HeaderName = name.parse().expect("a name");
            map.append(name, value.as_str().expect("a string").parse().expect("a value"));
        }
    }
    map
}

/// Answers from the recording, in its order, and notes every request that is not the recorded one.
struct Recorded {
    exchanges: Vec<Exchange>,
    state: Mutex<(usize, Vec<String>)>,
}

impl Transport for Recorded {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let mut state = self.state.lock().expect("the state");
        let (next, differences) = &mut *state;
        let broken = |why: &str| Err(TransportError::new(TransportErrorKind::Broken, why));
        let answer = match self.exchanges.get(*next) {
            None => {
                differences.push(format!("an unexpected request: {} {}", request.method(), request.uri()));
                broken("nothing more is recorded")
            }
            Some(exchange) => {
                differences.extend(compare(&request, exchange).map(|what| format!("request {next}: {what}")));
                match &exchange.response {
                    None => broken("recorded as broken"),
                    Some((status, body)) => {
                        let mut response = Response::new(Body::from(Bytes::from(body.clone())));
                        *response.status_mut() = http::StatusCode::from_u16(*status).expect("a status");
                        Ok(response)
                    }
                }
            }
        };
        *next += 1;
        Box::pin(std::future::ready(answer))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// What differs. Headers that name the client or depend on the time count only as present.
fn compare(request: &Request<Bytes>, recorded: &Exchange) -> impl Iterator<Item = String> {
    let mut differences = Vec::new();
    let mut differ = |what: &str, ours: &str, theirs: &str| {
        if ours != theirs {
            differences.push(format!("{what} {ours:?}, recorded {theirs:?}"));
        }
    };
    differ("method", request.method().as_str(), &recorded.method);
    let place = |uri: &Uri| {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        format!("{}://{authority}{}", uri.scheme_str().unwrap_or(""), uri.path())
    };
    differ("URI", &place(request.uri()), &place(&recorded.uri));
    let query = |uri: &Uri| pairs(uri.query().unwrap_or(""));
    differ("query", &query(request.uri()), &query(&recorded.uri));
    let body = std::str::from_utf8(request.body()).expect("a string");
    differ("body", &pairs(body), &pairs(&recorded.body));
    for (name, value) in &recorded.headers {
        let theirs = value.to_str().expect("a string");
        let ours = request.headers().get(name).map_or("", |value| value.to_str().expect("a string"));
        match name.as_str() {
            "user-agent" | "x-amz-user-agent" | "content-length" => {}
            "host" => differ("host", request.uri().host().unwrap_or(""), theirs),
            "x-amz-date" | "x-amz-security-token" => {
                differ(name.as_str(), if ours.is_empty() { "absent" } else { "present" }, "present");
            }
            "authorization" => differ(name.as_str(), &scope(ours), &scope(theirs)),
            name if name.starts_with("amz-sdk-") => {}
            name => differ(name, ours, theirs),
        }
    }
    differences.into_iter()
}

/// A query or form in the order of its names. Sessions that nobody named have the client's own name; tokens and
/// account numbers of some recordings were replaced in their files, but not in the requests.
fn pairs(text: &str) -> String {
    const UNNAMED: [&str; 4] =
        ["bedrill-", "assume-role-from-profile-", "assume-role-provider-session", "web-identity-token-"];
    let mut pairs: Vec<String> = text
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some(("RoleSessionName", name)) if UNNAMED.iter().any(|prefix| name.starts_with(prefix)) => {
                "RoleSessionName=..".to_owned()
            }
            Some(("WebIdentityToken", _)) => "WebIdentityToken=..".to_owned(),
            Some(("RoleArn", arn)) => format!("RoleArn={}", arn.replace(|c: char| c.is_ascii_digit(), "")),
            _ => pair.to_owned(),
        })
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

/// Key, region and service of a signature. A token in its place stays as it is.
fn scope(authorization: &str) -> String {
    let Some((_, rest)) = authorization.split_once("Credential=") else { return authorization.to_owned() };
    let parts: Vec<&str> = rest.split([',', '/']).collect();
    match parts[..] {
        [key, _, region, service, ..] => format!("{key} {region} {service}"),
        _ => rest.to_owned(),
    }
}

/// The sources that the cases of a group are for.
fn builder(group: &str) -> ChainBuilder {
    // One case has an endpoint of SSO that is plain http, which the SDKs ask.
    let builder = Chain::builder().allow_http();
    if group == "profile-provider" {
        return builder.no_bearer().no_environment().no_web_identity().no_container().no_imds();
    }
    builder
}

fn matches_expected(found: &Result<Resolved, AuthError>, result: &Value) -> Result<(), String> {
    match (found, result.get("Ok"), result["ErrorContains"].as_str()) {
        (Ok(resolved), Some(expected), _) => {
            let Auth::SigV4(keys) = resolved.auth() else { return Err("no access key".to_owned()) };
            let text = |name: &str| expected[name].as_str();
            let expiry = keys.expiration().map(|at| at.duration_since(UNIX_EPOCH).expect("later").as_secs());
            let same = Some(keys.access_key_id()) == text("access_key_id")
                && Some(keys.secret_access_key().expose()) == text("secret_access_key")
                && keys.session_token().map(|token| token.expose()) == text("session_token")
                && expiry == expected["expiry"].as_f64().map(|seconds| seconds as u64);
            if same { Ok(()) } else { Err(format!("{resolved:?}")) }
        }
        (Err(error), None, Some(wording)) if same_cause(&error.to_string(), wording) => Ok(()),
        (found, ..) => Err(match found {
            Ok(resolved) => format!("{resolved:?}"),
            Err(error) => error.to_string(),
        }),
    }
}

/// Whether an error of ours matches this wording of the SDK.
fn same_cause(ours: &str, wording: &str) -> bool {
    const CAUSES: [(&str, &str); 3] = [
        ("OpenIDConnect provider", "OpenIDConnect provider"),
        ("exited with code exit status: 1", "exited with code 1"),
        ("an access token instead of credentials", "sso_account_id"),
    ];
    let known = CAUSES.iter().find(|(words, _)| wording.contains(words));
    known.is_none_or(|(_, same)| ours.contains(same)) && names_the_same(ours, wording)
}

/// The token that another service of AWS would be sent.
async fn token(host: &CaseHost, transport: &Recorded) -> Result<SsoToken, AuthError> {
    let context = Context::new(host).with_transport(transport).with_clock(&clock);
    let files = ProfileFiles::load(host, None)?;
    sso::token(context, &files).await
}

fn token_matches(found: &Result<SsoToken, AuthError>, result: &Value) -> Result<(), String> {
    match (found, result.get("Ok"), result["ErrorContains"].as_str()) {
        (Ok(found), Some(expected), _) => {
            let text = |name: &str| expected[name].as_str().expect("a string");
            let at = DateTime::from_str(text("expiration"), Format::DateTime).expect("an instant");
            let at = SystemTime::try_from(at).expect("an instant in range");
            let same = found.access_token().expose() == text("token") && found.expires_at() == at;
            if same { Ok(()) } else { Err(format!("{found:?}")) }
        }
        (Err(error), None, Some(wording)) if same_cause(&error.to_string(), wording) => Ok(()),
        (found, ..) => Err(format!("{found:?}")),
    }
}

fn run(group: &str, case: &Path) -> Result<(), String> {
    let result = conformance::json(&case.join("test-case.json"))["result"].clone();
    let transport =
        Arc::new(Recorded { exchanges: exchanges(&case.join("http-traffic.json")), state: Mutex::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    if group == "default-token-provider-chain" {
        let found = runtime.block_on(token(&CaseHost::new(case), &transport));
        return token_matches(&found, &result).map_err(|found| format!("{found}; expected {result}"));
    }
    let chain = builder(group)
        .machine(Arc::new(CaseHost::new(case)))
        .transport(Arc::clone(&transport) as Arc<dyn Transport>)
        .clock(clock)
        .build();
    let found = runtime.block_on(chain.load());
    matches_expected(&found, &result).map_err(|found| format!("{found}; expected {result}"))?;
    let (sent, differences) = &*transport.state.lock().expect("the state");
    if !differences.is_empty() {
        return Err(differences.join("; "));
    }
    // How often a failure is retried is up to each client.
    if found.is_ok() && *sent != transport.exchanges.len() {
        return Err(format!("{sent} requests, {} recorded", transport.exchanges.len()));
    }
    Ok(())
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn credential_chain_cases() {
    const SUITE: &str = "credential-chain";
    let folder = conformance::folder("vectors/credential-chain");
    let mut count = 0;
    let mut failures = Vec::new();
    for group in conformance::entries(&folder) {
        let group_name = group.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        for case in conformance::entries(&group).iter().filter(|case| case.join("test-case.json").exists()) {
            count += 1;
            if let Err(problem) = run(&group_name, case) {
                let name = case.file_name().and_then(|name| name.to_str()).expect("a name");
                failures.push(format!("{group_name}/{name}: {problem}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} failed:\n{}", failures.len(), failures.join("\n"));
    conformance::report(SUITE, count);
}

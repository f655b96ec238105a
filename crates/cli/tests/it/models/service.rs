//! Bedrock on loopback: two lists of a few invented models, and an answer for those that can be invoked.

use std::collections::BTreeSet;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::stream::{answer, error, plain, response};

/// An application profile that the list does not hold.
pub const YOUNG: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/k7x2m9q4w1z8";

/// Lives as long as the test process.
pub struct Service {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    targets: Vec<String>,
    signed_for: String,
    denied: BTreeSet<String>,
    pause: Duration,
}

impl Service {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A client that goes away early is a test's matter, not the server's.
                let _ = exchange(connection, &shared);
            }
        });
        Self { url, state }
    }

    /// Refuses requests whose path begins with `path`.
    pub fn deny(&self, path: &str) {
        self.state.lock().expect("no panic").denied.insert(path.to_owned());
    }

    pub fn allow_all(&self) {
        self.state.lock().expect("no panic").denied.clear();
    }

    /// Waits before each answer.
    pub fn wait(&self, pause: Duration) {
        self.state.lock().expect("no panic").pause = pause;
    }

    /// The paths of all requests so far.
    pub fn targets(&self) -> Vec<String> {
        self.state.lock().expect("no panic").targets.clone()
    }

    /// The region that the last request was signed for.
    pub fn signed_for(&self) -> String {
        self.state.lock().expect("no panic").signed_for.clone()
    }

    /// The models that were asked for an answer, in order.
    pub fn invoked(&self) -> Vec<String> {
        let of_model = |target: &String| {
            let id = target.strip_prefix("/model/")?.strip_suffix("/converse-stream")?;
            Some(id.replace("%3A", ":").replace("%2F", "/"))
        };
        self.targets().iter().filter_map(of_model).collect()
    }
}

fn exchange(mut connection: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    connection.set_read_timeout(Some(Duration::from_secs(20)))?;
    let (target, region) = read(&mut connection)?;
    let (denied, pause) = {
        let mut state = state.lock().expect("no panic");
        state.targets.push(target.clone());
        state.signed_for = region;
        (state.denied.iter().any(|path| target.starts_with(path.as_str())), state.pause)
    };
    std::thread::sleep(pause);
    let reply = if denied {
        error("403 Forbidden", "AccessDeniedException", "User is not authorized to perform this action.")
    } else {
        reply(&target)
    };
    connection.write_all(&reply)
}

/// Reads a request, and tells its target and the region that it is signed for.
fn read(connection: &mut TcpStream) -> io::Result<(String, String)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                let part = |text: &str, at, by: char| text.split(by).nth(at).unwrap_or_default().to_owned();
                let scope = head.split("Credential=").nth(1).unwrap_or_default();
                return Ok((part(head, 1, ' '), part(scope, 2, '/')));
            }
        }
        match connection.read(&mut chunk)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => bytes.extend_from_slice(&chunk[..length]),
        }
    }
}

fn reply(target: &str) -> Vec<u8> {
    let json = |document: Value| plain("200 OK", "content-type: application/json\r\n", &document.to_string());
    if target.starts_with("/inference-profiles/arn") {
        let mut one = profile("k7x2m9q4w1z8", "anthropic.claude-sonnet-9-20300101-v1:0");
        one["inferenceProfileArn"] = json!(YOUNG);
        one["inferenceProfileName"] = json!("Young");
        one["type"] = json!("APPLICATION");
        json(one)
    } else if target.starts_with("/foundation-models/acme.preview") {
        let preview = model("acme.preview-v1:0", "Preview", &["TEXT"], "TEXT", "ON_DEMAND");
        json(json!({ "modelDetails": preview }))
    } else if target.starts_with("/inference-profiles/") || target.starts_with("/foundation-models/") {
        error("404 Not Found", "ResourceNotFoundException", "There is none.")
    } else if target.contains("/foundation-models") {
        json(foundation_models())
    } else if target.contains("/inference-profiles") {
        json(inference_profiles())
    } else if target.starts_with("/model/anthropic.") {
        let message = "Invocation of model ID anthropic.x with on-demand throughput isn’t supported. Retry your \
                       request with the ID or ARN of an inference profile that contains this model.";
        error("400 Bad Request", "ValidationException", message)
    } else {
        response(&answer(&["Hello."]))
    }
}

fn model(id: &str, name: &str, input: &[&str], output: &str, way: &str) -> Value {
    json!({
        "modelId": id,
        "modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{id}"),
        "modelName": name,
        "providerName": if id.starts_with("acme.") { "Acme Inc" } else { "Anthropic" },
        "inputModalities": input,
        "outputModalities": [output],
        "inferenceTypesSupported": [way],
        "responseStreamingSupported": output == "TEXT",
        "modelLifecycle": {"status": if id == "acme.old-v1:0" { "LEGACY" } else { "ACTIVE" }},
    })
}

fn foundation_models() -> Value {
    let mut haiku = model(
        "anthropic.claude-haiku-9-20300101-v1:0",
        "Claude Haiku 9",
        &["TEXT", "IMAGE"],
        "TEXT",
        "INFERENCE_PROFILE",
    );
    haiku["modelLifecycle"]["endOfLifeTime"] = json!("2035-06-30T00:00:00Z");
    let through_profile = |id, name| model(id, name, &["TEXT"], "TEXT", "INFERENCE_PROFILE");
    json!({"modelSummaries": [
        haiku,
        through_profile("anthropic.claude-sonnet-9-20300101-v1:0", "Claude Sonnet 9"),
        through_profile("anthropic.claude-opus-9-20300101-v1:0", "Claude Opus 9"),
        model("acme.echo-v1:0", "Echo", &["TEXT"], "TEXT", "ON_DEMAND"),
        model("acme.old-v1:0", "Old", &["TEXT"], "TEXT", "ON_DEMAND"),
        model("acme.embed-v1", "Embed", &["TEXT"], "EMBEDDING", "ON_DEMAND"),
    ]})
}

fn profile(id: &str, base: &str) -> Value {
    json!({
        "inferenceProfileId": id,
        "inferenceProfileArn": format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/{id}"),
        "inferenceProfileName": id,
        "models": [{"modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{base}")}],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    })
}

fn inference_profiles() -> Value {
    let (haiku, sonnet) =
        ("anthropic.claude-haiku-9-20300101-v1:0", "anthropic.claude-sonnet-9-20300101-v1:0");
    let mut budget = profile("abc123", sonnet);
    budget["inferenceProfileArn"] =
        json!("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123");
    budget["inferenceProfileName"] = json!("Team budget");
    budget["type"] = json!("APPLICATION");
    json!({"inferenceProfileSummaries": [
        profile(&format!("global.{haiku}"), haiku),
        profile(&format!("us.{haiku}"), haiku),
        profile(&format!("us.{sonnet}"), sonnet),
        budget,
    ]})
}

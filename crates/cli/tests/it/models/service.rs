//! Bedrock on loopback: two lists of a few invented models, and an answer for those that can be invoked.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedrill::test_util::events::answer;
use bedrill::test_util::requests::header;
use bedrill::test_util::responses::{error, json as document, stream};
use bedrill::test_util::{Server, Step};
use serde_json::{Value, json};

/// An application profile that is not in the list.
pub const YOUNG: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/k7x2m9q4w1z8";

pub struct Service {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    denied: BTreeSet<String>,
    pause: Duration,
}

impl Service {
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let server = Server::start(move |_, request| {
            let target = request.uri().to_string();
            let state = shared.lock().expect("no panic");
            let reply = if state.denied.iter().any(|path| target.starts_with(path.as_str())) {
                let message = "User is not authorized to perform this action.";
                error("403 Forbidden", "AccessDeniedException", message)
            } else {
                reply(&target)
            };
            vec![Step::Sleep(state.pause), Step::Send(reply)]
        });
        Self { server, state }
    }

    pub fn url(&self) -> &str {
        self.server.url()
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
        self.server.requests().iter().map(|request| request.uri().to_string()).collect()
    }

    /// The region that the last request was signed for.
    pub fn signed_for(&self) -> String {
        let last = self.server.requests().pop().expect("a request");
        let scope = header(&last, "authorization").split_once("Credential=").map_or("", |(_, scope)| scope);
        scope.split('/').nth(2).unwrap_or_default().to_owned()
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

fn reply(target: &str) -> Vec<u8> {
    if target.starts_with("/inference-profiles/arn") {
        let mut one = profile("k7x2m9q4w1z8", "anthropic.claude-sonnet-9-20300101-v1:0");
        one["inferenceProfileArn"] = json!(YOUNG);
        one["inferenceProfileName"] = json!("Young");
        one["type"] = json!("APPLICATION");
        document(one)
    } else if target.starts_with("/foundation-models/acme.preview") {
        let preview = model("acme.preview-v1:0", "Preview", &["TEXT"], "TEXT", "ON_DEMAND");
        document(json!({ "modelDetails": preview }))
    } else if target.starts_with("/inference-profiles/") || target.starts_with("/foundation-models/") {
        error("404 Not Found", "ResourceNotFoundException", "There is none.")
    } else if target.contains("/foundation-models") {
        document(foundation_models())
    } else if target.contains("/inference-profiles") {
        document(inference_profiles())
    } else if target.starts_with("/model/anthropic.") {
        let message = "Invocation of model ID anthropic.x with on-demand throughput isn’t supported. Retry your \
                       request with the ID or ARN of an inference profile that contains this model.";
        error("400 Bad Request", "ValidationException", message)
    } else {
        stream(&answer(&["Hello."]))
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

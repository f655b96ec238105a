//! The recorded lists, served on loopback: every id that the catalog lists can be invoked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use bedrill::Client;
use bedrill::auth::Auth;
use bedrill::catalog::{Catalog, DiscoverySettings, Kind};
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step};
use serde_json::Value;

use crate::support::conformance;

/// Served under their own ids.
const ON_DEMAND: &str = "
    amazon.nova-2-sonic-v1:0 amazon.rerank-v1:0 amazon.titan-embed-g1-text-02 amazon.titan-embed-image-v1
    amazon.titan-embed-text-v1 amazon.titan-embed-text-v2:0 amazon.titan-image-generator-v1
    amazon.titan-image-generator-v2:0 amazon.titan-text-express-v1 amazon.titan-text-lite-v1 amazon.titan-tg1-large
    anthropic.claude-3-5-haiku-20241022-v1:0 anthropic.claude-3-5-sonnet-20240620-v1:0
    anthropic.claude-3-5-sonnet-20241022-v2:0 anthropic.claude-3-haiku-20240307-v1:0
    anthropic.claude-3-opus-20240229-v1:0 anthropic.claude-3-sonnet-20240229-v1:0 anthropic.claude-instant-v1
    anthropic.claude-v2 anthropic.claude-v2:1 cohere.command-light-text-v14 cohere.command-r-plus-v1:0
    cohere.command-r-v1:0 cohere.command-text-v14 cohere.embed-english-v3 cohere.embed-multilingual-v3
    cohere.rerank-v3-5:0 deepseek.v3-v1:0 deepseek.v3.2 google.gemma-3-12b-it google.gemma-3-27b-it
    google.gemma-3-4b-it luma.ray-v2:0 meta.llama3-1-405b-instruct-v1:0 meta.llama3-1-70b-instruct-v1:0
    meta.llama3-1-8b-instruct-v1:0 meta.llama3-70b-instruct-v1:0 meta.llama3-8b-instruct-v1:0 minimax.minimax-m2
    minimax.minimax-m2.1 mistral.magistral-small-2509 mistral.ministral-3-14b-instruct mistral.ministral-3-3b-instruct
    mistral.ministral-3-8b-instruct mistral.mistral-7b-instruct-v0:2 mistral.mistral-large-2402-v1:0
    mistral.mistral-large-2407-v1:0 mistral.mistral-large-3-675b-instruct mistral.mixtral-8x7b-instruct-v0:1
    mistral.voxtral-mini-3b-2507 mistral.voxtral-small-24b-2507 moonshot.kimi-k2-thinking moonshotai.kimi-k2.5
    nvidia.nemotron-nano-12b-v2 nvidia.nemotron-nano-3-30b nvidia.nemotron-nano-9b-v2 openai.gpt-oss-120b-1:0
    openai.gpt-oss-20b-1:0 openai.gpt-oss-safeguard-120b openai.gpt-oss-safeguard-20b qwen.qwen3-235b-a22b-2507-v1:0
    qwen.qwen3-32b-v1:0 qwen.qwen3-coder-30b-a3b-v1:0 qwen.qwen3-coder-480b-a35b-v1:0 qwen.qwen3-next-80b-a3b
    qwen.qwen3-vl-235b-a22b stability.sd3-5-large-v1:0 stability.sd3-large-v1:0 stability.stable-diffusion-xl-v1
    stability.stable-image-core-v1:0 stability.stable-image-core-v1:1 stability.stable-image-ultra-v1:0
    stability.stable-image-ultra-v1:1 zai.glm-4.7 zai.glm-4.7-flash";

/// Served through `us.` and their own ids.
const US_PROFILE: &str = "
    amazon.nova-lite-v1:0 amazon.nova-micro-v1:0 amazon.nova-premier-v1:0 amazon.nova-pro-v1:0
    anthropic.claude-3-7-sonnet-20250219-v1:0 anthropic.claude-opus-4-20250514-v1:0
    anthropic.claude-sonnet-4-20250514-v1:0 deepseek.r1-v1:0 meta.llama3-2-11b-instruct-v1:0
    meta.llama3-2-1b-instruct-v1:0 meta.llama3-2-3b-instruct-v1:0 meta.llama3-2-90b-instruct-v1:0
    meta.llama3-3-70b-instruct-v1:0 meta.llama4-maverick-17b-instruct-v1:0 meta.llama4-scout-17b-instruct-v1:0
    mistral.pixtral-large-2502-v1:0";

/// Served only through profiles, and newer than the recorded list of profiles.
const NO_PROFILE: &str = "
    amazon.nova-2-lite-v1:0 anthropic.claude-haiku-4-5-20251001-v1:0 anthropic.claude-opus-4-1-20250805-v1:0
    anthropic.claude-opus-4-5-20251101-v1:0 anthropic.claude-opus-4-6-v1 anthropic.claude-sonnet-4-5-20250929-v1:0
    cohere.embed-v4:0 stability.stable-conservative-upscale-v1:0 stability.stable-creative-upscale-v1:0
    stability.stable-fast-upscale-v1:0 stability.stable-image-control-sketch-v1:0
    stability.stable-image-control-structure-v1:0 stability.stable-image-erase-object-v1:0
    stability.stable-image-inpaint-v1:0 stability.stable-image-remove-background-v1:0
    stability.stable-image-search-recolor-v1:0 stability.stable-image-search-replace-v1:0
    stability.stable-image-style-guide-v1:0 stability.stable-outpaint-v1:0 stability.stable-style-transfer-v1:0
    twelvelabs.pegasus-1-2-v1:0 writer.palmyra-x4-v1:0 writer.palmyra-x5-v1:0";

/// Variants with a context window of their own: for provisioned throughput, or no longer for anything.
const NEITHER: &str = "
    amazon.nova-premier-v1:0:1000k amazon.nova-premier-v1:0:20k amazon.nova-premier-v1:0:8k amazon.nova-premier-v1:0:mm
    meta.llama3-3-70b-instruct-v1:0:128k anthropic.claude-3-opus-20240229-v1:0:12k
    anthropic.claude-3-opus-20240229-v1:0:200k anthropic.claude-3-opus-20240229-v1:0:28k amazon.titan-embed-image-v1:0
    amazon.titan-embed-text-v1:2:8k amazon.titan-image-generator-v1:0 amazon.titan-text-express-v1:0:8k
    amazon.titan-text-lite-v1:0:4k anthropic.claude-3-5-sonnet-20240620-v1:0:18k
    anthropic.claude-3-5-sonnet-20240620-v1:0:200k anthropic.claude-3-5-sonnet-20240620-v1:0:51k
    anthropic.claude-3-5-sonnet-20241022-v2:0:18k anthropic.claude-3-5-sonnet-20241022-v2:0:200k
    anthropic.claude-3-5-sonnet-20241022-v2:0:51k anthropic.claude-3-haiku-20240307-v1:0:200k
    anthropic.claude-3-haiku-20240307-v1:0:48k anthropic.claude-3-sonnet-20240229-v1:0:200k
    anthropic.claude-3-sonnet-20240229-v1:0:28k anthropic.claude-instant-v1:2:100k anthropic.claude-v2:0:100k
    anthropic.claude-v2:0:18k anthropic.claude-v2:1:18k anthropic.claude-v2:1:200k cohere.command-light-text-v14:7:4k
    cohere.command-text-v14:7:4k cohere.embed-english-v3:0:512 cohere.embed-multilingual-v3:0:512
    meta.llama3-1-70b-instruct-v1:0:128k meta.llama3-1-8b-instruct-v1:0:128k meta.llama3-2-11b-instruct-v1:0:128k
    meta.llama3-2-1b-instruct-v1:0:128k meta.llama3-2-3b-instruct-v1:0:128k meta.llama3-2-90b-instruct-v1:0:128k
    stability.stable-diffusion-xl-v1:0";

/// For each model: the id to invoke and the kind, or the reason why there is none.
fn table() -> BTreeMap<&'static str, (Option<String>, &'static str)> {
    let mut table = BTreeMap::new();
    let own = ON_DEMAND.split_whitespace().map(|id| (id, (Some(id.to_owned()), "on-demand")));
    let profile = US_PROFILE.split_whitespace().map(|id| (id, (Some(format!("us.{id}")), "profile")));
    table.extend(own.chain(profile));
    table.extend(NO_PROFILE.split_whitespace().map(|id| (id, (None, "none in this region covers it"))));
    table.extend(
        NEITHER.split_whitespace().map(|id| (id, (None, "provisioned throughput|not offered under this id"))),
    );
    table
}

/// A server that answers requests with the file of their path.
fn serve(files: BTreeMap<&'static str, Vec<u8>>) -> Server {
    Server::start(move |_, request| {
        let headers = [("content-type", "application/json")];
        vec![Step::Send(match files.get(request.uri().path()) {
            Some(body) => response("200 OK", &headers, body),
            None => response("404 Not Found", &headers, ""),
        })]
    })
}

async fn discover(models: &Path, profiles: &Path) -> Arc<Catalog> {
    let read = |path: &Path| std::fs::read(path.join("response.body.json")).expect("a body");
    let files =
        BTreeMap::from([("/foundation-models", read(models)), ("/inference-profiles", read(profiles))]);
    let server = serve(files);
    let client = Client::builder()
        .region("us-east-2")
        .endpoint_url(server.url())
        .machine(Arc::new(StaticMachine::new()))
        .auth(Auth::SigV4(Credentials::new("AKIDEXAMPLE", "secret")))
        .build()
        .expect("a client");
    client.models(&DiscoverySettings::new()).await.expect("a catalog")
}

#[tokio::test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
async fn conformance_every_listed_id_of_the_recorded_lists_can_be_invoked() {
    let suite = "catalog";
    let captures = conformance::folder("captures");
    let transcribed = conformance::folder("transcribed");
    let is_list = |path: &Path| {
        let request = path.join("request.json");
        request.is_file() && conformance::json(&request)["operation"] == "list-foundation-models"
    };
    let lists: Vec<_> = conformance::entries(&captures).into_iter().filter(|path| is_list(path)).collect();
    let profiles = conformance::entries(&transcribed).into_iter().find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains("inference-profiles"))
    });
    let Some(profiles) = profiles else { return conformance::report(suite, 0) };
    let raw_profiles = conformance::json(&profiles.join("response.body.json"));
    let summaries = raw_profiles["inferenceProfileSummaries"].as_array().expect("profiles");
    let active: BTreeSet<&str> = summaries
        .iter()
        .filter(|profile| profile["status"] == "ACTIVE")
        .filter_map(|profile| profile["inferenceProfileId"].as_str())
        .collect();

    let (table, mut cases) = (table(), 0);
    for list in &lists {
        let name = list.display();
        let catalog = discover(list, &profiles).await;
        assert_eq!(catalog.warnings(), [], "{name}");
        let raw = conformance::json(&list.join("response.body.json"));
        let raw: BTreeMap<&str, &Value> = raw["modelSummaries"]
            .as_array()
            .expect("models")
            .iter()
            .map(|model| (model["modelId"].as_str().expect("an id"), model))
            .collect();

        // According to the service alone: on demand under its own id, or through an active profile.
        for entry in catalog.all() {
            let Some(id) = entry.invoke_id() else { continue };
            let on_demand = raw.get(id).is_some_and(|model| {
                model["inferenceTypesSupported"]
                    .as_array()
                    .is_some_and(|types| types.contains(&"ON_DEMAND".into()))
            });
            assert!(on_demand || active.contains(id), "{name}: {id} cannot be invoked");
        }
        for entry in catalog.models() {
            let model = raw[entry.id()];
            assert!(entry.invoke_id().is_some(), "{name}: {}", entry.id());
            assert_eq!(model["responseStreamingSupported"], true, "{name}: {}", entry.id());
            assert_eq!(model["modelLifecycle"]["status"], "ACTIVE", "{name}: {}", entry.id());
        }
        assert!(catalog.models().count() > 20, "{name}");

        // According to the table: which id, and why.
        for id in raw.keys() {
            let entry = catalog.find(id).unwrap_or_else(|| panic!("{name}: {id} is missing"));
            cases += 1;
            let Some((invoke_id, why)) = table.get(id) else { continue };
            assert_eq!(entry.invoke_id(), invoke_id.as_deref(), "{name}: {id}");
            match entry.unavailable() {
                None => assert_eq!(entry.kind().as_str(), *why, "{name}: {id}"),
                Some(reason) => {
                    let text = reason.to_string();
                    assert!(why.split('|').any(|why| text.contains(why)), "{name}: {id}: {text}");
                }
            }
        }
        // Every profile of the list has an entry, whether the region lists its model or not.
        for id in &active {
            let entry = catalog.find(id).unwrap_or_else(|| panic!("{name}: {id} is missing"));
            assert!(entry.kind() != Kind::NotOffered, "{name}: {id}");
        }
    }
    assert!(lists.is_empty() || cases > 0);
    conformance::report(suite, cases);
}

//! What `bedrill chat` takes from a configuration, and what takes precedence over it.

use bedrill::test_util::Server;
use bedrill::test_util::requests::{header, line};
use bedrill::test_util::responses;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{MOLTBOT, OWN};
use crate::command::{Bedrill, Scratch};

/// A configuration for `url`, with a primary model and its prices.
fn configuration(url: &str) -> String {
    format!(
        r#"{{
  models: {{ providers: {{ "amazon-bedrock": {{
    baseUrl: "{url}",
    models: [
      {{ id: "us.example.priced-v1:0", cost: {{ input: 3, output: 15 }} }},
      {{ id: "us.example.zero-v1:0", cost: {{ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }} }},
    ],
  }} }} }},
  agents: {{ defaults: {{ model: {{ primary: "amazon-bedrock/us.example.priced-v1:0" }} }} }},
}}"#
    )
}

/// Answers every request: 1,000 tokens read, 200 written.
fn server() -> Server {
    Server::sending(responses::json(json!({
        "metrics": {"latencyMs": 1}, "stopReason": "end_turn",
        "output": {"message": {"content": [{"text": "Hello."}], "role": "assistant"}},
        "usage": {"inputTokens": 1000, "outputTokens": 200, "totalTokens": 1200},
    })))
}

/// `bedrill chat --no-stream ARGUMENT... hi` with access keys.
fn chat(scratch: &Scratch, arguments: &[&str]) -> Bedrill {
    scratch.with_keys(&[&["chat", "--no-stream"], arguments, &["hi"]].concat())
}

/// The only request since this was last called.
#[track_caller]
fn asked(server: &Server) -> Request<Bytes> {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

/// The `baseUrl` of Moltbot's documentation.
const OF_AWS: &str = "https://bedrock-runtime.us-east-1.amazonaws.com";

fn asked_for(server: &Server, model: &str) {
    let path = format!("/model/{}/converse", model.replace(':', "%3A"));
    assert_eq!(line(&asked(server)), format!("POST {path} HTTP/1.1"));
}

#[test]
fn the_primary_model_and_the_base_url_are_used() {
    let (scratch, server) = (Scratch::new(), server());
    scratch.file(OWN, configuration(server.url()));
    let run = chat(&scratch, &[]).run().ended(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("Hello.\n", ""));
    asked_for(&server, "us.example.priced-v1:0");
}

#[test]
fn every_name_of_the_provider_works_in_the_file_and_in_the_flag() {
    let (scratch, server) = (Scratch::new(), server());
    for provider in ["amazon-bedrock", "aws-bedrock", "bedrock"] {
        let model = format!("{provider}/us.example.priced-v1:0");
        let file = configuration(server.url()).replace("amazon-bedrock/us.example.priced-v1:0", &model);
        scratch.file(OWN, file);
        chat(&scratch, &[]).run().ended(0);
        asked_for(&server, "us.example.priced-v1:0");
        chat(&scratch, &["-m", &model]).run().ended(0);
        asked_for(&server, "us.example.priced-v1:0");
    }
}

#[test]
fn a_flag_takes_precedence_over_a_variable_and_that_over_the_primary_model() {
    let (scratch, server) = (Scratch::new(), server());
    scratch.file(OWN, configuration(server.url()));
    chat(&scratch, &[]).var("BEDRILL_MODEL", "of.variable").run().ended(0);
    asked_for(&server, "of.variable");
    chat(&scratch, &["-m", "of.flag"]).var("BEDRILL_MODEL", "of.variable").run().ended(0);
    asked_for(&server, "of.flag");
    chat(&scratch, &[]).var("BEDRILL_MODEL", " ").run().ended(0);
    asked_for(&server, "us.example.priced-v1:0");
}

#[test]
fn the_base_url_ranks_below_the_flag_and_above_the_environment() {
    let (scratch, server) = (Scratch::new(), server());
    scratch.file(OWN, configuration("http://127.0.0.1:9/closed"));
    chat(&scratch, &["--endpoint-url", server.url()]).run().ended(0);
    asked(&server);
    scratch.file(OWN, configuration(&format!("{}/prefix/", server.url())));
    chat(&scratch, &[]).var("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:9").run().ended(0);
    assert!(asked(&server).uri().path().starts_with("/prefix/model/"));
}

#[test]
fn a_base_url_of_aws_names_the_region_when_nothing_else_does() {
    let (scratch, server) = (Scratch::new(), server());
    scratch.file(OWN, configuration(&OF_AWS.replace("us-east-1", "eu-west-1")));
    scratch.file("home/.aws/config", "[default]\nregion = eu-west-3\n");
    // AWS's own host is not a custom endpoint: the variable's still counts.
    let chat = |arguments: &[&str]| chat(&scratch, arguments).var("AWS_ENDPOINT_URL", server.url());
    let signed_for = |region: &str| {
        let request = asked(&server);
        let authorization = header(&request, "authorization");
        assert!(authorization.contains(&format!("/{region}/bedrock/aws4_request")), "{authorization}");
    };
    chat(&[]).run().ended(0);
    signed_for("eu-west-1");
    chat(&[]).var("AWS_REGION", "us-west-2").run().ended(0);
    signed_for("us-west-2");
    chat(&[]).var("AWS_DEFAULT_REGION", "us-west-1").run().ended(0);
    signed_for("us-west-1");
    chat(&[]).var("AWS_REGION", " ").var("AWS_DEFAULT_REGION", "").run().ended(0);
    signed_for("eu-west-1");
    chat(&["--region", "ap-south-1"]).run().ended(0);
    signed_for("ap-south-1");
    chat(&["-m", "arn:aws:bedrock:us-east-2:123456789012:inference-profile/us.a.b"]).run().ended(0);
    signed_for("us-east-2");
}

#[test]
fn the_bearer_token_can_be_switched_off() {
    let (scratch, server) = (Scratch::new(), server());
    let chat = |prefer: bool, arguments: &[&str]| {
        scratch.file(OWN, format!("{{ auth: {{ preferBearer: {prefer} }} }}"));
        let arguments = [&["-m", "x.y", "--endpoint-url", server.url()], arguments].concat();
        chat(&scratch, &arguments).var("AWS_BEARER_TOKEN_BEDROCK", "canary-token").run().ended(0);
        header(&asked(&server), "authorization").to_owned()
    };
    assert!(chat(true, &[]).starts_with("Bearer "));
    assert!(chat(false, &[]).starts_with("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"));
    scratch.file(
        "home/.aws/credentials",
        "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = canary\n",
    );
    assert!(chat(false, &["--profile", "dev"]).contains("Credential=AKIADEV/"));
}

#[test]
fn usage_is_shown_with_the_cost_where_prices_are_known() {
    let (scratch, server) = (Scratch::new(), server());
    scratch.file(OWN, configuration(server.url()));
    let chat = |arguments: &[&str]| chat(&scratch, arguments).run().ended(0);
    let tokens = "bedrill: tokens: 1000 in, 200 out, 1200 in all";
    assert_eq!(chat(&["--usage"]).stderr, format!("{tokens}; 0.006000 USD\n"));
    assert_eq!(chat(&["--usage", "-q"]).stderr, format!("{tokens}; 0.006000 USD\n"));
    assert_eq!(
        chat(&["--usage", "-m", "bedrock/us.example.priced-v1:0"]).stderr,
        format!("{tokens}; 0.006000 USD\n")
    );
    // Zeros mean that prices are not known.
    assert_eq!(chat(&["--usage", "-m", "us.example.zero-v1:0"]).stderr, format!("{tokens}\n"));
    assert_eq!(chat(&["--usage", "-m", "us.example.other-v1:0"]).stderr, format!("{tokens}\n"));
    assert_eq!(chat(&[]).stderr, "");

    let json = |arguments: &[&str]| {
        let run = chat(&[&["--json"], arguments].concat());
        serde_json::from_str::<Value>(&run.stdout).expect("JSON")
    };
    let priced = json(&[]);
    assert_eq!(priced["usage"]["outputTokens"], 200);
    let cost = priced["cost"]["usd"].as_f64().expect("a cost");
    assert!((cost - 0.006).abs() < 1e-12, "{cost}");
    assert_eq!(json(&["-m", "us.example.zero-v1:0"]).get("cost"), None);
    assert_eq!(priced["cost"].get("pricesAsOf"), None);
    // By the table, which says of which day its prices are: 1.10 and 5.50 USD, a tenth more than `global.`.
    let known = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
    let told = chat(&["--usage", "-m", known]).stderr;
    assert!(told.starts_with(&format!("{tokens}; 0.002200 USD (prices of 20")), "{told}");
    let cost = &json(&["-m", known])["cost"];
    assert!((cost["usd"].as_f64().expect("a cost") - 0.0022).abs() < 1e-12, "{cost}");
    assert!(cost["pricesAsOf"].is_string(), "{cost}");
}

#[test]
fn without_a_model_the_message_lists_every_way_to_name_one() {
    let scratch = Scratch::new();
    let run = chat(&scratch, &[]).run().ended(2);
    run.says(&["no model: name one with -m, in BEDRILL_MODEL or as the configuration's agents.defaults.model.primary"]);
    scratch.file(OWN, "{ agents: { defaults: { model: { primary: 'opus' } } } }");
    let run = chat(&scratch, &[]).run().ended(2);
    run.says(&[&format!("; \"opus\" at {}:1:43 does not begin with amazon-bedrock/", scratch.shown(OWN))]);
}

#[test]
fn an_error_stops_a_run_and_a_warning_is_printed_unless_quiet() {
    let (scratch, server) = (Scratch::new(), server());
    let own = scratch.shown(OWN);
    scratch.file(OWN, "{ auth: { preferBearer: 1, }, models: { bedrockDiscovery: { regoin: '' } } }");
    let run = chat(&scratch, &["-m", "x.y", "--endpoint-url", server.url()]).run().ended(2);
    assert_eq!(
        run.stderr,
        format!("bedrill: {own}:1:25: error: auth.preferBearer: expected true or false, found a number\n")
    );

    scratch.file(OWN, "{ models: { bedrockDiscovery: { regoin: '' } } }");
    let chat = |arguments: &[&str]| {
        let arguments = [&["-m", "x.y", "--endpoint-url", server.url()], arguments].concat();
        chat(&scratch, &arguments).run().ended(0).stderr
    };
    assert_eq!(
        chat(&[]),
        format!(
            "bedrill: {own}:1:33: warning: models.bedrockDiscovery.regoin: unknown key; did you mean \"region\"?\n"
        )
    );
    assert_eq!(chat(&["-q"]), "");
}

#[test]
fn another_tools_file_is_read_as_it_is_and_its_mistakes_stop_nothing() {
    let (scratch, server) = (Scratch::new(), server());
    let text = configuration(server.url()).replacen('{', "{ channels: [1], auth: { profiles: {} },", 1);
    scratch.file(MOLTBOT, &text);
    let run = chat(&scratch, &[]).run().ended(0);
    assert_eq!(run.stderr, "");
    asked_for(&server, "us.example.priced-v1:0");

    let spoilt = text.replacen("models:", "models: { bedrockDiscovery: { ttl: 1 } }, models:", 1);
    let spoilt = spoilt.replacen("baseUrl", "api: '${API}', baseUrl", 1);
    scratch.file(MOLTBOT, &spoilt);
    let run = chat(&scratch, &[]).run().ended(0);
    let path = scratch.shown(MOLTBOT);
    assert!(run.stderr.starts_with(&format!("bedrill: {path}:")), "{}", run.stderr);
    let run = run.says(&["expected \"bedrock-converse-stream\", found another string"]);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    asked_for(&server, "us.example.priced-v1:0");

    // When it is named, the same rules apply as to bedrill's own file.
    chat(&scratch, &["--config", &path]).run().ended(2).says(&["found another string"]);
}

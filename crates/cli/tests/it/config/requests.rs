//! What a configuration puts into the requests of `bedrill chat`, and what is said where it disagrees with itself.

use bedrill::test_util::Server;
use serde_json::{Value, json};

use super::{MOLTBOT, OPENCLAW, OWN};
use crate::command::{Run, Scratch};
use crate::environment::{scope, server};

const MODEL: &str = "us.anthropic.example-v1:0";
const GUARDRAIL: &str = "plugins: { entries: { 'amazon-bedrock': { config: { guardrail: { \
    guardrailIdentifier: 'abc', guardrailVersion: '7', streamProcessingMode: 'sync', trace: 'enabled' } } } } }";

fn ask(scratch: &Scratch, server: &Server, arguments: &[&str]) -> Run {
    let all = [&["chat", "hi", "--endpoint-url", server.url()], arguments].concat();
    scratch.with_keys(&all).run()
}

/// The body of the only request, for the text of our own file.
fn body(text: &str, arguments: &[&str]) -> Value {
    let (scratch, server) = (Scratch::new(), server());
    scratch.file(OWN, text);
    let run = ask(&scratch, &server, arguments).ended(0);
    assert_eq!(run.stderr, "");
    serde_json::from_slice(server.request().body()).expect("JSON")
}

#[test]
fn the_guardrail_of_openclaw_is_on_every_request() {
    let expected = json!({"guardrailIdentifier": "abc", "guardrailVersion": "7", "streamProcessingMode": "sync", "trace": "enabled"});
    let text = format!("{{ {GUARDRAIL} }}");
    assert_eq!(body(&text, &["-m", MODEL])["guardrailConfig"], expected);
    for place in [OPENCLAW, MOLTBOT] {
        let (scratch, server) = (Scratch::new(), server());
        scratch.file(place, &text);
        ask(&scratch, &server, &["-m", MODEL]).ended(0);
        let sent: Value = serde_json::from_slice(server.request().body()).expect("JSON");
        assert_eq!(sent["guardrailConfig"], expected);
    }
}

#[test]
fn a_guardrail_that_cannot_be_read_stops_the_request_in_any_file() {
    for place in [OWN, OPENCLAW, MOLTBOT] {
        let (scratch, server) = (Scratch::new(), server());
        scratch.file(place, GUARDRAIL.replace("'7'", "7").replacen("plugins", "{ plugins", 1) + " }");
        let run = ask(&scratch, &server, &["-m", MODEL]).ended(2);
        run.says(&["guardrailVersion: expected a version", "found a number"]);
        assert_eq!(server.connections(), 0);
    }
}

#[test]
fn tier_and_cache_retention_go_into_the_request() {
    let with = |params: &str| format!("{{ agents: {{ defaults: {{ params: {{ {params} }} }} }} }}");
    let sent = body(&with("serviceTier: 'flex'"), &["-m", MODEL]);
    assert_eq!(sent["serviceTier"], json!({"type": "flex"}));
    let short = json!({"cachePoint": {"type": "default"}});
    let long = json!({"cachePoint": {"type": "default", "ttl": "1h"}});
    let system = ["--system", "Be brief."];
    for (model, retention, point) in [
        (MODEL, "short", Some(&short)),
        (MODEL, "long", Some(&long)),
        (MODEL, "none", None),
        ("us.amazon.nova-lite-v1:0", "long", Some(&short)),
        ("us.meta.llama3-v1:0", "long", None),
    ] {
        let sent =
            body(&with(&format!("cacheRetention: '{retention}'")), &[&["-m", model], &system[..]].concat());
        assert_eq!(sent["system"].get(1), point, "{model} {retention}");
        assert_eq!(sent["messages"][0]["content"].get(1), point, "{model} {retention}");
    }
    let own = format!(
        "{{ agents: {{ defaults: {{ params: {{ serviceTier: 'flex' }}, models: {{ 'amazon-bedrock/{MODEL}': \
         {{ alias: 'Opus', params: {{ serviceTier: 'priority' }} }} }} }} }} }}"
    );
    assert_eq!(body(&own, &["-m", "opus"])["serviceTier"], json!({"type": "priority"}));
}

#[test]
fn an_alias_names_its_model() {
    let text = format!(
        "{{ agents: {{ defaults: {{ model: 'opus', models: {{ 'amazon-bedrock/{MODEL}': {{ alias: 'opus' }} }} }} }} }}"
    );
    let (scratch, server) = (Scratch::new(), server());
    scratch.file(OPENCLAW, text);
    for arguments in [&["-m", "opus"][..], &["-m", "OPUS"], &[]] {
        ask(&scratch, &server, arguments).ended(0);
    }
    assert!(server.requests().iter().all(|seen| seen.uri().path().contains("us.anthropic.example-v1%3A0")));
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn the_output_limit_of_a_configured_model_is_sent_and_the_default_is_not() {
    let text = "{ models: { bedrockDiscovery: { defaultMaxTokens: 99 }, providers: { 'amazon-bedrock': { models: [ \
         { id: 'anthropic.example-v1:0', maxTokens: 8192 }, { id: 'amazon.other-v1:0' }] } } } }";
    assert_eq!(body(text, &["-m", MODEL])["inferenceConfig"], json!({"maxTokens": 8192}));
    assert_eq!(body(text, &["-m", MODEL, "--max-tokens", "5"])["inferenceConfig"], json!({"maxTokens": 5}));
    assert_eq!(body(text, &["-m", "amazon.other-v1:0"]).get("inferenceConfig"), None);
}

#[test]
fn our_own_file_names_model_region_and_system_prompt_at_its_top() {
    let (scratch, server) = (Scratch::new(), server());
    scratch.file(OWN, format!("{{ model: '{MODEL}', region: 'eu-west-3', system: 'Be brief.' }}"));
    ask(&scratch, &server, &[]).ended(0);
    let seen = server.request();
    assert_eq!(scope(&seen).1, "eu-west-3");
    let sent: Value = serde_json::from_slice(seen.body()).expect("JSON");
    assert_eq!(sent["system"], json!([{"text": "Be brief."}]));
    let show = scratch.with_keys(&["config", "show"]).run().ended(0).stdout;
    assert!(show.contains(&format!("model\t{MODEL}\t")) && show.contains("region\teu-west-3\t"), "{show}");
    ask(&scratch, &server, &["--system", "Own."]).ended(0);
    let sent: Value = serde_json::from_slice(server.requests()[1].body()).expect("JSON");
    assert_eq!(sent["system"], json!([{"text": "Own."}]));
}

fn check(place: &str, text: &str, variables: &[(&str, &str)]) -> String {
    let scratch = Scratch::new();
    scratch.file(place, text);
    let run = variables
        .iter()
        .fold(scratch.bedrill(&["config", "check"]), |run, (name, value)| run.var(name, value));
    run.run().ended(0).stdout
}

#[test]
fn check_names_what_it_does_not_know_in_our_own_file_alone() {
    let text = "{ mdoel: 'x', channels: {}, agents: { list: [] } }";
    let own = check(OWN, text, &[]);
    assert!(own.contains("mdoel: unknown key; did you mean \"model\"?"), "{own}");
    assert_eq!(own.lines().count(), 3, "{own}");
    assert_eq!(check(OPENCLAW, text, &[]), "");
    let scratch = Scratch::new();
    scratch.file("work/openclaw.json", text).file("work/own.json5", text);
    for (file, lines) in [("openclaw.json", 0), ("own.json5", 3)] {
        let run = scratch.bedrill(&["config", "check", "--config", file]).run().ended(0);
        assert_eq!(run.stdout.lines().count(), lines, "{}", run.stdout);
    }
    let retired =
        "{ plugins: { entries: { 'amazon-bedrock': { config: { awsRegion: 'x', awsProfile: 'y' } } } } }";
    for place in [OWN, OPENCLAW] {
        let found = check(place, retired, &[]);
        assert_eq!(found.matches("is not used by bedrill").count(), 2, "{found}");
    }
}

#[test]
fn a_base_url_of_another_region_is_told() {
    let text = "{ models: { providers: { 'amazon-bedrock': { baseUrl: \
                'https://bedrock-runtime.eu-west-1.amazonaws.com' } } } }";
    let said = "is of eu-west-1, but requests go to us-east-1";
    assert_eq!(check(OWN, text, &[("AWS_REGION", "eu-west-1")]), "");
    assert_eq!(check(OWN, text, &[]), "");
    assert!(check(OWN, text, &[("AWS_REGION", "us-east-1")]).contains(said));
    let scratch = Scratch::new();
    scratch.file(OPENCLAW, text);
    let proxy = Server::sending(bedrill::test_util::responses::response("502 Bad Gateway", &[], ""));
    let run = scratch.with_keys(&["chat", "-m", MODEL, "hi", "--region", "us-east-1"]);
    let run = run.var("HTTPS_PROXY", &format!("http://127.0.0.1:{}", proxy.port())).run().ended(1);
    run.says(&["bedrill: warning: the baseUrl at ", said]);
}

//! `bedrill models`, and what `bedrill chat` does with short names and with models that are not served on demand.

mod chat;
pub mod service;

use serde_json::{Value, json};

use super::command::{Bedrill, Scratch};
pub use service::Service;
use service::YOUNG;

/// Where the user's own configuration is.
const OWN: &str = "home/.config/bedrill/config.json5";

/// `bedrill models ARGUMENT...` with keys, in us-east-1, against `service`.
fn models(scratch: &Scratch, service: &Service, arguments: &[&str]) -> Bedrill {
    scratch
        .with_keys(&[&["models"], arguments].concat())
        .var("AWS_REGION", "us-east-1")
        .var("AWS_ENDPOINT_URL_BEDROCK", service.url())
}

/// What it prints on stdout; it must print nothing on stderr.
fn printed(service: &Service, arguments: &[&str]) -> String {
    let run = models(&Scratch::new(), service, arguments).run().ended(0);
    assert_eq!(run.stderr, "", "{arguments:?}");
    run.stdout
}

/// The ids in the first column.
fn ids(output: &str) -> Vec<&str> {
    output.lines().filter_map(|line| line.split('\t').next()).collect()
}

#[test]
fn a_pipe_gets_lines_with_tabs_of_what_can_be_invoked() {
    let service = Service::start();
    let expected = "\
us.anthropic.claude-haiku-9-20300101-v1:0\tClaude Haiku 9\ttext,image\t~32000\tprofile\n\
us.anthropic.claude-sonnet-9-20300101-v1:0\tClaude Sonnet 9\ttext\t~32000\tprofile\n\
acme.echo-v1:0\tEcho\ttext\t~32000\ton-demand\n\
arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123\tTeam budget\ttext\t~32000\tapplication profile\n";
    assert_eq!(printed(&service, &[]), expected);
    let seen = service.targets();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen.iter().any(|target| target.starts_with("/foundation-models")), "{seen:?}");
    assert!(seen.iter().any(|target| target.starts_with("/inference-profiles")), "{seen:?}");
}

#[test]
fn a_filter_is_part_of_an_id_a_name_or_a_provider_in_any_case() {
    let service = Service::start();
    let list = |filter: &str| printed(&service, &[filter]);
    let all = printed(&service, &[]);
    for everything in ["bedrock/", "amazon-bedrock/", "bedrock/converse/"] {
        assert_eq!(list(everything), all, "{everything}");
    }
    let haiku = ["us.anthropic.claude-haiku-9-20300101-v1:0"];
    for filter in ["haiku", "HAIKU 9", "bedrock/haiku", "amazon-bedrock/us.anthropic.claude-h"] {
        assert_eq!(ids(&list(filter)), haiku, "{filter}");
    }
    assert_eq!(ids(&list("acme inc")), ["acme.echo-v1:0"], "the provider's name");
}

#[test]
fn a_filter_that_matches_nothing_is_reported_with_exit_code_1() {
    let service = Service::start();
    for arguments in [&["nosuch"][..], &["-q", "nosuch"], &["--provider", "nosuch"], &["list", "nosuch"]] {
        let none = models(&Scratch::new(), &service, arguments).run().ended(1);
        let (stdout, stderr) = (none.stdout.as_str(), none.stderr.as_str());
        assert_eq!((stdout, stderr), ("", "bedrill: no model of us-east-1 matches\n"), "{arguments:?}");
    }
    let none = models(&Scratch::new(), &service, &["nosuch", "--json"]).run().ended(1);
    assert_eq!(none.json_lines()[0]["models"].as_array().map(Vec::len), Some(0));
    models(&Scratch::new(), &service, &["embed"]).run().ended(1).says(&["--all shows 1 with the reason"]);
}

#[test]
fn the_word_list_lists() {
    let service = Service::start();
    assert_eq!(printed(&service, &["list"]), printed(&service, &[]));
    assert_eq!(printed(&service, &["list", "haiku"]), printed(&service, &["haiku"]));
    let all = printed(&service, &["--all"]);
    for arguments in [["list", "--all"], ["--all", "list"]] {
        assert_eq!(printed(&service, &arguments), all);
    }
    let acme = printed(&service, &["--provider", "acme"]);
    for arguments in [["list", "--provider", "acme"], ["--provider", "acme", "list"]] {
        assert_eq!(printed(&service, &arguments), acme);
    }
}

#[test]
fn providers_go_by_their_name_or_the_first_part_of_their_ids() {
    let service = Service::start();
    let list = |arguments: &[&str]| printed(&service, arguments);
    for name in ["acme", "ACME Inc"] {
        assert_eq!(ids(&list(&["--provider", name])), ["acme.echo-v1:0"], "{name}");
    }
    assert_eq!(list(&["--provider", "acme", "--provider", "anthropic"]), list(&[]));
    assert_eq!(ids(&list(&["--all", "--provider", "acme"])).len(), 3);
}

#[test]
fn all_lists_the_others_with_the_reason() {
    let service = Service::start();
    let output = printed(&service, &["--all"]);
    let reason = |id: &str| {
        let line = output.lines().find(|line| line.starts_with(id)).expect(id);
        line.split('\t').nth(5).expect("a sixth column").to_owned()
    };
    assert_eq!(reason("acme.echo-v1:0"), "");
    assert_eq!(reason("acme.embed-v1"), "does not stream; writes no text");
    assert_eq!(reason("acme.old-v1:0"), "is LEGACY");
    assert!(reason("anthropic.claude-opus-9-20300101-v1:0").contains("none in this region covers it"));
}

#[test]
fn json_holds_everything() {
    let service = Service::start();
    let document: Value = serde_json::from_str(&printed(&service, &["--json", "haiku"])).expect("JSON");
    assert_eq!(document["region"], "us-east-1");
    assert_eq!((&document["profilesKnown"], &document["warnings"]), (&json!(true), &json!([])));
    let [model] = document["models"].as_array().expect("a list").as_slice() else { panic!("{document}") };
    assert_eq!(model["id"], "anthropic.claude-haiku-9-20300101-v1:0");
    assert_eq!(model["invokeId"], "us.anthropic.claude-haiku-9-20300101-v1:0");
    assert_eq!(model["contextWindow"], json!({"tokens": 32000, "source": "assumed"}));
    assert_eq!(model["input"], json!(["TEXT", "IMAGE"]));
    assert_eq!(model["lifecycle"]["endOfLifeTime"], "2035-06-30T00:00:00Z");
    assert_eq!(model["profiles"].as_array().map(Vec::len), Some(2));
}

#[test]
fn without_the_permission_for_profiles_the_rest_is_listed_and_the_permission_named() {
    let service = Service::start();
    service.deny("/inference-profiles");
    let run = models(&Scratch::new(), &service, &[]).run().ended(0);
    assert_eq!(ids(&run.stdout), ["acme.echo-v1:0"]);
    run.says(&["bedrill: warning: ", "bedrock:ListInferenceProfiles", "3 models"]);
    let run = models(&Scratch::new(), &service, &["-q"]).run().ended(0);
    assert_eq!((ids(&run.stdout), run.stderr.as_str()), (vec!["acme.echo-v1:0"], ""));

    service.deny("/foundation-models");
    let run = models(&Scratch::new(), &service, &[]).run().ended(1);
    assert_eq!(run.stdout, "");
    run.says(&["AccessDeniedException", "bedrock:ListFoundationModels"]);
}

#[test]
fn two_runs_ask_once_and_refresh_asks_again() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let cache = scratch.path("cache");
    let list = |arguments: &[&str]| {
        let run = models(&scratch, &service, arguments);
        run.var("XDG_CACHE_HOME", cache.to_str().expect("UTF-8")).run().ended(0)
    };
    let first = list(&[]);
    assert_eq!(list(&[]).stdout, first.stdout);
    assert_eq!(ids(&list(&["--provider", "acme"]).stdout), ["acme.echo-v1:0"]);
    assert_eq!(service.targets().len(), 2, "stored");
    assert!(cache.join("bedrill").is_dir());
    list(&["--refresh"]);
    assert_eq!(service.targets().len(), 4, "asked again");

    service.deny("/foundation-models");
    let stale = list(&["--refresh"]);
    assert_eq!(stale.stdout, first.stdout);
    stale.says(&["the list of models is from "]);

    scratch.file(OWN, "{ models: { bedrockDiscovery: { refreshInterval: 0 } } }");
    service.allow_all();
    let before = service.targets().len();
    list(&[]);
    list(&[]);
    assert_eq!(service.targets().len(), before + 4, "not stored");
}

#[test]
fn the_models_of_a_project_are_asked_for_and_stored_apart() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let cache = scratch.path("cache");
    let asked = |arguments: &[&str]| {
        let before = service.targets().len();
        let run = models(&scratch, &service, arguments);
        run.var("XDG_CACHE_HOME", cache.to_str().expect("UTF-8")).run().ended(0);
        let mut targets = service.targets().split_off(before);
        // They are asked for at the same time.
        targets.sort();
        targets
    };
    let lists = [
        "/foundation-models?projectIdentifier=p1",
        "/inference-profiles?maxResults=1000&projectIdentifier=p1",
    ];
    assert_eq!(asked(&["--project", "p1"]), lists);
    assert_eq!(asked(&["--project", "p1"]), [""; 0], "stored");
    assert_eq!(asked(&[]), ["/foundation-models", "/inference-profiles?maxResults=1000"]);
    let shown = asked(&["show", "acme.preview-v1:0", "--project", "p1"]);
    assert_eq!(shown, ["/foundation-models/acme.preview-v1%3A0?projectIdentifier=p1"]);
}

#[test]
fn the_configuration_sets_filter_defaults_region_and_models_of_its_own() {
    let (service, scratch) = (Service::start(), Scratch::new());
    scratch.file(
        OWN,
        "{ models: {
            bedrockDiscovery: { region: 'us-west-2', providerFilter: ['anthropic'], defaultContextWindow: 64000 },
            providers: { 'amazon-bedrock': { models: [
                { id: 'own.model-v1:0', name: 'My own', input: ['text', 'image'], contextWindow: 1000, maxTokens: 10,
                  cost: { input: 3, output: 15 } },
                { id: 'anthropic.claude-haiku-9-20300101-v1:0', name: 'Renamed' },
            ] } },
        } }",
    );
    let list = |arguments: &[&str]| models(&scratch, &service, arguments).run().ended(0).stdout;
    assert_eq!(
        list(&[]),
        "own.model-v1:0\tMy own\ttext,image\t1000\tconfigured\n\
         bedrock/us-west-2/us.anthropic.claude-haiku-9-20300101-v1:0\tRenamed\ttext\t~64000\tconfigured\n\
         bedrock/us-west-2/us.anthropic.claude-sonnet-9-20300101-v1:0\tClaude Sonnet 9\ttext\t~64000\tprofile\n\
         arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123\tTeam budget\ttext\t~64000\t\
         application profile\n"
    );
    let region =
        |arguments: &[&str]| serde_json::from_str::<Value>(&list(arguments)).expect("JSON")["region"].clone();
    assert_eq!(region(&["--json"]), "us-west-2");
    assert_eq!(region(&["--json", "--region", "eu-west-1"]), "eu-west-1", "a flag goes first");
    let shown = list(&["show", "own.model-v1:0"]);
    assert!(shown.contains("cost\tUSD per million tokens: 3 in, 15 out"), "{shown}");
}

#[test]
fn discovery_that_is_off_sends_nothing() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let configuration = |enabled: &str| {
        let text = "{ models: { bedrockDiscovery: { ENABLED }, providers: { 'amazon-bedrock': { models: [
            { id: 'own.model-v1:0' }] } } } }";
        scratch.file(OWN, text.replace("ENABLED", enabled));
    };
    configuration("enabled: false");
    let run = models(&scratch, &service, &[]).run().ended(0);
    assert_eq!((ids(&run.stdout), run.stderr.as_str()), (vec!["own.model-v1:0"], ""));
    models(&scratch, &service, &["haiku"]).run().ended(1).says(&["discovery is off at ", "config.json5:1:"]);

    // By default it is on when there are credentials.
    configuration("");
    let run = scratch.bedrill(&["models"]).var("AWS_ENDPOINT_URL_BEDROCK", service.url()).run().ended(0);
    assert_eq!(ids(&run.stdout), ["own.model-v1:0"]);
    run.says(&["no usable credentials"]);
    assert!(service.targets().is_empty());
    Scratch::new().bedrill(&["models"]).run().ended(3);
}

#[test]
fn a_base_url_of_the_runtime_is_not_asked_for_lists() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let base_url = |url: &str| {
        let text = "{ models: { providers: { 'amazon-bedrock': { baseUrl: 'URL' } } } }";
        scratch.file(OWN, text.replace("URL", url));
        models(&scratch, &service, &["--refresh"]).run().ended(0);
    };
    base_url("https://bedrock-runtime-fips.us-east-1.amazonaws.com");
    base_url(&format!("{}/gateway", service.url()));
    let seen = service.targets();
    assert_eq!(seen.iter().filter(|target| target.starts_with("/gateway/")).count(), 2, "{seen:?}");
}

#[test]
fn show_prints_everything_about_one_model() {
    let service = Service::start();
    for name in ["haiku", "anthropic.claude-haiku-9-20300101-v1:0", "bedrock/Claude Haiku 9"] {
        let shown = printed(&service, &["show", name]);
        for line in [
            "id to invoke\tus.anthropic.claude-haiku-9-20300101-v1:0",
            "provider\tAnthropic",
            "profiles\tus.anthropic.claude-haiku-9-20300101-v1:0, global.anthropic.claude-haiku-9-20300101-v1:0",
            "input\ttext,image",
            "streaming\tyes",
            "lifecycle\tACTIVE, end of life 2035-06-30",
            "context window\t~32000 tokens (assumed)",
        ] {
            assert!(shown.lines().any(|own| own == line), "no {line:?} for {name:?} in:\n{shown}");
        }
    }
    let global = printed(&service, &["show", "global.anthropic.claude-haiku-9-20300101-v1:0"]);
    assert!(global.starts_with("id to invoke\tglobal."), "{global}");
    let opus = printed(&service, &["show", "opus"]);
    assert!(opus.starts_with("id to invoke\tnone\n"), "{opus}");
    assert!(opus.contains("not listed\tserved only through inference profiles"), "{opus}");
    let json: Value = serde_json::from_str(&printed(&service, &["show", "--json", "echo"])).expect("JSON");
    assert_eq!((&json["invokeId"], &json["kind"]), (&json!("acme.echo-v1:0"), &json!("on-demand")));

    let show = |name: &str| models(&Scratch::new(), &service, &["show", name]).run().ended(2);
    show("claude")
        .says(&["matches several models", "us.anthropic.claude-sonnet-9-20300101-v1:0  Claude Sonnet 9"]);
    show("claude-hiaku-9").says(&["did you mean us.anthropic.claude-haiku-9-20300101-v1:0?"]);
}

#[test]
fn show_looks_up_what_is_in_no_list() {
    let service = Service::start();
    let shown = printed(&service, &["show", YOUNG]);
    for line in [
        format!("id to invoke\t{YOUNG}"),
        "name\tYoung".to_owned(),
        "model\tanthropic.claude-sonnet-9-20300101-v1:0".to_owned(),
        "streaming\tyes".to_owned(),
    ] {
        assert!(shown.lines().any(|own| own == line), "no {line:?} in:\n{shown}");
    }
    assert!(printed(&service, &["show", "acme.preview-v1:0"]).contains("name\tPreview\n"));
    let show = |name: &str, code| models(&Scratch::new(), &service, &["show", name]).run().ended(code);
    show("us.anthropic.claude-haiku-9-20300101-v1:1", 2).says(&["did you mean us.anthropic.claude-haiku-9"]);

    service.deny("/inference-profiles/");
    service.deny("/foundation-models/");
    show(YOUNG, 1)
        .says(&["the permission bedrock:GetInferenceProfile is missing", "the id can be sent as it is"]);
    show("acme.preview-v1:0", 2).says(&["the permission bedrock:GetFoundationModel is missing"]);
}

#[test]
fn the_users_own_limits_take_precedence() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let table = json!({"asOf": "2030-01-01", "families": [{"models": ["acme.echo"], "contextWindow": 77}]});
    scratch.file("work/limits.json", table.to_string());
    let list = |arguments: &[&str]| models(&scratch, &service, arguments);
    let expected = "acme.echo-v1:0\tEcho\ttext\t77\ton-demand\n";
    assert_eq!(list(&["--limits", "limits.json", "echo"]).run().ended(0).stdout, expected);
    assert_eq!(list(&["echo"]).var("BEDRILL_LIMITS", "limits.json").run().ended(0).stdout, expected);
    scratch.file("work/limits.json", "{");
    list(&["--limits", "limits.json"]).run().ended(2).says(&["limits.json cannot be used", "not JSON"]);
}

#[test]
fn each_mistake_in_the_users_own_limits_is_told_with_its_line_by_every_command() {
    let scratch = Scratch::new();
    let mine = "{families: [{models: ['acme.echo'],\n  window: 7,\n  maxOutput: 'much'}]}";
    scratch.file("work/limits.json", mine);
    for command in [
        &["models"][..],
        &["models", "known"],
        &["config", "check"],
        &["auth"],
        &["chat", "-m", "acme.echo-v1:0", "hi"],
    ] {
        let run = scratch.with_keys(command).var("BEDRILL_LIMITS", "limits.json").run().ended(2);
        run.says(&["limits.json:2:3: error: families[0].window: unknown key", "limits.json:3:14: error:"]);
    }
}

#[test]
fn what_is_known_is_printed_without_a_network() {
    let scratch = Scratch::new();
    let known = |arguments: &[&str]| {
        let run = scratch.bedrill(&[&["models", "known"], arguments].concat()).run().ended(0);
        assert_eq!(run.stderr, "", "{arguments:?}");
        run.stdout
    };
    assert!(known(&[]).lines().count() > 100);
    let document: Value = serde_json::from_str(&known(&["--json", "sonnet-4-6"])).expect("JSON");
    let [sonnet] = document["models"].as_array().expect("a list").as_slice() else { panic!("{document}") };
    assert_eq!(sonnet["id"], "anthropic.claude-sonnet-4-6");
    assert_eq!((&sonnet["contextWindow"], &sonnet["maxOutput"]), (&json!(1_000_000), &json!(128_000)));
    assert_eq!(sonnet["reasoning"]["form"], "adaptive");
    assert_eq!((&sonnet["prices"]["input"], &sonnet["prices"]["cacheWrite1h"]), (&json!(3.0), &json!(6.0)));
    assert!(sonnet["asOf"].is_string() && sonnet["sources"][0].is_string(), "{sonnet}");
    // By the id of a model, a name, and what the user adds.
    assert_eq!(ids(&known(&["us.anthropic.claude-sonnet-4-6"])), ["anthropic.claude-sonnet-4-6"]);
    assert_eq!(ids(&known(&["Opus 4.8"])), ["anthropic.claude-opus-4-8"]);
    scratch.file("work/limits.json", "{families: [{models: ['acme.echo'], contextWindow: 77}]}");
    assert_eq!(known(&["--limits", "limits.json", "acme"]), "acme.echo\t77\t-\t-\t-\t-\tyours\t--limits\n");
    scratch
        .bedrill(&["models", "known", "nothing-like-it"])
        .run()
        .ended(1)
        .says(&["no known family matches"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_aligned_columns_under_their_names_and_a_spinner_that_goes_away() {
    let (service, scratch) = (Service::start(), Scratch::new());
    service.wait(std::time::Duration::from_millis(400));
    let output = std::process::Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!("'{}' models claude-", env!("CARGO_BIN_EXE_bedrill")))
        .arg("/dev/null")
        .current_dir(scratch.path("work"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", scratch.path("home"))
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL_BEDROCK", service.url())
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "canary-secret")
        .output()
        .expect("script runs (util-linux)");
    let shown = String::from_utf8(output.stdout).expect("UTF-8").replace("\r\n", "\n");
    let (waiting, table) = shown.split_once("\r\u{1b}[K").expect("a spinner");
    assert!(waiting.starts_with("\r| listing models\r/ listing models"), "{waiting:?}");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(
        lines,
        [
            "ID                                          NAME             INPUT       CONTEXT  KIND",
            "us.anthropic.claude-haiku-9-20300101-v1:0   Claude Haiku 9   text,image   ~32000  profile",
            "us.anthropic.claude-sonnet-9-20300101-v1:0  Claude Sonnet 9  text         ~32000  profile",
        ]
    );
}

//! `bedrill config`, and what a configuration does to `bedrill chat`: the real binary with a scratch home folder.

mod chat;
mod requests;

use serde_json::{Value, json};

use super::command::{Run, Scratch};

const OWN: &str = "home/.config/bedrill/config.json5";
const OPENCLAW: &str = "home/.openclaw/openclaw.json";
const MOLTBOT: &str = "home/.moltbot/moltbot.json";

#[test]
fn path_prints_the_first_file_that_exists() {
    let scratch = Scratch::new();
    let path =
        |arguments: &[&str]| scratch.bedrill(&[&["config", "path"], arguments].concat()).run().ended(0);

    // Without a file, the place where it would be.
    let run = path(&[]);
    assert_eq!(run.stdout, format!("{}\n", scratch.shown(OWN)));
    assert_eq!(run.stderr, "bedrill: this file does not exist; every setting is at its default\n");

    scratch.file(MOLTBOT, "{}");
    assert_eq!(path(&[]).stdout, format!("{}\n", scratch.shown(MOLTBOT)));
    scratch.file(OPENCLAW, "{}");
    assert_eq!(path(&[]).stdout, format!("{}\n", scratch.shown(OPENCLAW)));
    scratch.file(OWN, "{}");
    let run = path(&["--verbose"]);
    assert_eq!(run.stdout, format!("{}\n", scratch.shown(OWN)));
    let states: Vec<_> =
        run.stderr.lines().map(|line| line.split_once(" is ").map(|(_, state)| state)).collect();
    assert_eq!(
        states,
        [
            Some("read"),
            Some("not read: an earlier file takes precedence"),
            Some("not read: an earlier file takes precedence"),
            None // does not exist
        ]
    );
    assert_eq!(path(&["--config", "x.json5"]).stdout, "x.json5\n");
}

#[test]
fn a_variable_and_a_flag_name_another_file() {
    let scratch = Scratch::new();
    scratch
        .file(OWN, "{}")
        .file("xdg/bedrill/config.json5", "{}")
        .file("a.json5", "{}")
        .file("b.json5", "{}");
    let (xdg, a, b) = (scratch.shown("xdg"), scratch.shown("a.json5"), scratch.shown("b.json5"));
    let path = |arguments: &[&str], vars: &[(&str, &str)]| {
        let run = scratch.bedrill(&[&["config", "path"], arguments].concat());
        vars.iter().fold(run, |run, (name, value)| run.var(name, value)).run().ended(0).stdout
    };
    assert_eq!(path(&[], &[("XDG_CONFIG_HOME", &xdg)]), format!("{xdg}/bedrill/config.json5\n"));
    assert_eq!(path(&[], &[("XDG_CONFIG_HOME", "xdg")]), format!("{}\n", scratch.shown(OWN)));
    assert_eq!(path(&[], &[("XDG_CONFIG_HOME", &xdg), ("BEDRILL_CONFIG", &a)]), format!("{a}\n"));
    assert_eq!(path(&["--config", &b], &[("BEDRILL_CONFIG", &a)]), format!("{b}\n"));
}

#[test]
fn a_named_file_must_exist_and_be_text() {
    let scratch = Scratch::new();
    scratch.file(OWN, "{}").file("binary", [0xff, 0xfe]);
    for command in [&["config", "check"][..], &["config", "show"], &["chat", "-m", "x.y", "hi"]] {
        let named = [command, &["--config", "missing.json5"]].concat();
        scratch
            .bedrill(&named)
            .run()
            .ended(2)
            .says(&["the configuration missing.json5 (named by --config) cannot be read: "]);
        let missing = scratch.bedrill(command).var("BEDRILL_CONFIG", "/nowhere/x").run().ended(2);
        missing.says(&["the configuration /nowhere/x (named by BEDRILL_CONFIG) cannot be read: "]);
        let binary = scratch.shown("binary");
        let binary = scratch.bedrill(&[command, &["--config", &binary]].concat()).run().ended(2);
        binary.says(&["cannot be read: it is not UTF-8"]);
    }
}

#[test]
fn nothing_in_the_working_directory_chooses_a_configuration() {
    let scratch = Scratch::new();
    let bad = "{ auth: 1 }";
    scratch
        .file("work/config.json5", bad)
        .file("work/bedrill/config.json5", bad)
        .file("work/.config/bedrill/config.json5", bad)
        .file("work/.openclaw/openclaw.json", bad)
        .file("work/.env", format!("BEDRILL_CONFIG={}\n", scratch.shown("work/config.json5")));
    let run = scratch.bedrill(&["config", "check"]).run().ended(0);
    assert_eq!(run.stdout, "");
    run.says(&["there is no configuration; every setting is at its default"]);
}

#[test]
fn check_prints_every_problem_with_its_place() {
    let scratch = Scratch::new();
    let own = scratch.shown(OWN);
    let check = |text: &str, code| {
        scratch.file(OWN, text);
        scratch.bedrill(&["config", "check"]).run().ended(code)
    };
    let run = check("{\n  models: {\n    bedrockDiscovery: { regoin: 'x', enabled: 'yes' },\n  },\n}\n", 2);
    assert_eq!(
        run.stdout,
        format!(
            "{own}:3:25: warning: models.bedrockDiscovery.regoin: unknown key; did you mean \"region\"?\n\
             {own}:3:47: error: models.bedrockDiscovery.enabled: expected true or false, found a string\n"
        )
    );
    assert_eq!(run.stderr, format!("bedrill: {own}: 1 error, 1 warning\n"));

    let run = check("{ auth: { prefer_bearer: true } }", 0);
    assert_eq!(
        run.stdout,
        format!("{own}:1:11: warning: auth.prefer_bearer: unknown key; did you mean \"preferBearer\"?\n")
    );
    assert_eq!(run.stderr, format!("bedrill: {own}: 1 warning\n"));

    let run = check("{ auth: }", 2);
    assert_eq!(run.stdout, format!("{own}:1:9: error: not JSON5: unexpected close brace\n"));

    let run = check("{ // fine\n}", 0);
    assert_eq!((run.stdout.as_str(), run.stderr), ("", format!("bedrill: {own}: nothing is wrong\n")));
}

fn settings(run: Run) -> Value {
    let document: Value = serde_json::from_str(&run.ended(0).stdout).expect("JSON");
    document["settings"].clone()
}

#[track_caller]
fn assert_setting(settings: &Value, name: &str, value: &Value, source: &str, from: &str) {
    assert_eq!(settings[name], json!({ "value": value, "source": source, "from": from }), "{name}");
}

#[test]
fn show_says_where_each_value_comes_from() {
    let scratch = Scratch::new();
    let show = ["config", "show", "--json"];
    let defaults = settings(scratch.bedrill(&show).run());
    for (name, value) in [
        ("model", Value::Null),
        ("region", json!("us-east-1")),
        ("profile", json!("default")),
        ("endpoint", Value::Null),
        ("models.bedrockDiscovery.enabled", Value::Null),
        ("models.bedrockDiscovery.region", Value::Null),
        ("models.bedrockDiscovery.providerFilter", json!([])),
        ("models.bedrockDiscovery.refreshInterval", json!(3600)),
        ("models.bedrockDiscovery.defaultContextWindow", json!(32000)),
        ("models.bedrockDiscovery.defaultMaxTokens", json!(4096)),
        ("auth.preferBearer", json!(true)),
    ] {
        assert_setting(&defaults, name, &value, "default", "default");
    }

    scratch.file(
        OWN,
        r#"{
  models: {
    bedrockDiscovery: { enabled: true, providerFilter: ["amazon"], refreshInterval: 60 },
    providers: { "amazon-bedrock": {
      baseUrl: "https://gateway.test/bedrock",
      models: [{ id: "a.b" }] } },
  },
  agents: { defaults: { model: "amazon-bedrock/a.b" } },
  auth: { preferBearer: false },
}"#,
    );
    scratch.file("home/.aws/config", "[default]\nregion = eu-west-3\n");
    let own = |place: &str| format!("{}:{place}", scratch.shown(OWN));
    let of_file = settings(scratch.bedrill(&show).run());
    for (name, value, place) in [
        ("model", json!("a.b"), "8:32"),
        ("endpoint", json!("https://gateway.test/bedrock"), "5:16"),
        ("models.bedrockDiscovery.enabled", json!(true), "3:34"),
        ("models.bedrockDiscovery.providerFilter", json!(["amazon"]), "3:56"),
        ("models.bedrockDiscovery.refreshInterval", json!(60), "3:85"),
        ("models.providers.\"amazon-bedrock\".models[0]", json!("a.b"), "6:16"),
        ("auth.preferBearer", json!(false), "9:25"),
    ] {
        assert_setting(&of_file, name, &value, "file", &own(place));
    }
    let aws = format!("{}:2", scratch.shown("home/.aws/config"));
    assert_setting(&of_file, "region", &json!("eu-west-3"), "profile", &aws);
    assert_setting(&of_file, "models.bedrockDiscovery.defaultMaxTokens", &json!(4096), "default", "default");

    let flags = ["--region", "ap-south-1", "--endpoint-url", "http://localhost:1"];
    let run = scratch.bedrill(&[&show[..], &flags].concat()).var("BEDRILL_MODEL", "v").run();
    let of_flags = settings(run);
    assert_setting(&of_flags, "region", &json!("ap-south-1"), "flag", "--region");
    assert_setting(&of_flags, "endpoint", &json!("http://localhost:1"), "flag", "--endpoint-url");
    assert_setting(&of_flags, "model", &json!("v"), "variable", "BEDRILL_MODEL");
}

#[test]
fn show_prints_lines_with_tabs_into_a_pipe() {
    let scratch = Scratch::new();
    scratch.file(OWN, "{ models: { bedrockDiscovery: { providerFilter: ['anthropic', 'amazon'] } } }");
    let run = scratch.bedrill(&["config", "show"]).var("AWS_REGION", "eu-west-1").run().ended(0);
    let own = scratch.shown(OWN);
    for line in [
        "model\t(none; name one with chat -m)\tdefault".to_owned(),
        "region\teu-west-1\tAWS_REGION".to_owned(),
        "endpoint\t(the region's host)\tdefault".to_owned(),
        format!("models.bedrockDiscovery.providerFilter\tanthropic, amazon\t{own}:1:49"),
        "models.bedrockDiscovery.refreshInterval\t3600\tdefault".to_owned(),
    ] {
        assert!(run.stdout.lines().any(|own| own == line), "no {line:?} in:\n{}", run.stdout);
    }
}

#[test]
fn show_prints_the_region_of_an_aws_base_url() {
    let scratch = Scratch::new();
    scratch.file(
        OWN,
        "{ models: { providers: { 'amazon-bedrock': { baseUrl: 'https://bedrock-runtime.eu-west-1.amazonaws.com' } } } }",
    );
    scratch.file("home/.aws/config", "[default]\nregion = eu-west-3\n");
    let show = ["config", "show", "--json"];
    let shown = settings(scratch.bedrill(&show).run());
    let place = format!("{}:1:55", scratch.shown(OWN));
    assert_setting(&shown, "region", &json!("eu-west-1"), "file", &place);
    assert_setting(&shown, "endpoint", &Value::Null, "default", "default");
    let shown = settings(scratch.bedrill(&show).var("AWS_REGION", "us-west-2").run());
    assert_setting(&shown, "region", &json!("us-west-2"), "variable", "AWS_REGION");
}

#[test]
fn show_prints_what_the_client_would_use() {
    let scratch = Scratch::new();
    let show = ["config", "show", "--json"];
    scratch.file(OWN, "{ models: { bedrockDiscovery: { region: 'us-west-2' } } }");
    let aws = "[default]\nregion = eu-west-3\nservices = s\n[services s]\nbedrock_runtime =\n  endpoint_url = http://section\n";
    scratch.file("home/.aws/config", aws);
    let shown = settings(scratch.bedrill(&show).run());
    assert_setting(&shown, "region", &json!("us-west-2"), "file", &format!("{}:1:41", scratch.shown(OWN)));
    let section = format!("{}:6", scratch.shown("home/.aws/config"));
    assert_setting(&shown, "endpoint", &json!("http://section"), "profile", &section);

    let runtime = "AWS_ENDPOINT_URL_BEDROCK_RUNTIME";
    let with =
        |name: &str, value: &str| scratch.bedrill(&show).var(runtime, "http://runtime").var(name, value);
    let shown = settings(with("AWS_DEFAULT_REGION", "us-east-2").run());
    assert_setting(&shown, "region", &json!("us-east-2"), "variable", "AWS_DEFAULT_REGION");
    assert_setting(&shown, "endpoint", &json!("http://runtime"), "variable", runtime);
    let shown = settings(with("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true").run());
    assert_setting(&shown, "endpoint", &Value::Null, "default", "default");

    let bad = with("AWS_REGION", "US East").run();
    let bad =
        bad.says(&["no request can be made with these settings: AWS_REGION: \"US East\" is not a region"]);
    assert_setting(&settings(bad), "region", &Value::Null, "default", "default");
}

//! Short names, and models that are not served on demand.

use bedrill::test_util::events;

use super::super::command::{Bedrill, Scratch};
use super::OWN;
use super::service::Service;

const HAIKU: &str = "anthropic.claude-haiku-9-20300101-v1:0";
const US_HAIKU: &str = "us.anthropic.claude-haiku-9-20300101-v1:0";

fn chat(scratch: &Scratch, service: &Service, model: &str, arguments: &[&str]) -> Bedrill {
    scratch
        .with_keys(&[&["chat", "--endpoint-url", service.url(), "-m", model], arguments, &["hi"]].concat())
        .var("AWS_REGION", "us-east-1")
}

#[test]
fn a_short_name_is_sent_as_the_one_model_that_it_names_and_a_note_says_so() {
    let (service, scratch) = (Service::start(), Scratch::new());
    for name in ["haiku", "bedrock/claude-haiku-9", "Claude Haiku 9"] {
        let run = chat(&scratch, &service, name, &[]).run().ended(0);
        let short = name.strip_prefix("bedrock/").unwrap_or(name);
        let said = format!("bedrill: {short} is {US_HAIKU} (Claude Haiku 9)\n");
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("Hello.\n", said.as_str()));
    }
    let quiet = chat(&scratch, &service, "haiku", &["-q"]).run().ended(0);
    assert_eq!(quiet.stderr, "");
    assert_eq!(service.invoked(), [US_HAIKU; 4]);
    assert_eq!(service.targets().len(), 6, "the models were listed once");
}

#[test]
fn a_short_name_is_looked_up_in_the_project_of_the_request() {
    let (service, scratch) = (Service::start(), Scratch::new());
    chat(&scratch, &service, "haiku", &["--project", "p1"]).run().ended(0);
    let lists = service.targets().into_iter().filter(|target| !target.starts_with("/model/"));
    let lists: Vec<String> = lists.collect();
    assert_eq!(lists.len(), 2);
    assert!(lists.iter().all(|target| target.ends_with("projectIdentifier=p1")), "{lists:?}");
    assert_eq!(service.invoked(), [US_HAIKU]);
}

#[test]
fn a_full_id_needs_no_list_of_models() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
    scratch.file(OWN, "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'alias' }] } } } }");
    for id in ["acme.echo-v1:0", US_HAIKU, arn, "alias"] {
        assert_eq!(chat(&scratch, &service, id, &[]).run().ended(0).stderr, "", "{id}");
    }
    assert_eq!(service.invoked(), ["acme.echo-v1:0", US_HAIKU, arn, "alias"]);
    assert_eq!(service.targets().len(), 4);
}

#[test]
fn a_name_of_several_or_of_none_is_a_usage_error() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let refused = |model: &str| chat(&scratch, &service, model, &[]).run().ended(2);
    refused("claude").says(&["\"claude\" matches several models", US_HAIKU, "Claude Sonnet 9"]);
    refused("claude-hiaku-9").says(&["matches no model", &format!("did you mean {US_HAIKU}?")]);
    refused("opus").says(&["anthropic.claude-opus-9-20300101-v1:0: served only through inference profiles"]);
    assert!(service.invoked().is_empty());

    service.deny("/foundation-models");
    let run = chat(&Scratch::new(), &service, "haiku", &[]).run().ended(1);
    run.says(&[
        "\"haiku\" is not a full model id, and the models could not be listed",
        "bedrock:ListFoundationModels",
    ]);
}

#[test]
fn a_refused_model_is_asked_for_again_through_its_profile_which_is_remembered() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let said = format!("bedrill: {HAIKU} is not served on demand, so {US_HAIKU} was invoked instead\n");
    let first = chat(&scratch, &service, HAIKU, &["--record", "body.bin"]).run().ended(0);
    assert_eq!((first.stdout.as_str(), &first.stderr), ("Hello.\n", &said));
    assert_eq!(service.invoked(), [HAIKU, US_HAIKU]);
    let body = events::answer(&["Hello."]);
    assert!(scratch.read("work/body.bin") == body, "only the answer is recorded");

    let second = chat(&scratch, &service, HAIKU, &[]).run().ended(0);
    assert_eq!((second.stdout.as_str(), &second.stderr), ("Hello.\n", &said));
    assert_eq!(service.invoked(), [HAIKU, US_HAIKU, US_HAIKU]);
    assert_eq!(chat(&scratch, &service, HAIKU, &["-q"]).run().ended(0).stderr, "");
    let used = |model: &str| {
        let run = chat(&scratch, &service, model, &["-q", "--json"]).run().ended(0);
        run.json_lines().first().and_then(|answer| answer.get("invokedModelId").cloned())
    };
    assert_eq!(used(HAIKU), Some(US_HAIKU.into()), "those who read JSON are told too");
    assert_eq!(used(US_HAIKU), None);
}

#[test]
fn the_fallback_can_be_a_suggestion_or_off() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let refused =
        |policy: &str| chat(&scratch, &service, HAIKU, &["--profile-fallback", policy]).run().ended(1);
    refused("suggest").says(&["ValidationException", &format!("use the model id {US_HAIKU}")]);
    let before = service.targets().len();
    refused("off").says(&["ValidationException"]);
    assert_eq!(service.targets().len(), before + 1, "nothing is looked up");
    assert_eq!(service.invoked(), [HAIKU, HAIKU]);
}

#[test]
fn another_geography_is_used_only_when_it_is_allowed() {
    let (service, scratch) = (Service::start(), Scratch::new());
    let ask = |arguments: &[&str]| {
        let arguments = [&["--region", "sa-east-1"], arguments].concat();
        chat(&scratch, &service, HAIKU, &arguments).run()
    };
    ask(&[]).ended(1).says(&["ValidationException"]);
    assert_eq!(service.invoked(), [HAIKU]);
    ask(&["--allow-geography", "global"]).ended(0);
    assert_eq!(service.invoked().last(), Some(&format!("global.{HAIKU}")));
    // What was remembered under another setting is not used without it.
    ask(&[]).ended(1);
    assert_eq!(service.invoked().last().map(String::as_str), Some(HAIKU));
}

#[test]
fn the_region_of_discovery_is_that_of_requests_and_a_listed_id_goes_where_it_was_listed() {
    let (service, scratch) = (Service::start(), Scratch::new());
    scratch.file(OWN, "{ models: { bedrockDiscovery: { region: 'us-west-2' } } }");
    let ask = |model: &str, region: Option<&str>, arguments: &[&str]| {
        let all =
            [&["chat", "-v", "--endpoint-url", service.url(), "-m", model], arguments, &["hi"]].concat();
        let run = scratch.with_keys(&all);
        let run = if let Some(region) = region { run.var("AWS_REGION", region) } else { run };
        let run = run.run().ended(0);
        (service.signed_for(), run.stderr)
    };
    // As in Moltbot, whose provider is then that region's; but for what users type a variable takes precedence over a
    // file.
    assert_eq!(ask(US_HAIKU, None, &[]).0, "us-west-2");
    assert_eq!(ask(US_HAIKU, Some("us-east-1"), &[]).0, "us-east-1");
    // A name is looked up in the region of discovery, and goes there, with the id that `bedrill models` prints.
    let (region, said) = ask("haiku", Some("us-east-1"), &[]);
    let listed = format!("bedrock/us-west-2/{US_HAIKU}");
    assert_eq!(region, "us-west-2");
    assert!(said.starts_with(&format!("bedrill: haiku is {listed} (Claude Haiku 9)\n")), "{said}");
    assert_eq!(ask(&listed, Some("us-east-1"), &[]).0, "us-west-2");
    assert_eq!(
        ask("haiku", None, &[]).1.lines().next(),
        Some(&*format!("bedrill: haiku is {US_HAIKU} (Claude Haiku 9)"))
    );
    // A flag decides for both.
    assert_eq!(ask("haiku", Some("us-east-1"), &["--region", "us-east-2"]).0, "us-east-2");
    let list = scratch.with_keys(&["models", "haiku"]).var("AWS_REGION", "us-east-1");
    let run = list.var("AWS_ENDPOINT_URL_BEDROCK", service.url()).run().ended(0);
    assert_eq!(run.stdout.split('\t').next(), Some(listed.as_str()));
    let typed = scratch.with_keys(&["models", "bedrock/us-east-2/haiku"]).var("AWS_REGION", "us-east-1");
    let typed = typed.var("AWS_ENDPOINT_URL_BEDROCK", service.url()).run().ended(0);
    assert!(typed.stdout.starts_with(&format!("bedrock/us-east-2/{US_HAIKU}\t")), "{}", typed.stdout);
    typed.says(&["the models listed are those of us-east-2; requests go to us-east-1"]);
    run.says(&[
        "the models listed are those of us-west-2 (",
        "config.json5:1:41)",
        "requests go to us-east-1",
    ]);
}

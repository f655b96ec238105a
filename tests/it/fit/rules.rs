//! One case for each rule: what goes in, what comes out, what is said.

use bedrill::ConverseRequest;
use bedrill::converse::ThinkingLevel;
use bedrill::fit::{FitOptions, Operation, fit};
use bedrill::lore::{Family, Overlay};
use serde_json::{Value, json};

/// A family of which only `members` are known: `NAME=VALUE`, separated by spaces.
fn family(members: &str) -> Family {
    let mut family = Family::default();
    for (name, value) in members.split(' ').filter_map(|member| member.split_once('=')) {
        family.set(name, value).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    family
}

/// The body that is sent, and what is said.
fn sent(members: &str, body: Value) -> (Value, Vec<String>) {
    let request = ConverseRequest::from_body_json("m", body).unwrap();
    let fitted = fit(request, &family(members), &Overlay::new(), FitOptions::new()).unwrap();
    (fitted.request.to_body_json(), fitted.adjustments.iter().map(ToString::to_string).collect())
}

fn case(members: &str, given: Value, expected: Value, said: &[&str]) {
    assert_eq!(
        sent(members, given.clone()),
        (expected, said.iter().map(ToString::to_string).collect()),
        "{given}"
    );
}

#[test]
fn a_rejected_parameter_is_left_out_and_the_others_stay() {
    let given = json!({"inferenceConfig": {"temperature": 0.5, "maxTokens": 9, "stopSequences": ["."]}});
    case(
        "rejects=temperature,topP,stopSequences",
        given,
        json!({"inferenceConfig": {"maxTokens": 9}}),
        &[
            "inferenceConfig.temperature was left out: the model rejects it",
            "inferenceConfig.stopSequences was left out: the model rejects it",
        ],
    );
    case(
        "rejects=temperature,topK",
        json!({"inferenceConfig": {"temperature": 1.0}, "additionalModelRequestFields": {"top_k": 5}}),
        json!({}),
        &[
            "inferenceConfig.temperature was left out: the model rejects it",
            "additionalModelRequestFields.top_k was left out: the model rejects it",
        ],
    );
}

#[test]
fn of_temperature_and_top_p_the_first_stays_where_both_are_too_many() {
    let both = json!({"inferenceConfig": {"temperature": 0.5, "topP": 0.9}});
    let said = ["inferenceConfig.topP was left out: the model rejects it beside temperature"];
    case("rejects=temperature+topP", both, json!({"inferenceConfig": {"temperature": 0.5}}), &said);
    let one = json!({"inferenceConfig": {"topP": 0.9}});
    case("rejects=temperature+topP", one.clone(), one, &[]);
}

#[test]
fn a_thinking_model_takes_no_temperature_but_one() {
    let members = "reasoning.rejects=temperature,topK";
    let with = |temperature: f64, kind: &str| json!({"inferenceConfig": {"temperature": temperature}, "additionalModelRequestFields": {"thinking": {"type": kind}}});
    let mut brief = with(0.5, "disabled");
    brief["additionalModelRequestFields"]["output_config"] = json!({"effort": "low"});
    for same in [with(1.0, "adaptive"), with(0.5, "disabled"), brief] {
        case(members, same.clone(), same, &[]);
    }
    let by_default = "reasoning.rejects=temperature reasoning.byDefault=true";
    let said = ["inferenceConfig.temperature was left out: the model rejects it while it thinks"];
    case(by_default, json!({"inferenceConfig": {"temperature": 0.5}}), json!({}), &said);
    case(by_default, with(0.5, "disabled"), with(0.5, "disabled"), &[]);
    let said = ["inferenceConfig.temperature was left out: the model rejects it while it thinks"];
    let left = json!({"additionalModelRequestFields": {"thinking": {"type": "adaptive"}}});
    case(members, with(0.5, "adaptive"), left, &said);
}

#[test]
fn max_tokens_stay_below_the_maximum_and_above_the_budget() {
    let said = ["inferenceConfig.maxTokens was lowered from 9000 to 8000: that is the model's maximum"];
    let tokens = |count: i32| json!({"inferenceConfig": {"maxTokens": count}});
    case("maxOutput=8000", tokens(9000), tokens(8000), &said);
    case("maxOutput=8000", tokens(8000), tokens(8000), &[]);
    let with = |tokens: i32, budget: i32| {
        json!({
            "inferenceConfig": {"maxTokens": tokens},
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": budget}},
        })
    };
    let said = ["the thinking budget was lowered from 4000 to 1999: thoughts count toward it"];
    case("maxOutput=8000", with(2000, 4000), with(2000, 1999), &said);
    let said = ["the thinking budget was left out: thoughts count toward it"];
    let without = json!({"inferenceConfig": {"maxTokens": 1000}});
    case("maxOutput=8000", with(1000, 4000), without, &said);
}

#[test]
fn stop_sequences_cache_points_and_tiers_are_as_many_and_such_as_the_model_has() {
    let stops = |texts: &[&str]| json!({"inferenceConfig": {"stopSequences": texts}});
    let said = ["the number of stop sequences was lowered from 3 to 2: that is the model's maximum"];
    case("maxStopSequences=2", stops(&["a", "b", "c"]), stops(&["a", "b"]), &said);

    let tier = |name: &str| json!({"serviceTier": {"type": name}});
    case("tiers=default,flex", tier("flex"), tier("flex"), &[]);
    let said = ["serviceTier was left out: the model does not take it"];
    case("tiers=default,flex", tier("priority"), json!({}), &said);

    let point = json!({"cachePoint": {"type": "default"}});
    let messages = |blocks: &[Value]| json!([{"role": "user", "content": blocks}]);
    let text = json!({"text": "a"});
    let given = json!({"system": [point], "messages": messages(&[text.clone(), point.clone(), text.clone(), point.clone()])});
    let said = ["the cache point in system was left out: the model does not take it"];
    let left = json!({"messages": given["messages"]});
    case("promptCache.in=messages", given.clone(), left, &said);
    let said = ["the number of cache points was lowered from 3 to 2: that is the model's maximum"];
    let left = json!({"system": [point], "messages": messages(&[text.clone(), text.clone(), point.clone()])});
    case("promptCache.maxPoints=2", given, left, &said);
    let long = json!({"cachePoint": {"type": "default", "ttl": "1h"}});
    let said = ["the ttl of cache points was lowered from 1h to 5m: that is the model's maximum"];
    case(
        "promptCache.oneHour=false",
        json!({"system": [text, long]}),
        json!({"system": [{"text": "a"}, point]}),
        &said,
    );
}

fn with_tools(choice: Value, names: &[&str]) -> Value {
    let tools: Vec<Value> =
        names.iter().map(|name| json!({"toolSpec": {"name": name, "inputSchema": {"json": {}}}})).collect();
    json!({"toolConfig": {"tools": tools, "toolChoice": choice}})
}

#[test]
fn a_choice_that_is_missing_becomes_the_nearest_there_is() {
    let tool = json!({"tool": {"name": "a"}});
    for (choices, names, given, left, to) in [
        ("auto,any", &["a"][..], &tool, json!({"any": {}}), "changed from tool to any"),
        ("auto,any", &["a", "b"], &tool, json!({"auto": {}}), "changed from tool to auto"),
        ("auto", &["a"], &json!({"any": {}}), json!({"auto": {}}), "changed from any to auto"),
    ] {
        let said = format!("toolConfig.toolChoice was {to}: the model does not take it");
        let members = format!("toolChoices={choices}");
        case(&members, with_tools(given.clone(), names), with_tools(left, names), &[&said]);
    }
    let mut left = with_tools(json!({}), &["a"]);
    left["toolConfig"].as_object_mut().unwrap().remove("toolChoice");
    let said = ["toolConfig.toolChoice was left out: the model does not take it"];
    case("toolChoices=none", with_tools(json!({"auto": {}}), &["a"]), left, &said);
    let same = with_tools(tool, &["a"]);
    case("toolChoices=auto,any,tool", same.clone(), same, &[]);
}

#[test]
fn a_thinking_model_is_not_forced_to_call_a_tool() {
    let mut given = with_tools(json!({"any": {}}), &["a"]);
    given["additionalModelRequestFields"] = json!({"thinking": {"type": "adaptive"}});
    let mut left = given.clone();
    left["toolConfig"]["toolChoice"] = json!({"auto": {}});
    let said = ["toolConfig.toolChoice was changed from any to auto: the model rejects it while it thinks"];
    case("toolChoices=auto,any,tool reasoning.toolChoices=auto", given, left, &said);
}

#[test]
fn a_system_prompt_that_is_not_taken_goes_before_the_first_question() {
    let given = json!({
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": "Why?"}]}],
    });
    let left = json!({"messages": [{"role": "user", "content": [{"text": "Be brief."}, {"text": "Why?"}]}]});
    let said = ["system was moved to the first message of the user: the model does not take it"];
    case("system=false", given, left, &said);
    let alone = json!({"system": [{"text": "Be brief."}]});
    let said = ["system is sent as it is, and may be refused: the model does not take it"];
    case("system=false", alone.clone(), alone, &said);
}

#[test]
fn an_id_is_renamed_in_the_call_and_in_its_result_alike() {
    let conversation = |id: &str, other: &str| {
        json!({"messages": [
            {"role": "assistant", "content": [
                {"toolUse": {"toolUseId": id, "name": "a", "input": {}}},
                {"toolUse": {"toolUseId": other, "name": "a", "input": {}}},
            ]},
            {"role": "user", "content": [
                {"toolResult": {"toolUseId": id, "content": []}}, {"toolResult": {"toolUseId": other, "content": []}},
            ]},
        ]})
    };
    let members = "toolIds.alphabet=alphanumeric toolIds.minLength=9 toolIds.maxLength=9";
    let (body, said) = sent(members, conversation("tooluse_1", "abcdefghi"));
    let id = body["messages"][0]["content"][0]["toolUse"]["toolUseId"].as_str().unwrap();
    assert!(id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    assert_eq!(body, conversation(id, "abcdefghi"));
    assert_eq!(said, ["toolUseId was changed: the model takes only ids of another form"]);
    let (again, _) = sent(members, conversation("tooluse_1", "tooluse_2"));
    let other = again["messages"][0]["content"][1]["toolUse"]["toolUseId"].as_str().unwrap();
    assert_eq!(again, conversation(id, other));
    assert_ne!(id, other);
}

#[test]
fn what_cannot_be_mended_is_sent_and_said() {
    let text = json!({"text": "a"});
    let result = json!({"toolResult": {"toolUseId": "t", "content": [{"image": {"format": "png", "source": {"bytes": ""}}}]}});
    let messages = |role: &str, blocks: &[&Value]| json!({"messages": [{"role": role, "content": blocks}]});
    let kept = "is sent as it is, and may be refused:";
    for (members, given, said) in [
        (
            "firstTurn=user",
            messages("assistant", &[&text]),
            format!("the first message {kept} the model wants the first message to be the user's"),
        ),
        (
            "prefill=false",
            messages("assistant", &[&text]),
            format!("the last message {kept} the model does not continue a message of the assistant"),
        ),
        (
            "contentBesideToolResults=false",
            messages("user", &[&result, &text]),
            format!(
                "content beside a tool result {kept} the model takes nothing beside tool results in a message"
            ),
        ),
        (
            "toolResults=none",
            messages("user", &[&result]),
            format!("an image in a tool result {kept} the model does not take it in a tool result"),
        ),
        (
            "tools=false",
            with_tools(json!({"auto": {}}), &["a"]),
            format!("toolConfig {kept} the model does not take it"),
        ),
    ] {
        case(members, given.clone(), given, &[&said]);
    }
}

#[test]
fn a_model_that_does_not_stream_what_is_asked_answers_at_once() {
    let request = || ConverseRequest::from_body_json("m", with_tools(json!({"auto": {}}), &["a"])).unwrap();
    let of = |members: &str, request: ConverseRequest, streamed: bool| {
        let options = FitOptions::new().with_streamed(streamed);
        let fitted = fit(request, &family(members), &Overlay::new(), options).unwrap();
        (fitted.operation, fitted.adjustments.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let said = vec!["the answer is not streamed: the model does not call tools while it streams".to_owned()];
    assert_eq!(of("toolsInStream=false", request(), true), (Operation::Converse, said));
    assert_eq!(of("toolsInStream=false", request(), false), (Operation::Converse, vec![]));
    assert_eq!(
        of("toolsInStream=false", ConverseRequest::new("m"), true),
        (Operation::ConverseStream, vec![])
    );
    let said = vec!["the answer is not streamed: the model does not stream".to_owned()];
    assert_eq!(of("streaming=false", ConverseRequest::new("m"), true), (Operation::Converse, said));
}

#[test]
fn exact_refuses_and_names_what_the_model_does_not_take() {
    let nova = Family::of("amazon.nova-2-lite-v1:0").unwrap();
    let request =
        ConverseRequest::new("us.amazon.nova-2-lite-v1:0").max_tokens(100).thinking(ThinkingLevel::High);
    let refused = fit(request, &nova, &Overlay::new(), FitOptions::new().with_exact(true)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the model does not take the request as it is: inferenceConfig.maxTokens (the model rejects it when it thinks \
         with high effort)"
    );
}

#[test]
fn an_overlay_knows_better_than_the_table() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    let mut mine = Overlay::new();
    mine.set(arn, "reasoning.form", "reasoning.effort").unwrap();
    let request = ConverseRequest::new(arn).thinking(ThinkingLevel::High);
    let fitted = fit(request, &Family::default(), &mine, FitOptions::new()).unwrap();
    assert_eq!(fitted.adjustments, []);
    assert_eq!(
        fitted.request.additional_model_request_fields,
        Some(json!({"reasoning": {"effort": "high"}}))
    );
}

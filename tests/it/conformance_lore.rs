//! Recorded exchanges agree with what the table says of the model, wherever the service accepted the request.

use bedrill::lore::{
    CachePlace, Family, Modality, Parameter, Prices, ReasoningForm, Set, ThinkingLevel, Tier, ToolChoice,
    ToolIdAlphabet, Word,
};
use serde_json::Value;

use crate::support::conformance;

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn what_the_service_accepted_the_table_allows() {
    let suite = "captures-lore";
    let captures = conformance::folder("captures");
    let (mut count, mut failures) = (0, Vec::new());
    for capture in conformance::entries(&captures).iter().filter(|capture| capture.is_dir()) {
        if conformance::json(&capture.join("response.json"))["status"] != 200 {
            continue;
        }
        let request = conformance::json(&capture.join("request.json"));
        let path = request["path"].as_str().unwrap_or_default().replace("%3A", ":").replace("%2F", "/");
        let Some((model, operation)) = path
            .trim_start_matches("/bedrock")
            .strip_prefix("/model/")
            .and_then(|rest| rest.rsplit_once('/'))
        else {
            continue;
        };
        let Some(family) = Family::of(model) else { continue };
        let mut body = request["body"].clone();
        if let Value::String(text) = &body {
            body = serde_json::from_str(text).unwrap_or_default();
        }
        let contradictions = match operation {
            "converse" => contradictions(&family, &body, false),
            "converse-stream" => contradictions(&family, &body, true),
            "count-tokens" if family.count_tokens == Some(false) => vec!["countTokens".to_owned()],
            "count-tokens" => Vec::new(),
            _ => continue,
        };
        count += 1;
        let name = capture.file_name().unwrap_or_default().to_string_lossy().into_owned();
        failures.extend(contradictions.into_iter().map(|what| format!("{name}: {}: {what}", family.id)));
    }
    assert!(failures.is_empty(), "{} contradictions:\n{}", failures.len(), failures.join("\n"));
    conformance::report(suite, count);
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn every_model_of_a_public_catalogue_is_known_with_window_and_output() {
    let suite = "catalogue-lore";
    let folder = conformance::folder("lore");
    let is_list = |path: &std::path::PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pi-ai-"))
    };
    let list = conformance::entries(&folder).into_iter().find(is_list).expect("pi's list");
    let list = conformance::json(&list);
    let (mut count, mut unknown) = (0, Vec::new());
    for model in list.as_object().expect("models by key").values() {
        let id = model["id"].as_str().expect("an id");
        count += 1;
        let known = Family::of(id).is_some_and(|family| {
            let geography = bedrill::model_id::ModelId::parse(id).is_ok_and(|id| id.base_model().is_some());
            geography && family.context_window.is_some() && family.max_output.is_some()
        });
        if !known || Prices::of(id, None).is_none() {
            unknown.push(id);
        }
    }
    assert!(unknown.is_empty(), "not known: {unknown:?}");
    conformance::report(suite, count);
}

/// What the row forbids of a request that the service accepted.
fn contradictions(family: &Family, body: &Value, streamed: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |fine: bool, what: &str| {
        if !fine {
            found.push(what.to_owned());
        }
    };
    let sampling = &body["inferenceConfig"];
    let has = |name: &str| !sampling[name].is_null();
    for (name, parameter) in [
        ("temperature", Parameter::Temperature),
        ("topP", Parameter::TopP),
        ("stopSequences", Parameter::StopSequences),
    ] {
        check(!has(name) || !holds(family.rejects, parameter), &format!("rejects {name}"));
    }
    let both = has("temperature") && has("topP");
    check(!both || !holds(family.rejects, Parameter::TemperatureWithTopP), "rejects temperature+topP");
    let fields = &body["additionalModelRequestFields"];
    check(fields["top_k"].is_null() || !holds(family.rejects, Parameter::TopK), "rejects topK");
    let stops = sampling["stopSequences"].as_array().map_or(0, Vec::len) as u64;
    check(family.max_stop_sequences.is_none_or(|most| stops <= most), "maxStopSequences");
    let asked = sampling["maxTokens"].as_u64().unwrap_or_default();
    check(family.max_output.is_none_or(|most| asked <= most), "maxOutput");

    let tools = body["toolConfig"]["tools"].as_array().cloned().unwrap_or_default();
    check(tools.is_empty() || family.tools != Some(false), "tools");
    check(!streamed || tools.is_empty() || family.tools_in_stream != Some(false), "toolsInStream");
    check(!streamed || family.streaming != Some(false), "streaming");
    for (name, choice) in [("auto", ToolChoice::Auto), ("any", ToolChoice::Any), ("tool", ToolChoice::Tool)] {
        let chosen = !body["toolConfig"]["toolChoice"][name].is_null();
        check(!chosen || allows(family.tool_choices, choice), &format!("toolChoices {name}"));
    }
    let strict = tools.iter().any(|tool| tool["toolSpec"]["strict"] == true);
    check(!strict || family.strict_tools != Some(false), "strictTools");

    let system = body["system"].as_array().cloned().unwrap_or_default();
    check(system.is_empty() || family.system != Some(false), "system");
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let is_prefill = messages.last().is_some_and(|message| message["role"] == "assistant");
    check(!is_prefill || family.prefill != Some(false), "prefill");
    let mut points = 0;
    let mut cached = |blocks: &[Value], place: CachePlace| {
        let own: Vec<&Value> = blocks.iter().filter(|block| !block["cachePoint"].is_null()).collect();
        points += own.len() as u64;
        let kept = own
            .iter()
            .all(|block| block["cachePoint"]["ttl"] != "1h" || family.prompt_cache.one_hour != Some(false));
        (own.is_empty() || allows(family.prompt_cache.places, place)) && kept
    };
    let mut placed = cached(&system, CachePlace::System) && cached(&tools, CachePlace::Tools);
    for message in &messages {
        let blocks = message["content"].as_array().cloned().unwrap_or_default();
        placed &= cached(&blocks, CachePlace::Messages);
        let with_results = blocks.iter().any(|block| !block["toolResult"].is_null());
        let with_others =
            blocks.iter().any(|block| block["toolResult"].is_null() && block["cachePoint"].is_null());
        check(
            !(with_results && with_others) || family.content_beside_tool_results != Some(false),
            "contentBesideToolResults",
        );
        for block in &blocks {
            for (name, modality) in MEDIA {
                check(block[name].is_null() || allows(family.input, modality), &format!("input {name}"));
            }
            for id in [&block["toolUse"]["toolUseId"], &block["toolResult"]["toolUseId"]] {
                check(id.as_str().is_none_or(|id| is_tool_id(family, id)), &format!("toolIds {id}"));
            }
            for part in block["toolResult"]["content"].as_array().into_iter().flatten() {
                for (name, modality) in MEDIA {
                    check(
                        part[name].is_null() || allows(family.tool_results, modality),
                        &format!("toolResults {name}"),
                    );
                }
            }
        }
    }
    check(placed, "promptCache");
    check(family.prompt_cache.max_points.is_none_or(|most| points <= most), "promptCache.maxPoints");

    let structured = !body["outputConfig"]["textFormat"].is_null();
    check(!structured || family.structured_output != Some(false), "structuredOutput");
    for (name, tier) in [("flex", Tier::Flex), ("priority", Tier::Priority), ("reserved", Tier::Reserved)] {
        check(body["serviceTier"]["type"] != name || allows(family.tiers, tier), &format!("tiers {name}"));
    }
    if let Some((form, level)) = reasoning(fields) {
        // Claude 4.6 still takes a budget.
        let is_own =
            |own| own == form || (form == ReasoningForm::ClaudeBudget && family.id.ends_with("-4-6"));
        check(family.reasoning.form.is_none_or(is_own), &format!("reasoning.form {form}"));
        check(family.reasoning.supported != Some(false), "reasoning");
        let level = level.and_then(|level| level.parse::<ThinkingLevel>().ok());
        check(
            level.is_none_or(|level| allows(family.reasoning.levels, level)),
            &format!("reasoning.levels {level:?}"),
        );
    }
    found
}

const MEDIA: [(&str, Modality); 4] = [
    ("image", Modality::Image),
    ("document", Modality::Document),
    ("video", Modality::Video),
    ("audio", Modality::Audio),
];

/// The form in which a request asks for thought, and the level.
fn reasoning(fields: &Value) -> Option<(ReasoningForm, Option<&str>)> {
    let form = match fields["thinking"]["type"].as_str() {
        Some("enabled") => return Some((ReasoningForm::ClaudeBudget, None)),
        Some("adaptive") => {
            return Some((ReasoningForm::ClaudeAdaptive, fields["output_config"]["effort"].as_str()));
        }
        _ => fields,
    };
    let config = &form["reasoningConfig"];
    if config["type"] == "enabled" {
        return Some((ReasoningForm::Nova, config["maxReasoningEffort"].as_str()));
    }
    [
        (ReasoningForm::Effort, &form["reasoning_effort"]),
        (ReasoningForm::NestedEffort, &form["reasoning"]["effort"]),
        (ReasoningForm::Config, &form["reasoning_config"]),
    ]
    .into_iter()
    .find_map(|(form, level)| Some((form, Some(level.as_str()?))))
}

fn is_tool_id(family: &Family, id: &str) -> bool {
    let known = |byte: u8| match family.tool_ids.alphabet {
        Some(ToolIdAlphabet::Alphanumeric) => byte.is_ascii_alphanumeric(),
        Some(ToolIdAlphabet::Word) => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
        _ => true,
    };
    let length = id.len() as u64;
    id.bytes().all(known)
        && family.tool_ids.min_length.is_none_or(|least| length >= least)
        && family.tool_ids.max_length.is_none_or(|most| length <= most)
}

/// Whether `word` is in the set, if that is known.
fn holds<T: Word>(set: Option<Set<T>>, word: T) -> bool {
    set.is_some_and(|set| set.contains(word))
}

/// Whether `word` is in the set, or nothing is known.
fn allows<T: Word>(set: Option<Set<T>>, word: T) -> bool {
    set.is_none_or(|set| set.contains(word))
}

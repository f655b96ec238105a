//! Every family and every level, as one file that a person can read: `matrix.txt`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bedrill::ConverseRequest;
use bedrill::converse::ThinkingLevel;
use bedrill::fit::{FitOptions, Operation, fit};
use bedrill::lore::{Family, Overlay};
use serde_json::{Value, json};

/// Set to write the file anew: `BEDRILL_UPDATE=1 cargo test --test it fit::matrix`.
const UPDATE: &str = "BEDRILL_UPDATE";

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fit/matrix.txt");

const HEAD: &str = "\
# What is sent to each family, and what is said about it. Written by `BEDRILL_UPDATE=1 cargo test --test it fit::matrix`.
# Families and levels of which everything is the same share a block. Members that stay as they are, are not shown.
";

const THINKING: &str = "
== Thinking: the request has maxTokens 3000 and temperature 0.5; `thoughts` asks for hidden thoughts ==
";

const EVERYTHING: &str = "
== Everything: a request that sets what there is to set, to be streamed ==
";

fn everything(id: &str) -> ConverseRequest {
    let body = json!({
        "messages": [{"role": "user", "content": [{"text": "?"}]}],
        "system": [{"text": "!"}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
        "inferenceConfig": {"temperature": 0.5, "topP": 0.5, "maxTokens": 1_000_000, "stopSequences": ["."]},
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "a", "inputSchema": {"json": {}}, "strict": true}},
                {"toolSpec": {"name": "b", "inputSchema": {"json": {}}}},
            ],
            "toolChoice": {"tool": {"name": "a"}},
        },
        "additionalModelRequestFields": {"top_k": 5},
        "serviceTier": {"type": "flex"},
    });
    ConverseRequest::from_body_json(id, body).unwrap()
}

/// The part of the fitted body that differs from the plain one, and what is said of it.
fn sent(request: ConverseRequest, plain: &ConverseRequest, family: &Family) -> String {
    let options = FitOptions::new().with_streamed(true);
    let fitted = fit(request, family, &Overlay::new(), options).unwrap();
    let (body, plain) = (fitted.request.to_body_json(), plain.to_body_json());
    let (body, plain) = (body.as_object().unwrap(), plain.as_object().unwrap());
    let mut lines = Vec::new();
    for (name, value) in body.iter().filter(|(name, value)| plain.get(*name) != Some(value)) {
        lines.push(format!("{name}: {}", sorted(value.clone())));
    }
    lines.extend(plain.keys().filter(|name| !body.contains_key(*name)).map(|name| format!("{name}: absent")));
    lines.sort();
    if fitted.operation == Operation::Converse {
        lines.push("by Converse".to_owned());
    }
    let mut lines = vec![if lines.is_empty() { "unchanged".to_owned() } else { lines.join("; ") }];
    lines.extend(fitted.adjustments.iter().map(|adjustment| format!("- {adjustment}")));
    lines.iter().map(|line| format!("    {line}\n")).collect()
}

/// A text for each key, with the keys of equal texts in front of it.
fn grouped(items: impl IntoIterator<Item = (String, String)>) -> Vec<(Vec<String>, String)> {
    let mut groups: Vec<(Vec<String>, String)> = Vec::new();
    for (key, text) in items {
        match groups.iter_mut().find(|(_, known)| *known == text) {
            Some((keys, _)) => keys.push(key),
            None => groups.push((vec![key], text)),
        }
    }
    groups
}

fn thinking(family: &Family) -> String {
    let plain = ConverseRequest::new(&*family.id).max_tokens(3000).temperature(0.5);
    let mut levels: Vec<_> = ThinkingLevel::ALL
        .into_iter()
        .map(|level| (level.to_string(), sent(plain.clone().thinking(level), &plain, family)))
        .collect();
    levels.push(("thoughts".to_owned(), sent(plain.clone().show_thoughts(), &plain, family)));
    let high = plain.clone().thinking(ThinkingLevel::High).show_thoughts();
    levels.push(("high with thoughts".to_owned(), sent(high, &plain, family)));
    grouped(levels).into_iter().map(|(levels, text)| format!("  {}:\n{text}", levels.join(", "))).collect()
}

/// The same JSON, with members in the order of their names.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> = members.into_iter().collect();
            Value::Object(members.into_iter().map(|(name, value)| (name, sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn matrix() -> String {
    let unknown = Family::default();
    let families: Vec<Family> = std::iter::once(unknown).chain(Family::all()).collect();
    let name =
        |family: &Family| if family.id.is_empty() { "(not known)".to_owned() } else { family.id.to_string() };
    let mut all = HEAD.to_owned();
    all.push_str(THINKING);
    for (ids, text) in grouped(families.iter().map(|family| (name(family), thinking(family)))) {
        write!(all, "\n{}\n{text}", ids.join("\n")).unwrap();
    }
    all.push_str(EVERYTHING);
    let plain = everything("m");
    writeln!(all, "{}", sorted(plain.to_body_json())).unwrap();
    let of = |family: &Family| sent(everything(&family.id), &plain, family);
    for (ids, text) in grouped(families.iter().map(|family| (name(family), of(family)))) {
        write!(all, "\n{}\n{text}", ids.join("\n")).unwrap();
    }
    all
}

#[test]
fn what_is_sent_to_each_family_at_each_level_is_what_the_file_shows() {
    let matrix = matrix();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(FILE, &matrix).unwrap();
    }
    let file = std::fs::read_to_string(FILE).unwrap();
    let differs = file.lines().zip(matrix.lines()).find(|(shown, sent)| shown != sent);
    assert_eq!(differs, None, "the first line that differs; {UPDATE}=1 writes the file anew");
    assert_eq!(file.len(), matrix.len(), "{UPDATE}=1 writes the file anew");
}

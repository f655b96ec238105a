//! What fitting must never do: change a fitted request again, or touch what no rule names.

use bedrill::ConverseRequest;
use bedrill::converse::ThinkingLevel;
use bedrill::fit::{FitOptions, fit};
use bedrill::lore::{Family, Overlay};
use proptest::prelude::*;
use serde_json::{Value, json};

fn families() -> Vec<Family> {
    std::iter::once(Family::default()).chain(Family::all()).collect()
}

/// A part of a request that may be absent.
fn maybe(value: Value) -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), Just(value)]
}

fn bodies() -> impl Strategy<Value = Value> {
    let point = json!({"cachePoint": {"type": "default", "ttl": "1h"}});
    let inference = (
        prop_oneof![Just(Value::Null), (1..2_000_000_i32).prop_map(Value::from)],
        maybe(json!(0.5)),
        maybe(json!(0.9)),
        maybe(json!([".", "!"])),
    )
        .prop_map(|(tokens, temperature, top_p, stops)| {
            json!({"maxTokens": tokens, "temperature": temperature, "topP": top_p, "stopSequences": stops})
        });
    let choice = prop_oneof![
        Just(Value::Null),
        Just(json!({"auto": {}})),
        Just(json!({"any": {}})),
        Just(json!({"tool": {"name": "a"}})),
    ];
    let tools = (choice, any::<bool>(), any::<bool>()).prop_map({
        let point = point.clone();
        move |(choice, strict, cached)| {
            let mut tools =
                vec![json!({"toolSpec": {"name": "a", "inputSchema": {"json": {}}, "strict": strict}})];
            tools.extend(cached.then(|| point.clone()));
            json!({"tools": tools, "toolChoice": choice})
        }
    });
    let fields = prop_oneof![
        Just(Value::Null),
        Just(json!({"top_k": 5, "seed": 1})),
        (1024..9000_i32).prop_map(|budget| json!({"thinking": {"type": "enabled", "budget_tokens": budget}})),
        Just(json!({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}})),
    ];
    let id = prop_oneof![Just("tooluse_abc"), Just("abcdefghi"), Just("call.1")];
    let messages = (id, any::<bool>(), 0..6_usize).prop_map({
        let point = point.clone();
        move |(id, begins, points)| {
            let mut blocks = vec![json!({"toolResult": {"toolUseId": id, "content": [{"text": "b"}]}}), json!({"text": "c"})];
            blocks.extend(std::iter::repeat_n(point.clone(), points));
            let mut messages = vec![
                json!({"role": "assistant", "content": [{"toolUse": {"toolUseId": id, "name": "a", "input": {"x": 1}}}]}),
                json!({"role": "user", "content": blocks}),
            ];
            if begins {
                messages.insert(0, json!({"role": "user", "content": [{"text": "?"}]}));
            }
            Value::Array(messages)
        }
    });
    let tier =
        prop_oneof![Just(Value::Null), Just(json!({"type": "flex"})), Just(json!({"type": "reserved"}))];
    let system = maybe(json!([{"text": "!"}, point]));
    (inference, prop_oneof![Just(Value::Null), tools], fields, messages, tier, system).prop_map(
        |(inference, tools, fields, messages, tier, system)| {
            json!({
                "messages": messages, "system": system, "inferenceConfig": inference, "toolConfig": tools,
                "additionalModelRequestFields": fields, "serviceTier": tier,
                "requestMetadata": {"a": "b"}, "guardrailConfig": {"guardrailIdentifier": "g"}, "anythingNew": [1],
            })
        },
    )
}

fn levels() -> impl Strategy<Value = Option<ThinkingLevel>> {
    proptest::option::of(proptest::sample::select(&ThinkingLevel::ALL[..]))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn fitting_twice_is_fitting_once_and_nothing_else_changes(
        body in bodies(), level in levels(), show in any::<bool>(), streamed in any::<bool>(),
        family in proptest::sample::select(families()),
    ) {
        let mut request = ConverseRequest::from_body_json(&*family.id, body).unwrap();
        if let Some(level) = level {
            request = request.thinking(level);
        }
        if show {
            request = request.show_thoughts();
        }
        let none = Overlay::new();
        let options = FitOptions::new().with_streamed(streamed);
        let once = fit(request.clone(), &family, &none, options).unwrap();
        let twice = fit(once.request.clone(), &family, &none, options).unwrap();
        prop_assert_eq!(&twice.request, &once.request);
        prop_assert_eq!(twice.operation, once.operation);
        // What is only said, is said again; what was changed, is not.
        prop_assert!(twice.adjustments.iter().all(|said| once.adjustments.contains(said)));

        let exact = fit(request.clone(), &family, &none, options.with_exact(true));
        match exact {
            Ok(fitted) => {
                prop_assert!(once.adjustments.is_empty());
                prop_assert_eq!(&fitted.request, &once.request);
                if level.is_none() && !show {
                    prop_assert_eq!(&fitted.request, &request);
                }
            }
            Err(refused) => prop_assert_eq!(&refused.adjustments, &once.adjustments),
        }

        let (before, after) = (request.to_body_json(), once.request.to_body_json());
        for untouched in ["requestMetadata", "guardrailConfig", "anythingNew"] {
            prop_assert_eq!(&before[untouched], &after[untouched]);
        }
        let said = |part: &str| once.adjustments.iter().any(|adjustment| adjustment.member.contains(part));
        for (member, part) in [("system", "system"), ("serviceTier", "serviceTier"), ("toolConfig", "tool")] {
            let silent = !said(part) && !said("cache point");
            prop_assert!(!silent || before[member] == after[member], "{member}");
        }
        prop_assert!(after.get("thinking").is_none());
    }
}

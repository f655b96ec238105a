use serde_json::{Value, json};

use super::*;

/// Events in the API's own shape, one per member: the value of a block's event is shortened to index and delta.
fn event(value: Value) -> ConverseStreamEvent {
    ConverseStreamEvent::from_json(value).expect("an event")
}

fn start(index: u32, start: Value) -> ConverseStreamEvent {
    event(json!({"contentBlockStart": {"contentBlockIndex": index, "start": start}}))
}

fn delta(index: u32, delta: Value) -> ConverseStreamEvent {
    event(json!({"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}}))
}

fn text(index: u32, text: &str) -> ConverseStreamEvent {
    delta(index, json!({ "text": text }))
}

fn reasoning(index: u32, delta_of: Value) -> ConverseStreamEvent {
    delta(index, json!({ "reasoningContent": delta_of }))
}

fn tool(index: u32) -> ConverseStreamEvent {
    start(index, json!({"toolUse": {"toolUseId": "t1", "name": "weather"}}))
}

fn input(index: u32, input: &str) -> ConverseStreamEvent {
    delta(index, json!({"toolUse": {"input": input}}))
}

fn stop(reason: &str) -> ConverseStreamEvent {
    event(json!({"messageStop": {"stopReason": reason}}))
}

fn applied(events: impl IntoIterator<Item = ConverseStreamEvent>) -> Result<MessageBuilder, AssemblyError> {
    let mut message = MessageBuilder::new();
    events.into_iter().try_for_each(|event| message.apply(&event))?;
    Ok(message)
}

/// The content of the message that `events` and a `messageStop` make.
fn content(events: impl IntoIterator<Item = ConverseStreamEvent>) -> Result<Value, AssemblyError> {
    let output = applied(events.into_iter().chain([stop("end_turn")]))?.finish()?;
    Ok(output.to_json()["output"]["message"]["content"].clone())
}

#[test]
fn blocks_interleave_and_come_out_by_their_index() {
    let events = [
        text(2, "c1"),
        text(0, "a1"),
        tool(1),
        input(1, r#"{"city":"#),
        text(2, "c2"),
        input(1, r#""Oslo"}"#),
        text(0, "a2"),
        event(json!({"contentBlockStop": {"contentBlockIndex": 1}})),
    ];
    let expected = json!([
        {"text": "a1a2"},
        {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Oslo"}}},
        {"text": "c1c2"},
    ]);
    assert_eq!(content(events.clone()), Ok(expected));
    assert_eq!(applied(events).unwrap().text(), "a1a2c1c2");
}

#[test]
fn text_opens_its_block_with_the_first_delta() {
    assert_eq!(content([text(0, ""), text(0, "é")]), Ok(json!([{"text": "é"}])));
    for announced in [json!({}), json!({"text": ""}), json!({"reasoningContent": {}})] {
        let events = [start(0, announced.clone()), text(0, "a"), text(0, "b")];
        assert_eq!(content(events), Ok(json!([{"text": "ab"}])), "{announced}");
    }
    assert_eq!(content([start(0, json!({"text": "a"})), text(0, "b")]), Ok(json!([{"text": "ab"}])));
}

#[test]
fn text_and_citations_of_one_block_are_cited_text() {
    let location = json!({"documentPage": {"documentIndex": 0, "start": 1, "end": 2}});
    let citation = delta(0, json!({"citation": {"title": "t", "location": location}}));
    let cited = json!([{"citationsContent": {
        "content": [{"text": "Hello"}],
        "citations": [{"title": "t", "location": location}],
    }}]);
    assert_eq!(content([text(0, "Hel"), citation.clone(), text(0, "lo")]), Ok(cited.clone()));
    assert_eq!(content([citation.clone(), text(0, "Hello")]), Ok(cited));
    let alone = content([citation.clone(), citation]).unwrap();
    assert_eq!(alone[0]["citationsContent"]["citations"].as_array().unwrap().len(), 2);
    assert_eq!(alone[0]["citationsContent"].get("content"), None);
}

#[test]
fn reasoning_keeps_text_and_signature() {
    let events = [
        reasoning(0, json!({"text": "Hm"})),
        reasoning(0, json!({"text": "m."})),
        reasoning(0, json!({"signature": "c2ln"})),
        reasoning(0, json!({"signature": "bmF0dXJl"})),
        text(1, "Yes."),
    ];
    let thought = json!({"reasoningText": {"text": "Hmm.", "signature": "c2lnbmF0dXJl"}});
    assert_eq!(content(events.clone()), Ok(json!([{"reasoningContent": thought}, {"text": "Yes."}])));
    assert_eq!(applied(events).unwrap().text(), "Yes.", "thoughts are not the answer");
    // Some models hide the text but still send a signature.
    let signed = content([reasoning(0, json!({"signature": "x"}))]);
    assert_eq!(signed, Ok(json!([{"reasoningContent": {"reasoningText": {"text": "", "signature": "x"}}}])));
}

#[test]
fn redacted_reasoning_joins_its_bytes() {
    let events =
        [reasoning(0, json!({"redactedContent": "AQI="})), reasoning(0, json!({"redactedContent": "Aw=="}))];
    assert_eq!(content(events), Ok(json!([{"reasoningContent": {"redactedContent": "AQID"}}])));
}

#[test]
fn a_tool_without_input_has_none() {
    let expected = json!([{"toolUse": {"toolUseId": "t1", "name": "weather", "input": {}}}]);
    assert_eq!(content([tool(0)]), Ok(expected.clone()));
    assert_eq!(content([tool(0), input(0, "")]), Ok(expected.clone()));
    assert_eq!(content([tool(0), input(0, "{"), input(0, "}")]), Ok(expected));
}

#[test]
fn tool_input_that_is_not_json_is_an_error_and_keeps_the_text() {
    let error = content([text(0, "I will look."), tool(1), input(1, "{\"city\":\"Os\u{1b}")]).unwrap_err();
    let AssemblyError::ToolInput { index, name, text: kept, .. } = &error else { panic!("{error}") };
    assert_eq!((*index, name.as_str(), kept.as_str()), (1, "weather", "{\"city\":\"Os\u{1b}"));
    let shown = error.to_string();
    assert!(shown.contains("tool \"weather\" in content block 1 is not JSON"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let rest = applied([text(0, "I will look."), tool(1), input(1, "{")]).unwrap();
    assert_eq!(rest.text(), "I will look.");
}

#[test]
fn results_of_the_services_own_tools_are_put_together() {
    let events = [
        start(
            0,
            json!({"toolUse": {"toolUseId": "s1", "name": "nova_grounding", "type": "server_tool_use"}}),
        ),
        start(1, json!({"toolResult": {"toolUseId": "s1", "type": "x", "status": "success"}})),
        delta(1, json!({"toolResult": [{"text": "a"}]})),
        delta(1, json!({"toolResult": [{"json": {"b": 1}}, {"text": "c"}]})),
    ];
    assert_eq!(
        content(events),
        Ok(json!([
            {"toolUse": {"toolUseId": "s1", "name": "nova_grounding", "input": {}, "type": "server_tool_use"}},
            {"toolResult": {
                "toolUseId": "s1",
                "content": [{"text": "a"}, {"json": {"b": 1}}, {"text": "c"}],
                "status": "success",
                "type": "x",
            }},
        ]))
    );
}

#[test]
fn an_image_joins_its_bytes() {
    let piece = |bytes: &str| delta(0, json!({"image": {"source": {"bytes": bytes}}}));
    let image = content([start(0, json!({"image": {"format": "png"}})), piece("AQI="), piece("Aw==")]);
    assert_eq!(image, Ok(json!([{"image": {"format": "png", "source": {"bytes": "AQID"}}}])));
    let nameless = content([piece("AQI=")]).unwrap_err();
    assert_eq!(nameless, AssemblyError::Unannounced { index: 0, found: "an image" });
}

#[test]
fn a_delta_of_another_kind_is_an_error_and_what_came_stays() {
    let thought = || reasoning(0, json!({"text": "Hm"}));
    let redacted = || reasoning(0, json!({"redactedContent": "AQI="}));
    for (events, open, found) in [
        ([text(0, "a"), input(0, "{}")], "text", "tool input"),
        ([text(0, "a"), thought()], "text", "reasoning"),
        ([tool(0), text(0, "a")], "tool input", "text"),
        ([thought(), text(0, "a")], "reasoning", "text"),
        ([thought(), redacted()], "reasoning", "redacted reasoning"),
        ([redacted(), thought()], "redacted reasoning", "reasoning"),
        ([text(0, "a"), delta(0, json!({"toolResult": []}))], "text", "a tool result"),
        ([text(0, "a"), delta(0, json!({"image": {}}))], "text", "an image"),
    ] {
        let mut message = MessageBuilder::new();
        message.apply(&events[0]).unwrap();
        let before = message.text();
        let error = message.apply(&events[1]).unwrap_err();
        assert_eq!(error, AssemblyError::OtherKind { index: 0, open, found });
        assert_eq!(message.text(), before);
    }
    let error = AssemblyError::OtherKind { index: 3, open: "text", found: "reasoning" };
    assert_eq!(error.to_string(), "content block 3 is text, but one of its deltas is reasoning");
}

#[test]
fn a_block_starts_once_and_a_tool_is_named() {
    assert_eq!(content([tool(0), tool(0)]), Err(AssemblyError::StartedTwice { index: 0 }));
    assert_eq!(content([input(0, "{}"), tool(0)]), Err(AssemblyError::StartedTwice { index: 0 }));
    let unannounced = AssemblyError::Unannounced { index: 0, found: "tool input" };
    assert_eq!(content([input(0, "{}")]), Err(unannounced));
    let unannounced = AssemblyError::Unannounced { index: 0, found: "a tool result" };
    assert_eq!(content([delta(0, json!({"toolResult": []}))]), Err(unannounced));
}

#[test]
fn kinds_that_are_not_known_are_kept_as_they_came() {
    let events = [start(0, json!({"hologram": {"depth": 1}})), delta(0, json!({"hologram": {"x": 2}}))];
    assert_eq!(content(events), Ok(json!([{"hologram": [{"depth": 1}, {"hologram": {"x": 2}}]}])));
    let opened = [delta(0, json!({"hologram": 1})), delta(0, json!({"hologram": 2}))];
    assert_eq!(content(opened), Ok(json!([{"hologram": [{"hologram": 1}, {"hologram": 2}]}])));
    // A block of a known kind with members that this version cannot hold.
    assert_eq!(
        content([text(0, "a"), delta(0, json!({"aura": 1})), text(0, "b")]),
        Ok(json!([{"text": "ab"}]))
    );
    assert_eq!(content([event(json!({"hologramEvent": {}})), text(0, "a")]), Ok(json!([{"text": "a"}])));
}

#[test]
fn metadata_may_come_on_either_side_of_the_stop_and_more_than_once() {
    let usage = json!({"inputTokens": 1, "outputTokens": 2, "totalTokens": 3});
    let full = || event(json!({"metadata": {"usage": usage, "metrics": {"latencyMs": 7}}}));
    let bare = || event(json!({"metadata": {"serviceTier": {"type": "flex"}, "more": 1}}));
    for events in [
        vec![full(), text(0, "a"), stop("end_turn")],
        vec![text(0, "a"), stop("end_turn"), full()],
        vec![full(), stop("end_turn"), bare()],
        vec![bare(), full(), stop("end_turn")],
    ] {
        let twice = events.contains(&bare());
        let output = applied(events).unwrap().finish().unwrap();
        assert_eq!(output.usage.as_ref().unwrap().total_tokens, 3);
        assert_eq!(output.metrics.as_ref().unwrap().latency_ms, 7);
        assert_eq!(output.service_tier.is_some(), twice);
        assert_eq!(output.extra.get("more"), twice.then(|| json!(1)).as_ref());
    }
    let newer = event(json!({"metadata": {"metrics": {"latencyMs": 9}}}));
    let output = applied([full(), newer, stop("end_turn")]).unwrap().finish().unwrap();
    assert_eq!(output.metrics.unwrap().latency_ms, 9);
}

#[test]
fn without_message_stop_there_is_no_message() {
    for events in [vec![], vec![text(0, "a")], vec![event(json!({"metadata": {}}))]] {
        assert_eq!(applied(events).unwrap().finish(), Err(AssemblyError::NoMessageStop));
    }
}

#[test]
fn the_stop_gives_its_reason_and_the_models_own_fields() {
    let stop = event(json!({"messageStop": {
        "stopReason": "became_bored",
        "additionalModelResponseFields": {"stop_sequence": null},
    }}));
    let output =
        applied([event(json!({"messageStart": {"role": "assistant"}})), stop]).unwrap().finish().unwrap();
    assert_eq!(output.stop_reason.as_str(), "became_bored");
    assert_eq!(output.additional_model_response_fields, Some(json!({"stop_sequence": null})));
    assert_eq!(output.message().unwrap().content, []);
}

#[test]
fn why_the_model_stopped_is_judged_before_a_call_that_is_not_finished() {
    let events = [text(0, "I will write."), tool(1), input(1, "{\"city\":\"Os")];
    for reason in
        ["max_tokens", "malformed_tool_use", "model_context_window_exceeded", "stop_sequence", "refusal"]
    {
        let mut message = applied(events.iter().cloned().chain([stop(reason)])).unwrap();
        let response = message.finish().expect(reason);
        assert_eq!((response.text().as_str(), response.stop_reason.as_str()), ("I will write.", reason));
        let unfinished: Vec<_> = response.unfinished_tool_uses().collect();
        assert_eq!(unfinished.len(), 1);
        assert_eq!(
            (unfinished[0].name.as_str(), unfinished[0].unfinished_input()),
            ("weather", Some("{\"city\":\"Os"))
        );
        assert_eq!(ConverseResponse::from_json(response.to_json()), Ok(response));
    }
    let nameless = applied([input(0, "{}"), stop("max_tokens")]).unwrap().finish().unwrap();
    assert_eq!(nameless.unfinished_tool_uses().count(), 1, "what has no name cannot be run");
    let complete = applied([tool(0), input(0, "{}"), stop("max_tokens")]).unwrap().finish().unwrap();
    assert_eq!(complete.unfinished_tool_uses().count(), 0);
}

#[test]
fn an_error_of_the_end_takes_nothing_away() {
    let usage =
        event(json!({"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}}}));
    for (end, expected) in [(vec![stop("tool_use")], Some("tool_use")), (vec![], None)] {
        let events = [text(0, "So."), usage.clone(), tool(1), input(1, "{")].into_iter().chain(end);
        let mut message = applied(events).unwrap();
        for _ in 0..2 {
            message.finish().unwrap_err();
            assert_eq!(message.stop_reason().map(StopReason::as_str), expected);
            assert_eq!(message.usage().unwrap().total_tokens, 3);
            assert_eq!(message.message().text(), "So.");
            let [_, ContentBlock::ToolUse(call)] = &message.message().content[..] else { panic!() };
            assert_eq!(call.unfinished_input(), Some("{"));
        }
    }
}

#[test]
fn a_message_has_a_budget_and_keeps_what_came_before() {
    let long = "QUJD".repeat(250);
    for piece in [
        json!({ "text": long }),
        json!({"reasoningContent": { "text": long }}),
        json!({"reasoningContent": { "signature": long }}),
        json!({"reasoningContent": { "redactedContent": long }}),
        json!({"toolUse": { "input": long }}),
        json!({"toolResult": [{"json": { "a": long }}]}),
        json!({"image": {"source": { "bytes": long }}}),
        json!({"citation": { "title": long }}),
        json!({ "hologram": long }),
    ] {
        let mut message = MessageBuilder::with_budget(20_000);
        message.apply(&text(7, "kept")).unwrap();
        let error = (0..100).find_map(|_| message.apply(&delta(0, piece.clone())).err()).expect("an end");
        assert_eq!(error, AssemblyError::OverBudget { allowed: 20_000 });
        assert!(message.text().ends_with("kept"));
    }
    // Blocks without content, and what comes with the end.
    let mut message = MessageBuilder::with_budget(20_000);
    assert!((0..100).any(|index| message.apply(&text(index, "")).is_err()));
    let fields =
        json!({"stopReason": "end_turn", "additionalModelResponseFields": vec![json!({"": 0}); 100]});
    let mut message = MessageBuilder::with_budget(20_000);
    message.apply(&event(json!({ "messageStop": fields }))).unwrap_err();
    // A few bytes of input that become many.
    let mut message = MessageBuilder::with_budget(20_000);
    for event in [tool(0), input(0, &format!("[{}0]", "{},".repeat(100))), stop("tool_use")] {
        message.apply(&event).unwrap();
    }
    assert!(matches!(message.finish(), Err(AssemblyError::OverBudget { .. })));
}

#[test]
fn after_the_stop_no_content_is_taken() {
    let late =
        [text(0, "INJECTED"), tool(1), stop("max_tokens"), event(json!({"messageStart": {"role": "user"}}))];
    let mut message = applied([text(0, "Hi"), stop("end_turn")].into_iter().chain(late)).unwrap();
    let response = message.finish().unwrap();
    assert_eq!((response.text().as_str(), &response.stop_reason), ("Hi", &StopReason::EndTurn));
    assert_eq!(response.message().unwrap().content.len(), 1);
}

#[test]
fn an_input_that_is_null_or_an_object_in_a_text_becomes_an_object() {
    let call = |input: Value| json!([{"toolUse": {"toolUseId": "t1", "name": "weather", "input": input}}]);
    for (written, expected) in [
        ("null", json!({})),
        (r#""{\"city\":\"Oslo\"}""#, json!({"city": "Oslo"})),
        (r#"" ""#, json!({})),
        ("[1]", json!([1])),
        (r#"{"a":"x\ud83d"}"#, json!({"a": "x\u{fffd}"})),
    ] {
        assert_eq!(content([tool(0), input(0, written)]), Ok(call(expected)), "{written}");
    }
}

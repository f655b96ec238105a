//! `bedrill demo`.

use super::command::Scratch;

/// What the demo streams, as the sources hold it.
fn recorded() -> String {
    let lines = include_str!("../../src/command/demo/answer.jsonl").lines();
    let text = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect(line);
        event["contentBlockDelta"]["delta"]["text"].as_str().unwrap_or_default().to_owned()
    };
    lines.map(text).collect()
}

#[test]
fn the_demo_streams_the_recorded_answer_and_prints_each_step() {
    let run = Scratch::new().bedrill(&["demo", "What", "now?"]).run().ended(0);
    assert_eq!(run.stdout.trim_end(), recorded().trim_end());
    run.says(&["demo: What now?", "credentials", "accepted by the embedded server", "stop reason end_turn"]);
}

#[test]
fn the_demo_needs_nothing_from_the_machine() {
    let scratch = Scratch::new();
    scratch.file("home/.aws/config", "no profile file").file("work/.env", "AWS_REGION=(");
    let run = scratch
        .bedrill(&["demo", "--quiet"])
        .var("AWS_REGION", "not a region")
        .var("AWS_ENDPOINT_URL", "https://bedrock.test.invalid")
        .var("AWS_CA_BUNDLE", "/nowhere")
        .var("http_proxy", "http://127.0.0.1:9")
        .var("all_proxy", "http://127.0.0.1:9")
        .run()
        .ended(0);
    assert_eq!(run.stdout.trim_end(), recorded().trim_end());
    assert_eq!(run.stderr, "");
}

//! The client fits what it sends, says so, and streams a whole answer where the model cannot stream.

use std::sync::{Arc, Mutex};

use bedrill::client::{FitPolicy, Notice};
use bedrill::converse::{StopReason, ThinkingLevel, ToolSpecification};
use bedrill::test_util::Server;
use bedrill::test_util::events::answer;
use bedrill::test_util::requests;
use bedrill::test_util::responses::{self, stream};
use bedrill::{ClientBuilder, ConverseRequest, ErrorKind};
use serde_json::{Value, json};

use super::{builder, within};

const OPUS: &str = "us.anthropic.claude-opus-4-8";
const LLAMA: &str = "us.meta.llama3-3-70b-instruct-v1:0";

fn answering() -> Server {
    Server::sending(stream(&answer(&["Hi"])))
}

/// A builder that notes what it is told.
fn listening(server: &Server) -> (ClientBuilder, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let builder = builder().endpoint_url(server.url()).on_notice({
        let told = Arc::clone(&told);
        move |notice| told.lock().unwrap().push(notice.to_string())
    });
    (builder, told)
}

fn warm() -> ConverseRequest {
    ConverseRequest::new(OPUS).message("hi").temperature(0.5).thinking(ThinkingLevel::High)
}

#[tokio::test]
async fn a_request_is_adjusted_and_each_change_is_said_once() {
    let server = answering();
    let (builder, told) = listening(&server);
    let request = warm();
    let stream = within(builder.build().unwrap().converse_stream(&request)).await.unwrap();
    let said = ["inferenceConfig.temperature was left out: the model rejects it"];
    assert_eq!(told.lock().unwrap()[..], said);
    assert_eq!(stream.notices().iter().map(ToString::to_string).collect::<Vec<_>>(), said);
    assert!(matches!(stream.notices(), [Notice::Adjusted(_)]));
    let body = requests::json(&server.request());
    assert_eq!(body.get("inferenceConfig"), None);
    assert_eq!(body["additionalModelRequestFields"]["output_config"]["effort"], "high");
    assert_eq!(request, warm(), "the caller's request stays as it is");
}

#[tokio::test]
async fn with_refuse_nothing_is_sent_and_the_error_names_what_is_not_taken() {
    let server = answering();
    let (builder, told) = listening(&server);
    let client = builder.fit(FitPolicy::Refuse).build().unwrap();
    for error in [
        within(client.converse(&warm())).await.unwrap_err(),
        within(client.converse_stream(&warm())).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
        assert!(error.to_string().contains("inferenceConfig.temperature (the model rejects it)"), "{error}");
    }
    assert!(server.requests().is_empty() && told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn switched_off_it_changes_nothing_but_writes_the_wish_for_thinking() {
    let server = answering();
    let (builder, told) = listening(&server);
    let client = builder.fit(FitPolicy::Off).build().unwrap();
    within(client.converse_stream(&warm())).await.unwrap();
    let body = requests::json(&server.request());
    assert_eq!(body["inferenceConfig"], json!({"temperature": 0.5}));
    assert_eq!(body["additionalModelRequestFields"]["thinking"], json!({"type": "adaptive"}));
    assert_eq!(body.get("thinking"), None);
    assert_eq!(told.lock().unwrap()[..], [""; 0]);
}

#[tokio::test]
async fn a_model_that_calls_no_tools_while_it_streams_is_asked_for_the_whole_answer() {
    let document: Value = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"text": "Let me see."},
            {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Lyon"}}},
        ]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7},
        "metrics": {"latencyMs": 9},
    });
    let server = Server::sending(responses::json(&document));
    let (builder, told) = listening(&server);
    let client = builder.build().unwrap();
    let tool = ToolSpecification::new("weather", json!({"type": "object"}));
    let request = ConverseRequest::new(LLAMA).message("Rain?").tool(tool);

    let mut events = within(client.converse_stream(&request)).await.unwrap();
    let mut names = Vec::new();
    while let Some(event) = within(events.next()).await {
        names.push(event.unwrap().event_type().to_owned());
    }
    assert_eq!(
        names,
        [
            "messageStart",
            "contentBlockDelta",
            "contentBlockStop",
            "contentBlockStart",
            "contentBlockDelta",
            "contentBlockStop",
            "messageStop",
            "metadata",
        ]
    );
    assert!(within(events.next()).await.is_none());
    assert_eq!((events.events_delivered(), events.attempts()), (8, 1));
    assert!(server.request().uri().path().ends_with("/converse"));
    let said = "the answer is not streamed: the model does not call tools while it streams";
    assert_eq!(told.lock().unwrap()[..], [said]);

    let whole = within(within(client.converse_stream(&request)).await.unwrap().collect()).await.unwrap();
    assert_eq!(whole.stop_reason, StopReason::ToolUse);
    assert_eq!(serde_json::to_value(&whole).unwrap(), document);
}

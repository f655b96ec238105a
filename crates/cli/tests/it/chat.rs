//! `bedrill chat`: what goes into the request, and where the answer goes.

use bedrill::test_util::events::{self, answer, event, metadata, stop, text};
use bedrill::test_util::requests::{json, line};
use bedrill::test_util::responses::{self, REQUEST_ID, chunk, stream, stream_head};
use bedrill::test_util::{Server, Step};
use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::command::Scratch;

/// The request that `arguments` and `stdin` make.
pub fn request(scratch: &Scratch, arguments: &[&str], stdin: impl Into<Vec<u8>>) -> Request<Bytes> {
    let server = Server::sending(stream(&answer(&["Hi"])));
    scratch.chat(server.url(), arguments).stdin(stdin).run().ended(0);
    server.request()
}

#[test]
fn without_a_model_or_a_prompt_it_is_a_usage_error_that_says_how() {
    let scratch = Scratch::new();
    let run = scratch.with_keys(&["chat", "hi"]).run().ended(2);
    run.says(&["no model", "-m", "BEDRILL_MODEL", "us.amazon.nova-lite-v1:0"]);
    let run = scratch.with_keys(&["chat", "hi"]).var("BEDRILL_MODEL", " ").run().ended(2);
    run.says(&["no model"]);
    let run = scratch.with_keys(&["chat", "-m", "m"]).stdin("\n").run().ended(2);
    run.says(&["no prompt", "stdin"]);
}

#[test]
fn flags_become_members_of_the_request() {
    let scratch = Scratch::new();
    scratch.file("work/dot.png", b"\x89PNG\r\n\x1a\n").file("work/my notes.txt", "notes");
    let flags = [
        "--system",
        "Be brief.",
        "--max-tokens",
        "50",
        "--temperature",
        "0.5",
        "--top-p",
        "1",
        "--stop",
        "END",
        "--stop",
        "!",
        "--image",
        "dot.png",
        "--document",
        "my notes.txt",
        "look",
    ];
    let seen = request(&scratch, &flags, "");
    assert_eq!(line(&seen), "POST /model/us.example.model-v1%3A0/converse-stream HTTP/1.1");
    assert_eq!(
        json(&seen),
        json!({
            "system": [{"text": "Be brief."}],
            "inferenceConfig": {"maxTokens": 50, "temperature": 0.5, "topP": 1.0, "stopSequences": ["END", "!"]},
            "messages": [{"role": "user", "content": [
                {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}},
                {"document": {"format": "txt", "name": "my notes", "source": {"bytes": "bm90ZXM="}}},
                {"text": "look"},
            ]}],
        })
    );
    let thinking = ["-m", "us.anthropic.claude-3-7-sonnet-20250219-v1:0", "--thinking", "low", "hi"];
    let server = Server::sending(stream(&answer(&["Hi"])));
    let all = [&["chat", "--endpoint-url", server.url()], &thinking[..]].concat();
    scratch.with_keys(&all).run().ended(0);
    assert_eq!(json(&server.request())["additionalModelRequestFields"]["thinking"]["type"], "enabled");
}

#[test]
fn a_request_is_fitted_to_its_model_and_each_change_is_a_line_on_stderr() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    let ask = |arguments: &[&str]| {
        let all = ["chat", "--endpoint-url", server.url(), "-m", "us.anthropic.claude-opus-4-8", "hi"];
        Scratch::new().with_keys(&[&all, arguments].concat()).run()
    };
    let run = ask(&["--temperature", "0.5", "--thinking", "max"]).ended(0);
    assert_eq!(
        run.stderr,
        "bedrill: the thinking level was lowered from max to xhigh: the model has no such level\n\
         bedrill: inferenceConfig.temperature was left out: the model rejects it\n"
    );
    let sent = json(&server.request());
    assert_eq!(sent.get("inferenceConfig"), None);
    let thinking = json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "xhigh"}});
    assert_eq!(sent["additionalModelRequestFields"], thinking);
    assert_eq!(ask(&["--temperature", "0.5", "-q"]).ended(0).stderr, "");

    ask(&["--thinking", "high", "--verbose"]).ended(0);
    let thinking = &json(server.requests().last().unwrap())["additionalModelRequestFields"]["thinking"];
    assert_eq!(*thinking, json!({"type": "adaptive", "display": "summarized"}));
}

#[test]
fn with_exact_a_request_that_does_not_fit_is_a_usage_error_and_nothing_is_sent() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    let ask = |model: &str| {
        let flags = ["--exact", "--temperature", "0.5", "hi"];
        let all = [&["chat", "--endpoint-url", server.url(), "-m", model], &flags[..]].concat();
        Scratch::new().with_keys(&all).run()
    };
    let run = ask("us.anthropic.claude-opus-4-8").ended(2);
    run.says(&["does not take the request as it is", "inferenceConfig.temperature (the model rejects it)"]);
    assert!(server.requests().is_empty());
    ask("us.amazon.nova-lite-v1:0").ended(0);
    assert_eq!(json(&server.request())["inferenceConfig"]["temperature"], 0.5);
}

#[test]
fn a_project_is_sent_with_either_operation() {
    let answer_of_converse = json!({
        "output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}}, "stopReason": "end_turn",
    });
    let at_once = responses::json(&answer_of_converse);
    for (reply, flags) in [(stream(&answer(&["Hi"])), &["hi"][..]), (at_once, &["--no-stream", "hi"])] {
        let server = Server::sending(reply);
        Scratch::new().chat(server.url(), &[&["--project", "p1"], flags].concat()).run().ended(0);
        assert_eq!(json(&server.request())["projectIdentifier"], "p1", "{flags:?}");
    }
}

#[test]
fn a_project_with_an_application_profile_is_a_usage_error_and_nothing_is_sent() {
    let server = Server::sending(stream(&answer(&["Hi"])));
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
    let ask = |project: &str| {
        let arguments = ["chat", "--endpoint-url", server.url(), "-m", arn, "--project", project, "hi"];
        Scratch::new().with_keys(&arguments).run()
    };
    ask("p1")
        .ended(2)
        .says(&["the project p1 cannot be used with arn:", "works in the default project only"]);
    assert!(server.requests().is_empty());
    ask("default").ended(0);
    assert_eq!(json(&server.request())["projectIdentifier"], "default");
}

#[test]
fn text_goes_to_stdout_as_it_is_and_ends_with_a_newline() {
    let server = Server::sending(stream(&answer(&["A \u{1b}[31mred\u{1b}[0m", " \u{202e}day ü"])));
    let run = Scratch::new().chat(server.url(), &["hi"]).run().ended(0);
    assert_eq!(run.stdout, "A \u{1b}[31mred\u{1b}[0m \u{202e}day ü\n");
    assert_eq!(run.stderr, "");
    let server = Server::sending(stream(&answer(&["one line\n"])));
    assert_eq!(Scratch::new().chat(server.url(), &["hi"]).run().ended(0).stdout, "one line\n");
}

#[test]
fn json_is_one_document_of_the_whole_answer() {
    let expected = json!({
        "output": {"message": {"role": "assistant", "content": [{"text": "Hi you"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
        "metrics": {"latencyMs": 4},
    });
    let streaming = Server::sending(stream(&answer(&["Hi ", "you"])));
    let at_once = Server::sending(responses::json(&expected));
    for (server, flags) in [(&streaming, &["--json", "hi"][..]), (&at_once, &["--json", "--no-stream", "hi"])]
    {
        let run = Scratch::new().chat(server.url(), flags).run().ended(0);
        assert_eq!(run.json_lines(), std::slice::from_ref(&expected), "{flags:?}");
        assert_eq!(run.stderr, "");
    }
    assert_eq!(line(&at_once.request()), "POST /model/us.example.model-v1%3A0/converse HTTP/1.1");
    let run = Scratch::new().chat(at_once.url(), &["--no-stream", "hi"]).run().ended(0);
    assert_eq!(run.stdout, "Hi you\n");
}

#[test]
fn the_beginning_of_a_broken_answer_stays_on_stdout_on_a_line_of_its_own() {
    let cut = [stream_head(), chunk(&text("Half an ans"))].concat();
    let run =
        Scratch::new().chat(Server::answering([Step::Send(cut), Step::Close]).url(), &["hi"]).run().ended(1);
    assert_eq!(run.stdout, "Half an ans\n");
    run.says(&["bedrill: ", REQUEST_ID]);

    let exception = events::exception("modelStreamErrorException", json!({"message": "it broke"}));
    let broken = stream(&[text("Half\n"), exception].concat());
    let run = Scratch::new().chat(Server::sending(broken.clone()).url(), &["hi"]).run().ended(1);
    assert_eq!(run.stdout, "Half\n");
    run.says(&["ModelStreamErrorException: it broke"]);
    let run = Scratch::new().chat(Server::sending(broken).url(), &["--json", "hi"]).run().ended(1);
    let [document] = &run.json_lines()[..] else { panic!("{}", run.stdout) };
    assert_eq!(document["output"]["message"]["content"], json!([{"text": "Half\n"}]));
    assert_eq!(document["error"]["code"], "ModelStreamErrorException");
}

#[test]
fn an_answer_is_complete_at_message_stop_even_when_the_connection_breaks_afterwards() {
    let cut = [stream_head(), chunk(&[text("All of it"), stop("end_turn")].concat())].concat();
    let run = Scratch::new()
        .chat(Server::answering([Step::Send(cut.clone()), Step::Close]).url(), &["hi"])
        .run()
        .ended(0);
    assert_eq!(run.stdout, "All of it\n");
    run.says(&["the answer is complete, but"]);
    let run = Scratch::new()
        .chat(Server::answering([Step::Send(cut), Step::Close]).url(), &["-q", "hi"])
        .run()
        .ended(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn an_answer_that_was_cut_short_by_a_limit_is_reported_even_if_quiet() {
    let body = [text("Too l"), stop("max_tokens")].concat();
    let server = Server::sending(stream(&body));
    let run = Scratch::new().chat(server.url(), &["hi"]).run().ended(0);
    assert_eq!(run.stdout, "Too l\n");
    run.says(&["--max-tokens"]);
    Scratch::new().chat(server.url(), &["--quiet", "hi"]).run().ended(0).says(&["--max-tokens"]);
}

#[test]
fn verbose_prints_reasoning_tokens_and_the_request_id_on_stderr() {
    let thought = |text: &str| {
        let delta = json!({"reasoningContent": {"text": text}});
        event("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": delta}))
    };
    let answered = event("contentBlockDelta", json!({"contentBlockIndex": 1, "delta": {"text": "Four."}}));
    let body =
        [thought("Two and "), thought("two \u{1b}[2J"), answered, stop("end_turn"), metadata()].concat();
    let server = Server::sending(stream(&body));
    let run = Scratch::new().chat(server.url(), &["-v", "hi"]).run().ended(0);
    assert_eq!(run.stdout, "Four.\n");
    assert!(run.stderr.starts_with("Two and two \\u{1b}[2J\nbedrill: "), "{}", run.stderr);
    run.says(&[REQUEST_ID, "tokens: 1 in, 2 out, 3 in all", "5 events"]);
    assert_eq!(Scratch::new().chat(server.url(), &["hi"]).run().ended(0).stderr, "");

    // An error begins on a line of its own.
    let server = Server::sending(stream(&thought("Hmm")));
    let run = Scratch::new().chat(server.url(), &["-v", "hi"]).run().ended(1);
    assert!(run.stderr.starts_with("Hmm\nbedrill: "), "{}", run.stderr);
}

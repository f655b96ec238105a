//! What a user is told when the service, or something before it, refuses.

use bedrill::test_util::Server;
use bedrill::test_util::responses::{REQUEST_ID, error, response};

use super::command::{Run, Scratch};

fn refused(response: Vec<u8>, arguments: &[&str]) -> Run {
    let server = Server::sending(response);
    let run = Scratch::new().chat(server.url(), arguments).run().ended(1);
    assert_eq!(run.stdout, "");
    run
}

#[test]
fn a_status_that_is_neither_an_answer_nor_an_error_says_what_bedrock_answers() {
    for status in ["204 No Content", "205 Reset Content", "304 Not Modified", "201 Created"] {
        let code = &status[..3];
        let run = refused(response(status, &[], ""), &["--total-timeout", "5", "hi"]);
        run.says(&[&format!("HTTP {code}"), "200 or an error"]);
    }
}

#[test]
fn on_demand_refusal_names_the_ids_to_try() {
    let message = "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn’t \
                   supported. Retry your request with the ID or ARN of an inference profile that contains this model.";
    let server = Server::sending(error("400 Bad Request", "ValidationException", message));
    let model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    let arguments = ["chat", "--endpoint-url", server.url(), "--region", "eu-central-1", "-m", model, "hi"];
    let run = Scratch::new().with_keys(&arguments).run().ended(1).says(&[
        "ValidationException",
        message,
        "inference profile",
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ]);
    assert!(!run.stderr.contains("eu.anthropic"), "it was tried: {}", run.stderr);
}

#[test]
fn access_denied_names_the_permission() {
    let message = "You don't have access to the model with the specified model ID.";
    let answer = error("403 Forbidden", "AccessDeniedException", message);
    refused(answer.clone(), &["hi"]).says(&[
        message,
        "IAM must allow",
        "bedrock:InvokeModelWithResponseStream",
        REQUEST_ID,
    ]);
    refused(answer, &["--no-stream", "hi"]).says(&["bedrock:InvokeModel"]);
}

#[test]
fn throttling_and_bad_keys_are_explained() {
    let throttled = error("429 Too Many Requests", "ThrottlingException", "Too many tokens, please wait.");
    refused(throttled, &["hi"]).says(&["ThrottlingException (HTTP 429)", "quota"]);
    let message = "The security token included in the request is invalid.";
    let unknown = error("403 Forbidden", "UnrecognizedClientException", message);
    refused(unknown, &["hi"]).says(&[message, "AKIA..MPLE"]);
}

#[test]
fn an_answer_that_is_not_an_event_stream_is_quoted_safely() {
    let page = "<html>\u{1b}]0;owned\u{7}Please log in</html>";
    let found = response("200 OK", &[("content-type", "text/html")], page);
    refused(found, &["hi"]).says(&[
        "expected an event stream",
        "text/html",
        "<html>\\u{1b}]0;owned",
        "proxy",
    ]);
    let failed = response("502 Bad Gateway", &[("content-type", "text/html")], "<h1>Bad Gateway</h1>");
    refused(failed, &["hi"]).says(&["HTTP 502", "<h1>Bad Gateway</h1>"]);
    let empty = response("503 Service Unavailable", &[], "");
    refused(empty, &["hi"]).says(&["HTTP 503"]);
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Server::sending(response("200 OK", &[], ""));
    let location = format!("{}/", elsewhere.url());
    refused(response("307 Temporary Redirect", &[("location", &location)], ""), &["hi"])
        .says(&["HTTP 307", "redirects are not followed"]);
    assert!(elsewhere.requests().is_empty(), "the request, with its signature, went on");
}

#[test]
fn a_host_that_does_not_answer_is_named() {
    // Nothing listens on the discard port.
    let run = Scratch::new().chat("http://127.0.0.1:9", &["hi"]).run().ended(1);
    run.says(&["could not reach 127.0.0.1:9: ", "refused"]);
    let run = Scratch::new().chat("https://bedrock.test.invalid", &["hi"]).run().ended(1);
    run.says(&["could not resolve bedrock.test.invalid"]);
}

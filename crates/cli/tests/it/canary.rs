//! The command at its most talkative, with no server at the other end, and with a service that repeats what it knows.

use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step, events, refused};

use crate::canaries::{Canaries, KEY_ID, spellings};
use crate::command::Scratch;

#[test]
fn the_command_shows_no_secret_at_its_most_talkative() {
    let canaries = Canaries::random();
    let url = format!("http://{}", refused());
    let keys = [
        ("AWS_ACCESS_KEY_ID", KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", &canaries.secret),
        ("AWS_SESSION_TOKEN", &canaries.session),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", &canaries.metadata),
    ];
    let bearer = [("AWS_BEARER_TOKEN_BEDROCK", &*canaries.bearer)];
    let chat = ["chat", "-v", "--endpoint-url", &url, "-m", "us.amazon.nova-lite-v1:0", "hi"];
    let auth = ["auth", "-v"];
    for (arguments, shown) in [(&chat[..], "127.0.0.1"), (&auth[..], "")] {
        for variables in [&keys[..], &bearer[..], &[&keys[..], &bearer[..]].concat()[..]] {
            let scratch = Scratch::new();
            let run = scratch.bedrill(arguments).var("RUST_LOG", "trace").var("RUST_BACKTRACE", "full");
            let run = variables.iter().fold(run, |run, (name, value)| run.var(name, value));
            let run = run.var("AWS_REGION", "us-east-1").run();
            let output = format!("{}{}", run.stdout, run.stderr);
            assert!(!output.is_empty() && output.contains(shown), "{arguments:?}: {output}");
            canaries.assert_clean("the command", &output);
        }
    }
}

/// A service that says `secret` wherever it can, except in what the model says.
fn repeating(secret: &str) -> Server {
    let document = format!(
        r#"{{"output":{{"message":{{"role":"{secret}","content":[{{"text":"hi"}}]}}}},"stopReason":"{secret}","trace":{{"promptRouter":{{"invokedModelId":"{secret}"}}}},"modelSummaries":[{{"modelArn":"{secret}","modelId":"a.{secret}","modelName":"{secret}","providerName":"{secret}"}}],"inferenceProfileSummaries":[{{"inferenceProfileName":"{secret}","inferenceProfileArn":"{secret}","inferenceProfileId":"us.{secret}","models":[{{"modelArn":"{secret}"}}],"status":"ACTIVE","type":"SYSTEM_DEFINED"}}]}}"#
    );
    let xml = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{secret}</Arn><Account>{secret}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    let stop =
        format!(r#"{{"stopReason":"{secret}","additionalModelResponseFields":{{"{secret}":"{secret}"}}}}"#);
    let frames = [
        events::event("messageStart", format!(r#"{{"role":"{secret}"}}"#)),
        events::event(secret, r#"{"a":1}"#),
        events::text("hi"),
        events::event("messageStop", stop),
        events::metadata(),
    ];
    let frames = frames.concat();
    let secret = secret.to_owned();
    Server::start(move |_, request| {
        let (kind, body) = match request.uri().path() {
            "/" => ("text/xml", xml.as_bytes()),
            path if path.ends_with("/converse-stream") => ("application/vnd.amazon.eventstream", &*frames),
            _ => ("application/json", document.as_bytes()),
        };
        let headers = [("content-type", kind), ("x-amzn-requestid", &secret), ("x-other", &secret)];
        vec![Step::Send(response("200 OK", &headers, body))]
    })
}

#[test]
fn a_service_that_repeats_secrets_makes_no_command_show_them() {
    let canaries = Canaries::random();
    const MODEL: &str = "us.amazon.nova-lite-v1:0";
    for secret in [&canaries.session, &canaries.secret, &canaries.bearer] {
        for spelled in spellings(secret) {
            let server = repeating(&spelled);
            let refusing = Server::sending(response(
                "403 Forbidden",
                &[
                    ("content-type", &*spelled),
                    ("x-amzn-errortype", &spelled),
                    ("x-amzn-requestid", &spelled),
                ],
                format!(r#"{{"message":"{spelled}"}}"#),
            ));
            let failing = Server::sending(response(
                "200 OK",
                &[("content-type", "application/vnd.amazon.eventstream"), ("x-amzn-requestid", &spelled)],
                [events::text("hi"), events::exception(&spelled, format!(r#"{{"message":"{spelled}"}}"#))]
                    .concat(),
            ));
            for (server, arguments, code) in [
                (&server, &["chat", "-v", "-m", MODEL, "hi"][..], 0),
                (&server, &["chat", "-v", "--json", "-m", MODEL, "hi"], 0),
                (&server, &["chat", "-v", "--json", "--no-stream", "-m", MODEL, "hi"], 0),
                (&server, &["models", "-v", "--all", "--json"], 0),
                (&server, &["auth", "-v", "--probe"], 0),
                (&server, &["auth", "--probe", "--json"], 0),
                (&refusing, &["chat", "-v", "-m", MODEL, "hi"], 1),
                (&refusing, &["auth", "-v", "--probe"], 1),
                (&failing, &["chat", "-v", "--json", "-m", MODEL, "hi"], 1),
            ] {
                let scratch = Scratch::new();
                let run = scratch.bedrill(&[arguments, &["--endpoint-url", server.url()]].concat());
                let run = run.var("AWS_REGION", "us-east-1").var("AWS_ENDPOINT_URL_STS", server.url());
                let run = match secret == &canaries.bearer {
                    true => run.var("AWS_BEARER_TOKEN_BEDROCK", secret),
                    false => run
                        .var("AWS_ACCESS_KEY_ID", KEY_ID)
                        .var("AWS_SECRET_ACCESS_KEY", &canaries.secret)
                        .var("AWS_SESSION_TOKEN", &canaries.session),
                };
                let run = run.run().ended(code);
                canaries.assert_clean(
                    &format!("{arguments:?} with {spelled}"),
                    &format!("{}{}", run.stdout, run.stderr),
                );
            }
        }
    }
}

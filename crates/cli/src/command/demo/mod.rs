//! `bedrill demo`: a complete call on this machine, against an embedded server that checks the signature.

mod server;

use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::{Client, ConverseRequest};

use crate::failure::Failure;
use crate::flags::Common;
use crate::screen::answer::Answer;
use crate::screen::terminal::note;

const MODEL: &str = "us.example.demo-v1:0";
const REGION: &str = "us-east-1";
const KEY_ID: &str = "AKIABEDRILLDEMO00000";
/// Publicly known; it opens nothing but the embedded server.
const SECRET: &str = "not-a-secret/only-for-the-demo";

/// Starts the server, asks it `prompt` with keys found in (pretended) variables, and prints the answer.
pub(crate) async fn run(prompt: &str, common: &Common) -> Result<(), Failure> {
    let server = server::start(Credentials::new(KEY_ID, SECRET));
    let server =
        server.map_err(|error| Failure::failed(format!("cannot start a server on loopback: {error}")))?;
    converse(prompt, server.url(), SECRET, common).await
}

/// One question to the server at `url`, signed with `secret`.
async fn converse(prompt: &str, url: &str, secret: &str, common: &Common) -> Result<(), Failure> {
    let say = |line: &str| {
        if !common.quiet {
            note(line);
        }
    };
    // The keys go through the credential chain, as environment variables would.
    let machine = StaticMachine::new()
        .with_var("AWS_ACCESS_KEY_ID", KEY_ID)
        .with_var("AWS_SECRET_ACCESS_KEY", secret)
        .with_var("AWS_REGION", REGION);
    let client = Client::builder().machine(machine).endpoint_url(url).build()?;
    let prompt = if prompt.is_empty() { "What happens when I press enter?" } else { prompt };
    let request = ConverseRequest::new(MODEL).message(prompt);
    say(&format!("bedrill demo: {prompt}"));
    say(&format!("  credentials  environment keys AKIA..0000, for {REGION}"));
    say(&format!("  request      POST {url}/model/{}/converse-stream", MODEL.replace(':', "%3A")));

    let mut stream = client.converse_stream(&request).await?;
    say("  signature    SigV4, accepted by the embedded server");
    say("  answer       an event stream:\n");
    let answer = Answer::new(common).receive(&mut stream).await.map_err(|broken| broken.failure)?;
    let tokens = answer.usage.as_ref().map_or(0, |usage| usage.output_tokens);
    say(&format!(
        "\n  complete     {} events, stop reason {}, {tokens} tokens, request id {}",
        stream.events_delivered(),
        answer.stop_reason,
        stream.request_id().unwrap_or("none")
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks a fresh server with `secret`.
    fn ask(secret: &str) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let server = server::start(Credentials::new(KEY_ID, SECRET)).expect("a server");
        let common = Common { quiet: true, ..Common::default() };
        runtime.block_on(converse("hi", server.url(), secret, &common))
    }

    #[test]
    fn the_server_answers_a_right_signature() {
        ask(SECRET).expect("an answer");
    }

    #[test]
    fn the_server_refuses_a_wrong_signature() {
        let failure = ask("another-secret").expect_err("a refusal");
        assert_eq!(failure.code(), 1);
        assert!(failure.to_string().contains("InvalidSignatureException"), "{failure}");
    }
}

//! The command at its most talkative, with no server at the other end.

use bedrill::test_util::refused;

use crate::canaries::{Canaries, KEY_ID};
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

//! `~/.aws` with a file that cannot be read: what does not need it goes on, with a warning.

use bedrill::test_util::Server;
use bedrill::test_util::requests::header;

use super::auth::line;
use super::command::{Bedrill, Run, Scratch};
use super::environment::{scope, server};
use super::instance;

/// A way to break `~/.aws`, and what is said of it.
type Break = (fn(&Scratch), &'static str);

const BREAKS: [Break; 5] = [
    (|scratch| folder(scratch, "credentials"), "cannot read the credentials file"),
    (|scratch| folder(scratch, "config"), "cannot read the config file"),
    (|scratch| _ = scratch.file("home/.aws/config", "[default]\nregion eu-west-1\n"), "config:2:1: no '='"),
    (|scratch| _ = scratch.file("home/.aws/credentials", "a = b\n"), "credentials:1:1: a setting above"),
    (|scratch| _ = scratch.file("home/.aws/config", b"\xff\xfe[\0"), "the file is UTF-16"),
];

fn folder(scratch: &Scratch, name: &str) {
    std::fs::create_dir_all(scratch.path("home/.aws").join(name)).expect("a folder");
}

fn ask(run: Bedrill, server: &Server) -> Run {
    run.var("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url()).run()
}

#[test]
fn what_needs_no_file_goes_on_and_warns_once() {
    let server = server();
    const CHAT: [&str; 4] = ["chat", "-m", "us.example.model-v1:0", "hi"];
    for (break_it, said) in BREAKS {
        let scratch = Scratch::new();
        break_it(&scratch);
        let imds = Server::start(|_, seen| vec![bedrill::test_util::Step::Send(instance::answer(seen))]);
        for run in [
            scratch.with_keys(&CHAT),
            scratch.bedrill(&CHAT).var("AWS_BEARER_TOKEN_BEDROCK", "canary"),
            instance::on_instance(&scratch, &imds, &CHAT),
        ] {
            let run = ask(run, &server).ended(0);
            assert_eq!(run.stderr.matches(said).count(), 1, "{said}: {}", run.stderr);
            assert!(run.stderr.contains("bedrill: warning: profile: "), "{}", run.stderr);
        }
        let quiet = ask(scratch.with_keys(&[&CHAT[..], &["-q"]].concat()), &server).ended(0);
        assert_eq!(quiet.stderr, "");
    }
}

#[test]
fn auth_shows_every_row_and_a_mark_at_the_files() {
    for (break_it, said) in BREAKS {
        let scratch = Scratch::new();
        break_it(&scratch);
        let run = scratch.with_keys(&["auth"]).run().ended(0);
        assert!(line(&run, "environment").contains(": signs"), "{}", run.stdout);
        assert!(line(&run, "profile").starts_with("! profile"), "{}", run.stdout);
        assert!(line(&run, "profile").contains(said), "{}", run.stdout);
        assert!(line(&run, "region").contains("us-east-1"), "{}", run.stdout);

        let imds = Server::start(|_, seen| vec![bedrill::test_util::Step::Send(instance::answer(seen))]);
        let run = instance::on_instance(&scratch, &imds, &["auth"]).run().ended(0);
        assert!(line(&run, "profile").starts_with("! profile"), "{}", run.stdout);
        assert!(line(&run, "IMDS").starts_with("* IMDS"), "{}", run.stdout);

        let run = scratch.bedrill(&["auth"]).run().ended(3);
        assert!(line(&run, "IMDS").contains("AWS_EC2_METADATA_DISABLED"), "{}", run.stdout);
        run.says(&[said]);
    }
}

#[test]
fn a_file_that_can_be_read_still_gives_its_settings() {
    let (scratch, server) = (Scratch::new(), server());
    folder(&scratch, "credentials");
    scratch.file("home/.aws/config", "[default]\nregion = eu-west-3\n");
    ask(scratch.with_keys(&["chat", "-m", "us.example.model-v1:0", "hi"]), &server).ended(0);
    assert_eq!(scope(&server.request()).1, "eu-west-3");
    assert!(header(&server.requests()[0], "authorization").contains("AKIAIOSFODNN7EXAMPLE"));
}

#[test]
fn a_profile_that_was_named_needs_its_files() {
    for (break_it, said) in BREAKS {
        let scratch = Scratch::new();
        break_it(&scratch);
        scratch.with_keys(&["auth", "--profile", "work"]).run().ended(3).says(&[said]);
        scratch.with_keys(&["auth"]).var("AWS_PROFILE", "work").run().ended(3).says(&[said]);
        scratch.with_keys(&["auth"]).var("AWS_DEFAULT_PROFILE", "default").run().ended(3).says(&[said]);
    }
}

//! `~/.aws` and variables as people write them: each works as in the AWS CLI, or is named.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use bedrill::test_util::Server;

use super::auth::line;
use super::command::{Run, Scratch};
use super::environment::server;

const KEYS: &str = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = canary-secret\n";

/// `bedrill auth` with both files, for the profile `name`.
fn auth(config: &str, credentials: &str, name: Option<&str>) -> Run {
    let scratch = Scratch::new();
    scratch.file("home/.aws/config", config).file("home/.aws/credentials", credentials);
    let arguments = name.map_or_else(|| vec!["auth"], |name| vec!["auth", "--profile", name]);
    scratch.bedrill(&arguments).run()
}

#[test]
fn names_in_quotes_are_those_that_the_aws_cli_reads() {
    for (header, name) in [("\"work\"", "work"), ("'Foo Bar'", "Foo Bar"), ("Foo\\ Bar", "Foo Bar")] {
        let run = auth(&format!("[profile {header}]\nregion = eu-west-3\n{KEYS}"), "", Some(name)).ended(0);
        assert!(line(&run, "profile").ends_with(": signs"), "{}", run.stdout);
        assert!(line(&run, "region").contains("eu-west-3"), "{}", run.stdout);
    }
    let config = "[profile 'Foo Bar']\nregion = eu-west-3\n";
    let run = auth(config, &format!("[Foo Bar]\n{KEYS}"), Some("Foo Bar")).ended(0);
    assert!(line(&run, "profile").contains("profile Foo Bar ("), "{}", run.stdout);
    let role = "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = Foo Bar\n";
    let run = auth(&format!("{role}[profile \"Foo Bar\"]\nregion = x\n"), "", Some("a")).ended(3);
    run.says(&["profile Foo Bar has no credentials"]);
}

#[test]
fn a_name_that_cannot_be_read_is_pointed_to() {
    for (config, credentials, name, said) in [
        ("[profile Foo Bar]\n", "", "Foo Bar", "[profile Foo Bar] at"),
        ("", "[Foo Bar]\n", "Foo Bar", "as [profile \"NAME\"]"),
        ("", "[\"work\"]\n", "work", "is written without quotes here"),
        ("[profile \"work]\n", "", "work", "or is in quotes"),
    ] {
        auth(config, credentials, Some(name)).ended(3).says(&["has no effect", said]);
    }
}

#[test]
fn sections_of_sso_in_quotes_are_found_and_settings_in_two_places_are_named() {
    let profile = "[default]\nsso_session = FOO BAR\nsso_account_id = 123456789012\nsso_role_name = R\n";
    let session = "[sso-session 'FOO BAR']\nsso_start_url = https://x.test/start\nsso_region = eu-west-1\n";
    let run = auth(&format!("{profile}{session}"), "", None).ended(3);
    run.says(&["aws sso login"]);
    let twice = format!("{profile}sso_start_url = https://x.test/start\n{session}");
    auth(&twice, "", None)
        .ended(3)
        .says(&["the AWS CLI accepts it", "remove sso_start_url from profile default"]);
    for left in ["sso_region = eu-west-1", "sso_session = corp"] {
        let name = left.split(' ').next().expect("a name");
        let run = auth(&format!("[default]\n{left}\n{KEYS}"), "", None).ended(3);
        run.says(&["the AWS CLI uses the keys", &format!("remove {name} from it")]);
    }
}

#[test]
fn the_older_name_of_the_session_token_counts() {
    let keys = KEYS.replace("AKIA", "ASIA");
    let run = auth("", &format!("[default]\n{keys}aws_security_token = canary-token\n"), None).ended(0);
    assert!(line(&run, "profile").ends_with(": signs"), "{}", run.stdout);
}

#[test]
fn a_temporary_key_without_its_token_is_refused_before_anything_is_sent() {
    let keys = KEYS.replace("AKIA", "ASIA");
    let run = auth("", &format!("[default]\n{keys}"), None).ended(3);
    assert!(line(&run, "profile").starts_with("! profile"), "{}", run.stdout);
    run.says(&["credentials:2: aws_access_key_id", "needs a session token", "set aws_session_token too"]);

    let (scratch, server) = (Scratch::new(), server());
    let run = scratch.chat(server.url(), &["hi"]).var("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE").run();
    run.ended(3).says(&["AWS_ACCESS_KEY_ID", "needs a session token", "set AWS_SESSION_TOKEN too"]);
    assert_eq!(server.connections(), 0);

    let document = "{\"Version\":1,\"AccessKeyId\":\"ASIAIOSFODNN7EXAMPLE\",\"SecretAccessKey\":\"canary\"}";
    let run = auth(&format!("[default]\ncredential_process = echo '{document}'\n"), "", None).ended(3);
    run.says(&["needs a session token", "SessionToken"]);
}

#[test]
fn quotes_around_a_secret_are_named() {
    let quoted = KEYS.replace("= AKIAIOSFODNN7EXAMPLE", "= \"AKIAEXAMPLE\"");
    let run = auth("", &format!("[default]\n{quoted}"), None).ended(3);
    run.says(&["credentials:2: aws_access_key_id is in quotes", "take the quotes away"]);
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "\"AKIAIOSFODNN7EXAMPLE\""),
        ("AWS_SECRET_ACCESS_KEY", "'canary'"),
        ("AWS_SESSION_TOKEN", "\"canary\""),
        ("AWS_BEARER_TOKEN_BEDROCK", "'canary'"),
    ] {
        let run = Scratch::new().with_keys(&["auth"]).var(name, value).run().ended(3);
        run.says(&[&format!("{name} is in quotes")]);
    }
}

#[test]
fn lines_for_a_shell_in_a_file_are_named() {
    let lines = "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nexport AWS_SECRET_ACCESS_KEY=canary\n";
    let run = auth("", &format!("[default]\n{lines}"), None).ended(3);
    assert!(line(&run, "profile").contains("credentials:2 begins with `export`"), "{}", run.stdout);
    auth("", lines, None).ended(3).says(&["credentials:1:1: a line for a shell; write [default]"]);
}

#[test]
fn credentials_that_ran_out_are_marked() {
    let document = |at: &str| {
        format!(
            "{{\"Version\":1,\"AccessKeyId\":\"ASIAIOSFODNN7EXAMPLE\",\"SecretAccessKey\":\"canary\",\
             \"SessionToken\":\"canary\",\"Expiration\":\"{at}\"}}"
        )
    };
    let process = |at| auth(&format!("[default]\ncredential_process = echo '{}'\n", document(at)), "", None);
    let run = process("2020-01-01T00:00:00+0000").ended(3);
    assert!(line(&run, "profile").starts_with("! profile"), "{}", run.stdout);
    run.says(&["printed credentials that expired at 2020-01-01T00:00:00Z"]);
    let run = process("2099-01-01T02:00:00+0200").ended(0);
    assert!(line(&run, "profile").starts_with("* profile"), "{}", run.stdout);
}

#[test]
fn a_zone_in_place_of_a_region_is_named() {
    let said = "is an availability zone of us-east-1, not a region: write us-east-1";
    let scratch = Scratch::new();
    scratch.with_keys(&["auth"]).var("AWS_REGION", "us-east-1a").run().ended(2).says(&["AWS_REGION: ", said]);
    scratch.with_keys(&["auth", "--region", "us-east-1a"]).run().ended(2).says(&[said]);
    scratch.file("home/.aws/config", "[default]\nregion = us-east-1f\n");
    scratch.with_keys(&["auth"]).run().ended(2).says(&["config:2: ", said]);
}

/// A short-term API key for `region`, made `ago` and good for an hour.
fn short_term_key(region: &str, ago: Duration) -> String {
    let made = SystemTime::now() - ago;
    let date = bedrill::credentials::Credentials::new("", "").with_expiration(made).expiration_rfc3339();
    let date = date.expect("a date").replace(['-', ':'], "");
    let url = format!(
        "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential=AKIA%2F{}%2F{region}%2Fbedrock%2Faws4_request\
         &X-Amz-Date={date}&X-Amz-Expires=3600&X-Amz-Signature=canary&Version=1",
        &date[..8]
    );
    format!("bedrock-api-key-{}", base64::engine::general_purpose::STANDARD.encode(url))
}

fn with_key(scratch: &Scratch, arguments: &[&str], key: &str, server: &Server) -> Run {
    let run = scratch.bedrill(arguments).var("AWS_BEARER_TOKEN_BEDROCK", key).var("AWS_REGION", "eu-west-1");
    let run = run.var("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url()).run().ended(0);
    assert!(!run.stderr.contains(key) && !run.stdout.contains(key), "{}", run.stderr);
    run
}

#[test]
fn a_short_term_api_key_says_where_and_how_long_it_is_good() {
    const CHAT: [&str; 4] = ["chat", "-m", "us.example.model-v1:0", "hi"];
    let (scratch, server) = (Scratch::new(), server());
    let minute = Duration::from_secs(60);
    let good = short_term_key("eu-west-1", minute);
    let run = with_key(&scratch, &["auth"], &good, &server);
    let row = line(&run, "bearer token");
    assert!(row.starts_with("* bearer token"), "{row}");
    assert!(row.contains("(short-term API key of eu-west-1)") && row.contains("expires in 58 min"), "{row}");
    assert_eq!(with_key(&scratch, &CHAT, &good, &server).stderr, "");

    let old = short_term_key("eu-west-1", minute * 61);
    let run = with_key(&scratch, &["auth"], &old, &server);
    assert!(line(&run, "bearer token").starts_with("! bearer token"), "{}", run.stdout);
    assert!(
        run.stderr.contains("the short-term API key in AWS_BEARER_TOKEN_BEDROCK expired at "),
        "{}",
        run.stderr
    );
    with_key(&scratch, &CHAT, &old, &server).says(&["expired at "]);

    let elsewhere = short_term_key("us-west-2", minute);
    for arguments in [&["auth"][..], &CHAT] {
        let run = with_key(&scratch, arguments, &elsewhere, &server);
        run.says(&["is of us-west-2, and requests go to eu-west-1", "--region us-west-2"]);
    }
    let there = [&CHAT[..], &["--region", "us-west-2"]].concat();
    assert_eq!(with_key(&scratch, &there, &elsewhere, &server).stderr, "");
}

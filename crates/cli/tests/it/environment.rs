//! Where settings and credentials come from: flags, variables, profiles, proxies.

use bedrill::test_util::Server;
use bedrill::test_util::events::answer;
use bedrill::test_util::requests::{header, line};
use bedrill::test_util::responses::stream;
use bytes::Bytes;
use http::Request;

use super::command::Scratch;

const CHAT: [&str; 4] = ["chat", "-m", "us.example.model-v1:0", "hi"];

pub fn server() -> Server {
    Server::sending(stream(&answer(&["Hi"])))
}

/// `KEYID/DATE/REGION/bedrock/aws4_request`, without the date.
pub fn scope(seen: &Request<Bytes>) -> (String, String) {
    let authorization = header(seen, "authorization");
    let credential = authorization.split_once("Credential=").map_or("", |(_, rest)| rest);
    let parts: Vec<&str> = credential.split(['/', ',']).collect();
    assert!(parts.len() > 4 && parts[3] == "bedrock", "{authorization}");
    (parts[0].to_owned(), parts[2].to_owned())
}

#[test]
fn no_credentials_is_exit_code_3_and_lists_each_source_and_its_answer() {
    let run = Scratch::new().bedrill(&CHAT).run().ended(3);
    assert_eq!(run.stdout, "");
    run.says(&[
        "no credentials found",
        "AWS_BEARER_TOKEN_BEDROCK is not set",
        "AWS_ACCESS_KEY_ID is not set",
        "home/.aws/config (no such file)",
        "aws configure",
    ]);
    let run = Scratch::new().bedrill(&CHAT).var("AWS_ACCESS_KEY_ID", "AKIA").run().ended(3);
    run.says(&["AWS_SECRET_ACCESS_KEY is not set"]);
}

#[test]
fn a_profile_gives_keys_region_and_endpoint() {
    let (server, scratch) = (server(), Scratch::new());
    let config = format!(
        "[default]\nregion = us-west-1\n[profile dev]\nregion = eu-north-1\nservices = local\n\
         [services local]\nbedrock_runtime =\n  endpoint_url = {}\n",
        server.url()
    );
    scratch.file("home/.aws/config", config);
    let keys = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = canary\naws_session_token = canary-token\n";
    scratch.file("home/.aws/credentials", keys);
    scratch.bedrill(&CHAT).var("AWS_PROFILE", "dev").run().ended(0);
    let seen = server.request();
    assert_eq!(scope(&seen), ("AKIADEV".to_owned(), "eu-north-1".to_owned()));
    assert_eq!(header(&seen, "x-amz-security-token"), "canary-token");
    let run = scratch.bedrill(&CHAT).var("AWS_PROFILE", "prod").run().ended(3);
    run.says(&["there is no profile \"prod\" (named by AWS_PROFILE)", "profiles that exist: default, dev"]);
}

#[test]
fn a_profile_named_by_a_flag_takes_precedence_over_keys_and_tokens_in_the_environment() {
    let (server, scratch) = (server(), Scratch::new());
    scratch.file("home/.aws/credentials", "[dev]\naws_access_key_id=AKIADEV\naws_secret_access_key=canary\n");
    let arguments = [&CHAT[..], &["--profile", "dev", "--endpoint-url", server.url()]].concat();
    scratch.with_keys(&arguments).var("AWS_BEARER_TOKEN_BEDROCK", "canary-token").run().ended(0);
    assert_eq!(scope(&server.request()).0, "AKIADEV");
    scratch.with_keys(&[&CHAT[..], &["--profile", "missing"]].concat()).run().ended(3).says(&["\"missing\""]);
}

#[test]
fn a_bearer_token_takes_precedence_over_keys_and_never_goes_over_plain_http_elsewhere() {
    let (server, scratch) = (server(), Scratch::new());
    let token = |url: &str| {
        let run = scratch.with_keys(&[&CHAT[..], &["--endpoint-url", url]].concat());
        run.var("AWS_BEARER_TOKEN_BEDROCK", " canary-token\n").run()
    };
    token(server.url()).ended(0);
    assert_eq!(header(&server.request(), "authorization"), "Bearer canary-token");
    token("http://bedrock.test.invalid")
        .ended(3)
        .says(&["plain http would expose the token", "--allow-http"]);
}

#[test]
fn plain_http_elsewhere_needs_leave_for_tokens_and_is_told_of_for_signatures_whatever_the_command() {
    let (proxy, scratch) = (server(), Scratch::new());
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let all = [arguments, &["--endpoint-url", "http://gateway.test.invalid:4000"]].concat();
        let run = variables.iter().fold(scratch.bedrill(&all), |run, (name, value)| run.var(name, value));
        let run = run.var("http_proxy", &format!("http://127.0.0.1:{}", proxy.port()));
        let before = proxy.requests().len();
        let run = run.var("AWS_ENDPOINT_URL_STS", "http://sts.test.invalid").run();
        (run, proxy.requests().len() - before)
    };
    let bearer = [("AWS_BEARER_TOKEN_BEDROCK", "canary-token")];
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "canary-secret")];
    let quiet = [&CHAT[..], &["-q"]].concat();
    for arguments in [&CHAT[..], &quiet, &["models"], &["auth", "--probe"]] {
        let (refused, sent) = run(arguments, &bearer);
        assert_eq!(sent, 0, "{arguments:?}");
        assert!(!refused.status.success());
        refused.says(&["plain http would expose the token", "gateway.test.invalid", "--allow-http"]);

        let (told, sent) = run(arguments, &keys);
        assert!(sent > 0, "{arguments:?}");
        let origin = if arguments[0] == "auth" { "sts.test.invalid" } else { "gateway.test.invalid:4000" };
        told.says(&[&format!("warning: http://{origin} is plain http"), "--allow-http"]);

        for variables in [&bearer[..], &keys] {
            let (allowed, sent) = run(&[arguments, &["--allow-http"]].concat(), variables);
            assert!(sent > 0 && !allowed.stderr.contains("plain http"), "{arguments:?}: {}", allowed.stderr);
        }
    }
}

#[test]
fn the_region_is_the_flag_then_the_arn_then_the_variables_then_the_profile() {
    let (server, scratch) = (server(), Scratch::new());
    scratch.file("home/.aws/config", "[default]\nregion = eu-south-1\n");
    let arn = "arn:aws:bedrock:ap-southeast-2:123456789012:application-inference-profile/abc123";
    let ask = |arguments: &[&str], variables: &[(&str, &str)]| {
        let all = [&["chat", "--endpoint-url", server.url(), "hi"], arguments].concat();
        let run = variables.iter().fold(scratch.with_keys(&all), |run, (name, value)| run.var(name, value));
        run.run().ended(0);
        server.requests().pop().expect("a request")
    };
    let variables = [("AWS_REGION", "us-east-2"), ("AWS_DEFAULT_REGION", "ca-central-1")];
    let seen = ask(&["-m", arn, "--region", "sa-east-1"], &variables);
    assert_eq!(scope(&seen).1, "sa-east-1");
    assert!(
        line(&seen).contains("%3Aapplication-inference-profile%2Fabc123/converse-stream"),
        "{}",
        line(&seen)
    );
    assert_eq!(scope(&ask(&["-m", arn], &variables)).1, "ap-southeast-2");
    assert_eq!(scope(&ask(&["-m", "x.m"], &variables)).1, "us-east-2");
    assert_eq!(scope(&ask(&["-m", "x.m"], &[("AWS_REGION", ""), variables[1]])).1, "ca-central-1");
    assert_eq!(scope(&ask(&["-m", "x.m"], &[])).1, "eu-south-1");
    scratch.file("home/.aws/config", "");
    assert_eq!(scope(&ask(&["-m", "x.m"], &[])).1, "us-east-1");
}

#[test]
fn a_bad_setting_is_exit_code_2_and_says_what_a_good_one_looks_like() {
    let scratch = Scratch::new();
    let run = |arguments: &[&str]| scratch.with_keys(&[&["chat", "hi"], arguments].concat()).run().ended(2);
    run(&["-m", "x.m", "--region", "Europe!"]).says(&["\"Europe!\" is not a region", "us-east-1"]);
    run(&["-m", "x.m", "--endpoint-url", "bedrock"])
        .says(&["\"bedrock\" cannot be the endpoint", "https://bedrock-runtime."]);
    run(&["-m", "arn:aws:s3:::bucket"]).says(&["arn:aws:s3:::bucket", "anthropic."]);
    let run = scratch.with_keys(&CHAT).var("AWS_REGION", "us_east_1").run().ended(2);
    run.says(&["AWS_REGION: \"us_east_1\" is not a region"]);
}

#[test]
fn a_proxy_is_used_except_for_this_machine() {
    let (server, proxy, scratch) = (server(), server(), Scratch::new());
    let chat = |url: &str| {
        let proxy = format!("http://127.0.0.1:{}", proxy.port());
        let run = scratch
            .chat(url, &["hi"])
            .var("http_proxy", &proxy)
            .var("https_proxy", &proxy)
            .var("AWS_MAX_ATTEMPTS", "1");
        run.run()
    };
    chat("http://bedrock.test.invalid").ended(0).says(&["http://bedrock.test.invalid is plain http"]);
    let seen = proxy.request();
    assert_eq!(
        line(&seen),
        "POST http://bedrock.test.invalid/model/us.example.model-v1%3A0/converse-stream HTTP/1.1"
    );
    assert_eq!(header(&seen, "host"), "bedrock.test.invalid");
    // The proxy does not know CONNECT and answers it with 200 and frames, which are not TLS.
    chat("https://bedrock.test.invalid").ended(1).says(&["through the proxy that https_proxy names"]);
    assert_eq!(line(&proxy.requests()[1]), "CONNECT bedrock.test.invalid:443 HTTP/1.1");
    assert!(!chat(server.url()).ended(0).stderr.contains("plain http"));
    chat(&server.url().replace("127.0.0.1", "localhost")).ended(0);
    assert_eq!((proxy.requests().len(), server.requests().len()), (2, 2));
}

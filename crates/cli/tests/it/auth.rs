//! `bedrill auth`: what it says about every kind of credentials, and that it shows no secrets. The secrets here all
//! contain `canary`, which no run may show ([`Run::ended`](super::command::Run::ended)), except those that export.

use bedrill::test_util::requests::header;
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::command::{Bedrill, Run, Scratch};

const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const ROLE: &str = "arn:aws:iam::123456789012:role/Deep";
const ARN: &str = "arn:aws:iam::123456789012:user/Alice";

pub(super) fn reply(status: &str, content_type: &str, body: &str) -> Vec<u8> {
    response(status, &[("content-type", content_type)], body)
}

/// A server that answers each request with what `answer` returns for its first line and its body.
pub(super) fn server(answer: impl Fn(&Request<Bytes>) -> Vec<u8> + Send + Sync + 'static) -> Server {
    Server::start(move |_, request| vec![Step::Send(answer(request))])
}

/// STS: a role is always given, and Alice always signs.
fn sts() -> Server {
    server(|seen| {
        let body = if seen.body().starts_with(b"Action=AssumeRole&") {
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLEROLEROLEDEEP</AccessKeyId>\
             <SecretAccessKey>canary-role</SecretAccessKey><SessionToken>canary-session</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
                .to_owned()
        } else {
            format!(
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{ARN}</Arn><UserId>U</UserId>\
                 <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            )
        };
        reply("200 OK", "text/xml", &body)
    })
}

/// The line of stdout about `source`.
#[track_caller]
pub(super) fn line<'a>(run: &'a Run, source: &str) -> &'a str {
    let found = run.stdout.lines().find(|line| line.get(2..).is_some_and(|rest| rest.starts_with(source)));
    found.unwrap_or_else(|| panic!("no {source} in: {}", run.stdout))
}

/// The sources in the order of stdout, each with its mark.
fn order(run: &Run) -> Vec<String> {
    const SOURCES: [&str; 6] =
        ["bearer token", "environment", "profile", "web identity", "container", "IMDS"];
    let source = |line: &str| {
        SOURCES.into_iter().find(|source| line.get(2..).is_some_and(|rest| rest.starts_with(source)))
    };
    run.stdout
        .lines()
        .filter_map(|line| Some(format!("{}{}", line.get(..2)?.trim(), source(line)?)))
        .collect()
}

fn document(run: &Run) -> Value {
    let lines = run.json_lines();
    assert_eq!(lines.len(), 1, "{}", run.stdout);
    lines[0].clone()
}

fn bearer(run: Bedrill) -> Bedrill {
    run.var("AWS_BEARER_TOKEN_BEDROCK", "canary-token")
}

/// The profiles `base` (keys), `chained` (a role that `middle` assumes, which is a role too) and `sso` (expired).
fn profiles() -> Scratch {
    let scratch = Scratch::new();
    let config = format!(
        "[profile base]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = canary-base\nregion = eu-north-1\n\
         [profile middle]\nrole_arn = arn:aws:iam::123456789012:role/Middle\nsource_profile = base\n\
         [profile chained]\nrole_arn = {ROLE}\nsource_profile = middle\nregion = eu-west-3\n\
         [profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n\
         [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
    );
    // The name is the SHA-1 of `corp`.
    let token = json!({
        "startUrl": "https://corp.awsapps.com/start", "region": "eu-west-1",
        "accessToken": "canary-sso", "expiresAt": "2020-01-01T00:00:00Z",
    });
    let cache = "home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    scratch.file("home/.aws/config", config).file(cache, token.to_string());
    scratch
}

#[test]
fn no_credentials_is_exit_code_3_and_every_source_has_its_reason() {
    let run = Scratch::new().bedrill(&["auth"]).run().ended(3);
    assert_eq!(order(&run), ["bearer token", "environment", "profile", "web identity", "container", "IMDS"]);
    for (source, reason) in [
        ("bearer token", "AWS_BEARER_TOKEN_BEDROCK is not set"),
        ("environment", "AWS_ACCESS_KEY_ID is not set"),
        ("profile", "there is no profile \"default\" in "),
        ("web identity", "AWS_WEB_IDENTITY_TOKEN_FILE is not set"),
        ("container", "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "),
        ("IMDS", "AWS_EC2_METADATA_DISABLED is true"),
        ("region", "us-east-1 (the default; nothing names one)"),
    ] {
        assert!(line(&run, source).starts_with(&format!("  {source:12}  {reason}")), "{}", run.stdout);
    }
    // The list is already on stdout; stderr says what to do.
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.says(&["bedrill: no credentials found; set AWS_BEARER_TOKEN_BEDROCK", "`aws configure`"]);
}

#[test]
fn keys_of_the_environment_sign_and_only_the_ends_of_their_id_show() {
    let run = Scratch::new().with_keys(&["auth"]).var("AWS_REGION", "eu-west-1").run().ended(0);
    assert_eq!(
        line(&run, "environment"),
        "* environment   access key AKIA..MPLE from AWS_ACCESS_KEY_ID: signs"
    );
    assert_eq!(line(&run, "region"), "  region        eu-west-1 (AWS_REGION)");
    assert!(!run.stdout.contains(KEY_ID), "{}", run.stdout);
    assert_eq!(run.stderr, "");
    let run = Scratch::new().with_keys(&["auth", "--region", "us-west-2"]).run().ended(0);
    assert_eq!(line(&run, "region"), "  region        us-west-2 (--region)");
}

#[test]
fn keys_of_a_profile_are_shown_with_file_and_line() {
    let scratch = profiles();
    let config = scratch.path("home/.aws/config").display().to_string();
    let run = scratch.bedrill(&["auth"]).var("AWS_PROFILE", "base").run().ended(0);
    let expected = format!("* profile       access key AKIA..MPLE from profile base ({config}:2): signs");
    assert_eq!(line(&run, "profile"), expected);
    assert_eq!(line(&run, "region"), format!("  region        eu-north-1 ({config}:4)"));
}

#[test]
fn a_profile_named_by_a_flag_is_asked_first() {
    let run = bearer(profiles().with_keys(&["auth", "--profile", "base"])).run().ended(0);
    assert_eq!(order(&run)[..3], ["*profile", "-bearer token", "-environment"]);
    assert!(line(&run, "environment").ends_with(": not used: profile signs"), "{}", run.stdout);
    run.says(&[
        "warning: the IAM credentials from profile base",
        "the bearer token from AWS_BEARER_TOKEN_BEDROCK is not",
    ]);
    let run = bearer(profiles().with_keys(&["auth", "--profile", "base", "--no-bearer"])).run().ended(0);
    assert_eq!(order(&run)[..3], ["*profile", "bearer token", "-environment"]);
}

#[test]
fn a_chained_role_is_assumed_once_a_step() {
    let (sts, scratch) = (sts(), profiles());
    let run = scratch
        .bedrill(&["auth", "--profile", "chained"])
        .var("AWS_ENDPOINT_URL_STS", sts.url())
        .run()
        .ended(0);
    let signs = line(&run, "profile");
    assert!(signs.starts_with("* profile       access key ASIA..DEEP from "), "{signs}");
    assert!(signs.contains(", expires in ") && signs.ends_with(": signs"), "{signs}");
    assert!(signs.contains(ROLE) && signs.contains("chained"), "{signs}");
    // Asking again would need a second code from the MFA device.
    let body = |request: &Request<Bytes>| String::from_utf8_lossy(request.body()).into_owned();
    let roles: Vec<String> = sts.requests().iter().map(body).collect();
    assert_eq!(roles.len(), 2, "{roles:?}");
    assert!(roles[0].contains("Middle") && roles[1].contains("Deep"), "{roles:?}");
}

#[test]
fn an_expired_sso_token_is_exit_code_3_and_names_the_command_to_run() {
    let run = profiles().bedrill(&["auth", "--profile", "sso"]).run().ended(3);
    assert!(
        line(&run, "profile").starts_with("! profile       broken: the token expired at 2020-01-01"),
        "{}",
        run.stdout
    );
    run.says(&["run `aws sso login --profile sso`"]);
}

#[test]
fn a_bearer_token_shadows_keys_with_a_warning_until_it_is_left_out() {
    let scratch = Scratch::new();
    let run = bearer(scratch.with_keys(&["auth"])).run().ended(0);
    assert_eq!(order(&run)[..2], ["*bearer token", "-environment"]);
    assert!(line(&run, "environment").ends_with(": not used: bearer token signs"), "{}", run.stdout);
    run.says(&[
        "warning: the bearer token from AWS_BEARER_TOKEN_BEDROCK is used",
        "from AWS_ACCESS_KEY_ID are not",
    ]);
    assert_eq!(bearer(scratch.with_keys(&["auth", "-q"])).run().ended(0).stderr, "");

    let run = bearer(scratch.with_keys(&["auth", "--no-bearer"])).run().ended(0);
    assert_eq!(order(&run)[..2], ["bearer token", "*environment"]);
    assert_eq!(line(&run, "bearer token"), "  bearer token  left out by --no-bearer");
    assert_eq!(run.stderr, "");
}

#[test]
fn half_a_key_is_broken_and_ends_the_search() {
    let scratch = profiles();
    let run =
        scratch.bedrill(&["auth"]).var("AWS_ACCESS_KEY_ID", KEY_ID).var("AWS_PROFILE", "base").run().ended(3);
    assert_eq!(order(&run)[..3], ["bearer token", "!environment", "-profile"]);
    let broken = "! environment   broken: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not set";
    assert_eq!(line(&run, "environment"), broken);
    assert!(
        line(&run, "profile").ends_with(": not used: environment is broken, which ends the search"),
        "{}",
        run.stdout
    );
    run.says(&["set AWS_SECRET_ACCESS_KEY too, or unset AWS_ACCESS_KEY_ID"]);
    // After keys that sign, a broken source does no harm and still says what to do.
    let run = scratch.with_keys(&["auth"]).var("AWS_PROFILE", "sso").run().ended(0);
    let broken = line(&run, "profile");
    assert!(broken.starts_with("! ") && broken.ends_with("; run `aws sso login --profile sso`"), "{broken}");
    assert_eq!(run.stderr, "");
}

#[test]
fn json_says_the_same_in_one_document() {
    let scratch = Scratch::new();
    let found = document(&bearer(scratch.with_keys(&["auth", "--json"])).run().ended(0));
    assert_eq!(found["region"], json!({"name": "us-east-1", "from": "the default; nothing names one"}));
    assert_eq!(found["warnings"].as_array().map(Vec::len), Some(1));
    let sources = found["sources"].as_array().expect("a list");
    assert_eq!(sources.len(), 6);
    let expected = json!({
        "source": "environment", "outcome": "found", "identity": "access key AKIA..MPLE",
        "from": "AWS_ACCESS_KEY_ID", "expiresAt": null, "signs": false,
    });
    assert_eq!((&sources[0]["signs"], &sources[1]), (&json!(true), &expected));

    let run = scratch.bedrill(&["auth", "--json"]).var("AWS_ACCESS_KEY_ID", KEY_ID).run().ended(3);
    let expected = json!({
        "source": "environment", "outcome": "broken", "signs": false,
        "why": "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not set",
        "hint": "set AWS_SECRET_ACCESS_KEY too, or unset AWS_ACCESS_KEY_ID to use another source",
    });
    assert_eq!(document(&run)["sources"][1], expected);
}

#[test]
fn a_probe_of_keys_asks_sts_for_account_and_arn() {
    let (sts, scratch) = (sts(), Scratch::new());
    let probe =
        |arguments: &[&str]| scratch.with_keys(arguments).var("AWS_ENDPOINT_URL_STS", sts.url()).run();
    let run = probe(&["auth", "--probe"]).ended(0);
    assert_eq!(line(&run, "identity"), format!("  identity      account 123456789012, {ARN}"));
    let expected = json!({"account": "123456789012", "arn": ARN});
    assert_eq!(document(&probe(&["auth", "--probe", "--json"]).ended(0))["identity"], expected);
    assert!(sts.requests()[0].body().starts_with(b"Action=GetCallerIdentity&"));
}

#[test]
fn a_probe_of_a_token_lists_the_models() {
    let bedrock = server(|_| {
        let body = json!({"modelSummaries": [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/m", "modelId": "m"}]});
        reply("200 OK", "application/json", &body.to_string())
    });
    let scratch = Scratch::new();
    let run = bearer(scratch.bedrill(&["auth", "--probe"])).var("AWS_ENDPOINT_URL_BEDROCK", bedrock.url());
    let run = run.run().ended(0);
    assert_eq!(line(&run, "identity"), "  identity      the token is accepted; models listed: 1");
    let seen = bedrock.request();
    assert_eq!((seen.method().as_str(), seen.uri().path()), ("GET", "/foundation-models"));
    assert_eq!(header(&seen, "authorization"), "Bearer canary-token");
}

#[test]
fn a_probe_that_is_refused_is_exit_code_1_and_echoes_no_secret() {
    let refusal = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>not canary-secret</Message></Error></ErrorResponse>";
    let sts = server(move |_| reply("403 Forbidden", "text/xml", refusal));
    let run =
        Scratch::new().with_keys(&["auth", "--probe"]).var("AWS_ENDPOINT_URL_STS", sts.url()).run().ended(1);
    assert!(line(&run, "environment").ends_with(": signs"), "{}", run.stdout);
    run.says(&["InvalidClientTokenId"]);
    let bedrock =
        server(|_| reply("403 Forbidden", "application/json", r#"{"message":"Authentication failed"}"#));
    let scratch = Scratch::new();
    let run = bearer(scratch.bedrill(&["auth", "--probe"])).var("AWS_ENDPOINT_URL_BEDROCK", bedrock.url());
    run.run().ended(1).says(&["Authentication failed"]);
}

#[test]
fn export_prints_what_another_tool_reads() {
    let scratch = Scratch::new();
    let export = |format: &str| {
        let run = scratch.bedrill(&["auth", "export", "--format", format]).var("AWS_ACCESS_KEY_ID", KEY_ID);
        run.var("AWS_SECRET_ACCESS_KEY", "it's").var("AWS_SESSION_TOKEN", "a`$b").run().ended(0)
    };
    let run = export("env");
    let expected = "export AWS_ACCESS_KEY_ID='AKIAIOSFODNN7EXAMPLE'\nexport AWS_SECRET_ACCESS_KEY='it'\\''s'\n\
                    export AWS_SESSION_TOKEN='a`$b'\n";
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (expected, ""));
    let run = export("process");
    let expected = r#"{"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"it's","SessionToken":"a`$b","Version":1}"#;
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (&*format!("{expected}\n"), ""));
}

#[test]
fn a_bearer_token_is_exported_as_a_variable_only() {
    let scratch = Scratch::new();
    let export = |format: &str| {
        scratch
            .bedrill(&["auth", "export", "--format", format])
            .var("AWS_BEARER_TOKEN_BEDROCK", "to'ken")
            .run()
    };
    assert_eq!(export("env").ended(0).stdout, "export AWS_BEARER_TOKEN_BEDROCK='to'\\''ken'\n");
    let run = export("process").ended(2);
    assert_eq!(run.stdout, "");
    assert!(!run.stderr.contains("ken'") && !run.stderr.contains("to'"), "{}", run.stderr);
    run.says(&["use --format env"]);
}

#[test]
fn an_export_without_credentials_or_format_prints_nothing_on_stdout() {
    let scratch = Scratch::new();
    let run = scratch.bedrill(&["auth", "export", "--format", "env"]).run().ended(3);
    assert_eq!(run.stdout, "");
    let run = scratch.with_keys(&["auth", "export"]).run().ended(2);
    assert_eq!(run.stdout, "");
}

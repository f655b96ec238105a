//! The sources in order: which one signs, which are shadowed, and what the error says when none has any.

use std::sync::Arc;

use bedrill::auth::{
    Answer, Auth, AuthError, AuthErrorKind, Chain, ChainBuilder, Context, Outcome, Resolved, Source,
};
use bedrill::credentials::Credentials;
use bedrill::endpoint::Region;
use bedrill::machine::StaticMachine;
use bedrill::transport::BoxFuture;

use super::{CONFIG, CREDENTIALS, KEYS, host, key_id};

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn load(builder: ChainBuilder, host: &StaticMachine) -> Result<Resolved, AuthError> {
    run(builder.machine(Arc::new(host.clone())).build().load())
}

fn token(host: StaticMachine) -> StaticMachine {
    host.with_var("AWS_BEARER_TOKEN_BEDROCK", "bearer-canary")
}

fn keys(host: StaticMachine) -> StaticMachine {
    host.with_var("AWS_ACCESS_KEY_ID", "AKIAENVIRONEXAMPLE").with_var("AWS_SECRET_ACCESS_KEY", "env-canary")
}

fn profiles(host: StaticMachine) -> StaticMachine {
    host.with_file(CREDENTIALS, format!("[default]\n{KEYS}[other]\n{KEYS}"))
}

struct Own(Result<Answer, AuthError>);

impl Source for Own {
    fn name(&self) -> &str {
        "vault"
    }
    fn load<'a>(&'a self, _: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        Box::pin(std::future::ready(self.0.clone()))
    }
}

#[test]
fn the_token_precedes_the_keys_and_those_precede_the_profile() {
    let source = |host: &StaticMachine| load(Chain::builder(), host).expect("found").source().to_owned();
    let all = profiles(keys(token(host())));
    assert_eq!(source(&all), "bearer token");
    let blank = all.with_var("AWS_BEARER_TOKEN_BEDROCK", " ");
    assert_eq!(source(&blank), "environment");
    let blank = blank.with_var("AWS_ACCESS_KEY_ID", "").with_var("AWS_SECRET_ACCESS_KEY", " ");
    assert_eq!(source(&blank), "profile");
    let without = load(Chain::builder().no_bearer(), &keys(token(host()))).expect("found");
    assert_eq!((without.source(), without.warnings()), ("environment", &[][..]));
}

#[test]
fn the_callers_profile_takes_precedence_over_the_environment() {
    let all = profiles(keys(token(host())));
    let resolved = load(Chain::builder().profile("other"), &all).expect("found");
    assert_eq!(resolved.origin(), "profile other (/home/me/.aws/credentials:5)");
    assert_eq!(
        resolved.warnings(),
        [
            "the IAM credentials from profile other (/home/me/.aws/credentials:5) are used, and the bearer token \
             from AWS_BEARER_TOKEN_BEDROCK is not"
        ]
    );
    let error = load(Chain::builder().profile("absent"), &all).expect_err("no such profile");
    assert!(error.to_string().contains("profiles that exist: default, other"), "{error}");
    // What the environment chooses does not take precedence over the environment's keys.
    let chosen = keys(profiles(host())).with_var("AWS_PROFILE", "other");
    assert_eq!(load(Chain::builder(), &chosen).expect("found").source(), "environment");
}

#[test]
fn a_token_that_shadows_iam_credentials_is_warned_about() {
    let resolved = load(Chain::builder(), &profiles(keys(token(host())))).expect("found");
    assert_eq!(
        resolved.warnings(),
        ["the bearer token from AWS_BEARER_TOKEN_BEDROCK is used, and the IAM credentials from \
             AWS_ACCESS_KEY_ID and profile default (/home/me/.aws/credentials:2) are not; remove the token to use \
             those"]
    );
    let role = token(host().with_file(CONFIG, "[default]\nrole_arn = arn"));
    assert_eq!(load(Chain::builder(), &role).expect("found").warnings().len(), 1);
    assert_eq!(load(Chain::builder(), &token(host())).expect("found").warnings().len(), 0);
    assert_eq!(load(Chain::builder(), &profiles(keys(host()))).expect("found").warnings().len(), 0);
}

#[test]
fn an_error_stops_the_chain_and_keeps_what_was_asked_before() {
    let broken = profiles(host()).with_var("AWS_ACCESS_KEY_ID", "AKIAENVIRONEXAMPLE");
    let error = load(Chain::builder(), &broken).expect_err("half a key");
    assert_eq!((error.kind(), error.source_name()), (AuthErrorKind::Misconfigured, "environment"));
    let asked: Vec<_> = error.attempts().iter().map(|attempt| attempt.source()).collect();
    assert_eq!(asked, ["bearer token"]);
}

#[test]
fn no_credentials_lists_every_source_and_says_what_to_do() {
    let off_ec2 = host().with_var("AWS_EC2_METADATA_DISABLED", "true");
    let error = load(Chain::builder(), &off_ec2).expect_err("nothing");
    assert_eq!(error.kind(), AuthErrorKind::NoCredentials);
    assert_eq!(
        error.to_string(),
        "no credentials found; asked, in this order:\n\
         \x20 bearer token: AWS_BEARER_TOKEN_BEDROCK is not set\n\
         \x20 environment: AWS_ACCESS_KEY_ID is not set\n\
         \x20 profile: there is no profile \"default\" in /home/me/.aws/config (no such file) and \
         /home/me/.aws/credentials (no such file)\n\
         \x20 web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set\n\
         \x20 container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set\n\
         \x20 IMDS: AWS_EC2_METADATA_DISABLED is true\n\
         set AWS_BEARER_TOKEN_BEDROCK to a Bedrock API key, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, \
         or run `aws configure`"
    );
}

#[test]
fn a_source_of_the_programs_own_goes_first() {
    let auth = Auth::SigV4(Credentials::new("AKIAVAULTEXAMPLEAA", "canary"));
    let own = Own(Ok(Answer::found(auth, "vault:7")));
    let resolved = load(Chain::builder().source(Box::new(own)), &token(host())).expect("found");
    assert_eq!(key_id(resolved.auth()), "AKIAVAULTEXAMPLEAA");
    let none = || Box::new(Own(Ok(Answer::not_here("it is locked"))));
    let resolved = load(Chain::builder().source(none()), &token(host())).expect("found");
    assert_eq!(resolved.source(), "bearer token");
    let error = load(Chain::builder().source(none()), &host()).expect_err("nothing");
    assert!(error.to_string().contains("\n  vault: it is locked\n  bearer token: "), "{error}");
}

#[test]
fn a_region_is_a_name_or_a_region_and_what_is_neither_is_said_before_anybody_is_asked() {
    struct Asked(&'static str);

    impl Source for Asked {
        fn name(&self) -> &str {
            "asked"
        }
        fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
            assert_eq!(context.region().map(Region::as_str), Some(self.0));
            Box::pin(std::future::ready(Ok(Answer::not_here("asked"))))
        }
    }

    let region = Region::new("eu-west-1").expect("a region");
    let chain = || Chain::builder().source(Arc::new(Asked("eu-west-1")));
    for builder in
        [chain().region("eu-west-1"), chain().region("eu-west-1".to_owned()), chain().region(region)]
    {
        let error = load(builder, &host()).expect_err("nothing");
        assert!(error.to_string().contains("\n  asked: asked\n"), "{error}");
    }
    let bad = || Chain::builder().source(Asked("never")).region("evil.test/#");
    let error = load(bad(), &keys(host())).expect_err("no region");
    assert!(error.to_string().contains("\"evil.test/#\" is not a region"), "{error}");
    let attempts = run(bad().machine(keys(host())).build().explain());
    assert!(
        matches!(attempts[..], [ref only] if matches!(only.outcome(), Outcome::Broken(_))),
        "{attempts:?}"
    );
}

#[test]
fn an_explanation_asks_all_and_marks_the_one_that_signs() {
    let all = profiles(keys(token(host())));
    let explain = |host: StaticMachine| {
        let builder = Chain::builder().no_web_identity().no_container().no_imds();
        run(builder.machine(Arc::new(host)).build().explain())
            .iter()
            .map(|attempt| {
                let outcome = match attempt.outcome() {
                    Outcome::Found { identity, origin, .. } => format!("{identity} {origin}"),
                    Outcome::NotHere { why } => why.clone(),
                    Outcome::Broken(error) => error.problem().to_owned(),
                    other => panic!("{other:?}"),
                };
                format!("{} {}: {outcome}", if attempt.signs() { "*" } else { "-" }, attempt.source())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        explain(all),
        [
            "* bearer token: bearer token AWS_BEARER_TOKEN_BEDROCK",
            "- environment: access key AKIA..MPLE AWS_ACCESS_KEY_ID",
            "- profile: access key AKIA..MPLE profile default (/home/me/.aws/credentials:2)",
        ]
    );
    let half = profiles(host()).with_var("AWS_ACCESS_KEY_ID", "AKIAENVIRONEXAMPLE");
    assert_eq!(
        explain(half),
        [
            "- bearer token: AWS_BEARER_TOKEN_BEDROCK is not set",
            "- environment: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not set",
            "- profile: access key AKIA..MPLE profile default (/home/me/.aws/credentials:2)",
        ]
    );
}

/// Secrets in every place, valid and broken: no output contains one.
#[test]
fn no_secret_shows_in_any_output() {
    let variables = ["AWS_BEARER_TOKEN_BEDROCK", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
    let files = [
        "[default]\naws_access_key_id = AKIAPROFILEEXAMPLE\naws_secret_access_key = canary\naws_session_token = canary",
        "[default]\naws_access_key_id = AKIAPROFILEEXAMPLE\naws_secret_access_key = canary\n  canary",
        "[default]\naws_secret_access_key = canary",
        "[default]\naws_secret_access_key canary",
        "[default]\naws_secret_access_key =\n  canary",
        "[default\naws_secret_access_key = canary",
        "aws_secret_access_key = canary",
        "[default]\ncredential_process = print canary",
    ];
    let mut shown = String::new();
    for value in ["canary", "canary\ncanary", "canary\u{fffd}"] {
        for file in files {
            let mut host = host().with_file(CREDENTIALS, file);
            for round in 0..=variables.len() {
                let host_now = Arc::new(host.clone());
                for builder in
                    [Chain::builder(), Chain::builder().no_bearer(), Chain::builder().profile("default")]
                {
                    let chain = builder.machine(host_now.clone()).build();
                    let loaded = run(chain.load());
                    if let Err(error) = &loaded {
                        shown.push_str(&error.to_string());
                    }
                    let explained = run(chain.explain());
                    shown.push_str(&format!("{chain:?} {loaded:?} {explained:?} {host_now:?}"));
                }
                if let Some(name) = variables.get(round) {
                    host = host.with_var(*name, value).with_var("AWS_ACCESS_KEY_ID", "AKIAENVIRONEXAMPLE");
                }
            }
        }
    }
    assert!(shown.contains("AKIA..MPLE") && shown.contains("bearer token"));
    if let Some(at) = shown.find("canary") {
        panic!("a secret: {:?}", shown.get(at.saturating_sub(300)..at + 10));
    }
}

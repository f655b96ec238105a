//! Credential sources over given variables and files: what each finds, and what it says when it does not.

use bedrill::auth::profile::{ProfileFiles, SelectedBy};
use bedrill::auth::{Answer, Auth, AuthError, StaticHost, env};

const CONFIG: &str = "/home/me/.aws/config";
const CREDENTIALS: &str = "/home/me/.aws/credentials";
const KEYS: &str = "aws_access_key_id = AKIAPROFILEEXAMPLE\naws_secret_access_key = secret\n";

fn host() -> StaticHost {
    StaticHost::new().with_home("/home/me")
}

fn profile(host: &StaticHost, name: Option<&str>) -> Result<Answer, AuthError> {
    ProfileFiles::load(host, name)?.credentials()
}

#[track_caller]
fn found(answer: Result<Answer, AuthError>) -> (Auth, String) {
    match answer {
        Ok(Answer::Found(found)) => (found.auth().clone(), found.origin().to_owned()),
        other => panic!("not found: {other:?}"),
    }
}

#[track_caller]
fn why(answer: Result<Answer, AuthError>) -> String {
    match answer {
        Ok(Answer::NotHere(why)) => why,
        other => panic!("here, or broken: {other:?}"),
    }
}

#[track_caller]
fn broken(answer: Result<Answer, AuthError>) -> String {
    answer.expect_err("a broken source").to_string()
}

fn key_id(auth: &Auth) -> &str {
    match auth {
        Auth::SigV4(credentials) => credentials.access_key_id(),
        other => panic!("no access key: {other:?}"),
    }
}

#[test]
fn a_bearer_token_is_trimmed_and_a_blank_one_counts_as_absent() {
    let token = |value: &str| env::bearer_token(&host().with_var("AWS_BEARER_TOKEN_BEDROCK", value));
    assert_eq!(found(token(" key\n")).0, Auth::Bearer("key".into()));
    assert_eq!(why(token(" \n")), "AWS_BEARER_TOKEN_BEDROCK is blank");
    assert_eq!(why(env::bearer_token(&host())), "AWS_BEARER_TOKEN_BEDROCK is not set");
    assert!(
        broken(token("a\nb")).starts_with("bearer token: AWS_BEARER_TOKEN_BEDROCK is empty or holds a space")
    );
}

#[test]
fn half_a_key_in_the_environment_names_the_missing_variable() {
    let with = |name: &str| env::access_keys(&host().with_var(name, "x").with_var("AWS_SESSION_TOKEN", "t"));
    assert_eq!(
        broken(with("AWS_ACCESS_KEY_ID")),
        "environment: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not set; \
         set AWS_SECRET_ACCESS_KEY too, or unset AWS_ACCESS_KEY_ID to use another source"
    );
    assert!(broken(with("AWS_SECRET_ACCESS_KEY")).contains("but AWS_ACCESS_KEY_ID is not set"));
    assert_eq!(why(with("OTHER")), "AWS_ACCESS_KEY_ID is not set");
}

#[test]
fn the_session_token_comes_along() {
    let host = host()
        .with_var("AWS_ACCESS_KEY_ID", "AKID")
        .with_var("AWS_SECRET_ACCESS_KEY", " secret ")
        .with_var("AWS_SESSION_TOKEN", "token");
    let (Auth::SigV4(credentials), _) = found(env::access_keys(&host)) else { panic!("no access key") };
    assert_eq!(credentials.secret_access_key().expose(), "secret");
    assert_eq!(credentials.session_token().map(|token| token.expose()), Some("token"));
    let file = format!("[default]\n{KEYS}aws_session_token = token\n");
    let (Auth::SigV4(credentials), _) = found(profile(&self::host().with_file(CREDENTIALS, file), None))
    else {
        panic!("no access key")
    };
    assert_eq!(credentials.session_token().map(|token| token.expose()), Some("token"));
}

#[test]
fn static_keys_of_the_selected_profile_say_where_they_stand() {
    let host = host().with_file(CREDENTIALS, format!("[default]\n{KEYS}\n[dev]\n{KEYS}"));
    assert_eq!(found(profile(&host, None)).1, "profile default (/home/me/.aws/credentials:2)");
    assert_eq!(found(profile(&host, Some("dev"))).1, "profile dev (/home/me/.aws/credentials:6)");
    let host = host.with_var("AWS_DEFAULT_PROFILE", "dev");
    assert_eq!(found(profile(&host, None)).1, "profile dev (/home/me/.aws/credentials:6)");
    let host = host.with_var("AWS_PROFILE", "default");
    assert_eq!(found(profile(&host, None)).1, "profile default (/home/me/.aws/credentials:2)");
}

#[test]
fn an_absent_default_profile_is_not_here_even_when_the_environment_names_it() {
    let expected = "there is no profile \"default\" in /home/me/.aws/config (no such file) and \
                    /home/me/.aws/credentials (no such file)";
    assert_eq!(why(profile(&host(), None)), expected);
    let named = why(profile(&host().with_var("AWS_PROFILE", "default"), None));
    assert!(named.contains("(named by AWS_PROFILE)"), "{named}");
    assert!(why(profile(&StaticHost::new(), None)).contains("no home directory"));
}

#[test]
fn a_named_profile_that_does_not_exist_lists_those_that_do() {
    let host = host()
        .with_file(CONFIG, "[default]\n[profile dev]\n[prod]\nregion = x")
        .with_var("AWS_PROFILE", "prod");
    assert_eq!(
        broken(profile(&host, None)),
        "profile: there is no profile \"prod\" (named by AWS_PROFILE) in /home/me/.aws/config and \
         /home/me/.aws/credentials (no such file); profiles that exist: default, dev; \
         [prod] at /home/me/.aws/config:3 has no effect: in the config file a profile is written [profile NAME]"
    );
    assert!(broken(profile(&host, Some("x\u{1b}[2J"))).contains(r#""x\u{1b}[2J" (asked for by name)"#));
}

#[test]
fn a_profile_without_credentials_is_not_here_unless_the_caller_named_it() {
    let host = host().with_file(CONFIG, "[default]\nregion = eu-west-1\naws_access_key_id =\n");
    assert!(
        why(profile(&host, None)).starts_with("profile default has no credentials in /home/me/.aws/config")
    );
    assert!(broken(profile(&host, Some("default"))).contains("profile default has no credentials"));
}

#[test]
fn half_a_key_in_a_profile_names_file_line_and_what_is_missing() {
    let host = host().with_file(CREDENTIALS, "[default]\naws_secret_access_key = canary");
    let error = broken(profile(&host, None));
    assert!(
        error.contains(
            "/home/me/.aws/credentials:2: profile default has aws_secret_access_key, but aws_access_key_id"
        ),
        "{error}"
    );
}

#[test]
fn a_kind_that_is_not_supported_is_named_with_what_works_instead() {
    for kind in ["role_arn", "sso_session", "credential_process", "web_identity_token_file", "login_session"]
    {
        // Static keys beside it are not what the SDKs would use.
        let host = host().with_file(CONFIG, format!("[profile dev]\n{KEYS}{kind} = canary"));
        let error = broken(profile(&host, Some("dev")));
        assert!(
            error.starts_with(&format!(
                "profile: /home/me/.aws/config:4: profile dev takes its credentials from {kind}"
            )),
            "{error}"
        );
        assert!(error.contains("`aws configure export-credentials --profile dev --format env`"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

#[test]
fn a_file_that_does_not_read_is_named_with_line_and_column() {
    let error = broken(profile(&host().with_file(CONFIG, "[default]\ncanary"), None));
    assert!(error.starts_with("profile: /home/me/.aws/config:2:1: no '='"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn a_file_that_a_variable_names_may_be_missing() {
    let host = host().with_var("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere").with_file(CONFIG, "");
    assert!(why(profile(&host, None)).ends_with(
        "in /home/me/.aws/config and /home/me/elsewhere (no such file, named by AWS_SHARED_CREDENTIALS_FILE)"
    ));
    let host = host.with_file("/home/me/elsewhere", format!("[default]\n{KEYS}"));
    assert_eq!(key_id(&found(profile(&host, None)).0), "AKIAPROFILEEXAMPLE");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
    struct Elsewhere(StaticHost);
    impl bedrill::auth::Host for Elsewhere {
        fn var(&self, name: &str) -> Option<String> {
            self.0.var(name)
        }
        fn home(&self) -> Option<std::path::PathBuf> {
            self.0.home()
        }
        fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
            bedrill::auth::SystemHost.read(path)
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join(".aws/config")).expect("a folder in place of the file");
    let error = ProfileFiles::load(&Elsewhere(StaticHost::new().with_home(folder.path())), None);
    let error = error.expect_err("a folder").to_string();
    assert!(
        error.contains("cannot read the config file") && error.contains(".aws/config: a directory"),
        "{error}"
    );
    // A home directory that is no directory, as services have, holds no files.
    let files =
        ProfileFiles::load(&Elsewhere(StaticHost::new().with_home("/dev/null")), None).expect("no files");
    assert_eq!(files.selected_by(), SelectedBy::Default);
}

#[test]
fn settings_come_from_the_selected_profile() {
    let host = host().with_file(
        CONFIG,
        "[default]\nregion = eu-west-1\n[profile dev]\nregion =\nendpoint_url = http://all\nservices = s\n\
         [services s]\nbedrock_runtime =\n  endpoint_url = http://runtime\n[profile gone]\nservices = t",
    );
    let files = ProfileFiles::load(&host, None).expect("reads");
    let region = files.setting("region").expect("a region");
    assert_eq!((region.value(), files.place(region.origin())), ("eu-west-1", format!("{CONFIG}:2")));
    assert!(files.endpoint_url("bedrock").expect("no services").is_none());
    let files = ProfileFiles::load(&host, Some("dev")).expect("reads");
    assert!(files.setting("region").is_none(), "a blank region counts as absent");
    let url = |service| files.endpoint_url(service).expect("services").map(|setting| setting.value());
    assert_eq!(url("bedrock_runtime"), Some("http://runtime"));
    assert_eq!(url("bedrock"), Some("http://all"));
    let files = ProfileFiles::load(&host, Some("gone")).expect("reads");
    let error = files.endpoint_url("bedrock").expect_err("no such section").to_string();
    assert!(error.contains("config:11 names services \"t\", which no section defines"), "{error}");
}

#[cfg(feature = "client")]
mod chain {
    use std::sync::Arc;

    use bedrill::auth::{
        Answer, Auth, AuthError, AuthErrorKind, BoxFuture, Chain, ChainBuilder, Context, Outcome, Resolved,
        Source, StaticHost,
    };
    use bedrill::credentials::Credentials;

    use super::{CONFIG, CREDENTIALS, KEYS, host, key_id};

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    fn load(builder: ChainBuilder, host: &StaticHost) -> Result<Resolved, AuthError> {
        run(builder.host(Arc::new(host.clone())).build().load())
    }

    fn token(host: StaticHost) -> StaticHost {
        host.with_var("AWS_BEARER_TOKEN_BEDROCK", "bearer-canary")
    }

    fn keys(host: StaticHost) -> StaticHost {
        host.with_var("AWS_ACCESS_KEY_ID", "AKIAENVIRONEXAMPLE")
            .with_var("AWS_SECRET_ACCESS_KEY", "env-canary")
    }

    fn profiles(host: StaticHost) -> StaticHost {
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
    fn the_token_goes_before_the_keys_and_those_before_the_profile() {
        let source = |host: &StaticHost| load(Chain::builder(), host).expect("found").source().to_owned();
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
    fn a_profile_of_the_callers_goes_before_the_environment() {
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
        // What the environment chooses does not go before the environment's keys.
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
        let error = load(Chain::builder(), &host()).expect_err("nothing");
        assert_eq!(error.kind(), AuthErrorKind::NoCredentials);
        assert_eq!(
            error.to_string(),
            "no credentials found; asked, in this order:\n\
             \x20 bearer token: AWS_BEARER_TOKEN_BEDROCK is not set\n\
             \x20 environment: AWS_ACCESS_KEY_ID is not set\n\
             \x20 profile: there is no profile \"default\" in /home/me/.aws/config (no such file) and \
             /home/me/.aws/credentials (no such file)\n\
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
    fn an_explanation_asks_all_and_marks_the_one_that_signs() {
        let all = profiles(keys(token(host())));
        let explain = |host: StaticHost| {
            run(Chain::builder().host(Arc::new(host)).build().explain())
                .iter()
                .map(|attempt| {
                    let outcome = match attempt.outcome() {
                        Outcome::Found { identity, origin } => format!("{identity} {origin}"),
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

    /// Secrets in every place, good and broken: no output of anything holds one.
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
                        let chain = builder.host(host_now.clone()).build();
                        let loaded = run(chain.load());
                        if let Err(error) = &loaded {
                            shown.push_str(&error.to_string());
                        }
                        let explained = run(chain.explain());
                        shown.push_str(&format!("{chain:?} {loaded:?} {explained:?} {host_now:?}"));
                    }
                    if let Some(name) = variables.get(round) {
                        host =
                            host.with_var(*name, value).with_var("AWS_ACCESS_KEY_ID", "AKIAENVIRONEXAMPLE");
                    }
                }
            }
        }
        assert!(shown.contains("AKIA..MPLE") && shown.contains("bearer token"));
        if let Some(at) = shown.find("canary") {
            panic!("a secret: {:?}", shown.get(at.saturating_sub(300)..at + 10));
        }
    }
}

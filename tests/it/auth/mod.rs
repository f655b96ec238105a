//! Credential sources over given variables and files: what each finds, and what it says when it does not.

#[cfg(feature = "client")]
mod cache;
#[cfg(feature = "client")]
mod chain;
#[cfg(feature = "client")]
mod container;
#[cfg(feature = "client")]
mod imds;
#[cfg(feature = "client")]
mod issued;
#[cfg(feature = "reqwest")]
mod loopback;
#[cfg(feature = "client")]
mod plain_http;
#[cfg(all(feature = "client", unix))]
mod process;
mod role_chain;
#[cfg(feature = "client")]
mod roles;
#[cfg(feature = "reqwest")]
mod rotation;
#[cfg(feature = "client")]
mod sso;
#[cfg(feature = "client")]
mod wrong_clock;

use bedrill::auth::{Answer, Auth, AuthError, env};
use bedrill::machine::{ProfileFiles, SelectedBy, StaticMachine};

const CONFIG: &str = "/home/me/.aws/config";
const CREDENTIALS: &str = "/home/me/.aws/credentials";
const KEYS: &str = "aws_access_key_id = AKIAPROFILEEXAMPLE\naws_secret_access_key = secret\n";

fn host() -> StaticMachine {
    StaticMachine::new().with_home("/home/me")
}

fn profile(host: &StaticMachine, name: Option<&str>) -> Result<Answer, AuthError> {
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
        broken(token("a\nb"))
            .starts_with("bearer token: AWS_BEARER_TOKEN_BEDROCK is empty or contains a space")
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
fn static_keys_of_the_selected_profile_say_where_they_are() {
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
    assert!(why(profile(&StaticMachine::new(), None)).contains("no home directory"));
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
fn a_kind_that_takes_a_request_or_a_process_is_left_to_the_chain() {
    for kind in [
        "role_arn = r\ncredential_source = EcsContainer",
        "credential_process = canary",
        "web_identity_token_file = canary\nrole_arn = r",
        "login_session = canary",
    ] {
        // Static keys beside it are not what the SDKs would use.
        let host = host().with_file(CONFIG, format!("[profile dev]\n{KEYS}{kind}"));
        let error = broken(profile(&host, Some("dev")));
        assert!(
            error.starts_with(
                "profile: /home/me/.aws/config:4: profile dev has more than static keys; use a Chain"
            ),
            "{error}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_parsed_is_named_with_line_and_column() {
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
    struct Elsewhere(StaticMachine);
    impl bedrill::machine::Machine for Elsewhere {
        fn var(&self, name: &str) -> Option<String> {
            self.0.var(name)
        }
        fn home(&self) -> Option<std::path::PathBuf> {
            self.0.home()
        }
        fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
            bedrill::machine::SystemMachine.read(path)
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join(".aws/config")).expect("a folder in place of the file");
    let error = ProfileFiles::load(&Elsewhere(StaticMachine::new().with_home(folder.path())), None);
    let error = error.expect_err("a folder").to_string();
    assert!(
        error.contains("cannot read the config file") && error.contains(".aws/config: a directory"),
        "{error}"
    );
    // A home directory that is not a directory, as services have, contains no files.
    let files =
        ProfileFiles::load(&Elsewhere(StaticMachine::new().with_home("/dev/null")), None).expect("no files");
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

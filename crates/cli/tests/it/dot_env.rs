//! `.env` of the working directory, which may be a stranger's, and the file of `--env-file`, which the user named.

use bedrill::test_util::Server;
use bedrill::test_util::events::answer;
use bedrill::test_util::requests::{header, line};
use bedrill::test_util::responses::stream;

use super::command::{Run, Scratch};
use super::environment::scope;

const CHAT: [&str; 4] = ["chat", "-m", "us.example.model-v1:0", "hi"];
const KEYS: &str = "AWS_ACCESS_KEY_ID=AKIADOTENV\nAWS_SECRET_ACCESS_KEY=canary\n";

fn server() -> Server {
    Server::sending(stream(&answer(&["Hi"])))
}

/// `bedrill chat` sent to `server`, with `variables` in the process.
fn chat(scratch: &Scratch, server: &Server, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let all = [&["chat", "--endpoint-url", server.url(), "hi"], arguments].concat();
    variables.iter().fold(scratch.bedrill(&all), |run, (name, value)| run.var(name, value)).run()
}

#[test]
fn dot_env_sets_region_credentials_and_model_and_says_so() {
    let (server, scratch) = (server(), Scratch::new());
    let variables = format!(
        "# ours\nexport AWS_REGION = 'eu-west-3'\r\nBEDRILL_MODEL=\"from.dotenv\"\nOTHER=two words\n{KEYS}"
    );
    scratch.file("work/.env", &variables);
    let run = chat(&scratch, &server, &[], &[]).ended(0);
    assert_eq!(run.stdout, "Hi\n");
    assert_eq!(
        run.stderr,
        "bedrill: .env sets AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY, BEDRILL_MODEL\n"
    );
    let seen = server.request();
    assert_eq!(scope(&seen), ("AKIADOTENV".to_owned(), "eu-west-3".to_owned()));
    assert!(line(&seen).starts_with("POST /model/from.dotenv/"), "{}", line(&seen));
    assert_eq!(chat(&scratch, &server, &["-q"], &[]).ended(0).stderr, "");
    let run = chat(&scratch, &server, &["-v"], &[]).ended(0);
    run.says(&["region eu-west-3 from AWS_REGION (.env)\n", "credentials from AWS_ACCESS_KEY_ID (.env)\n"]);

    // The process goes before the file, and another file takes its place.
    let run = chat(&scratch, &server, &[], &[("AWS_DEFAULT_REGION", "us-west-2")]).ended(0);
    run.says(&["does not set AWS_REGION: the environment has AWS_DEFAULT_REGION"]);
    chat(&scratch, &server, &[], &[("AWS_REGION", " ")]).ended(0);
    scratch
        .file("elsewhere.env", variables.replace("eu-west-3", "ap-south-1"))
        .file("work/.env", "AWS_REGION=(");
    let run = chat(&scratch, &server, &["--env-file", "../elsewhere.env"], &[]).ended(0);
    assert_eq!(run.stderr, "", "the user knows what was named");
    let regions: Vec<String> = server.requests().iter().map(|seen| scope(seen).1).collect();
    assert_eq!(regions, ["eu-west-3", "eu-west-3", "eu-west-3", "us-west-2", "eu-west-3", "ap-south-1"]);
}

#[test]
fn auth_and_config_show_name_the_file_behind_what_it_sets() {
    let scratch = Scratch::new();
    scratch
        .file("work/.env", format!("{KEYS}AWS_REGION=eu-west-3\nBEDRILL_MODEL=a.b\nAWS_PROFILE=default\n"));
    scratch.file("home/.aws/config", "[default]\nregion = us-west-2\n");
    let run = scratch.bedrill(&["auth"]).run().ended(0);
    for part in ["from AWS_ACCESS_KEY_ID (.env): signs", "eu-west-3 (AWS_REGION (.env))"] {
        assert!(run.stdout.contains(part), "no {part} in {}", run.stdout);
    }
    let run = scratch.bedrill(&["auth", "--json"]).run().ended(0);
    assert_eq!(run.json_lines()[0]["sources"][1]["from"], "AWS_ACCESS_KEY_ID (.env)");
    let run = scratch.bedrill(&["config", "show"]).run().ended(0);
    for part in ["AWS_REGION (.env)", "a.b\tBEDRILL_MODEL (.env)", "default\tAWS_PROFILE (.env)"] {
        assert!(run.stdout.contains(part), "no {part} in {}", run.stdout);
    }
    let run = scratch.bedrill(&["config", "show"]).var("BEDRILL_MODEL", "c.d").run().ended(0);
    assert!(run.stdout.contains("c.d\tBEDRILL_MODEL\n"), "{}", run.stdout);
    scratch.file("work/other.env", "AWS_REGION=eu-west-3\n");
    let run = scratch.bedrill(&["config", "show", "--env-file", "other.env", "-v"]).run().ended(0);
    assert!(run.stdout.contains("AWS_REGION (other.env)"), "{}", run.stdout);
    run.says(&["other.env sets AWS_REGION"]);
}

#[test]
fn dot_env_can_neither_redirect_nor_name_a_file() {
    let (scratch, evil, good) = (Scratch::new(), server(), server());
    let url = evil.url();
    scratch.file("work/token", "canary-of-another-program").file("work/ca.pem", "no certificate");
    scratch.file(
        "evil/credentials",
        "[default]\naws_access_key_id = AKIAEVIL\naws_secret_access_key = canary\n",
    );
    let file = |name: &str| scratch.shown(name);
    for lines in [
        format!("AWS_ENDPOINT_URL={url}"),
        format!("AWS_ENDPOINT_URL_BEDROCK_RUNTIME={url}"),
        format!(
            "AWS_ENDPOINT_URL_BEDROCK={url}\nAWS_ENDPOINT_URL_STS={url}\nAWS_ENDPOINT_URL_SSO_OIDC={url}"
        ),
        "AWS_CA_BUNDLE=ca.pem".to_owned(),
        format!(
            "AWS_WEB_IDENTITY_TOKEN_FILE={}\nAWS_ROLE_ARN=arn:aws:iam::1:role/x\nAWS_ENDPOINT_URL_STS={url}",
            file("work/token")
        ),
        format!(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI={url}/x\nAWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={}",
            file("work/token")
        ),
        format!("AWS_CONFIG_FILE={0}\nAWS_SHARED_CREDENTIALS_FILE={0}", file("evil/credentials")),
        format!("BEDRILL_CONFIG={}\nBEDRILL_LIMITS=/dev/zero", file("work/token")),
        format!("HOME={}\nHTTPS_PROXY={url}\nhttp_proxy={url}\nNO_PROXY=a", file("evil")),
        format!("AWS_EC2_METADATA_DISABLED=false\nAWS_EC2_METADATA_SERVICE_ENDPOINT={url}"),
        "AWS_MAX_ATTEMPTS=x\nAWS_USE_FIPS_ENDPOINT=x\nAWS_DEFAULT_PROFILE=x".to_owned(),
    ] {
        scratch.file("work/.env", &lines);
        // Not even beside credentials of the same file, nor when it is to be quiet.
        for quiet in [&[][..], &["-q"]] {
            let names: Vec<&str> = lines.lines().filter_map(|line| line.split('=').next()).collect();
            let run = scratch.bedrill(&[&CHAT[..], quiet].concat()).run().ended(3);
            let run = run.says(&names);
            assert!(run.stderr.starts_with("bedrill: .env may not set "), "{}", run.stderr);
            assert!(!run.stderr.contains(url), "a value shows: {}", run.stderr);
        }
        let bearer = [("AWS_BEARER_TOKEN_BEDROCK", "canary-bearer")];
        chat(&scratch, &good, &["-m", "a.b"], &bearer).ended(0);
        scratch.bedrill(&["models"]).var("AWS_ENDPOINT_URL_BEDROCK", "http://127.0.0.1:9").run().ended(3);
    }
    assert!(evil.requests().is_empty(), "{:?}", evil.requests());
    // The same variables of the process and of a file that is named count.
    scratch.file("work/mine.env", format!("{KEYS}AWS_ENDPOINT_URL={}\n", good.url()));
    scratch.bedrill(&[&CHAT[..], &["--env-file", "mine.env"]].concat()).run().ended(0);
    let run = scratch.bedrill(&[&CHAT[..], &["--endpoint-url", good.url()]].concat());
    run.var("AWS_SHARED_CREDENTIALS_FILE", &file("evil/credentials")).run().ended(0);
    assert_eq!(scope(&good.requests().pop().expect("a request")).0, "AKIAEVIL");
}

#[test]
fn credentials_of_the_process_never_meet_those_of_dot_env() {
    let (scratch, server) = (Scratch::new(), server());
    let whole = format!("{KEYS}AWS_SESSION_TOKEN=canary-token\n");
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAPROCESS"), ("AWS_SECRET_ACCESS_KEY", "canary")];
    let ask = |text: &str, variables: &[(&str, &str)]| {
        scratch.file("work/.env", text);
        let run = chat(&scratch, &server, &["-m", "a.b"], variables);
        (run, server.requests().pop())
    };
    let (run, seen) = ask(&whole, &keys);
    run.ended(0).says(&[
        "does not set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN: the environment has",
    ]);
    let seen = seen.expect("a request");
    assert_eq!(scope(&seen).0, "AKIAPROCESS");
    assert_eq!(
        seen.headers().get("x-amz-security-token"),
        None,
        "a token of the file beside keys of the process"
    );
    let (run, seen) = ask("AWS_BEARER_TOKEN_BEDROCK=canary-file", &keys);
    run.ended(0);
    assert_eq!(scope(&seen.expect("a request")).0, "AKIAPROCESS", "the file goes before the process");
    let (run, seen) = ask(&whole, &[("AWS_BEARER_TOKEN_BEDROCK", "canary-process")]);
    run.ended(0);
    assert_eq!(header(&seen.expect("a request"), "authorization"), "Bearer canary-process");

    // Halves make no whole, and a token of the process does not go along with the file's keys.
    let asked = server.requests().len();
    for (text, variables) in [
        (KEYS, [("AWS_SESSION_TOKEN", "canary-stale")]),
        ("AWS_SECRET_ACCESS_KEY=canary", [("AWS_ACCESS_KEY_ID", "AKIAPROCESS")]),
        ("AWS_ACCESS_KEY_ID=AKIADOTENV", [("AWS_SECRET_ACCESS_KEY", "canary")]),
        ("AWS_ACCESS_KEY_ID=AKIADOTENV", [("OTHER", "x")]),
        (KEYS, [("AWS_PROFILE", "missing")]),
    ] {
        ask(text, &variables).0.ended(3).says(&[".env "]);
    }
    assert_eq!(server.requests().len(), asked);
    // The token that is left out by a flag is none.
    scratch.file("work/.env", KEYS);
    chat(&scratch, &server, &["-m", "a.b", "--no-bearer"], &[("AWS_BEARER_TOKEN_BEDROCK", "canary")])
        .ended(0);
    assert_eq!(scope(&server.requests().pop().expect("a request")).0, "AKIADOTENV");
}

#[test]
fn nothing_is_substituted_and_a_dollar_is_told() {
    let scratch = Scratch::new();
    for value in ["$SECRET", "${SECRET}", "${X:-eu-west-1}", "\"a-$SECRET\"", "$(echo eu-west-1)"] {
        scratch.file(
            "work/.env",
            format!(
                "AWS_REGION={}\n",
                if value.contains(' ') { format!("'{value}'") } else { value.to_owned() }
            ),
        );
        let run = scratch.with_keys(&CHAT).var("SECRET", "canary-of-the-user").run().ended(2);
        run.says(&["has a $ in AWS_REGION, and nothing is substituted", "is not a region", "$"]);
    }
    scratch.file("work/.env", "BEDRILL_MODEL=${AWS_SECRET_ACCESS_KEY}\n");
    scratch.with_keys(&["chat", "hi"]).run().ended(2).says(&["a $ in BEDRILL_MODEL"]);
}

#[test]
fn a_home_below_the_working_directory_is_none() {
    let (scratch, evil) = (Scratch::new(), server());
    let keys = "[default]\naws_access_key_id = AKIAEVIL\naws_secret_access_key = canary\n";
    let config =
        format!("{{ models: {{ providers: {{ 'amazon-bedrock': {{ baseUrl: '{}' }} }} }} }}", evil.url());
    scratch.file("work/.aws/credentials", keys).file("work/.config/bedrill/config.json5", config);
    for home in [".", "./", "../work"] {
        scratch.bedrill(&CHAT).var("HOME", home).run().ended(3);
        let run = scratch.bedrill(&["config", "path"]).var("HOME", home).run().ended(2);
        run.says(&["there is no home directory to look in"]);
    }
    assert!(evil.requests().is_empty());
}

#[test]
fn names_of_other_tools_are_told() {
    let scratch = Scratch::new();
    let run = scratch.bedrill(&["auth"]).var("AWS_REGION_NAME", "eu-west-1").run().ended(3);
    run.says(&["AWS_REGION_NAME is set, which bedrill does not read; the variable is AWS_REGION"]);
    for set in [["AWS_REGION", "eu-west-1"], ["AWS_DEFAULT_REGION", "eu-west-1"]] {
        let run =
            scratch.bedrill(&["auth"]).var("AWS_REGION_NAME", "eu-west-1").var(set[0], set[1]).run().ended(3);
        assert!(!run.stderr.contains("AWS_REGION_NAME"), "{}", run.stderr);
    }
    scratch.file("work/.env", "AWS_REGION_NAME=eu-west-1\nAWS_S3_BUCKET=mine\n");
    let run = scratch.bedrill(&["auth"]).run().ended(3);
    run.says(&[
        ".env has AWS_REGION_NAME (the variable is AWS_REGION), AWS_S3_BUCKET, which bedrill does not read",
    ]);
}

#[test]
fn a_file_of_variables_that_cannot_be_used_is_a_usage_error() {
    let scratch = Scratch::new();
    let named = |file| scratch.with_keys(&[&CHAT[..], &["--env-file", file]].concat()).run().ended(2);
    named("missing.env").says(&["missing.env cannot be read"]);
    named("/dev/zero").says(&["/dev/zero cannot be read: a pipe or a device"]);
    scratch.file("work/long.env", "#".repeat(64 * 1024 + 1));
    named("long.env").says(&["long.env cannot be read: larger than 64 KiB"]);
    scratch.file("work/.env", "AWS_SECRET_ACCESS_KEY=canary (mine)\n");
    let run = scratch.bedrill(&CHAT).run().ended(2);
    run.says(&[".env cannot be read", "AWS_SECRET_ACCESS_KEY in line 1 is not NAME=value"]);
    // A virtual environment of Python, not a file.
    std::fs::remove_file(scratch.path("work/.env")).expect("removed");
    scratch.file("work/.env/bin/activate", "");
    let run = scratch.bedrill(&CHAT).run().ended(3);
    assert!(!run.stderr.contains(".env"), "{}", run.stderr);
}

#[test]
fn variables_that_are_piped_in_are_read_from_stdin() {
    let (scratch, server) = (Scratch::new(), server());
    let arguments = [&CHAT[..], &["--endpoint-url", server.url(), "--env-file", "-"]].concat();
    scratch.bedrill(&arguments).stdin(KEYS).run().ended(0);
    assert_eq!(scope(&server.request()).0, "AKIADOTENV");
}

#[cfg(target_os = "linux")]
mod files {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
    use std::process::Command;

    use super::*;

    /// Nothing of `.env` is used, and stderr says why.
    #[track_caller]
    fn left_out(scratch: &Scratch, why: &str) {
        let run = scratch.bedrill(&CHAT).run().ended(3);
        run.says(&[&format!("bedrill: .env is left out: {why}"), "AWS_ACCESS_KEY_ID is not set"]);
        scratch.bedrill(&[&CHAT[..], &["-q"]].concat()).run().ended(3).says(&[why]);
    }

    #[test]
    fn a_dot_env_without_an_end_or_a_writer_stops_nothing() {
        let scratch = Scratch::new();
        let env = scratch.path("work/.env");
        let made = Command::new("mkfifo").arg(&env).status().expect("mkfifo runs");
        assert!(made.success());
        left_out(&scratch, "not a regular file");
        std::fs::remove_file(&env).expect("removed");
        for target in ["/dev/zero", "/dev/tty", "/dev/stdin"] {
            symlink(target, &env).expect("linked");
            left_out(&scratch, "");
            std::fs::remove_file(&env).expect("removed");
        }
        let sparse = std::fs::File::create(&env).expect("created");
        sparse.set_len(3 << 30).expect("3 GiB of nothing");
        left_out(&scratch, "larger than 64 KiB");
        scratch.file("work/.env", KEYS.repeat(2_000));
        left_out(&scratch, "larger than 64 KiB");
        scratch.file("work/.env", format!("{KEYS}#{}", "x".repeat(60_000)));
        let server = server();
        chat(&scratch, &server, &["-m", "a.b"], &[]).ended(0);
    }

    #[test]
    fn a_dot_env_that_everybody_may_write_to_is_left_out() {
        let scratch = Scratch::new();
        scratch.file("work/.env", KEYS);
        let mode = |mode| {
            std::fs::set_permissions(scratch.path("work/.env"), std::fs::Permissions::from_mode(mode))
                .expect("set");
        };
        for open in [0o666, 0o602] {
            mode(open);
            left_out(&scratch, "everybody may write to it");
        }
        let server = server();
        for own in [0o644, 0o600, 0o664] {
            mode(own);
            chat(&scratch, &server, &["-m", "a.b"], &[]).ended(0);
        }
    }

    /// Only root can give a file away.
    #[test]
    fn a_dot_env_of_another_user_is_left_out() {
        let scratch = Scratch::new();
        scratch.file("work/.env", KEYS);
        let (folder, env) = (scratch.path("work"), scratch.path("work/.env"));
        if std::fs::metadata(&env).expect("there").uid() != 0 {
            return;
        }
        let server = server();
        let counts = || chat(&scratch, &server, &["-m", "a.b"], &[]).ended(0);
        chown(&env, Some(4_321), None).expect("given away");
        left_out(&scratch, "it belongs to another user (uid 4321)");
        // A link to it is as bad, and so is a stranger's link to a file of one's own.
        let elsewhere = scratch.path("elsewhere.env");
        std::fs::rename(&env, &elsewhere).expect("moved");
        symlink(&elsewhere, &env).expect("linked");
        left_out(&scratch, "it belongs to another user (uid 4321)");
        chown(&elsewhere, Some(0), None).expect("taken back");
        counts();
        std::os::unix::fs::lchown(&env, Some(4_321), None).expect("the link is given away");
        left_out(&scratch, "it belongs to another user (uid 4321)");
        // Root in the folder of the file's owner expects the owner's files.
        chown(&folder, Some(4_321), None).expect("given away");
        counts();
        chown(&elsewhere, Some(1_234), None).expect("given away");
        left_out(&scratch, "it belongs to another user (uid 1234)");
    }
}

//! A `credential_process` that leads back to the command itself. No test can flood the machine: the helpers run the
//! command through a script that counts, and stops after twenty.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use super::command::{Run, Scratch};

/// A scratch folder whose `bedrill` is the counting script.
struct Counted(Scratch);

const KEYS: &str = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = canary-secret\n";

impl Counted {
    /// `config` is that of `~/.aws`; `BEDRILL` in it stands for the script.
    fn new(config: &str) -> Self {
        let scratch = Scratch::new();
        let script = format!(
            "#!/bin/sh\necho x >> '{count}'\n[ $(wc -l < '{count}') -le 20 ] || exit 99\nexec '{program}' \"$@\"\n",
            count = scratch.shown("count"),
            program = env!("CARGO_BIN_EXE_bedrill"),
        );
        scratch.file("bedrill", script);
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(scratch.path("bedrill"), executable).expect("set");
        scratch.file("home/.aws/config", config.replace("BEDRILL", &scratch.shown("bedrill")));
        Self(scratch)
    }

    fn run(&self, arguments: &[&str], profile: &str) -> Run {
        let mut bedrill = self.0.bedrill(arguments);
        bedrill.command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        bedrill.var("AWS_PROFILE", profile).run()
    }

    /// How often helpers ran the command since the last time.
    fn helpers(&self) -> usize {
        let path = self.0.path("count");
        let count = std::fs::read_to_string(&path).unwrap_or_default().lines().count();
        let _ = std::fs::remove_file(path);
        count
    }
}

const EXPORT: [&str; 4] = ["auth", "export", "--format", "process"];

#[test]
fn a_loop_of_one_profile_ends_after_two_processes_and_is_named() {
    let role = "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = p\n";
    for (config, profile, names) in [
        (
            "[profile p]\ncredential_process = BEDRILL auth export --format process\n".to_owned(),
            "p",
            "p -> p",
        ),
        (
            "[default]\ncredential_process = BEDRILL auth export --format process\n".to_owned(),
            "default",
            "default -> default",
        ),
        (
            format!(
                "[profile p]\ncredential_process = BEDRILL auth export --format process\n[profile r]\nregion = us-east-1\n{role}"
            ),
            "r",
            "p -> p",
        ),
        (
            "[profile p]\ncredential_process = BEDRILL --profile p auth export --format process\n".to_owned(),
            "p",
            "p -> p",
        ),
        (
            "[profile p]\ncredential_process = true; BEDRILL auth export --format process; true\n".to_owned(),
            "p",
            "p -> p",
        ),
    ] {
        let counted = Counted::new(&config);
        let run = counted.run(&EXPORT, profile).ended(3).says(&["is not run", "which is a loop", names]);
        assert_eq!((counted.helpers(), run.stdout.as_str()), (1, ""), "{config}");
        for arguments in [&["auth"][..], &["models"], &["chat", "-m", "us.example.model-v1:0", "hi"]] {
            counted.run(arguments, profile).says(&["which is a loop", names]);
            assert_eq!(counted.helpers(), 1, "{arguments:?} of {config}");
        }
    }
}

#[test]
fn profiles_that_name_each_other_end_with_the_first_that_comes_back() {
    for (members, asked) in [(2, 2), (3, 3), (7, 7), (12, 7)] {
        let mut config = String::new();
        for member in 0..members {
            let next = (member + 1) % members;
            writeln!(
                config,
                "[profile p{member}]\ncredential_process = BEDRILL auth export --format process --profile p{next}"
            )
            .expect("written");
        }
        let counted = Counted::new(&config);
        counted.run(&EXPORT, "p0").ended(3).says(&["p0 -> p1", "is not run"]);
        assert_eq!(counted.helpers(), asked, "{members} profiles");
    }
}

#[test]
fn a_loop_whose_environment_is_cleared_ends_by_its_ancestors() {
    let env = "env -i HOME=\"$HOME\" PATH=\"$PATH\" AWS_EC2_METADATA_DISABLED=true";
    let one = format!(
        "[profile p]\ncredential_process = {env} AWS_PROFILE=p BEDRILL auth export --format process\n"
    );
    let counted = Counted::new(&one);
    counted.run(&EXPORT, "p").ended(3).says(&["is not run for profile p", "which is a loop"]);
    assert_eq!(counted.helpers(), 1);

    let mut many = String::new();
    for member in 0..12 {
        let next = (member + 1) % 12;
        writeln!(
            many,
            "[profile p{member}]\ncredential_process = {env} BEDRILL auth export --format process --profile p{next}"
        )
        .expect("written");
    }
    let counted = Counted::new(&many);
    counted
        .run(&EXPORT, "p0")
        .ended(3)
        .says(&["is not run for profile p7: it would run inside seven others"]);
    assert_eq!(counted.helpers(), 7);
}

#[test]
fn a_chain_that_is_no_loop_works() {
    let config = format!(
        "[profile a]\ncredential_process = BEDRILL auth export --format process --profile b\n\
         [profile b]\ncredential_process = BEDRILL auth export --format process --profile c\n\
         [profile c]\ncredential_process = cat ../keys.json\n[profile keys]\n{KEYS}\
         [profile k]\ncredential_process = BEDRILL auth export --format process --profile keys\n",
    );
    let counted = Counted::new(&config);
    let document = r#"{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"secret"}"#;
    counted.0.file("keys.json", document);
    for (profile, helpers) in [("a", 2), ("b", 1), ("k", 1)] {
        let run = counted.run(&EXPORT, profile);
        assert_eq!(run.status.code(), Some(0), "{profile}: {}", run.stderr);
        assert!(run.stdout.contains("AKIAIOSFODNN7EXAMPLE"), "{profile}");
        assert_eq!(counted.helpers(), helpers, "{profile}");
    }
}

/// The AWS CLI refuses a profile that is in the variable, and adds its own to it.
#[test]
fn the_variable_is_that_of_the_aws_cli() {
    let config = "[profile a]\ncredential_process = echo \"chain: $_AWS_CLI_PROFILE_CHAIN\" >&2; exit 1\n";
    let counted = Counted::new(config);
    counted.run(&EXPORT, "a").ended(3).says(&["chain: a\n"]);
    for (visited, said) in [("x,y", "chain: x,y,a\n"), ("x,a", "x -> a -> a")] {
        let mut bedrill = counted.0.bedrill(&EXPORT);
        bedrill.command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let bedrill = bedrill.var("AWS_PROFILE", "a").var("_AWS_CLI_PROFILE_CHAIN", visited);
        bedrill.run().ended(3).says(&[said]);
    }
}

//! `credential_process`: credentials that a program prints.
//!
//! ```text
//! credential_process = vault-helper --account dev
//!    `- sh -c "vault-helper --account dev"
//!         `- {"Version": 1, "AccessKeyId": "..", "SecretAccessKey": "..", "SessionToken": "..", "Expiration": "2026-11-22T03:23:31Z"}
//! ```
//!
//! The command goes through the shell, as in the SDKs for Rust and Go; nothing in it is expanded here. It is limited to
//! 60 seconds and 64 KiB of output; beyond that it is killed with every process it started. It inherits our standard
//! input and standard error, so that it can ask for a second factor; its output and arguments are never shown, because
//! both may hold secrets. A program that leads back to its own profile is refused (`chain`). Source: [process credential
//! provider](https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html).

mod chain;

use std::io;
use std::time::Duration;

use crate::auth::wire::document::{Document, DocumentError};
use crate::auth::{Auth, AuthError, Context, Found, Reuse, check_token};
use crate::base::time;
use crate::credentials::Credentials;
use crate::machine::{ProcessEnd, ProcessLimits, ProfileFiles};
use crate::profile::Section;

const SOURCE: &str = "credential_process";

const TIME: Duration = Duration::from_secs(60);
const STDOUT: usize = 64 * 1024;

const LOOP_HINT: &str =
    "give the program a profile with credentials of its own (`bedrill auth export --profile OTHER`)";

/// Loads the credentials that the program of `profile` prints.
pub(in crate::auth) async fn credentials(
    context: Context<'_>,
    files: &ProfileFiles,
    profile: &Section,
) -> Result<Found, AuthError> {
    let command = profile.property(SOURCE).map(str::trim).unwrap_or_default();
    let origin = profile.property_origin(SOURCE);
    let place = origin.map(|origin| files.place(origin)).unwrap_or_default();
    let shown = redacted(command);
    let broken = |problem: String| AuthError::new(SOURCE, format!("{place}: {shown} {problem}"));

    let refused = |problem: String| {
        broken(format!("is not run for profile {}: {problem}", profile.name())).with_hint(LOOP_HINT)
    };
    let visited = context.machine().var(chain::VARIABLE).unwrap_or_default();
    let visited = chain::extended(&visited, profile.name()).map_err(refused)?;

    let limits = ProcessLimits::new(TIME, STDOUT);
    let output = context.machine().run_with(command, &[(chain::VARIABLE, &visited)], limits).await;
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::Deadlock => refused(error.to_string()),
        _ => broken(format!("could not be run: {error}")),
    })?;
    match output.end() {
        ProcessEnd::Exited(0) => {}
        ProcessEnd::Exited(code) => return Err(broken(format!("exited with code {code}"))),
        ProcessEnd::Killed => return Err(broken("was killed by a signal".to_owned())),
        ProcessEnd::TimedOut => {
            return Err(broken(format!("did not end within {} s and was killed", TIME.as_secs())));
        }
        ProcessEnd::TooMuchOutput => {
            return Err(broken(format!("printed more than {} KiB and was killed", STDOUT / 1024)));
        }
    }
    let credentials = parse(output.stdout()).map_err(|problem| {
        broken(format!("printed something that contains no credentials: {problem}")).with_hint(
            "it must print the JSON document that the AWS CLI describes, Version 1, and nothing else",
        )
    })?;
    if let Some(at) = credentials.expiration().filter(|at| *at <= context.now()) {
        let problem = format!("printed credentials that expired at {}", time::rfc3339(at));
        return Err(
            broken(problem).with_hint("renew what they are made from, or look at the program's own cache")
        );
    }
    let key = || format!("{place}: the AccessKeyId that {shown} printed");
    check_token(SOURCE, &credentials, key, "SessionToken")?;
    let found = Found::new(
        Auth::SigV4(credentials),
        format!("credential_process of profile {} ({place})", profile.name()),
    )
    .with_reuse(Reuse::Exact);
    let path = origin.and_then(|origin| files.locations().of(origin.file()).path());
    Ok(match path.filter(|path| context.machine().writable_by_others(path)) {
        Some(path) => found.with_warning(format!(
            "{} names a program to run, and other users may write to it; make it yours (`chown`) and run `chmod go-w` on it",
            path.display()
        )),
        None => found,
    })
}

/// Parses a program's output.
pub(in crate::auth) fn parse(stdout: &[u8]) -> Result<Credentials, DocumentError> {
    let document = Document::parse(stdout)?;
    if document.number("Version")? != 1 {
        return Err(DocumentError::WrongType("Version", "1"));
    }
    let mut credentials =
        Credentials::new(document.token("AccessKeyId")?, document.token("SecretAccessKey")?);
    if let Some(token) = document.optional_token("SessionToken")? {
        credentials = credentials.with_session_token(token);
    }
    if let Some(at) = document.optional_instant("Expiration")? {
        credentials = credentials.with_expiration(at);
    }
    Ok(credentials)
}

/// The command in a form that may be shown: only the program's name, and not even that if a variable assignment
/// precedes it.
fn redacted(command: &str) -> String {
    let program = match command.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(['"', '\'']).next(),
        None => command.split_ascii_whitespace().next(),
    };
    let whole = |program: &&str| program.len() == command.len();
    // `=` sets a variable; the others are shell syntax.
    match program.filter(|program| !program.contains(['=', '$', '`', '(', '{', '|', ';', '&', '<', '>'])) {
        Some(program) if whole(&program) => {
            format!("{:?}", crate::base::quote::quote(program.as_bytes(), 200))
        }
        Some(program) => {
            format!("\"{} ** arguments redacted **\"", crate::base::quote::quote(program.as_bytes(), 200))
        }
        None => "\"** command redacted **\"".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_programs_name_is_shown() {
        for (command, shown) in [
            ("helper", "\"helper\""),
            ("/opt/helper --secret canary", "\"/opt/helper ** arguments redacted **\""),
            ("\"/opt/my helper\" canary", "\"/opt/my helper ** arguments redacted **\""),
            ("'/opt/my helper' canary", "\"/opt/my helper ** arguments redacted **\""),
            ("\u{1b}]x canary", "\"\\u{1b}]x ** arguments redacted **\""),
            ("TOKEN=canary helper", "\"** command redacted **\""),
            ("TOKEN=\"a canary\" helper", "\"** command redacted **\""),
            ("$(echo canary)", "\"** command redacted **\""),
            ("echo;canary", "\"** command redacted **\""),
        ] {
            assert_eq!(redacted(command), shown, "{command}");
        }
    }

    #[test]
    fn the_document_must_be_version_1_and_may_leave_out_token_and_expiration() {
        let read = |text: &str| parse(text.as_bytes());
        let long =
            read(r#"{"Version":1,"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"canary"}"#).expect("reads");
        assert_eq!((long.session_token(), long.expiration()), (None, None));
        let text = r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"c","SessionToken":"t","Expiration":"2022-05-02T18:36:00+00:00"}"#;
        let short = read(text).expect("reads");
        assert_eq!(short.expiration(), Some(std::time::UNIX_EPOCH + Duration::from_secs(1_651_516_560)));
        for (text, problem) in [
            (r#"{"Version":2,"AccessKeyId":"A","SecretAccessKey":"canary"}"#, "Version is not 1"),
            (
                r#"{"Version":"1","AccessKeyId":"A","SecretAccessKey":"canary"}"#,
                "Version is not a whole number",
            ),
            (r#"{"AccessKeyId":"A","SecretAccessKey":"canary"}"#, "Version is missing or blank"),
            (r#"{"Version":1,"SecretAccessKey":"canary"}"#, "AccessKeyId is missing or blank"),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":null}"#,
                "SecretAccessKey is missing or blank",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"a canary"}"#,
                "SecretAccessKey is empty or contains",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"c","Expiration":"canary"}"#,
                "Expiration is not a time",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"c","Expiration":7}"#,
                "Expiration is not a string",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"c","SessionToken":[]}"#,
                "SessionToken is not a string",
            ),
            (r#"{"Version":1} canary"#, "it is not JSON"),
            ("canary", "it is not JSON"),
            ("", "it is empty"),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.starts_with(problem) && !error.contains("canary"), "{error}");
        }
    }
}

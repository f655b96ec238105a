//! `bedrill auth`: which credentials sign, in the order actually used, and why the others do not.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bedrill::Client;
use bedrill::auth::{Answer, Attempt, Auth, AuthErrorKind, Outcome};
use bedrill::client::SettingOrigin;
use bedrill::models::ListFoundationModelsRequest;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::flags::{AuthArguments, AuthCommand, Common, ExportFormat};
use crate::screen::terminal::{Output, note};
use crate::setup::configuration;
use crate::setup::environment::Environment;

/// Explains the chain, or exports the credentials it found when explicitly asked to.
pub(crate) fn run(arguments: &AuthArguments, common: &Common) -> Result<(), Failure> {
    let environment = Environment::read(common)?;
    let configuration = configuration::load(common, &environment)?;
    let environment = Arc::new(environment);
    let client =
        crate::setup::client::builder(common, Arc::clone(&environment) as _, &configuration).build()?;
    let no_bearer = match (common.no_bearer, configuration.values.prefers_bearer()) {
        (true, _) => Some("left out by --no-bearer"),
        (false, false) => Some("left out by auth.preferBearer in the configuration"),
        (false, true) => None,
    };
    crate::runtime::in_runtime(async {
        match &arguments.command {
            Some(AuthCommand::Export { format }) => export(&client, *format).await,
            None => explain(&client, arguments, common, no_bearer, &environment).await,
        }
    })
}

/// `no_bearer` says why the bearer token is skipped, if it is.
async fn explain(
    client: &Client,
    arguments: &AuthArguments,
    common: &Common,
    no_bearer: Option<&str>,
    environment: &Environment,
) -> Result<(), Failure> {
    let mut attempts = client.explain_credentials().await;
    if let Some(why) = no_bearer {
        // An explicitly named profile takes precedence over the token.
        let place = usize::from(common.profile.is_some()).min(attempts.len());
        attempts.insert(place, Attempt::new("bearer token", &Ok(Answer::not_here(why))));
    }
    let (region, origin) = client.region().await;
    let why = match origin {
        SettingOrigin::Caller => "--region".to_owned(),
        SettingOrigin::Variable(place) | SettingOrigin::Fallback(place) | SettingOrigin::Profile(place) => {
            place
        }
        SettingOrigin::Instance => "the instance's metadata".to_owned(),
        _ => "the default; nothing names one".to_owned(),
    };
    let why = environment.mark(&why);
    // The error of a chain without credentials says what to do, and sets the exit code.
    let resolved = client.credentials().await;
    let identity = match (&resolved, arguments.probe) {
        (Ok(resolved), true) => Some(probe(client, resolved.auth()).await),
        _ => None,
    };
    let mut output = Output::stdout();
    if arguments.json {
        let warnings = resolved.as_ref().map(|resolved| resolved.warnings().to_vec()).unwrap_or_default();
        let document = json!({
            "sources": attempts.iter().map(|attempt| attempt_json(attempt, environment)).collect::<Vec<_>>(),
            "region": {"name": region.as_str(), "from": why},
            "warnings": warnings,
            "identity": identity.as_ref().map(|identity| match identity {
                Ok(identity) => identity.clone(),
                Err(failure) => json!({"error": failure.to_string()}),
            }),
        });
        output.json(&document).map_err(|error| Failure::output(&error))?;
    } else {
        let mut line = |text: &str| output.line(text).map_err(|error| Failure::output(&error));
        let width = attempts.iter().map(|attempt| attempt.source().len()).max().unwrap_or(0);
        let decides = attempts.iter().position(|attempt| match attempt.outcome() {
            Outcome::NotHere { .. } => false,
            Outcome::Broken(error) => error.kind() != AuthErrorKind::Unread,
            _ => true,
        });
        for (place, attempt) in attempts.iter().enumerate() {
            let above = decides.filter(|decides| *decides < place).and_then(|decides| attempts.get(decides));
            line(&environment.mark(&attempt_text(attempt, above, width)))?;
        }
        line(&format!("\n  {:width$}  {region} ({why})", "region"))?;
        if let Some(Ok(identity)) = &identity {
            line(&format!("  {:width$}  {}", "identity", identity_text(identity)))?;
        }
    }
    let resolved = resolved.map_err(failure)?;
    if !common.quiet {
        // The files have a row of their own.
        let told = client.unread_files();
        let other_region = crate::setup::client::warning_of_region(resolved.auth(), &region);
        for warning in resolved.warnings().iter().chain(&other_region).filter(|warning| told != Some(warning))
        {
            note(&format!("bedrill: warning: {warning}"));
        }
    }
    match identity {
        Some(Err(failure)) => Err(failure),
        _ => Ok(()),
    }
}

/// The text for stderr. When no source has any, stdout already lists them, and only the advice remains.
fn failure(error: bedrill::Error) -> Failure {
    match error.credentials() {
        Some(none) if none.kind() == AuthErrorKind::NoCredentials => {
            Failure::no_credentials(format!("{}; {}", none.problem(), none.hint()))
        }
        _ => error.into(),
    }
}

/// Asks the service who signs: STS for keys; for a token, which STS does not know, the list of models. Since there are
/// credentials, a failure is the service's or the network's.
async fn probe(client: &Client, auth: &Auth) -> Result<Value, Failure> {
    ask_who_signs(client, auth).await.map_err(|error| Failure::failed(error.to_string()))
}

async fn ask_who_signs(client: &Client, auth: &Auth) -> Result<Value, bedrill::Error> {
    if let Auth::SigV4(_) = auth {
        let identity = client.caller_identity().await?;
        return Ok(json!({"account": identity.account(), "arn": identity.arn()}));
    }
    let listed = client.list_foundation_models(&ListFoundationModelsRequest::new()).await?;
    let models = listed.model_summaries.into_vec().len();
    Ok(json!({"token": "accepted", "models": models}))
}

fn identity_text(identity: &Value) -> String {
    match (identity["account"].as_str(), identity["arn"].as_str()) {
        (Some(account), Some(arn)) => format!("account {account}, {arn}"),
        _ => format!("the token is accepted; models listed: {}", identity["models"]),
    }
}

/// One line a source: `*` signs, `-` found but not used, `!` broken. `above` is the source that decided before it.
fn attempt_text(attempt: &Attempt, above: Option<&Attempt>, width: usize) -> String {
    let source = attempt.source();
    match attempt.outcome() {
        Outcome::Found { identity, origin, expiration } => {
            let mark = match expiration {
                Some(at) if *at <= SystemTime::now() => '!',
                _ if attempt.signs() => '*',
                _ => '-',
            };
            let expires = expiration.map(|at| format!(", {}", remaining(at))).unwrap_or_default();
            let end = match above {
                None => "signs".to_owned(),
                Some(above) if above.signs() => format!("not used: {} signs", above.source()),
                Some(above) => format!("not used: {} is broken, which ends the search", above.source()),
            };
            format!("{mark} {source:width$}  {identity} from {origin}{expires}: {end}")
        }
        Outcome::NotHere { why } => format!("  {source:width$}  {why}"),
        // The error gives the advice on the first one.
        Outcome::Broken(error) if above.is_none() || error.hint().is_empty() => {
            format!("! {source:width$}  broken: {}", error.problem())
        }
        Outcome::Broken(error) => format!("! {source:width$}  broken: {}; {}", error.problem(), error.hint()),
        _ => format!("  {source:width$}"),
    }
}

fn attempt_json(attempt: &Attempt, environment: &Environment) -> Value {
    let mut document = match attempt.outcome() {
        Outcome::Found { identity, origin, expiration } => {
            let seconds = expiration.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
            json!({
                "outcome": "found",
                "identity": identity,
                "from": environment.mark(origin),
                "expiresAt": seconds.map(|since| since.as_secs()),
            })
        }
        Outcome::NotHere { why } => json!({"outcome": "not here", "why": why}),
        Outcome::Broken(error) => {
            json!({"outcome": "broken", "why": error.problem(), "hint": error.hint()})
        }
        _ => json!({"outcome": "unknown"}),
    };
    document["source"] = json!(attempt.source());
    document["signs"] = json!(attempt.signs());
    document
}

/// `expires in 58 min`.
fn remaining(expiration: SystemTime) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    match expiration.duration_since(SystemTime::now()).as_ref().map(Duration::as_secs) {
        Err(_) => "expired".to_owned(),
        Ok(seconds) if seconds < 2 * MINUTE => format!("expires in {seconds} s"),
        Ok(seconds) if seconds < 2 * HOUR => format!("expires in {} min", seconds / MINUTE),
        Ok(seconds) => format!("expires in {} h", seconds / HOUR),
    }
}

/// Prints the credentials themselves, for another tool.
async fn export(client: &Client, format: ExportFormat) -> Result<(), Failure> {
    let resolved = client.credentials().await?;
    let text = match (resolved.auth(), format) {
        (Auth::SigV4(keys), ExportFormat::Process) => {
            let mut document = json!({
                "Version": 1,
                "AccessKeyId": keys.access_key_id(),
                "SecretAccessKey": keys.secret_access_key().expose(),
            });
            if let Some(token) = keys.session_token() {
                document["SessionToken"] = json!(token.expose());
            }
            if let Some(expiration) = keys.expiration_rfc3339() {
                document["Expiration"] = json!(expiration);
            }
            document.to_string()
        }
        (Auth::SigV4(keys), ExportFormat::Env) => {
            let mut variables = vec![
                ("AWS_ACCESS_KEY_ID", keys.access_key_id().to_owned()),
                ("AWS_SECRET_ACCESS_KEY", keys.secret_access_key().expose().to_owned()),
            ];
            variables
                .extend(keys.session_token().map(|token| ("AWS_SESSION_TOKEN", token.expose().to_owned())));
            variables.extend(keys.expiration_rfc3339().map(|at| ("AWS_CREDENTIAL_EXPIRATION", at)));
            exports(&variables)
        }
        (Auth::Bearer(token), ExportFormat::Env) => {
            exports(&[("AWS_BEARER_TOKEN_BEDROCK", token.expose().to_owned())])
        }
        (Auth::Bearer(_), ExportFormat::Process) => {
            return Err(Failure::usage(
                "a bearer token cannot be exported for credential_process, which supports only access keys; use \
                 --format env",
            ));
        }
        _ => return Err(Failure::usage("these credentials cannot be exported")),
    };
    Output::stdout().line(&text).map_err(|error| Failure::output(&error))
}

/// `export NAME='value'`, for a POSIX shell.
fn exports(variables: &[(&str, String)]) -> String {
    let lines: Vec<String> = variables
        .iter()
        .map(|(name, value)| format!("export {name}='{}'", value.replace('\'', r"'\''")))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_exported_survives_a_shell() {
        assert_eq!(
            exports(&[("A", "it's".to_owned()), ("B", "x".to_owned())]),
            "export A='it'\\''s'\nexport B='x'"
        );
    }

    #[test]
    fn the_time_left_is_given_in_one_unit() {
        let now = SystemTime::now();
        assert_eq!(remaining(now - Duration::from_secs(1)), "expired");
        assert_eq!(remaining(now + Duration::from_secs(3_599)), "expires in 59 min");
        assert_eq!(remaining(now + Duration::from_secs(36_001)), "expires in 10 h");
    }
}

//! The sources: when all is well, when the service misbehaves, and when what they read is broken.

use std::sync::Arc;

use bedrill::auth::{AuthError, Cache, Chain, Resolved};
use bedrill::machine::{Machine, ProfileFiles, StaticMachine};
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step};
use bedrill::transport::{ReqwestTransport, Transport};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::machines::{
    CONFIG, CREDENTIALS, LOGIN_TOKEN, SSO_TOKEN, echo, empty, in_order, key_lines, login_token, machines,
    sso_token,
};
use super::{Canaries, KEY_ID, assert_clean, assert_debug, assert_error, canaries, log};
use crate::support::canaries::spellings;
use crate::support::replies::run;
use crate::support::scripted::Hurried;

/// Loads, and examines everything that results.
async fn watched(
    what: &str,
    host: impl Machine + 'static,
    transport: &Arc<dyn Transport>,
) -> Result<Resolved, AuthError> {
    let chain = Chain::builder().machine(Arc::new(host)).transport(Arc::clone(transport)).build();
    assert_debug(what, &chain);
    let result = chain.load().await;
    assert_debug(what, &result);
    match &result {
        Ok(resolved) => {
            assert_clean(what, &format!("{} {:?}", resolved.origin(), resolved.warnings()));
            assert_debug(what, (resolved.auth(), resolved.auth().identity()));
        }
        Err(error) => {
            assert_error(what, error);
            assert_clean(what, &format!("{} {}", error.problem(), error.hint()));
        }
    }
    assert_debug(what, chain.explain().await);
    let cache = Cache::new(chain);
    assert_debug(what, cache.load().await);
    assert_debug(what, cache);
    result
}

/// Time passes forty times as fast.
fn transport() -> Arc<dyn Transport> {
    let transport = ReqwestTransport::new().expect("a transport");
    assert_debug("the transport", &transport);
    Hurried::new(Arc::new(transport), 40)
}

#[test]
fn no_source_shows_what_it_found() {
    let (canaries, transport) = (canaries(), transport());
    run(async {
        let server = Server::start(|_, request| in_order(canaries, request));
        for (what, host, _) in machines(canaries, server.url()) {
            assert_debug(what, &host);
            assert_debug(what, ProfileFiles::load(&host, None));
            watched(what, host, &transport).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        }
    });
    log::assert_clean();
}

type Fault = Arc<dyn Fn(&Request<Bytes>) -> Vec<Step> + Send + Sync>;

/// A misbehaving service: it echoes, or it answers with documents that have secrets in the wrong place.
fn faults(canaries: &'static Canaries) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for status in ["400 Bad", "401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Oops", "200 OK"] {
        for quote in [as_text, as_json, as_nested_json, as_xml] {
            faults.push(Arc::new(move |request| {
                vec![Step::Send(response(status, &[("x-echo", &echo(request))], quote(&echo(request))))]
            }));
        }
    }
    // The same in other spellings.
    for spelling in [1, 3, 4, 7, 9, 11, 14] {
        for quote in [as_json, as_nested_json, as_xml] {
            faults.push(Arc::new(move |request| {
                let spelled = spellings(&echo(request)).swap_remove(spelling);
                vec![Step::Send(response("400 Bad", &[], quote(&spelled)))]
            }));
        }
    }
    let all = canaries.all().join(" ");
    let mut bodies = vec![format!("{all} <html>"), format!("{all}\n{all}"), format!("{{\"{all}\": ")];
    for field in ["AccessKeyId", "Token", "Expiration", "Code", "Message", "Type", "RoleArn"] {
        let mut document = json!({
            "AccessKeyId": KEY_ID, "SecretAccessKey": canaries.secret, "Token": canaries.session,
            "Expiration": "2080-01-01T00:00:00Z", "Code": "Failed",
        });
        for wrong in [json!(all), json!([all]), json!({ (&*all): all })] {
            document[field] = wrong;
            bodies.push(document.to_string());
            bodies.push(
                json!({ "roleCredentials": document, "accessToken": document, "expiresIn": all }).to_string(),
            );
        }
    }
    for (access_key, expiration) in [(KEY_ID, &*all), (&*all, "2080-01-01T00:00:00Z")] {
        bodies.push(format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{access_key}</AccessKeyId>\
             <SecretAccessKey>{}</SecretAccessKey><Expiration>{expiration}</Expiration></Credentials>\
             </AssumeRoleResult></AssumeRoleResponse>",
            canaries.secret
        ));
    }
    for body in bodies {
        faults.push(Arc::new(move |_| vec![Step::Send(response("200 OK", &[], &body))]));
    }
    let cut = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{all}");
    faults.push(Arc::new(move |_| vec![Step::Send(cut.clone().into_bytes()), Step::Close]));
    faults.push(Arc::new(move |_| vec![Step::Send(format!("{all}\r\n\r\n").into_bytes()), Step::Close]));
    faults.push(Arc::new(|_| vec![Step::Reset]));
    faults
}

fn as_text(echo: &str) -> String {
    echo.to_owned()
}

fn as_json(echo: &str) -> String {
    json!({ "message": echo, "error": echo, "error_description": echo, "code": echo, "Code": echo })
        .to_string()
}

fn as_nested_json(echo: &str) -> String {
    json!({ "error": { "message": echo }, "Message": echo, "__type": echo }).to_string()
}

fn as_xml(echo: &str) -> String {
    let echo = echo.replace('&', "&amp;");
    format!("<ErrorResponse><Error><Code>{echo}</Code><Message>{echo}</Message></Error></ErrorResponse>")
}

#[test]
fn no_misbehaving_service_makes_a_source_show_what_it_sent_or_got() {
    let (canaries, transport) = (canaries(), transport());
    run(async {
        let mut refusals = 0;
        for (number, fault) in faults(canaries).into_iter().enumerate() {
            for (what, _, requests) in machines(canaries, "") {
                for first in 0..requests {
                    let fault = Arc::clone(&fault);
                    let server = Server::start(move |number, request| {
                        // The chain is asked three times.
                        if number % requests >= first { fault(request) } else { in_order(canaries, request) }
                    });
                    let (_, host, _) = machines(canaries, server.url())
                        .into_iter()
                        .find(|(name, ..)| *name == what)
                        .expect("the machine");
                    let what = format!("{what}, fault {number} from request {first} on");
                    refusals += usize::from(watched(&what, host, &transport).await.is_err());
                }
            }
        }
        assert!(refusals > 500, "only {refusals} refusals");
    });
    log::assert_clean();
}

/// Machines whose variables and files are broken.
fn broken(canaries: &Canaries) -> Vec<StaticMachine> {
    let Canaries { secret, session, bearer, sso, .. } = canaries;
    let keys = key_lines(canaries);
    let config = |text: String| empty().with_file(CONFIG, text);
    let mut machines = vec![
        empty().with_var("AWS_SECRET_ACCESS_KEY", secret).with_var("AWS_SESSION_TOKEN", session),
        empty().with_var("AWS_BEARER_TOKEN_BEDROCK", format!("{bearer} {bearer}")),
        empty().with_var("AWS_BEARER_TOKEN_BEDROCK", format!("{bearer}\r\nx: {bearer}")),
        config(format!("[default]\n{secret}\n")),
        config(format!("{secret} = {secret}\n")),
        config(format!("[default]\naws_secret_access_key = {secret}\n")),
        config(format!("[default]\naws_access_key_id = {KEY_ID}\naws_session_token = {session}\n")),
        config(format!("[default]\nrole_arn = r\n{keys}")),
        config(format!("[default]\nrole_arn = r\nsource_profile = gone\n{keys}")),
        config(format!("[default]\nsource_profile = default\nrole_arn = r\nmfa_serial = m\n{keys}")),
        config(format!("[default]\ncredential_process = helper --secret {secret}\n")),
        config(format!("[default]\ncredential_process = TOKEN={bearer} helper\n")),
        config(format!("[default]\nsso_session = corp\n{keys}")),
        empty().with_file(CREDENTIALS, format!("[default]\naws_secret_access_key {secret}\n")),
        empty().with_file(CREDENTIALS, format!("[default\n{keys}")),
        empty().with_file(CREDENTIALS, [keys.as_bytes(), b"\xff\xfe"].concat()),
        empty()
            .with_var("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
            .with_var("AWS_ROLE_ARN", "arn")
            .with_file("/token", format!("{bearer} {bearer}")),
        empty()
            .with_var("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")
            .with_var("AWS_CONTAINER_AUTHORIZATION_TOKEN", format!("{bearer}\r\nx: y")),
        empty()
            .with_var("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.test/")
            .with_var("AWS_CONTAINER_AUTHORIZATION_TOKEN", bearer),
    ];
    let token_file = |config: &str, path: &str, token: &Value| {
        let text = token.to_string();
        let mut files = vec![text[..text.len() / 2].to_owned(), format!("{text}{text}"), format!("[{text}]")];
        for field in
            ["accessToken", "expiresAt", "refreshToken", "clientSecret", "registrationExpiresAt", "dpopKey"]
        {
            for wrong in [json!(format!("{sso} {sso}")), json!([sso]), json!({ (sso): sso }), Value::Null] {
                let mut token = token.clone();
                token[field] = wrong;
                files.push(token.to_string());
            }
        }
        files
            .into_iter()
            .map(|file| empty().with_file(CONFIG, config).with_file(path, file))
            .collect::<Vec<_>>()
    };
    let sso_profile = "[default]\nsso_start_url = u\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n\
                       [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = u\n";
    let login_profile = "[default]\nlogin_session = me\n";
    for expires_at in ["1990-01-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
        machines.extend(token_file(sso_profile, SSO_TOKEN, &sso_token(canaries, expires_at)));
        machines.extend(token_file(login_profile, LOGIN_TOKEN, &login_token(canaries, expires_at)));
    }
    // Nothing leaves this machine.
    let services = ["STS", "SSO", "SSO_OIDC", "SIGNIN"].map(|id| format!("AWS_ENDPOINT_URL_{id}"));
    let offline = |machine| {
        services
            .iter()
            .fold(machine, |machine: StaticMachine, name| machine.with_var(name, "http://127.0.0.1:1"))
    };
    machines.into_iter().map(offline).collect()
}

#[test]
fn nothing_broken_is_quoted() {
    let (canaries, transport) = (canaries(), transport());
    run(async {
        let mut refusals = 0;
        for (number, host) in broken(canaries).into_iter().enumerate() {
            let what = format!("broken machine {number}");
            assert_debug(&what, ProfileFiles::load(&host, None));
            refusals += usize::from(watched(&what, host, &transport).await.is_err());
        }
        assert!(refusals > 80, "only {refusals} refusals");
    });
    log::assert_clean();
}

#[cfg(unix)]
#[test]
fn a_program_and_its_output_are_not_shown() {
    use crate::support::replies::DiskMachine;
    let (canaries, transport) = (canaries(), transport());
    let document = json!({
        "Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": canaries.secret, "SessionToken": canaries.session,
    });
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join(".aws")).expect("a folder");
    let secret = &canaries.secret;
    for (command, works) in [
        (format!("echo '{document}'"), true),
        (format!("echo '{document}' {secret}"), false),
        (format!("echo '{}'", document.to_string().replace(KEY_ID, "")), false),
        (format!("echo {secret}; exit 3"), false),
        (format!("/nowhere/helper --secret {secret} 2>/dev/null"), false),
        (format!("SECRET={secret} false"), false),
    ] {
        let config = format!("[default]\ncredential_process = {command}\n");
        std::fs::write(folder.path().join(".aws/config"), config).expect("written");
        let host = DiskMachine(empty().with_home(folder.path()));
        assert_eq!(run(watched("a process", host, &transport)).is_ok(), works);
    }
    log::assert_clean();
}

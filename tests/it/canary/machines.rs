//! Machines with one source of credentials each, all their secrets canaries, and the services that they ask.

use bedrill::machine::StaticMachine;
use bedrill::test_util::Step;
use bedrill::test_util::responses::response;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{Canaries, KEY_ID};

pub(super) const CONFIG: &str = "/home/me/.aws/config";
pub(super) const CREDENTIALS: &str = "/home/me/.aws/credentials";
/// SHA-1 of `corp`.
pub(super) const SSO_TOKEN: &str = "/home/me/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
/// SHA-256 of `me`.
pub(super) const LOGIN_TOKEN: &str =
    "/home/me/.aws/login/cache/2744ccd10c7533bd736ad890f9dd5cab2adb27b07d500b9493f29cdc420cb2e0.json";

const SSO: &str = "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n\
                   [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x\n";

/// Made for a test; it gives access to nothing.
const DPOP_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBZIV2LU/MvKFKvyBIX5CVmFdqLx4dZx2OKhlJOKipWyoAoGCCqGSM49AwEHoUQDQgAE2qEAkTYgP4Ce+KyhvnDqYDjgWyKdew8OW8LOagj2cciRm7TBnlL3a23W9NJt2sV/vk3jro07t73miNhCfmlJkQ==\n-----END EC PRIVATE KEY-----\n";

pub(super) fn empty() -> StaticMachine {
    StaticMachine::new().with_home("/home/me").with_var("AWS_EC2_METADATA_DISABLED", "true")
}

/// A section's lines with keys.
pub(super) fn key_lines(canaries: &Canaries) -> String {
    format!(
        "aws_access_key_id = {KEY_ID}\naws_secret_access_key = {}\naws_session_token = {}\n",
        canaries.secret, canaries.session
    )
}

pub(super) fn sso_token(canaries: &Canaries, expires_at: &str) -> Value {
    json!({
        "accessToken": format!("{}-access", canaries.sso), "refreshToken": format!("{}-refresh", canaries.sso),
        "expiresAt": expires_at, "clientId": "id", "clientSecret": canaries.client_secret,
        "registrationExpiresAt": "2099-01-01T00:00:00Z",
    })
}

pub(super) fn login_token(canaries: &Canaries, expires_at: &str) -> Value {
    let access = json!({
        "accessKeyId": KEY_ID, "secretAccessKey": canaries.secret, "sessionToken": canaries.session,
        "accountId": "1", "expiresAt": expires_at,
    });
    json!({ "accessToken": access, "clientId": "id", "refreshToken": canaries.sso, "dpopKey": DPOP_KEY })
}

/// Each source, and how many requests it makes to the server at `url`.
pub(super) fn machines(canaries: &Canaries, url: &str) -> Vec<(&'static str, StaticMachine, usize)> {
    let keys = key_lines(canaries);
    let with_sso = |expires_at| {
        empty()
            .with_file(CONFIG, SSO)
            .with_file(SSO_TOKEN, sso_token(canaries, expires_at).to_string())
            .with_var("AWS_ENDPOINT_URL_SSO", url)
            .with_var("AWS_ENDPOINT_URL_SSO_OIDC", url)
    };
    let with_login = |expires_at| {
        empty()
            .with_file(CONFIG, "[default]\nlogin_session = me\n")
            .with_file(LOGIN_TOKEN, login_token(canaries, expires_at).to_string())
            .with_var("AWS_ENDPOINT_URL_SIGNIN", url)
    };
    let (past, future) = ("1990-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
    vec![
        (
            "environment",
            empty()
                .with_var("AWS_ACCESS_KEY_ID", KEY_ID)
                .with_var("AWS_SECRET_ACCESS_KEY", &*canaries.secret)
                .with_var("AWS_SESSION_TOKEN", &*canaries.session),
            0,
        ),
        ("bearer token", empty().with_var("AWS_BEARER_TOKEN_BEDROCK", &*canaries.bearer), 0),
        ("profile", empty().with_file(CREDENTIALS, format!("[default]\n{keys}")), 0),
        (
            "roles",
            empty()
                .with_file(
                    CONFIG,
                    "[default]\nrole_arn = a\nsource_profile = b\n[profile b]\nrole_arn = b\nsource_profile = c\n",
                )
                .with_file(CREDENTIALS, format!("[c]\n{keys}"))
                .with_var("AWS_ENDPOINT_URL_STS", url),
            2,
        ),
        (
            "web identity",
            empty()
                .with_var("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
                .with_var("AWS_ROLE_ARN", "arn")
                .with_file("/token", format!("{}.jwt", canaries.bearer))
                .with_var("AWS_ENDPOINT_URL_STS", url),
            1,
        ),
        (
            "container",
            empty()
                .with_var("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{url}/container"))
                .with_var("AWS_CONTAINER_AUTHORIZATION_TOKEN", &*canaries.metadata),
            1,
        ),
        (
            "IMDS",
            StaticMachine::new().with_home("/home/me").with_var("AWS_EC2_METADATA_SERVICE_ENDPOINT", url),
            3,
        ),
        ("SSO", with_sso(future), 1),
        ("SSO, to be renewed", with_sso(past), 2),
        ("login", with_login(future), 0),
        ("login, to be renewed", with_login(past), 1),
    ]
}

/// What the services answer when all is well.
pub(super) fn in_order(canaries: &Canaries, request: &Request<Bytes>) -> Vec<Step> {
    let Canaries { secret, session, metadata, sso, .. } = canaries;
    let keys = json!({ "accessKeyId": KEY_ID, "secretAccessKey": secret, "sessionToken": session });
    let body = match request.uri().path() {
        "/latest/api/token" => metadata.clone(),
        "/" => format!(
            "<R><Credentials><AccessKeyId>{KEY_ID}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
             <SessionToken>{session}</SessionToken><Expiration>2080-01-01T00:00:00Z</Expiration></Credentials></R>"
        )
        .replace("<R>", "<AssumeRoleResponse><AssumeRoleResult>")
        .replace("</R>", "</AssumeRoleResult></AssumeRoleResponse>"),
        "/federation/credentials" => {
            let mut role = json!({ "roleCredentials": keys });
            role["roleCredentials"]["expiration"] = 3_000_000_000_000_u64.into();
            role.to_string()
        }
        "/token" => json!({ "accessToken": format!("{sso}-access"), "expiresIn": 28_800, "refreshToken": sso })
            .to_string(),
        "/v1/token" => json!({ "accessToken": keys, "expiresIn": 900, "refreshToken": sso }).to_string(),
        path if path.ends_with("/security-credentials/") => "web".to_owned(),
        _ => json!({
            "AccessKeyId": KEY_ID, "SecretAccessKey": secret, "Token": session,
            "Expiration": "2080-01-01T00:00:00Z",
        })
        .to_string(),
    };
    vec![Step::Send(response("200 OK", &[], body))]
}

/// Everything in a request, on one line.
pub(super) fn echo(request: &Request<Bytes>) -> String {
    let headers = request.headers().iter();
    let headers =
        headers.map(|(name, value)| format!("{name}: {}; ", String::from_utf8_lossy(value.as_bytes())));
    format!("got {}{}", headers.collect::<String>(), String::from_utf8_lossy(request.body()))
}

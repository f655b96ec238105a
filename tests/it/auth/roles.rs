//! Roles: how profiles chain them, what STS is asked, and what the error says when it fails.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bedrill::ConverseRequest;
use bedrill::auth::{Auth, AuthError, Chain, ChainBuilder, Context, Resolved, sts};
use bedrill::credentials::{Credentials, Secret};
use bedrill::machine::{Machine, StaticMachine};
use bedrill::transport::{BoxFuture, TransportErrorKind};
use bytes::Bytes;
use http::Request;

use super::{CONFIG, CREDENTIALS, KEYS, host};
use crate::support::replies::run;
use crate::support::scripted::{Outcome, Scripted, ok, status};
use crate::support::scripted_clock::{Reply, Script};

pub(super) fn clock() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

/// STS's answer with credentials that last.
pub(super) fn assumed(key_id: &str) -> Bytes {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>canary-secret</SecretAccessKey>\
         <SessionToken>canary-token</SessionToken><Expiration>2080-01-01T00:00:00Z</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
    .into()
}

pub(super) fn refused(code: &str, message: &str) -> Bytes {
    format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>")
        .into()
}

fn form(request: &Request<Bytes>) -> &str {
    std::str::from_utf8(request.body()).expect("a form")
}

pub(super) fn load_with(
    builder: ChainBuilder,
    host: impl Machine + 'static,
    transport: &Arc<Scripted>,
) -> Result<Resolved, AuthError> {
    let transport = Arc::clone(transport);
    let chain = builder.machine(Arc::new(host)).transport(transport).clock(clock).build();
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(chain.load())
}

fn load(host: StaticMachine, transport: &Arc<Scripted>) -> Result<Resolved, AuthError> {
    load_with(Chain::builder(), host, transport)
}

pub(super) fn keys(resolved: &Resolved) -> &Credentials {
    match resolved.auth() {
        Auth::SigV4(keys) => keys,
        other => panic!("no access key: {other:?}"),
    }
}

#[track_caller]
pub(super) fn assert_no_canary(shown: &str) {
    assert!(!shown.contains("canary"), "{shown}");
}

fn chained() -> StaticMachine {
    host()
        .with_file(
            CONFIG,
            "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\nrole_session_name = me\n\
             external_id = ext\nduration_seconds = 900\n[profile b]\nrole_arn = arn:aws:iam::2:role/B\nsource_profile = c",
        )
        .with_file(CREDENTIALS, format!("[c]\n{KEYS}"))
}

#[test]
fn roles_are_assumed_one_with_the_other_from_the_base_on() {
    let sts = Scripted::new(|number, _| ok(assumed(["ASIAFIRSTEXAMPLE", "ASIASECONDEXAMPLE"][number])));
    let resolved = load(chained(), &sts).expect("a role");
    assert_eq!(keys(&resolved).access_key_id(), "ASIASECONDEXAMPLE");
    assert!(keys(&resolved).expiration().is_some());
    assert_eq!(
        resolved.origin(),
        "role arn:aws:iam::1:role/A of profile default (/home/me/.aws/config:3), assumed with access key ASIA..MPLE from \
         role arn:aws:iam::2:role/B of profile b (/home/me/.aws/config:9), assumed with access key AKIA..MPLE from \
         profile c (/home/me/.aws/credentials:2)"
    );
    let requests = sts.requests();
    assert_eq!(sts.lines(), ["POST https://sts.eu-west-1.amazonaws.com/"; 2]);
    assert_eq!(
        form(&requests[0]),
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A2%3Arole%2FB\
         &RoleSessionName=bedrill-1795000000000"
    );
    assert_eq!(
        form(&requests[1]),
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FA&RoleSessionName=me\
         &DurationSeconds=900&ExternalId=ext"
    );
    let signed = |number: usize, header: &str| {
        requests[number].headers().get(header).map(|value| value.to_str().expect("a string"))
    };
    assert!(
        signed(0, "authorization").expect("signed").contains("AKIAPROFILEEXAMPLE/20261118/eu-west-1/sts/")
    );
    assert_eq!(signed(0, "x-amz-security-token"), None);
    assert!(signed(1, "authorization").expect("signed").contains("ASIAFIRSTEXAMPLE/20261118/eu-west-1/sts/"));
    assert_eq!(signed(1, "x-amz-security-token"), Some("canary-token"));
    assert_no_canary(&format!("{resolved:?} {sts:?}", sts = sts.lines()));
}

#[test]
fn the_region_and_the_endpoint_of_sts_are_the_settings_of_the_sdks() {
    let line = |host: StaticMachine| {
        let sts = Scripted::new(|_, _| ok(assumed("ASIAEXAMPLE")));
        load(host, &sts).expect("a role");
        sts.lines()[0].trim_start_matches("POST ").to_owned()
    };
    let config = "[default]\nrole_arn = r\nsource_profile = default\n";
    let with = |more: &str| host().with_file(CONFIG, format!("{config}{KEYS}{more}"));
    assert_eq!(line(with("")), "https://sts.us-east-1.amazonaws.com/");
    assert_eq!(line(with("region = cn-north-1")), "https://sts.cn-north-1.amazonaws.com.cn/");
    assert_eq!(
        line(with("region = a").with_var("AWS_REGION", "us-west-2")),
        "https://sts.us-west-2.amazonaws.com/"
    );
    let fips = with("use_fips_endpoint = true");
    assert_eq!(line(fips.clone()), "https://sts-fips.us-east-1.amazonaws.com/");
    assert_eq!(
        line(fips.with_var("AWS_REGION", "us-gov-west-1")),
        "https://sts.us-gov-west-1.amazonaws.com/"
    );
    let dual = with("use_dualstack_endpoint = true");
    assert_eq!(line(dual), "https://sts.us-east-1.api.aws/");
    let services = with("services = s\n[services s]\nsts =\n  endpoint_url = http://localhost:1/x");
    assert_eq!(line(services.clone()), "http://localhost:1/x/");
    assert_eq!(line(services.with_var("AWS_ENDPOINT_URL_STS", "http://localhost:2")), "http://localhost:2/");
    let sts = Scripted::new(|_, _| ok(assumed("ASIAEXAMPLE")));
    let error = load(with("region = us-east-1.evil.test/#"), &sts).expect_err("no region");
    assert!(error.to_string().contains("is not a region") && sts.lines().is_empty(), "{error}");
}

#[test]
fn only_failures_that_may_pass_are_asked_again() {
    let attempts = |outcome: Outcome| {
        let sts = Scripted::new(move |_, _| outcome.clone());
        let error = load(chained(), &sts).expect_err("a failure");
        assert_no_canary(&format!("{error} {error:?} {error:#?}"));
        assert!(
            error.to_string().starts_with("profile: /home/me/.aws/config:9: the role arn:aws:iam::2:role/B"),
            "{error}"
        );
        (sts.lines().len(), error.to_string())
    };
    assert_eq!(attempts(status(503)).0, 3);
    assert_eq!(attempts(Outcome::Silence).0, 3);
    assert_eq!(attempts(Outcome::Fails(TransportErrorKind::Broken)).0, 3);
    assert_eq!(attempts(Outcome::Answer(400, refused("Throttling", "Rate exceeded"))).0, 3);
    assert_eq!(attempts(Outcome::Fails(TransportErrorKind::Dns)).0, 1);
    assert_eq!(attempts(Outcome::Fails(TransportErrorKind::Tls)).0, 1);
    assert_eq!(attempts(Outcome::Answer(403, refused("AccessDenied", "not authorized"))).0, 1);
    assert_eq!(attempts(ok("junk")).0, 1);
    let (count, redirected) = attempts(status(307));
    assert!(count == 1 && redirected.contains("redirects are not followed"), "{redirected}");
    let (_, denied) = attempts(Outcome::Answer(403, refused("AccessDenied", "not authorized")));
    assert!(
        denied.contains("STS answered AccessDenied: not authorized; the role's trust policy"),
        "{denied}"
    );
    let (_, silent) = attempts(Outcome::Silence);
    assert!(silent.contains("no answer within 5 s"), "{silent}");
    let sts = Scripted::new(|number, _| if number == 0 { status(500) } else { ok(assumed("ASIAEXAMPLE")) });
    load(chained(), &sts).expect("the second attempt");
}

#[test]
fn a_server_that_echoes_secrets_does_not_make_them_show() {
    let sts = Scripted::new(|_, request| {
        let token =
            request.headers().get("x-amz-security-token").map_or("", |value| value.to_str().expect("text"));
        let echo = format!("got {token} canary-file and {}", String::from_utf8_lossy(request.body()));
        Outcome::Answer(400, refused("canary-file", &echo.replace('&', "&amp;")))
    });
    let host = host()
        .with_var("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
        .with_var("AWS_ROLE_ARN", "arn:aws:iam::1:role/A")
        .with_file("/token", "canary-file\n");
    let error = load(host, &sts).expect_err("refused");
    assert!(error.to_string().contains("STS answered (redacted): got"), "{error}");
    assert_no_canary(&format!("{error} {error:?} {error:#?}"));
}

#[test]
fn credentials_that_arrive_expired_are_an_error_that_names_the_clock() {
    let expired = String::from_utf8(assumed("ASIAEXAMPLE").to_vec()).expect("text").replace("2080", "2020");
    let sts = Scripted::new(move |_, _| ok(expired.clone()));
    let error = load(chained(), &sts).expect_err("expired").to_string();
    assert!(error.contains("expired already; look at this machine's clock"), "{error}");
}

#[test]
fn a_web_identity_is_sent_unsigned_and_its_file_read_each_time() {
    struct Renewed(StaticMachine, Mutex<u32>);
    impl Machine for Renewed {
        fn var(&self, name: &str) -> Option<String> {
            self.0.var(name)
        }
        fn home(&self) -> Option<std::path::PathBuf> {
            self.0.home()
        }
        fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
            if path != std::path::Path::new("/token") {
                return self.0.read(path);
            }
            let mut reads = self.1.lock().expect("the count");
            *reads += 1;
            Ok(format!("token-{reads}\n").into_bytes())
        }
    }
    let host = host()
        .with_var("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
        .with_var("AWS_ROLE_ARN", "arn:aws:iam::1:role/A")
        .with_var("AWS_ROLE_SESSION_NAME", "pod");
    let sts = Scripted::new(|_, _| ok(assumed("ASIAEXAMPLE")));
    let chain = Chain::builder()
        .machine(Arc::new(Renewed(host, Mutex::new(0))))
        .transport(sts.clone())
        .clock(clock)
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for number in 1..=2 {
        let resolved = runtime.block_on(chain.load()).expect("a role");
        assert_eq!(resolved.source(), "web identity");
        assert_eq!(
            resolved.origin(),
            "role arn:aws:iam::1:role/A for the token in /token (AWS_WEB_IDENTITY_TOKEN_FILE)"
        );
        let request = &sts.requests()[number - 1];
        assert!(request.headers().get("authorization").is_none());
        assert_eq!(
            form(request),
            format!(
                "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FA\
                 &RoleSessionName=pod&WebIdentityToken=token-{number}"
            )
        );
    }
}

#[test]
fn a_web_identity_that_is_incomplete_stops_before_any_request() {
    let sts = Scripted::new(|_, _| ok(assumed("ASIAEXAMPLE")));
    let with_file = host().with_var("AWS_WEB_IDENTITY_TOKEN_FILE", "/token");
    let error = load(with_file.clone(), &sts).expect_err("no role").to_string();
    assert!(error.contains("AWS_ROLE_ARN is not"), "{error}");
    let with_role = with_file.with_var("AWS_ROLE_ARN", "arn");
    let error = load(with_role.clone(), &sts).expect_err("no file").to_string();
    assert!(error.contains("/token cannot be read"), "{error}");
    for token in ["", " \n", "canary canary", "canary\u{e9}", "canary\0"] {
        let error = load(with_role.clone().with_file("/token", token), &sts).expect_err(token);
        assert!(error.to_string().contains("cannot go into a header"), "{error}");
        assert_no_canary(&format!("{error:?} {error:#?}"));
    }
    let of_profile = host()
        .with_file(CONFIG, "[default]\nrole_arn = arn\nweb_identity_token_file = /token\n")
        .with_var("AWS_ROLE_SESSION_NAME", "not-this");
    let error = load(of_profile.clone(), &sts).expect_err("no file").to_string();
    assert!(
        error.starts_with("profile: profile default (/home/me/.aws/config:3): the web identity"),
        "{error}"
    );
    assert!(sts.lines().is_empty());
    load(of_profile.with_file("/token", "jwt"), &sts).expect("a role");
    assert!(form(&sts.requests()[0]).contains("RoleSessionName=bedrill-"));
}

/// What a user types.
type Code = BoxFuture<'static, std::io::Result<Option<Secret>>>;

/// A machine with a user at its terminal, who answers as the function says.
struct AtTerminal<F>(StaticMachine, F);

impl<F: Fn() -> Code + Send + Sync> Machine for AtTerminal<F> {
    fn var(&self, name: &str) -> Option<String> {
        self.0.var(name)
    }
    fn home(&self) -> Option<std::path::PathBuf> {
        self.0.home()
    }
    fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
        self.0.read(path)
    }
    fn ask(&self, _: &str) -> Code {
        (self.1)()
    }
}

#[test]
fn a_code_is_asked_for_on_a_terminal_or_its_absence_said() {
    let config =
        format!("[default]\nrole_arn = arn\nsource_profile = default\nmfa_serial = dev\u{1b}ice\n{KEYS}");
    let host = host().with_file(CONFIG, config);
    let sts = Scripted::new(|_, _| ok(assumed("ASIAEXAMPLE")));
    let error = load(host.clone(), &sts).expect_err("no terminal").to_string();
    assert!(
        error
            .contains("mfa_serial requires a code, and there is no terminal to ask at; run it in a terminal"),
        "{error}"
    );
    let asked = |answer: &'static str| {
        AtTerminal(host.clone(), move || -> Code { Box::pin(std::future::ready(Ok(Some(answer.into())))) })
    };
    let error = load_with(Chain::builder(), asked("canary"), &sts).expect_err("no code");
    assert!(error.to_string().contains("digits only") && sts.lines().is_empty(), "{error}");
    assert_no_canary(&format!("{error:?} {error:#?}"));
    load_with(Chain::builder(), asked(" 123456\n"), &sts).expect("a role");
    assert!(form(&sts.requests()[0]).ends_with("&SerialNumber=dev%1Bice&TokenCode=123456"));
}

#[test]
fn a_stream_is_read_while_a_code_is_waited_for() {
    let config = format!("[default]\nrole_arn = arn\nsource_profile = default\nmfa_serial = device\n{KEYS}");
    let asked = |code: tokio::sync::oneshot::Receiver<Secret>| {
        let code = Mutex::new(Some(code));
        AtTerminal(host().with_file(CONFIG, config.clone()), move || -> Code {
            let typed = code.lock().expect("no panic").take();
            Box::pin(async { typed.expect("asked once").await.map(Some).map_err(std::io::Error::other) })
        })
    };
    let sts = Scripted::new(|_, _| ok(assumed("ASIAEXAMPLE")));
    let (typed, code) = tokio::sync::oneshot::channel();
    let chain = Chain::builder().machine(Arc::new(asked(code))).transport(sts.clone()).clock(clock).build();
    let client = Script::new([Reply::hello()]).client().build().expect("a client");
    let stream = async {
        let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("hi");
        let answer = client.converse_stream(&request).await.expect("a stream").collect().await;
        assert_eq!(answer.expect("an answer").text(), "Hello");
        typed.send("123456".into()).expect("the code is waited for");
    };
    let (resolved, ()) = run(async { tokio::join!(chain.load(), stream) });
    assert_eq!(keys(&resolved.expect("a role")).access_key_id(), "ASIAEXAMPLE");

    // The terminal closes before the code is entered.
    let (_, code) = tokio::sync::oneshot::channel();
    let error = load_with(Chain::builder(), asked(code), &sts).expect_err("no code").to_string();
    assert!(error.contains("mfa_serial requires a code, and it could not be read: "), "{error}");
}

#[test]
fn a_source_that_a_profile_names_must_have_credentials() {
    let sts = Scripted::new(|_, _| ok(assumed("ASIAEXAMPLE")));
    for (source, why) in [
        ("Environment", "but AWS_ACCESS_KEY_ID is not set"),
        ("EcsContainer", "but neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor"),
        ("ec2instancemetadata", "but AWS_EC2_METADATA_DISABLED is true"),
        ("Vault", "which is not Environment, Ec2InstanceMetadata or EcsContainer"),
    ] {
        let config = format!("[default]\nrole_arn = arn\ncredential_source = {source}\n");
        let host = host().with_file(CONFIG, config).with_var("AWS_EC2_METADATA_DISABLED", "TRUE");
        let error = load(host, &sts).expect_err(source).to_string();
        assert!(
            error.starts_with("profile: /home/me/.aws/config:3: profile default") && error.contains(why),
            "{error}"
        );
    }
    assert!(sts.lines().is_empty());
    let host = host()
        .with_file(CONFIG, "[profile x]\nrole_arn = arn\ncredential_source = Environment\n")
        .with_var("AWS_ACCESS_KEY_ID", "AKIAENVIRONEXAMPLE")
        .with_var("AWS_SECRET_ACCESS_KEY", "secret");
    let resolved = load_with(Chain::builder().profile("x"), host, &sts).expect("a role");
    assert!(
        resolved.origin().ends_with("assumed with access key AKIA..MPLE from AWS_ACCESS_KEY_ID"),
        "{resolved:?}"
    );
}

#[test]
fn who_signs_can_be_asked() {
    let xml = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn>\
               <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let sts = Scripted::new(move |_, _| ok(xml));
    let host = host().with_var("AWS_REGION", "eu-central-1");
    let context = Context::new(&host).with_transport(&*sts).with_clock(&clock);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let auth = Auth::SigV4(Credentials::new("AKIDEXAMPLE", "secret"));
    let identity = runtime.block_on(sts::caller_identity(context, &auth, None)).expect("an identity");
    assert_eq!((identity.account(), identity.arn()), ("123456789012", "arn:aws:iam::123456789012:user/me"));
    assert_eq!(sts.lines(), ["POST https://sts.eu-central-1.amazonaws.com/"]);
    let bearer = runtime.block_on(sts::caller_identity(context, &Auth::Bearer("canary".into()), None));
    assert!(bearer.expect_err("no key").to_string().contains("a bearer token works only with Bedrock"));
}

//! An EC2 instance whose role signs, and nothing else that could.

use bedrill::test_util::Server;
use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::auth::{line, reply, server};
use super::command::{Bedrill, Scratch};

/// The instance metadata service.
fn imds() -> Server {
    server(answer)
}

/// What it answers.
pub(super) fn answer(seen: &Request<Bytes>) -> Vec<u8> {
    let credentials = json!({
        "Code": "Success", "AccessKeyId": "ASIAINSTANCEROLEIMDS", "SecretAccessKey": "canary-imds",
        "Token": "canary-imds-token", "Expiration": "2099-01-01T00:00:00Z",
    });
    match seen.uri().path().trim_end_matches('/') {
        "/latest/api/token" => reply("200 OK", "text/plain", "canary-imds-session"),
        "/latest/meta-data/placement/region" => reply("200 OK", "text/plain", "ap-south-1"),
        role if role.ends_with("/server") => reply("200 OK", "application/json", &credentials.to_string()),
        list if list.ends_with("/security-credentials") => reply("200 OK", "text/plain", "server"),
        _ => reply("404 Not Found", "text/plain", ""),
    }
}

pub(super) fn on_instance(scratch: &Scratch, imds: &Server, arguments: &[&str]) -> Bedrill {
    let run = scratch.bedrill(arguments).var("AWS_EC2_METADATA_DISABLED", "false");
    run.var("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url())
}

#[test]
fn its_role_signs_in_its_region_even_when_the_environment_names_the_default_profile() {
    let (scratch, imds) = (Scratch::new(), imds());
    // Moltbot's users set `AWS_PROFILE=default` so that the role is detected at all. Here it makes no difference.
    for profile in ["", "default"] {
        let run = on_instance(&scratch, &imds, &["auth"]).var("AWS_PROFILE", profile).run().ended(0);
        let signs = line(&run, "IMDS");
        assert!(
            signs.starts_with("* IMDS          access key ASIA..IMDS from role server of this instance"),
            "{signs}"
        );
        assert!(signs.contains(imds.url()), "{signs}");
        assert_eq!(line(&run, "region"), "  region        ap-south-1 (the instance's metadata)");
    }
}

#[test]
fn its_role_is_reason_enough_to_discover_models() {
    let (scratch, imds) = (Scratch::new(), imds());
    // With a configured model, discovery is not forced: it is on because the role answers.
    let text = "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'own.model-v1:0' }] } } } }";
    scratch.file("home/.config/bedrill/config.json5", text);
    let service = super::models::Service::start();
    for profile in ["", "default"] {
        let run = on_instance(&scratch, &imds, &["models", "--refresh"]).var("AWS_PROFILE", profile);
        let run = run.var("AWS_ENDPOINT_URL_BEDROCK", service.url()).run().ended(0);
        assert!(run.stdout.starts_with("own.model-v1:0\t"), "{}", run.stdout);
        assert!(run.stdout.contains("\nacme.echo-v1:0\t"), "{}", run.stdout);
        assert_eq!((run.stderr.as_str(), service.signed_for().as_str()), ("", "ap-south-1"));
    }
}

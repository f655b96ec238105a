//! Where a request goes.

use bedrill::ErrorKind;
use bedrill::endpoint::Region;
use bedrill::machine::StaticMachine;

use super::*;
use crate::support::scripted_clock::Reply;

fn uri_sent(client: &Client, script: &Script, service: &SigningService, uri: &str) -> String {
    send(script, client, service, uri).expect("an answer");
    script.sent().last().expect("a request").request.uri().to_string()
}

#[test]
fn a_path_goes_to_the_host_of_the_service_in_its_region() {
    let script = Script::new((0..7).map(|_| Reply::json(200, "{}")));
    let client = client(&script);
    let agents = SigningService::new("bedrock").with_host_prefix("bedrock-agent-runtime");
    let bucket = SigningService::s3().with_host_prefix("my.bucket.s3");
    let china = SigningService::new("sts").with_region(Region::new("cn-north-1").expect("a region"));
    for (service, uri, expected) in [
        (runtime(), INVOKE, &*format!("https://bedrock-runtime.us-east-1.amazonaws.com{INVOKE}")),
        (
            SigningService::bedrock(Plane::Control),
            "/guardrails?a=b",
            "https://bedrock.us-east-1.amazonaws.com/guardrails?a=b",
        ),
        (agents, "/retrieve", "https://bedrock-agent-runtime.us-east-1.amazonaws.com/retrieve"),
        (SigningService::s3(), "/bucket/a//b/../c", "https://s3.us-east-1.amazonaws.com/bucket/a//b/../c"),
        (bucket, "/k%2B", "https://my.bucket.s3.us-east-1.amazonaws.com/k%2B"),
        (china, "/", "https://sts.cn-north-1.amazonaws.com.cn/"),
        (SigningService::new("sts"), "//evil.test/", "https://sts.us-east-1.amazonaws.com//evil.test/"),
    ] {
        assert_eq!(uri_sent(&client, &script, &service, uri), expected);
    }
    let scope = script.sent()[5].header("authorization").to_owned();
    assert!(scope.contains("/cn-north-1/sts/aws4_request"), "{scope}");
}

#[test]
fn what_is_set_for_bedrock_applies_only_to_bedrock() {
    let script = Script::new((0..2).map(|_| Reply::json(200, "{}")));
    let client = script.client().region("us-east-1").endpoint_url("http://localhost:4566/v/").build();
    let client = client.expect("a client");
    assert_eq!(uri_sent(&client, &script, &runtime(), INVOKE), format!("http://localhost:4566/v{INVOKE}"));
    let sts = uri_sent(&client, &script, &SigningService::new("sts"), "/");
    assert_eq!(sts, "https://sts.us-east-1.amazonaws.com/");
}

const CONFIG: &str = "[default]
endpoint_url = http://127.0.0.1:1
services = local
[services local]
s3 =
  endpoint_url = http://127.0.0.1:2/base/
bedrock_agent_runtime =
  endpoint_url = http://127.0.0.1:3
";

#[test]
fn an_endpoint_that_is_configured_for_a_service_takes_its_paths() {
    let bucket = SigningService::s3().with_host_prefix("my.bucket.s3");
    let agents = SigningService::new("bedrock").with_host_prefix("bedrock-agent-runtime");
    let steps = SigningService::new("states").with_service_id("SFN");
    let (of_s3, of_all, ignored) =
        ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    for (variables, service, expected) in [
        (&[(of_s3, "http://localhost:4566")][..], &SigningService::s3(), "http://localhost:4566/k?a=b"),
        (&[(of_s3, "http://localhost:4566/")], &bucket, "http://localhost:4566/my.bucket/k?a=b"),
        (
            &[(of_s3, "http://localhost:4566"), (of_all, "http://localhost:1")],
            &bucket,
            "http://localhost:4566/my.bucket/k?a=b",
        ),
        (&[(of_all, "http://localhost:1/v/")], &bucket, "http://localhost:1/v/my.bucket/k?a=b"),
        (&[], &bucket, "http://127.0.0.1:2/base/my.bucket/k?a=b"),
        (&[], &agents, "http://127.0.0.1:3/k?a=b"),
        (&[], &SigningService::new("sts"), "http://127.0.0.1:1/k?a=b"),
        (&[("AWS_ENDPOINT_URL_SFN", "http://localhost:5")], &steps, "http://localhost:5/k?a=b"),
        (&[("AWS_ENDPOINT_URL_STATES", "http://localhost:5")], &steps, "http://127.0.0.1:1/k?a=b"),
        (&[(ignored, "true")], &bucket, "https://my.bucket.s3.us-east-1.amazonaws.com/k?a=b"),
    ] {
        let machine = StaticMachine::new().with_home("/home/me").with_file("/home/me/.aws/config", CONFIG);
        let machine = variables.iter().fold(machine, |machine, (name, url)| machine.with_var(*name, *url));
        let script = Script::new([Reply::json(200, "{}")]);
        let client = script.client().machine(Arc::new(machine)).auth(Auth::SigV4(credentials()));
        let client = client.region("us-east-1").build().expect("a client");
        assert_eq!(uri_sent(&client, &script, service, "/k?a=b"), expected, "{variables:?}");
    }
}

#[test]
fn a_configured_endpoint_that_cannot_be_used_is_said_and_nothing_is_sent() {
    for (variables, service) in [
        (&[("AWS_ENDPOINT_URL_S3", "localhost")][..], SigningService::s3()),
        (
            &[("AWS_ENDPOINT_URL_STS", "http://a.test"), ("AWS_USE_FIPS_ENDPOINT", "true")],
            SigningService::new("sts"),
        ),
        (&[("AWS_ENDPOINT_URL_S3", "http://a.test")], SigningService::s3().with_host_prefix("a#b.s3")),
        (&[("AWS_ENDPOINT_URL_S3", "http://a.test")], SigningService::s3().with_host_prefix("../b.s3")),
    ] {
        let machine =
            variables.iter().fold(StaticMachine::new(), |machine, (name, url)| machine.with_var(*name, *url));
        let script = Script::new([]);
        let client = script.client().machine(Arc::new(machine)).auth(Auth::SigV4(credentials()));
        let client = client.region("us-east-1").build().expect("a client");
        let error = send(&script, &client, &service, "/k").expect_err("no endpoint");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0), "{error}");
        assert!(script.sent().is_empty());
    }
}

#[test]
fn an_absolute_uri_goes_where_it_says() {
    let script = Script::new((0..3).map(|_| Reply::json(200, "{}")));
    let client = client(&script);
    for (uri, expected) in [
        ("https://Vpce-1.Example.test:443/a%2Fb?c=d", "https://vpce-1.example.test/a%2Fb?c=d"),
        ("http://localhost:8080", "http://localhost:8080/"),
    ] {
        assert_eq!(uri_sent(&client, &script, &runtime(), uri), expected);
    }
    // A header that came to another host is not sent on.
    let mut request = post("https://vpce-1.example.test/");
    request.headers_mut().insert("host", "gateway.test".parse().expect("a value"));
    request.headers_mut().insert("user-agent", "theirs/1".parse().expect("a value"));
    *request.version_mut() = http::Version::HTTP_2;
    script.run(client.send(&runtime(), request)).expect("an answer");
    let sent = script.sent();
    assert!(sent.iter().all(|sent| !sent.request.headers().contains_key("host")));
    assert_eq!(
        (sent[2].header("user-agent"), sent[2].request.version()),
        ("theirs/1", http::Version::HTTP_11)
    );
    for sent in &sent {
        assert_verified(sent, "bedrock");
    }
}

#[test]
fn a_request_that_leads_nowhere_is_not_sent() {
    let script = Script::new([]);
    let client = client(&script);
    let prefix = |prefix: &str| SigningService::s3().with_host_prefix(prefix);
    for (service, uri) in [
        (runtime(), "*"),
        (runtime(), "evil.test:443"),
        (runtime(), "ftp://evil.test/"),
        (runtime(), "https://me:canary@evil.test/"),
        (prefix("evil.test/"), "/"),
        (prefix("evil.test#"), "/"),
        (prefix("me@evil"), "/"),
        (prefix(""), "/"),
        (prefix("a..s3"), "/"),
    ] {
        let error = send(&script, &client, &service, uri).expect_err(uri);
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0), "{uri}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    assert!(script.sent().is_empty());
}

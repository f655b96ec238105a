//! Where a request goes.

use bedrill::ErrorKind;
use bedrill::endpoint::Region;

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

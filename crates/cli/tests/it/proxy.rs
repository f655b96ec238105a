//! The variables that name a proxy, in the forms in which people and tools write them.

use bedrill::test_util::Server;
use bedrill::test_util::requests::line;
use bedrill::test_util::responses::response;

use super::command::{Run, Scratch};

/// A name that nobody resolves here, so that only a proxy could reach it.
const BEHIND: &str = "https://bedrock.test.invalid";

/// A proxy that refuses.
fn proxy() -> Server {
    Server::sending(response("502 Bad Gateway", &[], ""))
}

fn chat(variables: &[(&str, &str)]) -> Run {
    let scratch = Scratch::new();
    let run = scratch.chat(BEHIND, &["hi"]).var("AWS_MAX_ATTEMPTS", "1");
    variables.iter().fold(run, |run, (name, value)| run.var(name, value)).run()
}

#[test]
fn quotes_and_white_space_around_a_proxy_do_not_bypass_it() {
    let proxy = proxy();
    let place = format!("127.0.0.1:{}", proxy.port());
    let values = [
        format!("\"http://{place}\""),
        format!(" 'http://{place}/' \r"),
        format!("http://{place}\r"),
        format!("http://me:canary@{place}"),
        place,
    ];
    for (index, value) in values.iter().enumerate() {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            let run = chat(&[(name, value)]).ended(1);
            let run = run.says(&["bedrock.test.invalid", &format!("(through the proxy that {name} names)")]);
            assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        }
        let seen = proxy.requests();
        assert_eq!(seen.len(), 3 * (index + 1), "{value:?}");
        assert_eq!(line(&seen[0]), "CONNECT bedrock.test.invalid:443 HTTP/1.1");
    }
}

#[test]
fn a_proxy_that_cannot_be_read_is_an_error_that_names_the_variable_and_not_its_value() {
    let values = [
        "not a url",
        "http://[::1",
        "ftp://x",
        "http//canary:1",
        "foo:bar:baz",
        "http://me:canary@",
        "http://a b",
    ];
    for value in values {
        for name in ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"] {
            let run = chat(&[(name, value)]).ended(2);
            let run = run.says(&[&format!("{name} is not the URL of a proxy"), "http://HOST:PORT"]);
            assert!(!run.stderr.contains("canary") && !run.stderr.contains("resolve"), "{}", run.stderr);
        }
    }
    let run = Scratch::new().with_keys(&["auth"]).var("HTTPS_PROXY", "not a url").run().ended(2);
    run.says(&["HTTPS_PROXY is not the URL of a proxy"]);
}

#[test]
fn a_proxy_is_named_only_where_it_was_used() {
    let proxy = proxy();
    let url = format!("http://127.0.0.1:{}", proxy.port());
    for exempt in
        ["*.test.invalid", "bedrock.test.invalid:443", "https://bedrock.test.invalid", "TEST.invalid."]
    {
        let run = chat(&[("HTTPS_PROXY", &url), ("NO_PROXY", exempt)]).ended(1);
        let run = run.says(&["could not resolve bedrock.test.invalid"]);
        assert!(!run.stderr.contains("proxy"), "{exempt}: {}", run.stderr);
    }
    chat(&[("HTTP_PROXY", &url)]).ended(1).says(&["could not resolve"]);
    assert_eq!(proxy.connections(), 0);
    chat(&[("HTTPS_PROXY", &url), ("NO_PROXY", "bedrock.test.invalid:8443")]).ended(1).says(&["proxy"]);
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn the_instance_is_not_asked_through_a_proxy_by_any_name() {
    let (scratch, proxy) = (Scratch::new(), proxy());
    let run = scratch
        .bedrill(&["auth", "--allow-http"])
        .var("AWS_EC2_METADATA_DISABLED", "false")
        .var("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://imds.test.invalid")
        .var("HTTP_PROXY", &format!("http://127.0.0.1:{}", proxy.port()))
        .run()
        .ended(3);
    assert!(run.stdout.contains("could not resolve imds.test.invalid"), "{}", run.stdout);
    assert_eq!(proxy.connections(), 0);
}

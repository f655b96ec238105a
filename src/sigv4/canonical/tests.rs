//! The rules of each part of the canonical request.

use http::HeaderName;

use super::headers::{is_unsigned, push_trimmed};
use super::*;

fn canonical_uri(path: &str, normalize: bool, encode: bool) -> String {
    let mut out = String::new();
    push_canonical_uri(&mut out, path, normalize, encode);
    out
}

fn canonical_query(query: &str) -> String {
    let mut out = String::new();
    push_canonical_query(&mut out, query);
    out
}

#[test]
fn the_path_as_sent_is_encoded_once_more() {
    for (path, canonical) in [
        ("", "/"),
        ("/", "/"),
        ("/model/us.a-v1%3A0/converse", "/model/us.a-v1%253A0/converse"),
        ("/model/a-v1:0/converse", "/model/a-v1%3A0/converse"),
        ("/model/arn%3Aaws%3A%3A1%3Ap%2Fq/converse", "/model/arn%253Aaws%253A%253A1%253Ap%252Fq/converse"),
        ("*", "/%2A"),
    ] {
        assert_eq!(canonical_uri(path, true, true), canonical, "{path}");
        assert_eq!(canonical_uri(path, false, true), canonical, "{path}");
    }
    assert_eq!(canonical_uri("/a%20b/$x", true, false), "/a%20b/$x");
}

#[test]
fn dot_and_empty_segments_go_unless_normalization_is_off() {
    for (path, canonical) in [
        ("/a/../b", "/b"),
        ("/a/b/..", "/a/"),
        ("/a/.", "/a/"),
        ("/../..", "/"),
        ("//a//", "/a/"),
        ("/./a", "/a"),
        ("/.a/b.", "/.a/b."),
        ("/a..b/...", "/a..b/..."),
    ] {
        assert_eq!(canonical_uri(path, true, true), canonical, "{path}");
        assert_eq!(canonical_uri(path, false, true), path, "{path}");
    }
}

#[test]
fn a_query_is_sorted_by_encoded_name_then_value() {
    assert_eq!(canonical_query("b=2&a=2&a=1&B=0"), "B=0&a=1&a=2&b=2");
    // `~` is 0x7E, above every `%XX`, and stays unencoded.
    assert_eq!(canonical_query("~=1&%3A=1&a%20=1&a=1"), "%3A=1&a=1&a%20=1&~=1");
}

#[test]
fn a_query_keeps_encoded_characters_and_writes_missing_parts() {
    assert_eq!(canonical_query("nextToken=a%2Fb%2Bc%3D"), "nextToken=a%2Fb%2Bc%3D");
    assert_eq!(canonical_query("t=a/b=c&x=%2f&p=1+2"), "p=1%202&t=a%2Fb%3Dc&x=%2F");
    assert_eq!(canonical_query("k&&=v&"), "=v&k=");
    assert_eq!(canonical_query("x=%FF%zz"), "x=%FF%25zz");
    assert_eq!(canonical_query(""), "");
}

#[test]
fn a_header_value_is_trimmed_and_its_inner_spaces_collapsed() {
    for (value, expected) in [
        ("  a  b   c ", "a b c"),
        ("\"a   b\"", "\"a b\""),
        ("\ta\tb\t", "a\tb"),
        ("   ", ""),
        ("é  ü", "é ü"),
    ] {
        let mut out = String::new();
        push_trimmed(&mut out, value);
        assert_eq!(out, expected, "{value:?}");
    }
}

#[test]
fn connection_and_user_agent_headers_are_never_signed() {
    let unsigned =
        ["connection", "te", "proxy-authorization", "proxy-x", "expect", "user-agent", "x-amzn-trace-id"];
    for name in unsigned {
        assert!(is_unsigned(&HeaderName::from_static(name)), "{name}");
    }
    for name in
        ["accept-encoding", "content-length", "cookie", "x-amz-user-agent", "amz-sdk-request", "proxy"]
    {
        assert!(!is_unsigned(&HeaderName::from_static(name)), "{name}");
    }
}

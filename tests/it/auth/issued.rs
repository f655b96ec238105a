//! Damaged credentials from IMDS, containers and STS: what is wrong is named, no value is shown, nothing panics.

use std::sync::Arc;

use bedrill::auth::{Chain, container, imds, sts};
use bedrill::machine::StaticMachine;
use http::StatusCode;

use super::roles::{assert_no_canary, load_with};
use crate::support::scripted::{Scripted, ok};

const GOOD: &str = r#"{"AccessKeyId":"canary-id","SecretAccessKey":"canary-key","Token":"canary-token","Expiration":"2080-01-01T00:00:00Z"}"#;

const WHOLE: [&str; 24] = [
    "",
    " ",
    "\n\n\n",
    "null",
    "true",
    "7",
    "\"canary\"",
    "[]",
    "[{}]",
    "{",
    "}",
    "{\"AccessKeyId\"",
    "{\"AccessKeyId\":\"canary",
    "{\"AccessKeyId\":\"canary\",}",
    "{AccessKeyId:\"canary\"}",
    "{'AccessKeyId':'canary'}",
    "canary",
    "AccessKeyId=canary",
    "<html><body>canary</body></html>",
    "\u{feff}{}",
    "{}{}",
    "{} canary",
    "{\"a\":NaN}",
    "{\"a\":\"\\ud800\"}",
];

const FIELDS: [&str; 4] = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"];

/// What replaces a value, as JSON.
const VALUES: [&str; 12] = [
    "null",
    "\"\"",
    "\" \"",
    "7",
    "-1.5e300",
    "true",
    "[\"canary\"]",
    "{\"canary\":\"canary\"}",
    "\"canary\\ncanary\"",
    "\"canary\\u0000\"",
    "\"canary canary\"",
    "\"\\u00e9canary\"",
];

const DATES: [&str; 12] = [
    "canary",
    "2080",
    "2080-01-01",
    "2080-13-01T00:00:00Z",
    "2080-02-30T00:00:00Z",
    "2080-01-01T25:00:00Z",
    "2080-01-01T00:00:00",
    "2080-01-01T00:00:00+1",
    "02080-01-01T00:00:00Z",
    "20800101T000000Z",
    "1795317811",
    "Mon, 01 Jan 2080 00:00:00 GMT",
];

/// Every damaged document with the field that must be named.
fn damaged() -> Vec<(String, &'static str)> {
    let mut cases: Vec<(String, &'static str)> = WHOLE.iter().map(|text| ((*text).to_owned(), "")).collect();
    let parsed: serde_json::Value = serde_json::from_str(GOOD).expect("JSON");
    for field in FIELDS {
        let value = parsed[field].to_string();
        for other in VALUES {
            cases.push((GOOD.replace(&value, other), field));
        }
        let mut without = parsed.clone();
        without.as_object_mut().expect("an object").remove(field);
        cases.push((without.to_string(), field));
        let twice = format!("{},\"{}\":\"canary\"}}", GOOD.trim_end_matches('}'), field.to_lowercase());
        cases.push((twice, ""));
    }
    cases.extend(DATES.iter().map(|date| (GOOD.replace("2080-01-01T00:00:00Z", date), "Expiration")));
    cases.push((format!("{{\"a\":{}", "[".repeat(50_000)), ""));
    cases
}

#[test]
fn a_damaged_document_names_the_field_and_shows_no_value() {
    let cases = damaged();
    assert!(cases.len() >= 80, "{}", cases.len());
    container::parse(StatusCode::OK, GOOD.as_bytes()).expect("the good one");
    for (text, field) in &cases {
        for error in [
            container::parse(StatusCode::OK, text.as_bytes()).expect_err(text).to_string(),
            imds::parse_credentials(text.as_bytes()).expect_err(text).to_string(),
        ] {
            assert!(error.contains(field), "{text}: {error}");
            assert_no_canary(&error);
        }
    }
    for bytes in [&b"\xff\xfe{}"[..], b"{\"AccessKeyId\":\"\xff\"}", b"\0"] {
        imds::parse_credentials(bytes).expect_err("not UTF-8");
    }
    for year in ["0001", "9999"] {
        let text = GOOD.replace("2080", year);
        imds::parse_credentials(text.as_bytes()).expect("an instant, however far");
    }
}

#[test]
fn sources_that_are_given_damaged_documents_fail_and_show_nothing() {
    for (text, _) in damaged() {
        let container = StaticMachine::new().with_var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c");
        for (host, attempts) in [(container, 3), (StaticMachine::new(), 3)] {
            let body = text.clone();
            let transport: Arc<Scripted> = Scripted::new(move |_, request| {
                if request.method() == "PUT" || request.uri().path().ends_with('/') {
                    return ok("web");
                }
                ok(body.clone())
            });
            let error = load_with(Chain::builder().no_profile(), host, &transport).expect_err(&text);
            assert_eq!(transport.lines().len(), attempts, "{text}");
            assert_no_canary(&format!("{error} {error:?} {error:#?}"));
        }
    }
}

const XML: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>canary-id</AccessKeyId><SecretAccessKey>\
                   canary-key</SecretAccessKey><SessionToken>canary-token</SessionToken><Expiration>2080-01-01T00:00:00Z\
                   </Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

#[test]
fn a_damaged_answer_of_sts_names_the_element_and_shows_no_value() {
    sts::parse_credentials(StatusCode::OK, XML.as_bytes()).expect("the good one");
    let mut cases: Vec<(String, &str)> = WHOLE.iter().map(|text| ((*text).to_owned(), "")).collect();
    for (name, value) in [
        ("AccessKeyId", "canary-id"),
        ("SecretAccessKey", "canary-key"),
        ("SessionToken", "canary-token"),
        ("Expiration", "2080-01-01T00:00:00Z"),
    ] {
        for other in ["", " \n", "canary canary", "canary&#10;canary", "canary&#233;", "<a>canary</a>"] {
            cases.push((XML.replace(value, other), name));
        }
        for other in
            ["&canary;", "<![CDATA[canary]]>", "<!-- canary", "<canary>", "</canary>", "&#xFFFFFFFF;"]
        {
            cases.push((XML.replace(value, other), ""));
        }
        cases.push((XML.replace(&format!("{name}>"), "Other>"), name));
    }
    cases.extend(DATES.iter().map(|date| (XML.replace("2080-01-01T00:00:00Z", date), "Expiration")));
    cases.extend((1..XML.len()).step_by(7).map(|end| (XML[..end].to_owned(), "")));
    cases.push((format!("<!DOCTYPE a [<!ENTITY a \"canary\">]>{XML}"), ""));
    cases.push((format!("{XML}{XML}"), ""));
    cases.push(("<a>".repeat(20_000), ""));
    assert!(cases.len() >= 80, "{}", cases.len());
    for (text, name) in &cases {
        let error = sts::parse_credentials(StatusCode::OK, text.as_bytes()).expect_err(text).to_string();
        assert!(error.contains(name), "{text}: {error}");
        assert_no_canary(&error);
    }
}

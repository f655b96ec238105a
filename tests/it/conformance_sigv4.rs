//! AWS's own signing suites: the current one in both forms, and the older one, which has only the header form.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bedrill::credentials::Credentials;
use bedrill::sigv4::{SigningOptions, SigningParams, explain, explain_presign, sign};
use serde_json::Value;

use crate::support::conformance;
use crate::support::raw_request::RawRequest;

/// 2015-08-30T12:36:00Z, the time of the older suite.
const OLDER_TIME: u64 = 1_440_938_160;

/// The files that state what is expected; a case need not have them all.
struct Expected {
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    signature: Option<String>,
    authorization: Option<String>,
    signed_request: Option<String>,
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn sigv4_suite() {
    let root = conformance::folder("vectors/sigv4");
    let cases: Vec<PathBuf> = conformance::entries(&root);
    let cases: Vec<&PathBuf> = cases.iter().filter(|case| case.join("request.txt").is_file()).collect();
    let mut faults = Vec::new();
    for case in &cases {
        let request = RawRequest::parse(&conformance::text(&case.join("request.txt")));
        let expected = Expected {
            canonical_request: optional(&case.join("header-canonical-request.txt")),
            string_to_sign: optional(&case.join("header-string-to-sign.txt")),
            signature: optional(&case.join("header-signature.txt")),
            authorization: None,
            signed_request: optional(&case.join("header-signed-request.txt")),
        };
        let name = case.display().to_string();
        let context = case.join("context.json");
        if context.is_file() {
            let context = conformance::json(&context);
            let credentials = credentials(&context["credentials"]);
            let (params, options) = (params(&context, &credentials), options(&context));
            check(&name, &request, (params, options), &expected, &mut faults);
        } else {
            check_canonical_uri(&name, &request, &expected, &mut faults);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    conformance::report("sigv4", cases.len());
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn sigv4_query_suite() {
    let root = conformance::folder("vectors/sigv4");
    let cases: Vec<PathBuf> = conformance::entries(&root);
    let cases: Vec<&PathBuf> =
        cases.iter().filter(|case| case.join("query-canonical-request.txt").is_file()).collect();
    let mut faults = Vec::new();
    for case in &cases {
        let name = case.display().to_string();
        let request = RawRequest::parse(&conformance::text(&case.join("request.txt")));
        let context = conformance::json(&case.join("context.json"));
        let credentials = credentials(&context["credentials"]);
        let expected = Expected {
            canonical_request: optional(&case.join("query-canonical-request.txt")),
            string_to_sign: optional(&case.join("query-string-to-sign.txt")),
            signature: optional(&case.join("query-signature.txt")),
            authorization: None,
            signed_request: optional(&case.join("query-signed-request.txt")),
        };
        let expires = context["expiration_in_seconds"].as_u64().expect("context.expiration_in_seconds");
        let options = options(&context).with_double_encoding(path_is_encoded_twice(&request, &expected));
        let params = params(&context, &credentials).with_options(options);
        for form in [request.in_origin_form(), request.in_absolute_form()] {
            let presigned = explain_presign(&form, &params, Duration::from_secs(expires));
            let presigned = presigned.unwrap_or_else(|error| panic!("{name}: {error}"));
            let signed_request =
                RawRequest::parse(expected.signed_request.as_deref().expect("a signed request"));
            for (stage, expected, ours) in [
                (
                    "canonical request",
                    &expected.canonical_request,
                    presigned.stages().canonical_request().to_string(),
                ),
                ("string to sign", &expected.string_to_sign, presigned.stages().string_to_sign().to_owned()),
                ("signature", &expected.signature, presigned.stages().signature().to_owned()),
                (
                    "target",
                    &Some(signed_request.wire_target()),
                    presigned.uri().path_and_query().expect("a path").to_string(),
                ),
            ] {
                if expected.as_ref() != Some(&ours) {
                    faults.push(format!("{name}: {stage}\n expected {expected:?}\n     ours {ours:?}"));
                }
            }
        }
        // No header is added: what the signed request has is what the request had.
        let signed_request = RawRequest::parse(expected.signed_request.as_deref().expect("a signed request"));
        assert_eq!(header_text(pairs(&signed_request)), header_text(pairs(&request)), "{name}");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    conformance::report("sigv4-query", cases.len());
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn sigv4_older_suite() {
    let root = conformance::folder("vectors/sigv4-botocore");
    let mut requests = Vec::new();
    requests_below(&root, &mut requests);
    let mut faults = Vec::new();
    for path in &requests {
        let request = RawRequest::parse(&conformance::text(path));
        let expected = Expected {
            canonical_request: optional(&path.with_extension("creq")),
            string_to_sign: optional(&path.with_extension("sts")),
            signature: None,
            authorization: optional(&path.with_extension("authz")),
            signed_request: optional(&path.with_extension("sreq")),
        };
        let mut credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        if let Some(token) = request.header("x-amz-security-token") {
            credentials = credentials.with_session_token(token);
        }
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(OLDER_TIME);
        let params = SigningParams::new(&credentials, "us-east-1", "service", at);
        check(&path.display().to_string(), &request, (params, SigningOptions::new()), &expected, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    conformance::report("sigv4-older", requests.len());
}

/// Signs `request` in both of its forms and notes every stage that is not as expected.
fn check(
    name: &str,
    request: &RawRequest,
    (params, options): (SigningParams<'_>, SigningOptions),
    expected: &Expected,
    faults: &mut Vec<String>,
) {
    let options = options.with_double_encoding(path_is_encoded_twice(request, expected));
    let params = params.with_options(options);
    for mut form in [request.in_origin_form(), request.in_absolute_form()] {
        let signature = explain(&form, &params).unwrap_or_else(|error| panic!("{name}: {error}"));
        sign(&mut form, &params).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut compare = |stage: &str, expected: Option<&str>, ours: &str| {
            if expected.is_some_and(|expected| expected != ours) {
                faults.push(format!("{name}: {stage}\n expected {expected:?}\n     ours {ours:?}"));
            }
        };
        let canonical_request = signature.stages().canonical_request().to_string();
        compare("canonical request", expected.canonical_request.as_deref(), &canonical_request);
        compare("string to sign", expected.string_to_sign.as_deref(), signature.stages().string_to_sign());
        compare("signature", expected.signature.as_deref(), signature.stages().signature());
        compare("authorization", expected.authorization.as_deref(), signature.authorization());
        if let Some(signed) = expected.signed_request.as_deref().map(RawRequest::parse) {
            let ours = form.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
            compare("signed headers", Some(&header_text(pairs(&signed))), &header_text(ours));
        }
    }
}

/// A case without a context states no credentials that belong to it; its canonical URI counts nevertheless.
fn check_canonical_uri(name: &str, request: &RawRequest, expected: &Expected, faults: &mut Vec<String>) {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let params = SigningParams::new(&credentials, "us-east-1", "service", SystemTime::UNIX_EPOCH);
    let signature = explain(&request.in_origin_form(), &params).expect("a signature");
    let expected = expected.canonical_request.as_deref().expect("a canonical request").lines().nth(1);
    let ours = signature.stages().canonical_request().uri();
    if expected != Some(ours) {
        faults.push(format!("{name}: canonical URI\n expected {expected:?}\n     ours {ours:?}"));
    }
}

/// Whether the case expects the path on the wire to be encoded once more. The suites do not say so, and some cases are
/// written for the encoding of S3: there `%20` on the wire is `%20` in the canonical request, elsewhere `%2520`.
fn path_is_encoded_twice(request: &RawRequest, expected: &Expected) -> bool {
    let wire = request.wire_target();
    let path = wire.split('?').next().unwrap_or_default();
    let expected = expected.canonical_request.as_deref().and_then(|text| text.lines().nth(1));
    !path.contains('%') || expected.is_none_or(|uri| uri.contains("%25"))
}

/// The headers as sorted lines, without `host`, which only one of the two forms has.
fn header_text<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut lines: Vec<String> = headers
        .map(|(name, value)| format!("{}:{}", name.to_ascii_lowercase(), value.trim()))
        .filter(|line| !line.starts_with("host:"))
        .collect();
    lines.sort();
    lines.join("\n")
}

fn pairs(request: &RawRequest) -> impl Iterator<Item = (&str, &str)> {
    request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn credentials(context: &Value) -> Credentials {
    let text = |name: &str| context[name].as_str().unwrap_or_else(|| panic!("credentials.{name}")).to_owned();
    let credentials = Credentials::new(text("access_key_id"), text("secret_access_key"));
    match context["token"].as_str() {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}

fn params<'a>(context: &'a Value, credentials: &'a Credentials) -> SigningParams<'a> {
    let text = |name: &str| context[name].as_str().unwrap_or_else(|| panic!("context.{name}"));
    let time = aws_smithy_types::DateTime::from_str(
        text("timestamp"),
        aws_smithy_types::date_time::Format::DateTimeWithOffset,
    );
    let time = SystemTime::try_from(time.expect("a timestamp")).expect("a time within range");
    SigningParams::new(credentials, text("region"), text("service"), time)
}

fn options(context: &Value) -> SigningOptions {
    let flag = |name: &str, default: bool| context[name].as_bool().unwrap_or(default);
    SigningOptions::new()
        .with_path_normalization(flag("normalize", true))
        .with_content_sha256(flag("sign_body", true))
        .with_unsigned_session_token(flag("omit_session_token", false))
}

fn requests_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in conformance::entries(folder) {
        if path.is_dir() {
            requests_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "req") {
            found.push(path);
        }
    }
}

fn optional(path: &Path) -> Option<String> {
    path.is_file().then(|| conformance::text(path).trim_end_matches(['\r', '\n']).replace("\r\n", "\n"))
}

//! The stages together, checked against AWS's published examples.

use std::time::{Duration, SystemTime};

use super::*;
use crate::credentials::Credentials;

const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// 2015-08-30T12:36:00Z, the time of AWS's examples.
fn at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

fn credentials() -> Credentials {
    Credentials::new(ID, SECRET)
}

fn params(credentials: &Credentials) -> SigningParams<'_> {
    SigningParams::new(credentials, "us-east-1", "iam", at())
}

fn list_users() -> Request<Bytes> {
    Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(Bytes::new())
        .unwrap()
}

#[test]
fn every_stage_of_the_iam_example_is_as_aws_prints_it() {
    // AWS General Reference, "Signing AWS requests", tasks 1 to 4.
    let signature = explain(&list_users(), &params(&credentials())).unwrap();
    let canonical = signature.stages().canonical_request();
    assert_eq!(canonical.method(), "GET");
    assert_eq!((canonical.uri(), canonical.query()), ("/", "Action=ListUsers&Version=2010-05-08"));
    assert_eq!(canonical.payload_hash(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(
        canonical.to_string(),
        "GET\n/\nAction=ListUsers&Version=2010-05-08\n\
         content-type:application/x-www-form-urlencoded; charset=utf-8\n\
         host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n\
         content-type;host;x-amz-date\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        signature.stages().string_to_sign(),
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
         f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"
    );
    assert_eq!(
        signature.stages().signature(),
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
    assert_eq!(
        signature.authorization(),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
    assert_eq!(signature.stages().scope(), "20150830/us-east-1/iam/aws4_request");
}

#[test]
fn a_signature_shows_what_was_signed_and_not_what_authorizes() {
    let credentials = credentials().with_session_token("canary-token");
    let signature = explain(&list_users(), &params(&credentials)).unwrap();
    let shown = format!("{signature:?}");
    assert!(shown.contains("Action=ListUsers") && shown.contains("AWS4-HMAC-SHA256\\n2015"), "{shown}");
    assert!(!shown.contains(signature.stages().signature()) && !shown.contains("canary"), "{shown}");
}

#[test]
fn signing_adds_what_explain_shows_and_marks_it_sensitive() {
    let credentials = credentials().with_session_token("canary-token");
    let params = params(&credentials).with_options(SigningOptions::new().with_content_sha256(true));
    let mut request = list_users();
    let signature = explain(&request, &params).unwrap();
    sign(&mut request, &params).unwrap();

    let headers = request.headers();
    assert_eq!(headers["authorization"], signature.authorization());
    assert_eq!(headers["x-amz-date"], "20150830T123600Z");
    assert_eq!(headers["x-amz-security-token"], "canary-token");
    assert_eq!(headers["x-amz-content-sha256"], signature.stages().canonical_request().payload_hash());
    assert!(headers["authorization"].is_sensitive() && headers["x-amz-security-token"].is_sensitive());
    let shown = format!("{request:?}");
    assert!(!shown.contains("canary") && !shown.contains(signature.stages().signature()), "{shown}");
}

#[test]
fn signing_again_replaces_what_the_first_signing_left() {
    let temporary = credentials().with_session_token("old");
    let mut request = list_users();
    sign(&mut request, &params(&temporary)).unwrap();

    let lasting = credentials();
    sign(&mut request, &params(&lasting)).unwrap();
    let mut fresh = list_users();
    sign(&mut fresh, &params(&lasting)).unwrap();
    assert_eq!(request.headers(), fresh.headers());
}

#[test]
fn headers_are_sorted_by_name_and_values_of_one_name_joined_in_order() {
    let request = Request::post("https://example.com/")
        .header("x-b", "2")
        .header("X-A", "first")
        .header("a-z", "0")
        .header("x-a", "a  second")
        .header("connection", "close")
        .header("user-agent", "test")
        .body(Bytes::new())
        .unwrap();
    let signature = explain(&request, &params(&credentials())).unwrap();
    assert_eq!(signature.stages().canonical_request().signed_headers(), "a-z;host;x-a;x-amz-date;x-b");
    let text = signature.stages().canonical_request().to_string();
    assert!(text.contains("\na-z:0\nhost:example.com\nx-a:first,a second\nx-amz-date:2015"), "{text}");
}

#[test]
fn a_payload_hash_in_the_request_is_signed_unless_signing_adds_its_own() {
    let request = Request::get("https://example.com/")
        .header("x-a", "1")
        .header("x-amz-content-sha256", "given")
        .body(Bytes::new())
        .unwrap();
    let credentials = credentials();
    for (adds, value) in [(false, "given"), (true, "e3b0c442")] {
        let signature = explain(
            &request,
            &params(&credentials).with_options(SigningOptions::new().with_content_sha256(adds)),
        )
        .unwrap();
        assert_eq!(
            signature.stages().canonical_request().signed_headers(),
            "host;x-a;x-amz-content-sha256;x-amz-date"
        );
        let text = signature.stages().canonical_request().to_string();
        assert!(text.contains(&format!("\nx-amz-content-sha256:{value}")), "{text}");
    }
}

#[test]
fn a_host_header_takes_precedence_over_the_authority() {
    let request =
        Request::get("https://127.0.0.1:8443/").header("host", "signed.example").body(Bytes::new()).unwrap();
    let text = explain(&request, &params(&credentials())).unwrap().stages().canonical_request().to_string();
    assert!(text.contains("\nhost:signed.example\n") && !text.contains("127.0.0.1"), "{text}");
}

#[test]
fn the_token_is_signed_by_default_and_can_be_left_out_of_the_signature() {
    let credentials = credentials().with_session_token("token");
    let with = explain(&list_users(), &params(&credentials)).unwrap();
    assert_eq!(
        with.stages().canonical_request().signed_headers(),
        "content-type;host;x-amz-date;x-amz-security-token"
    );
    assert!(with.stages().canonical_request().to_string().contains("\nx-amz-security-token:token\n"));

    let mut request = list_users();
    let unsigned = params(&credentials).with_options(SigningOptions::new().with_unsigned_session_token(true));
    assert_eq!(
        explain(&request, &unsigned).unwrap().stages().canonical_request().signed_headers(),
        "content-type;host;x-amz-date"
    );
    sign(&mut request, &unsigned).unwrap();
    assert_eq!(request.headers()["x-amz-security-token"], "token");
}

#[test]
fn redacted_and_debug_forms_hide_the_token_and_sensitive_headers_only() {
    let credentials = credentials().with_session_token("canary-token");
    let mut cookie = HeaderValue::from_static("canary-cookie");
    cookie.set_sensitive(true);
    let request = Request::get("https://example.com/").header("cookie", cookie).body(Bytes::new()).unwrap();
    let signature = explain(&request, &params(&credentials)).unwrap();
    let redacted = signature.stages().canonical_request().redacted();
    assert!(
        redacted.contains(
            "\ncookie:(redacted)\nhost:example.com\nx-amz-date:20150830T123600Z\n\
             x-amz-security-token:(redacted)\n\ncookie;host;"
        ),
        "{redacted}"
    );
    let shown = format!("{signature:?}{redacted}");
    assert!(!shown.contains("canary") && !shown.contains(signature.stages().signature()), "{shown}");
}

#[test]
fn a_key_given_or_cached_signs_as_one_derived_anew() {
    let credentials = credentials();
    let expected = explain(&list_users(), &params(&credentials)).unwrap();
    let key = SigningKey::derive(credentials.secret_access_key(), at(), "us-east-1", "iam").unwrap();
    let cache = SigningKeyCache::new();
    for params in [
        params(&credentials).with_signing_key(&key),
        params(&credentials).with_key_cache(&cache),
        params(&credentials).with_key_cache(&cache),
    ] {
        assert_eq!(explain(&list_users(), &params).unwrap(), expected);
    }
}

#[test]
fn a_key_of_another_day_or_region_is_refused() {
    let credentials = credentials();
    let tomorrow = at() + Duration::from_secs(86_400);
    for key in [
        SigningKey::derive(credentials.secret_access_key(), tomorrow, "us-east-1", "iam"),
        SigningKey::derive(credentials.secret_access_key(), at(), "us-east-2", "iam"),
    ] {
        let key = key.unwrap();
        let refused = explain(&list_users(), &params(&credentials).with_signing_key(&key));
        assert_eq!(refused.unwrap_err(), SignError::KeyScope);
    }
}

#[test]
fn what_cannot_be_signed_is_an_error_that_leaves_the_request_alone_and_shows_no_secret() {
    let good = credentials();
    let line_break = good.clone().with_session_token("canary\r\nx-evil: 1");
    let not_ascii = good.clone().with_session_token("canaryé");
    let bad_id = Credentials::new("AKID canary", SECRET);
    let no_host = Request::get("/canary").body(Bytes::new()).unwrap();
    let obs_text = Request::get("https://example.com/")
        .header("x-canary", &b"\xffcanary"[..])
        .body(Bytes::new())
        .unwrap();
    let region = |region| SigningParams::new(&good, region, "iam", at());
    let name = HeaderName::from_static("x-canary");
    let unsigned = SigningOptions::new().with_unsigned_session_token(true);
    for (request, params, expected) in [
        (list_users(), params(&line_break), SignError::InvalidSessionToken),
        (list_users(), params(&line_break).with_options(unsigned), SignError::InvalidSessionToken),
        (list_users(), params(&not_ascii), SignError::InvalidSessionToken),
        (list_users(), params(&bad_id), SignError::InvalidAccessKeyId),
        (list_users(), region("canary\r\nx-evil: 1"), SignError::InvalidRegion),
        (list_users(), region(""), SignError::InvalidRegion),
        (no_host, params(&good), SignError::MissingHost),
        (obs_text, params(&good), SignError::HeaderNotUtf8(name)),
    ] {
        let mut signed = request.clone();
        let error = sign(&mut signed, &params).unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(signed.headers(), request.headers(), "{error}");
        assert!(error.to_string().starts_with("the "), "{error:?}");
        let shown = format!("{error} {error:?}").replace("x-canary", "");
        assert!(!shown.contains("canary") && !shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn a_full_header_map_is_an_error_not_a_panic() {
    let mut request = list_users();
    for number in 0..40_000 {
        let name = HeaderName::try_from(format!("x-{number}")).unwrap();
        if request.headers_mut().try_insert(name, HeaderValue::from_static("v")).is_err() {
            break;
        }
    }
    let before = request.headers().len();
    assert_eq!(sign(&mut request, &params(&credentials())), Err(SignError::TooManyHeaders));
    assert_eq!(request.headers().len(), before);
}

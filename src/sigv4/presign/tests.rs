//! The query form, checked against AWS's published example, and the rules that only it has.

use std::time::SystemTime;

use http::HeaderName;

use super::*;
use crate::credentials::Credentials;
use crate::sigv4::{SigningKey, SigningKeyCache, SigningOptions, explain};

const HOUR: Duration = Duration::from_secs(3600);

fn at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn params(credentials: &Credentials) -> SigningParams<'_> {
    SigningParams::new(credentials, "us-east-1", "iam", at())
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).unwrap()
}

fn presigned_query(uri: &str) -> String {
    let credentials = credentials();
    let uri = presign(&get(uri), &params(&credentials), HOUR).unwrap();
    uri.query().unwrap().to_owned()
}

#[test]
fn every_stage_of_the_s3_example_is_as_aws_prints_it() {
    // Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters", "An Example".
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
    let params = SigningParams::new(&credentials, "us-east-1", "s3", at)
        .with_options(SigningOptions::s3().with_unsigned_payload(true));
    let request = get("https://examplebucket.s3.amazonaws.com/test.txt");
    let presigned = explain_presign(&request, &params, Duration::from_secs(86_400)).unwrap();
    assert_eq!(
        presigned.stages().canonical_request().to_string(),
        "GET\n/test.txt\n\
         X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\n\
         host:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD"
    );
    assert_eq!(presigned.stages().canonical_request().payload_hash(), "UNSIGNED-PAYLOAD");
    assert_eq!(
        presigned.stages().string_to_sign(),
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n\
         3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
    );
    assert_eq!(
        presigned.stages().signature(),
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
    assert_eq!(
        presigned.uri().to_string(),
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-SignedHeaders=host&X-Amz-Expires=86400\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}

#[test]
fn an_unsigned_payload_is_said_in_the_header_form_too() {
    let credentials = credentials();
    let params = params(&credentials)
        .with_options(SigningOptions::new().with_unsigned_payload(true).with_content_sha256(true));
    let signature = explain(&get("https://example.com/"), &params).unwrap();
    let text = signature.stages().canonical_request().to_string();
    assert!(text.contains("\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n"), "{text}");
    assert!(text.ends_with("\nUNSIGNED-PAYLOAD"), "{text}");
}

#[test]
fn the_query_of_the_request_comes_first_and_stays_as_it_is() {
    let fresh = presigned_query("https://example.com/");
    assert!(fresh.starts_with("X-Amz-Algorithm="), "{fresh}");
    for (query, kept) in [
        ("b=2&a=%2f+x&a=%2f+x&empty=&bare&=v", "b=2&a=%2f+x&a=%2f+x&empty=&bare&=v&X-Amz-Algorithm="),
        ("&&a=1&&b=2&", "a=1&b=2&X-Amz-Algorithm="),
        ("X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Algorithm="),
        ("X-Amz-Datex=1", "X-Amz-Datex=1&X-Amz-Algorithm="),
        ("", "X-Amz-Algorithm="),
    ] {
        let query = presigned_query(&format!("https://example.com/?{query}"));
        assert!(query.starts_with(kept), "{query}");
    }
}

#[test]
fn a_url_that_was_presigned_is_presigned_anew() {
    let fresh = presigned_query("https://example.com/?a=1");
    assert_eq!(presigned_query(&format!("https://example.com/?{fresh}")), fresh);
    for stale in PARAMETERS {
        let encoded = stale.replace('-', "%2d");
        for stale in [stale, &stale.to_lowercase(), &stale.to_uppercase(), &encoded] {
            for query in [format!("{stale}=x&a=1"), format!("{stale}&a=1&{stale}=")] {
                assert_eq!(presigned_query(&format!("https://example.com/?{query}")), fresh, "{query}");
            }
        }
    }
}

#[test]
fn the_headers_of_the_request_are_signed_but_for_those_of_the_header_form() {
    let credentials = credentials().with_session_token("token");
    let mut request = get("https://example.com/");
    for (name, value) in [
        ("content-type", "text/plain"),
        ("x-amz-acl", "private"),
        ("x-amz-content-sha256", "given"),
        ("x-amz-date", "20200101T000000Z"),
        ("x-amz-security-token", "old"),
        ("authorization", "old"),
        ("user-agent", "test"),
    ] {
        request.headers_mut().insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    let before = format!("{request:?}");
    for params in [
        params(&credentials),
        params(&credentials).with_options(SigningOptions::new().with_content_sha256(true)),
    ] {
        let presigned = explain_presign(&request, &params, HOUR).unwrap();
        let canonical = presigned.stages().canonical_request();
        assert_eq!(canonical.signed_headers(), "content-type;host;x-amz-acl;x-amz-content-sha256");
        assert!(canonical.to_string().contains("\nx-amz-content-sha256:given\n"), "{canonical}");
        let query = presigned.uri().query().unwrap();
        let names = "&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-acl%3Bx-amz-content-sha256&";
        assert!(query.contains(names), "{query}");
    }
    assert_eq!(format!("{request:?}"), before);
}

#[test]
fn the_token_is_in_the_query_whether_it_is_signed_or_not() {
    let credentials = credentials().with_session_token("to/ken+=");
    let signed = explain_presign(&get("https://example.com/"), &params(&credentials), HOUR).unwrap();
    let unsigned = params(&credentials).with_options(SigningOptions::new().with_unsigned_session_token(true));
    let unsigned = explain_presign(&get("https://example.com/"), &unsigned, HOUR).unwrap();
    for presigned in [&signed, &unsigned] {
        let query = presigned.uri().query().unwrap();
        assert!(query.contains("&X-Amz-Security-Token=to%2Fken%2B%3D&X-Amz-Signature="), "{query}");
    }
    assert!(signed.stages().canonical_request().query().contains("&X-Amz-Security-Token=to%2Fken%2B%3D&"));
    assert!(!unsigned.stages().canonical_request().query().contains("X-Amz-Security-Token"));
    assert_ne!(signed.stages().signature(), unsigned.stages().signature());
}

#[test]
fn redacted_and_debug_forms_hide_the_token_and_the_signature() {
    let credentials = credentials().with_session_token("canary-token");
    let mut request = get("https://example.com/a&X-Amz-Security-Token=b?x=X-Amz-Security-Token=1");
    let mut cookie = http::HeaderValue::from_static("canary-cookie");
    cookie.set_sensitive(true);
    request.headers_mut().insert("cookie", cookie);
    let once_encoded = params(&credentials).with_options(SigningOptions::new().with_double_encoding(false));
    let presigned = explain_presign(&request, &once_encoded, HOUR).unwrap();
    let redacted = presigned.stages().canonical_request().redacted();
    assert!(redacted.starts_with("GET\n/a&X-Amz-Security-Token=b\nX-Amz-Algorithm="), "{redacted}");
    let query_end =
        "&X-Amz-Security-Token=(redacted)&X-Amz-SignedHeaders=cookie%3Bhost&x=X-Amz-Security-Token%3D1\n";
    assert!(redacted.contains(query_end), "{redacted}");
    assert!(redacted.contains("\ncookie:(redacted)\nhost:example.com\n\n"), "{redacted}");
    let shown = format!("{presigned:?}{redacted}");
    assert!(!shown.contains("canary") && !shown.contains(presigned.stages().signature()), "{shown}");
}

#[test]
fn a_url_is_good_for_one_second_to_seven_days() {
    let credentials = credentials();
    let week = Duration::from_secs(604_800);
    for (expires, says) in [
        (Duration::from_secs(1), Some("X-Amz-Expires=1&")),
        (Duration::from_millis(1_999), Some("X-Amz-Expires=1&")),
        (week, Some("X-Amz-Expires=604800&")),
        (Duration::ZERO, None),
        (Duration::from_millis(999), None),
        (week + Duration::from_nanos(1), None),
        (Duration::MAX, None),
    ] {
        let uri = presign(&get("https://example.com/"), &params(&credentials), expires);
        match says {
            Some(says) => assert!(uri.unwrap().query().unwrap().contains(says), "{expires:?}"),
            None => assert_eq!(uri, Err(SignError::ExpiresOutOfRange), "{expires:?}"),
        }
    }
}

#[test]
fn the_uri_is_of_the_form_that_it_had() {
    let credentials = credentials();
    let params = params(&credentials);
    for (uri, start) in [
        ("https://example.com", "https://example.com/?X-Amz-"),
        ("http://user@example.com:8080/a%20b", "http://user@example.com:8080/a%20b?X-Amz-"),
        ("/only/a/path?", "/only/a/path?X-Amz-"),
    ] {
        let mut request = get(uri);
        request.headers_mut().insert("host", "example.com".parse().unwrap());
        let uri = presign(&request, &params, HOUR).unwrap().to_string();
        assert!(uri.starts_with(start), "{uri}");
    }
}

#[test]
fn what_cannot_be_presigned_is_an_error_that_shows_no_secret() {
    let good = credentials();
    let line_break = good.clone().with_session_token("canary\r\n");
    let bad_id = Credentials::new("AKID canary", "secret");
    let tomorrow = at() + Duration::from_secs(86_400);
    let key = SigningKey::derive(good.secret_access_key(), tomorrow, "us-east-1", "iam").unwrap();
    let host = |uri: &str| Request::options(uri).header("host", "example.com").body(Bytes::new()).unwrap();
    let long = |length: usize| host(&format!("https://example.com/?canary={}", "x".repeat(length)));
    let added = presign(&long(0), &params(&good), HOUR).unwrap().to_string().len();
    let most = 65_534 - added;
    assert_eq!(presign(&long(most), &params(&good), HOUR).unwrap().to_string().len(), 65_534);
    for (request, params, expected) in [
        (get("https://example.com/"), params(&line_break), SignError::InvalidSessionToken),
        (get("https://example.com/"), params(&bad_id), SignError::InvalidAccessKeyId),
        (get("https://example.com/"), params(&good).with_signing_key(&key), SignError::KeyScope),
        (get("/canary"), params(&good), SignError::MissingHost),
        (host("*"), params(&good), SignError::UnfitUri),
        (host("canary.example:443"), params(&good), SignError::UnfitUri),
        (long(most + 1), params(&good), SignError::UnfitUri),
    ] {
        let error = presign(&request, &params, HOUR).unwrap_err();
        assert_eq!(error, expected);
        let shown = format!("{error} {error:?} {}", SignError::ExpiresOutOfRange);
        assert!(shown.starts_with("the ") && !shown.contains("canary"), "{shown}");
    }
}

#[test]
fn a_key_given_or_cached_presigns_as_one_derived_anew() {
    let credentials = credentials();
    let request = get("https://example.com/");
    let expected = explain_presign(&request, &params(&credentials), HOUR).unwrap();
    let key = SigningKey::derive(credentials.secret_access_key(), at(), "us-east-1", "iam").unwrap();
    let cache = SigningKeyCache::new();
    for params in [
        params(&credentials).with_signing_key(&key),
        params(&credentials).with_key_cache(&cache),
        params(&credentials).with_key_cache(&cache),
    ] {
        assert_eq!(explain_presign(&request, &params, HOUR).unwrap(), expected);
    }
}

//! What is rejected, and what is not.

use super::*;
use crate::sigv4::{presign, sign};

fn signed(at: SystemTime) -> (Request<Bytes>, Credentials) {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token");
    let mut request =
        Request::post("http://127.0.0.1:4566/model/a%3A0/converse?x=1").body(Bytes::from("{}")).unwrap();
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    sign(&mut request, &SigningParams::new(&credentials, "us-east-1", "bedrock", at)).unwrap();
    (request, credentials)
}

#[test]
fn what_was_signed_verifies_also_with_headers_added_on_the_way() {
    let now = SystemTime::now();
    let (mut request, credentials) = signed(now);
    request.headers_mut().insert("via", "1.1 proxy".parse().unwrap());
    assert_eq!(verify(&request, &credentials, "bedrock", now), Ok(()));
}

#[test]
fn each_change_to_what_was_signed_is_refused() {
    let now = SystemTime::now();
    let (original, credentials) = signed(now);
    let check = |change: &dyn Fn(&mut Request<Bytes>)| {
        let mut request = original.clone();
        change(&mut request);
        verify(&request, &credentials, "bedrock", now)
    };
    assert_eq!(check(&|r| *r.body_mut() = Bytes::from("{ }")), Err(VerifyError::SignatureMismatch));
    assert_eq!(check(&|r| *r.method_mut() = http::Method::PUT), Err(VerifyError::SignatureMismatch));
    assert_eq!(
        check(&|r| *r.uri_mut() = "http://127.0.0.1:4566/model/b%3A0/converse?x=1".parse().unwrap()),
        Err(VerifyError::SignatureMismatch)
    );
    assert_eq!(
        check(&|r| {
            r.headers_mut().insert("content-type", "text/plain".parse().unwrap());
        }),
        Err(VerifyError::SignatureMismatch)
    );
    assert_eq!(
        check(&|r| {
            r.headers_mut().remove("x-amz-security-token");
        }),
        Err(VerifyError::UnknownKey)
    );
    assert_eq!(
        check(&|r| {
            r.headers_mut().remove(AUTHORIZATION);
        }),
        Err(VerifyError::MissingAuthorization)
    );
    assert_eq!(
        check(&|r| {
            r.headers_mut().insert(AUTHORIZATION, "Bearer x".parse().unwrap());
        }),
        Err(VerifyError::IncompleteSignature)
    );
}

#[test]
fn another_key_or_service_is_refused() {
    let now = SystemTime::now();
    let (request, credentials) = signed(now);
    let stranger = Credentials::new("AKIDOTHER", "secret");
    assert_eq!(verify(&request, &stranger, "bedrock", now), Err(VerifyError::UnknownKey));
    assert_eq!(verify(&request, &credentials, "s3", now), Err(VerifyError::WrongScope));
}

#[test]
fn the_scope_names_the_whole_day_of_the_signing_time() {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let (request, credentials) = signed(at);
    let authorization = request.headers()["authorization"].to_str().unwrap();
    for day in ["20150831", "2015083", "201508300", ""] {
        let mut request = request.clone();
        let other = authorization.replace("20150830", day).parse().unwrap();
        request.headers_mut().insert(AUTHORIZATION, other);
        assert_eq!(verify(&request, &credentials, "bedrock", at), Err(VerifyError::WrongScope), "{day}");
    }
}

#[test]
fn a_leap_second_is_not_the_second_after_it() {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let (mut request, credentials) = signed(at);
    request.headers_mut().insert("x-amz-date", "20150830T123560Z".parse().unwrap());
    assert_eq!(verify(&request, &credentials, "bedrock", at), Err(VerifyError::IncompleteSignature));
}

#[test]
fn five_minutes_either_way_are_allowed_and_no_second_more() {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let (request, credentials) = signed(at);
    for (seconds, expected) in [(300, Ok(())), (301, Err(VerifyError::Expired))] {
        for now in [at + Duration::from_secs(seconds), at - Duration::from_secs(seconds)] {
            assert_eq!(verify(&request, &credentials, "bedrock", now), expected, "{seconds}");
        }
    }
}

#[test]
fn differences_that_cancel_out_are_differences() {
    assert!(same(b"ab", b"ab"));
    assert!(!same(b"ab", b"ba"));
    assert!(!same(b"ab", b"a"));
}

#[test]
fn every_refusal_says_what_is_wrong() {
    for (error, says) in [
        (VerifyError::MissingAuthorization, "no authorization"),
        (VerifyError::IncompleteSignature, "x-amz-date"),
        (VerifyError::UnknownKey, "not known"),
        (VerifyError::WrongScope, "scope"),
        (VerifyError::Expired, "five minutes"),
        (VerifyError::SignatureMismatch, "does not match"),
        (VerifyError::Unsignable(SignError::MissingHost), "names no host"),
    ] {
        assert!(error.to_string().contains(says), "{error}");
    }
}

/// A presigned request, as it is received.
fn presigned(at: SystemTime, seconds: u64) -> (Request<Bytes>, Credentials) {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("to/ken");
    let mut request =
        Request::post("http://127.0.0.1:4566/model/a%3A0/converse?x=1").body(Bytes::from("{}")).unwrap();
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    let params = SigningParams::new(&credentials, "us-east-1", "bedrock", at);
    *request.uri_mut() = presign(&request, &params, Duration::from_secs(seconds)).unwrap();
    (request, credentials)
}

#[test]
fn a_presigned_request_verifies_with_its_token_signed_or_not() {
    let now = SystemTime::now();
    let (mut request, credentials) = presigned(now, 60);
    request.headers_mut().insert("via", "1.1 proxy".parse().unwrap());
    assert_eq!(verify(&request, &credentials, "bedrock", now), Ok(()));

    let params = SigningParams::new(&credentials, "us-east-1", "bedrock", now)
        .with_options(SigningOptions::new().with_unsigned_session_token(true));
    *request.uri_mut() = presign(&request, &params, Duration::from_secs(60)).unwrap();
    request.headers_mut().remove("via");
    assert_eq!(
        verify(&request, &credentials, "bedrock", now),
        Err(VerifyError::SignatureMismatch),
        "via is signed"
    );
    request.headers_mut().insert("via", "1.1 proxy".parse().unwrap());
    assert_eq!(verify(&request, &credentials, "bedrock", now), Ok(()));
}

#[test]
fn a_presigned_request_is_good_until_it_expires_and_no_earlier_than_five_minutes_before() {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let (request, credentials) = presigned(at, 3600);
    let check = |now| verify(&request, &credentials, "bedrock", now);
    assert_eq!(check(at + Duration::from_secs(3600)), Ok(()));
    assert_eq!(check(at + Duration::from_secs(3601)), Err(VerifyError::Expired));
    assert_eq!(check(at - Duration::from_secs(300)), Ok(()));
    assert_eq!(check(at - Duration::from_secs(301)), Err(VerifyError::Expired));
}

#[test]
fn no_character_of_a_presigned_url_can_be_changed() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let (original, credentials) = presigned(now, 3600);
    let uri = original.uri().to_string();
    let start = uri.find("/model").unwrap();
    let mut changed = 0;
    for at in start..uri.len() {
        for other in ["0", "=", "&", "%", ""] {
            let text = [&uri[..at], other, &uri[at + 1..]].concat();
            let Ok(parsed) = text.parse() else { continue };
            if text == uri {
                continue;
            }
            let mut request = original.clone();
            *request.uri_mut() = parsed;
            assert!(verify(&request, &credentials, "bedrock", now).is_err(), "{text}");
            changed += 1;
        }
    }
    assert!(changed > 1_000, "{changed}");
}

#[test]
fn parameters_that_are_missing_repeated_or_not_as_written_by_a_signer_are_refused() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let (original, credentials) = presigned(now, 3600);
    let uri = original.uri().to_string();
    let check = |uri: String| {
        let mut request = original.clone();
        *request.uri_mut() = uri.parse().unwrap();
        verify(&request, &credentials, "bedrock", now)
    };
    let query = original.uri().query().unwrap();
    for parameter in query.split('&').skip(1) {
        let without = uri.replace(&format!("&{parameter}"), "");
        let expected = match parameter.starts_with("X-Amz-Security-Token") {
            true => VerifyError::UnknownKey,
            false => VerifyError::IncompleteSignature,
        };
        assert_eq!(check(without), Err(expected), "without {parameter}");
        for repeated in [parameter.to_owned(), parameter.to_lowercase(), parameter.replacen('-', "%2D", 1)] {
            let repeated = check(format!("{uri}&{repeated}"));
            assert_eq!(repeated, Err(VerifyError::IncompleteSignature), "{parameter}");
        }
    }
    for (from, to) in [
        ("Expires=3600", "Expires=03600"),
        ("Expires=3600", "Expires=%2B3600"),
        ("Expires=3600", "Expires=0"),
        ("Expires=3600", "Expires=604801"),
        ("Expires=3600", "Expires=-1"),
        ("Algorithm=AWS4-HMAC-SHA256", "Algorithm=AWS4-ECDSA-P256-SHA256"),
        ("%2Faws4_request", ""),
        ("SignedHeaders=content-type%3Bhost", "SignedHeaders=content-type"),
        ("20150830T123600Z", "now"),
        ("20150830T123600Z", "20150830T123560Z"),
        ("X-Amz-Date=", "x-amz-date="),
    ] {
        assert!(uri.contains(from), "{from}");
        assert_eq!(check(uri.replacen(from, to, 1)), Err(VerifyError::IncompleteSignature), "{to}");
    }
    assert_eq!(check(uri.replace("AKIDEXAMPLE", "AKIDOTHER")), Err(VerifyError::UnknownKey));
    assert_eq!(check(uri.replace("to%2Fken", "other")), Err(VerifyError::UnknownKey));
    assert_eq!(check(uri.replace("%2Fbedrock%2F", "%2Fs3%2F")), Err(VerifyError::WrongScope));
    assert_eq!(check(uri.replace("20150830%2F", "20150831%2F")), Err(VerifyError::WrongScope));
    assert_eq!(check(uri.replace("x=1", "x=2")), Err(VerifyError::SignatureMismatch));
    assert_eq!(check("http://127.0.0.1:4566/?x=1".to_owned()), Err(VerifyError::MissingAuthorization));
    assert_eq!(check("http://127.0.0.1:4566/".to_owned()), Err(VerifyError::MissingAuthorization));
}

#[test]
fn the_header_decides_when_a_request_has_both() {
    let now = SystemTime::now();
    let (mut request, credentials) = presigned(now, 60);
    request.headers_mut().insert(AUTHORIZATION, "Bearer x".parse().unwrap());
    assert_eq!(verify(&request, &credentials, "bedrock", now), Err(VerifyError::IncompleteSignature));
}

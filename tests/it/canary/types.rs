//! `Debug` of the types that a program keeps, prints and logs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bedrill::Client;
use bedrill::auth::{Answer, Attempt, Auth, Chain, Found};
use bedrill::machine::{ProcessEnd, ProcessOutput, ProfileFiles};
use bedrill::profile::ProfileSet;
use bedrill::sigv4::{SigningKey, SigningKeyCache, SigningParams, explain, explain_presign, verify};
use bytes::Bytes;

use super::machines::{CREDENTIALS, empty, key_lines};
use super::{assert_clean, assert_debug, assert_error, auths, canaries, keys};

#[test]
fn what_signs_and_what_is_signed_shows_no_secret() {
    let (canaries, now) = (canaries(), SystemTime::now());
    let keys = keys(canaries);
    assert_debug("credentials", &keys);
    assert_debug("secrets", (keys.secret_access_key(), keys.session_token()));
    let cache = SigningKeyCache::new();
    let key = SigningKey::derive(keys.secret_access_key(), now, "us-east-1", "bedrock").expect("a key");
    let params = SigningParams::new(&keys, "us-east-1", "bedrock", now);
    for params in [params, params.with_signing_key(&key), params.with_key_cache(&cache)] {
        assert_debug("parameters", params);
        let mut request = http::Request::post("https://example.com/").body(Bytes::new()).expect("a request");
        let signature = explain(&request, &params).expect("a signature");
        assert_debug("a signature", &signature);
        assert_debug("a canonical request", signature.stages().canonical_request());
        assert_clean("what is shown of it", &signature.stages().canonical_request().redacted());
        let presigned = explain_presign(&request, &params, Duration::from_secs(60)).expect("a signature");
        assert_debug("a presigned URI", &presigned);
        assert_clean("what is shown of it", &presigned.stages().canonical_request().redacted());
        bedrill::sigv4::sign(&mut request, &params).expect("signed");
        assert_debug("a signed request", &request);
        for at in [now, now + Duration::from_secs(10_000)] {
            assert_debug("a check", verify(&request, &keys, "bedrock", at));
        }
    }
    assert_debug("keys", (&key, &cache));
    let bad = bedrill::credentials::Credentials::new("A/B", &*canaries.secret)
        .with_session_token(format!("{}\n", canaries.session));
    let request = http::Request::post("https://example.com/").body(Bytes::new()).expect("a request");
    let params = SigningParams::new(&bad, "r", "s", now);
    assert_error("a refusal", &explain(&request, &params).expect_err("refused"));
    let refused = explain_presign(&request, &params, Duration::from_secs(60));
    assert_error("a refusal", &refused.expect_err("refused"));
}

#[test]
fn what_holds_credentials_shows_no_secret() {
    let canaries = canaries();
    for auth in auths(canaries) {
        assert_debug("authorization", (&auth, auth.identity()));
        let found = Found::new(auth.clone(), "a test").with_warning("a warning");
        let answer = Ok(Answer::from(found.clone()));
        assert_debug("an answer", (&found, &answer, Attempt::new("a source", &answer)));
        for uri in ["https://example.com/", "http://example.com/"] {
            let mut request = http::Request::post(uri).body(Bytes::new()).expect("a request");
            assert_debug(
                "authorized",
                auth.authorize(&mut request, "us-east-1", "bedrock", SystemTime::now()),
            );
            assert_debug("a request", &request);
        }
        let host = Arc::new(empty().with_var("AWS_BEARER_TOKEN_BEDROCK", &*canaries.bearer));
        let builder = Client::builder().machine(host).auth(auth);
        assert_debug("a builder", &builder);
        let client = builder.build().expect("a client");
        assert_debug("a client", &client);
    }
    assert_debug("a bad token", Auth::Bearer(format!("{}\n", canaries.bearer).into()));
    assert_debug("chains", (Chain::builder(), Chain::builder().profile("p").build()));
    assert_debug("a program's output", ProcessOutput::new(ProcessEnd::Exited(0), canaries.secret.as_bytes()));
}

#[test]
fn profiles_show_names_and_places_only() {
    let file = format!("[default]\nregion = r\n{}", key_lines(canaries()));
    let set = ProfileSet::parse(b"", file.as_bytes()).expect("reads");
    assert_debug("profiles", &set);
    assert_debug("a section", set.profile("default").expect("there"));
    let host = empty().with_file(CREDENTIALS, file);
    assert_debug("a host", &host);
    let files = ProfileFiles::load(&host, None).expect("reads");
    assert_debug("files", &files);
    assert_debug("a setting", files.setting("aws_secret_access_key").expect("there"));
}

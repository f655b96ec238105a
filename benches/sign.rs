//! Signatures, beside `aws-sigv4`: `cargo bench --bench sign`.

mod timing;

use std::hint::black_box;
use std::time::SystemTime;

use aws_sigv4::http_request::{PercentEncodingMode, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use bedrill::credentials::Credentials;
use bedrill::sigv4::{SigningKeyCache, SigningParams, sign};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use timing::{Candidate, Work, compare};

const URL: &str =
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-lite-v1%3A0/converse-stream";
const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn main() {
    for (name, size) in [("200 bytes", 200), ("10 kB", 10_000), ("1 MB", 1_000_000)] {
        let request = request(size);
        let credentials = Credentials::new(KEY_ID, SECRET);
        let keys = SigningKeyCache::new();
        let identity = aws_credential_types::Credentials::from_keys(KEY_ID, SECRET, None).into();
        let now = SystemTime::now();
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Double;
        let sdk_params: aws_sigv4::http_request::SigningParams<'_> = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("bedrock")
            .time(now)
            .settings(settings)
            .build()
            .expect("params")
            .into();
        let copy = || request.clone();
        let params = || SigningParams::new(&credentials, "us-east-1", "bedrock", now);
        compare(
            &format!("sign a request with a body of {name}"),
            &Work { items: 1, bytes: size },
            vec![
                Candidate::with_inputs("aws-sigv4", copy, |request| sign_as_the_sdk(request, &sdk_params)),
                Candidate::with_inputs("bedrill, key cached", copy, |request| {
                    sign(request, &params().with_key_cache(&keys)).expect("signed");
                }),
                Candidate::with_inputs("bedrill, key derived", copy, |request| {
                    sign(request, &params()).expect("signed");
                }),
                Candidate::new("floor: SHA-256 of the body", || {
                    black_box(Sha256::digest(request.body()));
                }),
            ],
        );
    }
}

fn request(size: usize) -> http::Request<Bytes> {
    http::Request::post(URL)
        .header("content-type", "application/json")
        .header("accept", "application/vnd.amazon.eventstream")
        .body(vec![b'x'; size].into())
        .expect("a request")
}

/// As the SDK calls it for Bedrock.
fn sign_as_the_sdk(request: &mut http::Request<Bytes>, params: &aws_sigv4::http_request::SigningParams<'_>) {
    let headers =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
    let signable =
        SignableRequest::new("POST", request.uri().to_string(), headers, SignableBody::Bytes(request.body()))
            .expect("a request");
    let (instructions, _) = aws_sigv4::http_request::sign(signable, params).expect("signed").into_parts();
    instructions.apply_to_request_http1x(request);
}

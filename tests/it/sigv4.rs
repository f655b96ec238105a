//! The signer against a third-party oracle, and against our own cases.

use std::path::Path;
use std::time::{Duration, SystemTime};

use bedrill::credentials::Credentials;
use bedrill::sigv4::{
    SigningKeyCache, SigningOptions, SigningParams, explain, explain_presign, sign, verify,
};
use bytes::Bytes;
use http::Request;
use proptest::prelude::*;

use crate::support::aws_signer::{Signer, UNSIGNED};
use crate::support::conformance;
use crate::support::raw_request::RawRequest;

#[derive(Debug, Clone)]
struct Case {
    method: &'static str,
    uri: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    credentials: Credentials,
    region: String,
    service: String,
    at: SystemTime,
    content_sha256: bool,
    payload_unsigned: bool,
    token_unsigned: bool,
    normalize: bool,
    double: bool,
}

impl Case {
    fn request(&self) -> Request<Bytes> {
        let mut builder = Request::builder().method(self.method).uri(&self.uri);
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        builder.body(Bytes::from(self.body.clone())).expect("a request")
    }

    fn params(&self) -> SigningParams<'_> {
        let options = SigningOptions::new()
            .with_content_sha256(self.content_sha256)
            .with_path_normalization(self.normalize)
            .with_double_encoding(self.double)
            .with_unsigned_payload(self.payload_unsigned)
            .with_unsigned_session_token(self.token_unsigned);
        SigningParams::new(&self.credentials, &self.region, &self.service, self.at).with_options(options)
    }

    /// The request as the oracle signs it, and the signature: in the query when there is a time until it expires.
    fn signed_by_oracle(&self, expires: Option<Duration>) -> (Request<Bytes>, String) {
        let signer = Signer {
            credentials: &self.credentials,
            region: &self.region,
            service: &self.service,
            at: self.at,
            content_sha256: self.content_sha256,
            token_unsigned: self.token_unsigned,
            normalize: self.normalize,
            double: self.double,
            payload_unsigned: self.payload_unsigned,
            expires,
        };
        signer.sign(&self.request())
    }
}

fn uri() -> impl Strategy<Value = String> {
    let authority = prop::sample::select(vec![
        "bedrock-runtime.us-east-1.amazonaws.com",
        "localhost:4566",
        "a.example:443",
        "a.example:80",
        "[::1]:8080",
    ]);
    let escape = prop::sample::select(vec!["%3A", "%2F", "%2f", "%20", "%25", "%C3%A9", "%2E"]);
    let piece = prop_oneof![
        "[A-Za-z0-9._~-]{1,6}",
        "[:@!$'()*+,;=]{1,2}",
        escape.clone().prop_map(str::to_owned),
        Just(
            "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc".to_owned()
        ),
    ];
    let segment = prop_oneof![
        4 => prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat()),
        1 => prop::sample::select(vec!["", ".", "..", "..."]).prop_map(str::to_owned),
    ];
    let query_piece = prop_oneof![
        "[A-Za-z0-9._~-]{1,4}",
        "[=&+/:?@!$'(),;*]{1,2}",
        escape.prop_map(str::to_owned),
        Just("%2B%3D".to_owned()),
    ];
    let query = prop::collection::vec(query_piece, 0..8).prop_map(|pieces| pieces.concat());
    (
        prop::sample::select(vec!["http", "https"]),
        authority,
        prop::collection::vec(segment, 0..6),
        prop::option::of(query),
    )
        .prop_map(|(scheme, authority, segments, query)| {
            let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            format!("{scheme}://{authority}{path}{query}")
        })
}

fn header() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        // Few names, so that some come twice.
        "x-[a-c]{1,2}",
        prop::sample::select(vec![
            "Content-Type",
            "accept",
            "accept-encoding",
            "host",
            "content-length",
            "x-amz-user-agent",
            "amz-sdk-request",
            "x-amz-date",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(UNSIGNED.to_vec()).prop_map(str::to_owned),
    ];
    (name, "[ -~]{0,12}|a   b|\"q   q\"")
}

fn case() -> impl Strategy<Value = Case> {
    let request = (
        prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]),
        uri(),
        prop::collection::vec(header(), 0..8),
        prop::collection::vec(any::<u8>(), 0..300),
    );
    let credentials = ("[A-Z0-9]{4,20}", "[!-~]{1,80}", prop::option::of("[A-Za-z0-9+/=]{1,80}"));
    let scope = ("[a-z]{2}-[a-z]{4,9}-[1-9]", "[a-z][a-z-]{0,12}", 0..4_102_444_800_u64);
    let flags = any::<[bool; 5]>();
    (request, credentials, scope, flags).prop_map(|(request, credentials, scope, flags)| {
        let (method, uri, headers, body) = request;
        let (id, secret, token) = credentials;
        let (region, service, seconds) = scope;
        let [content_sha256, payload_unsigned, token_unsigned, normalize, double] = flags;
        let credentials = Credentials::new(id, secret);
        let credentials = match token {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        };
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        Case {
            method,
            uri,
            headers,
            body,
            credentials,
            region,
            service,
            at,
            content_sha256,
            payload_unsigned,
            token_unsigned,
            normalize,
            double,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_request_is_signed_as_by_aws_sigv4(case in case()) {
        let (expected, signature) = case.signed_by_oracle(None);
        let keys = SigningKeyCache::new();
        let explained = explain(&case.request(), &case.params()).expect("a signature");
        prop_assert_eq!(explained.stages().signature(), signature, "{}", explained.stages().canonical_request());
        for params in [case.params(), case.params().with_key_cache(&keys), case.params().with_key_cache(&keys)] {
            let mut signed = case.request();
            sign(&mut signed, &params).expect("a signature");
            prop_assert_eq!(signed.headers(), expected.headers());
            prop_assert_eq!(signed.uri(), expected.uri());
        }
    }

    #[test]
    fn a_request_is_presigned_as_by_aws_sigv4(
        case in case(),
        seconds in 1..=604_800_u64,
        stale in prop::collection::vec((any::<prop::sample::Index>(), stale()), 0..3),
    ) {
        let expires = Duration::from_secs(seconds);
        let mut ours = case.clone();
        // It leaves this one unsigned; S3 requires every `x-amz-` header to be signed.
        ours.headers.retain(|(name, _)| name != "x-amz-user-agent");
        let mut theirs = ours.clone();
        // It signs this one, which belongs to the header form.
        theirs.headers.retain(|(name, _)| name != "x-amz-date");
        let (expected, signature) = theirs.signed_by_oracle(Some(expires));
        ours.uri = with_parameters(&case.uri, &stale);
        let request = ours.request();
        let presigned = explain_presign(&request, &case.params(), expires).expect("a signature");
        prop_assert_eq!(presigned.stages().signature(), signature, "{}", presigned.stages().canonical_request());
        prop_assert_eq!(parameters(presigned.uri()), parameters(expected.uri()));
        prop_assert_eq!(presigned.uri().path(), expected.uri().path());
        prop_assert_eq!(presigned.uri().authority(), expected.uri().authority());
        let again: http::Uri = presigned.uri().to_string().parse().expect("a URI");
        prop_assert_eq!(presigned.uri(), &again);

        // The verifier knows only the settings of Bedrock.
        if case.normalize && case.double && !case.payload_unsigned {
            let mut received = request;
            *received.uri_mut() = again;
            received.headers_mut().remove("authorization");
            let last = case.at + expires;
            prop_assert_eq!(verify(&received, &case.credentials, &case.service, last), Ok(()));
            prop_assert!(verify(&received, &case.credentials, &case.service, last + Duration::from_secs(1)).is_err());
        }
    }
}

/// A parameter that an earlier signature left.
fn stale() -> impl Strategy<Value = String> {
    let names = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "x-amz-signature",
        "X%2DAmz-%44ate",
    ];
    (prop::sample::select(names.to_vec()), "|=|=[a-z%=]{0,3}")
        .prop_map(|(name, rest)| format!("{name}{rest}"))
}

/// `uri` with each of `added` put somewhere between the parameters of its query.
fn with_parameters(uri: &str, added: &[(prop::sample::Index, String)]) -> String {
    let (path, query) = match uri.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (uri, None),
    };
    let mut parameters: Vec<&str> = query.map(|query| query.split('&').collect()).unwrap_or_default();
    for (place, parameter) in added {
        parameters.insert(place.index(parameters.len() + 1), parameter);
    }
    if parameters.is_empty() { path.to_owned() } else { format!("{path}?{}", parameters.join("&")) }
}

/// The parameters of `uri`, sorted; empty ones do not count.
fn parameters(uri: &http::Uri) -> Vec<&str> {
    let query = uri.query().unwrap_or_default();
    let mut parameters: Vec<&str> = query.split('&').filter(|parameter| !parameter.is_empty()).collect();
    parameters.sort_unstable();
    parameters
}

#[test]
fn every_fixture_is_signed_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sigv4");
    let mut cases = 0;
    for case in conformance::entries(&folder).into_iter().filter(|path| path.is_dir()) {
        let name = case.display();
        let request = RawRequest::parse(&conformance::text(&case.join("request.txt")));
        let context = conformance::json(&case.join("context.json"));
        let text = |name: &str| context[name].as_str().unwrap_or_else(|| panic!("context.{name}"));
        let mut credentials = Credentials::new(text("access_key_id"), text("secret_access_key"));
        if let Some(token) = context["session_token"].as_str() {
            credentials = credentials.with_session_token(token);
        }
        let at =
            SystemTime::UNIX_EPOCH + Duration::from_secs(context["unix_time"].as_u64().expect("unix_time"));
        let options =
            SigningOptions::new().with_content_sha256(context["content_sha256"].as_bool().unwrap_or(false));
        let params =
            SigningParams::new(&credentials, text("region"), text("service"), at).with_options(options);
        for form in [request.in_origin_form(), request.in_absolute_form()] {
            let signature = explain(&form, &params).unwrap_or_else(|error| panic!("{name}: {error}"));
            for (file, ours) in [
                ("canonical-request.txt", signature.stages().canonical_request().to_string()),
                ("string-to-sign.txt", signature.stages().string_to_sign().to_owned()),
                ("authorization.txt", signature.authorization().to_owned()),
            ] {
                assert_eq!(ours, conformance::text(&case.join(file)).trim_end_matches('\n'), "{name}/{file}");
            }
        }
        cases += 1;
    }
    assert!(cases > 0, "no case in {}", folder.display());
}

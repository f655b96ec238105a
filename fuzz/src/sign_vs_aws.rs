//! Signatures beside `aws-sigv4`.

use std::time::{Duration, SystemTime};

use bedrill::credentials::Credentials;
use bedrill::sigv4::{SigningOptions, SigningParams, explain, sign, verify};
use bytes::Bytes;
use http::{HeaderName, HeaderValue as HttpValue, Request, Uri};

use super::aws_signer::{Signer, UNSIGNED};

const METHODS: [&str; 4] = ["POST", "GET", "PUT", "DELETE"];

const HOSTS: [&str; 8] = [
    "https://bedrock-runtime.us-east-1.amazonaws.com",
    "https://a.example:443",
    "http://a.example:80",
    "http://a.example:443",
    "http://localhost:4566",
    "http://127.0.0.1:65535",
    "https://[::1]:8080",
    "http://[::1]",
];

/// A request, signed by us and by `aws-sigv4`: the same canonical request, signature and headers; and what we sign we
/// also verify.
///
/// ```text
/// | flags u8 | method and host u8 | seconds u32 | path and query LF  name:value LF ...  LF | body |
///
///   flags  bit 0  x-amz-content-sha256     bit 3  encode the path twice
///          bit 1  session token unsigned   bit 4  a session token
///          bit 2  normalize the path       bit 5  another key, region and service
/// ```
///
/// What an HTTP client cannot send is left out of the request. Three more things are, because we differ on purpose:
///
/// - the session token of credentials that signed the request before: we take it out, `aws-sigv4` signs it;
/// - a query that is not UTF-8 once it is decoded: `aws-sigv4` replaces such bytes, we sign them as they are;
/// - Unknown `proxy-` headers: we leave all of them unsigned.
pub fn sign_vs_aws(data: &[u8]) {
    let Some((request, flags, at)) = request(data) else { return };
    let flag = |bit: u8| flags & 1 << bit != 0;
    let (id, secret, region, service) = match flag(5) {
        false => ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "bedrock"),
        true => ("ASIAEXAMPLE", "another/secret", "eu-central-1", "sso"),
    };
    let mut credentials = Credentials::new(id, secret);
    if flag(4) {
        credentials = credentials.with_session_token("session+token/=");
    }
    let options = SigningOptions::new()
        .with_content_sha256(flag(0))
        .with_unsigned_session_token(flag(1))
        .with_path_normalization(flag(2))
        .with_double_encoding(flag(3));
    let params = SigningParams::new(&credentials, region, service, at).with_options(options);

    let explained = explain(&request, &params).expect("a signature");
    let mut signed = request.clone();
    sign(&mut signed, &params).expect("a signature");

    let signer = Signer {
        credentials: &credentials,
        region,
        service,
        at,
        content_sha256: flag(0),
        token_unsigned: flag(1),
        normalize: flag(2),
        double: flag(3),
        payload_unsigned: false,
        expires: None,
    };
    let (expected, signature) = signer.sign(&request);
    assert_eq!(explained.stages().signature(), signature, "{}", explained.stages().canonical_request());
    assert_eq!(signed.headers(), expected.headers());
    assert_eq!(signed.uri(), expected.uri());

    // The verifier knows only the settings of Bedrock.
    if flag(2) && flag(3) {
        assert_eq!(verify(&signed, &credentials, service, at), Ok(()));
    }
}

/// The request in `data`, its flags and its time.
fn request(data: &[u8]) -> Option<(Request<Bytes>, u8, SystemTime)> {
    let (&[flags, target, s0, s1, s2, s3], rest) = data.split_first_chunk()?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(u32::from_be_bytes([s0, s1, s2, s3]).into());
    let mut lines = rest.splitn(2, |byte| *byte == b'\n');
    let path = lines.next()?;
    let is_unsent = |byte: &u8| !byte.is_ascii_graphic() || b"#\"<>\\^`{|}".contains(byte);
    if path.iter().any(is_unsent) {
        return None;
    }
    let path = str::from_utf8(path).ok()?;
    if let Some((_, query)) = path.split_once('?') {
        str::from_utf8(&decoded(query)).ok()?;
    }
    let host = HOSTS[usize::from(target >> 2 & 7)];
    let uri: Uri = format!("{host}/{path}").parse().ok()?;
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = METHODS[usize::from(target & 3)].parse().ok()?;
    *request.uri_mut() = uri;
    let mut rest = lines.next().unwrap_or_default();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.is_empty() {
            break;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HttpValue::from_bytes(value)) else {
            continue;
        };
        let differs = name == "x-amz-security-token"
            || name.as_str().starts_with("proxy-") && !UNSIGNED.contains(&name.as_str());
        let is_text = value.as_bytes().iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        if is_text && !differs {
            request.headers_mut().append(name, value);
        }
    }
    *request.body_mut() = Bytes::copy_from_slice(rest);
    Some((request, flags, at))
}

/// `query` without its percent-encoding.
fn decoded(query: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = query.as_bytes();
    while let Some((&byte, rest)) = bytes.split_first() {
        let escaped = rest.get(..2).filter(|_| byte == b'%').and_then(|digits| str::from_utf8(digits).ok());
        let escaped = escaped.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                bytes = &rest[2..];
            }
            None => {
                out.push(byte);
                bytes = rest;
            }
        }
    }
    out
}

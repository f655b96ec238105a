//! HTTP/1.1 responses in wire form.

use std::fmt::Display;

use serde_json::json;

use crate::operation::EVENT_STREAM;
use crate::sigv4::VerifyError;

/// The end of a body with `transfer-encoding: chunked`.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// The request ID in the answers of [`stream_head`], [`json()`] and [`error`].
pub const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// The head of a response, with the empty line after it. `status` is as in `429 Too Many Requests`.
#[must_use]
pub fn head(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes()
}

/// A response with a `content-length`.
pub fn response(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len().to_string();
    let headers = [headers, &[("content-length", &length)]].concat();
    [head(status, &headers), body.to_vec()].concat()
}

/// One chunk of a body with `transfer-encoding: chunked`. An empty one would end the body.
#[must_use]
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// The head of an event stream in chunks.
#[must_use]
pub fn stream_head() -> Vec<u8> {
    let headers =
        [("content-type", EVENT_STREAM), ("x-amzn-requestid", REQUEST_ID), ("transfer-encoding", "chunked")];
    head("200 OK", &headers)
}

/// A whole event stream of these frames, in one chunk.
#[must_use]
pub fn stream(frames: &[u8]) -> Vec<u8> {
    let body = if frames.is_empty() { Vec::new() } else { chunk(frames) };
    [stream_head(), body, LAST_CHUNK.to_vec()].concat()
}

/// A document in JSON.
pub fn json(document: impl Display) -> Vec<u8> {
    let headers = [("content-type", "application/json"), ("x-amzn-requestid", REQUEST_ID)];
    response("200 OK", &headers, document.to_string())
}

/// An error in Bedrock's form.
#[must_use]
pub fn error(status: &str, code: &str, message: &str) -> Vec<u8> {
    let headers = [
        ("content-type", "application/json"),
        ("x-amzn-requestid", REQUEST_ID),
        ("x-amzn-errortype", &format!("{code}:http://internal.amazon.com/coral/com.amazon.bedrock/")),
    ];
    response(status, &headers, json!({ "message": message }).to_string())
}

/// AWS's answer to a request whose signature [`sigv4::verify`](crate::sigv4::verify) rejects.
///
/// See [Troubleshoot Signature Version 4 signing](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html).
pub fn refusal(problem: &VerifyError) -> Vec<u8> {
    let (status, code) = match problem {
        VerifyError::MissingAuthorization => ("403 Forbidden", "MissingAuthenticationTokenException"),
        VerifyError::UnknownKey => ("403 Forbidden", "UnrecognizedClientException"),
        VerifyError::IncompleteSignature => ("400 Bad Request", "IncompleteSignatureException"),
        _ => ("403 Forbidden", "InvalidSignatureException"),
    };
    error(status, code, &problem.to_string())
}

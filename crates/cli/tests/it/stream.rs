//! Responses, written out as they are on the wire.

use bedrill::eventstream::{Frame, HeaderValue};
use serde_json::{Value, json};

/// A frame of `:message-type: event`.
pub fn event(event_type: &str, payload: &Value) -> Vec<u8> {
    frame(&[(":event-type", event_type), (":message-type", "event")], payload)
}

/// A frame of `:message-type: exception`.
pub fn exception(exception_type: &str, payload: &Value) -> Vec<u8> {
    frame(&[(":exception-type", exception_type), (":message-type", "exception")], payload)
}

fn frame(headers: &[(&str, &str)], payload: &Value) -> Vec<u8> {
    let builder = headers
        .iter()
        .fold(Frame::builder(), |builder, (name, value)| builder.header(name, HeaderValue::String(value)));
    let builder = builder.header(":content-type", HeaderValue::String("application/json"));
    builder.payload(payload.to_string()).build().expect("a frame").as_bytes().to_vec()
}

pub fn text(text: &str) -> Vec<u8> {
    event("contentBlockDelta", &json!({"contentBlockIndex": 0, "delta": {"text": text}, "p": "abc"}))
}

pub fn stop(reason: &str) -> Vec<u8> {
    event("messageStop", &json!({"stopReason": reason}))
}

pub fn usage() -> Vec<u8> {
    let usage = json!({"inputTokens": 3, "outputTokens": 4, "totalTokens": 7});
    event("metadata", &json!({"usage": usage, "metrics": {"latencyMs": 5}}))
}

/// The body of a whole answer that says `pieces`.
pub fn answer(pieces: &[&str]) -> Vec<u8> {
    let start = event("messageStart", &json!({"role": "assistant"}));
    let texts = pieces.iter().map(|piece| text(piece));
    let end = [event("contentBlockStop", &json!({"contentBlockIndex": 0})), stop("end_turn"), usage()];
    [start].into_iter().chain(texts).chain(end).collect::<Vec<_>>().concat()
}

/// The head of a chunked event stream.
pub fn head() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\nx-amzn-requestid: request-1\r\n\
      transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        .to_vec()
}

pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// A response whose body, in one chunk, is `body`; it ends as it should.
pub fn response(body: &[u8]) -> Vec<u8> {
    [head(), chunk(body), b"0\r\n\r\n".to_vec()].concat()
}

/// A response of another kind, `headers` each with its line end.
pub fn plain(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nx-amzn-requestid: request-2\r\nconnection: close\r\n\r\n\
         {body}",
        body.len()
    )
    .into_bytes()
}

/// An error as Bedrock answers it.
pub fn error(status: &str, code: &str, message: &str) -> Vec<u8> {
    let headers = format!("content-type: application/json\r\nx-amzn-errortype: {code}:http://x/\r\n");
    plain(status, &headers, &json!({ "message": message }).to_string())
}

//! The embedded server: enough HTTP/1.1 for one exchange a connection, a real check of the signature, and a
//! recorded answer sent as real frames.

use std::io;
use std::time::{Duration, SystemTime};

use bedrill::credentials::Credentials;
use bedrill::endpoint::SIGNING_NAME;
use bedrill::eventstream::{Frame, HeaderValue};
use bedrill::operation::EVENT_STREAM;
use bedrill::sigv4::{self, VerifyError};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One event a line, in the API's own shape, as `bedrill decode` prints it.
const RECORDING: &str = include_str!("answer.jsonl");

/// The time between two frames: fast, but visibly a stream.
const PACE: Duration = Duration::from_millis(25);

/// The longest request that is read, in bytes.
const MAX_REQUEST: usize = 1024 * 1024;

/// Answers connections until it is dropped.
pub(super) async fn serve(listener: TcpListener, credentials: Credentials) {
    while let Ok((connection, _)) = listener.accept().await {
        // A connection that breaks is the client's to report.
        let _ = exchange(connection, &credentials).await;
    }
}

async fn exchange(mut connection: TcpStream, credentials: &Credentials) -> io::Result<()> {
    let request = read_request(&mut connection).await?;
    let checked = sigv4::verify(&request, credentials, SIGNING_NAME, SystemTime::now());
    match checked {
        Err(error) => refuse(&mut connection, &error).await?,
        Ok(())
            if request.method() == http::Method::POST
                && request.uri().path().ends_with("/converse-stream") =>
        {
            answer(&mut connection).await?;
        }
        Ok(()) => {
            let body = json!({"message": "the demo knows ConverseStream alone"});
            respond(&mut connection, "404 Not Found", "UnknownOperationException", &body).await?;
        }
    }
    connection.shutdown().await
}

/// Reads one request, head and body, and gives its URI the authority that `host` names.
async fn read_request(connection: &mut TcpStream) -> io::Result<http::Request<Bytes>> {
    let invalid = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, problem.to_owned());
    let mut received = Vec::new();
    let (mut request, head_length) = loop {
        if connection.read_buf(&mut received).await? == 0 || received.len() > MAX_REQUEST {
            return Err(invalid("no request head"));
        }
        if let Some(parsed) = parse_head(&received).map_err(|error| invalid(&error.to_string()))? {
            break parsed;
        }
    };
    let length = request.headers().get(http::header::CONTENT_LENGTH);
    let length: usize = length.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    let end = head_length.saturating_add(length);
    if end > MAX_REQUEST {
        return Err(invalid("the request is too long"));
    }
    while received.len() < end {
        if connection.read_buf(&mut received).await? == 0 {
            return Err(invalid("the request is cut"));
        }
    }
    *request.body_mut() = Bytes::copy_from_slice(received.get(head_length..end).unwrap_or_default());
    Ok(request)
}

/// The request without its body, and the length of its head; `None` while the head is not whole.
fn parse_head(received: &[u8]) -> Result<Option<(http::Request<Bytes>, usize)>, Problem> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(received)? else { return Ok(None) };
    let mut request =
        http::Request::builder().method(head.method.unwrap_or_default()).uri(head.path.unwrap_or_default());
    for header in &*head.headers {
        request = request.header(header.name, header.value);
    }
    Ok(Some((request.body(Bytes::new())?, length)))
}

/// Answers as Bedrock answers a request that is not rightly signed.
async fn refuse(connection: &mut TcpStream, error: &VerifyError) -> io::Result<()> {
    let (status, code) = match error {
        VerifyError::MissingAuthorization => ("403 Forbidden", "MissingAuthenticationTokenException"),
        VerifyError::UnknownKey => ("403 Forbidden", "UnrecognizedClientException"),
        VerifyError::IncompleteSignature => ("400 Bad Request", "IncompleteSignatureException"),
        _ => ("403 Forbidden", "InvalidSignatureException"),
    };
    respond(connection, status, code, &json!({"message": error.to_string()})).await
}

async fn respond(connection: &mut TcpStream, status: &str, code: &str, body: &Value) -> io::Result<()> {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nx-amzn-errortype: {code}:http://localhost/\r\n\
         x-amzn-requestid: demo\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body.as_bytes()).await
}

/// Sends the recording, one frame a chunk.
async fn answer(connection: &mut TcpStream) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {EVENT_STREAM}\r\nx-amzn-requestid: demo\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).await?;
    for (position, line) in RECORDING.lines().enumerate() {
        let frame =
            frame(line, position).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let bytes = frame.as_bytes();
        connection.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).await?;
        connection.write_all(bytes).await?;
        connection.write_all(b"\r\n").await?;
        connection.flush().await?;
        tokio::time::sleep(PACE).await;
    }
    connection.write_all(b"0\r\n\r\n").await
}

type Problem = Box<dyn std::error::Error + Send + Sync>;

/// The frame of one recorded event, with the headers and the padding that Bedrock gives it.
fn frame(line: &str, position: usize) -> Result<Frame, Problem> {
    let event: Map<String, Value> = serde_json::from_str(line)?;
    let (name, mut payload) = event.into_iter().next().ok_or("an empty event")?;
    if let Value::Object(members) = &mut payload {
        let padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let length = position.wrapping_mul(7) % padding.len();
        members.insert("p".to_owned(), json!(padding.get(..length).unwrap_or_default()));
    }
    let frame = Frame::builder()
        .header(":event-type", HeaderValue::String(&name))
        .header(":content-type", HeaderValue::String("application/json"))
        .header(":message-type", HeaderValue::String("event"))
        .payload(payload.to_string())
        .build()?;
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedrill::converse::EventDecoder;

    #[test]
    fn the_recording_is_a_whole_answer_at_any_chunk_size() {
        let body: Vec<u8> = RECORDING
            .lines()
            .enumerate()
            .flat_map(|(position, line)| frame(line, position).expect(line).as_bytes().to_vec())
            .collect();
        for size in [1, 7, body.len()] {
            let mut decoder = EventDecoder::new();
            let mut printed = Vec::new();
            for chunk in body.chunks(size) {
                decoder.push(chunk);
                while let Some(event) = decoder.next_event().expect("a good frame") {
                    printed.push(event.to_json());
                }
            }
            decoder.finish().expect("a whole answer");
            let recorded: Vec<Value> =
                RECORDING.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
            assert_eq!(printed, recorded, "in chunks of {size}");
        }
    }
}

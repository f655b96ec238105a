//! The embedded server: a real check of the signature, and a recorded answer sent as real frames.

use std::io;
use std::time::{Duration, SystemTime};

use bedrill::credentials::Credentials;
use bedrill::endpoint::SIGNING_NAME;
use bedrill::sigv4;
use bedrill::test_util::responses::{self, LAST_CHUNK, chunk, stream_head};
use bedrill::test_util::{Server, Step, events};
use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

/// One event a line, in the API's own shape, as `bedrill decode` prints it.
const RECORDING: &str = include_str!("answer.jsonl");

/// The time between two frames: fast, but visibly a stream.
const PACE: Duration = Duration::from_millis(25);

/// A server for requests that are signed with `credentials`.
pub(super) fn start(credentials: Credentials) -> io::Result<Server> {
    let frames = RECORDING.lines().enumerate().map(|(position, line)| frame(line, position));
    let frames = frames.collect::<Result<Vec<_>, _>>()?;
    Server::listen(move |_, request| reply(request, &credentials, &frames))
}

fn reply(request: &Request<Bytes>, credentials: &Credentials, frames: &[Vec<u8>]) -> Vec<Step> {
    if let Err(problem) = sigv4::verify(request, credentials, SIGNING_NAME, SystemTime::now()) {
        return vec![Step::Send(responses::refusal(&problem))];
    }
    if request.method() != http::Method::POST || !request.uri().path().ends_with("/converse-stream") {
        let message = "the demo supports only ConverseStream";
        return vec![Step::Send(responses::error("404 Not Found", "UnknownOperationException", message))];
    }
    let answer = frames.iter().flat_map(|frame| [Step::Send(chunk(frame)), Step::Sleep(PACE)]);
    [Step::Send(stream_head())].into_iter().chain(answer).chain([Step::Send(LAST_CHUNK.to_vec())]).collect()
}

/// The frame of one recorded event, with the padding that Bedrock gives it.
fn frame(line: &str, position: usize) -> io::Result<Vec<u8>> {
    let event: Map<String, Value> = serde_json::from_str(line)?;
    let (name, mut payload) = event.into_iter().next().ok_or(io::ErrorKind::InvalidData)?;
    if let Value::Object(members) = &mut payload {
        let padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let length = position.wrapping_mul(7) % padding.len();
        members.insert("p".to_owned(), json!(padding.get(..length).unwrap_or_default()));
    }
    Ok(events::event(&name, &payload))
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
            .flat_map(|(position, line)| frame(line, position).expect(line))
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

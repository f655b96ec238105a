//! One answer cut after each of its bytes, and ended in each way that a connection can end: an answer that lacks its
//! end never passes for a whole one.

use std::sync::Arc;

use bedrill::transport::TransportErrorKind;
use bedrill::{ErrorKind, RetryPolicy};
use tokio::task::JoinSet;

use super::{builder, drain, prompt, within};
use crate::support::events::{metadata, stop, text};
use crate::support::server::{LAST_CHUNK, Server, Step, chunk, head};

/// How the body ends behind the cut.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    /// The connection closes, and with it a body without a length: in HTTP's eyes a clean end.
    Closed,
    /// The connection closes before the last chunk of a chunked body.
    LastChunkMissing,
    /// The last chunk comes.
    LastChunk,
    /// The connection closes before the length that was announced.
    Short,
}

const ENDINGS: [Ending; 4] = [Ending::Closed, Ending::LastChunkMissing, Ending::LastChunk, Ending::Short];

impl Ending {
    fn steps(self, body: &[u8]) -> Vec<Step> {
        let framing = match self {
            Self::Closed => ("connection", "close".to_owned()),
            Self::LastChunkMissing | Self::LastChunk => ("transfer-encoding", "chunked".to_owned()),
            Self::Short => ("content-length", (body.len() + 1).to_string()),
        };
        let content_type = ("content-type", "application/vnd.amazon.eventstream");
        let mut bytes = head("200 OK", &[content_type, (framing.0, &framing.1)]);
        match self {
            Self::Closed | Self::Short => bytes.extend_from_slice(body),
            Self::LastChunkMissing | Self::LastChunk if body.is_empty() => {}
            Self::LastChunkMissing | Self::LastChunk => bytes.extend(chunk(body)),
        }
        if self == Self::LastChunk {
            bytes.extend_from_slice(LAST_CHUNK);
        }
        vec![Step::Send(bytes), Step::Close]
    }

    /// Whether HTTP itself can tell that something is missing.
    fn is_broken(self) -> bool {
        matches!(self, Self::LastChunkMissing | Self::Short)
    }
}

#[tokio::test]
async fn no_cut_answer_passes_for_a_whole_one() {
    let frames = [text("Hi"), stop(), metadata()];
    let body = Arc::new(frames.concat());
    let ends: Vec<usize> = frames
        .iter()
        .scan(0, |end, frame| {
            *end += frame.len();
            Some(*end)
        })
        .collect();
    let server = {
        let body = Arc::clone(&body);
        // The model id says where to cut and how to end: `cut-17-2`.
        Server::start(move |_, request| {
            let id = request.uri().path().split('/').nth(2).expect("a model id").to_owned();
            let mut numbers = id.split('-').skip(1).map(|number| number.parse::<usize>().expect("a number"));
            let (offset, ending) = (numbers.next().expect("an offset"), numbers.next().expect("an ending"));
            ENDINGS[ending].steps(&body[..offset])
        })
        .await
    };
    let client = builder().endpoint_url(server.url()).retry(RetryPolicy::none()).build().expect("a client");

    let mut cases: Vec<_> =
        (0..=body.len()).flat_map(|offset| ENDINGS.map(|ending| (offset, ending))).collect();
    let (total, mut whole) = (cases.len(), 0);
    let mut running = JoinSet::new();
    loop {
        while running.len() < 16
            && let Some((offset, ending)) = cases.pop()
        {
            let (client, ends) = (client.clone(), ends.clone());
            running.spawn(async move {
                let id =
                    format!("cut-{offset}-{}", ENDINGS.iter().position(|other| *other == ending).unwrap());
                let mut stream = client.converse_stream(&prompt(&id)).await.expect("a stream");
                let (text, events, end) = drain(&mut stream).await;
                let delivered = ends.iter().filter(|end| **end <= offset).count();
                let case = format!("cut after {offset} bytes, {ending:?}");
                assert_eq!(events.len(), delivered, "{case}");
                assert_eq!(text, if delivered > 0 { "Hi" } else { "" }, "{case}: the text before the cut");
                let may_end = offset == ends[1] || offset == ends[2];
                match end {
                    Ok(()) => {
                        assert!(may_end, "{case}: taken for a whole answer");
                        assert_eq!(stream.warning().is_some(), ending.is_broken(), "{case}");
                        true
                    }
                    Err(error) => {
                        assert!(!may_end, "{case}: {error}");
                        let kinds = (error.kind(), error.transport_kind());
                        let expected = if ending.is_broken() {
                            (ErrorKind::Transport, Some(TransportErrorKind::Broken))
                        } else {
                            (ErrorKind::Stream, None)
                        };
                        assert_eq!(kinds, expected, "{case}: {error}");
                        assert_eq!(error.status(), Some(200), "{case}");
                        false
                    }
                }
            });
        }
        match within(running.join_next()).await {
            Some(case) => whole += usize::from(case.expect("no failure")),
            None => break,
        }
    }
    assert_eq!(whole, 2 * ENDINGS.len(), "whole answers among {total}");
    assert_eq!(server.requests().len(), total);
}

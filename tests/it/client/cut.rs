//! One answer cut after each of its bytes, and ended in each way that a connection can end: a truncated answer
//! never passes for a complete one.

use std::sync::Arc;
use std::time::Duration;

use bedrill::client::{RetryPolicy, StreamEnd};
use bedrill::test_util::events::{event, metadata, stop, text};
use bedrill::test_util::responses::{LAST_CHUNK, chunk, head};
use bedrill::test_util::{Server, Step};
use bedrill::transport::TransportErrorKind;
use bedrill::{Client, ErrorKind};
use tokio::task::JoinSet;

use super::{builder, drain, prompt, within};

/// How the body ends after the cut.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    /// The connection closes, and with it a body without a length: for HTTP a clean end.
    Closed,
    /// The connection closes before the last chunk of a chunked body.
    LastChunkMissing,
    /// The connection is reset inside a chunked body.
    Reset,
    /// The last chunk comes.
    LastChunk,
    /// The connection closes before the length that was announced.
    Short,
}

const ENDINGS: [Ending; 5] =
    [Ending::Closed, Ending::LastChunkMissing, Ending::Reset, Ending::LastChunk, Ending::Short];

impl Ending {
    fn steps(self, body: &[u8]) -> Vec<Step> {
        let framing = match self {
            Self::Closed => ("connection", "close".to_owned()),
            Self::LastChunkMissing | Self::Reset | Self::LastChunk => {
                ("transfer-encoding", "chunked".to_owned())
            }
            Self::Short => ("content-length", (body.len() + 1).to_string()),
        };
        let content_type = ("content-type", "application/vnd.amazon.eventstream");
        let mut bytes = head("200 OK", &[content_type, (framing.0, &framing.1)]);
        match self {
            Self::Closed | Self::Short => bytes.extend_from_slice(body),
            // An empty chunk would be the last.
            Self::LastChunkMissing | Self::Reset | Self::LastChunk if body.is_empty() => {}
            Self::LastChunkMissing | Self::Reset | Self::LastChunk => bytes.extend(chunk(body)),
        }
        match self {
            Self::LastChunk => bytes.extend_from_slice(LAST_CHUNK),
            // What was sent must arrive before the reset.
            Self::Reset => {
                return vec![Step::Send(bytes), Step::Sleep(Duration::from_millis(20)), Step::Reset];
            }
            _ => {}
        }
        vec![Step::Send(bytes), Step::Close]
    }

    /// Whether HTTP itself can tell that something is missing.
    fn is_broken(self) -> bool {
        matches!(self, Self::LastChunkMissing | Self::Reset | Self::Short)
    }

    fn number(self) -> usize {
        ENDINGS.iter().position(|other| *other == self).expect("one of them")
    }
}

/// Five frames, and what is known about any cut through them.
struct Frames(Vec<Vec<u8>>);

impl Frames {
    fn new() -> Self {
        let start = event("messageStart", r#"{"role":"assistant"}"#);
        Self(vec![start, text("Hel"), text("lo"), stop("end_turn"), metadata()])
    }

    /// How many frames are whole in the first `offset` bytes, and how many bytes of the next one are there.
    fn cut(&self, offset: usize) -> (usize, usize) {
        let mut left = offset;
        for (number, frame) in self.0.iter().enumerate() {
            match left.checked_sub(frame.len()) {
                Some(rest) => left = rest,
                None => return (number, left),
            }
        }
        (self.0.len(), left)
    }

    /// How an answer that is cut after `offset` bytes ends; `None` when no part of the message is missing.
    fn end(&self, offset: usize, ending: Ending) -> Option<StreamEnd> {
        let (whole, have) = self.cut(offset);
        match (whole, have) {
            (4.., _) => None,
            _ if ending.is_broken() => Some(StreamEnd::Reset),
            (_, 0) => Some(StreamEnd::Incomplete),
            (_, 1..12) => Some(StreamEnd::Truncated { have, need: 12 }),
            _ => Some(StreamEnd::Truncated { have, need: self.0[whole].len() }),
        }
    }
}

async fn check(client: Client, frames: Arc<Frames>, offset: usize, ending: Ending) -> bool {
    let case = format!("cut after {offset} bytes, {ending:?}");
    let id = format!("cut-{offset}-{}", ending.number());
    let mut stream = client.converse_stream(&prompt(&id)).await.expect("a stream");
    let (text, events, end) = drain(&mut stream).await;
    let (whole, _) = frames.cut(offset);
    assert_eq!(events.len(), whole, "{case}");
    assert_eq!(text, ["", "", "Hel", "Hello", "Hello", "Hello"][whole], "{case}: the text before the cut");
    let expected = frames.end(offset, ending);
    match end {
        Ok(()) => {
            assert_eq!(expected, None, "{case}: taken for a whole answer");
            let is_cut = frames.cut(offset).1 > 0;
            assert_eq!(stream.warning().is_some(), ending.is_broken() || is_cut, "{case}");
        }
        Err(error) => {
            assert_eq!(error.stream_end(), expected, "{case}: {error}");
            let kinds = match ending.is_broken() {
                true => (ErrorKind::Transport, Some(TransportErrorKind::Broken)),
                false => (ErrorKind::Stream, None),
            };
            assert_eq!((error.kind(), error.transport_kind()), kinds, "{case}: {error}");
            assert_eq!((error.status().map(u16::from), error.attempts()), (Some(200), 1), "{case}");
        }
    }
    expected.is_none()
}

#[tokio::test]
async fn no_truncated_answer_passes_for_a_complete_one() {
    let frames = Arc::new(Frames::new());
    let body = frames.0.concat();
    let server = {
        let body = body.clone();
        // The model id says where to cut and how to end: `cut-17-2`.
        Server::start(move |_, request| {
            let id = request.uri().path().split('/').nth(2).expect("a model id").to_owned();
            let mut numbers = id.split('-').skip(1).map(|number| number.parse::<usize>().expect("a number"));
            let (offset, ending) = (numbers.next().expect("an offset"), numbers.next().expect("an ending"));
            ENDINGS[ending].steps(&body[..offset])
        })
    };
    let client = builder().endpoint_url(server.url()).retry(RetryPolicy::none()).build().expect("a client");

    let at_an_edge = |offset| [offset, offset + 1].into_iter().any(|end| frames.cut(end).1 <= 1);
    let mut cases: Vec<_> = (0..=body.len())
        .flat_map(|offset| ENDINGS.map(|ending| (offset, ending)))
        // The last two differ from the first two only in HTTP.
        .filter(|(offset, ending)| ending.number() < 3 || at_an_edge(*offset))
        .collect();
    let (total, mut whole) = (cases.len(), 0);
    let expected = cases.iter().filter(|(offset, _)| frames.cut(*offset).0 >= 4).count();
    let mut running = JoinSet::new();
    loop {
        while running.len() < 32
            && let Some((offset, ending)) = cases.pop()
        {
            running.spawn(check(client.clone(), Arc::clone(&frames), offset, ending));
        }
        match within(running.join_next()).await {
            Some(case) => whole += usize::from(case.expect("no failure")),
            None => break,
        }
    }
    assert_eq!(whole, expected, "whole answers among {total}");
    assert_eq!(server.requests().len(), total);
}

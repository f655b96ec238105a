//! What a hostile stream costs in memory: counted by the allocator, on the thread of the test.

use allocation_counter::measure;
use bedrill::converse::{EventDecoder, EventError, Problem};
use bedrill::eventstream::{Budget, DecodeError, FrameDecoder, MAX_HEADERS};
use bedrill::test_util::events::start;

use super::{crc32, prelude};

/// What may be allocated in addition to the frame itself.
const SLACK: u64 = 64 * 1024;

/// The result of `work`, and its peak memory.
fn peak<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let mut done = None;
    let counted = measure(|| done = Some(work()));
    (done.expect("done"), counted.bytes_max)
}

/// A frame of these headers and this payload, with correct checksums.
fn frame(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let total = u32::try_from(16 + headers.len() + payload.len()).expect("a length");
    let mut frame = prelude(total, u32::try_from(headers.len()).expect("a length"));
    frame.extend_from_slice(headers);
    frame.extend_from_slice(payload);
    frame.extend(crc32(&frame).to_be_bytes());
    frame
}

#[test]
fn the_allocator_counts() {
    let (kept, bytes) = peak(|| vec![0_u8; 1 << 20]);
    assert!(bytes >= kept.len() as u64, "{bytes}");
}

#[test]
fn a_hostile_length_allocates_almost_nothing() {
    let budget = u32::try_from(FrameDecoder::DEFAULT_BUDGET).expect("a length");
    for length in [0x7fff_ffff, 0xffff_ffff, budget + 1] {
        // Bytes after it change nothing: the decoder has stopped.
        for behind in [0, 1 << 20] {
            let body = [start(), prelude(length, 0), vec![0; behind]].concat();
            let (error, bytes) = peak(|| {
                let mut decoder = EventDecoder::new();
                let mut chunks = body.chunks(1_400);
                loop {
                    match decoder.next_event() {
                        Ok(None) => decoder.push(chunks.next().expect("an error before the end")),
                        Ok(Some(_)) => {}
                        Err(error) => {
                            chunks.for_each(|chunk| decoder.push(chunk));
                            return error;
                        }
                    }
                }
            });
            let expected = DecodeError::OverBudget {
                budget: Budget::FrameBytes,
                needed: length as usize,
                allowed: FrameDecoder::DEFAULT_BUDGET,
            };
            assert_eq!(error, EventError::Frame(expected));
            assert!(error.to_string().contains(&length.to_string()), "{error}");
            assert!(bytes <= SLACK, "{length:#x}: {bytes} bytes");
        }
    }
}

#[test]
fn a_length_within_the_budget_reserves_no_more_than_came() {
    let claimed = prelude(32 << 20, 0);
    let (waiting, bytes) = peak(|| {
        let mut decoder = FrameDecoder::new();
        decoder.push(&claimed);
        let first = decoder.next_frame();
        decoder.push(&[0; 1_400]);
        (first, decoder.next_frame())
    });
    assert_eq!(waiting, (Ok(None), Ok(None)));
    assert!(bytes <= SLACK, "{bytes} bytes");
}

#[test]
fn as_many_headers_as_allowed_cost_little_more_than_their_frame() {
    let named = |count: usize| -> Vec<u8> {
        (0..count).flat_map(|number| [&[4][..], format!("{number:04}").as_bytes(), &[0]].concat()).collect()
    };
    let most = frame(&named(MAX_HEADERS), b"");
    let (read, bytes) = peak(|| {
        let mut decoder = FrameDecoder::new();
        decoder.push(&most);
        decoder.next_frame().expect("sound").expect("a frame").headers().count()
    });
    assert_eq!(read, MAX_HEADERS);
    assert!(bytes <= most.len() as u64 + SLACK, "{bytes} bytes for a frame of {}", most.len());

    let one_more = frame(&named(MAX_HEADERS + 1), b"");
    let mut decoder = FrameDecoder::new();
    decoder.push(&one_more);
    assert!(matches!(decoder.next_frame(), Err(DecodeError::OverBudget { budget: Budget::Headers, .. })));
}

#[test]
fn millions_of_headers_cost_no_more_than_their_frame() {
    // 24 MiB of headers of 5 bytes, which have names of three and are all true.
    let header = |number: u32| {
        let digit = |place: u32| u8::try_from(number / 128_u32.pow(place) % 128).expect("ASCII");
        [3, digit(2), digit(1), digit(0), 0]
    };
    let headers: Vec<u8> = (0..(24 << 20) / 5).flat_map(header).collect();
    let hostile = frame(&headers, b"");
    let refused = |chunk: usize| {
        peak(|| {
            let mut decoder = FrameDecoder::new();
            let mut chunks = hostile.chunks(chunk);
            loop {
                match decoder.next_frame() {
                    Ok(None) => decoder.push(chunks.next().expect("an error before the end")),
                    Ok(Some(_)) => panic!("accepted"),
                    Err(error) => return error,
                }
            }
        })
    };
    let (error, bytes) = refused(hostile.len());
    assert!(matches!(error, DecodeError::OverBudget { budget: Budget::Headers, .. }), "{error}");
    assert!(bytes <= hostile.len() as u64 + SLACK, "{bytes} bytes");
    // While it grows, the buffer is there twice.
    let (error, bytes) = refused(16 << 10);
    assert!(matches!(error, DecodeError::OverBudget { budget: Budget::Headers, .. }), "{error}");
    assert!(bytes <= 2 * hostile.len() as u64 + SLACK, "{bytes} bytes");
}

/// A frame of 16 MB whose payload repeats `part`.
fn large(event_type: &str, prefix: &str, part: &str, suffix: &str) -> Vec<u8> {
    let payload = [prefix, &part.repeat(16_000_000 / part.len()), suffix].concat();
    bedrill::test_util::events::event(event_type, payload)
}

#[test]
fn a_frame_of_16_mb_takes_less_than_300_mb_whatever_it_is_made_of() {
    let fields = r#"{"stopReason":"end_turn","additionalModelResponseFields":["#;
    let unknown = r#"{"stopReason":"end_turn","new":["#;
    let citations = r#"{"contentBlockIndex":0,"delta":{"citation":{"sourceContent":["#;
    let results = r#"{"contentBlockIndex":0,"delta":{"toolResult":["#;
    for (event_type, prefix, part, suffix) in [
        ("messageStop", fields, r#"{"":0},"#, "0]}"),
        ("messageStop", fields, "[0],", "0]}"),
        ("messageStop", unknown, r#"{"a":{}},"#, "0]}"),
        ("contentBlockDelta", citations, "{},", "{}]}}}"),
        ("contentBlockDelta", results, r#"{"json":[]},"#, r#"{"text":""}]}}"#),
        ("eventOfTomorrow", "[", "0,", "0]"),
    ] {
        let frame = large(event_type, prefix, part, suffix);
        let (error, bytes) = peak(|| {
            let mut decoder = EventDecoder::new();
            frame.chunks(16_384).for_each(|chunk| decoder.push(chunk));
            decoder.next_event().expect_err("too much")
        });
        let EventError::Payload { error, .. } = &error else { panic!("{error}") };
        assert!(matches!(error.problem(), Problem::OverBudget { .. }), "{error}");
        assert!(bytes < 300_000_000, "{part}: {bytes}");
    }
    // Text is what it is.
    let frame = large("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":""#, "x", r#""}}"#);
    let (event, bytes) = peak(|| {
        let mut decoder = EventDecoder::new();
        decoder.push(&frame);
        decoder.next_event().expect("an event").expect("whole")
    });
    assert_eq!(event.as_text().map(str::len), Some(16_000_000));
    assert!(bytes < 100_000_000, "{bytes}");
}

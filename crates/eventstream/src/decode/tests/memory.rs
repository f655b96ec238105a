//! Where the bytes are kept, and for how long.

use super::*;

#[test]
fn a_claimed_length_reserves_nothing() {
    let mut decoder = FrameDecoder::new();
    decoder.push(&prelude(32 << 20, 0));
    assert_eq!(decoder.next_frame(), Ok(None));
    // More than the least capacity, so that the buffer has to grow.
    decoder.push(&[0; MIN_CAPACITY]);
    assert_eq!(decoder.next_frame(), Ok(None));
    assert!(decoder.buffer.capacity() <= 64 * 1024, "{}", decoder.buffer.capacity());
}

#[test]
fn a_large_frame_in_small_chunks_is_assembled_without_excess() {
    let payload: Vec<u8> = (0..4_u32 << 20).map(|index| (index % 251) as u8).collect();
    let frame = Frame::builder().payload(payload).build().unwrap();
    let mut decoder = FrameDecoder::new();
    let mut growths = 0;
    let mut capacity = 0;
    for chunk in frame.as_bytes().chunks(1024) {
        assert_eq!(decoder.next_frame(), Ok(None));
        decoder.push(chunk);
        growths += usize::from(decoder.buffer.capacity() > capacity);
        capacity = decoder.buffer.capacity();
        assert!(capacity <= frame.total_len() + 1024);
    }
    // 1 KiB doubled to 4 MiB: the copies add up to less than the frame itself once more.
    assert!(growths <= 14, "{growths}");
    assert_eq!(decoder.next_frame(), Ok(Some(frame)));
}

#[test]
fn frames_that_nobody_takes_are_kept_in_a_buffer_that_doubles() {
    let frame = frame_around(b"", &[7; 20_000]);
    let mut decoder = FrameDecoder::new();
    decoder.push(&frame[..10_000]);
    assert_eq!(decoder.next_frame(), Ok(None));
    decoder.push(&frame[10_000..]);
    // The frame is complete and was not taken, so its length is no longer a limit.
    decoder.push(&frame[..1]);
    assert!(decoder.buffer.capacity() >= 2 * frame.len(), "{}", decoder.buffer.capacity());
}

#[test]
fn the_buffer_is_reused_when_its_frames_are_gone() {
    let frame = event("Hello");
    let mut decoder = FrameDecoder::new();
    decoder.push(frame.as_bytes());
    let memory = decoder.next_frame().unwrap().unwrap().as_bytes().as_ptr_range();
    let (start, end) = (memory.start as usize, memory.start as usize + MIN_CAPACITY);
    for _ in 0..1000 {
        decoder.push(frame.as_bytes());
        let at = decoder.next_frame().unwrap().unwrap().as_bytes().as_ptr() as usize;
        assert!((start..end).contains(&at));
    }
}

#[test]
fn whole_frames_of_a_kept_piece_are_not_copied_and_the_rest_is() {
    let frame = event("Hello");
    let (len, piece) = (frame.total_len(), Bytes::from(frame.as_bytes().repeat(3)));
    let mut decoder = FrameDecoder::new();
    decoder.push_bytes(piece.slice(..2 * len + 20));
    assert_eq!(decoder.buffered(), 2 * len + 20);
    for index in 0..2 {
        assert_eq!(decoder.next_frame().unwrap().unwrap().as_bytes().as_ptr(), piece[index * len..].as_ptr());
    }
    assert!(!piece.is_unique(), "the rest may hold a frame");
    assert_eq!(decoder.next_frame(), Ok(None));
    assert!(piece.is_unique(), "the piece is let go, and with it all that it holds");
    assert_eq!(decoder.buffered(), 20);
    decoder.push_bytes(piece.slice(2 * len + 20..));
    assert_eq!(decoder.next_frame(), Ok(Some(frame)));
    assert!(piece.is_unique());
    assert_eq!((decoder.finish(), decoder.buffered()), (Ok(()), 0));
}

#[test]
fn pieces_that_nobody_looked_into_are_joined_in_their_order() {
    let sent: Vec<Frame> = ["one", "two", "three"].map(event).into();
    let bytes: Bytes = sent.iter().flat_map(|frame| frame.as_bytes().to_vec()).collect();
    for size in [1, 5, 100, 150, 400] {
        for kept in 0..3 {
            let mut decoder = FrameDecoder::new();
            for (index, start) in (0..bytes.len()).step_by(size).enumerate() {
                let piece = bytes.slice(start..bytes.len().min(start + size));
                if index % 3 == kept { decoder.push_bytes(piece) } else { decoder.push(&piece) }
            }
            assert_eq!(decoder.finish(), Ok(()), "{size}, {kept}");
            let frames: Vec<Frame> = std::iter::from_fn(|| decoder.next_frame().unwrap()).collect();
            assert_eq!(frames, sent, "{size}, {kept}");
        }
    }
}

#[test]
fn a_kept_piece_comes_before_what_is_pushed_after_it() {
    let frame = event("Hello");
    let mut decoder = FrameDecoder::new();
    // From here on the buffer has room.
    decoder.push(frame.as_bytes());
    assert!(decoder.next_frame().unwrap().is_some());
    let (first, rest) = frame.as_bytes().split_at(20);
    decoder.push_bytes(Bytes::copy_from_slice(first));
    decoder.push(rest);
    assert_eq!(decoder.next_frame(), Ok(Some(frame)));
    assert_eq!(decoder.finish(), Ok(()));
}

#[test]
fn a_frame_that_is_looked_at_stays_until_it_is_discarded() {
    let frame = event("Hello");
    let images = frame.as_bytes().repeat(2);
    let mut kept = FrameDecoder::new();
    kept.push_bytes(images.clone().into());
    let mut copied = FrameDecoder::new();
    copied.push(&images);
    for mut decoder in [kept, copied] {
        for _ in 0..2 {
            let view = decoder.peek_frame().unwrap().expect("a frame");
            assert_eq!(view.total_len(), frame.total_len());
            assert_eq!(
                (view.string_header(":event-type"), view.payload()),
                (frame.event_type(), frame.payload())
            );
        }
        decoder.discard_frame();
        assert_eq!(decoder.buffered(), frame.total_len());
        assert!(decoder.peek_frame().unwrap().is_some());
        assert_eq!(decoder.next_frame(), Ok(Some(frame.clone())), "it can also be taken");
        assert!(decoder.peek_frame().unwrap().is_none());
        assert_eq!(decoder.finish(), Ok(()));
    }
}

#[test]
fn only_a_frame_that_was_shown_is_discarded_whatever_comes_between() {
    let images = event("Hello").as_bytes().repeat(2);
    let mut decoder = FrameDecoder::new();
    decoder.push(&images[..images.len() / 2]);
    decoder.discard_frame();
    assert_eq!(decoder.buffered(), images.len() / 2, "nothing was shown");
    assert!(decoder.peek_frame().unwrap().is_some());
    decoder.push(&images[images.len() / 2..]);
    decoder.discard_frame();
    decoder.discard_frame();
    assert_eq!(decoder.buffered(), images.len() / 2, "the second was not shown");
    assert!(decoder.peek_frame().unwrap().is_some());
    assert!(decoder.next_frame().unwrap().is_some());
    decoder.discard_frame();
    assert_eq!((decoder.buffered(), decoder.finish()), (0, Ok(())));
}

#[test]
fn a_kept_piece_is_released_with_its_last_frame() {
    let piece = Bytes::from(event("Hello").as_bytes().to_vec());
    let mut decoder = FrameDecoder::new();
    decoder.push_bytes(piece.clone());
    assert!(decoder.peek_frame().unwrap().is_some());
    decoder.discard_frame();
    assert!(piece.is_unique());
}

#[test]
fn a_kept_piece_after_an_error_is_dropped() {
    let mut decoder = FrameDecoder::new();
    decoder.push_bytes(prelude(15, 0).into());
    let error = decoder.peek_frame().err();
    assert_eq!(error, Some(DecodeError::Length { total_len: 15, headers_len: 0 }));
    let piece = Bytes::from(event("Hello").as_bytes().to_vec());
    decoder.push_bytes(piece.clone());
    assert_eq!((decoder.peek_frame().err(), decoder.buffered()), (error, 0));
    assert!(piece.is_unique());
}

#[test]
fn frames_that_are_kept_stay_as_they_were() {
    let sent: Vec<Frame> = (0..1000).map(|index| event(&index.to_string())).collect();
    let bytes: Vec<u8> = sent.iter().flat_map(|frame| frame.as_bytes().to_vec()).collect();
    assert_eq!(frames_in_chunks(&bytes, 100), sent);
}

//! Frames: what one decoder reads in pieces and another at once, and what is written and read back.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use bedrill_eventstream::{DecodeError, EncodeError, Frame, FrameDecoder, Header, HeaderValue, MAX_HEADERS};
use bytes::Bytes;

use super::input::Input;

/// The longest value that may be written.
const LONGEST_VALUE: usize = 32_767;

/// An input of the frame targets: how to cut a body, and the body.
///
/// ```text
/// | flags u8 | as many piece sizes as the flags say, u8 each | body |
///
///   flags  bits 0 to 3  the number of sizes, which are used in turn; none, or only zeros: the body comes at once
///          bit 4        lengths are made to fit when the checksums are corrected
///          bits 5, 6    the budget: 0 the default, else 64, 256 or 1,024 bytes
///          bit 7        errors and frames are shown
/// ```
#[derive(Clone, Copy)]
pub struct Cut<'a> {
    sizes: &'a [u8],
    fits: bool,
    budget: usize,
    shows: bool,
    /// The bytes after the sizes.
    pub body: &'a [u8],
}

impl<'a> Cut<'a> {
    /// Takes an input apart.
    #[must_use]
    pub fn of(data: &'a [u8]) -> Self {
        let mut input = Input(data);
        let flags = input.byte();
        let sizes = input.bytes(usize::from(flags & 0x0f));
        let budget = match flags >> 5 & 3 {
            0 => FrameDecoder::DEFAULT_BUDGET,
            power => 16 << (2 * power),
        };
        Self { sizes, fits: flags & 0x10 != 0, budget, shows: flags & 0x80 != 0, body: input.0 }
    }

    /// The body with its checksums corrected, frame after frame, so that the code after the checks is reached.
    #[must_use]
    pub fn corrected(&self) -> Vec<u8> {
        let mut body = self.body.to_vec();
        let mut start = 0;
        while let Some(frame) = body.get_mut(start..).filter(|rest| rest.len() >= 16) {
            let number = |bytes: &[u8]| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
            let (mut total, mut headers) = (number(&frame[..4]), number(&frame[4..8]));
            if self.fits {
                total = 16 + total % (frame.len() - 15);
                headers %= total - 15;
                frame[..4].copy_from_slice(&(total as u32).to_be_bytes());
                frame[4..8].copy_from_slice(&(headers as u32).to_be_bytes());
            }
            let crc = crc32fast::hash(&frame[..8]);
            frame[8..12].copy_from_slice(&crc.to_be_bytes());
            if total < 16 || total > frame.len() {
                break;
            }
            let crc = crc32fast::hash(&frame[..total - 4]);
            frame[total - 4..total].copy_from_slice(&crc.to_be_bytes());
            start += total;
        }
        body
    }

    /// The decoder that the flags ask for.
    #[must_use]
    pub fn decoder(&self) -> FrameDecoder {
        FrameDecoder::with_budget(self.budget)
    }

    /// `body` in its pieces.
    fn pieces<'b>(&self, mut body: &'b [u8]) -> impl Iterator<Item = &'b [u8]> + use<'b, 'a> {
        let mut sizes = self.sizes.iter().cycle();
        let at_once = self.sizes.iter().all(|size| *size == 0);
        std::iter::from_fn(move || {
            if body.is_empty() {
                return None;
            }
            let size = if at_once { body.len() } else { sizes.next().map_or(0, |size| usize::from(*size)) };
            let (piece, rest) = body.split_at(size.min(body.len()));
            body = rest;
            Some(piece)
        })
    }
}

/// Any bytes: cut into pieces they give the same frames and the same error as at once.
pub fn frames(data: &[u8]) {
    let cut = Cut::of(data);
    check(&cut, cut.body);
}

/// As [`frames`], with the checksums corrected.
pub fn frames_valid_crc(data: &[u8]) {
    let cut = Cut::of(data);
    check(&cut, &cut.corrected());
}

fn check(cut: &Cut<'_>, body: &[u8]) {
    let mut frames = Vec::new();
    let end = decode(cut.decoder(), std::iter::once(body), |frame| frames.push(frame));
    let delivered: usize = frames.iter().map(Frame::total_len).sum();
    // The frames are not kept here, so the decoder reuses their memory.
    let mut images = Vec::with_capacity(delivered);
    let end_in_pieces =
        decode(cut.decoder(), cut.pieces(body), |frame| images.extend_from_slice(frame.as_bytes()));
    assert_eq!(body.get(..delivered), Some(&images[..]));
    assert_eq!(end, end_in_pieces);
    let mut untaken = cut.decoder();
    untaken.push(body);
    assert_eq!(untaken.finish(), end);

    assert!(delivered <= body.len() && frames.iter().all(|frame| frame.total_len() <= cut.budget));
    let mut rest = body;
    for frame in &frames {
        let (image, behind) = rest.split_at(frame.total_len());
        assert_eq!(frame.as_bytes(), image);
        rest = behind;
        check_frame(frame);
    }
    match end {
        Ok(()) => assert_eq!(delivered, body.len()),
        Err(DecodeError::Truncated { have, need }) => assert!(have == rest.len() && have < need),
        Err(_) => {}
    }
    if cut.shows {
        let error = end.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(!error.chars().any(char::is_control), "{error:?}");
        assert!(!format!("{frames:?}{untaken:?}").is_empty());
    }
}

/// Hands out the frames of a body that comes in `pieces`, of which the decoder may keep every second, and says how it ends.
fn decode<'a>(
    mut decoder: FrameDecoder,
    pieces: impl Iterator<Item = &'a [u8]>,
    mut take: impl FnMut(Frame),
) -> Result<(), DecodeError> {
    for (index, piece) in pieces.enumerate() {
        if index % 2 == 0 {
            decoder.push(piece);
        } else {
            decoder.push_bytes(Bytes::copy_from_slice(piece));
        }
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => take(frame),
                Ok(None) => break,
                Err(error) => {
                    decoder.push(piece);
                    assert_eq!(decoder.next_frame(), Err(error));
                    assert_eq!((decoder.finish(), decoder.buffered()), (Err(error), 0));
                    return Err(error);
                }
            }
        }
    }
    decoder.finish()
}

/// Names are present and distinct, a look-up finds what the list has, and rebuilding the frame gives the same bytes.
fn check_frame(frame: &Frame) {
    let mut names = BTreeSet::new();
    let mut longest = 0;
    let mut builder = Frame::builder().payload(frame.payload());
    for Header { name, value } in frame.headers() {
        assert!(!name.is_empty() && names.insert(name), "{name:?}");
        assert_eq!(frame.header(name), Some(value));
        longest = longest.max(match value {
            HeaderValue::String(text) => text.len(),
            HeaderValue::ByteArray(bytes) => bytes.len(),
            _ => 0,
        });
        builder = builder.header(name, value);
    }
    match builder.build() {
        Ok(rebuilt) => assert_eq!(rebuilt.as_bytes(), frame.as_bytes()),
        Err(EncodeError::ValueTooLong { len, .. }) => assert!(len == longest && len > LONGEST_VALUE),
        Err(error) => panic!("{error}"),
    }
    let text = |name| frame.header(name).and_then(|value| value.as_str());
    assert_eq!(frame.message_type().is_some(), text(":message-type").is_some());
    assert_eq!(frame.event_type(), text(":event-type"));
    assert_eq!(frame.exception_type(), text(":exception-type"));
    assert_eq!(frame.error_code(), text(":error-code"));
    assert_eq!(frame.error_message(), text(":error-message"));
    assert_eq!(frame.content_type(), text(":content-type"));
    assert_eq!(frame.payload_bytes(), frame.payload());
}

/// A frame made of any headers and payload: what is written is read back, no prefix of it is a frame, and no flipped
/// bit passes. What cannot be written is refused for the right reason. A last byte of 254 means too many headers.
pub fn frames_round_trip(data: &[u8]) {
    // Longer than any name that an input can hold, and told apart by their first bytes: comparing them is most of the work.
    static TOO_MANY: LazyLock<Vec<String>> =
        LazyLock::new(|| (0..=MAX_HEADERS).map(|index| format!("{index:04}{:36}", "")).collect());
    let mut input = Input(data);
    let (cut_at, flipped) = (u16::from_be_bytes(input.array()), u16::from_be_bytes(input.array()));
    let payload = input.byte();
    let payload = input.bytes(payload.into());
    let mut headers = Vec::new();
    let mut builder = Frame::builder().payload(payload);
    let mut refusals = BTreeSet::new();
    let mut names = BTreeSet::new();
    while !input.is_empty() {
        if input.0 == [254] {
            refusals.insert("a frame has at most 1024 headers");
            builder =
                TOO_MANY.iter().fold(builder, |builder, name| builder.header(name, HeaderValue::Bool(true)));
            break;
        }
        let name = name(&mut input);
        let value = value(&mut input);
        if name.is_empty() {
            refusals.insert("a header name is empty");
        } else if name.len() > 255 {
            refusals.insert("a header name has 256 bytes; the limit is 255");
        } else if !names.insert(name.clone()) {
            refusals.insert("two headers are called");
        } else if matches!(value, HeaderValue::String(text) if text.len() > LONGEST_VALUE) {
            refusals.insert("the value of header");
        }
        builder = builder.header(&name, value);
        headers.push((name, value.type_number()));
    }
    let frame = match builder.build() {
        Ok(frame) => frame,
        Err(error) => {
            let error = error.to_string();
            assert!(refusals.iter().any(|refusal| error.starts_with(refusal)), "{error}: {refusals:?}");
            return;
        }
    };
    assert!(refusals.is_empty(), "{refusals:?}");
    assert_eq!(frame.payload(), payload);
    let read = frame.headers().map(|header| (header.name.to_owned(), header.value.type_number()));
    assert!(read.eq(headers));
    check_frame(&frame);

    let whole = frame.as_bytes();
    let (end, rest) = decode_first(whole);
    assert_eq!(end, Ok(Some(frame.clone())));
    assert_eq!(rest, Ok(()));
    let cut_at = usize::from(cut_at) % whole.len();
    let (end, rest) = decode_first(&whole[..cut_at]);
    assert_eq!(end, Ok(None));
    assert_eq!(rest.is_ok(), cut_at == 0);
    let mut image = whole.to_vec();
    let bit = usize::from(flipped) % (image.len() * 8);
    image[bit / 8] ^= 1 << (bit % 8);
    let (end, rest) = decode_first(&image);
    let checksum =
        |error| matches!(error, DecodeError::PreludeChecksum { .. } | DecodeError::MessageChecksum { .. });
    assert!(end.is_err_and(checksum) && rest.is_err());
}

/// The first frame of `body`, and what the end of the body says.
fn decode_first(body: &[u8]) -> (Result<Option<Frame>, DecodeError>, Result<(), DecodeError>) {
    let mut decoder = FrameDecoder::default();
    decoder.push(body);
    (decoder.next_frame(), decoder.finish())
}

/// A length and as many bytes; 255 means a name that is one byte too long.
fn name(input: &mut Input<'_>) -> String {
    match input.byte() {
        255 => "n".repeat(256),
        len => input.text(usize::from(len % 32)).to_owned(),
    }
}

/// A type and a value of it; type 255 means a text that is one byte too long.
fn value<'a>(input: &mut Input<'a>) -> HeaderValue<'a> {
    static TOO_LONG: LazyLock<String> = LazyLock::new(|| "x".repeat(LONGEST_VALUE + 1));
    let number = input.byte();
    if number == 255 {
        return HeaderValue::String(&TOO_LONG);
    }
    match number % 10 {
        0 => HeaderValue::Bool(true),
        1 => HeaderValue::Bool(false),
        2 => HeaderValue::Byte(i8::from_be_bytes(input.array())),
        3 => HeaderValue::Int16(i16::from_be_bytes(input.array())),
        4 => HeaderValue::Int32(i32::from_be_bytes(input.array())),
        5 => HeaderValue::Int64(i64::from_be_bytes(input.array())),
        6 => {
            let len = input.byte();
            HeaderValue::ByteArray(input.bytes(len.into()))
        }
        7 => {
            let len = input.byte();
            HeaderValue::String(input.text(len.into()))
        }
        8 => HeaderValue::Timestamp(i64::from_be_bytes(input.array())),
        _ => HeaderValue::Uuid(input.array()),
    }
}

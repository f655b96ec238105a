//! Bytes in, frames out.

mod error;
#[cfg(test)]
mod tests;

use std::fmt;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use crate::header::{self, BlockError, MAX_HEADERS};
use crate::{CRC_LEN, Frame, FrameRef, OVERHEAD, PRELUDE_LEN};

pub use error::{Budget, DecodeError};

/// The least that the buffer asks for when it has to ask: some ordinary frames.
const MIN_CAPACITY: usize = 1024;

/// Reads frames from the pieces of a stream, however it was cut.
///
/// Push bytes as they come, take frames until there is none, and call [`finish`](Self::finish) at the end of the
/// stream. The decoder does no I/O and never waits.
///
/// **It decides as early as the bytes allow.** The prelude is judged as soon as its 12 bytes are in: first its
/// checksum, then the lengths, then the budget. The message checksum follows when the frame is whole, and the
/// headers are looked at only after that. So a damaged length can never make it wait for a frame that will not
/// come.
///
/// **It stops at the first error.** The specification forbids to read on after a wrong checksum, because nothing
/// after it can be trusted. Every later call returns that error again, whatever is pushed.
///
/// **It holds no more than it was sent.** A claimed length reserves nothing: the buffer doubles as bytes arrive,
/// and a frame over the budget is refused from its prelude. Frames share that buffer instead of copying from it.
///
/// ```
/// use bedrill_eventstream::{DecodeError, FrameDecoder};
///
/// let mut decoder = FrameDecoder::new();
/// decoder.push(br#"{"message":"not an event stream"}"#);
/// let error = decoder.next_frame().unwrap_err();
/// assert!(matches!(error, DecodeError::PreludeChecksum { .. }));
/// assert!(error.to_string().contains(r#"it begins with the text "{\"message\":\"""#));
/// assert_eq!(decoder.next_frame(), Err(error));
/// ```
pub struct FrameDecoder {
    budget: usize,
    /// What has come and not been returned lies here,
    buffer: BytesMut,
    /// or here, in a piece that is read where it lies while there are whole frames in it. One of them is empty.
    piece: Bytes,
    state: State,
}

/// What is known of the frame at the start of the buffer.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Nothing yet.
    Prelude,
    /// Its prelude, which has passed its checks.
    Rest(Prelude),
    /// That it is whole, has passed all checks, and was shown.
    Peeked(Prelude),
    /// That it is malformed.
    Failed(DecodeError),
}

impl FrameDecoder {
    /// The largest frame that [`new`](Self::new) accepts: 32 MiB, checksums included.
    ///
    /// Services send at most 24 MiB of payload and 128 KiB of headers. The specification leaves that check to
    /// them and forbids it to clients, so this is a limit on memory and is reported as one.
    pub const DEFAULT_BUDGET: usize = 32 * 1024 * 1024;

    /// A decoder at the start of a stream.
    pub fn new() -> Self {
        Self::with_budget(Self::DEFAULT_BUDGET)
    }

    /// A decoder that refuses frames of more than `budget` bytes, checksums included.
    pub fn with_budget(budget: usize) -> Self {
        Self { budget, buffer: BytesMut::new(), piece: Bytes::new(), state: State::Prelude }
    }

    /// Takes the next piece of the stream, of any length. After an error it is dropped.
    #[inline] // for streams that trickle in, as in `next_frame`
    pub fn push(&mut self, chunk: &[u8]) {
        // After an error the buffer is empty, and no chunk fits.
        if !self.piece.is_empty() || chunk.len() > self.buffer.spare_capacity_mut().len() {
            self.grow(chunk);
        } else if let [byte] = chunk {
            // When bytes drip, to call memcpy for each would be a third of the work.
            self.buffer.put_u8(*byte);
        } else {
            self.buffer.extend_from_slice(chunk);
        }
    }

    /// As [`push`](Self::push), for a piece that can be kept: the frames that are whole in it are not copied.
    pub fn push_bytes(&mut self, chunk: Bytes) {
        if self.buffered() > 0 {
            self.push(&chunk);
        } else if !matches!(self.state, State::Failed(_)) {
            self.piece = chunk;
        }
    }

    /// The next whole frame, or `None` when more bytes are needed for one.
    ///
    /// # Errors
    ///
    /// The stream breaks the framing or exceeds the budget; see [`DecodeError`]. Frames before the fault have
    /// been returned, none after it is, and every later call returns the same error.
    #[inline] // as `whole_frame`
    pub fn next_frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        let Some(Prelude { total_len, headers_len }) = self.whole_frame()? else { return Ok(None) };
        let image = if self.piece.is_empty() {
            self.buffer.split_to(total_len).freeze()
        } else {
            self.piece.split_to(total_len)
        };
        Ok(Some(Frame::from_checked(image, headers_len)))
    }

    /// Borrows the next whole frame without copying it, or `None` when more bytes are needed for one.
    ///
    /// It stays the next frame until [`discard_frame`](Self::discard_frame) drops it or
    /// [`next_frame`](Self::next_frame) takes it. Discarded, its memory serves later frames.
    ///
    /// # Errors
    ///
    /// As [`next_frame`](Self::next_frame).
    pub fn peek_frame(&mut self) -> Result<Option<FrameRef<'_>>, DecodeError> {
        let Some(Prelude { total_len, headers_len }) = self.whole_frame()? else { return Ok(None) };
        self.state = State::Peeked(Prelude { total_len, headers_len });
        Ok(self.unread().get(..total_len).map(|image| FrameRef::from_checked(image, headers_len)))
    }

    /// Drops the frame that [`peek_frame`](Self::peek_frame) has shown; without one it does nothing.
    pub fn discard_frame(&mut self) {
        let State::Peeked(Prelude { total_len, .. }) = self.state else { return };
        self.state = State::Prelude;
        if total_len < self.piece.len() {
            self.piece.advance(total_len);
        } else if self.piece.is_empty() {
            self.buffer.advance(total_len.min(self.buffer.len()));
        } else {
            self.piece = Bytes::new();
        }
    }

    /// Whether the stream may end here: between two frames.
    ///
    /// Frames that are whole but not taken yet are checked, too, so the answer does not depend on when it is
    /// asked for.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Truncated`] inside a frame; after a failure, that failure.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if let State::Failed(error) = self.state {
            return Err(error);
        }
        let mut rest = self.unread();
        while !rest.is_empty() {
            let have = rest.len();
            let Some(prelude) = Prelude::read(rest, self.budget)? else {
                return Err(DecodeError::Truncated { have, need: PRELUDE_LEN });
            };
            let Some((frame, after)) = rest.split_at_checked(prelude.total_len) else {
                return Err(DecodeError::Truncated { have, need: prelude.total_len });
            };
            prelude.check_rest_of(frame)?;
            rest = after;
        }
        Ok(())
    }

    /// How many bytes have been pushed and not yet returned in a frame; 0 after an error.
    pub fn buffered(&self) -> usize {
        // One of them is empty.
        self.buffer.len().max(self.piece.len())
    }

    fn unread(&self) -> &[u8] {
        if self.piece.is_empty() { &self.buffer } else { &self.piece }
    }

    /// The prelude of the next frame, when all of that is there and has passed its checks.
    #[inline] // when a stream trickles in, nearly every call ends here
    fn whole_frame(&mut self) -> Result<Option<Prelude>, DecodeError> {
        let enough = match self.state {
            State::Prelude => self.buffered() >= PRELUDE_LEN,
            State::Rest(prelude) => self.buffered() >= prelude.total_len,
            State::Peeked(_) | State::Failed(_) => true,
        };
        if enough {
            return self.decode();
        }
        self.leave_piece();
        Ok(None)
    }

    fn decode(&mut self) -> Result<Option<Prelude>, DecodeError> {
        self.check_frame().inspect_err(|error| {
            self.state = State::Failed(*error);
            self.buffer = BytesMut::new();
            self.piece = Bytes::new();
        })
    }

    /// Copies what is left of a piece, and lets it go: its memory may be much more, and the sender's to use again.
    #[inline]
    fn leave_piece(&mut self) {
        if !self.piece.is_empty() {
            self.grow(&[]);
        }
    }

    /// Appends what is left of a piece, and then `chunk`.
    #[inline(never)]
    fn grow(&mut self, chunk: &[u8]) {
        if matches!(self.state, State::Failed(_)) {
            return;
        }
        let rest = std::mem::take(&mut self.piece);
        for part in [&rest, chunk] {
            if part.len() > self.buffer.spare_capacity_mut().len() {
                self.make_room(part.len());
            }
            self.buffer.extend_from_slice(part);
        }
    }

    fn check_frame(&mut self) -> Result<Option<Prelude>, DecodeError> {
        let prelude = match self.state {
            State::Failed(error) => return Err(error),
            State::Peeked(prelude) => {
                self.state = State::Prelude;
                return Ok(Some(prelude));
            }
            State::Rest(prelude) => prelude,
            State::Prelude => match Prelude::read(self.unread(), self.budget)? {
                Some(prelude) => prelude,
                None => return Ok(None),
            },
        };
        let Some(frame) = self.unread().get(..prelude.total_len) else {
            self.state = State::Rest(prelude);
            self.leave_piece();
            return Ok(None);
        };
        prelude.check_rest_of(frame)?;
        self.state = State::Prelude;
        Ok(Some(prelude))
    }

    /// Makes room for `additional` bytes: in the memory at hand when the frames that were in it are gone, else in
    /// a new buffer of twice the length, but not longer than the frame that is arriving. Doubling keeps the work
    /// for one large frame linear in its length.
    #[inline(never)]
    fn make_room(&mut self, additional: usize) {
        if self.buffer.try_reclaim(additional) {
            return;
        }
        let have = self.buffer.len();
        let doubled = match self.state {
            State::Rest(prelude) if have < prelude.total_len => have.saturating_mul(2).min(prelude.total_len),
            _ => have.saturating_mul(2),
        };
        let capacity = have.saturating_add(additional).max(doubled).max(MIN_CAPACITY);
        let mut grown = BytesMut::with_capacity(capacity);
        grown.extend_from_slice(&self.buffer);
        self.buffer = grown;
    }
}

impl Default for FrameDecoder {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows how many bytes are waiting, not which: they are what people say.
impl fmt::Debug for FrameDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameDecoder")
            .field("budget", &self.budget)
            .field("buffered", &self.buffered())
            .field("state", &self.state)
            .finish()
    }
}

/// The lengths at the start of a frame, known to be true to their checksum, possible, and within the budget.
#[derive(Clone, Copy, Debug)]
struct Prelude {
    total_len: usize,
    headers_len: usize,
}

impl Prelude {
    /// Reads and checks the prelude at the start of `input`; `None` when it is not whole.
    fn read(input: &[u8], budget: usize) -> Result<Option<Self>, DecodeError> {
        let Some(&prelude) = input.first_chunk::<PRELUDE_LEN>() else { return Ok(None) };
        let [t0, t1, t2, t3, h0, h1, h2, h3, c0, c1, c2, c3] = prelude;

        let expected = u32::from_be_bytes([c0, c1, c2, c3]);
        let actual = crc32fast::hash(&[t0, t1, t2, t3, h0, h1, h2, h3]);
        if actual != expected {
            return Err(DecodeError::PreludeChecksum { expected, actual, prelude });
        }

        let total_len = u32::from_be_bytes([t0, t1, t2, t3]);
        let headers_len = u32::from_be_bytes([h0, h1, h2, h3]);
        let impossible = DecodeError::Length { total_len, headers_len };
        // The minimum comes first: the room for headers must not be computed from less.
        let room = (total_len as usize).checked_sub(OVERHEAD).ok_or(impossible)?;
        if headers_len as usize > room {
            return Err(impossible);
        }

        let (total_len, headers_len) = (total_len as usize, headers_len as usize);
        if total_len > budget {
            return Err(DecodeError::OverBudget {
                budget: Budget::FrameBytes,
                needed: total_len,
                allowed: budget,
            });
        }
        Ok(Some(Self { total_len, headers_len }))
    }

    /// Checks everything after the prelude of `frame`, which must be whole.
    fn check_rest_of(self, frame: &[u8]) -> Result<(), DecodeError> {
        let Some((covered, crc)) = frame.split_last_chunk::<CRC_LEN>() else {
            return Err(DecodeError::Truncated { have: frame.len(), need: self.total_len });
        };
        let expected = u32::from_be_bytes(*crc);
        let actual = crc32fast::hash(covered);
        if actual != expected {
            return Err(DecodeError::MessageChecksum { expected, actual });
        }

        let headers = PRELUDE_LEN..PRELUDE_LEN.saturating_add(self.headers_len);
        header::check(covered.get(headers).unwrap_or_default()).map_err(|error| match error {
            BlockError::Header { offset, problem } => {
                DecodeError::Header { offset: PRELUDE_LEN.saturating_add(offset), problem }
            }
            BlockError::TooMany => DecodeError::OverBudget {
                budget: Budget::Headers,
                needed: MAX_HEADERS.saturating_add(1),
                allowed: MAX_HEADERS,
            },
        })
    }
}

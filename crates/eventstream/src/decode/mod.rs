//! Decodes frames from bytes.

mod error;
#[cfg(test)]
mod tests;

use std::fmt;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use crate::header::{self, BlockError, MAX_HEADERS};
use crate::{CRC_LEN, Frame, FrameRef, OVERHEAD, PRELUDE_LEN};

pub use error::{Budget, DecodeError};

/// The smallest buffer that is allocated: room for a few ordinary frames.
const MIN_CAPACITY: usize = 1024;

/// Reads frames from the chunks of a stream, wherever it was split.
///
/// Push bytes as they arrive, take frames until there are none, and call [`finish`](Self::finish) at the end of the
/// stream. The decoder does no I/O and never waits.
///
/// **It decides as early as the bytes allow.** The prelude is checked as soon as its 12 bytes have arrived: first its
/// checksum, then the lengths, then the budget. The message checksum follows when the frame is complete, and the
/// headers are checked only after that. So a damaged length can never make it wait for a frame that will not
/// arrive.
///
/// **It stops at the first error.** The specification forbids reading on after a wrong checksum, because nothing
/// after it can be trusted. Every later call returns the same error, whatever is pushed.
///
/// **It holds no more than it was sent.** A claimed length reserves nothing: the buffer doubles as bytes arrive,
/// and a frame over the budget is rejected from its prelude. Frames share that buffer instead of copying from it.
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
    /// Bytes that have arrived and have not been returned are here,
    buffer: BytesMut,
    /// or here, in a chunk that is read in place while it holds complete frames. One of the two is empty.
    piece: Bytes,
    state: State,
}

/// What is known about the frame at the start of the buffer.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Nothing yet.
    Prelude,
    /// Its prelude, which has passed its checks.
    Rest(Prelude),
    /// It is complete, has passed all checks, and has been peeked at.
    Peeked(Prelude),
    /// It is malformed.
    Failed(DecodeError),
}

impl FrameDecoder {
    /// The largest frame that [`new`](Self::new) accepts: 32 MiB, checksums included.
    ///
    /// Services send at most 24 MiB of payload and 128 KiB of headers. The specification leaves that check to
    /// them and forbids it to clients, so this is a limit on memory and is reported as one.
    pub const DEFAULT_BUDGET: usize = 32 * 1024 * 1024;

    /// Creates a decoder for a new stream.
    #[must_use]
    pub fn new() -> Self {
        Self::with_budget(Self::DEFAULT_BUDGET)
    }

    /// Creates a decoder that rejects frames of more than `budget` bytes, checksums included.
    #[must_use]
    pub fn with_budget(budget: usize) -> Self {
        Self { budget, buffer: BytesMut::new(), piece: Bytes::new(), state: State::Prelude }
    }

    /// Appends the next chunk of the stream, of any length. After an error it is discarded.
    #[inline] // for streams that arrive a few bytes at a time, as in `next_frame`
    pub fn push(&mut self, chunk: &[u8]) {
        // After an error the buffer is empty, and no chunk fits.
        if !self.piece.is_empty() || chunk.len() > self.buffer.spare_capacity_mut().len() {
            self.grow(chunk);
        } else if let [byte] = chunk {
            // When bytes arrive singly, calling memcpy for each would be a third of the work.
            self.buffer.put_u8(*byte);
        } else {
            self.buffer.extend_from_slice(chunk);
        }
    }

    /// Like [`push`](Self::push), but keeps the chunk: complete frames in it are not copied.
    pub fn push_bytes(&mut self, chunk: Bytes) {
        if self.buffered() > 0 {
            self.push(&chunk);
        } else if !matches!(self.state, State::Failed(_)) {
            self.piece = chunk;
        }
    }

    /// Returns the next complete frame, or `None` when more bytes are needed.
    ///
    /// # Errors
    ///
    /// The stream is malformed or exceeds the budget; see [`DecodeError`]. Frames before the fault have
    /// been returned, none after it will be, and every later call returns the same error.
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

    /// Borrows the next complete frame without copying it; `None` when more bytes are needed.
    ///
    /// It stays the next frame until [`discard_frame`](Self::discard_frame) drops it or
    /// [`next_frame`](Self::next_frame) takes it. Once it is discarded, its memory is reused.
    ///
    /// # Errors
    ///
    /// As [`next_frame`](Self::next_frame).
    pub fn peek_frame(&mut self) -> Result<Option<FrameRef<'_>>, DecodeError> {
        let Some(Prelude { total_len, headers_len }) = self.whole_frame()? else { return Ok(None) };
        self.state = State::Peeked(Prelude { total_len, headers_len });
        Ok(self.unread().get(..total_len).map(|image| FrameRef::from_checked(image, headers_len)))
    }

    /// Drops the frame that [`peek_frame`](Self::peek_frame) returned; does nothing when there is none.
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

    /// Checks that the stream may end here, which is between two frames.
    ///
    /// Complete frames that have not been taken yet are checked, too, so the result does not depend on when this is
    /// called.
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

    /// Returns how many bytes have been pushed and not yet returned in a frame; 0 after an error.
    pub fn buffered(&self) -> usize {
        // One of the two is empty.
        self.buffer.len().max(self.piece.len())
    }

    fn unread(&self) -> &[u8] {
        if self.piece.is_empty() { &self.buffer } else { &self.piece }
    }

    /// The prelude of the next frame, once it has arrived and passed its checks.
    #[inline] // when a stream arrives a few bytes at a time, nearly every call ends here
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

    /// Copies what is left of a chunk and releases it: its memory may be much larger, and the sender may reuse it.
    #[inline]
    fn leave_piece(&mut self) {
        if !self.piece.is_empty() {
            self.grow(&[]);
        }
    }

    /// Appends what is left of the kept chunk, and then `chunk`.
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

    /// Makes room for `additional` bytes: in the current memory when the frames that were in it are gone, else in
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

/// Shows how many bytes are waiting, not the bytes themselves: they are conversation text.
impl fmt::Debug for FrameDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameDecoder")
            .field("budget", &self.budget)
            .field("buffered", &self.buffered())
            .field("state", &self.state)
            .finish()
    }
}

/// The lengths at the start of a frame, known to match their checksum, to be possible, and to be within the budget.
#[derive(Clone, Copy, Debug)]
struct Prelude {
    total_len: usize,
    headers_len: usize,
}

impl Prelude {
    /// Reads and checks the prelude at the start of `input`; `None` when it is incomplete.
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
        // The minimum is checked first: the room for headers must not be computed from a smaller length.
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

    /// Checks everything after the prelude of `frame`, which must be complete.
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

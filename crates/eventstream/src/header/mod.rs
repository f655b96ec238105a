//! Headers: a block of them is split and checked once, and can then be read any number of times.

use std::collections::BTreeSet;
use std::fmt;

/// The most headers that a frame may have: 1,024.
///
/// The specification sets no limit. A header can take four bytes, so a large frame could hold millions; Bedrock
/// sends three or four. [aws-c-event-stream has the same limit](https://github.com/awslabs/aws-c-event-stream/pull/147).
pub const MAX_HEADERS: usize = 1024;

/// One header of a frame: a name and a typed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the specification gives a header a name and a value")]
pub struct Header<'a> {
    /// The name, 1 to 255 bytes, unique in its frame. Case-sensitive.
    pub name: &'a str,
    /// The value.
    pub value: HeaderValue<'a>,
}

/// The value of a header. The specification closes this set of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the specification closes this set")]
pub enum HeaderValue<'a> {
    /// Type 0 when true, 1 when false.
    Bool(bool),
    /// Type 2.
    Byte(i8),
    /// Type 3.
    Int16(i16),
    /// Type 4.
    Int32(i32),
    /// Type 5.
    Int64(i64),
    /// Type 6. It may be empty: the specification says 1 byte or more, but implementations accept empty ones.
    ByteArray(&'a [u8]),
    /// Type 7. It may be empty, as a byte array may.
    String(&'a str),
    /// Type 8, in milliseconds since 1970-01-01T00:00:00Z; negative before that.
    Timestamp(i64),
    /// Type 9, the 16 bytes in the order in which a UUID is written.
    Uuid([u8; 16]),
}

impl<'a> HeaderValue<'a> {
    /// The type number on the wire, 0 to 9.
    #[must_use]
    pub fn type_number(&self) -> u8 {
        match self {
            Self::Bool(true) => 0,
            Self::Bool(false) => 1,
            Self::Byte(_) => 2,
            Self::Int16(_) => 3,
            Self::Int32(_) => 4,
            Self::Int64(_) => 5,
            Self::ByteArray(_) => 6,
            Self::String(_) => 7,
            Self::Timestamp(_) => 8,
            Self::Uuid(_) => 9,
        }
    }

    /// The text of a string; `None` for every other type.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        match *self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// The headers of a frame in wire order, decoded lazily. Nothing is allocated.
#[derive(Clone)]
pub struct Headers<'a> {
    rest: &'a [u8],
}

impl<'a> Headers<'a> {
    /// `block` must have passed [`check`].
    pub(super) fn new(block: &'a [u8]) -> Self {
        Self { rest: block }
    }

    /// Compares names as bytes and decodes only the value asked for.
    pub(super) fn find_value(mut self, name: &str) -> Option<HeaderValue<'a>> {
        while let Ok((raw, rest)) = RawHeader::split(self.rest) {
            if raw.name == name.as_bytes() {
                return raw.value().ok();
            }
            self.rest = rest;
        }
        None
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        // The block has been checked, so this fails only at its end.
        let (raw, rest) = RawHeader::split(self.rest).ok()?;
        self.rest = rest;
        Some(Header { name: raw.name().ok()?, value: raw.value().ok()? })
    }
}

impl std::iter::FusedIterator for Headers<'_> {}

/// Shows a map from names to values.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone().map(|header| (header.name, header.value))).finish()
    }
}

/// What is wrong with a header. Each variant breaks a rule of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderProblem {
    /// The name is empty.
    EmptyName,
    /// The name is not UTF-8.
    NameNotUtf8,
    /// An earlier header of the frame has the same name.
    DuplicateName,
    /// The type is not one of 0 to 9.
    UnknownType(u8),
    /// A string value is not UTF-8.
    ValueNotUtf8,
    /// The name, the type or the value runs past the end of the headers.
    PastEnd,
}

impl fmt::Display for HeaderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyName => f.write_str("the name is empty"),
            Self::NameNotUtf8 => f.write_str("the name is not UTF-8"),
            Self::DuplicateName => f.write_str("an earlier header has the same name"),
            Self::UnknownType(number) => {
                write!(f, "value type {number} does not exist; the types are 0 to 9")
            }
            Self::ValueNotUtf8 => f.write_str("the string value is not UTF-8"),
            Self::PastEnd => f.write_str("it runs past the end of the headers"),
        }
    }
}

/// Why a block of headers was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockError {
    /// The header that starts `offset` bytes into the block is malformed.
    Header { offset: usize, problem: HeaderProblem },
    /// There are more than [`MAX_HEADERS`].
    TooMany,
}

/// Checks a block of headers against every rule, in one pass.
pub(super) fn check(block: &[u8]) -> Result<(), BlockError> {
    // ASCII is UTF-8, and an ordinary block is all ASCII, its lengths and types included.
    let ascii = block.is_ascii();
    let mut names = SeenNames::default();
    let mut rest = block;
    while !rest.is_empty() {
        if names.count == MAX_HEADERS {
            return Err(BlockError::TooMany);
        }
        rest = check_first(rest, ascii, &mut names).map_err(|problem| BlockError::Header {
            offset: block.len().saturating_sub(rest.len()),
            problem,
        })?;
    }
    Ok(())
}

/// Checks the first header of `block` and returns what follows it. `ascii` skips the UTF-8 checks.
fn check_first<'a>(
    block: &'a [u8],
    ascii: bool,
    names: &mut SeenNames<'a>,
) -> Result<&'a [u8], HeaderProblem> {
    let (raw, rest) = RawHeader::split(block)?;
    if !ascii {
        raw.name()?;
        raw.value()?;
    }
    if !names.insert(raw.name) {
        return Err(HeaderProblem::DuplicateName);
    }
    Ok(rest)
}

/// A header cut into its parts. Neither the name nor a string value is known to be UTF-8.
struct RawHeader<'a> {
    name: &'a [u8],
    type_number: u8,
    /// As many bytes as the type needs, without the length prefix of a byte array or string.
    value: &'a [u8],
}

impl<'a> RawHeader<'a> {
    /// Splits the first header off `block`.
    fn split(block: &'a [u8]) -> Result<(Self, &'a [u8]), HeaderProblem> {
        const PAST_END: HeaderProblem = HeaderProblem::PastEnd;

        let (&name_len, rest) = block.split_first().ok_or(PAST_END)?;
        if name_len == 0 {
            return Err(HeaderProblem::EmptyName);
        }
        let (name, rest) = rest.split_at_checked(name_len.into()).ok_or(PAST_END)?;
        let (&type_number, rest) = rest.split_first().ok_or(PAST_END)?;
        let (value_len, rest) = match type_number {
            0 | 1 => (0, rest),
            2 => (1, rest),
            3 => (2, rest),
            4 => (4, rest),
            5 | 8 => (8, rest),
            6 | 7 => {
                let (len, rest) = rest.split_first_chunk().ok_or(PAST_END)?;
                (u16::from_be_bytes(*len).into(), rest)
            }
            9 => (16, rest),
            unknown => return Err(HeaderProblem::UnknownType(unknown)),
        };
        let (value, rest) = rest.split_at_checked(value_len).ok_or(PAST_END)?;
        Ok((Self { name, type_number, value }, rest))
    }

    fn name(&self) -> Result<&'a str, HeaderProblem> {
        std::str::from_utf8(self.name).map_err(|_| HeaderProblem::NameNotUtf8)
    }

    fn value(&self) -> Result<HeaderValue<'a>, HeaderProblem> {
        Ok(match self.type_number {
            0 => HeaderValue::Bool(true),
            1 => HeaderValue::Bool(false),
            2 => HeaderValue::Byte(i8::from_be_bytes(self.fixed()?)),
            3 => HeaderValue::Int16(i16::from_be_bytes(self.fixed()?)),
            4 => HeaderValue::Int32(i32::from_be_bytes(self.fixed()?)),
            5 => HeaderValue::Int64(i64::from_be_bytes(self.fixed()?)),
            6 => HeaderValue::ByteArray(self.value),
            7 => {
                HeaderValue::String(std::str::from_utf8(self.value).map_err(|_| HeaderProblem::ValueNotUtf8)?)
            }
            8 => HeaderValue::Timestamp(i64::from_be_bytes(self.fixed()?)),
            9 => HeaderValue::Uuid(self.fixed()?),
            unknown => return Err(HeaderProblem::UnknownType(unknown)),
        })
    }

    fn fixed<const N: usize>(&self) -> Result<[u8; N], HeaderProblem> {
        self.value.try_into().map_err(|_| HeaderProblem::PastEnd)
    }
}

/// The names seen so far in one frame. The few of an ordinary frame are compared one by one; from the ninth on a
/// tree takes over, so that a frame full of headers does not cost the square of their number.
#[derive(Default)]
struct SeenNames<'a> {
    count: usize,
    few: [&'a [u8]; 8],
    many: BTreeSet<&'a [u8]>,
}

impl<'a> SeenNames<'a> {
    /// False when `name` is already present.
    fn insert(&mut self, name: &'a [u8]) -> bool {
        if self.few.iter().take(self.count).any(|seen| *seen == name) {
            return false;
        }
        match self.few.get_mut(self.count) {
            Some(slot) => *slot = name,
            None if !self.many.insert(name) => return false,
            None => {}
        }
        self.count = self.count.saturating_add(1);
        true
    }
}

#[cfg(test)]
mod tests;

//! Small sets of words.

use std::fmt;
use std::marker::PhantomData;

/// A word out of a closed list, such as a [`Modality`](crate::lore::Modality): what a [`Set`] holds.
///
/// Only this crate implements it.
pub trait Word: Copy + private::Listed {}

pub(super) mod private {
    /// The list. It cannot be named elsewhere, which seals [`Word`](crate::lore::Word).
    ///
    /// The names are one text: a table of texts would need a relocation for each of them, in every program.
    #[expect(unnameable_types, reason = "this seals `Word`")]
    pub trait Listed: Sized + 'static {
        /// All words, in the order of their indexes.
        const WORDS: &'static [Self];
        /// Their names, separated by spaces.
        const NAMES: &'static str;
        /// The word's place in the list.
        fn index(self) -> u8;
    }
}

/// A set of words: `Set<Modality>`, `Set<ToolChoice>`.
///
/// ```
/// use bedrill::lore::{Modality, Set};
///
/// let set: Set<Modality> = [Modality::Text, Modality::Image].into_iter().collect();
/// assert!(set.contains(Modality::Image) && !set.contains(Modality::Audio));
/// assert_eq!(set.to_string(), "text,image");
/// ```
pub struct Set<T> {
    bits: u16,
    of: PhantomData<fn() -> T>,
}

impl<T: Word> Set<T> {
    /// The set without words.
    #[must_use]
    pub const fn empty() -> Self {
        Self { bits: 0, of: PhantomData }
    }

    /// Whether `word` is in the set.
    #[must_use]
    pub fn contains(self, word: T) -> bool {
        self.bits & bit(word) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// The words, in the order of their list.
    pub fn iter(self) -> impl Iterator<Item = T> {
        T::WORDS.iter().copied().filter(move |word| self.contains(*word))
    }

    /// Adds `word`.
    pub fn insert(&mut self, word: T) {
        self.bits |= bit(word);
    }

    /// The words of a text that separates them with commas; `none` is the empty set.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(Self { bits: bits(T::NAMES, text)?, of: PhantomData })
    }
}

/// The word called `name`.
pub(super) fn named<T: Word>(name: &str) -> Option<T> {
    T::WORDS.get(usize::from(place(T::NAMES, name)?)).copied()
}

/// The bits of the words in `text`, out of these names. The same for every kind of word, which keeps programs small.
fn bits(names: &'static str, text: &str) -> Option<u16> {
    let mut bits = 0;
    if text != "none" && !text.is_empty() {
        for name in text.split(',') {
            bits |= 1_u16.checked_shl(u32::from(place(names, name)?))?;
        }
    }
    Some(bits)
}

fn place(names: &'static str, name: &str) -> Option<u8> {
    let place = names.split(' ').position(|listed| listed == name && !name.is_empty())?;
    u8::try_from(place).ok()
}

/// The name of `word`.
pub(super) fn name<T: Word>(word: T) -> &'static str {
    T::NAMES.split_ascii_whitespace().nth(usize::from(word.index())).unwrap_or_default()
}

fn bit<T: Word>(word: T) -> u16 {
    1_u16.checked_shl(u32::from(word.index())).unwrap_or_default()
}

// Derived implementations would ask the same of `T`.
impl<T> Clone for Set<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Set<T> {}

impl<T> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<T> Eq for Set<T> {}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { bits: 0, of: PhantomData }
    }
}

impl<T: Word> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(words: I) -> Self {
        let mut set = Self::empty();
        words.into_iter().for_each(|word| set.insert(word));
        set
    }
}

impl<T: Word> fmt::Display for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (index, word) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(name(word))?;
        }
        Ok(())
    }
}

impl<T: Word> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Set({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lore::Modality;

    #[test]
    fn a_set_is_read_as_it_is_written() {
        for text in ["none", "text", "text,image", "text,image,document,video,audio,speech,embedding"] {
            assert_eq!(Set::<Modality>::parse(text).map(|set| set.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Set::<Modality>::parse("text,smell"), None);
    }
}

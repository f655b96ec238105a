//! The table that is compiled in.
//!
//! A row is a line: the name of a family; its context window and maximum output, in tokens, thousands (`k`) or 1,024s (`K`);
//! the letters of what it reads, and of the geographies of its profiles; each `-` when not known. Then come words: `@NAME`
//! stands for the words of the line of that name, `X=VALUE` sets the member with the letter `X`, `X` alone and `!X` set it to true and
//! false; what comes later wins. `=NAME` instead of all that means the row of another name.
//!
//! A lookup searches for the line, and reads that line alone. The letters keep the table small: whoever sends requests
//! links it.

use std::borrow::Cow;

use super::{Family, Member};
use crate::lore::set::{Set, Word};
use crate::lore::{id, lines};

const TABLE: &str = include_str!("../families.txt");

/// How deep shared rows may refer to each other. A test checks that the table needs no more.
const DEPTH: u8 = 6;

/// The letters of [`Modality`], in its order.
const MODALITIES: &str = "tidvase";

/// The letters of [`Geography`], in its order.
const GEOGRAPHIES: &str = "uepjaicgvmxsdlf";

/// What the table says of a foundation model: the row of its family, and over it the row of its complete id.
pub(super) fn find(base: &str) -> Option<Family> {
    if base.starts_with(['@', '#']) || base.contains(char::is_whitespace) {
        return None;
    }
    let stem = id::stem(base);
    let whole = Some(base).filter(|base| *base != stem);
    let mut family = Family::default();
    for (name, row) in [Some(stem), whole].into_iter().flatten().filter_map(row) {
        let (name, row) = match row.strip_prefix('=') {
            Some(other) => self::row(other)?,
            None => (name, row),
        };
        family.id = Cow::Borrowed(name);
        read(&mut family, row);
    }
    Some(family).filter(|family| !family.id.is_empty())
}

/// Applies a row.
fn read(family: &mut Family, row: &'static str) {
    let mut words = row.split_ascii_whitespace();
    let mut column = || words.next().filter(|column| *column != "-");
    let window = column().and_then(tokens);
    let output = column().and_then(tokens);
    let input = column().map(|letters| set(MODALITIES, letters));
    let profiles = column().map(|letters| set(GEOGRAPHIES, letters));
    family.context_window = window.or(family.context_window);
    family.max_output = output.or(family.max_output);
    family.input = input.or(family.input);
    family.profiles = profiles.or(family.profiles);
    words.for_each(|word| apply(family, word, DEPTH));
}

/// `128k` is 128,000, and `128K` 131,072.
fn tokens(text: &str) -> Option<u64> {
    let (number, unit) = match (text.strip_suffix('k'), text.strip_suffix('K')) {
        (Some(number), _) => (number, 1_000),
        (_, Some(number)) => (number, 1_024),
        _ => (text, 1),
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// The words with these letters.
fn set<T: Word>(all: &str, letters: &str) -> Set<T> {
    letters.chars().filter_map(|letter| T::WORDS.get(all.find(letter)?).copied()).collect()
}

/// Applies a word.
fn apply(family: &mut Family, word: &'static str, depth: u8) {
    if word.starts_with('@') {
        if let (Some(depth), Some((_, shared))) = (depth.checked_sub(1), row(word)) {
            shared.split_ascii_whitespace().for_each(|word| apply(family, word, depth));
        }
        return;
    }
    // A test checks that every word of every row can be applied.
    let _ = set_letter(family, word);
}

/// Applies `X`, `!X` or `X=VALUE`.
fn set_letter(family: &mut Family, word: &str) -> Option<()> {
    let (letter, value) = match word.as_bytes() {
        [b'!', letter] => (letter, "false"),
        [letter] => (letter, "true"),
        [letter, b'=', ..] => (letter, word.get(2..).unwrap_or_default()),
        _ => return None,
    };
    family.set_member(Member::lettered(*letter), value)
}

/// The name and the rest of the line that begins with `name`.
fn row(name: &str) -> Option<(&'static str, &'static str)> {
    lines::find(TABLE, name)
}

/// The names of all families, in the order of the table.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let rows = TABLE.lines().filter(|line| !line.starts_with(['#', '@']) && !line.contains(" ="));
    rows.filter_map(|line| line.split_once(' ')).map(|(name, _)| name)
}

/// The day of the last renewal.
pub(super) fn as_of() -> &'static str {
    lines::as_of(TABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lore::set::private::Listed as _;
    use crate::lore::vocabulary::{Geography, Modality};

    #[test]
    fn every_row_can_be_read_and_none_is_there_twice() {
        assert!(crate::base::time::parse_rfc3339(&format!("{}T00:00:00Z", as_of())).is_some());
        let mut names = Vec::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let (name, words) = line.split_once(' ').expect(line);
            names.push(name);
            if let Some(other) = words.strip_prefix('=') {
                assert!(row(other).is_some_and(|(_, row)| !row.starts_with('=')), "{line}");
                continue;
            }
            let mut words = words.split(' ').peekable();
            if !name.starts_with('@') {
                for limit in words.by_ref().take(2) {
                    assert!(limit == "-" || tokens(limit).is_some_and(|tokens| tokens > 0), "{line}");
                }
                for all in [MODALITIES, GEOGRAPHIES] {
                    let letters = words.next().expect(line);
                    assert!(letters == "-" || letters.chars().all(|letter| all.contains(letter)), "{line}");
                }
            }
            for word in words {
                if word.starts_with('@') {
                    assert!(depth(word) <= DEPTH, "{line}");
                } else {
                    assert_eq!(set_letter(&mut Family::default(), word), Some(()), "{line}");
                }
            }
        }
        assert!(names.len() > 150, "the rows are found: {}", names.len());
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn there_is_a_letter_for_each_word() {
        assert_eq!(MODALITIES.len(), Modality::WORDS.len());
        assert_eq!(GEOGRAPHIES.len(), Geography::WORDS.len());
        assert_eq!(set::<Geography>(GEOGRAPHIES, "uvi").to_string(), "us,in,us-gov");
        assert_eq!(set::<Modality>(MODALITIES, "tiv").to_string(), "text,image,video");
        assert_eq!(
            [tokens("128k"), tokens("128K"), tokens("65535")],
            [Some(128_000), Some(131_072), Some(65_535)]
        );
    }

    fn depth(name: &str) -> u8 {
        let (_, words) = row(name).expect(name);
        1 + words.split(' ').filter(|word| word.starts_with('@')).map(depth).max().unwrap_or_default()
    }

    #[test]
    fn a_family_is_found_by_its_own_name_only() {
        for id in ["", " ", "@claude", "anthropic.claude-opus-4-99-20300101-v1:0", "anthropic", "#"] {
            assert_eq!(find(id), None, "{id}");
        }
    }
}

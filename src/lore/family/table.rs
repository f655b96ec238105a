//! The table that is compiled in.
//!
//! A row is a line: the name of a family, its context window and maximum output, the initials of what it reads, and the
//! geographies of its profiles, each `-` when not known; then words. `@NAME` stands for the words of the line of that name,
//! `MEMBER=VALUE` sets a member, `MEMBER` and `!MEMBER` set it to true and false; what comes later wins. `=NAME` alone means
//! the row of another name. A lookup searches for the line, and reads that line alone.

use std::borrow::Cow;

use super::Family;
use crate::lore::id;
use crate::lore::lines;
use crate::lore::set::{Set, private::Listed as _};
use crate::lore::vocabulary::Modality;

const TABLE: &str = include_str!("../families.txt");

/// How deep shared rows may refer to each other. A test checks that the table needs no more.
const DEPTH: u8 = 6;

/// The initials of the modalities, in their order.
const INITIALS: &str = "tidvase";

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
    if let Some(tokens) = column() {
        family.context_window = tokens.parse().ok();
    }
    if let Some(tokens) = column() {
        family.max_output = tokens.parse().ok();
    }
    if let Some(initials) = column() {
        family.input = Some(initials.chars().filter_map(modality).collect());
    }
    if let Some(geographies) = column() {
        family.profiles = Set::parse(geographies);
    }
    words.for_each(|word| apply(family, word, DEPTH));
}

fn modality(initial: char) -> Option<Modality> {
    Modality::WORDS.get(INITIALS.find(initial)?).copied()
}

/// Applies a word.
fn apply(family: &mut Family, word: &'static str, depth: u8) {
    if word.starts_with('@') {
        if let (Some(depth), Some((_, shared))) = (depth.checked_sub(1), row(word)) {
            shared.split_ascii_whitespace().for_each(|word| apply(family, word, depth));
        }
        return;
    }
    let (member, value) = split(word);
    // A test checks that every member of every row can be set.
    let _ = family.set(member, value);
}

/// The member that a word sets, and its value.
fn split(word: &str) -> (&str, &str) {
    match (word.split_once('='), word.strip_prefix('!')) {
        (Some(set), _) => set,
        (None, Some(member)) => (member, "false"),
        (None, None) => (word, "true"),
    }
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
    use crate::lore::vocabulary::Geography;

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
                for tokens in words.by_ref().take(2) {
                    assert!(tokens == "-" || tokens.parse::<u64>().is_ok_and(|tokens| tokens > 0), "{line}");
                }
                let initials = words.next().expect(line);
                assert!(
                    initials == "-" || initials.chars().all(|initial| modality(initial).is_some()),
                    "{line}"
                );
                let geographies = words.next().expect(line);
                assert!(geographies == "-" || Set::<Geography>::parse(geographies).is_some(), "{line}");
            }
            for word in words {
                if word.starts_with('@') {
                    assert!(depth(word) <= DEPTH, "{line}");
                } else {
                    let (member, value) = split(word);
                    assert_eq!(Family::default().set(member, value), Ok(()), "{line}");
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
    fn the_initials_are_those_of_the_modalities() {
        let initials: String =
            Modality::WORDS.iter().filter_map(|word| word.as_str().chars().next()).collect();
        assert_eq!(initials, INITIALS);
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

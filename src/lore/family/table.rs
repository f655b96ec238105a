//! The table that is compiled in.
//!
//! A row is a line: the name of a family, its context window and maximum output (`-` when not known), then `@NAME` for what
//! it shares with others, and `MEMBER=VALUE` for the rest; what comes later wins. A lookup searches for the line, and reads
//! that line alone.

use std::borrow::Cow;

use super::Family;
use crate::lore::id;

const TABLE: &str = include_str!("../families.txt");

/// Begins the first line, which ends with the day of the last renewal.
const AS_OF: &str = "# As of ";

/// How deep shared rows may refer to each other. A test checks that the table needs no more.
const DEPTH: u8 = 4;

/// What the table says of a foundation model: the row of its family, and over it the row of its complete id.
pub(super) fn find(base: &str) -> Option<Family> {
    let stem = id::stem(base);
    if base.starts_with(['@', '#']) || base.contains(char::is_whitespace) {
        return None;
    }
    let whole = Some(base).filter(|base| *base != stem);
    let mut family = Family::default();
    for (name, row) in [Some(stem), whole].into_iter().flatten().filter_map(row) {
        family.id = Cow::Borrowed(name);
        let mut words = row.split_ascii_whitespace();
        let mut limit = || words.next().and_then(|tokens| tokens.parse().ok());
        family.context_window = limit().or(family.context_window);
        family.max_output = limit().or(family.max_output);
        words.for_each(|word| apply(&mut family, word, DEPTH));
    }
    Some(family).filter(|family| !family.id.is_empty())
}

/// Applies `@NAME` or `MEMBER=VALUE`.
fn apply(family: &mut Family, word: &'static str, depth: u8) {
    if let Some((member, value)) = word.split_once('=') {
        // A test checks that every member of every row can be set.
        let _ = family.set(member, value);
    } else if let (Some(depth), Some((_, shared))) = (depth.checked_sub(1), row(word)) {
        shared.split_ascii_whitespace().for_each(|word| apply(family, word, depth));
    }
}

/// The name and the rest of the line that begins with `name`.
fn row(name: &str) -> Option<(&'static str, &'static str)> {
    if name.is_empty() {
        return None;
    }
    let mut rest = TABLE;
    loop {
        rest = rest.get(rest.find('\n')?.checked_add(1)?..)?;
        if let Some(row) = rest.strip_prefix(name).and_then(|row| row.strip_prefix(' ')) {
            return Some((rest.get(..name.len())?, row.split('\n').next()?));
        }
    }
}

/// The names of all families, in the order of the table.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let rows = TABLE.lines().filter(|line| !line.starts_with(['#', '@']));
    rows.filter_map(|line| line.split_once(' ')).map(|(name, _)| name)
}

/// The day of the last renewal.
pub(super) fn as_of() -> &'static str {
    TABLE.strip_prefix(AS_OF).and_then(|rest| rest.get(..10)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read_and_none_is_there_twice() {
        assert!(crate::base::time::parse_rfc3339(&format!("{}T00:00:00Z", as_of())).is_some());
        let mut names = Vec::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let (name, words) = line.split_once(' ').expect(line);
            names.push(name);
            let limits = if name.starts_with('@') { 0 } else { 2 };
            for word in words.split(' ').take(limits) {
                assert!(word == "-" || word.parse::<u64>().is_ok_and(|tokens| tokens > 0), "{line}");
            }
            for word in words.split(' ').skip(limits) {
                match word.split_once('=') {
                    Some((member, value)) => {
                        assert_eq!(Family::default().set(member, value), Ok(()), "{line}");
                    }
                    None => assert!(word.starts_with('@') && depth(word) <= DEPTH, "{line}"),
                }
            }
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
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

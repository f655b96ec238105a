//! Tables of lines that begin with a name.

/// The name and the rest of the line that begins with `name` and a space, without reading the others. No name is found
/// in the first line.
pub(super) fn find<'a>(table: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    if name.is_empty() {
        return None;
    }
    let mut rest = table;
    loop {
        rest = rest.get(rest.find('\n')?.checked_add(1)?..)?;
        if let Some(row) = rest.strip_prefix(name).and_then(|row| row.strip_prefix(' ')) {
            return Some((rest.get(..name.len())?, row.split('\n').next()?));
        }
    }
}

/// The day of a table's last renewal, which its first line begins with.
pub(super) fn as_of(table: &str) -> &str {
    table.strip_prefix("# As of ").and_then(|rest| rest.get(..10)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_its_whole_name() {
        let table = "# As of 2026-11-28. More.\na-b 1\na 2\nb\n";
        assert_eq!(find(table, "a"), Some(("a", "2")));
        assert_eq!(find(table, "a-b"), Some(("a-b", "1")));
        for name in ["", "b", "#", "a-", "2"] {
            assert_eq!(find(table, name), None, "{name}");
        }
        assert_eq!(as_of(table), "2026-11-28");
    }
}

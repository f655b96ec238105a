//! The lines of a `.env` file.
//!
//! It stands alone: `fuzz/` includes it as it is.

use std::borrow::Cow;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a str,
    /// `None` when the line cannot be read.
    pub(crate) value: Option<Cow<'a, str>>,
    /// From 1 on.
    pub(crate) line: usize,
}

/// The variables in `text`, in order; a name may occur more than once. Lines that begin with no name are left out.
///
/// A line is `NAME=value` or `export NAME=value`, with white space around any part. A value is
///
/// - in single quotes: as it is;
/// - in double quotes: with `\n`, `\r`, `\t`, `\"`, `\\` and `\$` for the characters that they stand for;
/// - without quotes: as it is, up to white space, so it holds no quote.
///
/// A quoted value may have several lines. Behind a value there may be a comment, which begins with `#`. Nothing is ever
/// substituted: `$NAME`, `${NAME}` and `$(command)` stay as they are written, whatever the quotes.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut next = 1;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let line = next;
            let (name, value, read) = entry(rest);
            let (taken, behind) = rest.split_at(read);
            next += taken.matches('\n').count();
            rest = behind;
            if let Some(name) = name {
                return Some(Entry { name, value, line });
            }
        }
        None
    })
}

/// The name and the value that `text` begins with, and how long they are, with the end of their line.
fn entry(text: &str) -> (Option<&str>, Option<Cow<'_, str>>, usize) {
    let line = text.split_inclusive('\n').next().unwrap_or_default().len();
    let begin = text.trim_start_matches(BLANK);
    let begin = match begin.strip_prefix("export") {
        Some(rest) if rest.starts_with(BLANK) => rest.trim_start_matches(BLANK),
        _ => begin,
    };
    let is_part = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let (name, behind) = begin.split_at(begin.find(|c| !is_part(c)).unwrap_or(begin.len()));
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return (None, None, line);
    }
    let value =
        behind.trim_start_matches(BLANK).strip_prefix('=').map(|value| value.trim_start_matches(BLANK));
    // The text ends where `value` does, so the difference in length is where the rest begins.
    let found = value.and_then(value_in).and_then(|(value, behind)| Some((value, end_of_line(behind)?)));
    match found {
        Some((value, behind)) => (Some(name), Some(value), text.len() - behind.len()),
        None => (Some(name), None, line),
    }
}

/// The value that `text` begins with, and what is behind it.
fn value_in(text: &str) -> Option<(Cow<'_, str>, &str)> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, behind) = quoted.split_once('\'')?;
        return Some((value.into(), behind));
    }
    if let Some(quoted) = text.strip_prefix('"') {
        return double_quoted(quoted);
    }
    let (value, behind) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    if value.starts_with('#') {
        return Some((Cow::default(), text));
    }
    (!value.contains(['"', '\''])).then_some((value.into(), behind))
}

fn double_quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut value = Cow::default();
    let mut rest = text;
    loop {
        let (plain, behind) = rest.split_at(rest.find(['"', '\\'])?);
        value += plain;
        if let Some(behind) = behind.strip_prefix('"') {
            return Some((value, behind));
        }
        let mut escape = behind.strip_prefix('\\')?.chars();
        let escaped = escape.next()?;
        match escaped {
            'n' => value.to_mut().push('\n'),
            'r' => value.to_mut().push('\r'),
            't' => value.to_mut().push('\t'),
            '"' | '\\' | '$' => value.to_mut().push(escaped),
            other => value.to_mut().extend(['\\', other]),
        }
        rest = escape.as_str();
    }
}

/// What is behind the line, if the rest of it is blank or a comment.
fn end_of_line(text: &str) -> Option<&str> {
    let (rest, behind) = text.split_once('\n').unwrap_or((text, ""));
    let rest = rest.trim_start();
    (rest.is_empty() || rest.starts_with('#')).then_some(behind)
}

/// White space inside a line.
const BLANK: [char; 3] = [' ', '\t', '\r'];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The names and values in `text`; `!` where one cannot be read.
    fn read(text: &str) -> Vec<(&str, String)> {
        entries(text)
            .map(|entry| (entry.name, entry.value.unwrap_or(Cow::Borrowed("!")).into_owned()))
            .collect()
    }

    fn value(line: &str) -> String {
        let mut entries = read(line);
        assert_eq!(entries.len(), 1, "{line:?}: {entries:?}");
        entries.remove(0).1
    }

    #[test]
    fn values_are_bare_or_quoted_and_comments_follow() {
        for (line, expected) in [
            ("A=b", "b"),
            ("A = b \t", "b"),
            ("export A=b", "b"),
            ("\texport\tA=b\r\n", "b"),
            ("\u{feff}A=b", "b"),
            ("A=", ""),
            ("A= # nothing", ""),
            ("A=b # a comment", "b"),
            ("A=b#c", "b#c"),
            ("A='b c' # it's a comment", "b c"),
            ("A=\"b # c\"", "b # c"),
            (r"A=C:\Users\me", r"C:\Users\me"),
            (r"A='\n'", r"\n"),
            (r#"A="a\n\t\"\\\q""#, "a\n\t\"\\\\q"),
            ("A='two\nlines'", "two\nlines"),
            ("A=b=c==", "b=c=="),
        ] {
            assert_eq!(value(line), expected, "{line:?}");
        }
    }

    #[test]
    fn nothing_is_substituted() {
        for text in ["$B", "${B}", "${B:-c}", "$(id)", "`id`", "~"] {
            for line in [format!("A={text}"), format!("A='{text}'"), format!("A=\"{text}\"")] {
                assert_eq!(value(&line), text, "{line}");
            }
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_has_its_name_and_takes_no_other_with_it() {
        for line in ["A", "A b", "A=b c", "A=b'c'", "A='b", "A=\"b", "A='b' c", "A=\"b\\", "export A"] {
            assert_eq!(
                read(&format!("{line}\nB=c")),
                [("A", "!".to_owned()), ("B", "c".to_owned())],
                "{line}"
            );
        }
        assert_eq!(read("# A=b\n\n=b\n1=b\n(\n\u{e9}=1\n"), []);
    }

    #[test]
    fn lines_are_counted_through_values_of_several_lines() {
        let lines: Vec<_> =
            entries("\nA='1\n2'\r\n\nB=x y\nC=1").map(|entry| (entry.name, entry.line)).collect();
        assert_eq!(lines, [("A", 2), ("B", 5), ("C", 6)]);
    }

    proptest! {
        #[test]
        fn any_value_comes_back_from_double_quotes(values in prop::collection::vec(any::<String>(), 0..5)) {
            let quoted = |text: &String| text.replace('\\', r"\\").replace('"', r#"\""#);
            let lines: Vec<String> =
                values.iter().map(|value| format!("export A=\"{}\" # it's\n", quoted(value))).collect();
            let read: Vec<String> = read(&lines.concat()).into_iter().map(|(_, value)| value).collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn what_is_read_was_written(text in r#"([A-Z= "'#$\\\n\r]|export ){0,40}"#) {
            let lines = text.split('\n').count();
            let mut last = 0;
            for entry in entries(&text) {
                prop_assert!(entry.line > last && entry.line <= lines);
                last = entry.line;
                prop_assert!(text.contains(entry.name));
                let escapes = entry.value.as_ref().is_some_and(|value| matches!(value, Cow::Owned(_)));
                prop_assert!(escapes || entry.value.is_none_or(|value| text.contains(&*value)));
            }
        }
    }
}

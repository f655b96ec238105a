//! Parses the bytes of one file to its sections, literally; `merge` checks names and merges files.
//!
//! The rules are those of the AWS SDKs' shared parser cases. White space means only space and tab.

use std::fmt;

use zeroize::Zeroizing;

use super::{FileKind, ParseError};

/// What separates words and marks a continuation.
pub(super) const BLANK: [char; 2] = [' ', '\t'];
const COMMENT: [char; 2] = ['#', ';'];

/// `[header]` and the properties below it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawSection<'a> {
    pub(super) header: &'a str,
    pub(super) line: usize,
    pub(super) properties: Vec<RawProperty>,
}

/// `name = value`, its continuation lines, and the sub-properties among those when the first line has no value.
#[derive(PartialEq, Eq)]
pub(super) struct RawProperty {
    pub(super) name: String,
    pub(super) value: Zeroizing<String>,
    pub(super) line: usize,
    pub(super) sub_properties: Vec<Self>,
}

/// Values may be secret access keys: they are not shown.
impl fmt::Debug for RawProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}{:?}", self.line, self.name, self.sub_properties)
    }
}

/// What is wrong with a profile file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A property or an indented line above the first section header.
    OutsideSection,
    /// The same, for a line that begins with `export`.
    ShellLine,
    /// An indented line in a section with no property above it to continue.
    NothingToContinue,
    /// A section header that does not end with `]`.
    UnclosedHeader,
    /// A property line without `=`.
    NoEquals,
    /// A property line that begins with `=`.
    NoName,
    /// A line below `name =` without `=`: such lines are sub-properties.
    SubPropertyNoEquals,
    /// A line below `name =` that begins with `=`.
    SubPropertyNoName,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A file that begins with the byte order mark of UTF-16.
    Utf16,
    /// A NUL byte.
    Nul,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutsideSection => {
                "a setting above the first section; put it below a header such as [default] or [profile NAME]"
            }
            Self::ShellLine => {
                "a line for a shell; write [default], and below it aws_access_key_id = ... without `export`"
            }
            Self::NothingToContinue => {
                "an indented line continues the property above it, but this section has none yet; \
                 start the line in the first column"
            }
            Self::UnclosedHeader => {
                "the section header does not end with ']'; write it as [profile NAME], with at most a comment after it"
            }
            Self::NoEquals => "no '=' in this property; write it as name = value",
            Self::NoName => "no name before the '='; write the property as name = value",
            Self::SubPropertyNoEquals => {
                "no '=' in this sub-property; the property above has no value of its own, so each indented \
                 line below it must be name = value"
            }
            Self::SubPropertyNoName => "no name before the '='; write the sub-property as name = value",
            Self::NotUtf8 => "bytes that are not UTF-8; save the file as UTF-8 text",
            Self::Utf16 => "the file is UTF-16; save it as UTF-8 text",
            Self::Nul => "a NUL byte; save the file as UTF-8 text",
        })
    }
}

/// Reads the sections of one file, in file order; a repeated header makes two sections.
pub(super) fn parse(bytes: &[u8], file: FileKind) -> Result<Vec<RawSection<'_>>, ParseError> {
    let fail = |(line, column), problem| ParseError { file, line, column, problem };
    let text = text(bytes).map_err(|(place, problem)| fail(place, problem))?;
    let mut sections: Vec<RawSection<'_>> = Vec::new();
    for (line, number) in lines(text).zip(1..) {
        let content = line.trim_matches(BLANK);
        // Like the AWS CLI we skip a comment line that is indented; some SDKs treat it as part of a value.
        if content.is_empty() || content.starts_with(COMMENT) {
            continue;
        }
        let fail = |(column, problem)| fail((number, column), problem);
        if line.starts_with('[') {
            let header = header(content).map_err(fail)?;
            sections.push(RawSection { header, line: number, properties: Vec::new() });
            continue;
        }
        let indent = line.chars().take_while(|character| BLANK.contains(character)).count();
        let column = indent.saturating_add(1);
        let section = sections.last_mut().ok_or_else(|| {
            let is_for_shell = content.starts_with("export ");
            fail((column, if is_for_shell { Problem::ShellLine } else { Problem::OutsideSection }))
        })?;
        if indent == 0 {
            section.properties.push(property(content, number).map_err(|missing| match missing {
                Missing::Equals => fail((1, Problem::NoEquals)),
                Missing::Name => fail((1, Problem::NoName)),
            })?);
        } else {
            let above =
                section.properties.last_mut().ok_or_else(|| fail((column, Problem::NothingToContinue)))?;
            // A value whose first line is empty is a block of sub-properties on all of its lines.
            if above.value.is_empty() || !above.sub_properties.is_empty() {
                above.sub_properties.push(property(content, number).map_err(|missing| match missing {
                    Missing::Equals => fail((column, Problem::SubPropertyNoEquals)),
                    Missing::Name => fail((column, Problem::SubPropertyNoName)),
                })?);
            }
            above.value.push('\n');
            above.value.push_str(content);
        }
    }
    Ok(sections)
}

/// The bytes as text, or the place and kind of what prevents that. A UTF-8 byte order mark is dropped.
fn text(bytes: &[u8]) -> Result<&str, ((usize, usize), Problem)> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(((1, 1), Problem::Utf16));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| {
        let readable = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        (end_of(readable), Problem::NotUtf8)
    })?;
    if let Some((before, _)) = text.split_once('\0') {
        return Err((end_of(before), Problem::Nul));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Line and column just after `text`, both from 1.
fn end_of(text: &str) -> (usize, usize) {
    let last = lines(text).last().unwrap_or("");
    (lines(text).count(), last.chars().count().saturating_add(1))
}

/// Lines end with LF, CRLF, or, as the AWS CLI reads them, a CR alone.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// The text between the brackets.
fn header(content: &str) -> Result<&str, (usize, Problem)> {
    // A comment character ends a header anywhere, with or without white space before it.
    let written = content.split(COMMENT).next().unwrap_or("").trim_end_matches(BLANK);
    written
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .ok_or_else(|| (written.chars().count().saturating_add(1), Problem::UnclosedHeader))
}

enum Missing {
    Equals,
    Name,
}

/// `name = value # comment`: the name in lower case, both trimmed.
fn property(content: &str, line: usize) -> Result<RawProperty, Missing> {
    let (name, value) = without_comment(content).split_once('=').ok_or(Missing::Equals)?;
    let name = name.trim_matches(BLANK);
    if name.is_empty() {
        return Err(Missing::Name);
    }
    Ok(RawProperty {
        name: name.to_ascii_lowercase(),
        value: Zeroizing::new(value.trim_matches(BLANK).to_owned()),
        line,
        sub_properties: Vec::new(),
    })
}

/// In a property a comment begins only after white space: `value# this is value`.
fn without_comment(content: &str) -> &str {
    let begins = |(at, _): &(usize, &str)| content.get(..*at).is_some_and(|before| before.ends_with(BLANK));
    match content.match_indices(COMMENT).find(begins) {
        Some((at, _)) => content.get(..at).unwrap_or(content).trim_end_matches(BLANK),
        None => content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(bytes: &[u8]) -> (usize, usize, Problem) {
        let error = parse(bytes, FileKind::Config).expect_err("an error");
        (error.line, error.column, error.problem)
    }

    fn values(text: &str) -> Vec<(String, String)> {
        let sections = parse(text.as_bytes(), FileKind::Config).expect("a file that reads");
        let properties = sections.into_iter().flat_map(|section| section.properties);
        properties.map(|property| (property.name, (*property.value).clone())).collect()
    }

    #[test]
    fn an_error_names_line_and_column() {
        assert_eq!(failure(b"\n  a = b"), (2, 3, Problem::OutsideSection));
        assert_eq!(failure(b"\nexport A=b"), (2, 1, Problem::ShellLine));
        assert_eq!(failure(b"[x]\n\tfoo"), (2, 2, Problem::NothingToContinue));
        assert_eq!(failure(b"[profile x # c"), (1, 11, Problem::UnclosedHeader));
        assert_eq!(failure(b"[x] y"), (1, 6, Problem::UnclosedHeader));
        assert_eq!(failure(b"[x]\r\nname"), (2, 1, Problem::NoEquals));
        assert_eq!(failure(b"[x]\n=v"), (2, 1, Problem::NoName));
        assert_eq!(failure(b"[x]\ns3 =\n  v"), (3, 3, Problem::SubPropertyNoEquals));
        assert_eq!(failure(b"[x]\ns3 =\n a = b\n\n =v"), (5, 2, Problem::SubPropertyNoName));
    }

    #[test]
    fn bytes_that_are_not_text_are_named_by_place() {
        assert_eq!(failure(b"[x]\n\xc3\xa9\xff = 1"), (2, 2, Problem::NotUtf8));
        assert_eq!(failure(b"\xff\xfe[\0x\0]\0"), (1, 1, Problem::Utf16));
        assert_eq!(failure(b"[x]\na = b\0c"), (2, 6, Problem::Nul));
    }

    #[test]
    fn a_byte_order_mark_and_every_kind_of_line_end_are_read() {
        let expected = vec![("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())];
        for text in ["\u{feff}[x]\na=1\nb=2", "[x]\r\na=1\r\nb=2\r\n", "[x]\ra=1\rb=2\r", "[x]\na=1\r\nb=2\r"]
        {
            assert_eq!(values(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_indented_comment_is_not_part_of_a_value() {
        assert_eq!(values("[x]\n # c\na = 1\n  ; c\n  2"), [("a".to_owned(), "1\n2".to_owned())]);
    }

    #[test]
    fn a_comment_may_be_all_that_follows_the_equals_sign() {
        let sections = parse(b"[x]\ns3 = # c\n  Endpoint_URL = u # c", FileKind::Config).expect("reads");
        let s3 = &sections[0].properties[0];
        assert_eq!(*s3.value, "\nEndpoint_URL = u # c");
        assert_eq!(s3.sub_properties[0].name, "endpoint_url");
        assert_eq!(*s3.sub_properties[0].value, "u");
        assert_eq!(s3.sub_properties[0].line, 3);
    }

    #[test]
    fn debug_shows_no_value() {
        let sections = parse(b"[x]\nkey = canary\ns3 =\n a = canary", FileKind::Config).expect("reads");
        assert!(!format!("{sections:?}").contains("canary"));
    }
}

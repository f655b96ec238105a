//! The text of a configuration: parses JSON5 to a tree, and maps offsets to lines and columns.

use jsonc_parser::ast::Value;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};

use super::Position;
use super::problem::{Problem, Severity};

/// The bytes between two marks.
const STEP: usize = 1_024;

/// A text, and where its lines begin.
pub(super) struct Source<'a> {
    text: &'a str,
    lines: Vec<usize>,
    /// The number of characters that begin before every `STEP`th byte: a line may be as long as the file.
    marks: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        // A byte order mark is white space in JSON5; editors do not count it as a column.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut characters: usize = 0;
        let mut marks = Vec::new();
        for chunk in text.as_bytes().chunks(STEP) {
            marks.push(characters);
            characters = characters.saturating_add(begun(chunk));
        }
        marks.push(characters);
        let mut lines = vec![0];
        let mut bytes = text.bytes().enumerate().peekable();
        while let Some((offset, byte)) = bytes.next() {
            let next = bytes.peek().map(|(_, next)| *next);
            if byte == b'\n' || (byte == b'\r' && next != Some(b'\n')) {
                lines.push(offset.saturating_add(1));
            }
        }
        Self { text, lines, marks }
    }

    /// The line and column of a byte offset.
    pub(super) fn position(&self, offset: usize) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.characters_before(offset).saturating_sub(self.characters_before(start));
        Position { line, column: before.saturating_add(1) }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let mark = offset.min(self.text.len()) / STEP;
        let counted = self.marks.get(mark).copied();
        let rest = self.text.as_bytes().get(mark.saturating_mul(STEP)..offset).map_or(0, begun);
        counted.unwrap_or_default().saturating_add(rest)
    }

    /// The value of the text; `None` when it has only white space and comments, which counts as an empty
    /// object.
    ///
    /// # Errors
    ///
    /// The text is not JSON5. A few things that JSON5 does not allow are accepted, such as `-` in a key without
    /// quotes.
    pub(super) fn parse(&self) -> Result<Option<Value<'a>>, Problem> {
        // By default, all of JSON5's extensions to JSON are on, and one thing that JSON5 does not allow.
        let options = ParseOptions { allow_missing_commas: false, ..ParseOptions::default() };
        match parse_to_ast(self.text, &CollectOptions::default(), &options) {
            Ok(parsed) => Ok(parsed.value),
            Err(error) => Err(Problem {
                severity: Severity::Error,
                position: self.position(error.range().start),
                path: String::new(),
                message: format!("not JSON5: {}", reason(error.kind())),
                nearest: None,
            }),
        }
    }
}

/// The parser's message, or a better one where that says little.
/// The number of characters that begin in `bytes`: all bytes but those that continue one.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

fn reason(kind: &ParseErrorKind) -> String {
    match kind {
        ParseErrorKind::UnexpectedToken => "this is neither a value nor a key nor punctuation".to_owned(),
        ParseErrorKind::UnexpectedTokenInObject => "expected a key or a closing brace".to_owned(),
        ParseErrorKind::UnexpectedWord => "a word without quotes is not a value".to_owned(),
        ParseErrorKind::ExpectedColonAfterObjectKey => "expected a colon after the key".to_owned(),
        ParseErrorKind::ExpectedComma => "expected a comma after this".to_owned(),
        ParseErrorKind::UnterminatedObject => "this object is not closed".to_owned(),
        ParseErrorKind::UnterminatedArray => "this list is not closed".to_owned(),
        ParseErrorKind::UnterminatedCommentBlock => "this comment is not closed".to_owned(),
        ParseErrorKind::MultipleRootJsonValues => "there is more text after the end".to_owned(),
        ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
            "this string is not closed".to_owned()
        }
        ParseErrorKind::String(ParseStringErrorKind::InvalidUnicodeEscapeSequence(_)) => {
            "this escape is half of a surrogate pair".to_owned()
        }
        ParseErrorKind::ExpectedDigit => "expected a digit".to_owned(),
        other => {
            let text = other.to_string();
            let mut characters = text.chars();
            let first = characters.next().map(|first| first.to_ascii_lowercase());
            first.into_iter().chain(characters).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_any_of_the_three_line_breaks_and_columns_are_characters() {
        let source = Source::new("\u{feff}ab\r\ncd\ref\n\u{fc}\u{1f600}x");
        let at = |needle: char| {
            let offset = source.text.find(needle).expect("the character");
            source.position(offset).to_string()
        };
        assert_eq!(['a', 'b', 'c', 'e', 'f', 'x'].map(at), ["1:1", "1:2", "2:1", "3:1", "3:2", "4:3"]);
        assert_eq!(source.position(source.text.len()).to_string(), "4:4");
    }

    #[test]
    fn columns_of_a_long_line_count_characters_at_every_offset() {
        for length in [STEP - 3, STEP, 3 * STEP - 1, 3 * STEP] {
            let text = "é€x".chars().cycle().scan(0, |bytes, next| {
                *bytes += next.len_utf8();
                (*bytes <= length).then_some(next)
            });
            let text: String = text.collect();
            let source = Source::new(&text);
            let offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
            for (column, offset) in offsets.enumerate() {
                assert_eq!(source.position(offset), Position { line: 1, column: column + 1 }, "{offset}");
            }
        }
    }

    #[test]
    fn everything_that_json5_adds_to_json_is_read() {
        for text in [
            "// comment\n{/* comment */}",
            "{a: 1, $b_2: 2, 'c d': 3, \u{fc}ml: 4,}",
            "[1, 2, 3,]",
            "['single', \"it\\'s\", 'line \\\n break', '\\x41\\v\\0\\q\\u00e9\\ud83d\\ude00']",
            "[+1, .5, 5., 0xFF, -Infinity, NaN, 1e3]",
            "\u{feff}{\u{a0}a:\u{2028}1}",
            "{true: 1, null: 2, Infinity: 3, trueish: 4}",
        ] {
            assert!(Source::new(text).parse().expect(text).is_some(), "{text}");
        }
        for text in ["", " \n", "// nothing\n", "\u{feff}"] {
            assert!(Source::new(text).parse().expect(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn nesting_is_limited() {
        let text = "[".repeat(100_000);
        let problem = Source::new(&text).parse().expect_err("too deep");
        assert_eq!(problem.message(), "not JSON5: maximum nesting depth exceeded");
    }
}

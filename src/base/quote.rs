//! Quotes foreign bytes in messages: cut short, with nothing in it that a terminal would interpret.

use std::fmt::{self, Write as _};

use crate::terminal;

/// A text of the user's in a message: in quotes, and cut where it is longer than anything that makes sense.
pub(crate) struct Cut<'a>(pub(crate) &'a str);

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 200;
        match self.0.char_indices().nth(SHOWN) {
            None => write!(f, "{:?}", self.0),
            Some((end, _)) => {
                let head = self.0.get(..end).unwrap_or_default();
                write!(f, "{head:?}… ({} bytes)", self.0.len())
            }
        }
    }
}

/// Returns at most `limit` bytes of `bytes` as printable text: control and bidirectional-format characters escaped,
/// invalid UTF-8 as U+FFFD, an ellipsis where it was cut.
pub(crate) fn quote(bytes: &[u8], limit: usize) -> String {
    let head = bytes.get(..limit).unwrap_or(bytes);
    let mut out = escape(&String::from_utf8_lossy(head));
    if head.len() < bytes.len() {
        out.push('…');
    }
    out
}

/// Escapes everything in `text` that a terminal would interpret: `\u{1b}` for ESC, `\n` for a line feed.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if terminal::obeys(character) {
            // Writing to a String does not fail.
            let _ = write!(out, "{}", character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_of_the_user_is_cut_and_says_how_long_it_is() {
        assert_eq!(Cut("a\"b\u{1b}").to_string(), r#""a\"b\u{1b}""#);
        assert_eq!(Cut(&"é".repeat(200)).to_string(), format!("{:?}", "é".repeat(200)));
        assert_eq!(Cut(&"é".repeat(70_000)).to_string(), format!("{:?}… (140000 bytes)", "é".repeat(200)));
    }

    #[test]
    fn controls_are_escaped_and_text_is_kept() {
        assert_eq!(
            escape("isn’t\u{1b}]52;c;x\u{7}\u{9b}\u{202e}é"),
            "isn’t\\u{1b}]52;c;x\\u{7}\\u{9b}\\u{202e}é"
        );
        assert_eq!(escape("a\nb"), "a\\nb");
    }

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        assert_eq!(quote(b"abcdef", 3), "abc…");
        assert_eq!(quote(b"abc", 3), "abc");
        assert_eq!(quote(&[b'a', 0xff], 9), "a\u{fffd}");
    }
}

//! Quotes foreign bytes in messages: cut short, with nothing in it that a terminal would interpret.

use std::fmt::Write as _;

use crate::terminal;

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

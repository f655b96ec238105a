//! Foreign bytes in messages: without our secrets, cut short, with nothing in them that a terminal would obey.

use std::fmt::Write as _;

/// Shorter texts are no secrets, and would be found in any answer.
#[cfg(feature = "client")]
const SHORTEST_SECRET: usize = 4;

#[cfg(feature = "client")]
const REPLACEMENT: &[u8; 10] = b"(redacted)";

/// `bytes` with `(redacted)` in place of each of `secrets`, also where JSON has its slashes escaped: a server may echo
/// what it was sent.
///
/// It must happen before anything is cut off: the half of a secret would not be found.
#[cfg(feature = "client")]
pub(crate) fn redacted(bytes: &[u8], secrets: &[&str]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
        replace(&mut bytes, secret.as_bytes());
        if secret.contains('/') {
            replace(&mut bytes, zeroize::Zeroizing::new(secret.replace('/', r"\/")).as_bytes());
        }
    }
    bytes
}

#[cfg(feature = "client")]
fn replace(bytes: &mut Vec<u8>, secret: &[u8]) {
    let mut from = 0;
    let find = |bytes: &[u8]| bytes.windows(secret.len()).position(|window| window == secret);
    while let Some(found) = bytes.get(from..).and_then(find) {
        let at = from.saturating_add(found);
        bytes.splice(at..at.saturating_add(secret.len()), *REPLACEMENT);
        from = at.saturating_add(REPLACEMENT.len());
    }
}

/// At most `limit` bytes of `bytes` as printable text: control and bidirectional-format characters escaped,
/// invalid UTF-8 as U+FFFD, an ellipsis where it was cut.
pub(crate) fn quote(bytes: &[u8], limit: usize) -> String {
    let head = bytes.get(..limit).unwrap_or(bytes);
    let mut out = escape(&String::from_utf8_lossy(head));
    if head.len() < bytes.len() {
        out.push('…');
    }
    out
}

/// `text` with everything that a terminal would obey escaped: `\u{1b}` for ESC.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if obeyed_by_terminals(character) {
            // Writing to a String does not fail.
            let _ = write!(out, "{}", character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

/// C0, DEL and C1 controls, and the format characters that reorder text.
fn obeyed_by_terminals(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}')
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

    #[cfg(feature = "client")]
    #[test]
    fn every_secret_is_replaced_and_the_rest_stays() {
        for (body, secrets, expected) in [
            (
                "AKIDEXAMPLE: can/ary, token-canary",
                &["can/ary", "token-canary"][..],
                "AKIDEXAMPLE: (redacted), (redacted)",
            ),
            (r#"{"message":"can\/arycan\/ary"}"#, &["can/ary"], r#"{"message":"(redacted)(redacted)"}"#),
            ("can ary", &["can/ary"], "can ary"),
            ("a b c", &[" ", "", "a b"], "a b c"),
            // A secret inside the replacement does not go on for ever.
            ("it was redacted", &["redacted"], "it was (redacted)"),
        ] {
            assert_eq!(redacted(body.as_bytes(), secrets), expected.as_bytes());
        }
        assert_eq!(redacted(b"\xffBearer canary", &["canary"]), b"\xffBearer (redacted)");
    }

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        assert_eq!(quote(b"abcdef", 3), "abc…");
        assert_eq!(quote(b"abc", 3), "abc");
        assert_eq!(quote(&[b'a', 0xff], 9), "a\u{fffd}");
    }
}

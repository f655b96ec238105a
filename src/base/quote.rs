//! Quotes foreign bytes in messages: our secrets removed, cut short, with nothing in it that a terminal would
//! interpret.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use crate::terminal;

/// Shorter strings are not treated as secrets: they would match in almost any answer.
const SHORTEST_SECRET: usize = 4;

#[cfg(feature = "client")]
const REPLACEMENT: &[u8; 10] = b"(redacted)";

/// Returns the forms in which an answer may repeat `secret`: as it is, and with slashes escaped, as JSON allows. Empty
/// for a string that is too short to be a secret.
pub(crate) fn spellings(secret: &str) -> impl Iterator<Item = Zeroizing<String>> + use<> {
    let is_secret = secret.len() >= SHORTEST_SECRET;
    let plain = is_secret.then(|| Zeroizing::new(secret.to_owned()));
    let escaped = (is_secret && secret.contains('/')).then(|| Zeroizing::new(secret.replace('/', r"\/")));
    [plain, escaped].into_iter().flatten()
}

/// Replaces each of `secrets` in `bytes` with `(redacted)`, in either spelling: a server may echo what it was sent.
///
/// This must happen before truncation: half a secret would not be found.
#[cfg(feature = "client")]
pub(crate) fn redacted(bytes: &[u8], secrets: &[&str]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for spelling in secrets.iter().flat_map(|secret| spellings(secret)) {
        replace(&mut bytes, spelling.as_bytes());
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
            // A secret inside the replacement does not cause an endless loop.
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

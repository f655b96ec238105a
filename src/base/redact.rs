//! The one judge of what a peer's words may show: our own secrets are removed, however they are spelled.
//!
//! A service may repeat what it was sent, and a gateway may quote it in another format. Recognized, in any mixture and up
//! to [`LAYERS`] deep: `%2F`, `\/`, `\u002f`, `&#x2F;`, `&#47;`, and base64 of a secret or of a text that holds it.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// Shorter strings are not treated as secrets: they would match in almost any answer.
const SHORTEST_SECRET: usize = 4;

/// In what a program works with, such as ids and content types, shorter ones are left alone: the made-up keys of local
/// servers (`test`) are part of ordinary words.
const SHORTEST_IN_DATA: usize = 8;

/// How many layers of escapes are undone: JSON in JSON, and one more around it.
const LAYERS: u8 = 3;

const REPLACEMENT: &[u8] = b"(redacted)";

/// Knows the secrets of a call. Cloning is cheap; the default knows none.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Option<Arc<Needles>>);

struct Needles {
    needles: Vec<Needle>,
    /// The bytes that a needle may begin with, in any spelling.
    beginnings: [bool; 256],
}

/// A secret, or what base64 makes of it at one of three alignments.
struct Needle {
    text: Zeroizing<Vec<u8>>,
    is_base64: bool,
}

impl Redactor {
    pub(crate) fn new(secrets: &[&str]) -> Self {
        let mut needles = Vec::new();
        for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
            let text = Zeroizing::new(secret.as_bytes().to_vec());
            needles.push(Needle { text, is_base64: false });
            for shift in 0..3 {
                needles.extend(Needle::in_base64(secret.as_bytes(), shift));
            }
        }
        if needles.is_empty() {
            return Self::default();
        }
        let mut beginnings = [false; 256];
        let first = needles.iter().filter_map(|needle| needle.text.first());
        for byte in first.chain(b"%\\&-_") {
            if let Some(begins) = beginnings.get_mut(usize::from(*byte)) {
                *begins = true;
            }
        }
        Self(Some(Arc::new(Needles { needles, beginnings })))
    }

    /// Whether a secret is in `text`.
    pub(crate) fn finds(&self, text: &[u8]) -> bool {
        self.find(text, 0, SHORTEST_SECRET).is_some()
    }

    /// Whether a part of a secret is in `text`, which may be cut on both sides.
    pub(crate) fn finds_part(&self, text: &[u8]) -> bool {
        let Some(known) = &self.0 else { return false };
        let holds = |needle: &Needle, part| needle.text.windows(SHORTEST_SECRET).any(|window| window == part);
        text.windows(SHORTEST_SECRET).any(|part| known.needles.iter().any(|needle| holds(needle, part)))
    }

    /// `text` with `(redacted)` in place of each secret, to be quoted.
    ///
    /// This must happen before truncation: half a secret would not be found.
    pub(crate) fn bytes<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.replaced(text, SHORTEST_SECRET)
    }

    /// As [`bytes`](Self::bytes), for a text that is not only quoted but read.
    pub(crate) fn data<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.replaced(text, SHORTEST_IN_DATA)
    }

    /// As [`bytes`](Self::bytes).
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    fn replaced<'a>(&self, text: &'a [u8], shortest: usize) -> Cow<'a, [u8]> {
        let mut out = Vec::new();
        let mut done = 0;
        while let Some((start, end)) = self.find(text, done, shortest) {
            out.extend_from_slice(text.get(done..start).unwrap_or_default());
            out.extend_from_slice(REPLACEMENT);
            done = end;
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        out.extend_from_slice(text.get(done..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// The first secret at or after `from`: where it begins and ends.
    fn find(&self, text: &[u8], from: usize, shortest: usize) -> Option<(usize, usize)> {
        let Needles { needles, beginnings } = &**self.0.as_ref()?;
        for (at, byte) in text.iter().enumerate().skip(from) {
            if beginnings.get(usize::from(*byte)) != Some(&true) {
                continue;
            }
            let known = needles.iter().filter(|needle| needle.text.len() >= shortest);
            if let Some(end) = known.filter_map(|needle| needle.end_in(text, at)).max() {
                return Some((at, end));
            }
        }
        None
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(..)")
    }
}

impl Needle {
    /// The characters of base64 that depend on `secret` alone, when it begins `shift` bytes into a group of three.
    fn in_base64(secret: &[u8], shift: usize) -> Option<Self> {
        let mut shifted = Zeroizing::new(vec![0; shift]);
        shifted.extend_from_slice(secret);
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*shifted));
        let (first, end) = (shift.saturating_mul(8).div_ceil(6), shifted.len().saturating_mul(8) / 6);
        let text = Zeroizing::new(encoded.as_bytes().get(first..end)?.to_vec());
        // Fewer characters are part of too many words.
        (text.len() >= SHORTEST_IN_DATA).then_some(Self { text, is_base64: true })
    }

    /// The end of the needle in `text`, if it begins at `at`.
    fn end_in(&self, text: &[u8], at: usize) -> Option<usize> {
        // No escape is shorter than what it stands for.
        if text.len().saturating_sub(at) < self.text.len() {
            return None;
        }
        // The secret itself may hold characters that escapes begin with.
        self.end_below(text, at, LAYERS).or_else(|| self.end_below(text, at, 0))
    }

    fn end_below(&self, text: &[u8], mut at: usize, layers: u8) -> Option<usize> {
        for expected in self.text.iter() {
            let (byte, end) = character(text, at, layers)?;
            if self.alike(byte) != *expected {
                return None;
            }
            at = end;
        }
        Some(at)
    }

    /// The URL-safe alphabet of base64 differs in two characters.
    fn alike(&self, byte: u8) -> u8 {
        match byte {
            b'-' if self.is_base64 => b'+',
            b'_' if self.is_base64 => b'/',
            byte => byte,
        }
    }
}

fn is_escape(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&')
}

/// The character at `at` with as many `layers` of escapes undone, and where it ends.
fn character(text: &[u8], at: usize, layers: u8) -> Option<(u8, usize)> {
    let raw = (*text.get(at)?, at.saturating_add(1));
    if layers == 0 || !is_escape(raw.0) {
        return Some(raw);
    }
    let next = |at| character(text, at, layers.saturating_sub(1));
    let (first, after) = next(at)?;
    let undone = match first {
        b'%' => number(next, after, 16, 2),
        b'\\' => next(after).and_then(|(second, end)| match second {
            b'u' => number(next, end, 16, 4),
            b'/' | b'\\' | b'"' => Some((second, end)),
            _ => None,
        }),
        b'&' => next(after).filter(|(hash, _)| *hash == b'#').and_then(|(_, start)| match next(start) {
            Some((b'x' | b'X', start)) => entity(next, start, 16),
            _ => entity(next, start, 10),
        }),
        _ => None,
    };
    Some(undone.unwrap_or((first, after)))
}

/// A number of exactly `digits` digits, which is a byte.
fn number(
    next: impl Fn(usize) -> Option<(u8, usize)>,
    mut at: usize,
    radix: u32,
    digits: u8,
) -> Option<(u8, usize)> {
    let mut value = 0_u32;
    for _ in 0..digits {
        let (digit, end) = next(at)?;
        value = value.wrapping_mul(radix).wrapping_add(char::from(digit).to_digit(radix)?);
        at = end;
    }
    Some((u8::try_from(value).ok()?, at))
}

/// The rest of `&#x2F;` or `&#47;`, which may have zeros ahead.
fn entity(next: impl Fn(usize) -> Option<(u8, usize)> + Copy, at: usize, radix: u32) -> Option<(u8, usize)> {
    (1..=6).find_map(|digits| {
        let (byte, end) = number(next, at, radix, digits)?;
        let (semicolon, end) = next(end)?;
        (semicolon == b';').then_some((byte, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY==";

    fn shown(text: &str) -> String {
        Redactor::new(&[SECRET, "another-token"]).text(text).into_owned()
    }

    #[test]
    fn every_secret_is_replaced_and_the_rest_stays() {
        for (text, secrets, expected) in [
            (
                "AKIDEXAMPLE: can/ary, token-canary",
                &["can/ary", "token-canary"][..],
                "AKIDEXAMPLE: (redacted), (redacted)",
            ),
            (r#"{"message":"can\/arycan\/ary"}"#, &["can/ary"], r#"{"message":"(redacted)(redacted)"}"#),
            ("can ary", &["can/ary"], "can ary"),
            ("a b c", &[" ", "", "a b"], "a b c"),
            ("it was redacted", &["redacted"], "it was (redacted)"),
            ("canary and canary2", &["canary", "canary2"], "(redacted) and (redacted)"),
            ("é canary é", &["canary"], "é (redacted) é"),
            ("50%: \\u12 &#; can%2", &["canary"], "50%: \\u12 &#; can%2"),
            ("x\\&%", &["x\\&%"], "(redacted)"),
        ] {
            assert_eq!(Redactor::new(secrets).text(text), expected);
        }
        let redacted = Redactor::new(&["canary"]);
        assert_eq!(&*redacted.bytes(b"\xffBearer canary"), b"\xffBearer (redacted)");
    }

    /// How a service may spell a text.
    fn spellings(text: &str) -> Vec<String> {
        let each = |spell: fn(u8) -> String| text.bytes().map(spell).collect::<String>();
        let odd = |byte: u8| !byte.is_ascii_alphanumeric();
        let mut all = vec![
            text.to_owned(),
            text.replace('/', r"\/"),
            each(|byte| format!("%{byte:02X}")),
            each(|byte| format!("%{byte:02x}")),
            each(|byte| format!("\\u{byte:04x}")),
            each(|byte| format!("&#x{byte:X};")),
            each(|byte| format!("&#{byte};")),
        ];
        for (before, after) in [("%", ""), ("\\u00", ""), ("&#x", ";")] {
            let some = |byte| match odd(byte) {
                true => format!("{before}{byte:02x}{after}"),
                false => char::from(byte).to_string(),
            };
            all.push(text.bytes().map(some).collect());
        }
        all
    }

    #[test]
    fn a_secret_is_found_in_every_spelling_of_two_layers() {
        for once in spellings(SECRET) {
            // JSON in JSON.
            let quoted = serde_json::Value::from(&*once).to_string();
            for twice in spellings(&once).into_iter().chain([quoted]) {
                let text = shown(&format!("..{twice}.."));
                assert_eq!(text.trim_matches(['"', '.']), "(redacted)", "{twice}");
            }
        }
    }

    #[test]
    fn a_secret_is_found_in_base64_at_every_alignment() {
        for before in ["", "a", "ab", "abc", "user:", "Bearer "] {
            for after in ["", "x", "xy", "xyz"] {
                let encoded = STANDARD_NO_PAD.encode(format!("{before}{SECRET}{after}"));
                let url_safe = encoded.replace('+', "-").replace('/', "_");
                for spelled in [&encoded, &url_safe, &format!("{url_safe}==")]
                    .into_iter()
                    .flat_map(|text| spellings(text))
                {
                    let text = shown(&spelled);
                    assert!(text.contains("(redacted)"), "{spelled}: {text}");
                    assert!(!text.contains(&STANDARD_NO_PAD.encode(SECRET)[3..12]), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_short_secret_is_no_part_of_an_id() {
        let redactor = Redactor::new(&["test", "a-long-secret"]);
        assert_eq!(&*redactor.data(b"latest, a-long-secret"), b"latest, (redacted)");
        assert_eq!(&*redactor.bytes(b"latest, a-long-secret"), b"la(redacted), (redacted)");
    }

    #[test]
    fn escapes_without_end_take_time_in_proportion() {
        for unit in ["\\", "%", "%25", "\\u005c", "\\u005cu005c", "&#x26;#x26;", "%5Cu005"] {
            let steps = |count: usize| {
                let text = unit.repeat(count);
                let start = std::time::Instant::now();
                assert!(!Redactor::new(&[SECRET]).finds(text.as_bytes()));
                start.elapsed()
            };
            let (small, large) = (steps(10_000), steps(40_000));
            assert!(
                large < small * 16 + std::time::Duration::from_millis(50),
                "{unit}: {small:?}, {large:?}"
            );
        }
    }
}

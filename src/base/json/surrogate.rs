//! Escaped halves of characters, which JSON can write and UTF-8 cannot.

use std::borrow::Cow;

/// What stands for a half without its other half: U+FFFD.
const REPLACEMENT: &str = "\\ufffd";

/// The text with every lone half (`\ud83d`) replaced by U+FFFD, as the readers of Python and JavaScript go on;
/// everything stays in its place. Borrowed when there is none.
pub(super) fn mended(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let (mut kept, mut rest) = (0, 0);
    // In JSON, a backslash begins an escape wherever it is.
    while let Some(place) = text.get(rest..).and_then(|after| after.find('\\')) {
        let start = rest.saturating_add(place);
        rest = match (unit(text, start), unit(text, start.saturating_add(6))) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => start.saturating_add(12),
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str(text.get(kept..start).unwrap_or_default());
                mended.push_str(REPLACEMENT);
                kept = start.saturating_add(6);
                kept
            }
            // `\\` is two bytes, and no other escape is a problem.
            _ => start.saturating_add(2),
        };
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(mended)
}

/// The code unit that is escaped at `start` as `\uXXXX`.
fn unit(text: &str, start: usize) -> Option<u16> {
    let digits = text.get(start..start.checked_add(6)?)?.strip_prefix("\\u")?;
    // A sign is no digit here.
    if digits.starts_with('+') { None } else { u16::from_str_radix(digits, 16).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_without_the_other_half_are_replaced_in_their_place() {
        for (text, expected) in [
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""a\uDC00b""#, r#""a\ufffdb""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#"{"\ud83d":["x\ud83d\n"]}"#, r#"{"\ufffd":["x\ufffd\n"]}"#),
        ] {
            assert_eq!(mended(text), expected);
            assert_eq!(text.len(), expected.len());
        }
    }

    #[test]
    fn whole_characters_and_other_escapes_stay() {
        for text in [
            r#""\ud83d\ude00""#,
            r#""\\ud83d""#,
            r#""\u+83d \u00e9 \n \\""#,
            "\"\u{1f327}\\u\u{1f327}\"",
            "\\",
            "\\ud8",
            "",
        ] {
            assert!(matches!(mended(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}

//! What a terminal would obey instead of showing: the rule for printing untrusted text.
//!
//! A model's answer and a server's error may hold escape sequences. A terminal that obeys them writes to the clipboard,
//! answers into the shell's input, or hides what comes next; characters that reorder text show a different text than
//! the one that is there. This crate's errors contain none of it.

/// Whether a terminal obeys `character`, or reorders text by it: C0, DEL and C1 controls, and the format characters of
/// the Unicode bidirectional algorithm.
///
/// Line feed and tab are among them: they are harmless in text of several lines, and not in a line of a log. Each
/// character is judged by itself, so a sequence that is cut across two pieces is found too.
///
/// Sources: [ECMA-48](https://ecma-international.org/publications-and-standards/standards/ecma-48/),
/// [Unicode Standard Annex #9](https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
///
/// ```
/// use bedrill::terminal;
///
/// let answer = "\u{1b}]52;c;cm0gLXJm\u{7}Grüße\n";
/// let shown: String =
///     answer.chars().filter(|character| *character == '\n' || !terminal::obeys(*character)).collect();
/// assert_eq!(shown, "]52;c;cm0gLXJmGrüße\n");
/// ```
#[must_use]
pub fn obeys(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::obeys;

    #[test]
    fn controls_and_what_reorders_text_are_obeyed_and_nothing_else() {
        let obeyed: Vec<u32> = ('\0'..=char::MAX).filter(|c| obeys(*c)).map(u32::from).collect();
        let expected: Vec<u32> =
            [0..=0x1f, 0x7f..=0x9f, 0x61c..=0x61c, 0x200e..=0x200f, 0x202a..=0x202e, 0x2066..=0x2069]
                .into_iter()
                .flatten()
                .collect();
        assert_eq!(obeyed, expected);
    }
}

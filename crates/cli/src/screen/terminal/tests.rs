use proptest::prelude::*;

use super::*;

/// What terminals obey, by ECMA-48, xterm's control sequences and the manuals of others; and what text editors and
/// browsers hide behind. `$` stands for the string terminators in turn: BEL, ST and the C1 form of ST.
const SEQUENCES: &[&str] = &[
    // The clipboard, links, titles, colors, files, notifications, prompts (OSC).
    "\u{1b}]52;c;aGk=$",
    "\u{1b}]52;c;?$",
    "\u{1b}]52;p;cm0gLXJmIC8=$",
    "\u{9d}52;c;aGk=$",
    "\u{1b}]8;;https://x.test/$link\u{1b}]8;;$",
    "\u{1b}]8;id=1;file:///etc/passwd$",
    "\u{1b}]0;title$",
    "\u{1b}]1;icon$",
    "\u{1b}]2;title$",
    "\u{9d}0;title$",
    "\u{1b}]4;1;rgb:00/00/00$",
    "\u{1b}]10;#000000$",
    "\u{1b}]11;#000000$",
    "\u{1b}]11;?$",
    "\u{1b}]104$",
    "\u{1b}]7;file://host/tmp$",
    "\u{1b}]9;notice$",
    "\u{1b}]777;notify;a;b$",
    "\u{1b}]133;A$",
    "\u{1b}]633;E;rm$",
    "\u{1b}]1337;File=inline=1:AAAA$",
    "\u{1b}]1337;RequestAttention=fireworks$",
    "\u{1b}]50;font$",
    // Device control, application, privacy and start-of-string strings.
    "\u{1b}P$q\"p$",
    "\u{1b}P+q544e$",
    "\u{1b}Pq#0;2;0;0;0$",
    "\u{90}q$",
    "\u{1b}_Ga=T,f=100;AAAA$",
    "\u{9f}Gx$",
    "\u{1b}^private$",
    "\u{9e}private$",
    "\u{1b}Xstring$",
    "\u{98}string$",
    "\u{1b}kname$",
    // The cursor, erasing, scrolling, inserting and deleting (CSI).
    "\u{1b}[2J",
    "\u{1b}[3J",
    "\u{1b}[H",
    "\u{1b}[1;1H",
    "\u{1b}[9999D",
    "\u{1b}[1A",
    "\u{1b}[2K",
    "\u{1b}[1P",
    "\u{1b}[5L",
    "\u{1b}[5M",
    "\u{1b}[5S",
    "\u{1b}[5T",
    "\u{9b}2J",
    "\u{9b}1A",
    "\u{1b}[1000b",
    "\u{1b}[4i",
    // Colors that hide text, and modes.
    "\u{1b}[8m",
    "\u{1b}[30;40m",
    "\u{1b}[38;2;0;0;0m",
    "\u{1b}[0m",
    "\u{1b}[?25l",
    "\u{1b}[?1049h",
    "\u{1b}[?1000h",
    "\u{1b}[?2004h",
    "\u{1b}[?47h",
    "\u{1b}[4h",
    "\u{1b}[20h",
    "\u{1b}[1;5r",
    "\u{1b}[>4;2m",
    "\u{1b}[!p",
    // Questions that the terminal answers into the input.
    "\u{1b}[6n",
    "\u{1b}[c",
    "\u{1b}[>c",
    "\u{1b}[5n",
    "\u{1b}[21t",
    "\u{1b}[18t",
    "\u{1b}Z",
    "\u{5}",
    // Resets, character sets, saved places.
    "\u{1b}c",
    "\u{1b}7\u{1b}8",
    "\u{1b}(0",
    "\u{e}lqqk\u{f}",
    "\u{1b}#8",
    // Single controls: a line that is written over, and text that reads the other way.
    "safe\rEVIL",
    "rm\u{8}\u{8}ls\u{7f}\u{7}\u{b}\u{c}\0",
    "\u{84}\u{85}\u{88}\u{8d}\u{9a}",
    "\u{202e}txt.exe\u{202c}\u{2066}a\u{2069}\u{200f}\u{200e}\u{061c}\u{202a}\u{202b}\u{202d}\u{2067}\u{2068}",
];

fn with_terminators(sequence: &str) -> Vec<String> {
    ["\u{7}", "\u{1b}\\", "\u{9c}"].iter().map(|end| sequence.replace('$', end)).collect()
}

/// No byte below 0x20 but newline and tab, no DEL, no C1 control, nothing that reorders text.
fn is_safe(shown: &str) -> bool {
    let reorders = |c: char| {
        "\u{61c}\u{200e}\u{200f}".contains(c)
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    shown.bytes().all(|byte| byte >= 0x20 || byte == b'\n' || byte == b'\t')
        && !shown.chars().any(|c| ('\u{7f}'..='\u{9f}').contains(&c) || reorders(c))
}

/// The text before its controls were made visible.
fn undone(shown: &str) -> String {
    let mut parts = shown.split("\\u{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').expect("an escape");
        text.push(u32::from_str_radix(code, 16).ok().and_then(char::from_u32).expect("a character"));
        text.push_str(rest);
    }
    text
}

/// What a terminal is sent when `pieces` come one after the other.
fn sent(pieces: &[&str]) -> String {
    pieces.iter().map(|piece| visible(piece)).collect()
}

#[test]
fn no_known_sequence_reaches_a_terminal_wherever_it_is_cut_in_two() {
    for sequence in SEQUENCES.iter().flat_map(|sequence| with_terminators(sequence)) {
        let text = format!("before {sequence} after\n");
        let whole = visible(&text);
        assert!(is_safe(&whole), "{text:?}: {whole:?}");
        assert_ne!(whole, text, "nothing was made visible");
        assert_eq!(undone(&whole), text, "text was lost");
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let (first, rest) = text.split_at(at);
            assert_eq!(sent(&[first, rest]), whole, "{text:?} cut at {at}");
        }
    }
}

#[test]
fn text_is_left_alone() {
    let text = "tab\there\nGrüße, 世界 ☂️ 👩‍👩‍👧 שלום مرحبا e\u{301} \u{a0}\u{ad}\u{200b}\u{200d}\u{feff} 🏴\u{e0067}\u{e007f} \\u{1b} ~";
    assert_eq!(visible(text), text);
}

#[test]
fn json_stays_json_when_it_is_made_visible() {
    for &sequence in SEQUENCES {
        let document = serde_json::json!({ "text": sequence, (sequence): "\n\"ü🌧" });
        let shown = visible_json(&document.to_string());
        assert!(is_safe(&shown), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).expect(&shown), document);
    }
}

/// Text in which controls are frequent.
fn texts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        any::<char>().prop_map(String::from),
        (0..0xa0_u32).prop_filter_map("a character", char::from_u32).prop_map(String::from),
        prop::sample::select(SEQUENCES).prop_map(str::to_owned),
        "[ -~]{0,8}",
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn whatever_comes_in_whatever_pieces_nothing_is_obeyed_and_nothing_is_lost(
        pieces in prop::collection::vec(texts(), 0..6),
    ) {
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let shown = sent(&pieces);
        prop_assert!(is_safe(&shown), "{:?}", shown);
        prop_assert_eq!(&shown, &visible(&pieces.concat()));
        let ordinary = |text: &str| -> String { text.chars().filter(|c| is_harmless(*c)).collect() };
        if !pieces.concat().contains("\\u{") {
            prop_assert_eq!(undone(&shown), pieces.concat());
        }
        // All ordinary characters are there, in order.
        let mut rest = shown.chars();
        for expected in ordinary(&pieces.concat()).chars() {
            prop_assert!(rest.any(|c| c == expected), "{:?} is lost in {:?}", expected, shown);
        }
    }
}

//! `.env` files, as the command reads them.

use super::dotenv::{Entry, entries};

/// A file of any text.
///
/// Names are names, in the order of their lines; a value holds nothing that is not in the text; what was read, written in
/// quotes, is read again equal; and a line at the end changes nothing before it.
pub fn dotenv(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found: Vec<Entry<'_>> = entries(&text).collect();
    let lines = text.split('\n').count();
    let mut last = 0;
    for Entry { name, value, line } in &found {
        assert!(!name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty());
        assert!(name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()), "{name:?}");
        assert!(*line > last && *line <= lines, "{line} of {lines}");
        last = *line;
        let escapes = text.contains('\\');
        assert!(value.as_ref().is_none_or(|value| escapes || text.contains(&**value)), "{value:?}");
    }

    let quoted = |value: &str| value.replace('\\', r"\\").replace('"', r#"\""#);
    let read = found.iter().filter_map(|entry| Some((entry.name, entry.value.as_deref()?)));
    let written: String =
        read.clone().map(|(name, value)| format!("{name}=\"{}\"\n", quoted(value))).collect();
    let again: Vec<Entry<'_>> = entries(&written).collect();
    assert!(read.eq(again.iter().map(|entry| (entry.name, entry.value.as_deref().expect("quoted")))));

    let longer = format!("{text}\nLAST=1");
    let mut of_longer = entries(&longer);
    assert!(found.iter().all(|entry| of_longer.next().as_ref() == Some(entry)));
    let end = Entry { name: "LAST", value: Some("1".into()), line: lines + 1 };
    assert!(of_longer.eq([end]));
}

//! Profile files beside `rust-ini`.

use std::collections::BTreeMap;

use bedrill::profile::ProfileSet;

/// The plain subset of profile files, beside `rust-ini`: `[section]` and `name = value` lines in lower case, without
/// comments, quotes, escapes, colons in front of the value, continuations, and nothing twice.
///
/// Any input is made plain first: bytes that the subset does not have are taken out, lines that repeat are dropped.
pub fn profile_vs_ini(data: &[u8]) {
    let mut expected: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    let plain: String = data.iter().filter_map(|byte| plain(*byte)).collect();
    let mut text = String::with_capacity(plain.len() + 16);
    let mut section = "";
    for line in plain.lines() {
        let Some((name, value)) = line.split_once('=') else {
            let name = line.trim();
            if !name.is_empty() && !name.contains(' ') && !expected.contains_key(name) {
                section = name;
                expected.insert(section, BTreeMap::new());
                text.extend(["[", name, "]\n"]);
            }
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        let is_plain = !name.is_empty() && !name.contains([' ', ':', '/']) && !value.is_empty();
        if let Some(properties) = expected.get_mut(section)
            && is_plain
            && !properties.contains_key(name)
        {
            properties.insert(name, value);
            text.extend([name, " = ", value, "\n"]);
        }
    }
    let ours = ProfileSet::parse(b"", text.as_bytes()).expect("a plain file");
    let theirs = ini::Ini::load_from_str_noescape(&text).expect("a plain file");
    for (name, properties) in &expected {
        let ours: BTreeMap<_, _> = ours.profile(name).expect("the section").properties().collect();
        let theirs: BTreeMap<_, _> = theirs.section(Some(*name)).expect("the section").iter().collect();
        assert_eq!(ours, theirs, "{text}");
        assert_eq!(ours, *properties, "{text}");
    }
    assert_eq!(ours.profiles().count(), expected.len());
}

/// The character of the plain subset that `byte` stands for.
fn plain(byte: u8) -> Option<char> {
    match byte {
        b'\n' | b'=' | b' ' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b'+' | b':' => {
            Some(byte.into())
        }
        b'A'..=b'Z' => Some(byte.to_ascii_lowercase().into()),
        _ => None,
    }
}

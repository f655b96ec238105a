//! The profile reader on our own cases, and compared with `rust-ini` on the plain subset that both read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bedrill::profile::{ProfileSet, Section};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::conformance::{entries, json as read_json};

fn read(path: &Path) -> Vec<u8> {
    if path.exists() { std::fs::read(path).expect("a readable fixture") } else { Vec::new() }
}

/// Sections as the cases write them: name to properties.
pub fn flat<'a>(sections: impl Iterator<Item = &'a Section>) -> Value {
    sections
        .map(|section| {
            let properties = section.properties().map(|(name, value)| (name.to_owned(), json!(value)));
            (section.name().to_owned(), Value::Object(properties.collect()))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn every_fixture_reads_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/profile");
    let cases: Vec<_> = entries(&folder).into_iter().filter(|path| path.is_dir()).collect();
    assert!(cases.len() >= 4, "the fixtures are gone");
    for case in cases {
        let expected = read_json(&case.join("expected.json"));
        let result = ProfileSet::parse(&read(&case.join("config")), &read(&case.join("credentials")));
        let name = case.display();
        let set = match (result, expected.get("error")) {
            (Err(error), Some(place)) => {
                let found = format!("{}:{}:{}", error.file(), error.line(), error.column());
                assert_eq!(json!(found), *place, "{name}: {error}");
                continue;
            }
            (result, error) => {
                assert_eq!(error, None, "{name} is to fail");
                result.unwrap_or_else(|error| panic!("{name}: {error}"))
            }
        };
        let part = |key: &str| expected.get(key).cloned().unwrap_or_else(|| json!({}));
        assert_eq!(flat(set.profiles()), part("profiles"), "{name}");
        assert_eq!(flat(set.sso_sessions()), part("sso_sessions"), "{name}");
        let headers: Vec<_> = set.ignored().map(|ignored| ignored.header()).collect();
        assert_eq!(json!(headers), expected.get("ignored").cloned().unwrap_or_else(|| json!([])), "{name}");
        for (services, settings) in part("services").as_object().expect("an object") {
            let section =
                set.services(services).unwrap_or_else(|| panic!("{name}: no [services {services}]"));
            for (service, settings) in settings.as_object().expect("an object") {
                for (setting, value) in settings.as_object().expect("an object") {
                    assert_eq!(section.sub_property(service, setting), value.as_str(), "{name}");
                }
            }
        }
    }
}

/// What both readers read in the same way: no comments, quotes, escapes or continuations.
fn plain_file() -> impl Strategy<Value = BTreeMap<String, BTreeMap<String, String>>> {
    let value = "[!-~&&[^#;\"'\\\\\\[]]([ -~&&[^#;\"'\\\\]]{0,20}[!-~&&[^#;\"'\\\\]])?";
    let properties = proptest::collection::btree_map("[a-z][a-z0-9_]{0,12}", value, 0..6);
    proptest::collection::btree_map("[A-Za-z0-9_/.%@:+-]{1,10}", properties, 0..6)
}

fn write(file: &BTreeMap<String, BTreeMap<String, String>>, equals: &str, line_end: &str) -> String {
    let mut text = String::new();
    for (name, properties) in file {
        text.push_str(&format!("[{name}]{line_end}"));
        for (property, value) in properties {
            text.push_str(&format!("{property}{equals}{value}{line_end}"));
        }
    }
    text
}

proptest! {
    #[test]
    fn rust_ini_reads_the_plain_subset_alike(
        file in plain_file(),
        equals in "[ \t]{0,2}=[ \t]{0,2}",
        line_end in prop::sample::select(vec!["\n", "\r\n", "\n\n"]),
    ) {
        let text = write(&file, &equals, line_end);
        let ours = ProfileSet::parse(b"", text.as_bytes()).expect("a plain file");
        let theirs = ini::Ini::load_from_str_noescape(&text).expect("a plain file");
        let names: BTreeSet<_> = ours.profiles().map(Section::name).collect();
        prop_assert_eq!(names, theirs.sections().flatten().collect::<BTreeSet<_>>());
        for section in ours.profiles() {
            let section_of_theirs = theirs.section(Some(section.name())).expect("the same section");
            let properties: BTreeMap<_, _> = section.properties().collect();
            prop_assert_eq!(properties, section_of_theirs.iter().collect::<BTreeMap<_, _>>());
        }
    }

    #[test]
    fn any_bytes_read_or_fail_inside_the_file(
        config in prop::collection::vec(
            prop_oneof![8 => prop::sample::select(b"[]=#; \t\r\n\0aB".to_vec()), 1 => any::<u8>()],
            0..200,
        ),
    ) {
        if let Err(error) = ProfileSet::parse(&config, b"") {
            prop_assert!(error.line() >= 1 && error.column() >= 1);
            prop_assert!(error.line() <= config.len() + 1 && error.column() <= config.len() + 1);
        }
    }
}

//! The rules of the public names, which CONTRIBUTING.md states.

use std::collections::BTreeSet;
use std::path::Path;

use crate::layers::house::{paths, sources};

/// What the root of the library names itself, and the modules that it is from.
fn paved() -> Vec<(String, String)> {
    let lib = include_str!("../../src/lib.rs");
    let exports = lib.split("\npub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let named: Vec<_> = exports
        .filter_map(|export| export.strip_suffix('}')?.split_once("::{"))
        .flat_map(|(module, names)| {
            names.split(',').map(move |name| (module.to_owned(), name.trim().to_owned()))
        })
        .collect();
    assert!(named.len() > 5, "the names at the root are found: {named:?}");
    named
}

#[test]
fn what_the_root_names_is_written_by_that_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paved = paved();
    let mut uses = 0;
    for folder in ["benches", "crates", "examples", "fuzz", "src", "tests"] {
        for (path, text) in sources(&root.join(folder)) {
            // The examples of the documentation, too.
            let text = text.replace("/// ", "").replace("//! ", "");
            for path_from_root in paths(&text, "bedrill::") {
                let [module, name, ..] = path_from_root.as_slice() else { continue };
                uses += 1;
                let other = paved.contains(&(module.clone(), name.clone()));
                assert!(!other, "{folder}/{}: bedrill::{module}::{name} is bedrill::{name}", path.display());
            }
        }
    }
    assert!(uses > 500, "the uses are found: {uses}");
}

/// A public method that takes its value and returns it, changed: its type, its name, its parameters.
struct Setter {
    owner: String,
    name: String,
    takes: String,
}

/// `Type<'a>::method<T: Bound>` as `Type::method`.
fn without_generics(path: &str) -> String {
    let mut depth = 0;
    let outside = path.chars().filter(|c| {
        depth += i32::from(*c == '<');
        let outside = depth == 0;
        depth -= i32::from(*c == '>');
        outside
    });
    outside.collect()
}

/// The public API as text, and what it has of such methods.
fn api() -> (String, Vec<Setter>) {
    let text = ["bedrill", "bedrill-eventstream"].map(|package| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/api/{package}.txt"));
        std::fs::read_to_string(path).expect("the text of the API")
    });
    let text = text.concat();
    let setters = text.lines().filter_map(|line| {
        let (path, rest) = line.split_once("(self")?;
        let (takes, returns) = rest.rsplit_once(") -> ")?;
        let path = without_generics(path.split_once("fn ")?.1);
        let mut names = path.rsplit("::");
        let (name, owner) = (names.next()?, names.next()?);
        let returns_itself = returns == "Self" || returns.contains("Result<Self,");
        returns_itself.then(|| Setter {
            owner: owner.to_owned(),
            name: name.to_owned(),
            takes: takes.trim_start_matches([',', ' ']).to_owned(),
        })
    });
    let setters: Vec<_> = setters.collect();
    assert!(setters.len() > 150, "the methods are found: {}", setters.len());
    (text, setters)
}

#[test]
fn a_builder_takes_bare_names_and_a_value_takes_with() {
    let (text, setters) = api();
    let mut builders = BTreeSet::new();
    for Setter { owner, name, takes } in setters {
        let setter = format!("{owner}::{name}");
        match (owner.as_str(), name.as_str()) {
            // A request and its messages read like a sentence.
            ("ConverseRequest", _) => assert!(!name.starts_with("with"), "{setter}: bare, as the others"),
            ("Message", "with") => {}
            (builder, _) if builder.ends_with("Builder") => {
                assert!(!name.starts_with("with_"), "{setter}: a builder takes bare names");
                assert!(!takes.starts_with("bool"), "{setter}: a builder leaves something out by `no_*`");
                builders.insert(owner);
            }
            _ => {
                assert!(name.starts_with("with_"), "{setter}: a value takes `with_*`");
                assert!(!takes.is_empty(), "{setter}: a switch takes a bool");
            }
        }
    }
    assert!(builders.len() >= 5, "the builders are found: {builders:?}");
    for builder in builders {
        assert!(text.contains(&format!("::{builder}::build(self")), "{builder} ends in build");
    }
}

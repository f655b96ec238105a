//! The rules of the public names, which CONTRIBUTING.md states.

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

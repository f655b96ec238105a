//! The folder of recorded cases that `BEDRILL_CONFORMANCE` names.
//!
//! A test that needs it is `#[ignore = "needs BEDRILL_CONFORMANCE"]`, with `conformance` in its path, by which
//! `.ci/run conformance` selects it. Each suite runs whatever cases its part of the folder holds and closes with
//! [`report`]; `.ci/run` reads those lines and compares the counts, so that a case can neither vanish nor be skipped
//! unseen.

#![allow(dead_code)] // each test binary needs some of it

use std::path::{Path, PathBuf};

/// The part of the conformance folder at `part`.
///
/// # Panics
///
/// When no folder is named, or what is named is not a folder.
pub fn folder(part: &str) -> PathBuf {
    let root = std::env::var_os("BEDRILL_CONFORMANCE").map(PathBuf::from);
    let root =
        root.expect("BEDRILL_CONFORMANCE must name the folder of the conformance cases (CONTRIBUTING.md)");
    assert!(root.is_dir(), "BEDRILL_CONFORMANCE names {}, which is not a folder", root.display());
    root.join(part)
}

/// Prints how many cases a suite ran, in the form that `.ci/run` reads.
pub fn report(suite: &str, cases: usize) {
    eprintln!("conformance {suite}: {cases} cases");
}

/// The entries of `folder` in name order; none when it does not exist.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(read) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

/// The text of `path`, or a panic that names it.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The JSON document in `path`, or a panic that names it.
pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The list at `key`, or a panic that says what was there.
pub fn list<'a>(value: &'a serde_json::Value, key: &str) -> &'a [serde_json::Value] {
    value[key].as_array().unwrap_or_else(|| panic!("`{key}` is not a list: {}", value[key]))
}

//! SECURITY.md names the test of each of its claims.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The Rust files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The functions that follow a `#[test]` of any kind.
fn tests(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
            names.extend(rest.split_once('(').map(|(name, _)| name.to_owned()));
            is_test = false;
        }
    }
    names
}

#[test]
fn every_test_that_the_security_policy_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policy = std::fs::read_to_string(root.join("SECURITY.md")).expect("SECURITY.md");
    let all: BTreeSet<String> = ["src", "tests", "crates"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .flat_map(|path| tests(&std::fs::read_to_string(path).expect("UTF-8")))
        .collect();
    let rows = policy.lines().filter(|line| line.starts_with("| ") && line.ends_with("` |"));
    let named: Vec<&str> = rows
        .filter_map(|row| row.rsplit(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(named.len() > 50, "only {} names were found", named.len());
    let missing: Vec<&&str> = named.iter().filter(|name| !all.contains(**name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}

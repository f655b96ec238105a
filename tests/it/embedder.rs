//! What comes with bedrill's core: the dependencies of `examples/embedder`, which is `examples/sans_io_ureq.rs`
//! as a package of its own.

use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn an_embedder_links_neither_tokio_nor_reqwest_nor_futures() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "-p",
            "bedrill-embedder",
            "-e",
            "normal",
            "--prefix",
            "none",
            "-f",
            "{p}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("UTF-8");
    // `name v1.2.3`, or `name v1.2.3 (path)`, with `(*)` after what was listed before.
    let crates: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name, rest.split(' ').next().unwrap_or_default()))
        .collect();
    let names: BTreeSet<&str> = crates.iter().map(|(name, _)| *name).collect();
    for expected in ["bedrill-embedder", "bedrill", "ureq"] {
        assert!(names.contains(expected), "{expected} is not in the tree: {names:?}");
    }
    for name in &names {
        let barred = ["tokio", "reqwest", "futures", "hyper", "aws-"];
        assert!(!barred.iter().any(|barred| name.starts_with(barred)), "{name} is in the tree: {names:?}");
    }
    eprintln!("embedder: {} crates, bedrill and ureq and the program included", crates.len());
}

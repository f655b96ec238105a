//! The corpus of the fuzz targets, replayed on stable: `fuzz/corpus/TARGET/` through the function of each target.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use crate::support::conformance::entries;

// The targets with an oracle. An oracle is no dependency of the crate, and the fuzz workspace none of the tests.
#[path = "../../fuzz/src/lib.rs"]
mod oracles;

fn targets() -> BTreeMap<&'static str, fn(&[u8])> {
    bedrill::fuzzing::TARGETS.into_iter().chain(oracles::TARGETS).collect::<BTreeMap<_, _>>()
}

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn stems(folder: &Path) -> BTreeSet<String> {
    let stem = |path: &PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    entries(folder).iter().map(stem).collect()
}

#[test]
fn every_target_has_a_function_a_binary_and_seeds() {
    let functions: BTreeSet<String> = targets().into_keys().map(str::to_owned).collect();
    assert_eq!(functions.len(), 11, "{functions:?}");
    assert_eq!(stems(&fuzz_folder().join("fuzz_targets")), functions, "binaries");
    assert_eq!(stems(&fuzz_folder().join("corpus")), functions, "folders of the corpus");
    let manifest = std::fs::read_to_string(fuzz_folder().join("Cargo.toml")).expect("the manifest");
    for name in &functions {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in the manifest");
        assert!(!entries(&fuzz_folder().join("corpus").join(name)).is_empty(), "{name} has no seeds");
    }
}

#[test]
fn the_corpus_runs_through_without_a_finding() {
    let (mut findings, mut frames) = (Vec::new(), 0);
    for (name, function) in targets() {
        let inputs = entries(&fuzz_folder().join("corpus").join(name));
        for path in &inputs {
            let data = std::fs::read(path).expect("an input");
            if catch_unwind(|| function(&data)).is_err() {
                findings.push(path.display().to_string());
            }
        }
        eprintln!("corpus {name}: {} inputs", inputs.len());
        if name.starts_with("frames") {
            frames += inputs.len();
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(frames >= 500, "{frames} frames");
}

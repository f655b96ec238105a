//! The corpus of the fuzz targets, replayed on stable: `fuzz/corpus/TARGET/` through the function of each target.

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use crate::support::conformance::entries;

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

/// A target: its name, which is that of its binary and of its folder in the corpus, and its function.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 15] = [
    ("config", fuzz::config),
    ("credential_json", fuzz::credential_json),
    ("dotenv", fuzz::dotenv),
    ("error_answer", fuzz::error_answer),
    ("event_json", fuzz::event_json),
    ("event_sequence", fuzz::event_sequence),
    ("frames", fuzz::frames),
    ("frames_round_trip", fuzz::frames_round_trip),
    ("frames_valid_crc", fuzz::frames_valid_crc),
    ("frames_vs_smithy", fuzz::frames_vs_smithy),
    ("json_memory", fuzz::json_memory),
    ("profile", fuzz::profile),
    ("profile_vs_ini", fuzz::profile_vs_ini),
    ("proxies", fuzz::proxies),
    ("sign_vs_aws", fuzz::sign_vs_aws),
];

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn stems(folder: &Path) -> BTreeSet<String> {
    let stem = |path: &PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    entries(folder).iter().map(stem).collect()
}

#[test]
fn every_target_has_a_function_a_binary_and_seeds() {
    let functions = BTreeSet::from(TARGETS.map(|(name, _)| name.to_owned()));
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
    for (name, function) in TARGETS {
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

//! How many crates a program takes on, and which never come with the core.

use std::collections::BTreeSet;
use std::process::Command;

/// The crates, with their versions, that `package` needs with `features` on this platform, itself among them.
fn crates(package: &str, features: &[&str]) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let tree = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "-p",
            package,
        ])
        .args(features)
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let listing = String::from_utf8(tree.stdout).expect("UTF-8");
    let crates: BTreeSet<_> = listing
        .lines()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .filter(|name| !name.is_empty())
        .collect();
    eprintln!("dependencies of {package} {features:?}: {} crates", crates.len());
    crates
}

fn names(crates: &BTreeSet<String>) -> BTreeSet<&str> {
    crates.iter().filter_map(|line| line.split(' ').next()).collect()
}

#[test]
fn the_event_stream_has_three_crates_below_it() {
    let found = crates("bedrill-eventstream", &[]);
    assert_eq!(names(&found), BTreeSet::from(["bedrill-eventstream", "bytes", "cfg-if", "crc32fast"]));
}

#[test]
fn the_core_stays_small_and_has_no_runtime() {
    let core = crates("bedrill", &["--no-default-features"]);
    assert!(core.len() <= 23, "{} crates: {core:?}", core.len());
    let names = names(&core);
    assert!(names.contains("bedrill") && names.contains("sha2"), "{names:?}");
    for absent in
        ["tokio", "reqwest", "hyper", "rustls", "futures-core", "futures-util", "serde_derive", "ring"]
    {
        assert!(!names.contains(absent), "{absent} came with the core");
    }
}

#[test]
fn the_client_alone_has_no_runtime_either() {
    let client = crates("bedrill", &["--no-default-features", "--features", "client"]);
    let names = names(&client);
    assert!(names.contains("futures-core"), "{names:?}");
    for absent in ["tokio", "reqwest", "hyper", "rustls"] {
        assert!(!names.contains(absent), "{absent} came with the client");
    }
}

#[test]
fn the_default_features_stay_within_their_number() {
    let default = crates("bedrill", &[]);
    assert!(default.len() <= 100, "{} crates: {default:?}", default.len());
    assert!(names(&default).contains("reqwest"));
    assert!(!names(&default).contains("aws-lc-rs"));
}

#[test]
fn hyper_instead_of_reqwest_stays_within_its_number() {
    let hyper = crates("bedrill", &["--no-default-features", "--features", "hyper,ring,webpki-roots"]);
    assert!(hyper.len() <= 64, "{} crates: {hyper:?}", hyper.len());
    for absent in ["reqwest", "url", "idna", "tower"] {
        assert!(!names(&hyper).contains(absent), "{absent} came with hyper");
    }
}

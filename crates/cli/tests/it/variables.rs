//! Every variable that the sources ask for is in the one table that says whether a file may set it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[allow(dead_code)]
#[path = "../../src/setup/variables.rs"]
mod table;

/// The Rust files below `folder` that are no tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let is_test = |path: &Path| {
        let stem = path.file_stem().expect("a name");
        ["tests", "test_util", "canary"].iter().any(|name| stem == *name)
    };
    entries
        .filter(|path| !is_test(path))
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The code of `source`: no comments, no unit tests, which stand last.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What may be the name of a variable in `code`: each word that begins as ours do, and each whole text that is what a
/// variable of somebody else would be.
fn names(code: &str) -> BTreeSet<String> {
    let is_part = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let words = code.split(|c| !is_part(c)).filter(|word| {
        let (first, rest) = word.split_once('_').unwrap_or_default();
        matches!(first, "AWS" | "BEDRILL") && !rest.is_empty()
    });
    let others = code.split('"').skip(1).filter(|text| {
        let upper = text.to_ascii_uppercase();
        let is_known =
            ["HOME", "PROXY", "XDG", "SSL", "PATH", "USERPROFILE", "TMP", "DIR", "TERM", "COLOR", "REQUEST_"];
        let is_name = !text.is_empty() && text.chars().all(is_part);
        is_name
            && (**text == upper || upper.ends_with("_PROXY"))
            && is_known.iter().any(|part| upper.contains(part))
    });
    // Also what is asked for by a literal, whatever its name.
    let asked = ["var(\"", "setting(\"", "var_os(\"", "env_remove(\"", "env(\""];
    let asked =
        asked.iter().flat_map(|ask| code.split(ask).skip(1)).filter_map(|rest| rest.split('"').next());
    words.chain(others).chain(asked).map(str::to_owned).collect()
}

/// What looks like the name of a variable and is none.
const OTHERS: [&str; 6] = [
    // Kinds of secrets that a guardrail finds.
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "IP_ADDRESS",
    // Written for other programs, and never read.
    "AWS_CREDENTIAL_EXPIRATION",
    // Properties of a profile.
    "region",
    "services",
];

#[test]
fn every_variable_that_is_read_is_in_the_table_of_what_a_file_may_set() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<PathBuf> =
        [root.join("src"), root.join("../../src")].iter().flat_map(|folder| sources(folder)).collect();
    let mut found = BTreeSet::new();
    for path in files.iter().filter(|path| !path.ends_with("setup/variables.rs")) {
        found.extend(names(&code(&std::fs::read_to_string(path).expect("UTF-8"))));
    }
    for known in ["AWS_REGION", "AWS_ENDPOINT_URL", "HOME", "https_proxy", "XDG_CACHE_HOME", "BEDRILL_MODEL"]
    {
        assert!(found.contains(known), "{known} was not found");
    }
    found.retain(|name| !OTHERS.contains(&name.as_str()));
    let unclassified: Vec<&String> = found.iter().filter(|name| table::kind(name).is_none()).collect();
    assert!(
        unclassified.is_empty(),
        "not in crates/cli/src/setup/variables.rs, which says whether a file may set them: {unclassified:?}"
    );
}

#[test]
fn what_dot_env_may_set_redirects_nothing_and_names_no_file() {
    let names = |allowed: bool| {
        let of =
            |kind| table::of_kind(kind).filter(|name| table::is_allowed_in_dot_env(name) == allowed).count();
        use table::Kind::{Bearer, Container, Keys, Model, Profile, Region, Session, Setting, WebIdentity};
        [Region, Keys, Bearer, Profile, Model, WebIdentity, Container, Setting, Session].map(of)
    };
    assert_eq!(names(true), [2, 3, 1, 1, 1, 0, 0, 0, 0]);
    let [region, keys, bearer, profile, model, rest @ ..] = names(false);
    assert_eq!([region, keys, bearer, profile, model], [0, 0, 0, 1, 0]);
    assert!(rest.iter().all(|count| *count > 2), "{rest:?}");
}

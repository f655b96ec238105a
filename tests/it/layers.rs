//! The layers: a module uses only modules of layers below its own, its own children, and what is named here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::conformance::entries;

/// The modules of each layer, the lowest first.
const LAYERS: [&[&str]; 6] = [
    // Text and values: no I/O, no clock.
    &["hex", "json", "quote", "sync", "time", "uri", "credentials"],
    // Protocols. They never use each other.
    &["eventstream", "sigv4", "profile"],
    // Bedrock's shapes.
    &["shape", "endpoint", "model_id", "converse", "models", "catalog", "config", "operation"],
    // The outside world, behind traits.
    &["flight", "transport", "auth"],
    // The client.
    &["error", "client"],
    // What the fuzz targets run.
    &["fuzzing"],
];

/// Uses inside one layer.
const SAME_LAYER: [(&str, &str); 19] = [
    ("credentials", "time"),
    ("model_id", "endpoint"),
    ("operation", "endpoint"),
    ("operation", "model_id"),
    ("operation", "converse"),
    ("operation", "models"),
    ("operation", "shape"),
    ("converse", "shape"),
    ("models", "shape"),
    ("models", "converse"),
    ("catalog", "models"),
    ("catalog", "endpoint"),
    ("catalog", "model_id"),
    ("catalog", "shape"),
    ("config", "converse"),
    ("config", "endpoint"),
    ("auth", "flight"),
    ("auth", "transport"),
    ("client", "error"),
];

/// The longest that a source file may be.
const MAX_LINES: usize = 400;

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file under `folder`, with its path from there.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for path in entries(folder) {
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(folder, &mut files);
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a source file");
        (path.strip_prefix(folder).expect("below it").to_owned(), text)
    };
    files.into_iter().map(read).collect()
}

/// The path of the module that the file `path` holds: `client/mod.rs` is `["client"]`.
fn module(path: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        path.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.pop_if(|last| matches!(last.as_str(), "mod" | "lib"));
    names
}

/// `text` without comments and without inline modules that are compiled for tests alone.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            let item = lines.next().unwrap_or_default();
            if item.ends_with('{') {
                // As rustfmt writes it, the brace that closes an item stands at the beginning of its line.
                lines.by_ref().find(|line| *line == "}");
            }
            continue;
        }
        if !line.trim_start().starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// The modules at the crate's root that `code`, of a module `depth` steps below it, names.
fn used(code: &str, depth: usize) -> BTreeSet<String> {
    let from_root = ["crate::".to_owned(), "super::".repeat(depth)];
    let mut found = BTreeSet::new();
    for prefix in from_root.iter().filter(|prefix| !prefix.is_empty()) {
        for (at, _) in code.match_indices(prefix.as_str()) {
            // Part of a longer name or path: `my_crate::`, `super::super::` of a deeper module.
            let before = code[..at].chars().next_back();
            if before.is_some_and(|before| before == ':' || before == '_' || before.is_alphanumeric()) {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(heads(group)),
                None => found.extend(head(rest)),
            }
        }
    }
    found.remove("super");
    found
}

/// The first name of each path in a group of imports, of which the opening brace is taken off.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut begins) = (0, Vec::new(), true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && !character.is_whitespace() => {
                heads.extend(head(&group[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> Option<String> {
    let end = path.find(|character: char| character != '_' && !character.is_alphanumeric());
    let name = &path[..end.unwrap_or(path.len())];
    // Types and macros at the root are not modules.
    (!name.is_empty() && name.starts_with(|first: char| first.is_lowercase())).then(|| name.to_owned())
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// What the file `path` with the content `text` uses and may not.
fn violations(path: &Path, text: &str) -> Vec<String> {
    let module = module(path);
    let Some(root) = module.first() else { return Vec::new() };
    let Some(own) = layer(root) else {
        return vec![format!("{}: the module {root} belongs to no layer", path.display())];
    };
    let allowed = |name: &str| {
        name == root
            || SAME_LAYER.contains(&(root.as_str(), name))
            || layer(name).is_some_and(|other| other < own)
    };
    used(&code(text), module.len())
        .into_iter()
        .filter(|name| !allowed(name))
        .map(|name| format!("{} (layer {own}) uses {name} (layer {:?})", path.display(), layer(&name)))
        .collect()
}

fn is_test_or_program(path: &Path) -> bool {
    path.starts_with("bin") || path.file_name().is_some_and(|name| name == "tests.rs")
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let files = sources(&source_folder());
    assert!(files.len() > 40, "the sources are found: {}", files.len());
    let violations: Vec<_> = files
        .iter()
        .filter(|(path, _)| !is_test_or_program(path))
        .flat_map(|(path, text)| violations(path, text))
        .collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
    let roots: BTreeSet<_> = files.iter().filter_map(|(path, _)| module(path).into_iter().next()).collect();
    for name in LAYERS.concat() {
        assert!(roots.contains(name), "the table names {name}, which is not there");
    }
}

#[test]
fn programs_see_the_public_api_only() {
    let programs = sources(&source_folder().join("bin"));
    assert!(!programs.is_empty());
    for (path, text) in programs {
        let code = code(&text);
        // `crate::` is the program's own there; the library's files could come in by path alone.
        for escape in ["#[path", "include!("] {
            assert!(!code.contains(escape), "{}: {escape}", path.display());
        }
    }
}

#[test]
fn files_stay_short() {
    let long: Vec<_> = sources(&source_folder())
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .collect();
    assert!(long.is_empty(), "longer than {MAX_LINES} lines: {long:?}");
}

#[test]
fn a_violation_is_found_however_it_is_written() {
    for (path, text) in [
        ("sigv4/key.rs", "use crate::eventstream::Frame;"),
        ("sigv4/key.rs", "use super::super::eventstream::Frame;"),
        ("hex.rs", "use super::eventstream;"),
        ("endpoint.rs", "use crate::{\n    uri,\n    auth::{self, env},\n    time::*,\n};"),
        ("converse/mod.rs", "use crate::operation;"),
        ("endpoint.rs", "fn f() -> crate::auth::Auth {}"),
        ("endpoint/region.rs", "pub(in crate::client) fn f() {}"),
        ("transport/mod.rs", "use crate::auth::Auth;"),
        ("error.rs", "use crate::client::Client;"),
        ("nowhere.rs", ""),
        ("profile/mod.rs", "#[cfg(test)]\nmod tests {\n    use crate::client;\n}\nuse crate::auth;"),
    ] {
        assert_eq!(violations(Path::new(path), text).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("sigv4/key.rs", "use crate::{hex, time};\nuse crate::sigv4::error;\nuse super::canonical;"),
        ("sigv4/mod.rs", "//! [`Client`](crate::client)\n/// crate::client\n// crate::client"),
        ("sigv4/mod.rs", "#[cfg(test)]\nmod tests;\n\nuse crate::hex;"),
        ("sigv4/mod.rs", "use other_crate::client;"),
        ("converse/macros.rs", "$crate::converse::shape::Shape::to_json(self)"),
        ("client/mod.rs", "use crate::{auth, error::Error};\nuse super::transport;"),
        ("client/retry/mod.rs", "use super::error;"),
        ("lib.rs", "pub use client::Client;"),
    ] {
        assert_eq!(violations(Path::new(path), text), [""; 0], "{path}: {text}");
    }
}

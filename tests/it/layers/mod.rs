//! The floors of the house: a room uses only rooms of lower floors, its own, and what the table names.

pub mod house;
mod table;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use house::{House, circles, code, sources};
use table::{CRATES, FLOORS, KNOWN_CIRCLES, SAME_FLOOR, floor, markdown};

/// The longest that a source file may be.
const MAX_LINES: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The library's sources without those that are compiled for tests alone.
fn library() -> Vec<(PathBuf, String)> {
    let is_test = |path: &Path| {
        path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs" | "bin")))
    };
    let files: Vec<_> = sources(&root().join("src")).into_iter().filter(|(path, _)| !is_test(path)).collect();
    assert!(files.len() > 100, "the sources are found: {}", files.len());
    files
}

/// What `house` has that the table does not allow.
fn violations(house: &House) -> Vec<String> {
    let mut violations = Vec::new();
    for room in house.rooms().into_iter().filter(|room| floor(room).is_none()) {
        violations.push(format!("the room {room} lies on no floor"));
    }
    for (file, room, used) in house.between_rooms() {
        let Some(own) = floor(room) else { continue };
        let allowed =
            SAME_FLOOR.contains(&(room, used.as_str())) || floor(&used).is_some_and(|other| other < own);
        if !allowed {
            let of_used = floor(&used).map_or("no", |other| FLOORS[other].name);
            violations.push(format!(
                "{} (floor {}) uses {used} (floor {of_used})",
                file.display(),
                FLOORS[own].name
            ));
        }
    }
    violations
}

#[test]
fn rooms_use_only_what_lies_below_them() {
    let house = House::of(&library());
    let violations = violations(&house);
    assert!(violations.is_empty(), "{}", violations.join("\n"));
    let uses: BTreeSet<(&str, String)> =
        house.between_rooms().into_iter().map(|(_, room, used)| (room, used)).collect();
    let of_rooms = uses.iter().map(|(room, used)| ((*room).to_owned(), used.clone())).collect();
    assert!(circles(&of_rooms).is_empty(), "rooms use each other: {:?}", circles(&of_rooms));
    let inner = house.circles().len();
    eprintln!(
        "house: {} rooms, {} uses between them, 0 circles; {inner} inside rooms",
        house.rooms().len(),
        uses.len()
    );
}

#[test]
fn the_table_names_nothing_that_is_not_there() {
    let house = House::of(&library());
    let rooms = house.rooms();
    for room in FLOORS.iter().flat_map(|floor| floor.rooms) {
        let is_crate = CRATES.contains(room) && root().join("crates").join(room).is_dir();
        assert!(rooms.contains(room) || is_crate, "the table names {room}, which is not there");
    }
    let uses: BTreeSet<(&str, String)> =
        house.between_rooms().into_iter().map(|(_, room, used)| (room, used)).collect();
    for (room, used) in SAME_FLOOR {
        assert!(uses.contains(&(*room, (*used).to_owned())), "{room} does not use {used}: the row is to go");
        assert_eq!(floor(room), floor(used), "{room} and {used} lie on two floors: the row is to go");
    }
}

#[test]
fn modules_of_one_folder_use_each_other_in_no_circle() {
    let known: Vec<(String, BTreeSet<String>)> = KNOWN_CIRCLES
        .iter()
        .map(|(folder, modules)| ((*folder).to_owned(), modules.iter().map(|it| (*it).to_owned()).collect()))
        .collect();
    assert_eq!(House::of(&library()).circles(), known);
}

/// Each part of the client has its own data, and `Client` hands its methods out: none of them can touch the others' data
/// by way of the client.
#[test]
fn the_parts_of_the_client_do_not_know_it() {
    let is_facade = |path: &Path| {
        ["mod.rs", "builder.rs", "facade"].iter().any(|own| path.starts_with(Path::new("client").join(own)))
    };
    let parts: Vec<_> = library()
        .into_iter()
        .filter(|(path, _)| path.starts_with("client") && !is_facade(path))
        .filter(|(_, text)| {
            let code = code(text);
            code.split(|c: char| c != '_' && !c.is_alphanumeric()).any(|word| word == "Client")
        })
        .map(|(path, _)| path)
        .collect();
    assert!(parts.is_empty(), "these name Client: {parts:?}");
}

#[test]
fn the_architecture_shows_the_table() {
    let document = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    assert!(document.contains(&markdown()), "ARCHITECTURE.md is to hold this table:\n{}", markdown());
}

#[test]
fn files_stay_short() {
    for folder in ["src", "crates/eventstream/src"] {
        let long: Vec<_> = sources(&root().join(folder))
            .into_iter()
            .map(|(path, text)| (path, text.lines().count()))
            .filter(|(_, lines)| *lines > MAX_LINES)
            .collect();
        assert!(long.is_empty(), "longer than {MAX_LINES} lines: {long:?}");
    }
}

/// A house of these files, besides a root and two rooms that others may use.
fn house(files: &[(&str, &str)]) -> House {
    let root = [
        ("lib.rs", "pub use client::{Client, Error};\npub use bedrill_eventstream as eventstream;"),
        ("client/mod.rs", "mod error;\npub use error::Error;\npub struct Client;"),
        ("client/error.rs", "pub struct Error;"),
    ];
    let files: Vec<_> =
        root.iter().chain(files).map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
    House::of(&files)
}

#[test]
fn a_violation_is_found_however_it_is_written() {
    for (path, text) in [
        ("sigv4/key.rs", "use crate::eventstream::Frame;"),
        ("sigv4/key.rs", "use super::super::eventstream::Frame;"),
        ("base/hex.rs", "use super::super::eventstream;"),
        ("endpoint/mod.rs", "use crate::{\n    base::uri,\n    auth::{self, env},\n    base::time::*,\n};"),
        ("converse/mod.rs", "use crate::operation;"),
        ("endpoint/mod.rs", "fn f() -> crate::auth::Auth {}"),
        ("endpoint/region.rs", "pub(in crate::client) fn f() {}"),
        ("transport/mod.rs", "use crate::auth::Auth;"),
        ("profile/mod.rs", "#[cfg(test)]\nmod tests {\n    use crate::client;\n}\nuse crate::auth;"),
        ("auth/source/env.rs", "use crate::Client;"),
        ("auth/source/env.rs", "use crate::{Error, base::hex};"),
        ("auth/source/env.rs", "use super::super::super::Client;"),
        ("sigv4/key.rs", "fn up() -> crate::Error {}"),
        ("sigv4/key.rs", "use crate::*;"),
        ("sigv4/key.rs", "use crate::NoSuchThing;"),
    ] {
        assert_eq!(violations(&house(&[(path, text)])).len(), 1, "{path}: {text}");
    }
    assert_eq!(violations(&house(&[("nowhere.rs", "")])), ["the room nowhere lies on no floor"]);
    for (path, text) in [
        ("sigv4/key.rs", "use crate::base::{hex, time};\nuse crate::sigv4::error;\nuse super::canonical;"),
        ("sigv4/mod.rs", "//! [`Client`](crate::client)\n/// crate::client\n// crate::client"),
        ("sigv4/mod.rs", "#[cfg(test)]\nmod tests;\n\nuse crate::base::hex;"),
        ("sigv4/mod.rs", "use other_crate::client;"),
        ("converse/macros.rs", "$crate::converse::shape::Shape::to_json(self)"),
        ("client/builder.rs", "use crate::{auth, client::Error};\nuse super::transport;\nuse crate::Client;"),
        ("client/retry/mod.rs", "use super::error;"),
    ] {
        assert_eq!(violations(&house(&[(path, text)])), [""; 0], "{path}: {text}");
    }
}

#[test]
fn a_circle_is_found_also_through_a_re_export() {
    let files = [
        ("auth/mod.rs", "mod a;\nmod b;\nmod c;\npub use a::A;\npub(crate) use b::{self, B};"),
        ("auth/a.rs", "use super::B;"),
        ("auth/b/mod.rs", "mod deep;"),
        ("auth/b/deep.rs", "use super::super::A;"),
        ("auth/c.rs", "use super::{a, b::B};"),
    ];
    let circle = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    assert_eq!(house(&files).circles(), [("auth".to_owned(), circle)]);
}

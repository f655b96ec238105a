//! The floors of the house: a room uses only rooms of lower floors, its own, and what the table names.

pub mod house;
mod table;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use house::{House, circles, code, sources};
use table::{COMMAND, CRATES, KNOWN_CIRCLES, LIBRARY, Table, markdown};

/// The longest that a source file may be.
const MAX_LINES: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The sources in `folder` without those that are compiled only for tests.
fn sources_of(folder: &str) -> Vec<(PathBuf, String)> {
    let is_test = |path: &Path| {
        path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
    };
    let files = sources(&root().join(folder)).into_iter();
    let files: Vec<_> = files.filter(|(path, _)| !is_test(path)).collect();
    assert!(files.len() > 5, "the sources in {folder} are found: {}", files.len());
    files
}

fn house_of(folder: &str) -> House {
    House::of(&sources_of(folder))
}

/// What `house` has that `table` does not allow.
fn violations(house: &House, table: &Table) -> Vec<String> {
    let mut violations = Vec::new();
    for room in house.rooms().into_iter().filter(|room| table.floor(room).is_none()) {
        violations.push(format!("the room {room} is on no floor"));
    }
    for (file, room, used) in house.between_rooms() {
        let Some(own) = table.floor(room) else { continue };
        let allowed = table.same_floor.contains(&(room, used.as_str()))
            || table.floor(&used).is_some_and(|other| other < own);
        if !allowed {
            let name = |floor: Option<usize>| floor.map_or("no", |at| table.floors[at].name);
            let (of_room, of_used) = (name(Some(own)), name(table.floor(&used)));
            violations.push(format!("{} (floor {of_room}) uses {used} (floor {of_used})", file.display()));
        }
    }
    violations
}

#[test]
fn rooms_use_only_what_is_below_them() {
    for table in [LIBRARY, COMMAND] {
        let house = house_of(table.folder);
        let violations = violations(&house, &table);
        assert!(violations.is_empty(), "{}:\n{}", table.folder, violations.join("\n"));
        let uses = house.uses_between_rooms();
        let circles = circles(&uses);
        assert!(circles.is_empty(), "{}: rooms use each other: {circles:?}", table.folder);
        eprintln!(
            "house {}: {} rooms, {} uses between them, 0 circles; {} inside rooms",
            table.folder,
            house.rooms().len(),
            uses.len(),
            house.circles().len()
        );
    }
}

#[test]
fn the_table_names_nothing_that_is_not_there() {
    for table in [LIBRARY, COMMAND] {
        let house = house_of(table.folder);
        let (rooms, uses) = (house.rooms(), house.uses_between_rooms());
        for room in table.floors.iter().flat_map(|floor| floor.rooms) {
            let is_crate = CRATES.contains(room) && root().join("crates").join(room).is_dir();
            assert!(rooms.contains(room) || is_crate, "the table names {room}, which is not there");
        }
        for (room, used) in table.same_floor {
            let is_used = uses.contains(&((*room).to_owned(), (*used).to_owned()));
            assert!(is_used, "{room} does not use {used}: the row is to go");
            assert_eq!(table.floor(room), table.floor(used), "{room} and {used}: the row is to go");
        }
    }
}

#[test]
fn modules_of_one_folder_never_use_each_other_in_a_circle() {
    let known: Vec<(String, BTreeSet<String>)> = KNOWN_CIRCLES
        .iter()
        .map(|(folder, modules)| ((*folder).to_owned(), modules.iter().map(|it| (*it).to_owned()).collect()))
        .collect();
    let in_folder = |source: &'static str| {
        let named = move |(folder, circle)| (format!("{source}/{folder}"), circle);
        house_of(source).circles().into_iter().map(named)
    };
    let found: Vec<_> =
        ["src", "crates/cli/src", "crates/eventstream/src"].into_iter().flat_map(in_folder).collect();
    assert_eq!(found, known);
}

/// Each part of the client has its own data, and `Client` delegates to it: none of them can touch the others' data
/// through the client.
#[test]
fn the_parts_of_the_client_do_not_know_it() {
    let is_facade = |path: &Path| {
        ["mod.rs", "builder.rs", "facade"].iter().any(|own| path.starts_with(Path::new("client").join(own)))
    };
    let parts: Vec<_> = sources_of("src")
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
    for folder in ["src", "crates/eventstream/src", "crates/cli/src"] {
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
        assert_eq!(violations(&house(&[(path, text)]), &LIBRARY).len(), 1, "{path}: {text}");
    }
    assert_eq!(violations(&house(&[("nowhere.rs", "")]), &LIBRARY), ["the room nowhere is on no floor"]);
    for (path, text) in [
        ("sigv4/key.rs", "use crate::base::{hex, time};\nuse crate::sigv4::error;\nuse super::canonical;"),
        ("sigv4/mod.rs", "//! [`Client`](crate::client)\n/// crate::client\n// crate::client"),
        ("sigv4/mod.rs", "#[cfg(test)]\nmod tests;\n\nuse crate::base::hex;"),
        ("sigv4/mod.rs", "use other_crate::client;"),
        ("converse/macros.rs", "$crate::converse::shape::Shape::to_json(self)"),
        ("client/builder.rs", "use crate::{auth, client::Error};\nuse super::transport;\nuse crate::Client;"),
        ("client/retry/mod.rs", "use super::error;"),
    ] {
        assert_eq!(violations(&house(&[(path, text)]), &LIBRARY), [""; 0], "{path}: {text}");
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

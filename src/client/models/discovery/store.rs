//! The files that processes share: answers of the lists, and the profiles used in place of models.
//!
//! Files are written atomically ([`Machine::write_private`]). Two concurrent writers do no harm: the later one wins.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use crate::base::{json, time};
use crate::catalog::Listing;
use crate::machine::Machine;
use crate::models::{ListFoundationModelsResponse, ListInferenceProfilesResponse, Timestamp};

/// The format version of the files. A file of another version counts as absent.
const VERSION: u64 = 1;

/// Files not written for this long are removed: their keys may belong to credentials that are gone.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The name of the file of the profiles used in place of models.
pub(in crate::client) const STAND_INS: &str = "profiles";

/// How the names of the files of lists begin; the 64 digits of their key follow.
pub(super) const LISTS: &str = "models-";

/// An answer on disk.
pub(super) struct Stored {
    pub(super) fetched_at: SystemTime,
    pub(super) listing: Listing,
}

/// A folder of files.
pub(in crate::client) struct Store {
    machine: Arc<dyn Machine>,
    folder: PathBuf,
}

impl Store {
    /// The folder `bedrill` in `XDG_CACHE_HOME`, else in `~/.cache`; `None` where neither is known. A relative
    /// folder does not count ([XDG Base Directory](https://specifications.freedesktop.org/basedir/latest/)).
    pub(in crate::client) fn of(machine: &Arc<dyn Machine>) -> Option<Self> {
        let xdg = machine.setting("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let absolute = |path: &PathBuf| path.is_absolute();
        let of_variable = || machine.setting("HOME").map(PathBuf::from).filter(absolute);
        let home = || of_variable().or_else(|| machine.home().filter(absolute));
        let caches = xdg.or_else(|| Some(home()?.join(".cache")))?;
        Some(Self { machine: Arc::clone(machine), folder: caches.join("bedrill") })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    /// The answer stored as `name`; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The fault in the file, which is then to count as absent.
    pub(super) fn listing(&self, name: &str) -> Result<Option<Stored>, String> {
        let Some(value) = self.read(name)? else { return Ok(None) };
        let stored = read_listing(value).ok_or("it is not in the form that this version writes")?;
        Ok(Some(stored))
    }

    /// Stores an answer.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(super) fn put_listing(&self, name: &str, stored: &Stored) -> io::Result<()> {
        let models = ListFoundationModelsResponse::new(stored.listing.models.clone());
        let profiles = stored.listing.profiles.clone().map(ListInferenceProfilesResponse::new);
        let value = json!({
            "version": VERSION,
            "fetchedAt": time::rfc3339(stored.fetched_at),
            "foundationModels": models.to_json(),
            "inferenceProfiles": profiles.map(|profiles| profiles.to_json()),
        });
        self.write(name, &value)
    }

    /// The profiles used in place of models, by model ID. Unreadable entries are dropped.
    pub(in crate::client) fn stand_ins(&self, name: &str) -> Map<String, Value> {
        match self.read(name).ok().flatten().and_then(|mut value| value.get_mut("profiles").map(Value::take))
        {
            Some(Value::Object(profiles)) => profiles,
            _ => Map::new(),
        }
    }

    /// Stores the profiles used in place of models.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(in crate::client) fn put_stand_ins(
        &self,
        name: &str,
        profiles: &Map<String, Value>,
    ) -> io::Result<()> {
        // Without `json!`, which would serialize the map once more to copy it.
        let mut value = Map::new();
        value.insert("version".to_owned(), VERSION.into());
        value.insert("profiles".to_owned(), Value::Object(profiles.clone()));
        self.write(name, &Value::Object(value))
    }

    fn read(&self, name: &str) -> Result<Option<Value>, String> {
        let bytes = match self.machine.read(&self.path(name)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let value = json::value(&bytes).map_err(|_| "it is not JSON".to_owned())?;
        if value.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return Err("it is not in the form that this version writes".to_owned());
        }
        Ok(Some(value))
    }

    fn write(&self, name: &str, value: &Value) -> io::Result<()> {
        let path = self.path(name);
        if self.machine.modified(&path).is_none() {
            self.machine.remove_old(&self.folder, KEPT, is_ours);
        }
        self.machine.write_private(&path, value.to_string().as_bytes())
    }
}

/// Whether a [`Store`] gives a file this name, or what [`Machine::write_private`] makes of it until it is complete: the
/// folder may hold files of others.
fn is_ours(name: &str) -> bool {
    let is_number = |c: char| c.is_ascii_digit() || c == '-';
    let of_temporary = |name: &'_ str| -> Option<usize> {
        let (whole, unique) = name.strip_suffix(".tmp")?.rsplit_once('.')?;
        (!unique.is_empty() && unique.chars().all(is_number)).then_some(whole.len())
    };
    let whole = match name.strip_prefix('.') {
        Some(hidden) => of_temporary(hidden).and_then(|end| hidden.get(..end)),
        None => Some(name),
    };
    let Some(stem) = whole.and_then(|whole| whole.strip_suffix(".json")) else { return false };
    let is_key = |key: &str| key.len() == 64 && key.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    stem == STAND_INS || stem.strip_prefix(LISTS).is_some_and(is_key)
}

fn read_listing(mut value: Value) -> Option<Stored> {
    let mut take = |name: &str| value.get_mut(name).map(Value::take);
    let fetched_at = Timestamp::from(take("fetchedAt")?.as_str()?).to_system_time()?;
    let models = ListFoundationModelsResponse::from_json(take("foundationModels")?).ok()?;
    let profiles = match take("inferenceProfiles")? {
        Value::Null => None,
        value => {
            Some(ListInferenceProfilesResponse::from_json(value).ok()?.inference_profile_summaries.into_vec())
        }
    };
    Some(Stored { fetched_at, listing: Listing::new(models.model_summaries.into_vec(), profiles) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{StaticMachine, SystemMachine};

    #[test]
    fn the_folder_is_that_of_xdg_else_that_of_the_home() {
        let folder = |machine: &StaticMachine| {
            let machine: Arc<dyn Machine> = Arc::new(machine.clone());
            Store::of(&machine).map(|store| store.folder)
        };
        let home = StaticMachine::new().with_var("HOME", "/home/u");
        assert_eq!(folder(&home), Some("/home/u/.cache/bedrill".into()));
        assert_eq!(folder(&home.clone().with_var("XDG_CACHE_HOME", "/c")), Some("/c/bedrill".into()));
        let relative = home.with_var("XDG_CACHE_HOME", "c");
        assert_eq!(folder(&relative), Some("/home/u/.cache/bedrill".into()));
        assert_eq!(folder(&StaticMachine::new().with_home("/h")), Some("/h/.cache/bedrill".into()));
        assert_eq!(folder(&StaticMachine::new()), None);
        let relative = StaticMachine::new().with_var("HOME", "h");
        assert_eq!(folder(&relative.clone().with_home("h")), None);
        assert_eq!(folder(&relative.with_home("/h")), Some("/h/.cache/bedrill".into()));
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private_and_nothing_is_left_behind() {
        use std::fs;
        use std::os::unix::fs::PermissionsExt as _;
        use std::path::Path;
        let root = tempfile::tempdir().unwrap();
        let store = Store { machine: Arc::new(SystemMachine), folder: root.path().join("a/b") };
        for _ in 0..2 {
            store.put_stand_ins("x", &Map::from_iter([("m".to_owned(), json!("us.m"))])).unwrap();
        }
        assert_eq!(store.stand_ins("x").get("m"), Some(&json!("us.m")));
        let files: Vec<_> = fs::read_dir(&store.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files, [store.path("x")]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&files[0]), mode(&store.folder)), (0o600, 0o700));
    }

    #[test]
    fn only_files_of_our_own_are_removed_when_they_are_old() {
        use std::fs::{self, File};
        let key = "0123456789abcdef".repeat(4);
        let ours = [
            "profiles.json".to_owned(),
            format!("models-{key}.json"),
            format!(".models-{key}.json.12-0-1764000000-5.tmp"),
            ".profiles.json.12-0-1764000000-5.tmp".to_owned(),
        ];
        let others = [
            "precious.txt".to_owned(),
            "README.md".to_owned(),
            "models-1.json".to_owned(),
            format!("models-{key}.json.bak"),
            format!("models-{}.json", key.to_uppercase()),
            "my-profiles.json".to_owned(),
            "profiles.json.tmp".to_owned(),
            ".profiles.json.mine.tmp".to_owned(),
            ".config.json.12-0-1764000000-5.tmp".to_owned(),
        ];
        let root = tempfile::tempdir().unwrap();
        for name in ours.iter().chain(&others) {
            let file = File::create(root.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - KEPT - Duration::from_secs(1)).unwrap();
        }
        let store = Store { machine: Arc::new(SystemMachine), folder: root.path().to_owned() };
        store.put_stand_ins("new", &Map::new()).unwrap();
        let mut left: Vec<_> = fs::read_dir(root.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut expected = others.to_vec();
        expected.push("new.json".to_owned());
        expected.sort();
        assert_eq!(left, expected);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_described_and_an_absent_one_is_not() {
        let store = |machine: StaticMachine| Store { machine: Arc::new(machine), folder: "/c".into() };
        assert!(matches!(store(StaticMachine::new()).listing("none"), Ok(None)));
        for text in ["", "{", "[]", r#"{"version": 2}"#, r#"{"version": 1, "fetchedAt": "yesterday"}"#] {
            let machine = StaticMachine::new().with_file("/c/bad.json", text);
            assert!(store(machine).listing("bad").is_err(), "{text}");
        }
    }
}

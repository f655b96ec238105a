//! What a chain remembers between loads.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

/// When tokens were renewed, and those that could not be written to their file. One per chain; a new chain starts
/// empty.
#[derive(Default)]
pub(in crate::auth) struct Memory(Mutex<Vec<Remembered>>);

/// What is known about one file. There are one or two of them.
struct Remembered {
    path: PathBuf,
    renewed_at: Option<SystemTime>,
    unwritten: Option<Unwritten>,
    warned: bool,
}

struct Unwritten {
    contents: Zeroizing<Vec<u8>>,
    /// The file's modification time when this replaced its contents: a later change to the file wins over this.
    modified: Option<SystemTime>,
}

impl Memory {
    /// Whether `pause` has passed since the last renewal; if so, the last renewal becomes `now`. Setting the clock back
    /// does not prolong the pause.
    pub(in crate::auth) fn may_renew(&self, path: &Path, now: SystemTime, pause: Duration) -> bool {
        with_entry(&mut self.lock(), path, |remembered| {
            let waiting = remembered
                .renewed_at
                .is_some_and(|at| now.duration_since(at).is_ok_and(|since| since < pause));
            if !waiting {
                remembered.renewed_at = Some(now);
            }
            !waiting
        })
    }

    /// Returns the contents that could not be written to `path`, unless the file has been changed since.
    pub(in crate::auth) fn unwritten(
        &self,
        path: &Path,
        modified: Option<SystemTime>,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let all = self.lock();
        let unwritten = all.iter().find(|file| file.path == path)?.unwritten.as_ref()?;
        (unwritten.modified == modified).then(|| unwritten.contents.clone())
    }

    /// Keeps contents that could not be written. Returns `true` the first time, so that the user is told once.
    pub(in crate::auth) fn keep(
        &self,
        path: &Path,
        modified: Option<SystemTime>,
        contents: Zeroizing<Vec<u8>>,
    ) -> bool {
        with_entry(&mut self.lock(), path, |remembered| {
            remembered.unwritten = Some(Unwritten { contents, modified });
            !std::mem::replace(&mut remembered.warned, true)
        })
    }

    /// Records that the file holds the newest contents again.
    pub(in crate::auth) fn written(&self, path: &Path) {
        with_entry(&mut self.lock(), path, |remembered| remembered.unwritten = None);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads or changes the entry of `path`, creating it if it is missing.
fn with_entry<R>(all: &mut Vec<Remembered>, path: &Path, use_it: impl FnOnce(&mut Remembered) -> R) -> R {
    match all.iter_mut().find(|file| file.path == path) {
        Some(entry) => use_it(entry),
        None => {
            let mut entry =
                Remembered { path: path.to_owned(), renewed_at: None, unwritten: None, warned: false };
            let result = use_it(&mut entry);
            all.push(entry);
            result
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewing_pauses_and_a_clock_set_back_does_not_prolong_it() {
        let (memory, path, pause) = (Memory::default(), Path::new("x"), Duration::from_secs(30));
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(100_000);
        assert!(memory.may_renew(path, start, pause));
        assert!(!memory.may_renew(path, start + pause - Duration::from_secs(1), pause));
        assert!(memory.may_renew(Path::new("y"), start, pause));
        assert!(memory.may_renew(path, start + pause, pause));
        assert!(memory.may_renew(path, start - Duration::from_secs(3600), pause));
        assert!(!memory.may_renew(path, start - Duration::from_secs(3590), pause));
    }

    #[test]
    fn what_could_not_be_written_serves_until_the_file_is_changed() {
        let (memory, path) = (Memory::default(), Path::new("x"));
        let modified = Some(SystemTime::UNIX_EPOCH);
        assert!(memory.keep(path, modified, Zeroizing::new(b"new".to_vec())));
        assert!(!memory.keep(path, modified, Zeroizing::new(b"newer".to_vec())), "said once");
        assert_eq!(memory.unwritten(path, modified).as_deref().map(Vec::as_slice), Some(&b"newer"[..]));
        assert_eq!(memory.unwritten(path, None), None);
        memory.written(path);
        assert_eq!(memory.unwritten(path, modified), None);
    }
}

//! Files that hold secrets: replaced in one step, readable by their owner only, and locked against other processes.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Machine as _, SystemClock, SystemMachine, TimeSource};

/// A lock between processes, released on drop.
pub struct FileLock(#[allow(dead_code)] Box<dyn Send>); // held for its `Drop`

impl FileLock {
    /// Creates a lock that is released when `guard` is dropped.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for FileLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileLock(..)")
    }
}

/// A lock file older than this was left behind by a process that died: no lock is held for longer.
const STALE: Duration = Duration::from_secs(15);

/// A new, empty file with mode 0600 and a temporary name beside its destination. It is removed if it is dropped before
/// it is put in place.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("answer.json");
/// use bedrill::machine::PrivateFile;
/// use std::io::Write;
///
/// let mut file = PrivateFile::beside(&path)?.put_in_place()?;
/// file.write_all(b"{}")?;
/// # assert_eq!(std::fs::read(&path)?, b"{}");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct PrivateFile {
    file: File,
    path: PathBuf,
    temporary: Temporary,
}

impl PrivateFile {
    /// Creates a file for `path`, in its folder, which must exist. Whatever is at `path` stays for now.
    ///
    /// # Errors
    ///
    /// When no file can be created there.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let temporary = beside(path, "tmp")?;
        let file = create_new(&temporary)?;
        Ok(Self { file, path: path.to_owned(), temporary: Temporary(temporary) })
    }

    /// Renames the file to its final name in one step. It replaces an older file there, or a symbolic link, which is
    /// not followed.
    ///
    /// # Errors
    ///
    /// When it cannot be renamed; what was at the path is still there.
    pub fn put_in_place(self) -> io::Result<File> {
        let Self { file, path, temporary } = self;
        fs::rename(&temporary.0, path)?;
        Ok(file)
    }
}

/// A temporary file name that no other file has. The file is removed when this is dropped.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // The name no longer exists once the file is in place.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes `contents` to a [`PrivateFile`] and puts it in place, so that a reader sees either the old or the new
/// contents. A folder created for it has mode 0700.
pub(super) fn write_private(path: &Path, contents: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_folder(folder)?;
    }
    let mut new = PrivateFile::beside(path)?;
    new.file.write_all(contents)?;
    // The data must be on disk before the rename: otherwise a power cut could leave an empty file.
    new.file.sync_all()?;
    new.put_in_place()?;
    Ok(())
}

/// Creates `folder` and its missing parents.
fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Removes the files in `folder` whose names `is_ours` accepts and that were last written longer than `age` ago, on a
/// best-effort basis.
pub(super) fn remove_old(folder: &Path, age: Duration, is_ours: fn(&str) -> bool) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        if !entry.file_name().to_str().is_some_and(is_ours) {
            continue;
        }
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if modified.is_ok_and(|at| at.elapsed().is_ok_and(|since| since > age)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether users other than this process's user and root may write to the file: they own it, or its mode lets them.
#[cfg(unix)]
pub(super) fn writable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    const GROUP_OR_WORLD_WRITE: u32 = 0o022;
    const ROOT: u32 = 0;
    // Asking the system for the user needs unsafe code. Without /proc, owners are not compared.
    let user = fs::metadata("/proc/self").map(|process| process.uid());
    fs::metadata(path).is_ok_and(|file| {
        let is_of_another = file.uid() != ROOT && user.is_ok_and(|user| user != file.uid());
        is_of_another || file.permissions().mode() & GROUP_OR_WORLD_WRITE != 0
    })
}

/// Access control lists are not checked.
#[cfg(not(unix))]
pub(super) fn writable_by_others(_: &Path) -> bool {
    false
}

/// Creates the lock file `path`, unless another process holds it.
///
/// A lock file rather than a file lock: `File::try_lock` is newer than the oldest supported compiler, and exclusive
/// creation is more reliable on network file systems.
pub(super) fn try_lock(path: &Path) -> io::Result<Option<FileLock>> {
    match create_new(path) {
        Ok(mut file) => {
            let held = HeldFile { path: path.to_owned(), mark: unique() };
            file.write_all(held.mark.as_bytes())?;
            Ok(Some(FileLock::new(held)))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if is_stale(path) {
                remove_stale(path)?;
            }
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A lock file of this process, removed on drop.
struct HeldFile {
    path: PathBuf,
    mark: String,
}

impl Drop for HeldFile {
    fn drop(&mut self) {
        // Unless another process considered it stale and holds it now.
        if SystemMachine.read(&self.path).is_ok_and(|mark| mark == self.mark.as_bytes()) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn is_stale(lock: &Path) -> bool {
    let modified = fs::metadata(lock).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|at| SystemClock.now().duration_since(at).is_ok_and(|age| age > STALE))
}

/// Renames first, then checks again: of two processes that find the same stale lock, the slower one may take the lock
/// that the faster one has just created, and puts it back.
fn remove_stale(lock: &Path) -> io::Result<()> {
    let aside = beside(lock, "stale")?;
    match fs::rename(lock, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed?,
    }
    if !is_stale(&aside) {
        let _ = fs::hard_link(&aside, lock);
    }
    fs::remove_file(&aside)
}

fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    #[expect(clippy::disallowed_methods, reason = "nothing is read: it is a new file")]
    options.open(path)
}

/// Returns a name in the same folder, and so on the same file system, that no other process uses.
fn beside(path: &Path, extension: &str) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    // Of `answers/` and `answers/.` it is the folder's, and the file could not be renamed to that.
    if !path.as_os_str().as_encoded_bytes().ends_with(name.as_encoded_bytes()) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.{extension}", unique()));
    Ok(path.with_file_name(hidden))
}

/// Nobody who knows the process and the time can foresee it, and take the name first.
fn unique() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    // Keyed by the system's random numbers.
    let random = RandomState::new().build_hasher().finish();
    format!("{}-{count}-{random:016x}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_names_a_folder_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["new/", "new/.", "new//"] {
            let refused = PrivateFile::beside(&folder.path().join(name)).expect_err(name);
            assert_eq!(refused.kind(), io::ErrorKind::IsADirectory, "{name}");
        }
        for name in ["..", "/", ""] {
            assert!(PrivateFile::beside(Path::new(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn a_temporary_name_cannot_be_foreseen() {
        let random = |name: &str| name.rsplit('-').next().expect("a part").to_owned();
        let (one, other) = (random(&unique()), random(&unique()));
        assert_eq!(one.len(), 16);
        assert_ne!(one, other);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_private_from_the_start_and_a_link_is_not_followed() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, victim) = (folder.path().join("token.json"), folder.path().join("victim"));
        fs::write(&victim, "untouched").expect("written");
        std::os::unix::fs::symlink(&victim, &path).expect("linked");
        assert!(create_new(&path).is_err(), "a file is never made through a link");
        write_private(&path, b"secret").expect("written");
        assert_eq!(fs::read(&victim).expect("read"), b"untouched");
        assert_eq!(fs::read(&path).expect("read"), b"secret");
        let metadata = fs::symlink_metadata(&path).expect("there");
        assert!(metadata.is_file());
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 2, "a temporary file is left");
        assert!(write_private(&path.join("below a file"), b"").is_err());
        assert!(write_private(folder.path(), b"secret").is_err(), "a folder cannot be replaced");
        drop(PrivateFile::beside(&path).expect("made"));
        assert_eq!(fs::read(&path).expect("read"), b"secret", "it was not put in place");
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 2, "a temporary file is left");

        let below = folder.path().join("a/b");
        write_private(&below.join("token.json"), b"secret").expect("the folder is made");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&folder.path().join("a")), mode(&below)), (0o700, 0o700));
    }

    #[test]
    fn only_files_that_nobody_wrote_for_long_are_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = ["ours-old", "ours-new", "old"].map(|name| folder.path().join(name));
        let [old, _, of_others] = &paths;
        for path in &paths {
            write_private(path, b"x").expect("written");
        }
        let age = Duration::from_secs(3_600);
        for path in [old, of_others] {
            let file = File::options().write(true).open(path).expect("opened");
            file.set_modified(SystemClock.now() - age - Duration::from_secs(1)).expect("aged");
        }
        let is_ours = |name: &str| name.starts_with("ours");
        remove_old(folder.path(), age, is_ours);
        assert_eq!(paths.each_ref().map(|path| path.exists()), [false, true, true]);
        remove_old(&folder.path().join("missing"), age, is_ours);
    }

    #[test]
    fn one_holds_the_lock_until_it_is_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token.lock");
        let held = try_lock(&path).expect("possible").expect("free");
        assert!(try_lock(&path).expect("possible").is_none());
        drop(held);
        assert!(!path.exists());
        drop(try_lock(&path).expect("possible").expect("free again"));
        assert!(try_lock(&folder.path().join("missing/token.lock")).is_err());
    }

    #[test]
    fn a_lock_that_was_left_behind_is_taken_and_its_holder_does_not_remove_the_new_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token.lock");
        let dead = try_lock(&path).expect("possible").expect("free");
        let file = File::options().write(true).open(&path).expect("opened");
        let old = SystemClock.now() - STALE - Duration::from_secs(1);
        file.set_modified(old).expect("aged");
        assert!(try_lock(&path).expect("possible").is_none(), "this try clears the way");
        let held = try_lock(&path).expect("possible").expect("free");
        drop(dead);
        assert!(path.exists());
        drop(held);
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 0);
    }

    #[test]
    fn a_live_lock_is_put_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token.lock");
        let held = try_lock(&path).expect("possible").expect("free");
        remove_stale(&path).expect("possible");
        assert!(path.exists());
        drop(held);
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 0);
    }
}

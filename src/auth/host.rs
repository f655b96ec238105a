//! Variables and files as a value, so that every source can be tested without touching the process or the disk.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// The most that [`SystemHost`] reads of a file: 1 MiB.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;

/// The surroundings that sources look at.
pub trait Host: Send + Sync {
    /// The environment variable `name`. One that is not Unicode comes with U+FFFD for what cannot be read, so that it
    /// is refused where it is used: were it taken for absent, other credentials would be used unnoticed.
    fn var(&self, name: &str) -> Option<String>;

    /// The user's home directory, for when no variable names it.
    fn home(&self) -> Option<PathBuf>;

    /// The contents of the file at `path`.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] when there is none; another kind when it cannot be read, is no regular file, or is
    /// larger than the host allows.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The variable `name` without the white space around it; blank ones count as absent.
    fn setting(&self, name: &str) -> Option<String> {
        let value = Zeroizing::new(self.var(name)?);
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }
}

/// The real environment and file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemHost;

impl Host for SystemHost {
    fn var(&self, name: &str) -> Option<String> {
        Some(match std::env::var_os(name)?.into_string() {
            Ok(text) => text,
            Err(other) => other.to_string_lossy().into_owned(),
        })
    }

    fn home(&self) -> Option<PathBuf> {
        std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // `AWS_CONFIG_FILE=/dev/null` is the usual way to have no config file.
        if path == Path::new(if cfg!(windows) { "NUL" } else { "/dev/null" }) {
            return Ok(Vec::new());
        }
        // Before opening, because that waits for a writer when the file is a FIFO; and after, because the path may
        // lead elsewhere by then.
        regular(&std::fs::metadata(path)?)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        regular(&metadata)?;
        // With room for all of it from the start, so that no copies of secrets stay behind as it grows.
        let expected = usize::try_from(metadata.len()).unwrap_or(MAX_FILE_BYTES).min(MAX_FILE_BYTES);
        let mut bytes = Vec::with_capacity(expected.saturating_add(1));
        file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_FILE_BYTES {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB"));
        }
        Ok(bytes)
    }
}

fn regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        Ok(())
    } else if metadata.is_dir() {
        Err(io::Error::new(io::ErrorKind::IsADirectory, "a directory, not a file"))
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Variables and files given by the program: for tests, and for embedders that keep both elsewhere.
///
/// `Debug` shows names, never values or contents.
///
/// ```
/// use bedrill::auth::{Auth, Answer, StaticHost, env};
///
/// let host = StaticHost::new().with_var("AWS_BEARER_TOKEN_BEDROCK", "key");
/// let Answer::Found(found) = env::bearer_token(&host)? else { panic!("not found") };
/// assert_eq!(found.auth(), &Auth::Bearer("key".into()));
/// # Ok::<(), bedrill::auth::AuthError>(())
/// ```
#[derive(Clone, Default)]
pub struct StaticHost {
    vars: BTreeMap<String, String>,
    files: BTreeMap<PathBuf, Vec<u8>>,
    home: Option<PathBuf>,
}

impl StaticHost {
    /// No variables, no files, no home directory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a variable.
    #[must_use]
    pub fn with_var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), contents.into());
        self
    }

    /// Sets the home directory.
    #[must_use]
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into());
        self
    }
}

impl Host for StaticHost {
    fn var(&self, name: &str) -> Option<String> {
        self.vars.get(name).cloned()
    }

    fn home(&self) -> Option<PathBuf> {
        self.home.clone()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl fmt::Debug for StaticHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticHost")
            .field("vars", &self.vars.keys().collect::<Vec<_>>())
            .field("files", &self.files.keys().collect::<Vec<_>>())
            .field("home", &self.home)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_up_to_the_limit_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        std::fs::write(&path, vec![b'x'; MAX_FILE_BYTES]).expect("written");
        assert_eq!(SystemHost.read(&path).expect("read").len(), MAX_FILE_BYTES);
        std::fs::write(&path, vec![b'x'; MAX_FILE_BYTES + 1]).expect("written");
        assert_eq!(SystemHost.read(&path).expect_err("too large").kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(SystemHost.read(folder.path()).expect_err("a folder").kind(), io::ErrorKind::IsADirectory);
        let missing = SystemHost.read(&folder.path().join("missing"));
        assert_eq!(missing.expect_err("missing").kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn a_fifo_is_refused_without_waiting_and_the_null_device_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let fifo = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs");
        assert!(made.success());
        assert_eq!(SystemHost.read(&fifo).expect_err("a FIFO").kind(), io::ErrorKind::InvalidInput);
        let zero = SystemHost.read(Path::new("/dev/zero"));
        assert_eq!(zero.expect_err("a device").kind(), io::ErrorKind::InvalidInput);
        assert_eq!(SystemHost.read(Path::new("/dev/null")).expect("empty"), b"");
        let dangling = folder.path().join("dangling");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &dangling).expect("linked");
        assert_eq!(SystemHost.read(&dangling).expect_err("dangling").kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_blank_setting_counts_as_absent_and_others_are_trimmed() {
        let host = StaticHost::new().with_var("BLANK", " \t\n").with_var("SET", " x\n");
        assert_eq!(host.setting("BLANK"), None);
        assert_eq!(host.setting("SET").as_deref(), Some("x"));
        assert_eq!(host.setting("OTHER"), None);
    }
}

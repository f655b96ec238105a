//! The computer as one value: variables, files, processes, host names and prompts, and the settings found there.
//!
//! Everything outside the process is reached through a [`Machine`], so that each rule can be tested without touching
//! the real one.

mod error;
#[cfg(feature = "client")]
mod files;
#[cfg(feature = "client")]
mod handoff;
#[cfg(feature = "client")]
mod process;
mod profile_files;
mod regular;
#[cfg(feature = "client")]
mod settings;
#[cfg(feature = "client")]
mod shared;
mod static_machine;
#[cfg(feature = "client")]
mod terminal;
#[cfg(feature = "client")]
mod threads;
#[cfg(feature = "client")]
mod time_source;
#[cfg(feature = "client")]
mod tree;

use std::io::{self, Read};
#[cfg(feature = "client")]
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
#[cfg(feature = "client")]
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

#[cfg(feature = "client")]
use crate::base::BoxFuture;
#[cfg(feature = "client")]
use crate::credentials::Secret;

pub use error::SettingsError;
#[cfg(feature = "client")]
pub use files::{FileLock, PrivateFile};
#[cfg(feature = "client")]
pub(crate) use process::MAX_NESTED_PROCESSES;
#[cfg(feature = "client")]
pub use process::{ProcessEnd, ProcessLimits, ProcessOutput};
pub use profile_files::{ProfileFiles, SelectedBy, Setting};
pub use regular::open_regular;
pub use static_machine::StaticMachine;
#[cfg(feature = "client")]
pub use time_source::{SystemClock, TimeSource};

pub(crate) use profile_files::setting;
#[cfg(feature = "client")]
pub(crate) use settings::{Place, Settings};

/// The most that [`SystemMachine`] reads of a file: 16 MiB. Model lists are the largest, at about 200 KB.
const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// The environment that sources read: variables, files, processes and prompts.
pub trait Machine: Send + Sync {
    /// Returns the environment variable `name`. Invalid Unicode is replaced with U+FFFD, so that the value is refused
    /// where it is used: treating it as absent would silently fall through to other credentials.
    fn var(&self, name: &str) -> Option<String>;

    /// Returns the user's home directory, for when no variable names it.
    fn home(&self) -> Option<PathBuf>;

    /// Returns the contents of the file at `path`.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] when there is none; another kind when it cannot be read, is not a regular file, or
    /// is larger than the machine allows.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Returns the variable `name`, trimmed; blank ones count as absent.
    fn setting(&self, name: &str) -> Option<String> {
        let value = Zeroizing::new(self.var(name)?);
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// Returns when the file at `path` was last changed; `None` when there is none, or the machine cannot tell. A
    /// running program reloads credentials when this changes.
    #[cfg(feature = "client")]
    fn modified(&self, path: &Path) -> Option<SystemTime> {
        let _ = path;
        None
    }

    /// Whether users other than the current one and root may write to the file at `path`: they own it, or its mode lets
    /// them. The default returns `false`.
    #[cfg(feature = "client")]
    fn writable_by_others(&self, path: &Path) -> bool {
        let _ = path;
        false
    }

    /// Replaces the contents of the file at `path` in one step, readable by its owner only. A missing folder is
    /// created. The default cannot write: tokens are then renewed in memory, and model lists are not stored.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; what it held before is still there.
    #[cfg(feature = "client")]
    fn write_private(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        let _ = (path, contents);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Removes the files in `folder` whose names `is_ours` accepts and that were last written longer than `age` ago, on a
    /// best-effort basis. The default removes nothing.
    #[cfg(feature = "client")]
    fn remove_old(&self, folder: &Path, age: Duration, is_ours: fn(&str) -> bool) {
        let _ = (folder, age, is_ours);
    }

    /// Takes the lock `path`, shared by all processes that use it; `None` when another process holds it. The default
    /// always grants the lock.
    ///
    /// # Errors
    ///
    /// When no lock can be taken there; the caller continues without one.
    #[cfg(feature = "client")]
    fn try_lock(&self, path: &Path) -> io::Result<Option<FileLock>> {
        let _ = path;
        Ok(Some(FileLock::new(())))
    }

    /// Runs `command` through the shell, with our standard input and standard error. The default runs nothing.
    ///
    /// # Errors
    ///
    /// When the command cannot be started, or its output cannot be read.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future kills the command and every process it started, and waits for that, at most a second. Its
    /// output is lost; calling again runs it again.
    #[cfg(feature = "client")]
    fn run(&self, command: &str, limits: ProcessLimits) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        let _ = (command, limits);
        let refusal = "this machine runs no processes";
        Box::pin(std::future::ready(Err(io::Error::new(io::ErrorKind::Unsupported, refusal))))
    }

    /// Runs `command` as [`run`](Self::run) does, with `variables` added to its environment: they tell a program that
    /// finds credentials what led to it, so that one that leads back to itself ends. The default runs it without them;
    /// then [`SystemMachine`] on Linux still ends a loop after eight processes.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and [`io::ErrorKind::Deadlock`] when the command would run inside itself.
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    #[cfg(feature = "client")]
    fn run_with(
        &self,
        command: &str,
        variables: &[(&str, &str)],
        limits: ProcessLimits,
    ) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        let _ = variables;
        self.run(command, limits)
    }

    /// Resolves the addresses of the host `name`. The default knows no names.
    ///
    /// # Errors
    ///
    /// When the name cannot be resolved.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future abandons the lookup. The thread on which [`SystemMachine`] waits for the system's resolver
    /// cannot be interrupted; it ends when the resolver answers. Calling again starts a new lookup.
    #[cfg(feature = "client")]
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let _ = name;
        let refusal = "this machine resolves no names";
        Box::pin(std::future::ready(Err(io::Error::new(io::ErrorKind::Unsupported, refusal))))
    }

    /// Shows `prompt` to the user and waits for one line; `None` when there is nobody to ask, which is the default.
    ///
    /// # Errors
    ///
    /// When there is somebody to ask, but the prompt or the reply cannot be transferred.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future abandons the prompt. The thread of [`SystemMachine`] that reads from the terminal cannot be
    /// interrupted: it ends with the next line, which is lost. Calling again prompts again.
    #[cfg(feature = "client")]
    fn ask(&self, prompt: &str) -> BoxFuture<'static, io::Result<Option<Secret>>> {
        let _ = prompt;
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// The real environment, file system and shell.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "its name is its value, and it has no settings")]
pub struct SystemMachine;

impl Machine for SystemMachine {
    fn var(&self, name: &str) -> Option<String> {
        Some(match std::env::var_os(name)?.into_string() {
            Ok(text) => text,
            Err(other) => other.to_string_lossy().into_owned(),
        })
    }

    fn home(&self) -> Option<PathBuf> {
        std::env::home_dir().filter(|home| home.is_absolute())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // `AWS_CONFIG_FILE=/dev/null` is the usual way to have no config file.
        if path == Path::new(if cfg!(windows) { "NUL" } else { "/dev/null" }) {
            return Ok(Vec::new());
        }
        let file = open_regular(path)?;
        let metadata = file.metadata()?;
        // Allocated at full size up front, so that growing leaves no copies of secrets behind.
        let expected = usize::try_from(metadata.len()).unwrap_or(MAX_FILE_BYTES).min(MAX_FILE_BYTES);
        let mut bytes = Vec::with_capacity(expected.saturating_add(1));
        file.take((MAX_FILE_BYTES as u64).saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_FILE_BYTES {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 16 MiB"));
        }
        Ok(bytes)
    }

    #[cfg(feature = "client")]
    fn modified(&self, path: &Path) -> Option<SystemTime> {
        std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
    }

    #[cfg(feature = "client")]
    fn writable_by_others(&self, path: &Path) -> bool {
        files::writable_by_others(path)
    }

    #[cfg(feature = "client")]
    fn write_private(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        files::write_private(path, contents)
    }

    #[cfg(feature = "client")]
    fn remove_old(&self, folder: &Path, age: Duration, is_ours: fn(&str) -> bool) {
        files::remove_old(folder, age, is_ours);
    }

    #[cfg(feature = "client")]
    fn try_lock(&self, path: &Path) -> io::Result<Option<FileLock>> {
        files::try_lock(path)
    }

    #[cfg(feature = "client")]
    fn run(&self, command: &str, limits: ProcessLimits) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        Box::pin(process::run(command, &[], limits))
    }

    #[cfg(feature = "client")]
    fn run_with(
        &self,
        command: &str,
        variables: &[(&str, &str)],
        limits: ProcessLimits,
    ) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        Box::pin(process::run(command, variables, limits))
    }

    #[cfg(feature = "client")]
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let found = look_up(name);
        Box::pin(async move { Ok(found.await?.map(|address| address.ip()).collect()) })
    }

    #[cfg(feature = "client")]
    fn ask(&self, prompt: &str) -> BoxFuture<'static, io::Result<Option<Secret>>> {
        let prompt = prompt.to_owned();
        threads::away("terminal", move || terminal::ask(&prompt))
    }
}

/// Looks up the host `name` with the system's resolver, on a thread of its own.
#[cfg(feature = "client")]
pub(crate) fn look_up(name: &str) -> BoxFuture<'static, io::Result<std::vec::IntoIter<SocketAddr>>> {
    let name = name.to_owned();
    threads::away("resolver", move || {
        (name.as_str(), 0).to_socket_addrs().map_err(|error| {
            // Without a descriptor for its files and sockets, the resolver says that the name server does not answer.
            #[expect(clippy::disallowed_methods, reason = "it is only seen whether a descriptor can be had")]
            let probe = std::fs::File::open("/dev/null");
            probe.err().filter(is_out_of_descriptors).unwrap_or(error)
        })
    })
}

/// Whether `error` says that this process, or the system, can open no more files and sockets.
#[cfg(feature = "client")]
pub(crate) fn is_out_of_descriptors(error: &io::Error) -> bool {
    /// ENFILE and EMFILE, the same on Linux, the BSDs and macOS.
    #[cfg(unix)]
    const CODES: [i32; 2] = [23, 24];
    /// ERROR_TOO_MANY_OPEN_FILES and WSAEMFILE.
    #[cfg(not(unix))]
    const CODES: [i32; 2] = [4, 10_024];
    error.raw_os_error().is_some_and(|code| CODES.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_up_to_the_limit_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        std::fs::write(&path, vec![b'x'; MAX_FILE_BYTES]).expect("written");
        assert_eq!(SystemMachine.read(&path).expect("read").len(), MAX_FILE_BYTES);
        std::fs::write(&path, vec![b'x'; MAX_FILE_BYTES + 1]).expect("written");
        assert_eq!(SystemMachine.read(&path).expect_err("too large").kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(
            SystemMachine.read(folder.path()).expect_err("a folder").kind(),
            io::ErrorKind::IsADirectory
        );
        let missing = SystemMachine.read(&folder.path().join("missing"));
        assert_eq!(missing.expect_err("missing").kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn a_fifo_is_refused_without_waiting_and_the_null_device_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let fifo = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs");
        assert!(made.success());
        assert_eq!(SystemMachine.read(&fifo).expect_err("a FIFO").kind(), io::ErrorKind::InvalidInput);
        let zero = SystemMachine.read(Path::new("/dev/zero"));
        assert_eq!(zero.expect_err("a device").kind(), io::ErrorKind::InvalidInput);
        assert_eq!(SystemMachine.read(Path::new("/dev/null")).expect("empty"), b"");
        let dangling = folder.path().join("dangling");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &dangling).expect("linked");
        assert_eq!(SystemMachine.read(&dangling).expect_err("dangling").kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_blank_setting_counts_as_absent_and_others_are_trimmed() {
        let machine = StaticMachine::new().with_var("BLANK", " \t\n").with_var("SET", " x\n");
        assert_eq!(machine.setting("BLANK"), None);
        assert_eq!(machine.setting("SET").as_deref(), Some("x"));
        assert_eq!(machine.setting("OTHER"), None);
    }
}

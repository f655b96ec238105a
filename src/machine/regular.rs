//! Regular files, opened without waiting for anybody.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Opens the regular file at `path` for reading, and never waits: a pipe, a device, a socket and a folder are refused, and so is a
/// link to one. A folder that came from elsewhere can hold a link to `/dev/zero`, or a pipe that nobody writes to.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("notes.txt");
/// # std::fs::write(&path, "text")?;
/// use bedrill::machine::open_regular;
///
/// assert!(open_regular(&path).is_ok());
/// assert!(open_regular(folder.path()).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// [`io::ErrorKind::NotFound`] when there is none; another kind when it cannot be opened, or is not a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    // Before it is opened, because to open a device can do something by itself, and again after, because another file
    // may have taken the name meanwhile.
    regular(&std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    // To open a pipe would wait for a writer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NONBLOCK);
    #[expect(clippy::disallowed_methods, reason = "the one place that opens files")]
    let file = options.open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

/// The flag's number; 0, which is no flag, where it is not known.
#[cfg(unix)]
const O_NONBLOCK: i32 = if cfg!(any(target_os = "linux", target_os = "android")) {
    if cfg!(any(target_arch = "mips", target_arch = "mips64")) {
        0o200
    } else if cfg!(any(target_arch = "sparc", target_arch = "sparc64")) {
        0x4000
    } else {
        0o4000
    }
} else if cfg!(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
)) {
    0x4
} else {
    0
};

fn regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        Ok(())
    } else if metadata.is_dir() {
        Err(io::Error::new(io::ErrorKind::IsADirectory, "a directory, not a file"))
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}

//! What a command reads: files, and stdin where `-` or a pipe stands for one. Nothing else of the command opens either.

use std::io::{self, IsTerminal as _, Read};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use bedrill::machine::open_regular;

use crate::failure::Failure;
use crate::screen::terminal::note;

/// The most of an attachment, and of a prompt: more than a request to Bedrock may hold.
pub(crate) const ATTACHMENT: usize = 25_000_000;

/// How long to wait before saying so.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether `path` stands for stdin.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses `-` for what is not read from stdin.
pub(crate) fn not_stdin(path: Option<&Path>, flag: &str) -> Result<(), Failure> {
    match path.is_some_and(is_stdin) {
        true => Err(Failure::usage(format!("{flag} cannot be stdin; a file of that name is ./-"))),
        false => Ok(()),
    }
}

/// The contents of the file `path`, at most `limit` bytes; of stdin for `-`, which is `what` is waited for.
pub(crate) fn read(path: &Path, limit: usize, what: &str, quiet: bool) -> io::Result<Vec<u8>> {
    if is_stdin(path) {
        return read_stdin(limit, what, quiet);
    }
    let file = open_regular(path).map_err(named_otherwise)?;
    let length = file.metadata()?.len();
    limited(file, length, limit)
}

/// As [`read`], of UTF-8.
pub(crate) fn read_text(path: &Path, limit: usize, what: &str, quiet: bool) -> io::Result<String> {
    let bytes = read(path, limit, what, quiet)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// All of stdin, at most `limit` bytes. After a second, stderr says that `what` is waited for.
pub(crate) fn read_stdin(limit: usize, what: &str, quiet: bool) -> io::Result<Vec<u8>> {
    let _waiting = Waiting::begin(what, quiet || io::stdin().is_terminal());
    limited(io::stdin().lock(), 0, limit)
}

/// Opens the recording `path`, to be read piece by piece: a file, or stdin for `-`.
pub(crate) fn open_recording(path: &Path, quiet: bool) -> io::Result<Box<dyn Read + Send>> {
    if is_stdin(path) {
        let waiting = Waiting::begin("the recording on stdin", quiet || io::stdin().is_terminal());
        return Ok(Box::new(FirstWaited { inner: io::stdin(), waiting: Some(waiting) }));
    }
    Ok(Box::new(open_regular(path).map_err(named_otherwise)?))
}

/// All of `reader`, which is probably `length` bytes long.
///
/// Room is made at first, so that growing leaves no copies of secrets behind.
pub(crate) fn limited(reader: impl Read, length: u64, limit: usize) -> io::Result<Vec<u8>> {
    let expected = usize::try_from(length).unwrap_or(limit).min(limit);
    let mut bytes = Vec::with_capacity(expected.saturating_add(1));
    reader.take((limit as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {}", size(limit))));
    }
    Ok(bytes)
}

/// `limit` in its own unit.
fn size(limit: usize) -> String {
    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;
    match limit {
        limit if limit % MIB == 0 => format!("{} MiB", limit / MIB),
        limit if limit % KIB == 0 => format!("{} KiB", limit / KIB),
        limit => format!("{} MB", limit / 1_000_000),
    }
}

/// `<(command)` of a shell names a pipe.
fn named_otherwise(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::InvalidInput => io::Error::new(
            error.kind(),
            "a pipe or a device, not a file; to read a pipe, make it stdin and name -",
        ),
        _ => error,
    }
}

/// Says on stderr what is waited for, once, when that takes long.
pub(crate) struct Waiting(#[allow(dead_code)] Option<Sender<()>>); // held for its `Drop`

impl Waiting {
    pub(crate) fn begin(what: &str, quiet: bool) -> Self {
        if quiet {
            return Self(None);
        }
        let (done, over) = mpsc::channel::<()>();
        let text = format!("bedrill: waiting for {what}");
        // Without another thread it is waited for in silence.
        let watch = std::thread::Builder::new().spawn(move || {
            if over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                note(&text);
            }
        });
        Self(watch.is_ok().then_some(done))
    }
}

/// A reader that is waited for until its first bytes.
struct FirstWaited<R> {
    inner: R,
    waiting: Option<Waiting>,
}

impl<R: Read> Read for FirstWaited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        self.waiting = None;
        read
    }
}

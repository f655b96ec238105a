//! Prompts the user on the controlling terminal.

use std::io;

use crate::credentials::Secret;

/// The longest answer to read, in bytes.
#[cfg(unix)]
const MAX_ANSWER: u64 = 1024;

/// Prompts on the controlling terminal, wherever stdin and stdout lead; `None` when the process has none.
#[cfg(unix)]
pub(super) fn ask(prompt: &str) -> io::Result<Option<Secret>> {
    use std::fs::OpenOptions;
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};

    #[expect(clippy::disallowed_methods, reason = "a terminal is no file")]
    let Ok(mut terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else {
        return Ok(None);
    };
    terminal.write_all(prompt.as_bytes())?;
    terminal.flush()?;
    let mut answer = zeroize::Zeroizing::new(String::with_capacity(64));
    BufReader::new(terminal.take(MAX_ANSWER)).read_line(&mut answer)?;
    Ok(Some(Secret::new(answer.trim())))
}

/// On other systems the standard library cannot open the terminal by name.
#[cfg(not(unix))]
pub(super) fn ask(_: &str) -> io::Result<Option<Secret>> {
    Ok(None)
}

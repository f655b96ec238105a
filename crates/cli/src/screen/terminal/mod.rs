//! Controls what may reach a terminal.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};

use serde_json::Value;

/// Standard output: raw into a pipe or a file, sanitized on a terminal.
pub(crate) struct Output {
    out: io::StdoutLock<'static>,
    terminal: bool,
    ends_with_newline: bool,
}

impl Output {
    pub(crate) fn stdout() -> Self {
        let out = io::stdout();
        let terminal = out.is_terminal();
        Self { out: out.lock(), terminal, ends_with_newline: true }
    }

    /// Lets a terminal receive everything raw too.
    pub(crate) fn set_raw(&mut self, raw: bool) {
        self.terminal = !raw && self.out.is_terminal();
    }

    /// Whether a person is reading.
    pub(crate) fn is_terminal() -> bool {
        io::stdout().is_terminal()
    }

    /// Writes a piece of a model's answer and flushes it, so that it appears at once.
    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        let Some(last) = text.chars().next_back() else { return Ok(()) };
        self.ends_with_newline = last == '\n';
        if self.terminal {
            self.out.write_all(visible(text).as_bytes())?;
        } else {
            self.out.write_all(text.as_bytes())?;
        }
        self.out.flush()
    }

    /// Ends the last line, so that the shell's prompt begins on its own.
    pub(crate) fn end_line(&mut self) -> io::Result<()> {
        if self.ends_with_newline { Ok(()) } else { self.write("\n") }
    }

    /// Writes one line, or several.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.write(text)?;
        self.write("\n")
    }

    /// Writes a JSON document as one line. On a terminal it stays JSON: characters that a terminal would act on are
    /// escaped.
    pub(crate) fn json(&mut self, document: &Value) -> io::Result<()> {
        let mut line = document.to_string();
        if self.terminal {
            line = visible_json(&line);
        }
        line.push('\n');
        self.ends_with_newline = true;
        self.out.write_all(line.as_bytes())?;
        self.out.flush()
    }
}

/// `text` with control characters written out (`\u{1b}`), except newline and tab, and with the format characters
/// that reorder text. Each character is handled on its own, so a sequence cut across two pieces is harmless too.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmless(character) {
            out.push(character);
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "{}", character.escape_unicode());
        }
    }
    out
}

/// `json` with the same characters escaped in JSON's form (`\u009b`). They occur only in strings, and those below
/// U+0020 are escaped already.
fn visible_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if is_harmless(character) {
            out.push(character);
        } else {
            // Writing to a String does not fail. All of them are below U+10000.
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        }
    }
    out
}

/// Newlines and tabs are part of an answer.
fn is_harmless(character: char) -> bool {
    matches!(character, '\n' | '\t') || !bedrill::terminal::obeys(character)
}

/// Prints a line to stderr; if stderr cannot be written, there is no one to tell.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", visible(line));
}

/// Prints a piece of a model's reasoning to stderr, as it comes.
pub(crate) fn thought(text: &str) {
    let _ = write!(io::stderr(), "{}", visible(text));
}

#[cfg(test)]
mod tests;

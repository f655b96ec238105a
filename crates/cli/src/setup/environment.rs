//! The variables visible to a run: those of the process, then those of a `.env` file.

use std::collections::HashMap;
use std::fmt::Display;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bedrill::credentials::Secret;
use bedrill::machine::{FileLock, Machine, ProcessLimits, ProcessOutput, SystemMachine};
use bedrill::transport::BoxFuture;

use crate::failure::Failure;

/// Variables that a file in a working directory must not set, because they choose which other files are read,
/// and those can name a process to run (`credential_process`) or a server to send to (`baseUrl`).
const NEVER_FROM_A_FILE: [&str; 3] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "BEDRILL_CONFIG"];

/// The process environment, then the variables of a `.env` file.
pub(crate) struct Environment {
    system: SystemMachine,
    from_file: HashMap<String, String>,
}

impl Environment {
    /// Reads `env_file`, or `.env` in the working directory when none is named and there is one.
    ///
    /// Only `AWS_*` and `BEDRILL_*` are taken: `HOME` or `PATH` from a stranger's file would lead to other
    /// files and programs. Other lines do not matter, even if they are meant for another parser.
    pub(crate) fn read(env_file: Option<&Path>) -> Result<Self, Failure> {
        let path = env_file.unwrap_or_else(|| Path::new(".env"));
        let unreadable =
            |problem: &dyn Display| Failure::usage(format!("{} cannot be read: {problem}", path.display()));
        let text = match std::fs::read(path) {
            Ok(text) => text,
            // Python programs like to keep a virtual environment in a folder of that name.
            Err(error)
                if env_file.is_none()
                    && matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) =>
            {
                Vec::new()
            }
            Err(error) => return Err(unreadable(&error)),
        };
        let from_file = variables(&text).map_err(|problem| unreadable(&problem))?;
        Ok(Self { system: SystemMachine, from_file })
    }
}

/// Our variables in `text`; if a name occurs twice, the last wins, as in a shell.
fn variables(text: &[u8]) -> Result<HashMap<String, String>, String> {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut variables = HashMap::new();
    let mut broken = false;
    for entry in dotenvy::Iter::new(text) {
        match entry {
            Ok((name, value)) => {
                variables.insert(name, value);
            }
            Err(dotenvy::Error::Io(error)) => return Err(error.to_string()),
            Err(_) => broken = true,
        }
    }
    if broken {
        check_ours(&String::from_utf8_lossy(text), &variables)?;
    }
    variables.retain(|name, _| is_taken(name));
    Ok(variables)
}

/// Fails for one of our lines that cannot be read, or that the open quote of another line swallowed.
fn check_ours(text: &str, variables: &HashMap<String, String>) -> Result<(), String> {
    for (line, number) in text.lines().zip(1..) {
        let name = name_in(line);
        let reads = || matches!(dotenvy::Iter::new(line.as_bytes()).next(), Some(Ok(_)));
        if is_ours(name) && !(variables.contains_key(name) && reads()) {
            // The value is not quoted: it may be a secret.
            return Err(format!(
                "{name} in line {number} is not NAME=value; a value with a space, a quote or # in it needs quotes, and \
                 quotes above it must be closed"
            ));
        }
    }
    Ok(())
}

/// The name that a line of a `.env` file begins with.
fn name_in(line: &str) -> &str {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let end = line.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

fn is_ours(name: &str) -> bool {
    name.starts_with("AWS_") || name.starts_with("BEDRILL_")
}

fn is_taken(name: &str) -> bool {
    is_ours(name) && !NEVER_FROM_A_FILE.contains(&name)
}

impl Machine for Environment {
    fn var(&self, name: &str) -> Option<String> {
        self.system
            .var(name)
            .or_else(|| self.from_file.get(name).cloned().filter(|value| !value.trim().is_empty()))
    }

    fn home(&self) -> Option<PathBuf> {
        self.system.home()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.system.read(path)
    }

    fn modified(&self, path: &Path) -> Option<SystemTime> {
        self.system.modified(path)
    }

    fn writable_by_others(&self, path: &Path) -> bool {
        self.system.writable_by_others(path)
    }

    fn write_private(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        self.system.write_private(path, contents)
    }

    fn remove_old(&self, folder: &Path, age: Duration, is_ours: fn(&str) -> bool) {
        self.system.remove_old(folder, age, is_ours);
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<FileLock>> {
        self.system.try_lock(path)
    }

    fn run(&self, command: &str, limits: ProcessLimits) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        self.system.run(command, limits)
    }

    fn run_with(
        &self,
        command: &str,
        variables: &[(&str, &str)],
        limits: ProcessLimits,
    ) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        self.system.run_with(command, variables, limits)
    }

    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.system.resolve(name)
    }

    fn ask(&self, prompt: &str) -> BoxFuture<'static, io::Result<Option<Secret>>> {
        self.system.ask(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_not_choose_other_files_or_programs() {
        for name in [
            "AWS_CONFIG_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
            "BEDRILL_CONFIG",
            "HOME",
            "PATH",
            "HTTPS_PROXY",
        ] {
            assert!(!is_taken(name), "{name}");
        }
        for name in ["AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_PROFILE", "BEDRILL_MODEL"] {
            assert!(is_taken(name), "{name}");
        }
    }

    #[test]
    fn lines_for_other_readers_do_not_matter() {
        let text =
            "\u{feff}AWS_REGION=eu-west-1\nOTHER=two words\nnonsense\nexport BEDRILL_MODEL='m'\nAWS_REGION=x";
        let variables = variables(text.as_bytes()).expect("ours can be read");
        assert_eq!(variables.len(), 2);
        assert_eq!((variables["AWS_REGION"].as_str(), variables["BEDRILL_MODEL"].as_str()), ("x", "m"));
    }

    #[test]
    fn a_broken_line_of_ours_is_named_without_its_value() {
        for text in [
            "AWS_SECRET_ACCESS_KEY=can ary",
            "export AWS_SECRET_ACCESS_KEY canary",
            // The open quote swallows the line below.
            "OTHER=it's\nAWS_SECRET_ACCESS_KEY=canary\n",
            "AWS_SECRET_ACCESS_KEY=x\nAWS_SECRET_ACCESS_KEY=can ary\n",
        ] {
            let problem = variables(text.as_bytes()).expect_err(text);
            assert!(problem.starts_with("AWS_SECRET_ACCESS_KEY in line "), "{problem}");
            assert!(!problem.contains("ary"), "{problem}");
        }
    }
}

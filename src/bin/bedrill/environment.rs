//! The variables a run sees: those of the process, then those of a `.env` file.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bedrill::auth::{FileLock, Host, ProcessLimits, ProcessOutput, SystemHost};
use bedrill::credentials::Secret;
use bedrill::transport::BoxFuture;

use crate::failure::Failure;

/// Variables that a file in a working directory must not set, because they choose which other files are read,
/// and those can name a process to run (`credential_process`).
const NEVER_FROM_A_FILE: [&str; 2] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];

/// The process environment, with the variables of a `.env` file behind it.
pub(crate) struct Environment {
    system: SystemHost,
    from_file: HashMap<String, String>,
}

impl Environment {
    /// Reads `env_file`, or `.env` in the working directory when none is named and there is one.
    ///
    /// Only `AWS_*` and `BEDRILL_*` are taken: `HOME` or `PATH` from a file of a stranger would lead to other
    /// files and programs.
    pub(crate) fn read(env_file: Option<&Path>) -> Result<Self, Failure> {
        let mut from_file = HashMap::new();
        let path = env_file.unwrap_or_else(|| Path::new(".env"));
        match std::fs::File::open(path) {
            Ok(file) => {
                for entry in dotenvy::Iter::new(file) {
                    let (name, value) = entry.map_err(|error| {
                        Failure::usage(format!("{} cannot be read: {}", path.display(), problem(&error)))
                    })?;
                    if is_taken(&name) {
                        from_file.insert(name, value);
                    }
                }
            }
            Err(error) if env_file.is_none() && error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Failure::usage(format!("{} cannot be read: {error}", path.display())));
            }
        }
        Ok(Self { system: SystemHost, from_file })
    }
}

fn is_taken(name: &str) -> bool {
    (name.starts_with("AWS_") || name.starts_with("BEDRILL_")) && !NEVER_FROM_A_FILE.contains(&name)
}

/// What is wrong with the file, without the line itself: it may hold a secret.
fn problem(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(_, index) => {
            format!("a line is not NAME=value (near byte {index} of that line)")
        }
        dotenvy::Error::Io(error) => error.to_string(),
        _ => "it is not a file of NAME=value lines".to_owned(),
    }
}

impl Host for Environment {
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

    fn try_lock(&self, path: &Path) -> io::Result<Option<FileLock>> {
        self.system.try_lock(path)
    }

    fn run(&self, command: &str, limits: ProcessLimits) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        self.system.run(command, limits)
    }

    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.system.resolve(name)
    }

    fn ask(&self, prompt: &str) -> Option<Secret> {
        self.system.ask(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_not_choose_other_files_or_programs() {
        for name in
            ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "HOME", "PATH", "HTTPS_PROXY", "LD_PRELOAD"]
        {
            assert!(!is_taken(name), "{name}");
        }
        for name in ["AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_PROFILE", "BEDRILL_MODEL"] {
            assert!(is_taken(name), "{name}");
        }
    }
}

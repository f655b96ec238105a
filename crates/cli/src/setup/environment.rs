//! The variables visible to a run: those of the process, then those of a file.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bedrill::credentials::Secret;
use bedrill::machine::{FileLock, Machine, ProcessLimits, ProcessOutput, SystemMachine};
use bedrill::transport::BoxFuture;

use crate::failure::Failure;
use crate::flags::Common;
use crate::interrupt::Renewal;
use crate::screen::terminal::note;
use crate::setup::env_file::{self, EnvFile};
use crate::setup::variables::{self, Kind};

/// The process environment, then the variables of `.env` or of the file of `--env-file`.
pub(crate) struct Environment {
    system: SystemMachine,
    file: EnvFile,
}

impl Environment {
    /// Reads the file that the flag names, or `.env` in the working directory when there is one.
    pub(crate) fn read(common: &Common) -> Result<Self, Failure> {
        let system = SystemMachine;
        let file = env_file::load(common, &|name| system.setting(name).is_some())?;
        let environment = Self { system, file };
        environment.tell_names_of_other_tools(common);
        Ok(environment)
    }

    /// `text` with the file's name behind each variable that it sets.
    pub(crate) fn mark(&self, text: &str) -> String {
        let is_part = |c: char| c == '_' || c.is_ascii_alphanumeric();
        let mut marked = String::new();
        let mut rest = text;
        while let Some(begin) = rest.find(is_part) {
            let (between, word) = rest.split_at(begin);
            let (word, behind) = word.split_at(word.find(|c| !is_part(c)).unwrap_or(word.len()));
            marked.extend([between, word]);
            if self.file.values.contains_key(word) {
                marked.extend([" (", &self.file.label, ")"]);
            }
            rest = behind;
        }
        marked + rest
    }

    /// A region that only another tool would read is a request to the wrong one.
    fn tell_names_of_other_tools(&self, common: &Common) {
        for (theirs, kind, ours) in variables::OF_OTHER_TOOLS {
            let flag = match kind {
                Kind::Profile => &common.profile,
                _ => &common.region,
            };
            let is_told = flag.is_some() || variables::of_kind(kind).any(|name| self.setting(name).is_some());
            if !common.quiet && !is_told && self.system.setting(theirs).is_some() {
                note(&format!(
                    "bedrill: {theirs} is set, which bedrill does not read; the variable is {ours}"
                ));
            }
        }
    }
}

impl Machine for Environment {
    fn var(&self, name: &str) -> Option<String> {
        let of_file = || self.file.values.get(name).map(|value| value.to_string());
        match self.system.var(name) {
            // Below a relative one are the files of the working directory.
            Some(value) if name == "HOME" && !Path::new(&value).is_absolute() => None,
            // A blank one counts as absent.
            Some(value) if value.trim().is_empty() => of_file().or(Some(value)),
            None => of_file(),
            found => found,
        }
    }

    fn home(&self) -> Option<PathBuf> {
        self.system.home().filter(|home| home.is_absolute())
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
        // What is locked is a token that is renewed.
        let lock = self.system.try_lock(path)?;
        Ok(lock.map(|lock| FileLock::new((lock, Renewal::begin()))))
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
    use zeroize::Zeroizing;

    #[test]
    fn what_a_file_sets_is_marked_wherever_it_is_named() {
        let values = [("AWS_REGION".to_owned(), Zeroizing::new("x".to_owned()))].into();
        let environment =
            Environment { system: SystemMachine, file: EnvFile { label: ".env".to_owned(), values } };
        assert_eq!(environment.mark("eu (AWS_REGION)"), "eu (AWS_REGION (.env))");
        assert_eq!(environment.mark("AWS_REGION"), "AWS_REGION (.env)");
        let others = "AWS_REGION_NAME, AWS_DEFAULT_REGION \u{e9} <none>";
        assert_eq!(environment.mark(others), others);
    }
}

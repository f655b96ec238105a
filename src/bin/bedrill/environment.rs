//! The variables a run sees: those of the process, then those of a `.env` file.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use bedrill::auth::{Host, SystemHost};
use bedrill::endpoint::Region;

use crate::failure::Failure;

/// Variables that a file in a working directory must not set, because they choose which other files are read,
/// and those can name a process to run (`credential_process`) or a server to send to (`baseUrl`).
const NEVER_FROM_A_FILE: [&str; 3] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "BEDRILL_CONFIG"];

/// The variables that name the region, in order.
pub(crate) const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// The process environment, with the variables of a `.env` file behind it.
pub(crate) struct Environment {
    system: SystemHost,
    from_file: HashMap<String, String>,
    /// Answers for the last of [`REGION_VARIABLES`] when none is set.
    region: Option<Region>,
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
        Ok(Self { system: SystemHost, from_file, region: None })
    }

    /// Sets the region that counts when no variable names one: the one in the configuration's `baseUrl`. It goes before
    /// the profile's, and behind flags, model ARNs and variables.
    pub(crate) fn with_region(mut self, region: Option<Region>) -> Self {
        let named = REGION_VARIABLES.iter().any(|name| self.setting(name).is_some());
        self.region = region.filter(|_| !named);
        self
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
        if let Some(region) = &self.region
            && REGION_VARIABLES.last() == Some(&name)
        {
            return Some(region.as_str().to_owned());
        }
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
}

//! Which files to read and which profile to use, derived from environment variables only.

use std::path::{Path, PathBuf};

use super::FileKind;

/// The platform whose rules for the home directory and separators apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Platform {
    /// `/`; the home directory is `HOME`.
    Unix,
    /// `\`; the home directory is `HOME`, `USERPROFILE`, or `HOMEDRIVE` and `HOMEPATH`.
    Windows,
}

impl Platform {
    /// The platform this program was built for.
    #[must_use]
    pub const fn current() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }

    fn separator(self) -> char {
        match self {
            Self::Unix => '/',
            Self::Windows => '\\',
        }
    }
}

/// Where both files are expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locations {
    config: Location,
    credentials: Location,
    home: Option<String>,
    platform: Platform,
}

impl Locations {
    /// The config file's location.
    #[must_use]
    pub fn config(&self) -> &Location {
        &self.config
    }

    /// The credentials file's location.
    #[must_use]
    pub fn credentials(&self) -> &Location {
        &self.credentials
    }

    /// The path of `parts` in the home directory; `None` without a home directory.
    #[must_use]
    pub fn below_home(&self, parts: &[&str]) -> Option<PathBuf> {
        Some(join(self.home.as_deref()?, parts.iter().copied(), self.platform))
    }

    /// The location of `file`.
    #[must_use]
    pub fn of(&self, file: FileKind) -> &Location {
        match file {
            FileKind::Config => &self.config,
            FileKind::Credentials => &self.credentials,
        }
    }
}

/// Where one file is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    path: Option<PathBuf>,
    variable: Option<&'static str>,
}

impl Location {
    /// The path; `None` when no variable names the file and there is no home directory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The variable that names the file; `None` when it is the default one.
    #[must_use]
    pub fn variable(&self) -> Option<&'static str> {
        self.variable
    }
}

/// Where both files are expected: `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, else `.aws/config` and
/// `.aws/credentials` in the home directory.
///
/// The home directory comes from the variables that [`Platform`] lists, else `home`. A leading `~` in either
/// variable stands for it, and is kept as it is when there is none. Blank variables count as absent.
/// Source: [location of the shared files](https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html).
///
/// ```
/// use bedrill::profile::{Platform, locations};
///
/// let found = locations(|name| (name == "HOME").then(|| "/home/me".to_owned()), None, Platform::Unix);
/// assert_eq!(found.config().path(), Some("/home/me/.aws/config".as_ref()));
/// ```
pub fn locations(var: impl Fn(&str) -> Option<String>, home: Option<&Path>, platform: Platform) -> Locations {
    let var = |name: &str| var(name).filter(|value| !value.trim().is_empty());
    let home = home_directory(&var, home, platform);
    let locate = |variable, default| match var(variable) {
        Some(path) => {
            Location { path: Some(expand(&path, home.as_deref(), platform)), variable: Some(variable) }
        }
        None => Location {
            path: home.as_deref().map(|home| join(home, [".aws", default], platform)),
            variable: None,
        },
    };
    let config = locate("AWS_CONFIG_FILE", "config");
    let credentials = locate("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    Locations { config, credentials, home, platform }
}

fn home_directory(
    var: &impl Fn(&str) -> Option<String>,
    home: Option<&Path>,
    platform: Platform,
) -> Option<String> {
    let of_windows = || {
        let drive_and_path = || Some(var("HOMEDRIVE")? + &var("HOMEPATH")?);
        var("USERPROFILE").or_else(drive_and_path).filter(|_| platform == Platform::Windows)
    };
    let home = || home.map(|home| home.to_string_lossy().into_owned());
    let is_absolute = |path: &String| is_absolute(path, platform);
    // A relative one would lead into the working directory, which may be a stranger's.
    var("HOME")
        .filter(is_absolute)
        .or_else(|| of_windows().filter(is_absolute))
        .or_else(|| home().filter(is_absolute))
}

/// By hand, as [`join`] is.
fn is_absolute(path: &str, platform: Platform) -> bool {
    match platform {
        Platform::Windows => {
            path.starts_with(['/', '\\']) || path.get(1..).is_some_and(|rest| rest.starts_with(':'))
        }
        _ => path.starts_with('/'),
    }
}

/// `~` or `~/x` below `home`; anything else, `~user/x` too, as it is.
fn expand(path: &str, home: Option<&str>, platform: Platform) -> PathBuf {
    let is_separator = |c| c == '/' || c == platform.separator();
    match (path.strip_prefix('~'), home) {
        (Some(""), Some(home)) => PathBuf::from(home),
        (Some(rest), Some(home)) if rest.starts_with(is_separator) => {
            join(home, rest.split(is_separator).filter(|part| !part.is_empty()), platform)
        }
        _ => PathBuf::from(path),
    }
}

/// Done by hand instead of with `Path::join`, so that each platform's rules work, and can be tested, on the other.
fn join<'a>(home: &str, parts: impl IntoIterator<Item = &'a str>, platform: Platform) -> PathBuf {
    let mut path = home.trim_end_matches(platform.separator()).to_owned();
    for part in parts {
        path.push(platform.separator());
        path.push_str(part);
    }
    PathBuf::from(path)
}

/// The name of the profile to use, and what chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedName {
    name: String,
    variable: Option<&'static str>,
}

impl SelectedName {
    /// The name: `default` when nothing chose one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variable that chose it, if one did.
    #[must_use]
    pub fn variable(&self) -> Option<&'static str> {
        self.variable
    }
}

/// Returns the profile that the environment selects: `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE` (read by the AWS CLI, but not by
/// the SDKs), else `default`. Values are trimmed; blank ones count as absent.
pub fn selected_name(var: impl Fn(&str) -> Option<String>) -> SelectedName {
    let chosen = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].into_iter().find_map(|variable| {
        let name = var(variable)?.trim().to_owned();
        (!name.is_empty()).then_some(SelectedName { name, variable: Some(variable) })
    });
    chosen.unwrap_or_else(|| SelectedName { name: "default".to_owned(), variable: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)], home: Option<&str>, platform: Platform) -> Option<String> {
        let var =
            |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let found = locations(var, home.map(Path::new), platform);
        found.config().path().map(|path| path.display().to_string())
    }

    #[test]
    fn only_a_leading_tilde_component_is_expanded() {
        let path = |value| {
            config(&[("HOME", "/me/"), ("AWS_CONFIG_FILE", value)], None, Platform::Unix).expect("a path")
        };
        assert_eq!(path("~/x//y"), "/me/x/y");
        assert_eq!(path("~"), "/me/");
        assert_eq!(path("~other/x"), "~other/x");
        assert_eq!(path("a/~/x"), "a/~/x");
        assert_eq!(
            config(&[("USERPROFILE", r"C:\me"), ("AWS_CONFIG_FILE", "~/x\\y")], None, Platform::Windows)
                .as_deref(),
            Some(r"C:\me\x\y")
        );
    }

    #[test]
    fn without_a_home_directory_there_is_no_default_and_a_tilde_stays() {
        assert_eq!(config(&[("USERPROFILE", "/p")], None, Platform::Unix), None);
        assert_eq!(config(&[("HOMEDRIVE", "C:")], None, Platform::Windows), None);
        assert_eq!(config(&[("AWS_CONFIG_FILE", "~/x")], None, Platform::Unix).as_deref(), Some("~/x"));
        assert_eq!(config(&[], Some("/passwd"), Platform::Unix).as_deref(), Some("/passwd/.aws/config"));
        assert_eq!(config(&[("HOME", "/")], None, Platform::Unix).as_deref(), Some("/.aws/config"));
    }

    #[test]
    fn a_relative_home_counts_as_absent() {
        for relative in ["me", ".", "./me", "..", "~", "C:\\me"] {
            let config = |home| config(&[("HOME", relative)], home, Platform::Unix);
            assert_eq!(config(Some("/h")).as_deref(), Some("/h/.aws/config"), "{relative}");
            assert_eq!(config(Some("h")), None, "{relative}");
        }
        let windows = |home| config(&[("HOME", home), ("USERPROFILE", "D:\\u")], None, Platform::Windows);
        for (home, expected) in [("me", "D:\\u\\.aws\\config"), ("C:\\me", "C:\\me\\.aws\\config")] {
            assert_eq!(windows(home).as_deref(), Some(expected), "{home}");
        }
    }

    #[test]
    fn blank_variables_count_as_absent() {
        let vars = [("HOME", " "), ("AWS_CONFIG_FILE", "\t")];
        assert_eq!(config(&vars, Some("/h"), Platform::Unix).as_deref(), Some("/h/.aws/config"));
        let selected =
            selected_name(|name| Some(if name == "AWS_PROFILE" { " " } else { " dev " }.to_owned()));
        assert_eq!((selected.name(), selected.variable()), ("dev", Some("AWS_DEFAULT_PROFILE")));
    }
}

//! Where a configuration file may be, derived from environment variables only.

use std::path::{Path, PathBuf};

/// Files of other tools in the same format, in the home directory; the newest name of that tool first.
const OF_OTHER_TOOLS: [(&str, &str, &str); 3] = [
    ("OpenClaw", ".openclaw", "openclaw.json"),
    ("Moltbot", ".moltbot", "moltbot.json"),
    ("Clawdbot", ".clawdbot", "clawdbot.json"),
];

/// A file that may be the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    path: PathBuf,
    kind: PlaceKind,
}

impl Place {
    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why it is searched.
    #[must_use]
    pub fn kind(&self) -> PlaceKind {
        self.kind
    }
}

/// Why a place is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaceKind {
    /// The caller named it; it must exist.
    Argument,
    /// `BEDRILL_CONFIG` names it; it must exist.
    Variable,
    /// The file of bedrill itself.
    Own,
    /// The file of this other tool. It was not written for bedrill, so errors in it should not stop bedrill.
    OtherTool(&'static str),
}

impl PlaceKind {
    /// Whether the file was named explicitly and so must exist.
    #[must_use]
    pub fn is_named(self) -> bool {
        matches!(self, Self::Argument | Self::Variable)
    }
}

/// Returns the places to search; the first file that exists is the configuration.
///
/// 1. `argument`, or else the file that `BEDRILL_CONFIG` names; with either, this is the only place.
/// 2. `$XDG_CONFIG_HOME/bedrill/config.json5`, or else `~/.config/bedrill/config.json5`, on every platform. A relative
///    `XDG_CONFIG_HOME` counts as absent, as the
///    [specification](https://specifications.freedesktop.org/basedir-spec/latest/) says.
/// 3. `~/.openclaw/openclaw.json`, `~/.moltbot/moltbot.json`, `~/.clawdbot/clawdbot.json`.
///
/// The working directory is never searched: a configuration can send requests elsewhere. `~` is `HOME`, else `home`;
/// without either there is no such place. Blank variables count as absent, and so do relative folders.
///
/// ```
/// use bedrill::config::places;
///
/// let found = places(None, |name| (name == "HOME").then(|| "/home/me".to_owned()), None);
/// assert_eq!(found[0].path(), "/home/me/.config/bedrill/config.json5");
/// ```
pub fn places(
    argument: Option<&Path>,
    var: impl Fn(&str) -> Option<String>,
    home: Option<&Path>,
) -> Vec<Place> {
    let var = |name: &str| var(name).filter(|value| !value.trim().is_empty()).map(PathBuf::from);
    if let Some(path) = argument {
        return vec![Place { path: path.to_owned(), kind: PlaceKind::Argument }];
    }
    if let Some(path) = var("BEDRILL_CONFIG") {
        return vec![Place { path, kind: PlaceKind::Variable }];
    }
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let home = var("HOME").and_then(absolute).or_else(|| home.map(Path::to_owned).and_then(absolute));
    let folder = var("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let folder = folder.or_else(|| Some(home.as_ref()?.join(".config")));
    let own = folder.map(|folder| folder.join("bedrill").join("config.json5"));
    let of_others = home.into_iter().flat_map(|home| {
        OF_OTHER_TOOLS.map(|(tool, folder, file)| Place {
            path: home.join(folder).join(file),
            kind: PlaceKind::OtherTool(tool),
        })
    });
    own.map(|path| Place { path, kind: PlaceKind::Own }).into_iter().chain(of_others).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn paths(argument: Option<&str>, vars: &[(&str, &str)], home: Option<&str>) -> Vec<String> {
        let var =
            |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        places(argument.map(Path::new), var, home.map(Path::new))
            .iter()
            .map(|place| place.path().display().to_string())
            .collect()
    }

    const OTHERS: [&str; 3] =
        ["/me/.openclaw/openclaw.json", "/me/.moltbot/moltbot.json", "/me/.clawdbot/clawdbot.json"];

    #[test]
    fn a_named_file_is_the_only_place() {
        let vars = [("BEDRILL_CONFIG", "/v"), ("HOME", "/me")];
        assert_eq!(paths(Some("x"), &vars, None), ["x"]);
        assert_eq!(paths(None, &vars, None), ["/v"]);
    }

    #[test]
    fn our_own_file_takes_precedence_over_those_of_other_tools() {
        let with = |own: &'static str| [&[own], OTHERS.as_slice()].concat();
        let own = "/me/.config/bedrill/config.json5";
        assert_eq!(paths(None, &[("HOME", "/me")], Some("/other")), with(own));
        assert_eq!(paths(None, &[("BEDRILL_CONFIG", " ")], Some("/me")), with(own));
        let xdg = |folder| paths(None, &[("HOME", "/me"), ("XDG_CONFIG_HOME", folder)], None);
        assert_eq!(xdg("/xdg"), with("/xdg/bedrill/config.json5"));
        assert_eq!(xdg("relative"), with(own));
        assert_eq!(xdg(""), with(own));
    }

    #[test]
    fn without_a_home_directory_nothing_is_guessed() {
        assert_eq!(paths(None, &[], None), [""; 0]);
        assert_eq!(
            paths(None, &[("HOME", "me")], Some("./me")),
            [""; 0],
            "the working directory is not searched"
        );
        assert_eq!(paths(None, &[("HOME", "me")], Some("/me")), paths(None, &[("HOME", "/me")], None));
        assert_eq!(paths(None, &[("XDG_CONFIG_HOME", "/xdg")], None), ["/xdg/bedrill/config.json5"]);
    }
}

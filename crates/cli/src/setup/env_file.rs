//! The variables of a file: `.env` of the working directory, which may be a stranger's, or the file of `--env-file`,
//! which the user named.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use bedrill::machine::open_regular;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::flags::Common;
use crate::input;
use crate::screen::terminal::note;
use crate::setup::dotenv;
use crate::setup::variables::{self, Kind};

/// The most that is read of either.
const LIMIT: usize = 64 * 1024;

/// What signs requests, in the real environment.
const CREDENTIALS: [&str; 9] = [
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// The variables that count, and the name of their file.
#[derive(Default)]
pub(super) struct EnvFile {
    pub(super) label: String,
    pub(super) values: HashMap<String, Zeroizing<String>>,
}

/// Reads the file of `--env-file`, or else `.env` where there is one. `set` says which variables the process has.
///
/// What is used of `.env` and what is left out goes to stderr, by name.
pub(super) fn load(common: &Common, set: &dyn Fn(&str) -> bool) -> Result<EnvFile, Failure> {
    let (label, trust, text) = match common.env_file.as_deref() {
        Some(path) => {
            let text = input::read(path, LIMIT, "the variables of --env-file on stdin", common.quiet);
            let label = if input::is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() };
            let text = text.map_err(|error| Failure::usage(format!("{label} cannot be read: {error}")))?;
            (label, Trust::Named, text)
        }
        None => match implicit() {
            Ok(Some(text)) => (".env".to_owned(), Trust::Implicit, text),
            Ok(None) => return Ok(EnvFile::default()),
            Err(why) => {
                // Whoever put it there must not be able to stop the command either.
                note(&format!("bedrill: .env is left out: {why}"));
                return Ok(EnvFile::default());
            }
        },
    };
    let text = Zeroizing::new(text);
    let text = Zeroizing::new(String::from_utf8_lossy(&text).into_owned());
    let set = |name: &str| set(name) && !(common.no_bearer && name == "AWS_BEARER_TOKEN_BEDROCK");
    let choice = Choice::of(&text, trust, &set)
        .map_err(|problem| Failure::usage(format!("{label} cannot be read: {problem}")))?;
    if let Some(remarks) = choice.remarks(trust, common) {
        note(&format!("bedrill: {label} {remarks}"));
    }
    let values = choice.values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(EnvFile { label, values })
}

/// The contents of `.env`, if there is one; an error when it is not to be trusted.
fn implicit() -> Result<Option<Vec<u8>>, String> {
    let path = Path::new(".env");
    let file = match open_regular(path) {
        Ok(file) => file,
        // Python programs like to keep a virtual environment in a folder of that name.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error.to_string()),
    };
    let read = |file: File| {
        let metadata = file.metadata()?;
        if let Some(why) = distrust(path, &metadata)? {
            return Err(io::Error::other(why));
        }
        input::limited(file, metadata.len(), LIMIT)
    };
    read(file).map(Some).map_err(|error| error.to_string())
}

/// Why the file is not the user's own, if it is not.
#[cfg(unix)]
fn distrust(path: &Path, file: &Metadata) -> io::Result<Option<String>> {
    use std::os::unix::fs::MetadataExt as _;
    const ROOT: u32 = 0;
    const WRITE_BY_ALL: u32 = 0o002;
    let user = rustix::process::geteuid().as_raw();
    // Root works in the folders of others, where their files are what is expected.
    let folder = if user == ROOT { std::fs::metadata(".")?.uid() } else { user };
    let link = std::fs::symlink_metadata(path)?;
    for owner in [file.uid(), link.uid()] {
        if ![user, ROOT, folder].contains(&owner) {
            return Ok(Some(format!("it belongs to another user (uid {owner})")));
        }
    }
    Ok((file.mode() & WRITE_BY_ALL != 0).then(|| "everybody may write to it".to_owned()))
}

/// Access control lists are not checked.
#[cfg(not(unix))]
fn distrust(_: &Path, _: &Metadata) -> io::Result<Option<String>> {
    Ok(None)
}

/// Who chose the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Nobody: it was there.
    Implicit,
    /// The user, on the command line.
    Named,
}

/// What is used of a file and what is left out.
#[derive(Debug, Default)]
struct Choice<'a> {
    values: BTreeMap<&'a str, Zeroizing<String>>,
    /// What such a file may not set.
    refused: Vec<&'a str>,
    /// What the process decides, by its variable.
    decided: BTreeMap<&'a str, Vec<&'a str>>,
    /// Parts of a pair of keys that is not whole.
    half: Vec<&'a str>,
    /// What nothing reads.
    unknown: Vec<&'a str>,
    /// What holds a `$`.
    dollar: Vec<&'a str>,
}

impl<'a> Choice<'a> {
    /// Chooses among the variables in `text`; `set` says which of them the process has. If a name occurs twice, the last
    /// wins, as in a shell.
    fn of(text: &'a str, trust: Trust, set: &dyn Fn(&str) -> bool) -> Result<Self, String> {
        let mut choice = Self::default();
        let mut found = BTreeMap::new();
        for entry in dotenv::entries(text) {
            let may = match trust {
                Trust::Implicit => variables::is_allowed_in_dot_env(entry.name),
                Trust::Named => variables::is_ours(entry.name),
            };
            match entry.value {
                Some(value) => {
                    found.insert(entry.name, (may, Zeroizing::new(value.into_owned())));
                }
                None if may => return Err(unreadable(entry.name, entry.line)),
                None => {
                    found.insert(entry.name, (may, Zeroizing::new("?".to_owned())));
                }
            }
        }
        for (name, (may, value)) in found {
            let kind = variables::kind(name);
            if value.trim().is_empty() {
                continue;
            } else if !may && kind.is_some() {
                choice.refused.push(name);
            } else if kind.is_none() {
                choice.unknown.extend(variables::is_ours(name).then_some(name));
            } else if let Some(decides) = kind.and_then(|kind| decided_by(name, kind, trust, set)) {
                choice.decided.entry(decides).or_default().push(name);
            } else {
                choice.dollar.extend(value.contains('$').then_some(name));
                choice.values.insert(name, value);
            }
        }
        choice.leave_half_a_pair_out();
        Ok(choice)
    }

    /// A pair of keys is whole or it is none: no part of it meets one from elsewhere.
    fn leave_half_a_pair_out(&mut self) {
        let has = |name| self.values.contains_key(name);
        if !(has("AWS_ACCESS_KEY_ID") && has("AWS_SECRET_ACCESS_KEY")) {
            let is_key = |name: &str| variables::kind(name) == Some(Kind::Keys);
            self.half = self.values.keys().copied().filter(|name| is_key(name)).collect();
            self.values.retain(|name, _| !is_key(name));
        }
    }

    /// One line, if there is anything to say.
    fn remarks(&self, trust: Trust, common: &Common) -> Option<String> {
        let mut remarks = Vec::new();
        let mut say = |what: String| remarks.push(what);
        if !self.values.is_empty() && !common.quiet && (trust == Trust::Implicit || common.verbose) {
            say(format!("sets {}", list(self.values.keys().copied())));
        }
        if !self.refused.is_empty() {
            let names = list(self.refused.iter().copied());
            let why = match trust {
                Trust::Implicit if self.refused.iter().all(|name| variables::is_ours(name)) => {
                    "only --env-file or the environment may set that"
                }
                Trust::Implicit => {
                    "only the environment may set that, and --env-file what begins with AWS_ or BEDRILL_"
                }
                Trust::Named => "only the environment may set that",
            };
            say(format!("may not set {names}: {why}"));
        }
        if !self.half.is_empty() {
            let names = list(self.half.iter().copied());
            say(format!("has but a part of a pair of access keys, which is left out: {names}"));
        }
        if !common.quiet {
            for (decides, names) in &self.decided {
                say(format!("does not set {}: the environment has {decides}", list(names.iter().copied())));
            }
            if !self.unknown.is_empty() && (trust == Trust::Implicit || common.verbose) {
                let unread = |name: &&str| match of_another_tool(name) {
                    Some(ours) => format!("{name} (the variable is {ours})"),
                    None => (*name).to_owned(),
                };
                let names: Vec<String> = self.unknown.iter().map(unread).collect();
                say(format!("has {}, which bedrill does not read", names.join(", ")));
            }
            if !self.dollar.is_empty() {
                let names = list(self.dollar.iter().copied());
                say(format!("has a $ in {names}, and nothing is substituted"));
            }
        }
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }
}

/// The variable of the process that goes before `name` of a file, if it has one.
///
/// Credentials are taken from one place, as a whole. A file that the user did not name never goes before any that
/// the process has, of whatever kind; beside a file that was named, another kind may be in the process, and the usual order decides.
fn decided_by<'a>(name: &'a str, kind: Kind, trust: Trust, set: &dyn Fn(&str) -> bool) -> Option<&'a str> {
    let signs =
        matches!(kind, Kind::Keys | Kind::Bearer | Kind::Profile | Kind::WebIdentity | Kind::Container);
    if signs && trust == Trust::Implicit {
        return CREDENTIALS.into_iter().find(|variable| set(variable));
    }
    if signs || kind == Kind::Region {
        return variables::of_kind(kind).find(|variable| set(variable));
    }
    set(name).then_some(name)
}

/// The value is not quoted: it may be a secret.
fn unreadable(name: &str, line: usize) -> String {
    format!(
        "{name} in line {line} is not NAME=value; a value with a space or a quote in it needs quotes, and quotes must be \
         closed"
    )
}

/// What bedrill calls the variable that another tool calls `name`.
fn of_another_tool(name: &str) -> Option<&'static str> {
    variables::OF_OTHER_TOOLS.iter().find(|(theirs, ..)| *theirs == name).map(|(.., ours)| *ours)
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice<'a>(text: &'a str, trust: Trust, process: &[&str]) -> Choice<'a> {
        Choice::of(text, trust, &|name| process.contains(&name)).expect(text)
    }

    /// What `.env` sets beside what the process has.
    fn set<'a>(text: &'a str, process: &[&str]) -> Vec<&'a str> {
        choice(text, Trust::Implicit, process).values.into_keys().collect()
    }

    const KEYS: &str = "AWS_ACCESS_KEY_ID=A\nAWS_SECRET_ACCESS_KEY=s\nAWS_SESSION_TOKEN=t\n";

    #[test]
    fn credentials_are_whole_and_from_one_place() {
        let whole = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
        assert_eq!(set(KEYS, &[]), whole);
        assert_eq!(set("AWS_ACCESS_KEY_ID=A\nAWS_SECRET_ACCESS_KEY=s", &[]), whole[..2]);
        for half in
            ["AWS_ACCESS_KEY_ID=A\nAWS_SESSION_TOKEN=t", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=t"]
        {
            let choice = choice(half, Trust::Implicit, &[]);
            assert!(choice.values.is_empty() && !choice.half.is_empty(), "{half}");
        }
        for name in CREDENTIALS {
            assert_eq!(set(KEYS, &[name]), [""; 0], "{name}");
            assert_eq!(set("AWS_BEARER_TOKEN_BEDROCK=b", &[name]), [""; 0], "{name}");
            assert_eq!(set("AWS_PROFILE=p", &[name]), [""; 0], "{name}");
            assert_eq!(set("AWS_REGION=r", &[name]), ["AWS_REGION"], "{name}");
        }
    }

    #[test]
    fn a_file_that_was_named_gives_way_to_its_own_kind_only() {
        let set = |text, process: &[&str]| choice(text, Trust::Named, process).values.len();
        assert_eq!(set(KEYS, &["AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK"]), 3);
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            assert_eq!(set(KEYS, &[name]), 0, "{name}");
        }
        let role = "AWS_WEB_IDENTITY_TOKEN_FILE=f\nAWS_ROLE_ARN=r";
        assert_eq!((set(role, &[]), set(role, &["AWS_ROLE_ARN"])), (2, 0));
        let any = "AWS_ENDPOINT_URL_BEDROCK=u\nAWS_CA_BUNDLE=f\nBEDRILL_LIMITS=f\nHOME=h\nHTTPS_PROXY=p";
        let choice = choice(any, Trust::Named, &[]);
        assert_eq!((choice.values.len(), choice.refused), (3, vec!["HOME", "HTTPS_PROXY"]));
    }

    #[test]
    fn a_region_of_the_process_goes_before_either_of_the_file() {
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            assert_eq!(
                set("AWS_REGION=a\nAWS_DEFAULT_REGION=b\nBEDRILL_MODEL=m", &[name]),
                ["BEDRILL_MODEL"]
            );
        }
        assert_eq!(set("BEDRILL_MODEL=m", &["BEDRILL_MODEL"]), [""; 0]);
    }

    #[test]
    fn lines_for_other_readers_do_not_matter() {
        let text =
            "\u{feff}AWS_REGION=eu-west-1\nOTHER=two words\nnonsense\nexport BEDRILL_MODEL='m'\nAWS_REGION=x";
        let values = choice(text, Trust::Implicit, &[]).values;
        assert_eq!(values.len(), 2);
        assert_eq!((values["AWS_REGION"].as_str(), values["BEDRILL_MODEL"].as_str()), ("x", "m"));
        assert_eq!(set("AWS_REGION=x\nAWS_REGION=", &[]), [""; 0], "blank is absent");
        // An open quote takes no other line with it.
        assert_eq!(set("OTHER=it's\nAWS_REGION=x", &[]), ["AWS_REGION"]);
    }

    #[test]
    fn a_broken_line_of_ours_is_named_without_its_value() {
        for text in [
            "AWS_SECRET_ACCESS_KEY=can ary",
            "export AWS_SECRET_ACCESS_KEY canary",
            "AWS_SECRET_ACCESS_KEY='canary",
            "AWS_SECRET_ACCESS_KEY=x\nAWS_SECRET_ACCESS_KEY=can ary\n",
        ] {
            let problem = Choice::of(text, Trust::Implicit, &|_| false).expect_err(text);
            assert!(problem.starts_with("AWS_SECRET_ACCESS_KEY in line "), "{problem}");
            assert!(!problem.contains("ary"), "{problem}");
        }
        // What is not taken cannot stop anything.
        assert_eq!(choice("AWS_ENDPOINT_URL=a b", Trust::Implicit, &[]).refused, ["AWS_ENDPOINT_URL"]);
    }
}

//! Merges the sections of both files into one [`ProfileSet`]: which names are valid, and which values win.

use std::borrow::Cow;
use std::fmt;

use super::parse::{BLANK, RawProperty, RawSection};
use super::{FileKind, Ignored, Origin, ProfileSet, Section};

/// Why a section has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IgnoredReason {
    /// `[NAME]` in the config file, where only `default` may omit the prefix.
    NoPrefix,
    /// `[profile NAME]`, `[sso-session NAME]` or another prefix in the credentials file, which uses plain names.
    Prefix,
    /// A word before the name that is not `profile`, `sso-session` or `services`.
    UnknownPrefix,
    /// A name with characters other than letters, digits and `- _ / . % @ : +`, and without quotes around it.
    InvalidName,
    /// In the credentials file: a name in quotes, or one with a space that the config file does not have in quotes.
    NotInConfig,
    /// `[default]` beside `[profile default]` in the config file: the latter wins.
    DefaultTwice,
}

impl fmt::Display for IgnoredReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPrefix => "in the config file a profile is written [profile NAME]",
            Self::Prefix => "in the credentials file a profile is written [NAME]",
            Self::UnknownPrefix => "a section is [profile NAME], [sso-session NAME] or [services NAME]",
            Self::InvalidName => "a name has only letters, digits and - _ / . % @ : +, or is in quotes",
            Self::NotInConfig => {
                "a name with other characters than letters, digits and - _ / . % @ : + is written without quotes here, \
                 and counts if the config file has it in quotes, as [profile \"NAME\"]"
            }
            Self::DefaultTwice => "[profile default] is used instead",
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Profile,
    /// `[default]` in the config file, without its prefix.
    PlainDefault,
    SsoSession,
    Services,
}

/// Adds the sections of `file` to `set`. Files are added in order of precedence; later ones override.
pub(super) fn add(set: &mut ProfileSet, sections: Vec<RawSection<'_>>, file: FileKind) {
    let is_known = |name: &str| set.profiles.contains_key(name);
    let judged: Vec<_> = sections.into_iter().map(|raw| (judge(raw.header, file, is_known), raw)).collect();
    let prefixed_default =
        judged.iter().any(|(header, _)| matches!(header, Ok((Kind::Profile, name)) if name == "default"));
    for (header, raw) in judged {
        let origin = Origin { file, line: raw.line };
        let (kind, name) = match header {
            Ok((Kind::PlainDefault, _)) if prefixed_default && file == FileKind::Config => {
                set.ignored.push(ignored(&raw, origin, IgnoredReason::DefaultTwice));
                continue;
            }
            Ok(header) => header,
            Err(reason) => {
                set.ignored.push(ignored(&raw, origin, reason));
                continue;
            }
        };
        let sections = match kind {
            Kind::Profile | Kind::PlainDefault => &mut set.profiles,
            Kind::SsoSession => &mut set.sso_sessions,
            Kind::Services => &mut set.services,
        };
        let section = sections.entry(name.to_string()).or_insert_with(|| Section::new(&name, origin));
        // A repeated property overrides the earlier one; invalid names are dropped, as in the SDKs.
        for property in raw.properties {
            if is_valid_name(&property.name) {
                section.insert(property, file);
            } else if property.name.starts_with("export ") {
                section.shell_line.get_or_insert(Origin { file, line: property.line });
            }
        }
    }
}

fn ignored(raw: &RawSection<'_>, origin: Origin, reason: IgnoredReason) -> Ignored {
    Ignored { header: raw.header.trim_matches(BLANK).to_owned(), origin, reason }
}

impl Section {
    fn insert(&mut self, raw: RawProperty, file: FileKind) {
        let mut property = Self::new(&raw.name, Origin { file, line: raw.line });
        property.value = raw.value;
        for sub_property in raw.sub_properties {
            property.insert(sub_property, file);
        }
        self.properties.insert(raw.name, property);
    }
}

/// What a header means in `file`; `is_known` says which profiles the file before it has.
fn judge(
    header: &str,
    file: FileKind,
    is_known: impl Fn(&str) -> bool,
) -> Result<(Kind, Cow<'_, str>), IgnoredReason> {
    let header = header.trim_matches(BLANK);
    let prefixed = header.split_once(BLANK).map(|(prefix, name)| (prefix, name.trim_matches(BLANK)));
    let kind = prefixed.and_then(|(prefix, name)| match prefix {
        "profile" => Some((Kind::Profile, name)),
        "sso-session" => Some((Kind::SsoSession, name)),
        "services" => Some((Kind::Services, name)),
        _ => None,
    });
    if file == FileKind::Credentials {
        return match kind {
            _ if is_valid_name(header) || is_known(header) => Ok((Kind::Profile, header.into())),
            Some(_) => Err(IgnoredReason::Prefix),
            None => Err(IgnoredReason::NotInConfig),
        };
    }
    match (kind, prefixed) {
        (Some((kind, name)), _) if is_valid_name(name) => Ok((kind, name.into())),
        (Some((kind, name)), _) if name.contains(['"', '\'', '\\']) => {
            unquoted(name).map(|name| (kind, name.into())).ok_or(IgnoredReason::InvalidName)
        }
        (Some(_), _) => Err(IgnoredReason::InvalidName),
        (None, None) if header == "default" => Ok((Kind::PlainDefault, header.into())),
        (None, None) => Err(IgnoredReason::NoPrefix),
        (None, Some(_)) => Err(IgnoredReason::UnknownPrefix),
    }
}

/// A name as a shell reads it, which is how the AWS CLI does: `"Foo Bar"`, `'Foo Bar'` and `Foo\ Bar` are `Foo Bar`. `None`
/// for more than one word and for a quote that is not closed.
fn unquoted(text: &str) -> Option<String> {
    let (mut name, mut quote) = (String::new(), None);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            ('\\', None) => name.push(rest.next()?),
            ('\\', Some('"')) => name.push(rest.next_if(|next| matches!(next, '"' | '\\')).unwrap_or(c)),
            (' ' | '\t', None) => return None,
            _ => name.push(c),
        }
    }
    let is_name = quote.is_none() && !name.is_empty() && !name.contains(char::is_control);
    is_name.then_some(name)
}

/// The characters that the SDKs allow in the names of sections and properties.
fn is_valid_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/.%@:+".contains(&byte);
    !name.is_empty() && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(config: &str, credentials: &str) -> Vec<(String, IgnoredReason)> {
        let set = ProfileSet::parse(config.as_bytes(), credentials.as_bytes()).expect("files that read");
        set.ignored().map(|ignored| (ignored.header().to_owned(), ignored.reason())).collect()
    }

    #[test]
    fn a_section_without_effect_says_why() {
        let config = "[foo]\n[profile a b]\n[sso-sesion x]\n[]\n[default]\n[profile default]\n[profile é]";
        assert_eq!(
            reasons(config, "[profile foo]\n[a b]\n[sso-session x]\n[ok]"),
            [
                ("foo".to_owned(), IgnoredReason::NoPrefix),
                ("profile a b".to_owned(), IgnoredReason::InvalidName),
                ("sso-sesion x".to_owned(), IgnoredReason::UnknownPrefix),
                (String::new(), IgnoredReason::NoPrefix),
                ("default".to_owned(), IgnoredReason::DefaultTwice),
                ("profile é".to_owned(), IgnoredReason::InvalidName),
                ("profile foo".to_owned(), IgnoredReason::Prefix),
                ("a b".to_owned(), IgnoredReason::NotInConfig),
                ("sso-session x".to_owned(), IgnoredReason::Prefix),
            ]
        );
    }

    /// What `shlex.split` of the AWS CLI makes of each.
    #[test]
    fn a_name_in_quotes_is_read_as_a_shell_reads_it() {
        for (header, name) in [
            ("profile \"work\"", Some("work")),
            ("profile 'Foo Bar'", Some("Foo Bar")),
            ("profile\t \"Foo  Bar\" ", Some("Foo  Bar")),
            (r"profile Foo\ Bar", Some("Foo Bar")),
            ("profile Foo' 'Bar", Some("Foo Bar")),
            (r#"profile "a\"b\\c\d""#, Some(r#"a"b\c\d"#)),
            (r"profile 'a\b'", Some(r"a\b")),
            ("profile 'M\u{fc}ller!'", Some("M\u{fc}ller!")),
            ("profile \"a]b\"", Some("a]b")),
            ("profile Foo Bar", None),
            ("profile 'Foo' Bar", None),
            ("profile \"Foo", None),
            ("profile ''", None),
            (r"profile Foo\", None),
            ("profile M\u{fc}ller", None),
        ] {
            let config = format!("[{header}]\nregion = eu-west-1\n");
            let set = ProfileSet::parse(config.as_bytes(), b"").expect("reads");
            let names: Vec<_> = set.profiles().map(Section::name).collect();
            assert_eq!(names, Vec::from_iter(name), "{header}");
        }
        let set = ProfileSet::parse(b"[sso-session 'FOO BAR']\n[services \"a b\"]\n", b"").expect("reads");
        assert!(set.sso_session("FOO BAR").is_some() && set.services("a b").is_some());
    }

    #[test]
    fn the_credentials_file_adds_to_a_name_with_a_space_that_the_config_file_has() {
        let credentials = b"[Foo Bar]\na = 1\n[\"work\"]\n[x y]";
        let set = ProfileSet::parse(b"[profile 'Foo Bar']\n", credentials).expect("reads");
        assert_eq!(set.profile("Foo Bar").and_then(|profile| profile.property("a")), Some("1"));
        let ignored: Vec<_> = set.ignored().map(|ignored| (ignored.header(), ignored.reason())).collect();
        assert_eq!(ignored, [("\"work\"", IgnoredReason::NotInConfig), ("x y", IgnoredReason::NotInConfig)]);
    }

    #[test]
    fn a_property_that_is_given_again_loses_its_old_sub_properties() {
        let set = ProfileSet::parse(b"[default]\ns3 =\n a = 1\ns3 =\n b = 2", b"").expect("reads");
        let profile = set.profile("default").expect("the profile");
        assert_eq!(profile.property("s3"), Some("\nb = 2"));
        assert_eq!(profile.sub_property("s3", "a"), None);
        assert_eq!(profile.sub_property("s3", "b"), Some("2"));
    }
}

//! Merges the sections of both files into one [`ProfileSet`]: which names are valid, and which values win.

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
    /// A name with characters other than letters, digits and `- _ / . % @ : +`.
    InvalidName,
    /// `[default]` beside `[profile default]` in the config file: the latter wins.
    DefaultTwice,
}

impl fmt::Display for IgnoredReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPrefix => "in the config file a profile is written [profile NAME]",
            Self::Prefix => "in the credentials file a profile is written [NAME]",
            Self::UnknownPrefix => "a section is [profile NAME], [sso-session NAME] or [services NAME]",
            Self::InvalidName => "a name has only letters, digits and - _ / . % @ : +",
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
    let judged: Vec<_> = sections.into_iter().map(|raw| (judge(raw.header, file), raw)).collect();
    let prefixed_default = judged.iter().any(|(header, _)| matches!(header, Ok((Kind::Profile, "default"))));
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
        let section = sections.entry(name.to_owned()).or_insert_with(|| Section::new(name, origin));
        // A repeated property overrides the earlier one; invalid names are dropped, as in the SDKs.
        for property in raw.properties.into_iter().filter(|property| is_valid_name(&property.name)) {
            section.insert(property, file);
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

/// What a header means in `file`.
fn judge(header: &str, file: FileKind) -> Result<(Kind, &str), IgnoredReason> {
    let header = header.trim_matches(BLANK);
    let (kind, name) = match (header.split_once(BLANK), file) {
        (None, FileKind::Credentials) => (Kind::Profile, header),
        (None, FileKind::Config) if header == "default" => (Kind::PlainDefault, header),
        (None, FileKind::Config) => return Err(IgnoredReason::NoPrefix),
        (Some((prefix, name)), file) => {
            let kind = match prefix {
                "profile" => Kind::Profile,
                "sso-session" => Kind::SsoSession,
                "services" => Kind::Services,
                _ if file == FileKind::Credentials => return Err(IgnoredReason::InvalidName),
                _ => return Err(IgnoredReason::UnknownPrefix),
            };
            if file == FileKind::Credentials {
                return Err(IgnoredReason::Prefix);
            }
            (kind, name.trim_matches(BLANK))
        }
    };
    if is_valid_name(name) { Ok((kind, name)) } else { Err(IgnoredReason::InvalidName) }
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
                ("a b".to_owned(), IgnoredReason::InvalidName),
                ("sso-session x".to_owned(), IgnoredReason::Prefix),
            ]
        );
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

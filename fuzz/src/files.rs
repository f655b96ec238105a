//! Files that people write: `~/.aws/config` and `credentials`, and the configuration.

use std::collections::BTreeSet;
use std::path::Path;

use bedrill::config::{Config, Severity};
use bedrill::profile::{FileKind, Platform, ProfileSet, Section, locations, selected_name};

use super::input::Input;

/// Two files of any bytes. The first two bytes say where the first file ends; when the first of them is 255, the rest
/// are the values of variables, one a line.
///
/// An error points into its file; profiles have the names by which they are found; and a blank line and a comment
/// at the end change nothing.
pub fn profile(data: &[u8]) {
    let mut input = Input(data);
    let at @ [first, second] = input.array();
    if first == 255 {
        return check_locations(second, &String::from_utf8_lossy(input.0));
    }
    let at = usize::from(u16::from_be_bytes(at));
    let (config, credentials) = input.0.split_at(at.checked_rem(input.0.len() + 1).unwrap_or(0));
    let set = match ProfileSet::parse(config, credentials) {
        Ok(set) => set,
        Err(error) => {
            let bytes = if error.file() == FileKind::Config { config } else { credentials };
            assert!((1..=bytes.len() + 1).contains(&error.line()), "{error}");
            assert!((1..=bytes.len() + 1).contains(&error.column()), "{error}");
            assert!(error.to_string().ends_with(&error.problem().to_string()));
            assert!(!error.to_string().chars().any(char::is_control), "{error}");
            return;
        }
    };
    let mut names = BTreeSet::new();
    for profile in set.profiles() {
        assert!(names.insert(profile.name()));
        assert_eq!(set.profile(profile.name()), Some(profile));
        check_section(profile);
    }
    for session in set.sso_sessions() {
        assert_eq!(set.sso_session(session.name()), Some(session));
        assert_eq!(session.origin().file(), FileKind::Config);
        check_section(session);
    }
    if let Some(services) = set.services("local") {
        check_section(services);
    }
    for ignored in set.ignored() {
        let file = if ignored.origin().file() == FileKind::Config { config } else { credentials };
        assert!(contains(file, ignored.header().as_bytes()));
        assert!(!ignored.reason().to_string().is_empty());
    }
    assert!(!format!("{set:?}").is_empty());
    let more = |file: &[u8]| [file, b"\n\n# the end\n"].concat();
    assert_eq!(ProfileSet::parse(&more(config), &more(credentials)).as_ref(), Ok(&set));
}

/// Files are where a variable says, or below a home directory; with `flags`, on Windows or without a home directory.
fn check_locations(flags: u8, values: &str) {
    const VARIABLES: [&str; 8] = [
        "HOME",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "USERPROFILE",
        "HOMEDRIVE",
        "HOMEPATH",
    ];
    let var = |name: &str| {
        let index = VARIABLES.iter().position(|variable| *variable == name)?;
        values.split('\n').nth(index).map(str::to_owned)
    };
    let platform = if flags & 1 == 0 { Platform::Unix } else { Platform::Windows };
    let home = (flags & 2 == 0).then_some(Path::new("/home/me"));
    let found = locations(var, home, platform);
    for (file, location) in [(FileKind::Config, found.config()), (FileKind::Credentials, found.credentials())]
    {
        assert_eq!(found.of(file), location);
        let blank = |variable: &str| var(variable).is_none_or(|value| value.trim().is_empty());
        assert!(location.variable().is_none_or(|variable| !blank(variable)));
        assert_eq!(
            location.path().is_some(),
            location.variable().is_some() || found.below_home(&[]).is_some()
        );
        assert!(found.below_home(&["a", "b"]).is_none_or(|path| path.to_string_lossy().ends_with('b')));
        assert!(file.to_string().starts_with('c'));
    }
    let selected = selected_name(var);
    assert!(!selected.name().is_empty());
    assert!(selected.variable().is_some() || selected.name() == "default");
}

fn check_section(section: &Section) {
    assert!(!section.name().is_empty());
    for (name, value) in section.properties() {
        assert_eq!(name, name.to_ascii_lowercase());
        assert_eq!(section.property(&name.to_ascii_uppercase()), Some(value));
        let origin = section.property_origin(name).expect("it is there");
        assert!(origin.line() >= 1);
        let sub = section.sub_property(name, "endpoint_url");
        assert_eq!(sub.is_some(), section.sub_property_origin(name, "endpoint_url").is_some());
        assert!(sub.is_none_or(|sub| value.contains(sub)), "{sub:?}");
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

/// A configuration of any text.
///
/// Problems point into the text; `parse` fails exactly for errors; what is JSON is read; and white space around the
/// text changes nothing but the places.
pub fn config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (config, problems) = Config::read(&text);
    let not_json5 = problems.iter().find(|problem| problem.message().starts_with("not JSON5"));
    for problem in &problems {
        let position = problem.position();
        let line = text.split(['\n', '\r']).count();
        assert!((1..=line).contains(&position.line), "{problem}");
        assert!((1..=text.chars().count() + 1).contains(&position.column), "{problem}");
        assert!(!problem.to_string().chars().any(char::is_control), "{problem:?}");
        assert!(!problem.message().is_empty());
    }
    let has_errors = problems.iter().any(|problem| problem.severity() == Severity::Error);
    match Config::parse(&text) {
        Ok(parsed) => assert!(!has_errors && parsed == config),
        Err(error) => assert!(has_errors && error.problems() == problems && !error.to_string().is_empty()),
    }
    if let Some(problem) = not_json5 {
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        assert!(!is_json || problem.message().ends_with("maximum nesting depth exceeded"), "{problem}");
        assert_eq!(config, Config::default());
        return;
    }
    let (again, problems_again) = Config::read(&format!("{text}\n"));
    assert!(again == config && problems_again == problems);
    assert!(config.primary_model().is_none_or(|id| !id.is_empty()));
    assert_eq!(config.prefers_bearer(), config.prefer_bearer.as_ref().is_none_or(|prefer| *prefer.value()));
    for model in &config.provider.models {
        // Of two models with the same id, the first counts.
        assert!(config.manual_model(&model.value().id).is_some());
    }
}

//! The first file that exists is read, and never one of the working directory.

use bedrill::config::{PlaceKind, places};

#[test]
fn the_kind_of_a_place_says_whether_it_must_exist() {
    let home = |name: &str| (name == "HOME").then(|| "/me".to_owned());
    let kinds: Vec<_> = places(None, home, None).iter().map(bedrill::config::Place::kind).collect();
    assert_eq!(
        kinds,
        [
            PlaceKind::Own,
            PlaceKind::OtherTool("OpenClaw"),
            PlaceKind::OtherTool("Moltbot"),
            PlaceKind::OtherTool("Clawdbot")
        ]
    );
    assert!(kinds.iter().all(|kind| !kind.is_named()));
    let named = places(Some("x".as_ref()), home, None);
    assert!(named.len() == 1 && named[0].kind() == PlaceKind::Argument && named[0].kind().is_named());
}

#[cfg(unix)]
#[test]
fn every_default_place_is_absolute() {
    for variable in ["XDG_CONFIG_HOME", "HOME"] {
        let vars = |name: &str| match name {
            "HOME" => Some("/me".to_owned()),
            name if name == variable => Some("./here".to_owned()),
            _ => None,
        };
        assert!(places(None, vars, None).iter().all(|place| place.path().is_absolute()), "{variable}");
    }
}

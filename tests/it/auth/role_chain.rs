//! Role chains that cannot be followed: where they end, and what the error says.

use bedrill::machine::ProfileFiles;

use super::{CONFIG, KEYS, host};

fn broken(config: &str) -> String {
    let host = host().with_file(CONFIG, config);
    let files = ProfileFiles::load(&host, Some("a")).expect("files that read");
    files.credentials().expect_err("a broken chain").to_string()
}

#[test]
fn what_cannot_be_followed_is_named_with_file_and_line() {
    let role = |name: &str, rest: &str| format!("[profile {name}]\nrole_arn = arn\n{rest}\n");
    let a_to = |name: &str| role("a", &format!("source_profile = {name}"));
    for (config, expected) in [
        (role("a", ""), "config:2: profile a has role_arn, but neither source_profile nor credential_source"),
        (a_to("b") + "credential_source = Environment", "config:3: profile a has both"),
        (
            a_to("b"),
            "config:3: profile a names \"b\" as its source_profile, which does not exist; profiles that exist: a",
        ),
        (a_to("a"), "profile a has no credentials"),
        (a_to("b") + &role("b", "source_profile = a"), "config:6: profile b leads into a loop: a -> b -> a"),
        (
            a_to("b") + &role("b", "source_profile = b") + KEYS + &role("c", ""),
            "profile a has more than static keys",
        ),
        (a_to("b") + &role("b", "source_profile = c") + &role("c", "source_profile = b"), "a -> b -> c -> b"),
        (
            a_to("b") + "[profile b]\naws_access_key_id = x",
            "config:5: profile b has aws_access_key_id, but aws_secret_access_key",
        ),
        (
            a_to("b") + "[profile b]\nregion = x",
            "profile b has no credentials; run `aws configure --profile b`",
        ),
        (
            "[profile a]\nweb_identity_token_file = f".to_owned(),
            "config:2: profile a has web_identity_token_file, but role_arn",
        ),
        (
            "[profile a]\nsso_region = x".to_owned(),
            "config:2: profile a takes its credentials from SSO, but sso_start_url",
        ),
        ("[profile a]\nsso_session = s".to_owned(), "config:2: profile a names sso_session \"s\""),
    ] {
        let error = broken(&config);
        assert!(error.contains(expected), "{error}\nnot {expected}");
    }
}

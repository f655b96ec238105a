//! Files in the cache that `aws sso login` did not write, and those that it did.

use bedrill::machine::Machine as _;
use serde_json::{Value, json};

use super::{CONFIG, LATER, PROFILE, TOKEN, aws, host, load, machine, refused, token};
use crate::support::replies::Replies;

/// 45 files that `aws sso login` did not write: all are an error that names the file and what to run.
#[test]
fn a_damaged_file_counts_as_absent_and_is_named() {
    let good = token(LATER).to_string();
    let with = |name: &str, value: Value| {
        let mut token = token(LATER);
        token[name] = value;
        token.to_string()
    };
    let without = |name: &str| {
        let mut token = token(LATER);
        token.as_object_mut().expect("an object").remove(name);
        token.to_string()
    };
    let mut files: Vec<Vec<u8>> = [
        String::new(),
        " \n".to_owned(),
        "null".to_owned(),
        "true".to_owned(),
        "7".to_owned(),
        "\"canary\"".to_owned(),
        "[]".to_owned(),
        format!("[{good}]"),
        "{}".to_owned(),
        format!("{good}}}"),
        format!("{good}\"}}"),
        format!("{good}{good}"),
        format!("{good} canary"),
        format!("{good}\0"),
        format!("\u{feff}{good}"),
        format!("x{good}"),
        good.replace('"', "'"),
        good.replace(':', "="),
        good.replace(',', ",,"),
        good.replacen('{', "{\"AccessToken\":\"canary\",", 1),
        good.replacen('{', "{\"accessToken\":\"canary\",", 1),
        good.replacen('{', "{\"expiresat\":\"2027-01-01T00:00:00Z\",", 1),
        good.replace("canary-access-old", "canary\n"),
        without("accessToken"),
        without("expiresAt"),
        with("accessToken", Value::Null),
        with("accessToken", json!("")),
        with("accessToken", json!(" ")),
        with("accessToken", json!(7)),
        with("accessToken", json!(["canary"])),
        with("accessToken", json!({"canary": 1})),
        with("accessToken", json!("can ary")),
        with("accessToken", json!("canary\r\nx: y")),
        with("accessToken", json!("canary\u{e9}")),
        with("expiresAt", Value::Null),
        with("expiresAt", json!("")),
        with("expiresAt", json!("canary")),
        with("expiresAt", json!(1_795_317_811)),
        with("expiresAt", json!("2026-11-22")),
        with("expiresAt", json!("2026-13-22T09:00:00Z")),
        with("expiresAt", json!("99999-11-22T09:00:00Z")),
        with("refreshToken", json!(7)),
        with("clientSecret", json!({})),
        with("registrationExpiresAt", json!("canary")),
        format!("{{\"a\":{}", "[".repeat(50_000)),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect();
    files.push(vec![0xff, 0xfe, b'{', 0]);
    for cut in [1, good.len() / 4, good.len() / 2, good.len() - 1] {
        files.push(good.as_bytes()[..cut].to_vec());
    }
    assert!(files.len() >= 40);
    for file in files {
        let transport = Replies::new(aws);
        let machine = host().with_file(CONFIG, PROFILE).with_file(TOKEN, file.clone());
        let error = refused(load(&machine, &transport));
        assert!(error.starts_with(&format!("SSO: {TOKEN} does not contain a token: ")), "{error}");
        assert!(error.ends_with("run `aws sso login --profile dev`"), "{error}");
        assert!(transport.requests().is_empty());
        assert_eq!(machine.read(TOKEN.as_ref()).expect("there"), file, "left alone");
    }
}

#[test]
fn names_in_the_file_are_case_blind_and_far_dates_do_not_overflow() {
    for file in [
        r#"{"ACCESSTOKEN":"a","ExpiresAt":"2027-01-01T00:00:00Z"}"#,
        r#"{"accessToken":"a","expiresAt":"2027-01-01T00:00:00UTC","other":[1,{"b":null}]}"#,
        r#"{"accessToken":" a ","expiresAt":"9999-12-31T23:59:60.999999999Z"}"#,
    ] {
        load(&machine(file), &Replies::new(aws)).expect(file);
    }
    let error = refused(load(
        &machine(r#"{"accessToken":"a","expiresAt":"0000-01-01T00:00:00Z"}"#),
        &Replies::new(aws),
    ));
    assert!(error.contains("the token expired at 0000-01-01T00:00:00Z"), "{error}");
}

#[test]
fn a_missing_file_names_its_path_and_the_command() {
    let error = refused(load(&host().with_file(CONFIG, PROFILE), &Replies::new(aws)));
    assert_eq!(
        error,
        format!("SSO: there is no token: {TOKEN} does not exist; run `aws sso login --profile dev`")
    );
}

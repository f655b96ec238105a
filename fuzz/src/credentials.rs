//! Documents that hold credentials, read as each source reads them.

use bedrill::auth::{container, fuzzing, imds, sts};
use bedrill::credentials::Credentials;
use http::StatusCode;

use super::input::Input;

/// A document, read by the source that the first byte names. Where a source looks at the status, or makes its next
/// file out of two documents, the second byte says more.
///
/// Whatever is accepted as a credential can go into a header, and no error contains a control character.
pub fn credential_json(data: &[u8]) {
    let mut input = Input(data);
    let (source, more) = (input.byte(), input.byte());
    let status = [200, 400, 403, 404, 429, 500, 302, 204][usize::from(more % 8)];
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let document = input.0;
    match source % 9 {
        0 => check(imds::parse_credentials(document), true),
        1 => check(container::parse(status, document), true),
        2 => check(fuzzing::process(document), false),
        3 => check(sts::parse_credentials(status, document), true),
        4 => match sts::parse_identity(status, document) {
            Ok(identity) => assert!(fits(identity.account()) && fits(identity.arn())),
            Err(error) => shown(&error.to_string()),
        },
        5 => {
            if let Some(token) = imds::parse_token(document) {
                assert!(fits(token.expose()));
            }
            if let Some(role) = imds::parse_role(document) {
                assert!(fits(role) && role.len() <= 128);
            }
        }
        6 => check(fuzzing::sso_role(status, document), true),
        kind => {
            // No JSON text contains a zero byte.
            let end = document.iter().position(|byte| *byte == 0);
            let (file, answer) = document.split_at(end.unwrap_or(document.len()));
            let answer = answer.get(1..).unwrap_or_default();
            let result = if kind == 7 {
                fuzzing::sso_file(status, file, answer)
            } else {
                fuzzing::login_file(file, answer)
            };
            if let Err(problem) = result {
                shown(&problem);
            }
        }
    }
}

fn check<E: std::fmt::Display>(result: Result<Credentials, E>, is_temporary: bool) {
    match result {
        Ok(credentials) => {
            assert!(fits(credentials.access_key_id()) && fits(credentials.secret_access_key().expose()));
            assert!(credentials.session_token().is_none_or(|token| fits(token.expose())));
            if is_temporary {
                assert!(credentials.session_token().is_some() && credentials.expiration().is_some());
            }
        }
        Err(error) => shown(&error.to_string()),
    }
}

fn fits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn shown(error: &str) {
    assert!(!error.is_empty() && !error.chars().any(char::is_control), "{error:?}");
}

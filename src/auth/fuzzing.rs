//! Document parsers that no public function reaches, for the fuzz targets; not part of the API.

use http::StatusCode;

use super::source::{login, process, sso};
use crate::credentials::Credentials;

/// Parses the output of a `credential_process`.
pub fn process(stdout: &[u8]) -> Result<Credentials, String> {
    process::parse(stdout).map_err(|problem| problem.to_string())
}

/// Parses an answer of the SSO portal.
pub fn sso_role(status: StatusCode, body: &[u8]) -> Result<Credentials, String> {
    sso::read_role(status, body)
}

/// Parses the token file of `aws sso login`, and the file that results from renewing it with the OIDC service's answer.
pub fn sso_file(status: StatusCode, file: &[u8], answer: &[u8]) -> Result<(), String> {
    sso::read_file(status, file, answer)
}

/// Parses the token file of `aws login`, and the file that results from renewing it with the sign-in service's answer.
pub fn login_file(file: &[u8], answer: &[u8]) -> Result<(), String> {
    login::read_file(file, answer).map_err(|problem| problem.to_string())
}

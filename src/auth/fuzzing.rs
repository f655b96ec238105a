//! The readers of documents that no public function leads to, for the fuzz targets; no part of the API.

use http::StatusCode;

use super::source::{login, process, sso};
use crate::credentials::Credentials;

/// What a `credential_process` printed.
pub fn process(stdout: &[u8]) -> Result<Credentials, String> {
    process::parse(stdout).map_err(|problem| problem.to_string())
}

/// What the SSO portal answered.
pub fn sso_role(status: StatusCode, body: &[u8]) -> Result<Credentials, String> {
    sso::read_role(status, body)
}

/// The token file of `aws sso login`, and the file that comes of it with the answer of the OIDC service.
pub fn sso_file(status: StatusCode, file: &[u8], answer: &[u8]) -> Result<(), String> {
    sso::read_file(status, file, answer)
}

/// The token file of `aws login`, and the file that comes of it with the answer of the sign-in service.
pub fn login_file(file: &[u8], answer: &[u8]) -> Result<(), String> {
    login::read_file(file, answer).map_err(|problem| problem.to_string())
}

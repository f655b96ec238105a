//! CreateToken of SSO's OIDC service: exchanges a refresh token for the next access token.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, StatusCode};
use zeroize::Zeroizing;

use super::token::Token;
use crate::auth::wire::document::Document;
use crate::auth::wire::fetch::Reply;
use crate::auth::wire::oauth::{json_object, refusal};
use crate::endpoint::Endpoint;

/// `POST /token`.
pub(super) fn request(endpoint: &Endpoint, token: &Token) -> Result<Request<Bytes>, String> {
    let fields = token.renewal().map_err(|problem| problem.to_string())?;
    let request = endpoint.request(Method::POST, "/token", json_object(&fields));
    let mut request = request.map_err(|error| error.to_string())?;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// Builds the file's new contents from the answer to a request for `token`.
pub(super) fn parse(reply: &Reply, token: &Token, now: SystemTime) -> Result<Zeroizing<Vec<u8>>, String> {
    if reply.status != StatusCode::OK {
        return Err(refusal(reply, &token.secrets()));
    }
    let answer = Document::parse(&reply.body);
    let contents = answer.and_then(|answer| token.renewed(&answer, now));
    contents.map_err(|problem| format!("its answer cannot be used: {problem}"))
}

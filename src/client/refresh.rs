//! One more try when the service rejects the access key and the sources have another by now.

use super::{Client, CredentialsFrom};
use crate::auth::Auth;
use crate::operation::ServiceError;

/// How the service says that a key is of no use any more.
const REJECTIONS: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"];

impl Client {
    /// Other credentials in place of `rejected`, when `error` says that they are needed and the sources have them.
    ///
    /// The cached ones count as expired from now on, for all requests of this client.
    pub(super) async fn replacement(&self, error: &ServiceError, rejected: &Auth) -> Option<Auth> {
        let CredentialsFrom::Chain(cache) = &self.0.credentials else { return None };
        let Auth::SigV4(keys) = rejected else { return None };
        if !error.code().is_some_and(|code| REJECTIONS.contains(&code)) {
            return None;
        }
        cache.invalidate(keys.access_key_id());
        // What went wrong here is worth less than what the service said.
        let other = self.auth().await.ok()?;
        (other != *rejected).then_some(other)
    }
}

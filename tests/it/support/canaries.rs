//! Random secrets to look for in whatever is shown.

#![allow(dead_code)] // each suite puts some of them into what it shows

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Not secret, but shortened where it is shown.
pub const KEY_ID: &str = "ASIACANARYEXAMPLE000";

/// How much of a secret counts as the secret: shortened text may show that much.
const PREFIX: usize = 12;

/// The secrets of one run of the tests.
pub struct Canaries {
    pub secret: String,
    pub session: String,
    pub bearer: String,
    /// The token of the metadata service and of the container's agent.
    pub metadata: String,
    /// Of SSO's access and refresh tokens, which go on with `-access` and `-refresh`.
    pub sso: String,
    pub client_secret: String,
}

impl Canaries {
    pub fn random() -> Self {
        let random = |end: &str| {
            let word = || RandomState::new().build_hasher().finish();
            format!("{:016x}{:016x}{end}", word(), word())
        };
        Self {
            // As AWS makes them, with characters that JSON may escape.
            secret: random("/+k"),
            session: random("/s=="),
            bearer: random("b"),
            metadata: random("m"),
            sso: random("o"),
            client_secret: random("c"),
        }
    }

    pub fn all(&self) -> [&str; 6] {
        [&self.secret, &self.session, &self.bearer, &self.metadata, &self.sso, &self.client_secret]
    }

    /// The first canary in `text`, whole or only its beginning.
    pub fn find(&self, text: &str) -> Option<&str> {
        self.all().into_iter().map(|canary| &canary[..PREFIX]).find(|prefix| text.contains(prefix))
    }

    #[track_caller]
    pub fn assert_clean(&self, what: &str, text: &str) {
        if let Some(prefix) = self.find(text) {
            panic!("{what} shows {prefix}: {text}");
        }
    }
}

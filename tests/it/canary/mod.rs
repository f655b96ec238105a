//! Six random secrets go through every source, every error path and the client. Whatever could reach a screen or a log
//! meanwhile, `Display` and `Debug` of what the library hands out and every record of every dependency, must hold none.

#[cfg(feature = "cli")]
mod binary;
mod client;
mod log;
mod machines;
mod sources;
mod types;

use std::fmt::Debug;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::OnceLock;

use bedrill::auth::Auth;
use bedrill::credentials::Credentials;

/// Not secret, and cut short where it is shown.
const KEY_ID: &str = "ASIACANARYEXAMPLE000";

/// How much of a secret counts as the secret: a text that is cut short may show that much.
const PREFIX: usize = 12;

/// The secrets of one run of the tests.
struct Canaries {
    secret: String,
    session: String,
    bearer: String,
    /// The token of the metadata service and of the container's agent.
    metadata: String,
    /// Of SSO's access and refresh tokens, which go on with `-access` and `-refresh`.
    sso: String,
    client_secret: String,
}

impl Canaries {
    fn all(&self) -> [&str; 6] {
        [&self.secret, &self.session, &self.bearer, &self.metadata, &self.sso, &self.client_secret]
    }

    fn keys(&self) -> Credentials {
        Credentials::new(KEY_ID, &*self.secret).with_session_token(&*self.session)
    }

    /// What authorizes requests to the service.
    fn auths(&self) -> [Auth; 2] {
        [Auth::SigV4(self.keys()), Auth::Bearer((&*self.bearer).into())]
    }
}

/// The canaries; from the first call on, everything that is logged is watched for them.
fn canaries() -> &'static Canaries {
    static CANARIES: OnceLock<Canaries> = OnceLock::new();
    let canaries = CANARIES.get_or_init(|| {
        let random = |end: &str| {
            let word = || RandomState::new().build_hasher().finish();
            format!("{:016x}{:016x}{end}", word(), word())
        };
        Canaries {
            // As AWS makes them, with characters that JSON may escape.
            secret: random("/+k"),
            session: random("/s=="),
            bearer: random("b"),
            metadata: random("m"),
            sso: random("o"),
            client_secret: random("c"),
        }
    });
    log::watch();
    canaries
}

/// The first canary in `text`, whole or only its beginning.
fn find(text: &str) -> Option<&'static str> {
    canaries().all().into_iter().map(|canary| &canary[..PREFIX]).find(|prefix| text.contains(prefix))
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    if let Some(prefix) = find(text) {
        panic!("{what} shows {prefix}: {text}");
    }
}

#[track_caller]
fn assert_debug(what: &str, shown: impl Debug) {
    assert_clean(what, &format!("{shown:?} {shown:#?}"));
}

/// Looks at an error and all that caused it.
#[track_caller]
fn assert_error(what: &str, error: &impl std::error::Error) {
    assert_debug(what, error);
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        assert_clean(what, &format!("{error} {error:?}"));
        cause = error.source();
    }
}

#[test]
#[should_panic(expected = "an error shows")]
fn the_watch_sees_half_a_canary() {
    let canary = &canaries().sso;
    assert_error("an error", &std::io::Error::other(format!("token {} is bad", &canary[..20])));
}

//! Six random secrets go through every source, every error path and the client. Whatever could reach a screen or a log
//! meanwhile, `Display` and `Debug` of what the library hands out and every record of every dependency, must contain
//! none.

mod client;
mod log;
mod machines;
mod sources;
mod spelled;
mod types;

use std::fmt::Debug;
use std::sync::OnceLock;

use bedrill::auth::Auth;
use bedrill::credentials::Credentials;

use crate::support::canaries::{Canaries, KEY_ID};

/// What authorizes requests to the service with `canaries`.
fn auths(canaries: &Canaries) -> [Auth; 2] {
    [Auth::SigV4(keys(canaries)), Auth::Bearer((&*canaries.bearer).into())]
}

fn keys(canaries: &Canaries) -> Credentials {
    Credentials::new(KEY_ID, &*canaries.secret).with_session_token(&*canaries.session)
}

/// The canaries; from the first call on, everything that is logged is watched for them.
fn canaries() -> &'static Canaries {
    static CANARIES: OnceLock<Canaries> = OnceLock::new();
    let canaries = CANARIES.get_or_init(Canaries::random);
    log::watch();
    canaries
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    canaries().assert_clean(what, text);
}

#[track_caller]
fn assert_debug(what: &str, shown: impl Debug) {
    assert_clean(what, &format!("{shown:?} {shown:#?}"));
}

/// Examines an error and all its causes.
#[track_caller]
fn assert_error(what: &str, error: &impl std::error::Error) {
    assert_debug(what, error);
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        assert_clean(what, &format!("{error} {error:?} {error:#?}"));
        cause = error.source();
    }
}

#[test]
#[should_panic(expected = "an error shows")]
fn the_watch_sees_half_a_canary() {
    let canary = &canaries().sso;
    assert_error("an error", &std::io::Error::other(format!("token {} is bad", &canary[..20])));
}

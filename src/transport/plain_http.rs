//! What may travel over plain http: nothing secret, except on this machine and to AWS's fixed credential addresses.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::Uri;
use http::uri::Authority;

use crate::endpoint::exposed_host;

/// What a request holds that others must not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cargo {
    /// Nothing.
    Nothing,
    /// A signature, which serves for this request alone, with the session token, which is useless without the secret key.
    Signature,
    /// This, which serves whoever reads it.
    Token(&'static str),
}

/// Takes the authority: `gateway:4000`.
pub(crate) type OnClearText = Arc<dyn Fn(&str) + Send + Sync>;

/// The one judge of requests over plain http. Whatever sends a request asks it first.
#[derive(Default)]
pub(crate) struct PlainHttp {
    is_allowed: bool,
    /// Called for signed requests.
    warn: Option<OnClearText>,
}

impl PlainHttp {
    pub(crate) fn new(is_allowed: bool, warn: Option<OnClearText>) -> Self {
        Self { is_allowed, warn }
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.is_allowed
    }

    /// Refuses `cargo` that must not be sent to `uri`; warns about a signature.
    pub(crate) fn check(&self, uri: &Uri, cargo: Cargo) -> Result<(), InClear> {
        let Some(host) = exposed_host(uri).filter(|_| !self.is_allowed) else { return Ok(()) };
        match cargo {
            Cargo::Nothing => Ok(()),
            Cargo::Token(what) => Err(InClear { what, host: host.to_owned() }),
            Cargo::Signature => {
                if let Some(warn) = &self.warn {
                    warn(uri.authority().map_or(host, Authority::as_str));
                }
                Ok(())
            }
        }
    }
}

/// Calls `tell` with the origin of each authority, once.
pub(crate) fn once_each(tell: impl Fn(&str) + Send + Sync + 'static) -> OnClearText {
    let told = Mutex::new(Vec::new());
    Arc::new(move |authority| {
        let origin = format!("http://{authority}");
        let mut known = told.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(&origin) {
            return;
        }
        known.push(origin.clone());
        drop(known);
        tell(&origin);
    })
}

/// A secret that would have been readable on its way. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InClear {
    what: &'static str,
    host: String,
}

impl InClear {
    /// What to do about it.
    pub(crate) const HINT: &'static str = crate::endpoint::IN_CLEAR_HINT;
}

impl fmt::Display for InClear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, host } = self;
        write!(f, "plain http would expose {what} to the network on its way to {host}")
    }
}

//! Ctrl-C alone, where there are no signals.

use std::io;

pub(super) fn remember_ignored() {}

pub(super) struct Signals;

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 130,
            Err(_) => std::future::pending().await,
        }
    }
}

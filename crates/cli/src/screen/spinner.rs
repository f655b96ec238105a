//! A spinner on a terminal while waiting for the service.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::flags::Common;

const FRAMES: [char; 4] = ['|', '/', '-', '\\'];

/// The time between two frames, and before the first: a stored answer comes sooner.
const PAUSE: Duration = Duration::from_millis(150);

/// Spins on stderr until it is dropped, which leaves the line empty.
pub(crate) struct Spinner(Option<(Sender<()>, JoinHandle<()>)>);

impl Spinner {
    /// Starts, unless stdout or stderr is not a terminal or the user wants no messages.
    pub(crate) fn start(words: &'static str, common: &Common) -> Self {
        if common.quiet || !io::stderr().is_terminal() || !io::stdout().is_terminal() {
            return Self(None);
        }
        let (stop, stopped) = channel();
        let turn = move || {
            let mut shown = false;
            for frame in FRAMES.into_iter().cycle() {
                if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                shown = true;
                let _ = write!(io::stderr(), "\r{frame} {words}");
            }
            if shown {
                // Back to the first column, and all behind it erased (ECMA-48, CR and EL).
                let _ = write!(io::stderr(), "\r\u{1b}[K");
            }
        };
        // Where there is no thread for it, nothing spins.
        Self(thread::Builder::new().name("spinner".to_owned()).spawn(turn).ok().map(|thread| (stop, thread)))
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.0.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

//! The signals of Unix, and which of them the program was started to ignore.

use std::future::poll_fn;
use std::io;
use std::sync::OnceLock;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Bit `n - 1` is signal `n`.
static IGNORED: OnceLock<u64> = OnceLock::new();

/// Looks at what the program was started with. Elsewhere than on Linux, asking for it needs unsafe code.
pub(super) fn remember_ignored() {
    #[expect(clippy::disallowed_methods, reason = "the kernel writes it")]
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    IGNORED.get_or_init(|| ignored_in(&status).unwrap_or(0));
}

/// Reads the mask of ignored signals in [proc_pid_status(5)](https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).
fn ignored_in(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

/// The signals that end the program, with the exit codes by which shells report them: 128 plus their numbers.
pub(super) struct Signals(Vec<(Signal, u8)>);

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        // A file that would exceed the size limit is an error like a full disk, not the end of the program.
        #[cfg(not(any(target_arch = "mips", target_arch = "mips64")))]
        let _ = signal(SignalKind::from_raw(SIGXFSZ));
        let ignored = IGNORED.get().copied().unwrap_or(0);
        let kinds =
            [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit(), SignalKind::terminate()];
        let mut signals = Vec::new();
        for kind in kinds {
            let number = kind.as_raw_value();
            let is_ignored = (ignored >> number.saturating_sub(1)) & 1 == 1;
            if let Ok(code) = u8::try_from(number.saturating_add(128))
                && !is_ignored
            {
                signals.push((signal(kind)?, code));
            }
        }
        Ok(Self(signals))
    }

    /// Waits for one of them, and returns its exit code.
    pub(super) async fn next(&mut self) -> u8 {
        poll_fn(|context| {
            let mut came = self
                .0
                .iter_mut()
                .filter_map(|(signal, code)| signal.poll_recv(context).is_ready().then_some(*code));
            came.next().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

/// The same number on Linux, the BSDs and macOS.
#[cfg(not(any(target_arch = "mips", target_arch = "mips64")))]
const SIGXFSZ: i32 = 25;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_read_from_the_status() {
        assert_eq!(ignored_in("Name:\tx\nSigIgn:\t0000000000001003\nSigCgt:\t01\n"), Some(0x1003));
        assert_eq!(ignored_in(""), None);
        assert_eq!(ignored_in("SigIgn:\tnone"), None);
    }
}

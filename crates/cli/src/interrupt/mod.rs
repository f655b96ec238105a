//! SIGINT, SIGTERM, SIGHUP and SIGQUIT: running work is dropped in order, so that the answer's line ends, the terminal is
//! restored, connections are closed and started programs are gone; all of it quickly.
//!
//! A signal that was ignored when the program started stays ignored: `nohup`, `trap '' INT`, and the background jobs of a
//! script mean that.

#[cfg(not(unix))]
#[path = "other.rs"]
mod platform;
#[cfg(unix)]
#[path = "unix.rs"]
mod platform;

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};
use std::{io, process, thread};

use tokio::runtime::{Builder, Runtime};

/// How long dropping may take. Anything waiting in a system call (a full pipe, the user) could take forever.
const GRACE: Duration = Duration::from_millis(150);

/// How long a renewal of a token may take once a signal has come. The service has taken back the old refresh token as soon
/// as it answers: were its answer dropped, the user would have to log in again.
const RENEWAL: Duration = Duration::from_secs(2);

/// How many renewals are under way.
static RENEWALS: AtomicUsize = AtomicUsize::new(0);

/// A renewal of a token, from the request until the new token is in its file.
pub(crate) struct Renewal(());

impl Renewal {
    pub(crate) fn begin() -> Self {
        RENEWALS.fetch_add(1, Ordering::SeqCst);
        Self(())
    }

    /// Whether one is under way.
    pub(crate) fn is_under_way() -> bool {
        RENEWALS.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        RENEWALS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Polls `work` on while a renewal is under way, but not for long.
pub(crate) async fn finish_renewal(work: Pin<&mut impl Future>) {
    let mut work = work;
    let renewing = std::future::poll_fn(|context| {
        if !Renewal::is_under_way() || work.as_mut().poll(context).is_ready() || !Renewal::is_under_way() {
            return Poll::Ready(());
        }
        Poll::Pending
    });
    let _ = tokio::time::timeout(RENEWAL, renewing).await;
}

/// Whether someone awaits [`asked`] and will end the program.
static DROPS_IN_ORDER: AtomicBool = AtomicBool::new(false);

/// Ends the program on a signal, whatever it is waiting for: at once if nothing has to be dropped, at the second
/// signal, and when the grace is over.
pub(crate) fn watch() {
    platform::remember_ignored();
    // Without handlers the signals themselves end the program, which shells report with the same codes: the program
    // works on where no descriptor or thread is left for them.
    let Ok(runtime) = runtime() else { return };
    let end_on_signal = move || {
        runtime.block_on(async {
            let Ok(mut signals) = platform::Signals::listen() else { return };
            let code = signals.next().await;
            if DROPS_IN_ORDER.load(Ordering::Relaxed) {
                // Either it takes too long, or the user does not want to wait.
                let begun = Instant::now();
                let mut grace = GRACE;
                while tokio::time::timeout(grace, signals.next()).await.is_err()
                    && Renewal::is_under_way()
                    && begun.elapsed() < RENEWAL
                {
                    grace = GRACE / 10;
                }
            }
            process::exit(i32::from(code))
        });
    };
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(end_on_signal);
}

/// Resolves to the exit code of the first signal from now on. Whoever awaits it drops the running work.
pub(crate) async fn asked() -> u8 {
    match platform::Signals::listen() {
        Ok(mut signals) => {
            DROPS_IN_ORDER.store(true, Ordering::Relaxed);
            signals.next().await
        }
        Err(_) => std::future::pending().await,
    }
}

/// Builds a runtime that can wait for signals, for this thread.
///
/// The first one must be built before another thread can take descriptors: see [`check_descriptors`].
pub(crate) fn runtime() -> io::Result<Runtime> {
    static HAS_SIGNALS: AtomicBool = AtomicBool::new(false);
    if !HAS_SIGNALS.load(Ordering::Relaxed) {
        check_descriptors()?;
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    HAS_SIGNALS.store(true, Ordering::Relaxed);
    Ok(runtime)
}

/// Fails when there are not enough descriptors for a runtime: tokio panics where it cannot make the pair of sockets
/// that all runtimes of a program share for their signals.
#[cfg(unix)]
fn check_descriptors() -> io::Result<()> {
    use std::os::unix::net::UnixStream;
    // The poller and its waker take up to three before that pair.
    [(); 3].into_iter().map(|()| UnixStream::pair()).collect::<io::Result<Vec<_>>>().map(drop)
}

#[cfg(not(unix))]
fn check_descriptors() -> io::Result<()> {
    Ok(())
}

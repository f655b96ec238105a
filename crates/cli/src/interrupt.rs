//! SIGINT and SIGTERM: running work is dropped in order, so that the answer's line ends, the terminal is restored,
//! connections are closed and started programs are gone; all of it quickly.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{io, process};

/// How long dropping may take. Anything waiting in a system call (a full pipe, the user) could take forever.
const GRACE: Duration = Duration::from_millis(150);

/// Whether someone awaits [`asked`] and will end the program.
static DROPS_IN_ORDER: AtomicBool = AtomicBool::new(false);

/// Ends the program on a signal, whatever it is waiting for: at once if nothing has to be dropped, at the second
/// signal, and when the grace is over.
pub(crate) fn watch() {
    std::thread::spawn(|| {
        // Without handlers the signals themselves end the program, which shells report with the same codes.
        let _ = end_on_signal();
    });
}

fn end_on_signal() -> io::Result<Infallible> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let code = signals.next().await;
        if DROPS_IN_ORDER.load(Ordering::Relaxed) {
            // Either it takes too long, or the user does not want to wait.
            let _ = tokio::time::timeout(GRACE, signals.next()).await;
        }
        process::exit(i32::from(code))
    })
}

/// Resolves to the exit code of the first signal from now on. Whoever awaits it drops the running work.
pub(crate) async fn asked() -> u8 {
    match Signals::listen() {
        Ok(mut signals) => {
            DROPS_IN_ORDER.store(true, Ordering::Relaxed);
            signals.next().await
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        // A file that would exceed the size limit is an error like a full disk, not the end of the program.
        #[cfg(not(any(target_arch = "mips", target_arch = "mips64")))]
        let _ = signal(SignalKind::from_raw(SIGXFSZ));
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for one of them, and returns the exit code by which shells report it: 128 plus its number.
    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}

/// The same number on Linux, the BSDs and macOS.
#[cfg(all(unix, not(any(target_arch = "mips", target_arch = "mips64"))))]
const SIGXFSZ: i32 = 25;

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 130,
            Err(_) => std::future::pending().await,
        }
    }
}

//! Whether work grows with its input, or with the square of it.

use std::time::Duration;

/// Fails when four times the input takes more than eight times the CPU: linear work takes four times, quadratic sixteen.
///
/// `work` gets the size. The best of three runs counts, of this thread alone, so that other tests do not matter.
#[track_caller]
pub fn assert_linear<T>(what: &str, size: usize, work: impl Fn(usize) -> T) {
    let best = |size| {
        let runs = (0..3).map(|_| {
            let before = thread_cpu();
            let result = work(size);
            let taken = thread_cpu() - before;
            drop(result);
            taken
        });
        runs.min().unwrap_or_default()
    };
    let (one, four) = (best(size), best(4 * size));
    assert!(four < one * 8 + Duration::from_millis(5), "{what}: {one:?} for {size}, {four:?} for four times");
}

/// The CPU time that this thread has taken.
#[cfg(target_os = "linux")]
fn thread_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("the scheduler's figures");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok()).expect("a number");
    Duration::from_nanos(nanoseconds)
}

/// Elsewhere, the time that has passed will do.
#[cfg(not(target_os = "linux"))]
fn thread_cpu() -> Duration {
    static ORIGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    ORIGIN.get_or_init(std::time::Instant::now).elapsed()
}

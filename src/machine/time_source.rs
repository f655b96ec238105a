//! The time of day as a value.

use std::time::SystemTime;

/// What tells the time of day: requests are signed with it, and credentials expire by it.
///
/// A closure is one too:
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use bedrill::machine::{SystemClock, TimeSource};
///
/// fn year(clock: &dyn TimeSource) -> u64 {
///     1970 + clock.now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs() / 31_556_952)
/// }
///
/// let fixed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800);
/// assert_eq!(year(&move || fixed), 2026);
/// assert!(year(&SystemClock) >= 2026);
/// ```
pub trait TimeSource: Send + Sync {
    /// The time.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync> TimeSource for F {
    fn now(&self) -> SystemTime {
        self()
    }
}

/// The system's clock.
///
/// `wasm32-unknown-unknown` has none, and there it always shows the beginning of 1970. Set a clock of your own there.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl TimeSource for SystemClock {
    fn now(&self) -> SystemTime {
        // To ask for the time where there is none panics.
        if cfg!(all(target_family = "wasm", target_os = "unknown")) {
            SystemTime::UNIX_EPOCH
        } else {
            SystemTime::now()
        }
    }
}

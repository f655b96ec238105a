//! The time of day as a value.

use std::time::SystemTime;

/// Tells the time of day: the time that requests are signed with and that expirations are compared with.
///
/// A closure works too, which is how one is shared: `move || shared.now()`.
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
    /// Returns the current time.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync> TimeSource for F {
    fn now(&self) -> SystemTime {
        self()
    }
}

/// The system's clock.
///
/// `wasm32-unknown-unknown` has none: there it always returns the Unix epoch, so set a clock of your own.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "its name is its value, and it has no settings")]
pub struct SystemClock;

impl TimeSource for SystemClock {
    fn now(&self) -> SystemTime {
        // Asking for the time panics where there is no clock.
        if cfg!(all(target_family = "wasm", target_os = "unknown")) {
            SystemTime::UNIX_EPOCH
        } else {
            SystemTime::now()
        }
    }
}

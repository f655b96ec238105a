//! Unpredictable numbers, though not secrets: jitter and ids.
//!
//! The standard library seeds its hash maps from the system's randomness; that is enough here, and saves a dependency.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

fn bits() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Returns a number from 0 up to, but not including, 1.
pub(crate) fn unit() -> f64 {
    // 53 bits are what a float holds without rounding up to 1.
    (bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns the duration at `fraction` of the way from `shortest` to `longest`: with [`unit`], clients that fail
/// together do not retry together. Fractions are clamped to 0 and 1; NaN counts as 1.
pub(crate) fn between(shortest: Duration, longest: Duration, fraction: f64) -> Duration {
    let span = longest.saturating_sub(shortest);
    let part = Duration::try_from_secs_f64(span.as_secs_f64() * fraction.clamp(0.0, 1.0));
    shortest.saturating_add(part.unwrap_or(span))
}

/// Returns a version 4 UUID as text. Source: [RFC 9562, section
/// 5.4](https://www.rfc-editor.org/rfc/rfc9562.html#section-5.4).
pub(crate) fn uuid() -> String {
    let (high, low) = (bits(), bits());
    let version = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
    let variant = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        version >> 32,
        (version >> 16) & 0xffff,
        version & 0xffff,
        variant >> 48,
        variant & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_between_0_and_1_and_differ() {
        let numbers: Vec<f64> = (0..200).map(|_| unit()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(numbers.iter().any(|number| *number < 0.3) && numbers.iter().any(|number| *number > 0.7));
    }

    #[test]
    fn a_time_lies_between_its_bounds_whatever_the_fraction() {
        let seconds = Duration::from_secs;
        for (fraction, expected) in
            [(0.0, 10), (0.5, 15), (1.0, 20), (7.0, 20), (-1.0, 10), (f64::NAN, 20), (f64::INFINITY, 20)]
        {
            assert_eq!(between(seconds(10), seconds(20), fraction), seconds(expected), "{fraction}");
        }
        assert_eq!(between(seconds(20), seconds(10), 0.5), seconds(20));
        assert_eq!(between(Duration::ZERO, Duration::MAX, f64::NAN), Duration::MAX);
    }

    #[test]
    fn ids_are_uuids_of_version_4_and_differ() {
        let ids: Vec<String> = (0..200).map(|_| uuid()).collect();
        for id in &ids {
            let parts: Vec<&str> = id.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
            assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
            assert!(id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()), "{id}");
        }
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}

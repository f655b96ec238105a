//! Instants as AWS writes them: `20261122T032331Z` for signing, RFC 3339 in documents, HTTP's
//! own formats in a `Date` header.
//!
//! Only UTC and the proleptic Gregorian calendar are supported. Nothing reads the clock.

#![cfg_attr(
    not(test),
    expect(
        clippy::arithmetic_side_effects,
        reason = "calendar arithmetic: each part is bounded where it is read"
    )
)]

#[cfg(feature = "client")]
mod http_date;

#[cfg(feature = "client")]
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[cfg(feature = "client")]
pub(crate) use http_date::parse_http_date;

/// A duration in seconds, as messages show limits: `3.1`. Formatted from integers: the code that formats floats is
/// larger than the rest of a message's.
#[cfg(feature = "client")]
pub(crate) struct Seconds(pub(crate) Duration);

#[cfg(feature = "client")]
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.as_secs())?;
        match self.0.subsec_micros() {
            0 => Ok(()),
            micros => write!(f, ".{}", format!("{micros:06}").trim_end_matches('0')),
        }
    }
}

const SECONDS_A_DAY: i64 = 86_400;

/// A UTC date and time of day, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

/// Formats as `20261122T032331Z`: the value of `x-amz-date`. Its first eight characters are the scope's date.
///
/// Written for every request, so digit by digit: `format!` would take a tenth of the whole signature's time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct AmzDate([u8; 16]);

impl AmzDate {
    /// Returns `None` unless the year has four digits: the eight characters that name the day would shift.
    pub(crate) fn new(at: SystemTime) -> Option<Self> {
        let Civil { year, month, day, hour, minute, second } = civil(unix_seconds(at));
        if !(0..=9_999).contains(&year) {
            return None;
        }
        let parts = [year / 100, year % 100, month, day, hour, minute, second];
        let [[y0, y1], [y2, y3], [m0, m1], [d0, d1], [h0, h1], [n0, n1], [s0, s1]] = parts.map(two_digits);
        Some(Self([y0, y1, y2, y3, m0, m1, d0, d1, b'T', h0, h1, n0, n1, s0, s1, b'Z']))
    }

    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Returns the two digits of `number`, which is below 100.
fn two_digits(number: i64) -> [u8; 2] {
    let number = u8::try_from(number).unwrap_or_default();
    [b'0' + number / 10 % 10, b'0' + number % 10]
}

/// Formats as `2026-11-22T03:23:31Z`: RFC 3339, to the second.
#[allow(dead_code)] // written by the sources that cache credentials; read back by `parse_rfc3339`
pub(crate) fn rfc3339(at: SystemTime) -> String {
    let Civil { year, month, day, hour, minute, second } = civil(unix_seconds(at));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Returns whole seconds since the Unix epoch, rounded down; negative before it.
fn unix_seconds(at: SystemTime) -> i64 {
    match at.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            let partial = i64::from(before.subsec_nanos() > 0);
            whole.saturating_add(partial).saturating_neg()
        }
    }
}

/// Howard Hinnant's `civil_from_days`, <https://howardhinnant.github.io/date_algorithms.html>.
fn civil(seconds: i64) -> Civil {
    let days = seconds.div_euclid(SECONDS_A_DAY);
    let of_day = seconds.rem_euclid(SECONDS_A_DAY);
    // Years start on 1 March here, so that the leap day is the last of its year.
    let z = days.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
        hour: of_day / 3_600,
        minute: of_day / 60 % 60,
        second: of_day % 60,
    }
}

/// Parses an RFC 3339 instant, including fractional seconds and offsets: `2026-11-22T03:23:31.5+01:00`.
///
/// Returns `None` when the text is not one, or is outside the range of `SystemTime`.
pub(crate) fn parse_rfc3339(text: &str) -> Option<SystemTime> {
    let mut rest = text;
    let year = take_number(&mut rest, 4)?;
    take_char(&mut rest, &['-'])?;
    let month = take_number(&mut rest, 2)?;
    take_char(&mut rest, &['-'])?;
    let day = take_number(&mut rest, 2)?;
    take_char(&mut rest, &['T', 't', ' '])?;
    let hour = take_number(&mut rest, 2)?;
    take_char(&mut rest, &[':'])?;
    let minute = take_number(&mut rest, 2)?;
    take_char(&mut rest, &[':'])?;
    let second = take_number(&mut rest, 2)?;
    let nanos = if rest.starts_with('.') {
        take_char(&mut rest, &['.'])?;
        take_fraction(&mut rest)?
    } else {
        0
    };
    let offset_minutes = take_offset(&mut rest)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    // A leap second, `:60`, is read as the second after it.
    if !rest.is_empty() || day < 1 || day > days_in_month || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let of_day = hour * 3_600 + minute * 60 + second;
    let seconds = days_from_civil(year, month, day) * SECONDS_A_DAY + of_day - offset_minutes * 60;
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let instant = if seconds >= 0 { UNIX_EPOCH.checked_add(whole) } else { UNIX_EPOCH.checked_sub(whole) };
    instant?.checked_add(Duration::from_nanos(nanos))
}

/// Parses the value of `x-amz-date`: `20261122T032331Z`.
pub(crate) fn parse_amz_date(text: &str) -> Option<SystemTime> {
    let mut rest = text;
    let mut take = |length| {
        let (head, tail) = rest.split_at_checked(length)?;
        rest = tail;
        Some(head)
    };
    let (year, month, day) = (take(4)?, take(2)?, take(2)?);
    let t = take(1)?;
    let (hour, minute, second) = (take(2)?, take(2)?, take(2)?);
    if t != "T" || rest != "Z" {
        return None;
    }
    parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

/// Howard Hinnant's `days_from_civil`; `year` has four digits, so nothing here overflows.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn take_number(rest: &mut &str, digits: usize) -> Option<i64> {
    let (head, tail) = rest.split_at_checked(digits)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *rest = tail;
    head.parse().ok()
}

fn take_char(rest: &mut &str, allowed: &[char]) -> Option<char> {
    let first = rest.chars().next().filter(|first| allowed.contains(first))?;
    *rest = rest.get(first.len_utf8()..)?;
    Some(first)
}

/// Parses the digits after the point as nanoseconds; digits beyond the ninth are dropped.
fn take_fraction(rest: &mut &str) -> Option<u64> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (head, tail) = rest.split_at_checked(digits)?;
    if head.is_empty() {
        return None;
    }
    *rest = tail;
    let nine: String = head.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

/// Parses `Z`, `+hh:mm`, or `+hhmm` as `strftime` writes it, as minutes east of UTC.
fn take_offset(rest: &mut &str) -> Option<i64> {
    match take_char(rest, &['Z', 'z', '+', '-'])? {
        'Z' | 'z' => Some(0),
        sign => {
            let hours = take_number(rest, 2)?;
            let _ = take_char(rest, &[':']);
            let minutes = take_number(rest, 2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let east = hours * 60 + minutes;
            Some(if sign == '-' { -east } else { east })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn amz_date(at: SystemTime) -> String {
        AmzDate::new(at).expect("a year of four digits").as_str().to_owned()
    }

    #[test]
    fn instants_are_written_in_utc_to_the_second() {
        assert_eq!(amz_date(at(1_440_938_160)), "20150830T123600Z");
        assert_eq!(amz_date(UNIX_EPOCH), "19700101T000000Z");
        assert_eq!(rfc3339(at(1_709_164_800)), "2024-02-29T00:00:00Z");
        assert_eq!(amz_date(UNIX_EPOCH - Duration::from_millis(1)), "19691231T235959Z");
        assert_eq!(amz_date(at(253_402_300_799)), "99991231T235959Z");
        assert!(AmzDate::new(at(253_402_300_800)).is_none(), "year 10000");
    }

    #[test]
    fn every_day_of_four_centuries_survives_both_ways() {
        for day in 0..146_097 {
            let instant = at(day * 86_400 + 3_661);
            assert_eq!(parse_rfc3339(&rfc3339(instant)), Some(instant), "day {day}");
        }
    }

    #[test]
    fn the_signing_date_is_read_as_it_is_written() {
        let instant = at(1_440_938_160);
        assert_eq!(parse_amz_date(&amz_date(instant)), Some(instant));
        for text in [
            "",
            "20150830T123600",
            "20150830123600Z",
            "2015-830T123600Z",
            "20151330T123600Z",
            "20150830T123600Zx",
        ] {
            assert_eq!(parse_amz_date(text), None, "{text:?}");
        }
    }

    #[test]
    fn fractions_and_offsets_are_read() {
        assert_eq!(
            parse_rfc3339("1970-01-01T01:00:01.5+01:00"),
            Some(UNIX_EPOCH + Duration::from_millis(1500))
        );
        assert_eq!(parse_rfc3339("1969-12-31T19:00:00-05:00"), Some(UNIX_EPOCH));
        assert_eq!(
            parse_rfc3339("1970-01-01T00:00:00.0000000019Z"),
            Some(UNIX_EPOCH + Duration::from_nanos(1))
        );
    }

    #[test]
    fn what_is_not_an_instant_is_none() {
        for text in [
            "",
            "2026",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00Zx",
            "2026-01-0éT00:00:00Z",
            "+026-01-01T00:00:00Z",
            "2026-01-01T00:00:00+1:00",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text:?}");
        }
    }
}

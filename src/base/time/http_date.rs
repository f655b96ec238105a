//! The three formats of a `Date` header.

use std::time::SystemTime;

use super::parse_rfc3339;

/// Parses an HTTP date in any of the formats that a recipient must accept:
///
/// ```text
/// Sun, 06 Nov 1994 08:49:37 GMT     what every server should send
/// Sunday, 06-Nov-94 08:49:37 GMT    obsolete
/// Sun Nov  6 08:49:37 1994          obsolete: asctime
/// ```
///
/// The day name is ignored. Two-digit years mean 1970 to 2069. Source: [RFC 9110, section
/// 5.6.7](https://www.rfc-editor.org/rfc/rfc9110.html#section-5.6.7).
pub(crate) fn parse_http_date(text: &str) -> Option<SystemTime> {
    let mut parts = [""; 6];
    for (place, part) in text.split([' ', ',', '-']).filter(|part| !part.is_empty()).enumerate() {
        *parts.get_mut(place)? = part;
    }
    let (day, month, year, time) = match parts {
        [_, day, month, year, time, "GMT"] => (day, month, year, time),
        [_, month, day, time, year, ""] => (day, month, year, time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let day = number(day, 1..=2)?;
    let year = match year.len() {
        2 => match number(year, 2..=2)? {
            late @ 70.. => 1900 + late,
            early => 2000 + early,
        },
        _ => number(year, 4..=4)?,
    };
    parse_rfc3339(&format!("{year:04}-{month:02}-{day:02}T{time}Z"))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn all_three_formats_name_the_same_instant() {
        let instant = UNIX_EPOCH + Duration::from_secs(784_111_777);
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 6 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse_http_date(text), Some(instant), "{text}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_of_the_century_around_2000() {
        let recent = parse_http_date("Sunday, 22-Nov-26 00:00:00 GMT");
        assert_eq!(recent, parse_http_date("Sun, 22 Nov 2026 00:00:00 GMT"));
        assert!(recent.is_some());
    }

    #[test]
    fn what_is_not_a_date_is_none() {
        for text in [
            "",
            "0",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT x",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "1994-11-06T08:49:37Z",
        ] {
            assert_eq!(parse_http_date(text), None, "{text:?}");
        }
    }
}

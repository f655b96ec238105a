//! Availability zones, which people write where a region is meant.

/// The region of the availability zone `text`: `us-east-1` of `us-east-1a`, `us-west-2` of `us-west-2-lax-1a`. A zone ends
/// with a letter behind a number, a region with the number.
pub(super) fn zone_of(text: &str) -> Option<&str> {
    let is_digit = |c: char| c.is_ascii_digit();
    let last = text.rsplit('-').next()?.strip_suffix(|c: char| c.is_ascii_lowercase())?;
    let is_zone = !last.is_empty() && last.chars().all(is_digit);
    // The region ends with the first number.
    let (number, _) = text.match_indices(is_digit).next().filter(|_| is_zone)?;
    let (words, rest) = text.split_at_checked(number)?;
    let is_region = words.ends_with('-') && words.matches('-').count() > 1;
    text.strip_suffix(rest.trim_start_matches(is_digit)).filter(|_| is_region)
}

//! Keys of a block: which are read, which others are allowed, and which known key an unknown one resembles most.

use crate::base::similarity::{edit_distance, shared_pairs};

/// Which other keys an object may contain, besides those that are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Others {
    /// Only these, which other tools read: the block is ours.
    Only(&'static [&'static str]),
    /// Anything that does not look like a typo of one of our keys: the block is shared.
    Shared,
    /// Anything: the block belongs to another program.
    Foreign,
}

/// The known key most similar to `key`, and whether it was probably meant: when they are one or two typos apart,
/// fewer for short keys. Case and punctuation are ignored.
pub(super) fn nearest(key: &str, known: &[&'static str]) -> Option<(&'static str, bool)> {
    let plain = |key: &str| {
        key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    // The cost of comparing grows with the product of the lengths.
    let key: String = plain(key).chars().take(64).collect();
    let slips = |known: &str| edit_distance(&key, &plain(known));
    let meant = |known: &str| slips(known) <= (known.len() / 3).min(2);
    let slip = known.iter().filter(|known| meant(known)).min_by_key(|known| slips(known));
    // Among distant keys, the one that shares the most letter pairs.
    let alike = |known: &str| shared_pairs(&key, &plain(known));
    let best = || known.iter().rev().max_by_key(|known| alike(known));
    slip.map(|known| (*known, true)).or_else(|| best().map(|known| (*known, false)))
}

impl Others {
    /// What to report about `key`, which is not one of `known`, and the key most similar to it; `None` to ignore it.
    pub(super) fn complaint(
        self,
        key: &str,
        known: &[&'static str],
    ) -> Option<(String, Option<&'static str>)> {
        match (self, nearest(key, known)) {
            (Self::Foreign, _) | (Self::Shared, None | Some((_, false))) => None,
            (Self::Only(others), _) if others.contains(&key) => None,
            (Self::Only(_) | Self::Shared, Some((meant, true))) => {
                Some((format!("unknown key; did you mean {meant:?}?"), Some(meant)))
            }
            (Self::Only(_), Some((nearest, false))) => {
                let known = known.join(", ");
                let message = format!("unknown key; the nearest known key is {nearest:?} (known: {known})");
                Some((message, Some(nearest)))
            }
            (Self::Only(_), None) => Some(("unknown key".to_owned(), None)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["region", "providerFilter", "refreshInterval"];

    #[test]
    fn capitals_and_punctuation_do_not_count_as_typos() {
        assert_eq!(nearest("provider_filter", &KNOWN), Some(("providerFilter", true)));
        assert_eq!(nearest("REGION", &KNOWN), Some(("region", true)));
        assert_eq!(nearest("reigon", &KNOWN), Some(("region", true)));
        assert_eq!(nearest("x", &[]), None);
    }

    #[test]
    fn a_short_key_allows_fewer_typos_and_a_part_of_a_key_is_near_it() {
        assert_eq!(nearest("x", &["id"]), Some(("id", false)));
        assert_eq!(nearest("filter", &KNOWN), Some(("providerFilter", false)));
        assert_eq!(nearest("interval", &KNOWN), Some(("refreshInterval", false)));
    }

    #[test]
    fn a_shared_block_is_warned_about_only_when_one_of_our_keys_was_meant() {
        assert!(Others::Shared.complaint("anything", &KNOWN).is_none());
        assert_eq!(Others::Shared.complaint("regions", &KNOWN).expect("said").1, Some("region"));
        assert!(Others::Foreign.complaint("regions", &KNOWN).is_none());
        assert!(Others::Only(&["regions"]).complaint("regions", &KNOWN).is_none());
        assert_eq!(
            Others::Only(&[]).complaint("color", &KNOWN).expect("said").0,
            "unknown key; the nearest known key is \"region\" (known: region, providerFilter, refreshInterval)"
        );
    }
}

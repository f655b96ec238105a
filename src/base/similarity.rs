//! How similar two words are, for suggestions.

/// Returns the fewest insertions, deletions, substitutions and swaps of neighboring letters that turn `a` into `b`.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, to) in b.iter().enumerate() {
            let changed = at(&last, j).saturating_add(usize::from(from != to));
            let dropped = at(&last, j.saturating_add(1)).saturating_add(1);
            let added = at(&row, j).saturating_add(1);
            let swapped = match (i.checked_sub(1), j.checked_sub(1)) {
                (Some(p), Some(q)) if a.get(p) == Some(to) && b.get(q) == Some(from) => {
                    at(&before_last, q).saturating_add(1)
                }
                _ => usize::MAX,
            };
            row.push(changed.min(dropped).min(added).min(swapped));
        }
        before_last = std::mem::replace(&mut last, row);
    }
    at(&last, b.len())
}

/// Returns the Sørensen-Dice coefficient: the share of pairs of neighboring letters that two words have in common, in
/// thousandths.
#[cfg(feature = "config")]
pub(crate) fn shared_pairs(a: &str, b: &str) -> usize {
    let pairs = |word: &str| {
        let letters = word.chars().zip(word.chars().skip(1));
        letters.collect::<Vec<_>>()
    };
    let (a, mut rest) = (pairs(a), pairs(b));
    let all = a.len().saturating_add(rest.len());
    let mut common: usize = 0;
    for pair in a {
        // A pair that occurs twice in one word counts twice if it does so in the other.
        if let Some(place) = rest.iter().position(|other| *other == pair) {
            rest.swap_remove(place);
            common = common.saturating_add(2);
        }
    }
    common.saturating_mul(1_000).checked_div(all).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_changes_and_swaps() {
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("nova", "nvoa", 1),
            ("sonnet", "sonet", 1),
            ("ab", "cd", 2),
        ] {
            assert_eq!((edit_distance(a, b), edit_distance(b, a)), (expected, expected), "{a} {b}");
        }
    }

    #[cfg(feature = "config")]
    #[test]
    fn pairs_in_common_count_from_none_to_all() {
        for (a, b, expected) in [
            ("night", "nacht", 250),
            ("region", "region", 1_000),
            ("aaaa", "aa", 500),
            ("ab", "cd", 0),
            ("a", "a", 0),
            ("", "", 0),
        ] {
            assert_eq!((shared_pairs(a, b), shared_pairs(b, a)), (expected, expected), "{a} {b}");
        }
    }
}

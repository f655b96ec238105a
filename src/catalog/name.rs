//! Short names: what is left of an id without provider, geography, date and version.

use crate::lore::id::without_version;
pub(super) use crate::lore::id::{split_geography, stem};

/// The provider's part of a foundation model's id, `anthropic`.
pub(super) fn provider(base: &str) -> Option<&str> {
    base.split_once('.').map(|(provider, _)| provider)
}

/// Letters and digits in lower case, with one `-` for each run of anything else: `Claude Sonnet 4.5` is
/// `claude-sonnet-4-5`.
pub(super) fn normalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            out.push(character);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

/// The short names of a foundation model, normalized: with and without provider, with and without date and version.
pub(super) fn short_names(base: &str, model_name: &str) -> Vec<String> {
    let head = base.split(':').next().unwrap_or(base);
    let mut names: Vec<String> = [base, head, without_version(base), stem(base)]
        .into_iter()
        .flat_map(|form| [form, form.split_once('.').map_or(form, |(_, name)| name)])
        .chain([model_name])
        .map(normalized)
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether the words of `part` occur consecutively in `whole`.
pub(super) fn has_words(whole: &str, part: &str) -> bool {
    !part.is_empty() && format!("-{whole}-").contains(&format!("-{part}-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_as_a_whole() {
        assert!(has_words("claude-sonnet-4-5", "sonnet-4"));
        assert!(!has_words("claude-sonnet-45", "sonnet-4"));
        assert_eq!(normalized("  Claude Sonnet 4.5 (v2) "), "claude-sonnet-4-5-v2");
    }
}

//! Short names: what is left of an id without provider, geography, date and version.

use crate::lore::geography::GEOGRAPHIES;

/// `us.amazon.nova-lite-v1:0` is `us` and `amazon.nova-lite-v1:0`. A geography may also precede a short name.
pub(super) fn split_geography(id: &str) -> (Option<&str>, &str) {
    match id.split_once('.') {
        Some((geography, base)) if GEOGRAPHIES.contains(&geography) => (Some(geography), base),
        _ => (None, id),
    }
}

/// The provider's part of a foundation model's id, `anthropic`.
pub(super) fn provider(base: &str) -> Option<&str> {
    base.split_once('.').map(|(provider, _)| provider)
}

/// The id without version and date: `anthropic.claude-sonnet-4-5` of `anthropic.claude-sonnet-4-5-20250929-v1:0`.
pub(super) fn stem(base: &str) -> &str {
    let without_version = without_version(base);
    match without_version.rsplit_once('-') {
        Some((stem, date)) if date.len() == 8 && is_number(date) => stem,
        _ => without_version,
    }
}

/// `...-v1:0` and `...-1:0` without what follows the last `-`; the `:8k` of a variant is dropped with it.
fn without_version(base: &str) -> &str {
    let (head, revision) = base.split_once(':').unwrap_or((base, ""));
    match head.rsplit_once('-') {
        Some((stem, version)) if version.strip_prefix('v').is_some_and(is_number) => stem,
        Some((stem, version)) if !revision.is_empty() && version.len() <= 2 && is_number(version) => stem,
        _ => head,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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
    fn a_stem_has_neither_date_nor_version() {
        for (id, expected) in [
            ("anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-sonnet-4-5"),
            ("anthropic.claude-opus-4-6-v1", "anthropic.claude-opus-4-6"),
            ("anthropic.claude-3-haiku-20240307-v1:0:48k", "anthropic.claude-3-haiku"),
            ("openai.gpt-oss-120b-1:0", "openai.gpt-oss-120b"),
            ("mistral.mistral-7b-instruct-v0:2", "mistral.mistral-7b-instruct"),
            ("mistral.mistral-large-2402-v1:0", "mistral.mistral-large-2402"),
            ("cohere.command-text-v14:7:4k", "cohere.command-text"),
            ("meta.llama3-8b-instruct-v1:0", "meta.llama3-8b-instruct"),
            ("deepseek.v3.2", "deepseek.v3.2"),
            ("amazon.titan-embed-g1-text-02", "amazon.titan-embed-g1-text-02"),
            ("", ""),
            ("-", "-"),
        ] {
            assert_eq!(stem(id), expected);
        }
    }

    #[test]
    fn words_match_as_a_whole() {
        assert!(has_words("claude-sonnet-4-5", "sonnet-4"));
        assert!(!has_words("claude-sonnet-45", "sonnet-4"));
        assert_eq!(normalized("  Claude Sonnet 4.5 (v2) "), "claude-sonnet-4-5-v2");
    }
}

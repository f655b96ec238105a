//! From an id to the name of its family: the one rule.

use super::geography::is_geography;
use super::spelling::{without_provider, without_route, without_suffix};

/// The foundation model's id in what a user writes: without the prefixes and suffixes of other tools, ARN and geography.
///
/// `None` for an ARN that does not name a foundation model: an application profile's, a provisioned model's.
pub(crate) fn base_model(text: &str) -> Option<&str> {
    bare(text).map(|id| split_geography(id).1)
}

/// The geography that the id names, of a profile's id or ARN.
pub(super) fn geography(text: &str) -> Option<&str> {
    split_geography(bare(text)?).0
}

fn bare(text: &str) -> Option<&str> {
    let mut id = without_suffix(text.trim());
    while let Some(rest) = without_provider(id).or_else(|| without_route(id)) {
        id = rest;
    }
    if id.starts_with("arn:") {
        let (head, name) = id.split_once('/')?;
        id = match head.rsplit_once(':')?.1 {
            "foundation-model" | "inference-profile" => name,
            // `custom-model/amazon.nova-lite-v1:0:300k/abcdef`
            "custom-model" => name.split_once('/')?.0,
            _ => return None,
        };
    } else if let Some((_region, rest)) = id.rsplit_once('/') {
        // litellm writes a region before the id.
        id = rest;
    }
    Some(id)
}

/// `us.amazon.nova-lite-v1:0` is `us` and `amazon.nova-lite-v1:0`. A geography may also precede a short name.
pub(crate) fn split_geography(id: &str) -> (Option<&str>, &str) {
    match id.split_once('.') {
        Some((geography, base)) if is_geography(geography) => (Some(geography), base),
        _ => (None, id),
    }
}

/// The id without version and date: `anthropic.claude-sonnet-4-5` of `anthropic.claude-sonnet-4-5-20250929-v1:0`.
pub(crate) fn stem(base: &str) -> &str {
    let without_version = without_version(base);
    match without_version.rsplit_once('-') {
        Some((stem, date)) if date.len() == 8 && is_number(date) => stem,
        _ => without_version,
    }
}

/// `...-v1:0` and `...-1:0` without what follows the last `-`; the `:8k` of a variant is dropped with it.
pub(crate) fn without_version(base: &str) -> &str {
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
    fn every_way_to_write_a_model_leads_to_its_id() {
        let nova = Some("amazon.nova-lite-v1:0");
        for (text, base) in [
            ("amazon.nova-lite-v1:0", nova),
            (" bedrock/converse/in.amazon.nova-lite-v1:0[1m] ", nova),
            ("bedrock/us-west-2/us.amazon.nova-lite-v1:0", nova),
            ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", nova),
            (
                "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.amazon.nova-lite-v1:0",
                nova,
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0:300k/abc",
                Some("amazon.nova-lite-v1:0:300k"),
            ),
            ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", None),
            ("arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1", None),
            ("arn:", None),
        ] {
            assert_eq!(base_model(text), base, "{text}");
        }
    }
}

//! What both kinds of login share when renewing tokens: a JSON object out, OAuth's errors back.

use bytes::Bytes;

use super::document::Document;
use super::fetch::{Reply, scrubbed};

/// Builds an object of strings. The transport gets it and does not wipe it.
pub(in crate::auth) fn json_object(fields: &[(&'static str, &str)]) -> Bytes {
    let mut object = serde_json::Map::new();
    for (name, value) in fields {
        object.insert((*name).to_owned(), serde_json::Value::from(*value));
    }
    Bytes::from(serde_json::Value::Object(object).to_string())
}

/// Parses a server's error: `{"error": "invalid_grant", "error_description": ...}`, `{"message": ...}`. A body of
/// another form is not quoted.
pub(in crate::auth) fn refusal(reply: &Reply, secrets: &[&str]) -> String {
    let document = Document::parse(&reply.body).ok();
    let text = |name| document.as_ref().and_then(|document| document.optional_text(name).ok().flatten());
    let words: Vec<String> = ["error", "error_description", "message"]
        .into_iter()
        .filter_map(text)
        .map(|text| scrubbed(text, secrets))
        .collect();
    let status = reply.status.to_string();
    if words.is_empty() { status } else { format!("{status} ({})", words.join(": ")) }
}

/// Quotes `text` as one word of a shell, unless none of its characters is special there.
pub(in crate::auth) fn shell_word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_.@%+=:,/".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_to_copy_is_quoted_where_a_shell_needs_it() {
        assert_eq!(shell_word("dev-1.eu@corp"), "dev-1.eu@corp");
        assert_eq!(shell_word("my profile"), "'my profile'");
        assert_eq!(shell_word("it's; rm -rf /"), r"'it'\''s; rm -rf /'");
        assert_eq!(shell_word(""), "''");
    }
}

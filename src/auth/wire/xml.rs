//! Parses the text in an STS answer: only as much XML as its query protocol uses, and nothing that could expand or
//! fetch.
//!
//! Elements, attributes (skipped), text with the five named entities and numeric ones, comments and a declaration.
//! Everything else is refused: document types and their entities, CDATA, processing instructions.

use zeroize::Zeroizing;

/// How deep elements may nest; STS's go to five.
const MAX_DEPTH: usize = 16;

/// Why a text is not XML of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum XmlError {
    NotUtf8,
    Empty,
    DocumentType,
    Unsupported,
    Unclosed,
    Mismatched,
    TooDeep,
    Entity,
    Trailing,
}

impl XmlError {
    /// What is wrong, to follow "the answer is not the XML that STS sends: ".
    pub(in crate::auth) fn text(self) -> &'static str {
        match self {
            Self::NotUtf8 => "it is not UTF-8",
            Self::Empty => "it has no element",
            Self::DocumentType => "it has a document type",
            Self::Unsupported => "it has a part that is neither element nor text",
            Self::Unclosed => "it is incomplete",
            Self::Mismatched => "an end tag does not match its start tag",
            Self::TooDeep => "its elements nest too deeply",
            Self::Entity => "it has an unknown entity",
            Self::Trailing => "there is something outside its root element",
        }
    }
}

/// An element without child elements: its path of names, and its text. No `Debug`: it may be a secret.
pub(in crate::auth) struct Leaf<'a> {
    path: Vec<&'a str>,
    text: Zeroizing<String>,
}

/// All leaves of a document, in order.
pub(in crate::auth) struct Leaves<'a>(Vec<Leaf<'a>>);

impl Leaves<'_> {
    /// Returns the text of the first leaf whose path ends in `path`, trimmed.
    pub(in crate::auth) fn text(&self, path: &[&str]) -> Option<&str> {
        let leaf = self.0.iter().find(|leaf| leaf.path.ends_with(path))?;
        Some(leaf.text.trim()).filter(|text| !text.is_empty())
    }
}

/// Parses a whole document. The caller bounds its size.
pub(in crate::auth) fn parse(bytes: &[u8]) -> Result<Leaves<'_>, XmlError> {
    let mut rest = std::str::from_utf8(bytes).map_err(|_| XmlError::NotUtf8)?.trim_start_matches('\u{feff}');
    let mut path: Vec<&str> = Vec::new();
    let mut leaves = Vec::new();
    let mut text = Zeroizing::new(String::new());
    // Whether the open element has had no child so far.
    let mut is_leaf = false;
    let mut seen_root = false;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        if path.is_empty() && !before.trim().is_empty() {
            return Err(XmlError::Trailing);
        }
        unescape_into(&mut text, before)?;
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").ok_or(XmlError::Unclosed)?.1;
            continue;
        }
        if tag.starts_with("<!") {
            return Err(if tag.starts_with("<![") { XmlError::Unsupported } else { XmlError::DocumentType });
        }
        if let Some(declaration) = tag.strip_prefix("<?xml ").filter(|_| !seen_root && path.is_empty()) {
            rest = declaration.split_once("?>").ok_or(XmlError::Unclosed)?.1;
            continue;
        }
        let end = tag_end(tag).ok_or(XmlError::Unclosed)?;
        let (inside, behind) =
            (tag.get(1..end).unwrap_or_default(), tag.get(end.saturating_add(1)..).unwrap_or_default());
        rest = behind;
        if let Some(name) = inside.strip_prefix('/') {
            if path.last() != Some(&name.trim_end()) {
                return Err(XmlError::Mismatched);
            }
            if is_leaf {
                leaves.push(Leaf { path: path.clone(), text: std::mem::take(&mut text) });
            }
            path.pop();
            is_leaf = false;
            continue;
        }
        if path.is_empty() && seen_root {
            return Err(XmlError::Trailing);
        }
        seen_root = true;
        let is_empty = inside.ends_with('/');
        let name = inside.trim_end_matches('/').split_ascii_whitespace().next().unwrap_or_default();
        if inside.starts_with(|c: char| c.is_ascii_whitespace()) || !is_name(name) {
            return Err(XmlError::Unsupported);
        }
        is_leaf = !is_empty;
        text = Zeroizing::new(String::new());
        if !is_empty {
            if path.len() == MAX_DEPTH {
                return Err(XmlError::TooDeep);
            }
            path.push(name);
        }
    }
    match (path.is_empty(), seen_root) {
        (true, true) if rest.trim().is_empty() => Ok(Leaves(leaves)),
        (true, true) => Err(XmlError::Trailing),
        (true, false) => Err(XmlError::Empty),
        (false, _) => Err(XmlError::Unclosed),
    }
}

/// Returns the code of an error that a service reports in XML, as S3 and STS do: `<Error><Code>ExpiredToken</Code>..`.
#[cfg(feature = "client")]
pub(crate) fn error_code(bytes: &[u8]) -> Option<String> {
    parse(bytes).ok()?.text(&["Error", "Code"]).map(str::to_owned)
}

/// Finds the `>` that ends the tag at the start of `tag`; one inside an attribute's value does not count.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.bytes().position(|byte| {
        match quote {
            Some(open) if open == byte => quote = None,
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            _ => {}
        }
        byte == b'>' && quote.is_none()
    })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

fn unescape_into(out: &mut String, text: &str) -> Result<(), XmlError> {
    let mut rest = text;
    while let Some((before, entity)) = rest.split_once('&') {
        out.push_str(before);
        let (name, behind) = entity.split_once(';').ok_or(XmlError::Entity)?;
        out.push(character(name).ok_or(XmlError::Entity)?);
        rest = behind;
    }
    out.push_str(rest);
    Ok(())
}

fn character(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?).filter(|&c| c != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> XmlError {
        parse(text.as_bytes()).err().expect("not XML of this kind")
    }

    #[test]
    fn texts_are_found_by_the_names_that_lead_to_them() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<A xmlns='x>y'>\n <!-- <Id>no</Id> --><B><Id>one</Id><Empty/>\
                    </B>\n <C><Id> t&lt;&#119;&#x6f;&amp;\n</Id></C></A>\n";
        let leaves = parse(text.as_bytes()).expect("reads");
        assert_eq!(leaves.text(&["B", "Id"]), Some("one"));
        assert_eq!(leaves.text(&["C", "Id"]), Some("t<wo&"));
        assert_eq!(leaves.text(&["Id"]), Some("one"));
        assert_eq!(leaves.text(&["Empty"]), None);
        assert_eq!(leaves.text(&["A"]), None, "an element with children is not a leaf");
    }

    #[cfg(feature = "client")]
    #[test]
    fn the_code_of_an_error_is_found_with_and_without_a_root_around_it() {
        let code = |text: &str| error_code(text.as_bytes());
        assert_eq!(
            code("<Error><Code>SlowDown</Code><Message>x</Message></Error>").as_deref(),
            Some("SlowDown")
        );
        assert_eq!(code("<R><Error><Code> A </Code></Error><Id/></R>").as_deref(), Some("A"));
        for text in
            ["<Ok><Code>A</Code></Ok>", "<Error><Code></Code></Error>", "<Error><Code>A</Code>", "{}", ""]
        {
            assert_eq!(code(text), None, "{text}");
        }
    }

    #[test]
    fn what_could_grow_or_reach_out_is_refused() {
        assert_eq!(
            problem("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"),
            XmlError::DocumentType
        );
        assert_eq!(problem("<a>&x;</a>"), XmlError::Entity);
        assert_eq!(problem("<a>&lt</a>"), XmlError::Entity);
        assert_eq!(problem("<a>&#0;</a>"), XmlError::Entity);
        assert_eq!(problem("<a>&#xD800;</a>"), XmlError::Entity);
        assert_eq!(problem("<a><![CDATA[x]]></a>"), XmlError::Unsupported);
        assert_eq!(problem("<a><?php x?></a>"), XmlError::Unsupported);
        assert_eq!(problem(&"<a>".repeat(100_000)), XmlError::TooDeep);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for (text, expected) in [
            ("", XmlError::Empty),
            (" \n", XmlError::Empty),
            ("null", XmlError::Empty),
            ("<a>", XmlError::Unclosed),
            ("<a", XmlError::Unclosed),
            ("<a b='>", XmlError::Unclosed),
            ("<!-- x", XmlError::Unclosed),
            ("<a></b>", XmlError::Mismatched),
            ("</a>", XmlError::Mismatched),
            ("<a/>x", XmlError::Trailing),
            ("x<a/>", XmlError::Trailing),
            ("<a/><b/>", XmlError::Trailing),
            ("< a></ a>", XmlError::Unsupported),
            ("<1/>", XmlError::Unsupported),
        ] {
            assert_eq!(problem(text), expected, "{text:?}");
        }
        assert_eq!(parse(b"<a>\xff</a>").err(), Some(XmlError::NotUtf8));
    }
}

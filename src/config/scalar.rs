//! Single values of the tree: what each must be, and what is reported otherwise.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged as _;

use super::keys::Others;
use super::problem::{Problem, Severity};
use super::source::Source;
use super::{Located, Position};
use crate::base::quote::quote;

/// How much of an invalid value is shown, in bytes.
const SHOWN: usize = 60;

/// Reads values and collects problems. If a method returns `None`, it has reported why, or the value is blank.
pub(super) struct Reader<'a> {
    pub(super) source: Source<'a>,
    pub(super) problems: Vec<Problem>,
}

/// A member of an object, with the path that leads to it.
pub(super) struct Member<'v, 'a> {
    pub(super) path: String,
    pub(super) value: &'v Value<'a>,
}

/// The members of an object that are read.
pub(super) struct Members<'v, 'a> {
    path: String,
    object: &'v Object<'a>,
}

impl<'v, 'a> Members<'v, 'a> {
    /// The member `key`; of several, the last.
    pub(super) fn get(&self, key: &str) -> Option<Member<'v, 'a>> {
        let last = self.object.properties.iter().rev().find(|member| member.name.as_str() == key)?;
        Some(Member { path: join(&self.path, key), value: &last.value })
    }
}

impl<'v, 'a> Member<'v, 'a> {
    /// An element of the list that this member is.
    pub(super) fn element(&self, index: usize, value: &'v Value<'a>) -> Self {
        Self { path: format!("{}[{index}]", self.path), value }
    }

    pub(super) fn start(&self) -> usize {
        self.value.start()
    }
}

impl<'a> Reader<'a> {
    pub(super) fn report(
        &mut self,
        severity: Severity,
        offset: usize,
        path: &str,
        message: String,
        nearest: Option<&'static str>,
    ) {
        let position = self.source.position(offset);
        self.problems.push(Problem { severity, position, path: path.to_owned(), message, nearest });
    }

    pub(super) fn warn(&mut self, member: &Member<'_, '_>, message: String) {
        self.report(Severity::Warning, member.start(), &member.path, message, None);
    }

    pub(super) fn error(&mut self, member: &Member<'_, '_>, message: String) {
        self.report(Severity::Error, member.start(), &member.path, message, None);
    }

    fn wrong_type(&mut self, member: &Member<'_, '_>, expected: &str) {
        let message = format!("expected {expected}, found {}", kind(member.value));
        self.error(member, message);
    }

    pub(super) fn located<T>(&self, member: &Member<'_, '_>, value: T) -> Located<T> {
        Located::new(value, self.position(member))
    }

    pub(super) fn position(&self, member: &Member<'_, '_>) -> Position {
        self.source.position(member.start())
    }

    /// The object that `member` must be. Keys not in `known` are reported as `others` says, and so is a known key that
    /// occurs twice.
    pub(super) fn object<'v>(
        &mut self,
        member: &Member<'v, 'a>,
        known: &[&'static str],
        others: Others,
    ) -> Option<Members<'v, 'a>> {
        let Value::Object(object) = member.value else {
            self.wrong_type(member, "an object { ... }");
            return None;
        };
        let mut first_places: Vec<(&str, usize)> = Vec::new();
        for property in &object.properties {
            let key = property.name.as_str();
            if !known.contains(&key) {
                if let Some((message, nearest)) = others.complaint(key, known) {
                    let path = join(&member.path, key);
                    self.report(Severity::Warning, property.start(), &path, message, nearest);
                }
            } else if let Some((_, first)) = first_places.iter().find(|(earlier, _)| *earlier == key) {
                let first = self.source.position(*first);
                let message = format!("appears twice, first at {first}; the last one is used");
                let path = join(&member.path, key);
                self.report(Severity::Warning, property.start(), &path, message, None);
            } else {
                first_places.push((key, property.start()));
            }
        }
        Some(Members { path: member.path.clone(), object })
    }

    pub(super) fn list<'v>(&mut self, member: &Member<'v, 'a>, expected: &str) -> Option<&'v [Value<'a>]> {
        match member.value {
            Value::Array(array) => Some(&array.elements),
            _ => {
                self.wrong_type(member, expected);
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, member: &Member<'_, 'a>) -> Option<bool> {
        match member.value {
            Value::BooleanLit(literal) => Some(literal.value),
            _ => {
                self.wrong_type(member, "true or false");
                None
            }
        }
    }

    /// Text without surrounding white space; a blank one counts as absent, with a warning.
    pub(super) fn text(&mut self, member: &Member<'_, 'a>, expected: &str) -> Option<String> {
        let Value::StringLit(literal) = member.value else {
            self.wrong_type(member, expected);
            return None;
        };
        let text = literal.value.trim();
        if text.is_empty() {
            self.warn(member, format!("is blank and is ignored; expected {expected}"));
            return None;
        }
        Some(text.to_owned())
    }

    /// A text with one possible value. Any other value is not shown: for `auth`, it might be a secret.
    pub(super) fn keyword(&mut self, member: &Member<'_, 'a>, only: &str) {
        let expected = format!("{only:?}");
        if let Some(text) = self.text(member, &expected)
            && text != only
        {
            self.error(member, format!("expected {expected}, found another string"));
        }
    }

    /// A finite number.
    pub(super) fn number(&mut self, member: &Member<'_, 'a>, expected: &str) -> Option<f64> {
        let Value::NumberLit(literal) = member.value else {
            self.wrong_type(member, expected);
            return None;
        };
        match finite(literal.value) {
            Some(number) => Some(number),
            None => {
                let found = quote(literal.value.as_bytes(), SHOWN);
                self.error(member, format!("expected {expected}, found {found}"));
                None
            }
        }
    }

    /// A whole number, floored; one above the range of `u32` is an error, a negative one is `Some(None)`.
    pub(super) fn whole(&mut self, member: &Member<'_, 'a>, expected: &str) -> Option<Option<u32>> {
        let number = self.number(member, expected)?;
        let floor = number.floor();
        if floor > f64::from(u32::MAX) {
            self.error(member, format!("expected {expected} up to {}", u32::MAX));
            return None;
        }
        if floor < 0.0 {
            return Some(None);
        }
        if floor < number {
            self.warn(member, format!("is not a whole number; {floor} is used"));
        }
        // In range, by the lines above.
        Some(Some(floor as u32))
    }

    /// A number of tokens; 0 or less means `default`, with a warning.
    pub(super) fn tokens(&mut self, member: &Member<'_, 'a>, default: &str) -> Option<u64> {
        let tokens = self.whole(member, "a number of tokens")?.filter(|tokens| *tokens > 0).map(u64::from);
        if tokens.is_none() {
            self.warn(member, format!("is not above 0; {default} is used"));
        }
        tokens
    }
}

/// The number that a JSON5 literal represents, if it is finite.
fn finite(literal: &str) -> Option<f64> {
    let (negative, digits) = match literal.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, literal.strip_prefix('+').unwrap_or(literal)),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let number = match hex {
        // Beyond 53 bits digits are lost, as in JavaScript.
        Some(hex) => {
            hex.chars().try_fold(0.0, |sum, digit| Some(sum * 16.0 + f64::from(digit.to_digit(16)?)))?
        }
        None => digits.parse::<f64>().ok()?,
    };
    number.is_finite().then_some(if negative { -number } else { number })
}

pub(super) fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::StringLit(_) => "a string",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(literal) if literal.value => "true",
        Value::BooleanLit(_) => "false",
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::NullKeyword(_) => "null",
    }
}

/// `path.key`, with quotes around a key that needs them in JSON5.
pub(super) fn join(path: &str, key: &str) -> String {
    let dot = if path.is_empty() { "" } else { "." };
    let plain = key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
        && key.chars().next().is_some_and(|first| !first.is_numeric());
    let key = quote(key.as_bytes(), SHOWN);
    if plain { format!("{path}{dot}{key}") } else { format!("{path}{dot}\"{key}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_number_is_understood() {
        for (literal, number) in [
            ("1", Some(1.0)),
            ("+.5", Some(0.5)),
            ("-5.", Some(-5.0)),
            ("0xfF", Some(255.0)),
            ("-0X10", Some(-16.0)),
            ("1e3", Some(1000.0)),
            ("1e400", None),
            ("NaN", None),
            ("-Infinity", None),
        ] {
            assert_eq!(finite(literal), number, "{literal}");
        }
    }

    #[test]
    fn paths_are_written_as_in_json5() {
        assert_eq!(join("", "models"), "models");
        assert_eq!(join("a", "amazon-bedrock"), "a.\"amazon-bedrock\"");
        assert_eq!(join("a", "1b"), "a.\"1b\"");
        assert_eq!(join("a", ""), "a.\"\"");
        assert_eq!(join("a", "\u{1b}["), "a.\"\\u{1b}[\"");
    }
}

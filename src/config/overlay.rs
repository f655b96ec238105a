//! What the user knows better than the table of families, as a file.

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::Ranged as _;

use super::keys::Others;
use super::problem::{ConfigError, Problem, Severity};
use super::scalar::{Member, Reader, join, kind};
use super::source::Source;
use crate::lore::{FAMILY_MEMBERS, Family, FamilyMember, Overlay};

impl Overlay {
    /// Reads an overlay from JSON5.
    ///
    /// `models` of a family holds names of families, which mean all dates and versions, complete ids, or ARNs of
    /// application profiles. Every other member is one of [`Family`](crate::lore::Family); those of a member
    /// (`promptCache`, `toolIds`, `reasoning`) may be written as an object.
    ///
    /// ```
    /// use bedrill::lore::Overlay;
    ///
    /// let mine = Overlay::parse(r#"{
    ///     families: [{
    ///         models: ["amazon.nova-pro", "acme.own-model-v1:0"],
    ///         contextWindow: 250000,
    ///         rejects: ["temperature+topP"],
    ///         reasoning: {form: "reasoning_effort", levels: ["low", "high"]},
    ///         promptCache: {minTokens: 1000, maxPoints: 4, in: ["system", "messages"]},
    ///     }],
    /// }"#)?;
    /// let nova = mine.family("us.amazon.nova-pro-v1:0").expect("a known family");
    /// assert_eq!((nova.context_window, nova.max_output), (Some(250_000), Some(10_000)));
    ///
    /// let error = Overlay::parse("{families: [\n{models: ['m'], window: 1}]}").unwrap_err();
    /// assert!(error.to_string().starts_with("2:17: error: families[0].window: unknown key"));
    /// # Ok::<(), bedrill::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every mistake and its place, when the text is not JSON5 or something in it is not known.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut reader = Reader { source: Source::new(text), problems: Vec::new() };
        let mut overlay = Self::new();
        match reader.source.parse() {
            Ok(Some(root)) => reader.overlay(&root, &mut overlay),
            Ok(None) => {}
            Err(problem) => reader.problems.push(problem),
        }
        reader.problems.sort_by_key(Problem::position);
        match ConfigError::new(reader.problems) {
            Some(error) => Err(error),
            None => Ok(overlay),
        }
    }
}

impl<'a> Reader<'a> {
    fn overlay(&mut self, root: &Value<'a>, overlay: &mut Overlay) {
        let root = Member { path: String::new(), value: root };
        let known = ["asOf", "families"];
        // A key that is not known might be a family's, at the wrong place: here it is an error.
        let warnings = self.problems.len();
        let Some(root) = self.object(&root, &known, Others::Only(&[])) else { return };
        for problem in self.problems.iter_mut().skip(warnings) {
            problem.severity = Severity::Error;
        }
        let Some(families) = root.get("families") else { return };
        let Some(list) = self.list(&families, "a list of families") else { return };
        for (index, family) in list.iter().enumerate() {
            let family = families.element(index, family);
            let Value::Object(object) = family.value else {
                self.error(&family, format!("expected an object {{ ... }}, found {}", kind(family.value)));
                continue;
            };
            let names = self.names(&family, &object.properties);
            for property in object.properties.iter().filter(|property| property.name.as_str() != "models") {
                self.member(&family.path, "", property, &names, overlay);
            }
        }
    }

    /// The families that a block is about.
    fn names(&mut self, family: &Member<'_, 'a>, properties: &[ObjectProp<'a>]) -> Vec<String> {
        let Some(models) = properties.iter().rev().find(|property| property.name.as_str() == "models") else {
            self.error(family, "`models` names no model".to_owned());
            return Vec::new();
        };
        let models = Member { path: join(&family.path, "models"), value: &models.value };
        let expected = "a list of names and ids of models";
        let Some(list) = self.list(&models, expected) else { return Vec::new() };
        let mut names = Vec::new();
        for (index, name) in list.iter().enumerate() {
            names.extend(self.text(&models.element(index, name), "the name or the id of a model"));
        }
        if names.is_empty() {
            self.error(&models, "names no model".to_owned());
        }
        names
    }

    /// A member, or the members of a member. `before` is its name with a dot, or empty.
    fn member(
        &mut self,
        path: &str,
        before: &str,
        property: &ObjectProp<'a>,
        names: &[String],
        overlay: &mut Overlay,
    ) {
        let (key, value) = (property.name.as_str(), &property.value);
        let (path, name) = (join(path, key), format!("{before}{key}"));
        let member = Member { path, value };
        let text = match value {
            Value::NullKeyword(_) => return,
            Value::Object(object) if before.is_empty() => {
                let before = format!("{name}.");
                if FAMILY_MEMBERS.split_ascii_whitespace().any(|known| known.starts_with(&before)) {
                    for property in &object.properties {
                        self.member(&member.path, &before, property, names, overlay);
                    }
                    return;
                }
                None
            }
            other => plain(other),
        };
        let known = FAMILY_MEMBERS.split_ascii_whitespace();
        if FamilyMember::named(&name).is_none() {
            let beside = known.filter_map(|known| known.strip_prefix(before));
            let mut beside: Vec<&'static str> = beside.filter_map(|known| known.split('.').next()).collect();
            beside.dedup();
            if let Some((message, nearest)) = Others::Only(&[]).complaint(key, &beside) {
                self.report(Severity::Error, property.start(), &member.path, message, nearest);
            }
            return;
        }
        let Some(text) = text else {
            let expected = "a text, a number, true, false or a list of texts";
            self.error(&member, format!("expected {expected}, found {}", kind(value)));
            return;
        };
        // Without a name, the value is checked all the same.
        let mistake = match names {
            [] => Family::default().set(&name, &text).err(),
            names => names.iter().find_map(|of| overlay.set(of, &name, &text).err()),
        };
        if let Some(mistake) = mistake {
            self.error(&member, mistake.to_string());
        }
    }
}

/// The text that the table has for a value; `None` for a value of another kind.
fn plain(value: &Value<'_>) -> Option<String> {
    match value {
        Value::StringLit(literal) => Some(literal.value.trim().to_owned()),
        Value::NumberLit(literal) => Some(literal.value.to_owned()),
        Value::BooleanLit(literal) => Some(literal.value.to_string()),
        Value::Array(array) => {
            let word = |element: &Value<'_>| match element {
                Value::StringLit(literal) => Some(literal.value.trim().to_owned()),
                _ => None,
            };
            let words: Option<Vec<String>> = array.elements.iter().map(word).collect();
            words.map(|words| words.join(","))
        }
        Value::Object(_) | Value::NullKeyword(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_told_with_its_line() {
        for (text, message) in [
            ("{", "1:1: error: not JSON5: this object is not closed"),
            ("[]", "1:1: error: expected an object { ... }, found a list"),
            ("{families: [\n{}]}", "2:1: error: families[0]: `models` names no model"),
            ("{families: [\n\n{models: []}]}", "3:10: error: families[0].models: names no model"),
            (
                "{families: [{models: ['m'],\ncontextWindow: -1}]}",
                "2:16: error: families[0].contextWindow: expected a whole number above 0",
            ),
            ("{families: [{models: [1]}]}", "families[0].models[0]: expected the name or the id of a model"),
            ("{asof: '2026'}", "1:2: error: asof: unknown key; did you mean \"asOf\"?"),
            (
                "{families: [{models: ['m'], contextwindow: 1}]}",
                "families[0].contextwindow: unknown key; did you mean \"contextWindow\"?",
            ),
            (
                "{families: [{models: ['m'],\nreasoning: {levls: ['low']}}]}",
                "2:13: error: families[0].reasoning.levls: unknown key; did you mean \"levels\"?",
            ),
            (
                "{families: [{models: ['m'], reasoning: {levels: ['low', 'loud']}}]}",
                "families[0].reasoning.levels: expected words of this list, or none: off, minimal, low",
            ),
            (
                "{families: [{models: ['m'], input: {a: 1}}]}",
                "families[0].input: expected a text, a number, true, false or a list of texts, found an object",
            ),
        ] {
            let error = Overlay::parse(text).expect_err(text).to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
        let two = Overlay::parse("{families: [{models: ['m'], x: 1, y: 2}]}").expect_err("two mistakes");
        assert_eq!(two.problems().len(), 2);
    }

    #[test]
    fn every_member_can_be_overridden() {
        let mine = r#"{families: [{models: ["m", "n"], maxOutput: 7, tools: false, input: ["text", "image"], betas: ["a", "b"],
            rejects: [], reasoning: true, promptCache: {oneHour: true, in: "system"}, toolIds: {maxLength: 9}, streaming: null}]}"#;
        let mine = Overlay::parse(mine).expect("an overlay");
        let family = mine.family("us.m-v1:0").expect("a row");
        assert_eq!((family.max_output, family.tools, family.streaming), (Some(7), Some(false), None));
        assert_eq!(family.input.map(|set| set.to_string()).as_deref(), Some("text,image"));
        assert_eq!(family.betas.as_deref(), Some("a,b"));
        assert!(family.rejects.is_some_and(|rejects| rejects.is_empty()));
        assert_eq!((family.reasoning.supported, family.prompt_cache.one_hour), (Some(true), Some(true)));
        assert_eq!(family.tool_ids.max_length, Some(9));
        assert!(mine.family("n").is_some());
        assert!(Overlay::parse("// nothing").expect("an overlay").is_empty());
    }
}

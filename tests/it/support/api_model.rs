//! The API model as data, and the walk that checks our types against every part of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::support::json::same;

/// The shapes of the API model.
pub struct Model(pub Value);

/// How a shape is reached: from this member of that structure. The top has no such path.
type Ways = BTreeMap<String, Option<(String, String)>>;

impl Model {
    pub fn shape(&self, name: &str) -> &Value {
        &self.0["shapes"][name]
    }

    pub fn members(&self, name: &str) -> &Map<String, Value> {
        self.shape(name)["members"].as_object().unwrap_or_else(|| panic!("{name} has no members"))
    }

    fn is_structure(&self, name: &str) -> bool {
        self.shape(name)["type"] == "structure" && self.shape(name)["document"] != true
    }

    fn is_union(&self, name: &str) -> bool {
        self.shape(name)["union"] == true || self.shape(name)["eventstream"] == true
    }

    /// The shape under lists and maps, where members are.
    fn inside<'a>(&'a self, name: &'a str) -> &'a str {
        let shape = self.shape(name);
        match shape["type"].as_str() {
            Some("list") => self.inside(shape["member"]["shape"].as_str().expect("a list has a member")),
            Some("map") => self.inside(shape["value"]["shape"].as_str().expect("a map has a value")),
            _ => name,
        }
    }

    /// Puts `value` into as many lists and maps as `name` has around it.
    fn wrap(&self, name: &str, value: Value) -> Value {
        let shape = self.shape(name);
        match shape["type"].as_str() {
            Some("list") => json!([self.wrap(shape["member"]["shape"].as_str().unwrap(), value)]),
            Some("map") => json!({"key": self.wrap(shape["value"]["shape"].as_str().unwrap(), value)}),
            _ => value,
        }
    }

    /// The smallest value of `name`: the required members of a structure, the first member of a union.
    pub fn sample(&self, name: &str) -> Value {
        let shape = self.shape(name);
        match shape["type"].as_str().unwrap_or_else(|| panic!("the model lacks {name}")) {
            "structure" if shape["document"] == true => json!({"any": ["thing", 1, null]}),
            "structure" if self.is_union(name) => {
                let first = self.members(name).keys().next().expect("a union has members").clone();
                self.sample_with(name, &first, None)
            }
            "structure" => Value::Object(self.required(name)),
            "list" | "map" => self.wrap(name, self.sample(self.inside(name))),
            "string" => shape["enum"].get(0).cloned().unwrap_or_else(|| json!("text")),
            "integer" => json!(3),
            "long" => json!(5_000_000_000_i64),
            "float" | "double" => json!(0.25),
            "boolean" => json!(true),
            "blob" => json!("AAEC/w=="),
            "timestamp" => json!("2026-01-02T03:04:05Z"),
            other => panic!("{name}: the test knows no samples of type {other}"),
        }
    }

    fn required(&self, name: &str) -> Map<String, Value> {
        let required = self.shape(name)["required"].as_array().cloned().unwrap_or_default();
        required
            .iter()
            .map(|member| member.as_str().unwrap())
            .filter(|member| self.members(name)[*member]["location"] != "uri")
            .map(|member| (member.to_owned(), self.sample(self.member_shape(name, member))))
            .collect()
    }

    pub fn member_shape(&self, name: &str, member: &str) -> &str {
        self.members(name)[member]["shape"].as_str().expect("a member has a shape")
    }

    /// `name` with `member`: holding `value` inside its lists and maps, or else the smallest value.
    fn sample_with(&self, name: &str, member: &str, value: Option<Value>) -> Value {
        let mut members = if self.is_union(name) { Map::new() } else { self.required(name) };
        let shape = self.member_shape(name, member);
        let value = value.map_or_else(|| self.sample(shape), |value| self.wrap(shape, value));
        members.insert(member.to_owned(), value);
        Value::Object(members)
    }

    /// All structures, unions and enums below `top`, each with the first path to it.
    fn reach(&self, top: &str) -> Ways {
        let mut ways = Ways::from([(top.to_owned(), None)]);
        let mut queue = VecDeque::from([top.to_owned()]);
        while let Some(name) = queue.pop_front() {
            for member in self.members(&name).keys() {
                let inside = self.inside(self.member_shape(&name, member)).to_owned();
                let has_parts = self.is_structure(&inside) || self.shape(&inside).get("enum").is_some();
                if has_parts && !ways.contains_key(&inside) {
                    ways.insert(inside.clone(), Some((name.clone(), member.clone())));
                    if self.is_structure(&inside) {
                        queue.push_back(inside);
                    }
                }
            }
        }
        ways
    }

    /// Sets `value` of the shape `name` at its place below the top.
    fn embed(&self, ways: &Ways, name: &str, value: Value) -> Value {
        match &ways[name] {
            Some((parent, member)) => self.embed(ways, parent, self.sample_with(parent, member, Some(value))),
            None => value,
        }
    }
}

/// What our types wrote, and the paths of what they only preserved.
pub type Passed = Result<(Value, Vec<String>), String>;

/// One of the outermost shapes, and how our types read and write it.
pub struct Top {
    pub shape: &'static str,
    pub pass: fn(Value) -> Passed,
}

/// Sets every member and every enum value below `tops` once, at a place where it is reached, and checks whether our
/// types know it and give it back. Returns what was walked; a failure ends the test.
pub fn walk(model: &Model, tops: &[Top]) -> BTreeSet<String> {
    let (mut walked, mut failures) = (BTreeSet::new(), BTreeMap::new());
    for top in tops {
        let ways = model.reach(top.shape);
        for name in ways.keys() {
            let mut check = |part: String, sample: Value| {
                let sample = model.embed(&ways, name, sample);
                let failure = match (top.pass)(sample.clone()) {
                    Err(error) => Some(format!("is refused: {error}: {sample}")),
                    Ok((_, unknown)) if !unknown.is_empty() => Some(format!("is not known at {unknown:?}")),
                    Ok((written, _)) => {
                        (!same(&sample, &written)).then(|| format!("{sample} came back as {written}"))
                    }
                };
                if let Some(failure) = failure {
                    failures.insert(part.clone(), failure);
                }
                walked.insert(part);
            };
            if let Some(values) = model.shape(name).get("enum").and_then(Value::as_array) {
                for value in values {
                    check(format!("{name}={value}"), value.clone());
                }
                continue;
            }
            for (member, about) in model.members(name) {
                if about["location"] != "uri" {
                    check(format!("{name}.{member}"), model.sample_with(name, member, None));
                }
            }
            if !model.is_union(name) {
                check(format!("{name} with its required members only"), model.sample(name));
            }
        }
    }
    let list: Vec<String> = failures.iter().map(|(part, failure)| format!("{part} {failure}")).collect();
    assert!(list.is_empty(), "{} of {} parts failed:\n{}", list.len(), walked.len(), list.join("\n"));
    walked
}

/// How many members and values a walk has seen.
pub fn count(walked: &BTreeSet<String>) -> usize {
    walked.iter().filter(|part| !part.contains(' ')).count()
}

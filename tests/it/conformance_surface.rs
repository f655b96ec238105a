//! Every member that the API model reaches from Converse and ConverseStream is read and written by our types.
//!
//! For each member of each structure and union, and each value of each enum, a sample is made of the shape with
//! this member and the required ones, set at a place where the shape is reached from the top, read, and written.
//! It must come back, and nothing of it may be among the members that our types only carry along.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bedrill::converse::{
    ConverseOutput, ConverseRequest, ConverseStreamEvent, ExceptionKind, StreamException,
};
use serde_json::{Map, Value, json};

use crate::support::conformance;
use crate::support::json::same;

/// The shapes of the API model.
struct Model(Value);

/// How a shape is reached: from this member of that structure. The top has no way.
type Ways = BTreeMap<String, Option<(String, String)>>;

impl Model {
    fn shape(&self, name: &str) -> &Value {
        &self.0["shapes"][name]
    }

    fn members(&self, name: &str) -> &Map<String, Value> {
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
    fn sample(&self, name: &str) -> Value {
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

    fn member_shape(&self, name: &str, member: &str) -> &str {
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

    /// All structures, unions and enums below `top`, each with the first way to it.
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

/// What our types wrote, and the paths of what they only carried along.
type Passed = Result<(Value, Vec<String>), String>;

/// One of the outermost shapes, and how our types read and write it.
struct Top {
    shape: &'static str,
    pass: fn(Value) -> Passed,
}

const TOPS: [Top; 4] = [
    Top {
        shape: "ConverseRequest",
        pass: |body| {
            let request = ConverseRequest::from_body_json("m", body).map_err(|error| error.to_string())?;
            Ok((request.to_converse_body_json(), request.unknown_members()))
        },
    },
    Top {
        shape: "ConverseStreamRequest",
        pass: |body| {
            let request = ConverseRequest::from_body_json("m", body).map_err(|error| error.to_string())?;
            Ok((request.to_body_json(), request.unknown_members()))
        },
    },
    Top {
        shape: "ConverseResponse",
        pass: |body| {
            let output = ConverseOutput::from_json(body).map_err(|error| error.to_string())?;
            Ok((output.to_json(), output.unknown_members()))
        },
    },
    Top { shape: "ConverseStreamOutput", pass: pass_event },
];

fn pass_event(event: Value) -> Passed {
    let (name, payload) = event.as_object().and_then(|event| event.iter().next()).expect("one member");
    if !name.ends_with("Exception") {
        let event = ConverseStreamEvent::from_event_type(name, payload.clone()).map_err(|e| e.to_string())?;
        return Ok((event.to_json(), event.unknown_members()));
    }
    let exception = StreamException::from_payload(name, payload.clone()).map_err(|e| e.to_string())?;
    let mut unknown: Vec<String> = exception.extra.keys().cloned().collect();
    if matches!(exception.kind, ExceptionKind::Unknown(_)) {
        unknown.push(name.clone());
    }
    Ok((exception.to_json(), unknown))
}

#[test]
fn every_member_of_the_api_is_read_and_written() {
    let suite = "surface";
    let Some(file) = conformance::folder(suite, "api/bedrock-runtime.json") else { return };
    let model = Model(conformance::json(&file));
    let (mut walked, mut failures) = (BTreeSet::new(), BTreeMap::new());
    for top in &TOPS {
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
    conformance::report(suite, walked.iter().filter(|part| !part.contains(' ')).count());
}

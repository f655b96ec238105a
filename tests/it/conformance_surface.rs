//! Every member that the API model reaches from Converse and ConverseStream is read and written by our types.
//!
//! For each member of each structure and union, and each value of each enum, a sample is made of the shape with
//! this member and the required ones, set at a place where the shape is reached from the top, read, and written.
//! It must come back, and no part of it may be among the members that our types only preserve.

use bedrill::converse::{ConverseStreamEvent, ExceptionKind, StreamException};
use bedrill::{ConverseRequest, ConverseResponse};
use serde_json::Value;

use crate::support::api_model::{Model, Passed, Top, count, walk};
use crate::support::conformance;

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
            let output = ConverseResponse::from_json(body).map_err(|error| error.to_string())?;
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
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn every_member_of_the_api_is_read_and_written() {
    let suite = "surface";
    let file = conformance::folder("api/bedrock-runtime.json");
    let walked = walk(&Model(conformance::json(&file)), &TOPS);
    conformance::report(suite, count(&walked));
}

//! The operations that list, describe and count for models: what is sent, and what is read.

use bedrill::endpoint::{Endpoint, HostVariant, Plane, Region};
use bedrill::models::{
    AgreementStatus, CountTokensInput, CountTokensRequest, CountTokensResponse,
    GetFoundationModelAvailabilityResponse, GetFoundationModelRequest, GetFoundationModelResponse,
    GetInferenceProfileRequest, GetInferenceProfileResponse, InferenceProfileType, InferenceType,
    InvokeModelTokensRequest, ListFoundationModelsRequest, ListFoundationModelsResponse,
    ListInferenceProfilesRequest, ListInferenceProfilesResponse, ModelCustomization, ModelModality,
};
use bedrill::{ConverseRequest, operation};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use serde_core::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::api_model::{Model, Passed, Top, count, walk};
use crate::support::conformance;

fn endpoint(plane: Plane) -> Endpoint {
    Endpoint::regional(plane, &Region::new("eu-west-1").unwrap(), HostVariant::default())
}

#[test]
fn lists_are_get_requests_without_a_body_and_with_an_encoded_query() {
    let all =
        operation::list_foundation_models(&ListFoundationModelsRequest::new(), &endpoint(Plane::Control))
            .unwrap();
    assert_eq!(all.method(), Method::GET);
    assert_eq!(all.uri(), "https://bedrock.eu-west-1.amazonaws.com/foundation-models");
    assert!(all.body().is_empty() && !all.headers().contains_key("content-type"));

    let filtered = ListFoundationModelsRequest::new()
        .with_provider("AI21 Labs")
        .with_customization_type(ModelCustomization::FineTuning)
        .with_output_modality(ModelModality::Text)
        .with_inference_type(InferenceType::OnDemand);
    let http = operation::list_foundation_models(&filtered, &endpoint(Plane::Control)).unwrap();
    assert_eq!(
        http.uri().query(),
        Some(
            "byProvider=AI21%20Labs&byCustomizationType=FINE_TUNING&byOutputModality=TEXT&byInferenceType=ON_DEMAND"
        )
    );

    let page = ListInferenceProfilesRequest::new()
        .with_max_results(2_u32)
        .with_next_token("a/b+c=")
        .with_type(InferenceProfileType::SystemDefined);
    let http = operation::list_inference_profiles(&page, &endpoint(Plane::Control)).unwrap();
    assert_eq!(http.uri().path(), "/inference-profiles");
    assert_eq!(http.uri().query(), Some("maxResults=2&nextToken=a%2Fb%2Bc%3D&type=SYSTEM_DEFINED"));
}

#[test]
fn a_project_is_a_parameter_of_the_lists_and_of_what_describes_one_entry() {
    let control = endpoint(Plane::Control);
    let project = "arn:aws:bedrock:eu-west-1:123456789012:project/p1";
    let encoded = "projectIdentifier=arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Aproject%2Fp1";
    let models = ListFoundationModelsRequest::new().with_project(project);
    let profiles = ListInferenceProfilesRequest::new().with_project(project);
    let model = GetFoundationModelRequest::new("amazon.nova-lite-v1:0").with_project(project);
    let profile = GetInferenceProfileRequest::new("us.amazon.nova-lite-v1:0").with_project(project);
    for (http, path) in [
        (operation::list_foundation_models(&models, &control), "/foundation-models"),
        (operation::list_inference_profiles(&profiles, &control), "/inference-profiles"),
        (operation::foundation_model(model, &control), "/foundation-models/amazon.nova-lite-v1%3A0"),
        (operation::inference_profile(profile, &control), "/inference-profiles/us.amazon.nova-lite-v1%3A0"),
    ] {
        assert_eq!(http.unwrap().uri().path_and_query().unwrap().as_str(), format!("{path}?{encoded}"));
    }
}

#[test]
fn an_application_profile_is_not_described_for_a_project_other_than_the_default_one() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456";
    let described = |project: &str| {
        let request = GetInferenceProfileRequest::new(arn).with_project(project);
        operation::inference_profile(request, &endpoint(Plane::Control))
    };
    assert_eq!(described("default").unwrap().uri().query(), Some("projectIdentifier=default"));
    assert!(matches!(described("p1"), Err(operation::BuildError::Project(_))));
}

#[test]
fn an_id_or_arn_is_one_label_of_the_path() {
    let control = endpoint(Plane::Control);
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456";
    for (http, path) in [
        (
            operation::foundation_model("amazon.nova-lite-v1:0", &control),
            "/foundation-models/amazon.nova-lite-v1%3A0",
        ),
        (
            operation::inference_profile("us.amazon.nova-lite-v1:0", &control),
            "/inference-profiles/us.amazon.nova-lite-v1%3A0",
        ),
        (
            operation::inference_profile(arn, &control),
            "/inference-profiles/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc123def456",
        ),
        (
            operation::foundation_model_availability("bedrock/amazon.nova-lite-v1:0", &control),
            "/foundation-model-availability/amazon.nova-lite-v1%3A0",
        ),
    ] {
        let http = http.unwrap();
        assert_eq!((http.method(), http.uri().path()), (&Method::GET, path));
    }
    assert!(operation::foundation_model(" ", &control).is_err());
    assert!(operation::inference_profile("a/../b", &control).is_err());
}

#[test]
fn tokens_are_counted_for_the_foundation_model_on_the_data_plane() {
    let request = ConverseRequest::new("us.anthropic.claude-sonnet-4-20250514-v1:0")
        .system("Be brief.")
        .message("hi")
        .max_tokens(5)
        .project("p1")
        .additional_fields(json!({"anthropic_beta": ["x"]}));
    let http = operation::count_tokens(&CountTokensRequest::from(&request), &endpoint(Plane::Data)).unwrap();
    assert_eq!(http.method(), Method::POST);
    assert_eq!(
        http.uri(),
        "https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-sonnet-4-20250514-v1%3A0/count-tokens"
    );
    let body: Value = serde_json::from_slice(http.body()).unwrap();
    let converse = json!({
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": "hi"}]}],
        "additionalModelRequestFields": {"anthropic_beta": ["x"]},
    });
    assert_eq!(body, json!({"input": {"converse": converse}}));

    let raw = CountTokensInput::InvokeModel(InvokeModelTokensRequest::new(b"{}".to_vec()));
    assert_eq!(
        CountTokensRequest::new("m", raw).to_body_json(),
        json!({"input": {"invokeModel": {"body": "e30="}}})
    );

    let answer = operation::parse_count_tokens(&HeaderMap::new(), br#"{"inputTokens": 18}"#).unwrap();
    assert_eq!(answer.input_tokens, 18);
}

#[test]
fn availability_is_read_with_values_that_nobody_knows_yet() {
    let body = json!({
        "modelId": "m", "agreementAvailability": {"status": "PENDING", "errorMessage": null},
        "authorizationStatus": "AUTHORIZED", "entitlementAvailability": "MAYBE", "regionAvailability": null, "new": 1,
    });
    let bytes = body.to_string();
    let answer = operation::parse_foundation_model_availability(&HeaderMap::new(), bytes.as_bytes()).unwrap();
    assert_eq!(answer.agreement_availability.as_ref().unwrap().status, Some(AgreementStatus::Pending));
    assert_eq!(answer.region_availability, None);
    assert_eq!(answer.unknown_members(), ["entitlementAvailability=MAYBE", "new"]);
    assert_eq!(GetFoundationModelAvailabilityResponse::from_json(answer.to_json()), Ok(answer));
}

#[test]
fn null_is_absent_everywhere_and_unknown_members_are_kept() {
    let names = [
        "modelArn",
        "modelName",
        "providerName",
        "inputModalities",
        "outputModalities",
        "responseStreamingSupported",
        "customizationsSupported",
        "inferenceTypesSupported",
        "modelLifecycle",
    ];
    let mut model = json!({"modelId": "m", "batchSupported": null, "modelFamily": "F"});
    for name in names {
        model[name] = Value::Null;
    }
    let answer = ListFoundationModelsResponse::from_json(json!({"modelSummaries": [model, null]})).unwrap();
    assert_eq!(answer.model_summaries.len(), 1);
    assert_eq!(answer.model_summaries[0].extra["modelFamily"], "F");
    assert_eq!(
        answer.unknown_members(),
        ["modelSummaries[0].batchSupported", "modelSummaries[0].modelFamily"]
    );
    for empty in [json!({}), json!({"modelSummaries": null}), json!({"modelSummaries": []})] {
        assert!(ListFoundationModelsResponse::from_json(empty).unwrap().model_summaries.is_empty());
    }
    let page = json!({"inferenceProfileSummaries": null, "nextToken": null});
    assert_eq!(ListInferenceProfilesResponse::from_json(page).unwrap().next_token, None);
}

#[test]
fn a_page_that_is_not_an_answer_is_quoted() {
    let error = operation::parse_list_foundation_models(&HeaderMap::new(), b"<html>proxy").unwrap_err();
    assert!(error.to_string().contains("<html>proxy"), "{error}");
}

/// Drops the empty lists that our types write where the API may leave them out.
fn without_empty_lists(mut value: Value) -> Value {
    for name in ["modelSummaries", "inferenceProfileSummaries"] {
        if value.get(name).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            value.as_object_mut().unwrap().remove(name);
        }
    }
    value
}

/// Reads an answer and writes it.
macro_rules! top {
    ($name:ident) => {
        Top {
            shape: stringify!($name),
            pass: |value| -> Passed {
                let read = $name::from_json(value).map_err(|error| error.to_string())?;
                Ok((without_empty_lists(read.to_json()), read.unknown_members()))
            },
        }
    };
}

/// The request `name` of the API model with these members, as HTTP.
fn http_of(name: &str, mut members: Value) -> Request<Bytes> {
    fn read<T: DeserializeOwned>(members: Value) -> T {
        serde_json::from_value(members).unwrap()
    }
    let control = endpoint(Plane::Control);
    let http = match name {
        "ListFoundationModelsRequest" => operation::list_foundation_models(&read(members), &control),
        "ListInferenceProfilesRequest" => operation::list_inference_profiles(&read(members), &control),
        "GetFoundationModelRequest" => {
            members["modelIdentifier"] = json!("m");
            operation::foundation_model(read::<GetFoundationModelRequest>(members), &control)
        }
        "GetInferenceProfileRequest" => {
            members["inferenceProfileIdentifier"] = json!("m");
            operation::inference_profile(read::<GetInferenceProfileRequest>(members), &control)
        }
        _ => panic!("{name}"),
    };
    http.unwrap()
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn conformance_every_member_of_the_control_plane_is_read_written_and_asked_for() {
    let suite = "surface-control";
    let folder = conformance::folder("api");
    let control = Model(conformance::json(&folder.join("bedrock.json")));
    let tops = [
        top!(ListFoundationModelsResponse),
        top!(GetFoundationModelResponse),
        top!(ListInferenceProfilesResponse),
        top!(GetInferenceProfileResponse),
    ];
    let mut cases = count(&walk(&control, &tops));

    // A request's members are parameters of the query, under names of their own.
    for name in [
        "ListFoundationModelsRequest",
        "GetFoundationModelRequest",
        "ListInferenceProfilesRequest",
        "GetInferenceProfileRequest",
    ] {
        // The id of what is described is part of the path.
        let in_query = control.members(name).iter().filter(|(_, about)| about["location"] != "uri");
        for (member, about) in in_query {
            assert_eq!(about["location"], "querystring", "{name}.{member}");
            let parameter = about["locationName"].as_str().unwrap();
            let shape = control.member_shape(name, member);
            let values = control.shape(shape)["enum"].as_array().cloned();
            for value in values.unwrap_or_else(|| vec![control.sample(shape)]) {
                cases += 1;
                let http = http_of(name, json!({ parameter: value }));
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                assert_eq!(http.uri().query(), Some(format!("{parameter}={text}").as_str()));
            }
        }
    }

    let data = Model(conformance::json(&folder.join("bedrock-runtime.json")));
    let tops = [
        Top {
            shape: "CountTokensRequest",
            pass: |mut body| {
                body["modelId"] = json!("m");
                let read = CountTokensRequest::from_json(body).map_err(|error| error.to_string())?;
                Ok((read.to_body_json(), read.unknown_members()))
            },
        },
        top!(CountTokensResponse),
    ];
    cases += count(&walk(&data, &tops));
    conformance::report(suite, cases);
}

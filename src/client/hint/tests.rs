use super::*;
use crate::credentials::Credentials;
use http::HeaderMap;

fn advice(region: &str, model_id: &str, code: &str, message: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-errortype", code.parse().unwrap());
    let body = serde_json::json!({ "message": message }).to_string();
    let error = crate::operation::parse_error(http::StatusCode::BAD_REQUEST, &headers, body.as_bytes());
    let region = Region::new(region).unwrap();
    let model_id = ModelId::parse(model_id).unwrap();
    let auth = Auth::SigV4(Credentials::new("AKIAIOSFODNN7EXAMPLE", "canary"));
    let action = "bedrock:InvokeModelWithResponseStream";
    let at = Circumstances { region: &region, model_id: &model_id, auth: &auth, action };
    let text = for_error(&error, &at);
    assert!(!text.as_deref().unwrap_or_default().contains("canary"));
    text
}

#[test]
fn on_demand_refusal_names_the_profiles_of_the_regions_geography() {
    let message = "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn’t \
                   supported. Retry your request with the ID or ARN of an inference profile that contains this model.";
    let model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    let us = advice("us-west-2", model, "ValidationException", message).unwrap();
    assert!(us.contains("us.anthropic.claude-sonnet-4-5-20250929-v1:0 or global.anthropic"), "{us}");
    let tokyo = advice("ap-northeast-1", model, "ValidationException", message).unwrap();
    assert!(tokyo.contains("jp.anthropic") && tokyo.contains("or global.anthropic"), "{tokyo}");
    let straight = message.replace('’', "'");
    let eu = advice("eu-central-1", model, "ValidationException", &straight).unwrap();
    assert!(eu.contains("eu.anthropic"), "{eu}");
    let china = advice("cn-north-1", model, "ValidationException", message).unwrap();
    assert!(china.contains("id or ARN"), "{china}");
}

#[test]
fn advice_names_no_profile_that_is_not_known_to_exist() {
    let refused = |region, model: &str| {
        let message = format!("Invocation of model ID {model} with on-demand throughput isn’t supported.");
        advice(region, model, "ValidationException", &message).unwrap()
    };
    let sonnet = "anthropic.claude-sonnet-5";
    let mumbai = refused("ap-south-1", sonnet);
    assert!(mumbai.ends_with("in.anthropic.claude-sonnet-5 or global.anthropic.claude-sonnet-5"), "{mumbai}");
    let montreal = refused("ca-central-1", sonnet);
    assert!(
        montreal.ends_with("us.anthropic.claude-sonnet-5 or global.anthropic.claude-sonnet-5"),
        "{montreal}"
    );
    let singapore = refused("ap-southeast-1", sonnet);
    assert!(singapore.ends_with("try the model id global.anthropic.claude-sonnet-5"), "{singapore}");
    // Neither of a model that is not known, nor of a partition without profiles.
    for (region, model) in [("us-east-1", "acme.writer-v1:0"), ("cn-north-1", sonnet)] {
        assert!(refused(region, model).contains("the id or ARN of one that contains it"), "{region} {model}");
    }
}

#[test]
fn access_denied_names_what_access_takes_today() {
    let refused = "You don't have access to the model with the specified model ID.";
    let text = advice("us-east-1", "amazon.nova-lite-v1:0", "AccessDeniedException", refused).unwrap();
    for part in ["bedrock:InvokeModelWithResponseStream in us-east-1", "aws-marketplace:Subscribe"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("Model access") && !text.contains("use case"), "{text}");
    let claude = advice("us-east-1", "us.anthropic.claude-x-v1:0", "AccessDeniedException", refused).unwrap();
    assert!(claude.contains("use case form"), "{claude}");
    let iam = "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel on resource: y";
    let text = advice("us-east-1", "us.amazon.nova-lite-v1:0", "AccessDeniedException", iam).unwrap();
    assert!(text.contains("every region it routes to"), "{text}");
    let iam = "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel on resource: \
               arn:aws:bedrock:us-east-1:1:project/default";
    let text = advice("us-east-1", "us.amazon.nova-lite-v1:0", "AccessDeniedException", iam).unwrap();
    assert!(text.contains("on the project as well as the model"), "{text}");
}

#[test]
fn an_old_signature_is_a_clock_and_a_wrong_one_a_secret() {
    let expired = "Signature expired: 20250130T064508Z is now earlier than 20250210T013411Z";
    let text = advice("us-east-1", "a.b", "InvalidSignatureException", expired).unwrap();
    assert!(text.contains("clock"), "{text}");
    let wrong = "The request signature we calculated does not match the signature you provided.";
    let text = advice("us-east-1", "a.b", "InvalidSignatureException", wrong).unwrap();
    assert!(text.contains("secret access key"), "{text}");
}
#[test]
fn advice_follows_the_reason_in_the_message() {
    let model = "us.anthropic.claude-x-v1:0";
    for (code, message, expected, wrong) in [
        (
            "AccessDeniedException",
            "Authentication failed: Please make sure your API Key is valid.",
            &["not known to the service"][..],
            "IAM",
        ),
        ("AccessDeniedException", "Bearer Token has expired", &["have expired"], "IAM"),
        (
            "AccessDeniedException",
            "User: x is not authorized to perform: bedrock:InvokeModel on resource: y with an explicit deny in a \
             service control policy: z",
            &["no other policy can allow", "any region"],
            "allow bedrock:",
        ),
        (
            "AccessDeniedException",
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS \
             Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access",
            &["aws-marketplace:ViewSubscriptions", "aws-marketplace:Subscribe"],
            "bedrock:",
        ),
        (
            "AccessDeniedException",
            "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.",
            &["payment method"],
            "IAM",
        ),
        (
            "AccessDeniedException",
            "User: x is not authorized to perform: bedrock:CallWithBearerToken on resource: y",
            &["allow bedrock:CallWithBearerToken in the IAM policy"],
            "InvokeModel",
        ),
        (
            "InvalidSignatureException",
            "Credential should be scoped to a valid region, not 'eu-central-1'.",
            &["us-east-1", "must match"],
            "secret",
        ),
        (
            "ThrottlingException",
            "Too many tokens per day, please wait before trying again.",
            &["daily quota"],
            "profile",
        ),
        (
            "ThrottlingException",
            "Too many tokens, please wait before trying again.",
            &["used up for now", "Service Quotas"],
            "cross-region",
        ),
        ("ValidationException", "Operation not allowed", &["AWS Support"], "IAM"),
        (
            "ValidationException",
            "data retention mode 'default' is not available for this model",
            &["data-retention.html"],
            "IAM",
        ),
        ("ValidationException", "Reservation not found.", &["service tier"], "spelling"),
    ] {
        let text = advice("us-east-1", model, code, message).unwrap();
        assert!(expected.iter().all(|part| text.contains(part)), "{message}: {text}");
        assert!(!text.contains(wrong), "{message}: {text}");
    }
}

#[test]
fn what_the_service_explains_itself_gets_no_advice() {
    let model = "anthropic.claude-x-v1:0";
    for message in [
        "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form",
        "This model version has reached the end of its life.",
        "something new",
    ] {
        assert_eq!(advice("us-east-1", model, "ResourceNotFoundException", message), None, "{message}");
    }
}

#[test]
fn an_expired_api_key_calls_for_a_new_one_and_not_for_a_login() {
    let auth = Auth::Bearer("canary".into());
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-errortype", "AccessDeniedException".parse().unwrap());
    let advice = |message: &str| {
        let body = serde_json::json!({ "message": message }).to_string();
        let error = crate::operation::parse_error(http::StatusCode::FORBIDDEN, &headers, body.as_bytes());
        for_control_error(&error, &auth, &Region::new("us-east-1").unwrap(), "bedrock:ListFoundationModels")
    };
    assert!(advice("Bearer Token has expired").unwrap().contains("create a new one"));
    let invalid = advice("Authentication failed: Please make sure your API Key is valid.").unwrap();
    assert!(invalid.contains("mistyped") && !invalid.contains("IAM"), "{invalid}");
    let denied = "User: x is not authorized to perform: bedrock:CallWithBearerToken on resource: y";
    assert_eq!(advice(denied).unwrap(), {
        "allow bedrock:CallWithBearerToken in the IAM policy of these credentials"
    });
    assert_eq!(advice("no").unwrap(), {
        "allow bedrock:ListFoundationModels and bedrock:CallWithBearerToken in the IAM policy of these credentials"
    });
}

#[test]
fn only_what_looks_like_an_action_is_taken_from_a_message() {
    let action = |after: &str| {
        let message = format!("x is not authorized to perform: {after}");
        refused_action(&message).map(str::to_owned)
    };
    assert_eq!(action("bedrock:ApplyGuardrail on resource: y").as_deref(), Some("bedrock:ApplyGuardrail"));
    for after in ["", "on resource", "a:\u{1b}[2J on", "the required AWS Marketplace actions"] {
        assert_eq!(action(after), None, "{after}");
    }
}

//! What to do next after an error of the service: the advice that its own words leave out.

use crate::auth::Auth;
use crate::endpoint::Region;
use crate::lore::words;
use crate::model_id::{ModelId, ModelKind};
use crate::operation::ServiceError;

/// The circumstances of a failed call.
pub(super) struct Circumstances<'a> {
    pub(super) region: &'a Region,
    pub(super) model_id: &'a ModelId,
    pub(super) auth: &'a Auth,
    /// The IAM action that the operation needs, `bedrock:InvokeModelWithResponseStream`.
    pub(super) action: &'static str,
}

/// The advice for `error`, where there is one.
pub(super) fn for_error(error: &ServiceError, at: &Circumstances<'_>) -> Option<String> {
    let message = error.message().to_ascii_lowercase();
    if words::is_on_demand_refusal(&message) {
        return Some(inference_profile_advice(at));
    }
    if words::is_unknown_model(&message) {
        return Some(format!(
            "check the spelling, and whether the model is offered in {}; an id looks like \
             anthropic.claude-3-haiku-20240307-v1:0",
            at.region
        ));
    }
    match error.code()? {
        "AccessDeniedException" => Some(access_advice(&message, at)),
        "UnknownOperationException" => {
            Some("the endpoint does not know the operation: is it a bedrock-runtime endpoint?".to_owned())
        }
        "ThrottlingException" | "TooManyRequestsException" => Some(
            "the account's quota for this model is used up for now: wait, or use a cross-region inference profile"
                .to_owned(),
        ),
        code => of_credentials(code, &message, at.auth, at.region),
    }
}

/// The advice for `error` of an operation of the control plane, which needs the IAM action `action`.
pub(super) fn for_control_error(
    error: &ServiceError,
    auth: &Auth,
    region: &Region,
    action: &'static str,
) -> Option<String> {
    match error.code() {
        Some("AccessDeniedException") => {
            let bearer = match auth {
                Auth::Bearer(_) => " and bedrock:CallWithBearerToken",
                Auth::SigV4(_) => "",
            };
            Some(format!("allow {action}{bearer} in the IAM policy of these credentials"))
        }
        Some("UnknownOperationException") => Some(
            "the endpoint does not know the operation: is it a bedrock endpoint, not bedrock-runtime?"
                .to_owned(),
        ),
        Some(code) => of_credentials(code, &error.message().to_ascii_lowercase(), auth, region),
        None => None,
    }
}

/// The advice for what is wrong with the credentials, whatever the operation.
fn of_credentials(code: &str, message: &str, auth: &Auth, region: &Region) -> Option<String> {
    match code {
        "UnrecognizedClientException" | "InvalidClientTokenId" => Some(match auth {
            Auth::Bearer(_) => "the bearer token is not known to the service: it may be mistyped, expired or of \
                                another region"
                .to_owned(),
            Auth::SigV4(credentials) => format!(
                "the access key {} is not known to the service: it may be deleted or mistyped, or a temporary one \
                 used without its session token, or belong to another partition than {region}",
                credentials.redacted_access_key_id(),
            ),
        }),
        "InvalidSignatureException" | "SignatureDoesNotMatch" => Some(
            if words::is_about_the_date(message) {
                "the clock of this machine is more than five minutes off: set it right"
            } else {
                "the secret access key does not belong to the access key id, or something on the way changed the \
                 request"
            }
            .to_owned(),
        ),
        "ExpiredTokenException" | "ExpiredToken" => Some(
            "the temporary credentials have run out: get new ones (for example `aws sso login`), and look for stale \
             AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in the environment"
                .to_owned(),
        ),
        _ => None,
    }
}

fn inference_profile_advice(at: &Circumstances<'_>) -> String {
    let prefixes = at.region.profile_prefixes();
    match at.model_id.base_model() {
        Some(base) if !prefixes.is_empty() => {
            let ids: Vec<String> = prefixes.iter().map(|prefix| format!("{prefix}{base}")).collect();
            format!(
                "this model is served through an inference profile only; from {} try the model id {}",
                at.region,
                ids.join(" or ")
            )
        }
        _ => "this model is served through an inference profile only: use the id or ARN of one that contains it"
            .to_owned(),
    }
}

fn access_advice(message: &str, at: &Circumstances<'_>) -> String {
    if words::is_refusal_of_iam(message) {
        let resource = match at.model_id.kind() {
            // The action is needed on the project too, and where the request names none, on the default one.
            _ if message.contains(":project/") => "the project as well as the model",
            ModelKind::InferenceProfile | ModelKind::ApplicationInferenceProfile => {
                "the inference profile and the foundation models behind it, in every region it routes to"
            }
            _ => "the model",
        };
        return format!("allow {} on {resource} in the IAM policy of these credentials", at.action);
    }
    let bearer = match at.auth {
        Auth::Bearer(_) => " and bedrock:CallWithBearerToken",
        Auth::SigV4(_) => "",
    };
    format!(
        "two things are needed: access to the model, asked for in the Bedrock console of {} under \"Model access\", and \
         the IAM permission {}{bearer}",
        at.region, at.action
    )
}

#[cfg(test)]
mod tests {
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
        assert!(tokyo.contains("jp.anthropic") && tokyo.contains("apac.anthropic"), "{tokyo}");
        let straight = message.replace('’', "'");
        let eu = advice("eu-central-1", model, "ValidationException", &straight).unwrap();
        assert!(eu.contains("eu.anthropic"), "{eu}");
        let china = advice("cn-north-1", model, "ValidationException", message).unwrap();
        assert!(china.contains("id or ARN"), "{china}");
    }

    #[test]
    fn access_denied_names_model_access_and_the_permission() {
        let refused = "You don't have access to the model with the specified model ID.";
        let text = advice("us-east-1", "amazon.nova-lite-v1:0", "AccessDeniedException", refused).unwrap();
        assert!(
            text.contains("Model access") && text.contains("bedrock:InvokeModelWithResponseStream"),
            "{text}"
        );
        let iam =
            "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel on resource: y";
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
}

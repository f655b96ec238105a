//! What to do next after a service error: the advice that its own message leaves out.

#[cfg(test)]
mod tests;

use crate::auth::Auth;
use crate::endpoint::Region;
use crate::model_id::{ModelId, ModelKind};
use crate::operation::{Reason, ServiceError};

/// The circumstances of a failed call.
pub(super) struct Circumstances<'a> {
    pub(super) region: &'a Region,
    pub(super) model_id: &'a ModelId,
    pub(super) auth: &'a Auth,
    /// The IAM action that the operation needs, `bedrock:InvokeModelWithResponseStream`.
    pub(super) action: &'static str,
}

/// The advice for `error`, if there is any.
pub(super) fn for_error(error: &ServiceError, at: &Circumstances<'_>) -> Option<String> {
    let advice = match error.reason() {
        Reason::OnDemandRefused => return Some(inference_profile_advice(at)),
        Reason::UnknownModel => {
            return Some(format!(
                "check the spelling, and whether the model, with the service tier if one was asked for, is offered in {}; \
                 an id looks like anthropic.claude-3-haiku-20240307-v1:0",
                at.region
            ));
        }
        Reason::ModelAccess | Reason::AccessDenied => return Some(access_advice(at)),
        Reason::IamDenied => return Some(iam_advice(error.message(), at)),
        Reason::ExplicitDeny if is_profile(at.model_id) => {
            "a policy explicitly denies it, and no other policy can allow it: an inference profile must not be \
             denied in any region that it routes to; ask whoever manages the policy that the message names, or choose a \
             profile that stays where it is allowed"
        }
        Reason::UnknownOperation => {
            "the endpoint does not know the operation: is it a bedrock-runtime endpoint?"
        }
        Reason::Throttled if is_profile(at.model_id) => {
            "the account's quota for this model is used up for now: wait, or ask for more in Service Quotas"
        }
        Reason::Throttled => {
            "the account's quota for this model is used up for now: wait, or use a cross-region inference profile"
        }
        reason => return in_general(reason, at.auth, at.region),
    };
    Some(advice.to_owned())
}

/// The advice for `error` of an operation of the control plane, which needs the IAM action `action`.
pub(super) fn for_control_error(
    error: &ServiceError,
    auth: &Auth,
    region: &Region,
    action: &'static str,
) -> Option<String> {
    match error.reason() {
        Reason::IamDenied | Reason::ModelAccess | Reason::AccessDenied => {
            let action = refused_action(error.message())
                .map_or_else(|| permissions(action, auth), |action| action.to_owned());
            Some(format!("allow {action} in the IAM policy of these credentials"))
        }
        Reason::UnknownOperation => Some(
            "the endpoint does not know the operation: is it a bedrock endpoint, not bedrock-runtime?"
                .to_owned(),
        ),
        reason => in_general(reason, auth, region),
    }
}

/// The advice that does not depend on the operation.
fn in_general(reason: Reason, auth: &Auth, region: &Region) -> Option<String> {
    let advice = match (reason, auth) {
        (Reason::KeyInvalid, Auth::Bearer(_)) => {
            "the bearer token is not known to the service: it may be mistyped, expired or from another region"
        }
        (Reason::KeyInvalid, Auth::SigV4(credentials)) => {
            return Some(format!(
                "the access key {} is not known to the service: it may be deleted or mistyped, or a temporary one used \
                 without its session token, or belong to another partition than {region}",
                credentials.redacted_access_key_id(),
            ));
        }
        (Reason::KeyExpired, Auth::Bearer(_)) => {
            "the Bedrock API key has expired: create a new one, and put it where the old one was \
             (AWS_BEARER_TOKEN_BEDROCK)"
        }
        (Reason::KeyExpired, Auth::SigV4(_)) => {
            "the temporary credentials have expired: get new ones (for example `aws sso login`), and look for stale \
             AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in the environment"
        }
        (Reason::ClockSkew, _) => "the clock of this machine is more than five minutes off: set it right",
        (Reason::BadSignature, _) => {
            "the secret access key does not belong to the access key id, or something along the way changed the request"
        }
        (Reason::Scope, _) => {
            return Some(format!(
                "the request is signed for {region}, but the endpoint is in another region: the two must match"
            ));
        }
        (Reason::ExplicitDeny, _) => {
            "a policy explicitly denies it, and no other policy can allow it: ask whoever manages the policy that \
             the message names"
        }
        (Reason::MarketplaceAgreement, _) => {
            "the model is sold through AWS Marketplace: someone with aws-marketplace:ViewSubscriptions and \
             aws-marketplace:Subscribe must call it once for the account, and the agreement takes a few minutes"
        }
        (Reason::Payment, _) => {
            "the account needs a valid payment method for AWS Marketplace (Billing, Payment preferences); the change \
             takes a few minutes"
        }
        (Reason::AccountRestricted, _) => {
            "AWS does not let this account do it, often because it is new or restricted, and no policy changes that: \
             ask AWS Support"
        }
        (Reason::DailyQuota, _) => {
            "the account's daily quota is used up: wait until tomorrow, use another model, or ask for more in \
             Service Quotas"
        }
        (Reason::ServiceTier, _) => {
            "this model does not have that service tier here, or it is `reserved` without a reservation: leave it out"
        }
        (Reason::DataRetention, _) => {
            "the model needs a different data retention mode than the account or the project has: \
             https://docs.aws.amazon.com/bedrock/latest/userguide/data-retention.html"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}

fn is_profile(model_id: &ModelId) -> bool {
    matches!(model_id.kind(), ModelKind::InferenceProfile | ModelKind::ApplicationInferenceProfile)
}

/// Names only profiles that are known to exist; which of them this region lists, the service alone can say.
fn inference_profile_advice(at: &Circumstances<'_>) -> String {
    let profiles = at.model_id.family().and_then(|family| family.profiles).unwrap_or_default();
    let exists = |prefix: &&&str| {
        profiles.iter().any(|geography| prefix.strip_suffix('.') == Some(geography.as_str()))
    };
    let base = at.model_id.base_model().unwrap_or_default();
    let ids: Vec<String> =
        at.region.profile_prefixes().iter().filter(exists).map(|prefix| format!("{prefix}{base}")).collect();
    if ids.is_empty() {
        return "this model is served only through an inference profile: use the id or ARN of one that contains it"
            .to_owned();
    }
    format!(
        "this model is served only through an inference profile; from {} try the model id {}",
        at.region,
        ids.join(" or ")
    )
}

/// The action that IAM refuses: `... is not authorized to perform: bedrock:InvokeModel on resource: ...`.
fn refused_action(message: &str) -> Option<&str> {
    let (_, after) = message.split_once("not authorized to perform: ")?;
    let action = after.split_ascii_whitespace().next()?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b':';
    (action.contains(':') && action.bytes().all(is_name)).then_some(action)
}

fn iam_advice(message: &str, at: &Circumstances<'_>) -> String {
    let action = refused_action(message).unwrap_or(at.action);
    let resource = match action {
        // Others are not for models: `bedrock:CallWithBearerToken`, `bedrock:ApplyGuardrail`.
        _ if !action.starts_with("bedrock:InvokeModel") => "",
        // The action is needed on the project too, and where the request names none, on the default one.
        _ if message.contains(":project/") => " on the project as well as the model",
        _ if is_profile(at.model_id) => {
            " on the inference profile and the foundation models behind it, in every region it routes to"
        }
        _ => " on the model",
    };
    format!("allow {action}{resource} in the IAM policy of these credentials")
}

/// What an operation needs, plus what the kind of credentials itself needs.
fn permissions(action: &str, auth: &Auth) -> String {
    match auth {
        Auth::Bearer(_) => format!("{action} and bedrock:CallWithBearerToken"),
        Auth::SigV4(_) => action.to_owned(),
    }
}

/// Models are open to every account that may invoke them; the console page for requesting access is gone.
///
/// Source: [Access Amazon Bedrock foundation models](
/// https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html), 2026-11.
fn access_advice(at: &Circumstances<'_>) -> String {
    let form = match at.model_id.base_model().unwrap_or(at.model_id.as_str()) {
        base if base.contains("anthropic.") => {
            "; Anthropic also asks for a use case form, once for each account (Bedrock console, Model catalog)"
        }
        _ => "",
    };
    format!(
        "IAM must allow, and no policy of the organization deny, {} in {}; a model of AWS Marketplace also needs a first \
         call by someone with aws-marketplace:Subscribe{form}",
        permissions(at.action, at.auth),
        at.region,
    )
}

use super::Reason::{self, *};
use super::*;

const INVALID: &str = "ValidationException";
const THROTTLED: &str = "ThrottlingException";
const FORBIDDEN: &str = "AccessDeniedException";
const NOT_FOUND: &str = "ResourceNotFoundException";

/// Messages that were seen, each with variants: other numbers, names and endings of the same sentence.
#[rustfmt::skip]
const SAID: &[(&str, Reason, &[&str])] = &[
    (INVALID, TooLong, &[
        "Input is too long for requested model.",
        "input is too long",
        "The model returned the following errors: Input is too long for requested model.",
        "prompt is too long: 208310 tokens > 200000 maximum",
        "prompt is too long: 1000001 tokens > 1000000 maximum",
        "The model returned the following errors: prompt is too long: 5 tokens > 4 maximum",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length",
        "Too many input tokens. Max input tokens: 8192, request input token count: 9000",
        "too many total text bytes: 10000002 > 9000000",
        "too many total text bytes: 9000001 > 9000000",
    ]),
    (INVALID, OnDemandRefused, &[
        "Invocation of model ID anthropic.claude-sonnet-4-6 with on-demand throughput isn’t supported. Retry your \
         request with the ID or ARN of an inference profile that contains this model.",
        "Invocation of model ID meta.llama4 with on-demand throughput isn't supported.",
        "Invocation with on-demand throughput is not supported for this model.",
    ]),
    (INVALID, UnknownModel, &[
        "The provided model identifier is invalid.",
        "the provided Model Identifier is invalid",
        "Validation error: The provided model identifier is invalid.",
    ]),
    (NOT_FOUND, UnknownModel, &[
        "Could not resolve the foundation model from the provided model identifier.",
        "Could not resolve the foundation model from the model identifier: x.y",
        "could not resolve the foundation model",
    ]),
    (NOT_FOUND, EndOfLife, &[
        "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
        "This model has reached the end of its life.",
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the \
         last 15 days. Please upgrade to an active model on Amazon Bedrock",
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the \
         last 30 days.",
    ]),
    (INVALID, ServiceTier, &[
        "service tier provided is invalid",
        "The specified service tier is not supported for this model.",
        "Reservation not found.",
    ]),
    (INVALID, DataRetention, &[
        "data retention mode 'default' is not available for this model",
        "data retention mode 'none' is not available for this model",
        "The model returned the following errors: Data retention mode 'inherit' is not available for this model.",
    ]),
    (THROTTLED, DailyQuota, &[
        "Too many tokens per day, please wait before trying again.",
        "Too many requests per day, please wait before trying again.",
        "Too many tokens per day",
    ]),
    (THROTTLED, Throttled, &[
        "Too many tokens, please wait before trying again.",
        "Too many requests, please wait before trying again.",
        "Too many connections, please wait before trying again.",
        "",
    ]),
    (NOT_FOUND, UseCaseForm, &[
        "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form \
         before using the model. If you have already filled out the form, try again in 15 minutes.",
        "Model use case details have not been submitted for this account.",
        "Fill out the Anthropic use case details form before using the model.",
    ]),
    (FORBIDDEN, Payment, &[
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided. Your AWS \
         Marketplace subscription for this model cannot be completed at this time.",
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT",
        "A valid payment instrument must be provided.",
    ]),
    (FORBIDDEN, ExplicitDeny, &[
        "User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: bedrock:InvokeModelWithResponseStream on \
         resource: arn:aws:bedrock:::foundation-model/z with an explicit deny in a service control policy: arn:p",
        "User: x is not authorized to perform: bedrock:InvokeModel on resource: y with an explicit deny in an \
         identity-based policy",
        "User: x is not authorized to perform: aws-marketplace:Subscribe with an explicit deny in a permissions boundary",
    ]),
    (FORBIDDEN, MarketplaceAgreement, &[
        "Model access is denied due to IAM user or service role is not authorized to perform the required AWS \
         Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.",
        "User: x is not authorized to perform: aws-marketplace:Subscribe on resource: *",
        "Your AWS Marketplace subscription for this model cannot be completed at this time.",
    ]),
    (FORBIDDEN, IamDenied, &[
        "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel on resource: y",
        "User: x is not authorized to perform: bedrock:CallWithBearerToken on resource: * because no identity-based \
         policy allows the bedrock:CallWithBearerToken action",
        "because no identity-based policy allows the bedrock:InvokeModel action",
    ]),
    (FORBIDDEN, KeyExpired, &[
        "Bearer Token has expired",
        "The bearer token has expired.",
        "Authentication failed: the API Key has expired",
    ]),
    ("ExpiredTokenException", KeyExpired, &[
        "The security token included in the request is expired",
        "The provided token has expired.",
        "",
    ]),
    (FORBIDDEN, KeyInvalid, &[
        "Authentication failed: Please make sure your API Key is valid.",
        "Please make sure your API key is valid",
        "Invalid API Key format: Must start with pre-defined prefix",
    ]),
    ("UnrecognizedClientException", KeyInvalid, &[
        "The security token included in the request is invalid.",
        "the security token included in the request is invalid",
        "",
    ]),
    ("InvalidSignatureException", Scope, &[
        "Credential should be scoped to a valid region, not 'eu-central-1'.",
        "Credential should be scoped to a valid region.",
        "Credential should be scoped to correct service: 'bedrock'.",
    ]),
    ("InvalidSignatureException", ClockSkew, &[
        "Signature expired: 20250130T064508Z is now earlier than 20250210T013411Z (20250210T013911Z - 5 min.)",
        "Signature not yet current: 20250130T064508Z is still later than 20250130T054508Z",
        "Signature expired",
    ]),
    ("RequestTimeTooSkewed", ClockSkew, &["The difference between the request time and the current time is too large.", "x", ""]),
    ("SignatureDoesNotMatch", BadSignature, &[
        "The request signature we calculated does not match the signature you provided.",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key",
        "",
    ]),
    (FORBIDDEN, ModelAccess, &[
        "You don't have access to the model with the specified model ID.",
        "You don’t have access to the model with the specified model ID.",
        "You do not have access to the model.",
    ]),
    (INVALID, AccountRestricted, &[
        "Operation not allowed",
        "Operation not allowed.",
        "Your account is not authorized to perform this action. Please create a support case",
    ]),
    (FORBIDDEN, AccountRestricted, &[
        "Your account is not authorized to invoke this API operation.",
        "Your account is not authorized to invoke this API operation with a prompt resource.",
        "your account is not authorized to invoke this",
    ]),
    ("", InvalidRequest, &[
        "The model returned the following errors: Malformed input request: #/messages/2/content/0: extraneous key \
         [toolResult] is not permitted, please reformat your input and try again.",
        "This model doesn't support the s3Uri field. Remove s3Uri and try again.",
        "messages.2.content.2.document.source.type: Field required",
    ]),
    ("ModelNotReadyException", NotReady, &[
        "The model is not ready for inference. Wait and try your request again.",
        "Model is not ready for inference.",
        "",
    ]),
    (FORBIDDEN, AccessDenied, &["", "no", "Access denied"]),
    (INVALID, InvalidRequest, &["", "`temperature` may only be set to 1 when thinking is enabled", "x"]),
    ("", Other, &["", "no", "<html>"]),
    ("BrandNewException", Other, &["", "something new", "try again"]),
];

#[test]
fn every_message_that_was_seen_and_its_siblings_have_their_reason() {
    for (code, expected, messages) in SAID {
        assert!(messages.len() >= 3, "{expected:?}");
        for message in *messages {
            assert_eq!(reason(code, message), *expected, "{code}: {message}");
            assert_eq!(
                reason(&code.to_ascii_lowercase(), &message.to_uppercase()),
                *expected,
                "{code}: {message}"
            );
        }
    }
}

#[test]
fn every_code_of_the_service_has_a_reason_of_its_own() {
    for (code, expected) in [
        ("ServiceQuotaExceededException", QuotaExceeded),
        ("UnknownOperationException", UnknownOperation),
        (NOT_FOUND, NotFound),
        ("ModelTimeoutException", ModelTimeout),
        ("ModelErrorException", ModelFailed),
        ("modelStreamErrorException", ModelFailed),
        ("serviceUnavailableException", Unavailable),
        ("internalServerException", ServiceFailed),
        ("TooManyRequestsException", Throttled),
        ("SlowDown", Throttled),
    ] {
        assert_eq!(reason(code, ""), expected, "{code}");
    }
}

#[test]
fn words_that_only_look_alike_mean_something_else() {
    // Models say this about their input; denials of access do not.
    assert_eq!(reason(FORBIDDEN, "input is too long"), AccessDenied);
    assert_eq!(reason(THROTTLED, "Too many tokens, please wait before trying again."), Throttled);
    assert_eq!(reason(INVALID, "max tokens per day must be a number"), InvalidRequest);
    assert_eq!(reason(FORBIDDEN, "the session expired"), AccessDenied);
}

/// A row after a wider one can never match, and one without a source cannot be checked when the service changes.
#[test]
fn every_row_can_be_reached_and_names_its_source() {
    for row in ROWS {
        assert!(row.source.len() > 10, "{}", row.phrases);
        assert_eq!(row.phrases, row.phrases.to_ascii_lowercase());
        for code in row.codes.listed().split('|') {
            for phrase in row.phrases.split('|') {
                assert_eq!(reason(code, &phrase.replace('&', " ")), row.reason, "{code}: {phrase}");
            }
        }
    }
}

//! What the service's errors mean: one table of codes and messages.
//!
//! A row matches when the code is one of its codes and the message has one of its phrases. The first match is the
//! reason, so phrases come before bare codes, and narrow ones before wide ones.

#[cfg(test)]
mod tests;

use super::reason::Reason;

/// Codes that ask the caller to slow down, whatever the service: the AWS SDKs' list.
///
/// Source: [Retry behavior](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html), 2026-11.
pub(crate) const THROTTLING: &str = "BandwidthLimitExceeded|EC2ThrottledException|LimitExceededException|\
    PriorRequestNotComplete|ProvisionedThroughputExceededException|RequestLimitExceeded|RequestThrottled|\
    RequestThrottledException|SlowDown|ThrottledException|Throttling|ThrottlingException|TooManyRequestsException|\
    TransactionInProgressException";

/// The codes of a row. Those that several rows share have names, because each pointer in a table costs a relocation.
enum Codes {
    /// Any, and none.
    Any,
    /// [`THROTTLING`].
    Throttling,
    /// The codes with which models reject their input.
    Input,
    Invalid,
    Denied,
    Signature,
    /// Separated by `|`.
    These(&'static str),
}

use Codes::{Any, Denied, Input, Invalid, Signature, These, Throttling};

impl Codes {
    /// Separated by `|`; empty for any.
    fn listed(&self) -> &'static str {
        match self {
            Any => "",
            Throttling => THROTTLING,
            Input => "ValidationException|ModelErrorException|ModelStreamErrorException",
            Invalid => "ValidationException",
            Denied => "AccessDeniedException|AccessDenied",
            Signature => "InvalidSignatureException|SignatureDoesNotMatch",
            These(codes) => codes,
        }
    }
}

/// Codes, phrases, and what they mean.
struct Row {
    /// Case-insensitive.
    codes: Codes,
    /// In lower case: alternatives separated by `|`, each of which may be several joined by `&`. Empty for any.
    phrases: &'static str,
    reason: Reason,
    /// Where the words were seen, and when. Only tests read it.
    #[cfg(test)]
    source: &'static str,
}

macro_rules! table {
    ($( $codes:expr, $phrases:expr => $reason:ident, $source:literal; )+) => {
        &[$( Row {
            codes: $codes,
            phrases: $phrases,
            reason: Reason::$reason,
            #[cfg(test)]
            source: $source,
        } ),+]
    };
}

#[rustfmt::skip]
const ROWS: &[Row] = table! {
    // "Too many tokens, please wait before trying again." is not among them: that is throttling.
    Input, "input is too long|prompt is too long|too many input tokens|maximum context length|exceed context limit|\
        context window|expected maxlength|too many total text bytes"
        => TooLong, "recorded exchanges; OpenClaw and litellm match the same, 2026-08";
    Any, "on-demand throughput&isn|on-demand throughput&not supported"
        => OnDemandRefused, "anthropics/claude-code#1466, 2025-06; with either apostrophe";
    Any, "model identifier is invalid|could not resolve the foundation model"
        => UnknownModel, "recorded exchanges; truera/trulens#779, 2024-01";
    Any, "reached the end of its life|marked by provider as legacy"
        => EndOfLife, "awslabs/llmeter#35, 2026-03; gsd-build/gsd-2#5425, 2026-05";
    Invalid, "service tier|servicetier|service_tier|reservation not found"
        => ServiceTier, "NousResearch/hermes-agent#34476, envoyproxy/ai-gateway#1749, 2026-01";
    Any, "data retention mode"
        => DataRetention, "pydantic/pydantic-ai#8341, 2026-09";
    Throttling, "tokens per day|requests per day"
        => DailyQuota, "minorun365/agent-book#29, 2026-01; Ivy-Interactive/Ivy-Tendril#1756, 2026-07";
    Any, "use case details"
        => UseCaseForm, "hashicorp/terraform-provider-aws#47665, 2026-04";
    Any, "invalid_payment_instrument|valid payment instrument"
        => Payment, "Tracer-Cloud/opensre#1811, 2026-05";
    Any, "explicit deny"
        => ExplicitDeny, "aws-samples/sample-badgers#33, 2026-03; posit-dev/positron#10683, 2025-11";
    Any, "aws-marketplace:|marketplace subscription"
        => MarketplaceAgreement, "aws-samples/anthropic-on-aws#252, 2026-07";
    Any, "is not authorized to perform:|no identity-based policy allows"
        => IamDenied, "recorded exchanges; aws-samples/semantic-search-with-amazon-opensearch#43, 2024-09";
    Any, "bearer token has expired|api key has expired|security token included in the request is expired"
        => KeyExpired, "recorded exchanges; AWS, Amazon Bedrock API keys, 2026-08";
    Any, "your api key is valid|invalid api key|security token included in the request is invalid"
        => KeyInvalid, "recorded exchanges; anomalyco/opencode#47073, ai4s-research/open-science#53, 2026-09";
    Any, "credential should be scoped to"
        => Scope, "earendil-works/pi#3487, 2026-05";
    Signature, "expired|not yet current"
        => ClockSkew, "recorded exchanges, 2025-08";
    These("RequestTimeTooSkewed|RequestExpired|RequestInTheFuture"), ""
        => ClockSkew, "the AWS SDKs, 2026-08";
    Any, "have access to the model"
        => ModelAccess, "recorded exchanges; aws-samples/sample-agentic-frameworks-on-aws#44, 2025-07";
    Invalid, "operation not allowed|account is not authorized"
        => AccountRestricted, "aws/aws-cli#8717, 2024-06; kirodotdev/Kiro#11191, 2026-09";
    Denied, "account is not authorized to invoke"
        => AccountRestricted, "aws-samples/amazon-bedrock-workshop#100, 2023-10; coder/code-server#7959, 2026-08";
    Any, "not ready for inference"
        => NotReady, "AWS, InvokeModel, 2026-11";
    // Gateways, and CountTokens, give no code.
    Any, "malformed input request|failed to satisfy constraint|field required|doesn't support the|\
        does not match any of the expected tags"
        => InvalidRequest, "recorded exchanges, 2026-08";

    Throttling, "" => Throttled, "see THROTTLING";
    These("ServiceQuotaExceededException"), "" => QuotaExceeded, "the API model, 2026-11";
    These("ModelNotReadyException"), "" => NotReady, "the API model, 2026-11";
    These("ExpiredTokenException|ExpiredToken"), "" => KeyExpired, "recorded exchanges, 2026-08";
    These("UnrecognizedClientException|InvalidClientTokenId"), "" => KeyInvalid, "recorded exchanges, 2026-08";
    Signature, "" => BadSignature, "AWS, troubleshooting Signature Version 4, 2026-08";
    Denied, "" => AccessDenied, "the API model, 2026-11";
    These("UnknownOperationException"), "" => UnknownOperation, "AWS, common errors, 2026-08";
    These("ResourceNotFoundException"), "" => NotFound, "the API model, 2026-11";
    Invalid, "" => InvalidRequest, "the API model, 2026-11";
    These("ModelTimeoutException"), "" => ModelTimeout, "the API model, 2026-11";
    These("ModelErrorException|ModelStreamErrorException"), "" => ModelFailed, "the API model, 2026-11";
    These("ServiceUnavailableException"), "" => Unavailable, "the API model, 2026-11";
    These("InternalServerException|InternalFailure"), "" => ServiceFailed, "the API model, 2026-11";
};

/// What an error of this code (empty where there is none) and message means.
pub(crate) fn reason(code: &str, message: &str) -> Reason {
    let message = message.to_ascii_lowercase();
    let says = |phrase: &str| phrase.split('&').all(|part| message.contains(part));
    let holds = |row: &&Row| {
        let codes = row.codes.listed();
        (codes.is_empty() || is_listed(codes, code)) && row.phrases.split('|').any(says)
    };
    ROWS.iter().find(holds).map_or(Reason::Other, |row| row.reason)
}

/// Whether `code` is in `codes`, which `|` separates. A stream writes `throttlingException`, an HTTP error
/// `ThrottlingException`: case does not count.
pub(crate) fn is_listed(codes: &str, code: &str) -> bool {
    codes.split('|').any(|known| known.eq_ignore_ascii_case(code))
}

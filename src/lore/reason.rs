//! What the service can mean by an error.

/// What the service means by an error, judged by its code and its message.
///
/// Codes alone say too little: `AccessDeniedException` covers a dozen situations, each of which needs a different
/// remedy. The wording changes; for an unknown message, the code decides, and if that says nothing, the reason is
/// [`Other`](Self::Other). Please report a wrong or missing reason as an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The input does not fit the model: it must be shortened.
    TooLong,
    /// The model is served only through an inference profile.
    OnDemandRefused,
    /// There is no such model in this region, or not for this caller. A wrong service tier gets this answer too.
    UnknownModel,
    /// The model has reached its end of life, or is legacy and closed to accounts that have not used it recently.
    EndOfLife,
    /// The service tier does not exist, or not for this model, or is `reserved` without a reservation.
    ServiceTier,
    /// The model needs a different data retention mode than the account or the project has.
    DataRetention,
    /// The account's daily quota is used up.
    DailyQuota,
    /// Too many requests or tokens for now.
    Throttled,
    /// A quota that waiting does not refill.
    QuotaExceeded,
    /// The model is still being loaded.
    NotReady,
    /// The API key or the temporary credentials have expired.
    KeyExpired,
    /// The service does not know the API key or the access key.
    KeyInvalid,
    /// The signature does not match the request.
    BadSignature,
    /// The signing time is too far from the service's clock.
    ClockSkew,
    /// The request was signed for another region or service than the endpoint's.
    Scope,
    /// A policy explicitly denies the action, so that no other policy can allow it.
    ExplicitDeny,
    /// No policy allows the action.
    IamDenied,
    /// The AWS Marketplace agreement that the model requires could not be created.
    MarketplaceAgreement,
    /// The account has no valid payment method for the model.
    Payment,
    /// The use case form, which Anthropic requires once per account, is missing.
    UseCaseForm,
    /// The account has no access to the model; the service does not say why.
    ModelAccess,
    /// AWS does not let the account do this, whatever its policies.
    AccountRestricted,
    /// Access is denied, for a reason that the message does not reveal.
    AccessDenied,
    /// The endpoint does not support the operation.
    UnknownOperation,
    /// What the request names does not exist.
    NotFound,
    /// The operation or the model does not accept the request.
    InvalidRequest,
    /// The model took too long.
    ModelTimeout,
    /// The model failed.
    ModelFailed,
    /// The service is overloaded or down.
    Unavailable,
    /// The service failed.
    ServiceFailed,
    /// The service gives no reason, or one that is not known yet.
    Other,
}

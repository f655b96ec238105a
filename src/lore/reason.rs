//! What the service can mean by an error.

/// What the service means by an error, told by its code and its words.
///
/// Codes alone say too little: `AccessDeniedException` stands for a dozen situations, of which each needs another step.
/// The words change, so a message that is not known yet is what its code says, or [`Other`](Self::Other). A reason that
/// is wrong, or missing, is worth an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The input does not fit the model: it must be shortened.
    TooLong,
    /// The model is served through an inference profile only.
    OnDemandRefused,
    /// There is no such model in this region, or not for this caller. A wrong service tier is answered so, too.
    UnknownModel,
    /// The model has reached the end of its life, or is too old for those who have not used it lately.
    EndOfLife,
    /// The service tier is none, or none of this model, or reserved without a reservation.
    ServiceTier,
    /// The model needs another mode of data retention than the account or the project has.
    DataRetention,
    /// What the account may use in a day is used up.
    DailyQuota,
    /// Too many requests or tokens for now.
    Throttled,
    /// A quota that waiting does not refill.
    QuotaExceeded,
    /// The model is still being loaded.
    NotReady,
    /// The API key, or the temporary credentials, have run out.
    KeyExpired,
    /// The API key, or the access key, is not known to the service.
    KeyInvalid,
    /// The signature is not that of the request.
    BadSignature,
    /// The request was signed at a time that is not now.
    ClockSkew,
    /// The request was signed for another region or service than the endpoint's.
    Scope,
    /// A policy denies the action in so many words, so that no other can allow it.
    ExplicitDeny,
    /// No policy allows the action.
    IamDenied,
    /// The AWS Marketplace agreement that the model needs cannot be made.
    MarketplaceAgreement,
    /// The account has no valid means of payment for the model.
    Payment,
    /// The form about the use case, which Anthropic asks for once, is missing.
    UseCaseForm,
    /// The account has no access to the model; the service does not say why.
    ModelAccess,
    /// AWS does not let the account do this, whatever its policies.
    AccountRestricted,
    /// Access is denied, in words that are not known.
    AccessDenied,
    /// The endpoint does not have the operation.
    UnknownOperation,
    /// What the request names does not exist.
    NotFound,
    /// The request is not one that the operation, or the model, takes.
    InvalidRequest,
    /// The model took too long.
    ModelTimeout,
    /// The model failed.
    ModelFailed,
    /// The service is overloaded or down.
    Unavailable,
    /// The service failed.
    ServiceFailed,
    /// The service does not say, or says what is not known yet.
    Other,
}

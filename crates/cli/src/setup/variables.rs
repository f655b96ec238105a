//! The variables that bedrill reads, and which of them a file may set.
//!
//! It stands alone: a test holds it against the sources.

/// What a variable decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Where requests go among AWS's regions.
    Region,
    /// Access keys.
    Keys,
    /// The bearer token.
    Bearer,
    /// The profile.
    Profile,
    /// The model.
    Model,
    /// A role, and the file with the token for it.
    WebIdentity,
    /// The agent of a container, and what it is shown.
    Container,
    /// Anything else of bedrill and the AWS tools: endpoints, certificates, files, retries.
    Setting,
    /// What belongs to the user's session and to every program in it.
    Session,
}

/// The variables that the implicit `.env` may set. None of them can redirect a request to another host, name a file
/// or choose a program; a profile, which can, is the user's own.
const FROM_DOT_ENV: [&str; 8] = [
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "BEDRILL_MODEL",
];

/// All that is read, each with its kind.
const VARIABLES: [(&str, Kind); 48] = [
    ("AWS_REGION", Kind::Region),
    ("AWS_DEFAULT_REGION", Kind::Region),
    ("AWS_PROFILE", Kind::Profile),
    ("AWS_DEFAULT_PROFILE", Kind::Profile),
    ("AWS_ACCESS_KEY_ID", Kind::Keys),
    ("AWS_SECRET_ACCESS_KEY", Kind::Keys),
    ("AWS_SESSION_TOKEN", Kind::Keys),
    ("AWS_BEARER_TOKEN_BEDROCK", Kind::Bearer),
    ("BEDRILL_MODEL", Kind::Model),
    ("AWS_ROLE_ARN", Kind::WebIdentity),
    ("AWS_ROLE_SESSION_NAME", Kind::WebIdentity),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", Kind::WebIdentity),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", Kind::Container),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Kind::Container),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", Kind::Container),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Kind::Container),
    ("AWS_CA_BUNDLE", Kind::Setting),
    ("AWS_CONFIG_FILE", Kind::Setting),
    ("AWS_EC2_METADATA_DISABLED", Kind::Setting),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", Kind::Setting),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", Kind::Setting),
    ("AWS_ENDPOINT_URL", Kind::Setting),
    ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", Kind::Setting),
    ("AWS_LOGIN_CACHE_DIRECTORY", Kind::Setting),
    ("AWS_MAX_ATTEMPTS", Kind::Setting),
    ("AWS_RETRY_MODE", Kind::Setting),
    ("AWS_SHARED_CREDENTIALS_FILE", Kind::Setting),
    ("AWS_USE_DUALSTACK_ENDPOINT", Kind::Setting),
    ("AWS_USE_FIPS_ENDPOINT", Kind::Setting),
    ("BEDRILL_CONFIG", Kind::Setting),
    ("BEDRILL_LIMITS", Kind::Setting),
    ("ALL_PROXY", Kind::Session),
    ("HTTPS_PROXY", Kind::Session),
    ("HTTP_PROXY", Kind::Session),
    ("NO_PROXY", Kind::Session),
    ("all_proxy", Kind::Session),
    ("https_proxy", Kind::Session),
    ("http_proxy", Kind::Session),
    ("no_proxy", Kind::Session),
    ("REQUEST_METHOD", Kind::Session),
    ("HOME", Kind::Session),
    ("HOMEDRIVE", Kind::Session),
    ("HOMEPATH", Kind::Session),
    ("USERPROFILE", Kind::Session),
    ("XDG_CACHE_HOME", Kind::Session),
    ("XDG_CONFIG_HOME", Kind::Session),
    ("SSL_CERT_DIR", Kind::Session),
    ("SSL_CERT_FILE", Kind::Session),
];

/// One of these for each service.
const ENDPOINTS: &str = "AWS_ENDPOINT_URL_";

/// What the variable `name` decides; `None` when nothing reads it.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    let known = VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
    known.or_else(|| name.starts_with(ENDPOINTS).then_some(Kind::Setting))
}

/// The variables of `kind` that have names of their own.
pub(crate) fn of_kind(kind: Kind) -> impl Iterator<Item = &'static str> {
    VARIABLES.iter().filter(move |(_, known)| *known == kind).map(|(name, _)| *name)
}

/// Whether the implicit `.env` may set it.
pub(crate) fn is_allowed_in_dot_env(name: &str) -> bool {
    FROM_DOT_ENV.contains(&name)
}

/// Whether it is named as ours and AWS's are.
pub(crate) fn is_ours(name: &str) -> bool {
    name.starts_with("AWS_") || name.starts_with("BEDRILL_")
}

/// Names under which other tools read what bedrill reads under its own: LiteLLM's, as of 2026-11.
pub(crate) const OF_OTHER_TOOLS: [(&str, Kind, &str); 2] =
    [("AWS_REGION_NAME", Kind::Region, "AWS_REGION"), ("AWS_PROFILE_NAME", Kind::Profile, "AWS_PROFILE")];

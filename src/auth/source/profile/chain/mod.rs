//! How a profile leads to credentials: the ones it starts from, and the roles that are assumed with them in turn.
//!
//! ```text
//! [profile A]                [profile B]                [profile C]
//! role_arn = RoleA           role_arn = RoleB           aws_access_key_id = ...
//! source_profile = B  ---->  source_profile = C  ---->  aws_secret_access_key = ...
//!
//! keys of C  --AssumeRole-->  RoleB  --AssumeRole-->  RoleA
//! ```
//!
//! The rules, those of the AWS SDKs:
//!
//! - `role_arn` asks for a role, with credentials from `source_profile` or from `credential_source`, exactly one of
//!   the two. With `web_identity_token_file` beside it, it needs neither.
//! - A profile may name itself as `source_profile`: the role is assumed with its other credentials.
//! - From the second profile on, static keys win over everything else in it.
//! - Otherwise a profile's credentials are, in this order: `credential_source`, `web_identity_token_file`, SSO,
//!   `login_session`, `credential_process`, static keys.
//! - A profile that is visited again is a loop. We also treat a chain of more than 32 profiles as one.
//!
//! Source: [assume role](https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html).

mod error;
#[cfg(test)]
mod tests;

use super::keys::{self, NoKey};
use crate::machine::setting;
use crate::profile::{Origin, ProfileSet, Section};

pub(in crate::auth) use error::{ChainError, ChainProblem};

/// The maximum number of profiles in a chain.
pub(in crate::auth) const MAX_PROFILES: usize = 32;

/// What makes a profile one of SSO.
pub(super) const SSO_SETTINGS: [&str; 5] =
    ["sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"];

/// How a profile leads to credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::auth) struct RoleChain<'a> {
    base: Base<'a>,
    roles: Vec<Role<'a>>,
}

impl<'a> RoleChain<'a> {
    /// Returns the credentials it starts from.
    pub(in crate::auth) fn base(&self) -> Base<'a> {
        self.base
    }

    /// Returns the roles in the order in which they are assumed; none for a profile with credentials of its own.
    pub(in crate::auth) fn roles(&self) -> &[Role<'a>] {
        &self.roles
    }
}

/// The credentials that a chain starts from, and the profile that holds or references them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) struct Base<'a> {
    profile: &'a Section,
    kind: BaseKind,
}

impl<'a> Base<'a> {
    /// Returns the profile.
    pub(in crate::auth) fn profile(&self) -> &'a Section {
        self.profile
    }

    /// Returns the kind.
    pub(in crate::auth) fn kind(&self) -> BaseKind {
        self.kind
    }

    /// Returns the location of the setting that makes it this kind.
    pub(in crate::auth) fn origin(&self) -> Origin {
        let settings: &[&str] = match self.kind {
            BaseKind::Keys => &[keys::ACCESS_KEY_ID],
            BaseKind::Environment | BaseKind::Ec2InstanceMetadata | BaseKind::EcsContainer => {
                &["credential_source"]
            }
            BaseKind::WebIdentity => &["web_identity_token_file"],
            BaseKind::Sso => &SSO_SETTINGS,
            BaseKind::LoginSession => &["login_session"],
            BaseKind::Process => &["credential_process"],
        };
        let origin = settings.iter().find_map(|name| setting(self.profile, name));
        origin.map_or_else(|| self.profile.origin(), |setting| setting.origin())
    }
}

/// A kind of credentials in a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum BaseKind {
    /// `aws_access_key_id` and `aws_secret_access_key`.
    Keys,
    /// `credential_source = Environment`: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    Environment,
    /// `credential_source = Ec2InstanceMetadata`: the role of the instance.
    Ec2InstanceMetadata,
    /// `credential_source = EcsContainer`: the role of the container.
    EcsContainer,
    /// `web_identity_token_file`: a role obtained with the token in this file.
    WebIdentity,
    /// `sso_session`, or `sso_start_url` and its companions: a role of IAM Identity Center.
    Sso,
    /// `login_session`: the session of `aws login`.
    LoginSession,
    /// `credential_process`: the output of a program.
    Process,
}

/// A role that a profile asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) struct Role<'a> {
    profile: &'a Section,
    arn: &'a str,
}

impl<'a> Role<'a> {
    /// Returns the role of `profile`, if it names one.
    pub(in crate::auth) fn of(profile: &'a Section) -> Option<Self> {
        Some(Self { profile, arn: setting(profile, "role_arn")?.value() })
    }

    /// Returns the location of `role_arn`.
    pub(in crate::auth) fn origin(&self) -> Origin {
        setting(self.profile, "role_arn").map_or_else(|| self.profile.origin(), |setting| setting.origin())
    }
}

/// What is read to assume it.
#[cfg(any(test, feature = "client"))]
impl<'a> Role<'a> {
    /// Returns the profile that asks for it.
    #[cfg(feature = "client")]
    pub(in crate::auth) fn profile(&self) -> &'a Section {
        self.profile
    }

    /// Returns `role_arn`.
    pub(in crate::auth) fn arn(&self) -> &'a str {
        self.arn
    }

    /// Returns `role_session_name`.
    pub(in crate::auth) fn session_name(&self) -> Option<&'a str> {
        self.optional("role_session_name")
    }

    /// Returns `external_id`.
    pub(in crate::auth) fn external_id(&self) -> Option<&'a str> {
        self.optional("external_id")
    }

    /// Returns `mfa_serial`.
    #[cfg(feature = "client")]
    pub(in crate::auth) fn mfa_serial(&self) -> Option<&'a str> {
        self.optional("mfa_serial")
    }

    fn optional(&self, name: &str) -> Option<&'a str> {
        setting(self.profile, name).map(|setting| setting.value())
    }
}

/// Follows the profile `name` to where its credentials come from, without reading files or sending requests.
///
/// # Errors
///
/// [`ChainError`] when the profile, or one that it leads to, does not lead to credentials.
pub(in crate::auth) fn resolve_chain<'a>(
    set: &'a ProfileSet,
    name: &str,
) -> Result<RoleChain<'a>, ChainError> {
    let mut profile = set.profile(name).ok_or_else(|| ChainError::absent(name))?;
    let mut passed = vec![profile];
    let mut roles = Vec::new();
    let base = loop {
        if passed.len() > 1 && has_keys(profile) {
            break Base { profile, kind: BaseKind::Keys };
        }
        let is_web_identity = setting(profile, "web_identity_token_file").is_some();
        let Some(role) = Role::of(profile).filter(|_| !is_web_identity) else {
            break base(set, profile)?;
        };
        roles.push(role);
        let (source, credential_source) =
            (setting(profile, "source_profile"), setting(profile, "credential_source"));
        let source = match (source, credential_source) {
            (Some(source), Some(_)) => {
                return Err(ChainError::new(profile, Some(source.origin()), ChainProblem::TwoSources));
            }
            (None, None) => {
                return Err(ChainError::new(profile, Some(role.origin()), ChainProblem::NoSource));
            }
            (None, Some(_)) => break base(set, profile)?,
            (Some(source), None) if source.value() == profile.name() => break base(set, profile)?,
            (Some(source), None) => source,
        };
        let broken = |problem| ChainError::new(profile, Some(source.origin()), problem);
        let next = set
            .profile(source.value())
            .ok_or_else(|| broken(ChainProblem::AbsentSource(source.value().to_owned())))?;
        if passed.iter().any(|passed| passed.name() == next.name()) {
            let names = passed.iter().chain([&next]).map(|passed| passed.name().to_owned());
            return Err(broken(ChainProblem::Loop(names.collect())));
        }
        if passed.len() == MAX_PROFILES {
            return Err(broken(ChainProblem::TooLong));
        }
        passed.push(next);
        profile = next;
    };
    roles.reverse();
    Ok(RoleChain { base, roles })
}

fn base<'a>(set: &ProfileSet, profile: &'a Section) -> Result<Base<'a>, ChainError> {
    let origin_of = |name: &str| setting(profile, name).map(|setting| setting.origin());
    let kind = if let Some(source) = setting(profile, "credential_source") {
        named_source(source.value()).ok_or_else(|| {
            let problem = ChainProblem::UnknownSource(source.value().to_owned());
            ChainError::new(profile, Some(source.origin()), problem)
        })?
    } else if let Some(file) = origin_of("web_identity_token_file") {
        if Role::of(profile).is_none() {
            return Err(ChainError::new(profile, Some(file), ChainProblem::NoRole));
        }
        BaseKind::WebIdentity
    } else if let Some(origin) = SSO_SETTINGS.into_iter().find_map(origin_of) {
        check_sso(set, profile).map_err(|problem| ChainError::new(profile, Some(origin), problem))?;
        BaseKind::Sso
    } else if origin_of("login_session").is_some() {
        BaseKind::LoginSession
    } else if origin_of("credential_process").is_some() {
        BaseKind::Process
    } else {
        keys::check(profile).map_err(|no_key| match no_key {
            NoKey::Absent => ChainError::new(profile, None, ChainProblem::NoCredentials),
            NoKey::Half { missing, origin } => {
                ChainError::new(profile, Some(origin), ChainProblem::HalfKey(missing))
            }
        })?;
        BaseKind::Keys
    };
    Ok(Base { profile, kind })
}

fn named_source(name: &str) -> Option<BaseKind> {
    [
        ("Environment", BaseKind::Environment),
        ("Ec2InstanceMetadata", BaseKind::Ec2InstanceMetadata),
        ("EcsContainer", BaseKind::EcsContainer),
    ]
    .into_iter()
    .find_map(|(known, kind)| known.eq_ignore_ascii_case(name).then_some(kind))
}

/// Account and role must both be set; start URL and region are in the session's section if there is one.
fn check_sso(set: &ProfileSet, profile: &Section) -> Result<(), ChainProblem> {
    const PLACE: [&str; 2] = ["sso_start_url", "sso_region"];
    let has = |section: &Section, name: &str| setting(section, name).is_some();
    let mut place = profile;
    if let Some(session) = setting(profile, "sso_session") {
        if let Some(misplaced) = PLACE.into_iter().find(|name| has(profile, name)) {
            return Err(ChainProblem::MisplacedSsoSetting(misplaced));
        }
        place = set
            .sso_session(session.value())
            .ok_or_else(|| ChainProblem::AbsentSsoSession(session.value().to_owned()))?;
    }
    match (has(profile, "sso_account_id"), has(profile, "sso_role_name")) {
        (true, false) => return Err(ChainProblem::NoSsoSetting("sso_role_name")),
        (false, true) => return Err(ChainProblem::NoSsoSetting("sso_account_id")),
        _ => {}
    }
    match PLACE.into_iter().find(|name| !has(place, name)) {
        Some(missing) => Err(ChainProblem::NoSsoSetting(missing)),
        None => Ok(()),
    }
}

fn has_keys(profile: &Section) -> bool {
    keys::check(profile).is_ok()
}

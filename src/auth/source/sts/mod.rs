//! STS, the service that turns one identity into another: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity.
//!
//! ```text
//! POST / HTTP/1.1                                         <AssumeRoleResponse>
//! host: sts.eu-west-1.amazonaws.com                         <AssumeRoleResult>
//! content-type: application/x-www-form-urlencoded   --->      <Credentials>
//! authorization: AWS4-HMAC-SHA256 ...                           <AccessKeyId>ASIA...</AccessKeyId>
//!                                                               <SecretAccessKey>, <SessionToken>, <Expiration>
//! Action=AssumeRole&Version=2011-06-15&RoleArn=...
//! ```
//!
//! [`Call::request`] and [`parse_credentials`] are pure: an embedder can send the call in any style. AssumeRole and
//! GetCallerIdentity are signed for the service `sts`, AssumeRoleWithWebIdentity is not: its token is the proof.
//! Source: [STS API reference](https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html).

#[cfg(feature = "client")]
mod call;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, StatusCode};
use zeroize::Zeroizing;

use crate::auth::wire::xml::{self, Leaves};
use crate::auth::{UNFIT, fits_header};
use crate::base::{time, uri};
use crate::credentials::{Credentials, Secret};
use crate::endpoint::{Endpoint, EndpointError};

#[cfg(feature = "client")]
pub use call::caller_identity;
#[cfg(feature = "client")]
pub(in crate::auth) use call::{Asker, send, session_name};

/// The service's name in signatures.
pub const SIGNING_NAME: &str = "sts";

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// A call of STS. `Debug` shows no token and no code.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call<'a> {
    /// Assumes a role with the identity that signs.
    AssumeRole {
        /// The role.
        role_arn: &'a str,
        /// The session's name, 2 to 64 of `A-Z a-z 0-9 = , . @ - _`; it appears in CloudTrail.
        session_name: &'a str,
        /// How long the credentials should last, in whole seconds: 15 minutes to 12 hours; one hour if not set.
        duration: Option<Duration>,
        /// The external ID that the role's owner requires from third parties.
        external_id: Option<&'a str>,
        /// The serial number of an MFA device and the code that it shows.
        mfa: Option<(&'a str, &'a str)>,
    },
    /// Assumes a role with an identity that another provider's token proves.
    AssumeRoleWithWebIdentity {
        /// The role.
        role_arn: &'a str,
        /// The session's name, as above.
        session_name: &'a str,
        /// How long the credentials should last, as above.
        duration: Option<Duration>,
        /// The token.
        token: &'a Secret,
    },
    /// Asks for the identity that signs.
    GetCallerIdentity,
}

impl Call<'_> {
    /// Builds the request, not yet signed.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] when the endpoint cannot take a path.
    pub fn request(&self, endpoint: &Endpoint) -> Result<Request<Bytes>, EndpointError> {
        let mut form = Form::new(self.action());
        match self {
            Self::AssumeRole { role_arn, session_name, duration, external_id, mfa } => {
                form.add("RoleArn", role_arn);
                form.add("RoleSessionName", session_name);
                form.add_seconds("DurationSeconds", *duration);
                if let Some(external_id) = external_id {
                    form.add("ExternalId", external_id);
                }
                if let Some((serial, code)) = mfa {
                    form.add("SerialNumber", serial);
                    form.add("TokenCode", code);
                }
            }
            Self::AssumeRoleWithWebIdentity { role_arn, session_name, duration, token } => {
                form.add("RoleArn", role_arn);
                form.add("RoleSessionName", session_name);
                form.add("WebIdentityToken", token.expose());
                form.add_seconds("DurationSeconds", *duration);
            }
            Self::GetCallerIdentity => {}
        }
        let mut request = endpoint.request(Method::POST, "/", Bytes::from(form.0))?;
        request.headers_mut().insert(CONTENT_TYPE, FORM);
        Ok(request)
    }

    /// Whether the request must be signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        !matches!(self, Self::AssumeRoleWithWebIdentity { .. })
    }

    /// Returns its name: `AssumeRole`.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::AssumeRole { .. } => "AssumeRole",
            Self::AssumeRoleWithWebIdentity { .. } => "AssumeRoleWithWebIdentity",
            Self::GetCallerIdentity => "GetCallerIdentity",
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.action()).finish_non_exhaustive()
    }
}

struct Form(String);

impl Form {
    fn new(action: &str) -> Self {
        Self(format!("Action={action}&Version=2011-06-15"))
    }

    fn add(&mut self, name: &str, value: &str) {
        let value = Zeroizing::new(uri::encode_label(value));
        self.0.extend(["&", name, "=", &value]);
    }

    fn add_seconds(&mut self, name: &str, value: Option<Duration>) {
        if let Some(value) = value {
            self.add(name, &value.as_secs().to_string());
        }
    }
}

/// The identity that signs, as GetCallerIdentity reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    account: String,
    arn: String,
}

impl Identity {
    /// Returns the account number.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Returns the ARN of the user, role session or root.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }
}

/// Why an STS call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StsError {
    /// STS refused: `AccessDenied`, `ExpiredToken`, ...
    Service {
        /// The status of the answer.
        status: StatusCode,
        /// The error's name; empty when the answer does not say.
        code: String,
        /// The message from STS, unescaped; empty when there is none.
        message: String,
    },
    /// The answer is not the XML that STS sends: the reason.
    NotXml(&'static str),
    /// The answer lacks this element, or it is empty.
    Missing(&'static str),
    /// This element cannot go into a header.
    Unfit(&'static str),
    /// This element is not an RFC 3339 instant.
    NotAnInstant(&'static str),
}

impl fmt::Display for StsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { status, code, .. } if code.is_empty() => {
                write!(f, "STS answered {}", status.as_u16())
            }
            Self::Service { code, message, .. } if message.is_empty() => {
                write!(f, "STS answered {}", crate::base::quote::escape(code))
            }
            Self::Service { code, message, .. } => write!(
                f,
                "STS answered {}: {}",
                crate::base::quote::escape(code),
                crate::base::quote::quote(message.as_bytes(), 500)
            ),
            Self::NotXml(why) => write!(f, "the answer is not the XML that STS sends: {why}"),
            Self::Missing(name) => write!(f, "the answer has no {name}"),
            Self::Unfit(name) => write!(f, "{name} in the answer {UNFIT}"),
            Self::NotAnInstant(name) => write!(f, "{name} in the answer is not a time"),
        }
    }
}

impl std::error::Error for StsError {}

/// Parses the credentials in the answer to AssumeRole or AssumeRoleWithWebIdentity. They always expire.
///
/// # Errors
///
/// [`StsError`] when STS refuses, or its answer is malformed.
pub fn parse_credentials(status: StatusCode, body: &[u8]) -> Result<Credentials, StsError> {
    let leaves = answer(status, body)?;
    let field = |name: &'static str| {
        let text = leaves.text(&["Credentials", name]).ok_or(StsError::Missing(name))?;
        if fits_header(text) { Ok(text) } else { Err(StsError::Unfit(name)) }
    };
    let (id, secret, token) = (field("AccessKeyId")?, field("SecretAccessKey")?, field("SessionToken")?);
    const EXPIRATION: &str = "Expiration";
    let expiration = time::parse_rfc3339(field(EXPIRATION)?).ok_or(StsError::NotAnInstant(EXPIRATION))?;
    Ok(Credentials::new(id, secret).with_session_token(token).with_expiration(expiration))
}

/// Parses the identity in the answer to GetCallerIdentity.
///
/// # Errors
///
/// [`StsError`] when STS refuses, or its answer is malformed.
pub fn parse_identity(status: StatusCode, body: &[u8]) -> Result<Identity, StsError> {
    let leaves = answer(status, body)?;
    let field = |name: &'static str| {
        let text = leaves.text(&["GetCallerIdentityResult", name]).ok_or(StsError::Missing(name))?;
        if fits_header(text) { Ok(text.to_owned()) } else { Err(StsError::Unfit(name)) }
    };
    Ok(Identity { account: field("Account")?, arn: field("Arn")? })
}

fn answer(status: StatusCode, body: &[u8]) -> Result<Leaves<'_>, StsError> {
    let leaves = xml::parse(body);
    if status == StatusCode::OK {
        return leaves.map_err(|error| StsError::NotXml(error.text()));
    }
    let text = |name| {
        let leaves = leaves.as_ref().ok()?;
        leaves.text(&["Error", name]).map(str::to_owned)
    };
    Err(StsError::Service {
        status,
        code: text("Code").unwrap_or_default(),
        message: text("Message").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(call: &Call<'_>) -> String {
        let endpoint = Endpoint::custom("https://sts.example").expect("an endpoint");
        let request = call.request(&endpoint).expect("a request");
        assert_eq!(
            (request.method().as_str(), request.uri().to_string().as_str()),
            ("POST", "https://sts.example/")
        );
        String::from_utf8(request.into_body().to_vec()).expect("text")
    }

    #[test]
    fn what_a_profile_asks_for_is_in_the_form_and_nothing_can_add_to_it() {
        let call = Call::AssumeRole {
            role_arn: "arn:aws:iam::1:role/a b",
            session_name: "s&Policy=x",
            duration: Some(Duration::from_secs(900)),
            external_id: Some("id="),
            mfa: Some(("arn:aws:iam::1:mfa/me", "123456")),
        };
        assert_eq!(
            body(&call),
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b\
             &RoleSessionName=s%26Policy%3Dx&DurationSeconds=900&ExternalId=id%3D\
             &SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=123456"
        );
        let token = Secret::new("canary");
        let call = Call::AssumeRoleWithWebIdentity {
            role_arn: "r",
            session_name: "s",
            duration: None,
            token: &token,
        };
        assert!(body(&call).ends_with("&RoleArn=r&RoleSessionName=s&WebIdentityToken=canary"));
        assert!(!call.is_signed() && !format!("{call:?}").contains("canary"));
    }

    #[test]
    fn an_identity_is_an_account_and_an_arn() {
        let xml = b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/me</Arn>\
                    <UserId>AIDA</UserId><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        let identity = parse_identity(StatusCode::OK, xml).expect("an identity");
        assert_eq!((identity.account(), identity.arn()), ("1", "arn:aws:iam::1:user/me"));
    }

    #[test]
    fn a_refusal_keeps_code_and_words_and_shows_them_escaped() {
        let xml = b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no&#27;</Message></Error>\
                    <RequestId>x</RequestId></ErrorResponse>";
        let error = parse_credentials(StatusCode::FORBIDDEN, xml).expect_err("refused");
        assert_eq!(error.to_string(), "STS answered AccessDenied: no\\u{1b}");
        let error = parse_credentials(StatusCode::BAD_GATEWAY, b"<html>").expect_err("a proxy's page");
        assert_eq!(error.to_string(), "STS answered 502");
    }
}

//! Short-term Bedrock API keys: what can be read in one without asking the service.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use crate::base::{time, uri};

/// A short-term Bedrock API key: a presigned URL in base64, which says for which region it was made and how long it lasts.
/// Long-term keys say nothing.
/// Source: [API keys](https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html).
///
/// ```
/// use bedrill::auth::ShortTermKey;
///
/// assert!(ShortTermKey::parse("ABSK-a-long-term-key").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortTermKey {
    region: String,
    expiration: SystemTime,
}

impl ShortTermKey {
    /// Reads `token`; `None` when it is not a short-term key.
    #[must_use]
    pub fn parse(token: &str) -> Option<Self> {
        let encoded = token.trim().strip_prefix("bedrock-api-key-")?.trim_end_matches('=');
        let url = Zeroizing::new(STANDARD_NO_PAD.decode(encoded).ok()?);
        let (_, query) = str::from_utf8(&url).ok()?.split_once('?')?;
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(known, _)| *known == name)?;
            String::from_utf8(uri::decode(value)).ok()
        };
        let made = time::parse_amz_date(&parameter("X-Amz-Date")?)?;
        let lifetime = Duration::from_secs(parameter("X-Amz-Expires")?.parse().ok()?);
        // KEY/20261122/us-east-1/bedrock/aws4_request
        let scope = parameter("X-Amz-Credential")?;
        let region = scope.split('/').nth(2)?;
        // It is shown to the user.
        let region = crate::endpoint::Region::new(region).ok()?.as_str().to_owned();
        Some(Self { region, expiration: made.checked_add(lifetime)? })
    }

    /// The only region whose endpoints accept it.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// When it runs out, unless the credentials that it was made with run out earlier.
    #[must_use]
    pub fn expiration(&self) -> SystemTime {
        self.expiration
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(url: &str) -> String {
        format!("bedrock-api-key-{}", base64::engine::general_purpose::STANDARD.encode(url))
    }

    #[test]
    fn region_and_end_are_in_the_key() {
        let url = "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256\
                   &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Feu-west-1%2Fbedrock%2Faws4_request\
                   &X-Amz-Date=20150830T123600Z&X-Amz-Expires=43200&X-Amz-SignedHeaders=host\
                   &X-Amz-Signature=canary&Version=1";
        for key in [key(url), key(&url.replace("bedrock.", "https://bedrock.")), key(url).replace('=', "")] {
            let found = ShortTermKey::parse(&key).expect("a short-term key");
            assert_eq!(found.region(), "eu-west-1");
            assert_eq!(time::rfc3339(found.expiration()), "2015-08-31T00:36:00Z");
        }
        for damaged in [
            url.replace("X-Amz-Date", "Date"),
            url.replace("43200", "-1"),
            url.replace("43200", "99999999999999999999"),
            url.replace("43200", "18446744073709551615"),
            url.replace("%2Feu-west-1", "%2Feu%1bwest"),
            url.replace('?', ""),
        ] {
            assert_eq!(ShortTermKey::parse(&key(&damaged)), None, "{damaged}");
        }
        for other in ["", "bedrock-api-key-", "bedrock-api-key-EXAMPLE", "bedrock-api-key-\u{e9}", "ABSKxyz"]
        {
            assert_eq!(ShortTermKey::parse(other), None, "{other}");
        }
    }
}

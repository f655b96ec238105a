//! Geographies: the prefixes of cross-region inference profiles, and which of them a region can use.
//!
//! Source, as of 2026-11-22:
//! [Supported Regions and models for inference profiles](https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html).

/// The geographies that a system-defined profile's id can begin with.
pub(crate) const GEOGRAPHIES: [&str; 9] = ["us", "eu", "apac", "jp", "au", "ca", "global", "us-gov", "amer"];

/// The profiles' prefixes in GovCloud.
pub(crate) const OF_GOVCLOUD: &[&str] = &["us-gov."];

/// The prefixes of the profiles that can be used from a commercial region, the nearest geography first.
pub(crate) fn prefixes(region: &str) -> &'static [&'static str] {
    match region {
        "ap-northeast-1" | "ap-northeast-3" => &["jp.", "apac.", "global."],
        "ap-southeast-2" | "ap-southeast-4" => &["au.", "apac.", "global."],
        region => match region.split('-').next() {
            Some("us" | "mx") => &["us.", "global."],
            Some("ca") => &["ca.", "us.", "global."],
            Some("eu") => &["eu.", "global."],
            Some("ap") => &["apac.", "global."],
            _ => &["global."],
        },
    }
}

/// Whether the profiles of `prefix` stay in the geography of `region`. `jp.`, `au.` and `apac.` are all in Asia and the
/// Pacific; Canada and Mexico can use `us.`, which leaves the country.
#[cfg(feature = "client")]
pub(crate) fn is_own(region: &str, prefix: &str) -> bool {
    let own: &[&str] = match region.split('-').next() {
        Some("us") => &["us.", "us-gov."],
        Some("eu") => &["eu."],
        Some("ap") => &["apac.", "jp.", "au."],
        Some("ca") => &["ca."],
        _ => &[],
    };
    own.contains(&prefix)
}

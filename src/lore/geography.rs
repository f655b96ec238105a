//! Geographies: the prefixes of cross-region inference profiles, and which of them a region can use.
//!
//! Source, as of 2026-11-28:
//! [Supported Regions and models for inference profiles](https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html).

use super::set;
use super::vocabulary::Geography;

/// Whether a system-defined profile's id can begin with `text` and a dot.
pub(crate) fn is_geography(text: &str) -> bool {
    set::named::<Geography>(text).is_some()
}

/// The profiles' prefixes in GovCloud.
pub(crate) const OF_GOVCLOUD: &[&str] = &["us-gov."];

/// The prefixes of the profiles that can be used from a commercial region, the nearest geography first.
pub(crate) fn prefixes(region: &str) -> &'static [&'static str] {
    match region {
        "ap-northeast-1" | "ap-northeast-3" => &["jp.", "apac.", "global."],
        "ap-southeast-2" | "ap-southeast-4" | "ap-southeast-6" => &["au.", "apac.", "global."],
        "ap-south-1" | "ap-south-2" => &["in.", "apac.", "global."],
        region => match region.split('-').next() {
            Some("us" | "mx") => &["us.", "global."],
            Some("ca") => &["ca.", "us.", "global."],
            Some("eu") => &["eu.", "global."],
            Some("ap") => &["apac.", "global."],
            _ => &["global."],
        },
    }
}

/// Whether the profiles of `prefix` stay in the geography of `region`. `jp.`, `au.`, `in.` and `apac.` are all in Asia and the
/// Pacific; Canada and Mexico can use `us.`, which leaves the country.
#[cfg(feature = "client")]
pub(crate) fn is_own(region: &str, prefix: &str) -> bool {
    let own: &[&str] = match region.split('-').next() {
        Some("us") => &["us.", "us-gov."],
        Some("eu") => &["eu."],
        Some("ap") => &["apac.", "jp.", "au.", "in."],
        Some("ca") => &["ca."],
        _ => &[],
    };
    own.contains(&prefix)
}

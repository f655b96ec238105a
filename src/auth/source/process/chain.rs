//! The profiles whose helper programs lead to one another, so that a helper that comes back to its own profile ends.
//!
//! ```text
//! [profile p] credential_process = bedrill auth export --format process        AWS_PROFILE=p bedrill auth
//!
//! bedrill auth                 no variable; runs the helper of p with _AWS_CLI_PROFILE_CHAIN=p
//!  `- bedrill auth export      p is in the variable: an error
//! ```
//!
//! The variable is the one in which the AWS CLI's `aws configure export-credentials` keeps the same list: a loop through
//! both programs ends, too. It is a line of CSV, and no name that the AWS CLI accepts needs more than quotes around it.

use crate::base::quote::escape;
use crate::machine::MAX_NESTED_PROCESSES;

/// Where the AWS CLI keeps the list for the programs that it leads to.
pub(super) const VARIABLE: &str = "_AWS_CLI_PROFILE_CHAIN";

/// Adds `profile` to the profiles in `variable`.
///
/// # Errors
///
/// Says which profiles lead to each other, when it is one of them or they are too many.
pub(super) fn extended(variable: &str, profile: &str) -> Result<String, String> {
    let names = variable.split(',').map(|name| name.trim_matches('"'));
    let mut profiles: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    let problem = if profiles.contains(&profile) {
        "it leads back to its own profile, which is a loop"
    } else if profiles.len() >= MAX_NESTED_PROCESSES {
        "it would run inside seven others, as in a loop"
    } else if profiles.is_empty() {
        return Ok(profile.to_owned());
    } else {
        return Ok([variable, profile].join(","));
    };
    profiles.push(profile);
    // The variable may hold anything.
    let shown = profiles.len().saturating_sub(MAX_NESTED_PROCESSES + 1);
    let chain = profiles.get(shown..).unwrap_or_default().join(" -> ");
    Err([problem, ": ", &escape(&chain)].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_was_visited_and_the_eighth_helper_are_refused_by_name() {
        assert_eq!(extended("", "p").as_deref(), Ok("p"));
        assert_eq!(extended("a,b", "c").as_deref(), Ok("a,b,c"));
        assert_eq!(extended("\"a b\",b", "c d").as_deref(), Ok("\"a b\",b,c d"));
        for (visited, profile, chain) in
            [("a,b", "a", ": a -> b -> a"), ("p", "p", ": p -> p"), ("\"a b\",c", "a b", ": a b -> c -> a b")]
        {
            let problem = extended(visited, profile).expect_err("a loop");
            assert!(problem.contains("a loop") && problem.ends_with(chain), "{problem}");
        }
        assert!(extended("1,2,3,4,5,6", "7").is_ok());
        let problem = extended("1,2,3,4,5,6,7", "8").expect_err("too deep");
        assert!(problem.ends_with(": 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 8"), "{problem}");
        let problem = extended(&"x\u{1b},".repeat(10_000), "p").expect_err("too deep");
        assert!(problem.len() < 200 && !problem.contains('\u{1b}'), "{problem}");
    }
}

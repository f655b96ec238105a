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
//! both programs ends, too. Its form is one line of CSV, as Python's `csv` writes it.

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
    let mut profiles = parse(variable);
    let is_loop = profiles.iter().any(|visited| visited == profile);
    let is_deep = profiles.len() >= MAX_NESTED_PROCESSES;
    profiles.push(profile.to_owned());
    if is_loop {
        return Err(format!("it leads back to its own profile, which is a loop: {}", arrows(&profiles)));
    }
    if is_deep {
        return Err(format!(
            "more than {MAX_NESTED_PROCESSES} such programs would run inside each other: {}",
            arrows(&profiles)
        ));
    }
    Ok(format(&profiles))
}

/// `a -> b -> a`.
fn arrows(profiles: &[String]) -> String {
    // The variable may hold anything.
    const SHOWN: usize = MAX_NESTED_PROCESSES + 1;
    let from = profiles.len().saturating_sub(SHOWN);
    let shown: Vec<String> = profiles.iter().skip(from).map(|profile| escape(profile)).collect();
    shown.join(" -> ")
}

/// Reads one line of CSV.
fn parse(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let (mut field, mut quoted) = (String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    fields.push(field);
    fields.retain(|field| !field.is_empty());
    fields
}

/// Writes one line of CSV.
fn format(profiles: &[String]) -> String {
    let field = |profile: &String| {
        if profile.contains([',', '"', '\r', '\n']) {
            format!("\"{}\"", profile.replace('"', "\"\""))
        } else {
            profile.clone()
        }
    };
    profiles.iter().map(field).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_was_visited_and_the_eighth_helper_are_refused_by_name() {
        assert_eq!(extended("", "p").as_deref(), Ok("p"));
        assert_eq!(extended("a,b", "c").as_deref(), Ok("a,b,c"));
        let problem = extended("a,b", "a").expect_err("a loop");
        assert!(problem.ends_with("which is a loop: a -> b -> a"), "{problem}");
        assert!(extended("1,2,3,4,5,6", "7").is_ok());
        let problem = extended("1,2,3,4,5,6,7", "8").expect_err("too deep");
        assert!(problem.ends_with(": 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 8"), "{problem}");
        let problem = extended(&"x\u{1b},".repeat(10_000), "p").expect_err("too deep");
        assert!(problem.len() < 200 && !problem.contains('\u{1b}'), "{problem}");
    }

    #[test]
    fn any_name_survives_the_variable() {
        let names = ["plain", "Foo Bar", "a,b", "it \"is\"", "\"", "é"].map(str::to_owned);
        assert_eq!(format(&names), "plain,Foo Bar,\"a,b\",\"it \"\"is\"\"\",\"\"\"\",é");
        assert_eq!(parse(&format(&names)), names);
        for broken in ["", ",", "\"", ",,\"\""] {
            assert_eq!(parse(broken), Vec::<String>::new(), "{broken}");
        }
    }
}

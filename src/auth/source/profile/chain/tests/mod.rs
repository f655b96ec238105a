//! Chains that end, and those that do not.

#![allow(clippy::print_stderr)] // the suite says what it ran

mod conformance;

use super::{ChainProblem, MAX_PROFILES, resolve_chain};
use crate::profile::ProfileSet;

const KEYS: &str = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n";

#[test]
fn a_chain_has_an_end() {
    let hop = |number: usize| {
        format!("[profile p{number}]\nrole_arn = r{number}\nsource_profile = p{}\n", number + 1)
    };
    let resolve = |hops: usize| {
        let config: String = (1..=hops).map(hop).collect();
        let set = ProfileSet::parse(format!("{config}[profile p{}]\n{KEYS}", hops + 1).as_bytes(), b"")
            .expect("reads");
        resolve_chain(&set, "p1").map(|chain| chain.roles().len()).map_err(|error| error.problem().clone())
    };
    assert_eq!(resolve(MAX_PROFILES - 1), Ok(MAX_PROFILES - 1));
    assert_eq!(resolve(MAX_PROFILES), Err(ChainProblem::TooLong));
    assert_eq!(resolve(1000), Err(ChainProblem::TooLong));
}

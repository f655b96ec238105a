//! Credentials and settings of the selected profile in the AWS CLI's shared files.

mod chain;
mod credentials;
mod keys;
#[cfg(feature = "client")]
mod load;

use chain::{BaseKind, ChainError, ChainProblem, Role, RoleChain, resolve_chain};
#[cfg(feature = "client")]
pub(in crate::auth) use load::load;

pub(in crate::auth) const SOURCE: &str = "profile";

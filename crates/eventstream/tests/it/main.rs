//! The codec against fixtures, AWS's implementation, and frames that others publish or were recorded.

#![allow(unreachable_pub)] // a test binary exports nothing
#![allow(clippy::print_stderr)] // suites say on stderr what they ran
#![allow(clippy::disallowed_methods)] // tests read what they wrote

mod codec;
#[path = "../../../../tests/it/support/conformance.rs"]
mod conformance;
mod conformance_frames;
mod frames;
#[path = "../../../../tests/it/support/pieces.rs"]
mod pieces;

//! What the fuzz targets run: one function a target, which takes any bytes and panics when a promise is broken.
//!
//! Internal: the feature `fuzzing` is there for `fuzz/` and for the replay of its corpus in the tests, and nothing here
//! is under the crate's promise of stability. Targets that need another implementation to compare with are in
//! `fuzz/src/lib.rs`, because that implementation must not become a dependency of this crate.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bytes;
mod credentials;
mod events;
mod files;
mod frames;

pub use credentials::credential_json;
pub use events::{event_json, event_sequence};
pub use files::{config, profile};
pub use frames::{Cut, frames, frames_round_trip, frames_valid_crc};

/// A target: its name, which is that of its binary and of its folder in the corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// The targets of this module.
pub const TARGETS: [Target; 8] = [
    ("frames", frames),
    ("frames_valid_crc", frames_valid_crc),
    ("frames_round_trip", frames_round_trip),
    ("event_json", event_json),
    ("event_sequence", event_sequence),
    ("profile", profile),
    ("credential_json", credential_json),
    ("config", config),
];

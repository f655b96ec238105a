//! Our own recorded streams.

/// The body of the stream fixture `name`.
pub fn stream(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/eventstream/{name}/body.bin", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

//! Bytes cut in many ways, as a network might.

/// `bytes` cut in many ways, each with its name: chunks of several sizes, whole, and seeded random pieces.
pub fn cuts(bytes: &[u8]) -> Vec<(String, Vec<&[u8]>)> {
    let mut cuts: Vec<(String, Vec<&[u8]>)> = [1, 2, 3, 7, 64, 1400]
        .into_iter()
        .map(|size| (format!("chunks of {size}"), bytes.chunks(size).collect()))
        .collect();
    cuts.push(("whole".to_owned(), vec![bytes]));
    for seed in 1..=6 {
        cuts.push((format!("random pieces, seed {seed}"), random_pieces(bytes, seed)));
    }
    cuts
}

/// Pieces of 0 to 600 bytes, the same for the same seed (xorshift).
pub fn random_pieces(mut bytes: &[u8], seed: u64) -> Vec<&[u8]> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let (piece, rest) = bytes.split_at(bytes.len().min((state % 601) as usize));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

//! Lower-case hexadecimal, as signatures and payload hashes are written.

/// The lower-case hexadecimal form of `bytes`: two characters a byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    // Filled as a slice, which the compiler does many digits at a time.
    let mut text = vec![0; bytes.len().saturating_mul(2)];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0f)]);
    }
    // Digits are ASCII, so the fallback is never taken; it spares a panic path.
    String::from_utf8(text).unwrap_or_default()
}

fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_lower_case_and_leading_zeros_stay() {
        assert_eq!(super::encode(&[0x00, 0x0f, 0xab, 0xff]), "000fabff");
        assert_eq!(super::encode(&[]), "");
    }
}

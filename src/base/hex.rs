//! Lower-case hexadecimal, as signatures and payload hashes are written.

/// Returns `bytes` in lower-case hexadecimal: two characters per byte.
#[cfg(any(test, feature = "client"))]
pub(crate) fn encode(bytes: &[u8]) -> String {
    // Filled as a slice, so that the compiler can vectorize it.
    let mut text = vec![0; bytes.len().saturating_mul(2)];
    fill(&mut text, bytes);
    // Digits are ASCII, so the fallback is never taken; it spares a panic path.
    String::from_utf8(text).unwrap_or_default()
}

/// A SHA-256 digest or HMAC-SHA-256 in lower-case hexadecimal. It needs no allocation: every signature has three.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct HexDigest([u8; 64]);

impl HexDigest {
    pub(crate) fn new(digest: &[u8; 32]) -> Self {
        let mut digits = [0; 64];
        fill(&mut digits, digest);
        Self(digits)
    }

    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn fill(digits: &mut [u8], bytes: &[u8]) {
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0f)]);
    }
}

fn digit(nibble: u8) -> u8 {
    char::from_digit(nibble.into(), 16).map_or(b'0', |digit| digit as u8)
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_lower_case_and_leading_zeros_stay() {
        assert_eq!(super::encode(&[0x00, 0x0f, 0xab, 0xff]), "000fabff");
        assert_eq!(super::encode(&[]), "");
    }
}

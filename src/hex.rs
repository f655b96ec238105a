//! Lower-case hexadecimal, as signatures and payload hashes are written.

/// The lower-case hexadecimal form of `bytes`: two characters a byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0x0f));
    }
    text
}

fn digit(nibble: u8) -> char {
    // A nibble is below 16, so the fallback is never taken; it spares a panic path.
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_lower_case_and_leading_zeros_stay() {
        assert_eq!(super::encode(&[0x00, 0x0f, 0xab, 0xff]), "000fabff");
        assert_eq!(super::encode(&[]), "");
    }
}

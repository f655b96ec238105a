//! RFC 3986: percent-encoding, and the host that a request is for. Both are implemented only here.
//!
//! AWS asks that everything but the unreserved characters `A-Z a-z 0-9 - . _ ~` be written as `%XX` with
//! upper-case digits, space as `%20` and never as `+`
//! ([SigV4, "UriEncode"](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).

use std::net::IpAddr;

use http::Uri;

/// The bytes that are kept as they are. Tables, because every byte of every signed path is looked up.
type Kept = [bool; 256];

/// The unreserved characters.
#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "evaluated at compile time"))]
const IN_LABEL: Kept = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        let character = byte as u8;
        table[byte] = character.is_ascii_alphanumeric() || matches!(character, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

/// The unreserved characters, and the slash between segments.
#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "evaluated at compile time"))]
const IN_PATH: Kept = {
    let mut table = IN_LABEL;
    table[b'/' as usize] = true;
    table
};

/// Appends `bytes`: runs of those that are `kept`, all of them ASCII, unchanged, and the others as `%XX`.
fn push_encoded(out: &mut String, bytes: &[u8], kept: &Kept) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| !kept.get(usize::from(*byte)).is_some_and(|kept| *kept))
    {
        let (run, tail) = rest.split_at(at);
        out.push_str(str::from_utf8(run).unwrap_or_default());
        if let Some((byte, tail)) = tail.split_first() {
            out.extend(['%', digit(byte >> 4), digit(byte & 0x0f)]);
            rest = tail;
        }
    }
    out.push_str(str::from_utf8(rest).unwrap_or_default());
}

/// Encodes one path label or one query name or value: `/` becomes `%2F` too.
pub(crate) fn encode_label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_bytes_into(&mut out, text.as_bytes());
    out
}

/// Appends `bytes`, each encoded as in a label.
pub(crate) fn encode_bytes_into(out: &mut String, bytes: &[u8]) {
    push_encoded(out, bytes, &IN_LABEL);
}

/// Appends `path` with every segment encoded and the slashes between them kept.
pub(crate) fn encode_path_into(out: &mut String, path: &str) {
    push_encoded(out, path.as_bytes(), &IN_PATH);
}

/// Decodes percent-encoding; a `%` not followed by two hexadecimal digits is kept as it is.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        let ahead = rest.as_slice();
        match (byte, ahead.first().and_then(hex_value), ahead.get(1).and_then(hex_value)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                rest = ahead.get(2..).unwrap_or_default().iter();
            }
            _ => out.push(byte),
        }
    }
    out
}

fn hex_value(digit: &u8) -> Option<u8> {
    char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Parses `host` as an IP address, with or without the brackets of IPv6. `None` for a name.
pub(crate) fn literal_address(host: &str) -> Option<IpAddr> {
    match inside_brackets(host) {
        Some(address) => address.parse().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    }
}

/// Returns what is between the brackets of `[::1]`; `None` for a host without them.
pub(crate) fn inside_brackets(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

/// Returns the default port for the scheme of `uri`.
pub(crate) fn default_port(uri: &Uri) -> Option<u16> {
    match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    }
}

/// Returns what clients put in the `host` header, and what is signed: the host without user information, with a port
/// only if it is not the scheme's default.
pub(crate) fn host_header(uri: &Uri) -> Option<&str> {
    let authority = uri.authority()?.as_str();
    // Nearly every authority is just a host.
    if !authority.contains('@') && !authority.contains(':') {
        return Some(authority).filter(|host| !host.is_empty());
    }
    let host = match uri.port_u16() {
        Some(port) if Some(port) != default_port(uri) => authority.rsplit('@').next()?,
        _ => uri.host()?,
    };
    Some(host).filter(|host| !host.is_empty())
}

/// Returns the host and the port as they are written, without user information: what errors name.
#[cfg(any(feature = "reqwest", feature = "hyper"))]
pub(crate) fn place(authority: &http::uri::Authority) -> &str {
    let authority = authority.as_str();
    authority.rsplit_once('@').map_or(authority, |(_, place)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_keeps_only_unreserved_characters() {
        assert_eq!(
            encode_label("us.anthropic.claude-3-7-sonnet-20250219-v1:0"),
            "us.anthropic.claude-3-7-sonnet-20250219-v1%3A0"
        );
        assert_eq!(
            encode_label("arn:aws:bedrock:us-east-1:1:application-inference-profile/a"),
            "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fa"
        );
        assert_eq!(encode_label("a b+c=é~"), "a%20b%2Bc%3D%C3%A9~");
    }

    #[test]
    fn a_path_keeps_its_slashes_and_encodes_percent_again() {
        let mut out = String::new();
        encode_path_into(&mut out, "/model/v1%3A0/converse");
        assert_eq!(out, "/model/v1%253A0/converse");
    }

    #[test]
    fn decoding_undoes_encoding_and_leaves_a_lone_percent() {
        assert_eq!(decode("a%20b%2F%C3%A9"), "a b/é".as_bytes());
        assert_eq!(decode("100%"), b"100%");
        assert_eq!(decode("%zz%4"), b"%zz%4");
        assert_eq!(decode("%%41"), b"%A");
    }

    #[test]
    fn an_address_is_distinguished_from_a_name() {
        for (host, expected) in [
            ("127.0.0.1", Some("127.0.0.1")),
            ("[::1]", Some("::1")),
            ("::1", Some("::1")),
            ("[127.0.0.1]", None),
            ("[[::1]]", None),
            ("[::1", None),
            ("::1]", None),
            ("[]", None),
            ("localhost", None),
            ("127.1", None),
            ("0x7f.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(literal_address(host), expected.map(|address| address.parse().unwrap()), "{host}");
        }
    }

    #[test]
    fn the_host_has_a_port_only_when_it_is_not_the_default() {
        for (uri, expected) in [
            ("https://a.example/", Some("a.example")),
            ("https://a.example:443/", Some("a.example")),
            ("https://a.example:80/", Some("a.example:80")),
            ("http://a.example:80/", Some("a.example")),
            ("http://localhost:4566/", Some("localhost:4566")),
            ("http://user:pass@localhost:4566/", Some("localhost:4566")),
            ("https://user@a.example/", Some("a.example")),
            ("http://[::1]:8080/", Some("[::1]:8080")),
            ("https://[::1]/", Some("[::1]")),
            ("https://user:secret@a.example:80/x", Some("a.example:80")),
            ("http://[::1]:80/", Some("[::1]")),
            ("http://a.example:443/x", Some("a.example:443")),
            ("/only/a/path", None),
        ] {
            assert_eq!(host_header(&uri.parse().unwrap()), expected, "{uri}");
        }
    }
}

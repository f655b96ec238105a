//! Random secrets to look for in whatever is shown.

#![allow(dead_code)] // each suite puts some of them into what it shows

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Not secret, but shortened where it is shown.
pub const KEY_ID: &str = "ASIACANARYEXAMPLE000";

/// How much of a secret counts as the secret: shortened text may show that much.
const PREFIX: usize = 12;

/// The secrets of one run of the tests.
pub struct Canaries {
    pub secret: String,
    pub session: String,
    pub bearer: String,
    /// The token of the metadata service and of the container's agent.
    pub metadata: String,
    /// Of SSO's access and refresh tokens, which go on with `-access` and `-refresh`.
    pub sso: String,
    pub client_secret: String,
}

impl Canaries {
    pub fn random() -> Self {
        let random = |end: &str| {
            let word = || RandomState::new().build_hasher().finish();
            format!("{:016x}{:016x}{end}", word(), word())
        };
        Self {
            // As AWS makes them, with characters that JSON may escape.
            secret: random("/+k"),
            session: random("/s=="),
            bearer: random("b"),
            metadata: random("m"),
            sso: random("o"),
            client_secret: random("c"),
        }
    }

    pub fn all(&self) -> [&str; 6] {
        [&self.secret, &self.session, &self.bearer, &self.metadata, &self.sso, &self.client_secret]
    }

    /// The first canary in `text`, whole or only its beginning, however it is spelled.
    pub fn find(&self, text: &str) -> Option<&str> {
        let beginnings = self.all().into_iter().map(|canary| &canary[..PREFIX]);
        let shows = |beginning: &&str| traces(beginning).iter().any(|trace| text.contains(trace));
        beginnings.into_iter().find(shows)
    }

    #[track_caller]
    pub fn assert_clean(&self, what: &str, text: &str) {
        if let Some(prefix) = self.find(text) {
            panic!("{what} shows {prefix}: {text}");
        }
    }
}

/// How a service or gateway may write `text`: as it is, escaped once and twice, in base64 of this alone or of more.
///
/// All of them can stand in a header, and between the quotes of a string in JSON.
pub fn spellings(text: &str) -> Vec<String> {
    let each = |spell: fn(u8) -> String| text.bytes().map(spell).collect::<String>();
    let odd = |spell: fn(u8) -> String| {
        let spelled = |byte: u8| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => spell(byte),
        };
        text.bytes().map(spelled).collect::<String>()
    };
    let url_safe = base64(text.as_bytes()).replace('+', "-").replace('/', "_");
    vec![
        text.to_owned(),
        odd(|byte| format!("%{byte:02X}")),
        odd(|byte| format!("%25{byte:02x}")),
        each(|byte| format!("%{byte:02x}")),
        text.replace('/', r"\/"),
        text.replace('/', r"\\/"),
        text.replace('/', r"\\\/"),
        odd(|byte| format!("\\u{byte:04x}")),
        odd(|byte| format!("\\\\u{byte:04X}")),
        each(|byte| format!("\\u{byte:04x}")),
        odd(|byte| format!("&#x{byte:X};")),
        base64(text.as_bytes()),
        url_safe.trim_end_matches('=').to_owned(),
        base64(format!("Bearer {text} ").as_bytes()),
        base64(format!("a{text}").as_bytes()).replace('/', "%2F"),
        base64(format!("ab{text}yz").as_bytes()).replace('/', r"\/"),
    ]
}

/// What the beginning of a secret looks like in each of those.
fn traces(beginning: &str) -> Vec<String> {
    let each = |spell: fn(u8) -> String| beginning.bytes().map(spell).collect::<String>();
    let in_base64 = |before: &str, from: usize| {
        let whole = base64(format!("{before}{beginning}").as_bytes());
        whole.get(from..14).expect("that long").to_owned()
    };
    vec![
        beginning.to_owned(),
        each(|byte| format!("%{byte:02x}")),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("\\\\u{byte:04x}")),
        in_base64("", 0),
        in_base64("a", 2),
        in_base64("ab", 3),
    ]
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let character = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > group.len() { '=' } else { char::from(character) });
        }
    }
    text
}

//! HTTP requests as the signing suites and our fixtures write them down.

use bytes::Bytes;
use http::Request;

/// A request head and body as text. A line that begins with white space continues the header above it.
pub struct RawRequest {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl RawRequest {
    /// Reads `text`; line feeds at the end of the file are not part of the body.
    pub fn parse(text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let line = lines.next().expect("a request line");
        let (method, target) = line.split_once(' ').expect("a method and a target");
        let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                // RFC 9112, 5.2: the reader of a folded value puts a space for the line break.
                let (_, value) = headers.last_mut().expect("a header to continue");
                value.push(' ');
                value.push_str(line);
            } else {
                let (name, value) = line.split_once(':').expect("a header with a colon");
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
        let body = body.trim_end_matches('\n').to_owned();
        Self { method: method.to_owned(), target: target.to_owned(), headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The target as it can be sent. The suites write some with raw spaces and UTF-8, as plain text to be encoded.
    pub fn wire_target(&self) -> String {
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target.as_str(), None),
        };
        let mut wire = as_sent(path, b"/%");
        if let Some(query) = query {
            wire.push('?');
            wire.push_str(&as_sent(query, b"%&=+"));
        }
        wire
    }

    /// The request with a path as its URI and its own `host` header, as on the wire.
    pub fn in_origin_form(&self) -> Request<Bytes> {
        self.build(self.wire_target(), |_| true)
    }

    /// The request with the host in its URI and without a `host` header, as an HTTP client is given it.
    pub fn in_absolute_form(&self) -> Request<Bytes> {
        let host = self.header("host").expect("a host header");
        self.build(format!("https://{host}{}", self.wire_target()), |name| !name.eq_ignore_ascii_case("host"))
    }

    fn build(&self, uri: String, keep: impl Fn(&str) -> bool) -> Request<Bytes> {
        let mut builder = Request::builder().method(self.method.as_str()).uri(uri);
        for (name, value) in self.headers.iter().filter(|(name, _)| keep(name)) {
            builder = builder.header(name, value.as_bytes());
        }
        builder.body(Bytes::from(self.body.clone())).expect("a request that can be sent")
    }
}

/// `text` itself when it can be sent; otherwise encoded, all but the unreserved characters and those in `kept`.
fn as_sent(text: &str, kept: &[u8]) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

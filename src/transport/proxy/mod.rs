//! Which proxy applies to a request: curl's rules.
//!
//! `HTTPS_PROXY` or `HTTP_PROXY` by the scheme, else `ALL_PROXY`, unless `NO_PROXY` lists the host; each in upper
//! case first, then in lower case. Blank ones count as absent, and one that cannot be read is an error: a proxy may be a
//! policy, which must not be bypassed in silence.

// Only reqwest speaks to proxies.
#[cfg_attr(not(feature = "reqwest"), allow(dead_code))]
mod value;

use self::value::Exemptions;
use super::direct::is_direct;
use crate::base::uri::default_port;

/// The proxy variables, as they were when the transport was made.
#[derive(Debug, Clone, Default)]
pub(super) struct ProxyVariables {
    https: Option<Named>,
    http: Option<Named>,
    no_proxy: Exemptions,
}

/// A variable that is set.
#[derive(Clone)]
struct Named {
    variable: &'static str,
    /// The URL in it, which may hold a password; `None` when it cannot be read.
    #[cfg(feature = "reqwest")]
    url: Option<String>,
}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.variable)
    }
}

impl ProxyVariables {
    /// Takes the variables from `lookup`.
    pub(super) fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| lookup(name).filter(|value| !value::is_blank(value));
        let first = |names: [&'static str; 2]| {
            names.into_iter().find_map(|variable| {
                let _value = value(variable)?;
                Some(Named {
                    variable,
                    #[cfg(feature = "reqwest")]
                    url: value::proxy_url(&_value),
                })
            })
        };
        let all = first(["ALL_PROXY", "all_proxy"]);
        // A web server passes a request's `Proxy` header to its CGI programs as HTTP_PROXY.
        let http = if value("REQUEST_METHOD").is_some() { None } else { first(["HTTP_PROXY", "http_proxy"]) };
        let no_proxy = value("NO_PROXY").or_else(|| value("no_proxy")).unwrap_or_default();
        Self {
            https: first(["HTTPS_PROXY", "https_proxy"]).or_else(|| all.clone()),
            http: http.or(all),
            no_proxy: Exemptions::parse(&no_proxy),
        }
    }

    /// Takes the variables of the process.
    pub(super) fn of_process() -> Self {
        use crate::machine::{Machine as _, SystemMachine};
        Self::read(|name| SystemMachine.var(name))
    }

    /// The name of the variable that sends a request for `uri` to a proxy.
    pub(super) fn for_uri(&self, uri: &http::Uri) -> Option<&'static str> {
        let named = if uri.scheme() == Some(&http::uri::Scheme::HTTPS) { &self.https } else { &self.http };
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().or_else(|| default_port(uri));
        let named = named.as_ref().filter(|_| !always_direct(uri) && !self.no_proxy.cover(host, port))?;
        Some(named.variable)
    }

    /// The variables and URLs of the proxies for `https` and for `http`.
    #[cfg(feature = "reqwest")]
    pub(super) fn urls(&self) -> [Option<(&'static str, Option<&str>)>; 2] {
        [&self.https, &self.http].map(|named| {
            let Named { variable, url } = named.as_ref()?;
            Some((*variable, url.as_deref()))
        })
    }
}

/// Whether a request for `uri` never goes through a proxy, whatever the settings say.
pub(super) fn always_direct(uri: &http::Uri) -> bool {
    uri.host().is_some_and(is_direct)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applies(variables: &[(&str, &str)], uri: &str) -> Option<&'static str> {
        let lookup =
            |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        ProxyVariables::read(lookup).for_uri(&uri.parse().expect("a URI"))
    }

    #[test]
    fn the_scheme_decides_and_all_proxy_stands_in() {
        let https = [("HTTPS_PROXY", "http://proxy:1"), ("all_proxy", "http://proxy:2")];
        assert_eq!(applies(&https, "https://example.com/"), Some("HTTPS_PROXY"));
        assert_eq!(applies(&https, "http://example.com/"), Some("all_proxy"));
        assert_eq!(applies(&[("http_proxy", "http://proxy:1")], "https://example.com/"), None);
        assert_eq!(applies(&[("http_proxy", "http://proxy:1")], "http://example.com/"), Some("http_proxy"));
        assert_eq!(applies(&[("https_proxy", " ")], "https://example.com/"), None);
        assert_eq!(applies(&[], "https://example.com/"), None);
    }

    #[cfg(feature = "reqwest")]
    #[test]
    fn a_value_is_read_without_what_surrounds_it() {
        for (value, url) in [
            ("proxy:3128", "http://proxy:3128"),
            (" http://proxy:3128/\r", "http://proxy:3128"),
            ("\"http://me:pass@proxy:3128\"", "http://me:pass@proxy:3128"),
            ("' HTTP://proxy '\r\n", "http://proxy"),
            ("https://[fd00::1]:8443", "https://[fd00::1]:8443"),
            ("10.1.2.3", "http://10.1.2.3"),
            ("socks5h://proxy:1080", "socks5h://proxy:1080"),
        ] {
            assert_eq!(value::proxy_url(value).as_deref(), Some(url), "{value:?}");
        }
        for value in [
            "not a url",
            "http://[::1",
            "[::1",
            "ftp://x",
            "http://a b",
            "http//127.0.0.1:1",
            "http:/proxy:1",
            "http:proxy:1",
            "foo:bar:baz",
            "http://",
            "http://:3128",
            "http://proxy:",
            "http://proxy:0",
            "http://proxy:65536",
            "http://proxy:+1",
            "http://proxy:1/path",
            "http://proxy?x",
            "http://me:pa/ss@proxy:1",
            "http://::1",
            "\"http://proxy",
            "http://pro\u{fffd}xy",
            "http://me@",
        ] {
            assert_eq!(value::proxy_url(value), None, "{value:?}");
        }
    }

    #[test]
    fn a_quoted_blank_counts_as_absent() {
        assert_eq!(
            applies(&[("HTTPS_PROXY", "\"\""), ("https_proxy", "http://p")], "https://x.test/"),
            Some("https_proxy")
        );
        assert_eq!(applies(&[("HTTPS_PROXY", "' '\r")], "https://x.test/"), None);
    }

    #[test]
    fn a_cgi_program_does_not_take_its_proxy_from_a_request_header() {
        let cgi = [("HTTP_PROXY", "http://evil"), ("REQUEST_METHOD", "GET")];
        assert_eq!(applies(&cgi, "http://example.com/"), None);
    }

    #[test]
    fn no_proxy_lists_domains_addresses_and_networks() {
        let exempt = |list: &str, uri: &str| {
            applies(&[("ALL_PROXY", "http://proxy"), ("NO_PROXY", list)], uri).is_none()
        };
        for (list, uri) in [
            ("*", "https://example.com/"),
            ("other.test, example.com", "https://example.com/"),
            (".example.com", "https://a.b.EXAMPLE.com/"),
            ("example.com", "https://a.example.com:8443/"),
            ("10.1.2.3", "http://10.1.2.3:80/"),
            ("10.0.0.0/8", "http://10.1.2.3/"),
            ("0.0.0.0/0", "http://10.1.2.3/"),
            ("fd00::/8", "http://[fd12::1]/"),
            ("[fd12::1]", "http://[fd12::1]/"),
            ("fd12::1", "http://[fd12::1]:8080/"),
            ("[FD12::1]:8080", "http://[fd12::1]:8080/"),
            ("[fd00::]/8", "http://[fd12::1]/"),
            ("*.Example.com", "https://a.example.com/"),
            ("*.example.com", "https://example.com/"),
            ("example.com.", "https://a.example.com/"),
            (".example.com.", "https://a.example.com./"),
            ("example.com", "https://example.com./"),
            ("example.com:443", "https://a.example.com/"),
            ("example.com:80", "http://example.com/"),
            ("10.1.2.3:8080", "http://10.1.2.3:8080/"),
            ("https://example.com", "https://a.example.com/"),
            ("https://example.com:443/path", "https://example.com/"),
            ("*:443", "https://example.com/"),
            ("a.test *.example.com\tb.test", "https://a.example.com/"),
            ("\"a.test,example.com\"\r", "https://example.com/"),
            (" '*' ", "https://example.com/"),
        ] {
            assert!(exempt(list, uri), "{list} covers {uri}");
        }
        for (list, uri) in [
            ("", "https://example.com/"),
            (" , ,", "https://example.com/"),
            ("example.com", "https://notexample.com/"),
            ("a.example.com", "https://example.com/"),
            ("10.0.0.0/8", "http://11.1.2.3/"),
            ("10.1.2.3", "http://10.1.2.4/"),
            ("10.0.0.0/x", "http://10.0.0.0/"),
            ("10.0.0.0/33", "http://10.0.0.0/"),
            ("fd00::/8", "http://10.1.2.3/"),
            ("[fd12::1]:80", "http://[fd12::1]:8080/"),
            ("*.example.com", "https://notexample.com/"),
            ("example.com:8443", "https://example.com/"),
            ("example.com:https", "https://example.com/"),
            ("example.com/24", "https://example.com/"),
            ("*:80", "https://example.com/"),
            (".", "https://example.com/"),
            ("*.", "https://example.com/"),
            ("https://", "https://example.com/"),
        ] {
            assert!(!exempt(list, uri), "{list} does not cover {uri}");
        }
    }
}

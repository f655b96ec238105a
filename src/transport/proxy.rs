//! Which proxy variable applies to a request: curl's rules, as reqwest reads them.
//!
//! `HTTPS_PROXY` or `HTTP_PROXY` by the scheme, else `ALL_PROXY`, unless `NO_PROXY` lists the host; each in upper
//! case first, then in lower case. Blank ones count as absent.

use std::net::IpAddr;

use http::Uri;

use crate::base::uri::literal_address;

/// The proxy variables, as they were when the transport was made.
#[derive(Debug, Clone, Default)]
pub(super) struct ProxyVariables {
    /// The names of the variables that are set. Their values, which may hold passwords, are not kept.
    https: Option<&'static str>,
    http: Option<&'static str>,
    no_proxy: Vec<Exemption>,
}

impl ProxyVariables {
    /// Takes the variables from `lookup`.
    pub(super) fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let first = |names: &[&'static str]| names.iter().copied().find(|name| value(name).is_some());
        let all = first(&["ALL_PROXY", "all_proxy"]);
        // A web server passes a request's `Proxy` header to its CGI programs as HTTP_PROXY.
        let http =
            if value("REQUEST_METHOD").is_some() { None } else { first(&["HTTP_PROXY", "http_proxy"]) };
        let no_proxy = value("NO_PROXY").or_else(|| value("no_proxy")).unwrap_or_default();
        Self {
            https: first(&["HTTPS_PROXY", "https_proxy"]).or(all),
            http: http.or(all),
            no_proxy: no_proxy.split(',').filter_map(Exemption::parse).collect(),
        }
    }

    /// The name of the variable that sends requests for `uri` to a proxy.
    pub(super) fn for_uri(&self, uri: &Uri) -> Option<&'static str> {
        let variable = if uri.scheme() == Some(&http::uri::Scheme::HTTPS) { self.https } else { self.http };
        let host = uri.host().unwrap_or_default();
        variable.filter(|_| !self.no_proxy.iter().any(|exemption| exemption.covers(host)))
    }
}

/// One entry of `NO_PROXY`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Exemption {
    /// `*`
    Everything,
    /// `10.0.0.0/8`, or one address with all its bits.
    Network { address: IpAddr, bits: u32 },
    /// `example.com` or `.example.com`: the name and every name below it.
    Domain(String),
}

impl Exemption {
    fn parse(entry: &str) -> Option<Self> {
        let entry = entry.trim();
        if entry.is_empty() {
            return None;
        }
        if entry == "*" {
            return Some(Self::Everything);
        }
        let (address, bits) =
            entry.split_once('/').map_or((entry, None), |(address, bits)| (address, Some(bits)));
        if let Some(address) = literal_address(address) {
            let bits = bits.map_or(Some(u32::MAX), |bits| bits.parse().ok())?;
            return Some(Self::Network { address, bits });
        }
        Some(Self::Domain(entry.trim_start_matches('.').to_ascii_lowercase()))
    }

    fn covers(&self, host: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Network { address, bits } => {
                literal_address(host).is_some_and(|host| same_network(host, *address, *bits))
            }
            Self::Domain(domain) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        }
    }
}

/// Whether the first `bits` of two addresses are the same.
fn same_network(one: IpAddr, other: IpAddr, bits: u32) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits.min(32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits.min(128)
        }
        _ => false,
    }
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
            ("fd00::/8", "http://10.1.2.3/"),
        ] {
            assert!(!exempt(list, uri), "{list} does not cover {uri}");
        }
    }
}

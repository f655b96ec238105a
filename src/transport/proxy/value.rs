//! The values of the proxy variables, as text. The file stands alone: a fuzz target includes it.

use std::net::IpAddr;

/// Quotes and white space that shells, Docker's `--env-file` and editors leave around a value.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(value).trim()
}

/// Whether nothing is in it.
pub(super) fn is_blank(value: &str) -> bool {
    unquoted(value).is_empty()
}

/// The URL in the value of a proxy variable; `None` when it is none. Without a scheme, it is `http`, as in curl.
pub(super) fn proxy_url(value: &str) -> Option<String> {
    let value = unquoted(value);
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https" | "socks" | "socks4" | "socks4a" | "socks5" | "socks5h") {
        return None;
    }
    // A path has no meaning here: `http//proxy` is a host named `http` only to a careless reader.
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (_, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '"' | '\'' | '\u{fffd}');
    let (host, port) = split_port(place);
    let is_port = |port: &str| {
        port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse().is_ok_and(|port: u16| port > 0)
    };
    let is_host = match host.strip_prefix('[') {
        Some(host) => {
            host.strip_suffix(']').is_some_and(|host| host.parse().is_ok_and(|ip: IpAddr| ip.is_ipv6()))
        }
        None => !host.is_empty() && !host.contains([':', '[', ']', '@', '%']),
    };
    let is_url =
        is_host && port.is_none_or(is_port) && !rest.contains(['/', '?', '#']) && !rest.contains(odd);
    is_url.then(|| format!("{scheme}://{rest}"))
}

/// Host and port of `HOST:PORT`, `[ADDRESS]:PORT` or a host alone. An IPv6 address without brackets has no port.
fn split_port(place: &str) -> (&str, Option<&str>) {
    let is_bare = place.parse().is_ok_and(|address: IpAddr| address.is_ipv6());
    match place.rsplit_once(':') {
        Some((host, port)) if !is_bare && !port.ends_with(']') => (host, Some(port)),
        _ => (place, None),
    }
}

/// The hosts that `NO_PROXY` lists.
#[derive(Debug, Clone, Default)]
pub(super) struct Exemptions(Vec<Exemption>);

impl Exemptions {
    /// Entries are separated by commas or white space. One that is no name, address or network exempts nothing.
    pub(super) fn parse(list: &str) -> Self {
        let entries = unquoted(list).split(|c: char| c == ',' || c.is_whitespace());
        Self(entries.filter_map(Exemption::parse).collect())
    }

    /// Whether requests to `port` of `host`, the latter as in a URL, go directly.
    pub(super) fn cover(&self, host: &str, port: Option<u16>) -> bool {
        self.0.iter().any(|exemption| exemption.covers(host, port))
    }
}

/// One entry of `NO_PROXY`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exemption {
    hosts: Hosts,
    /// All ports when it names none.
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Hosts {
    /// `*`
    All,
    /// `10.0.0.0/8`, or one address with all its bits.
    Network { address: IpAddr, bits: u32 },
    /// `example.com`, `.example.com` or `*.example.com`: the name and every name below it.
    Domain(String),
}

impl Exemption {
    fn parse(entry: &str) -> Option<Self> {
        let entry = unquoted(entry);
        let entry = entry.split_once("://").map_or(entry, |(_, rest)| rest.split('/').next().unwrap_or(rest));
        let (place, bits) = entry.split_once('/').map_or((entry, None), |(place, bits)| (place, Some(bits)));
        let (host, port) = split_port(place);
        let port = port.map(str::parse).transpose().ok()?;
        let hosts = match (address(host), bits.filter(|bits| !bits.is_empty())) {
            (Some(address), bits) => {
                let most = if address.is_ipv4() { 32 } else { 128 };
                let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
                Some(Hosts::Network { address, bits }).filter(|_| bits <= most)?
            }
            (None, Some(_)) => return None,
            (None, None) if host == "*" => Hosts::All,
            (None, None) => {
                let name = host.strip_prefix('*').unwrap_or(host);
                let name = name.trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase();
                Some(Hosts::Domain(name)).filter(|_| host.contains(|c: char| c.is_alphanumeric()))?
            }
        };
        Some(Self { hosts, port })
    }

    fn covers(&self, host: &str, port: Option<u16>) -> bool {
        let is_host = match &self.hosts {
            Hosts::All => true,
            Hosts::Network { address: network, bits } => {
                address(host.trim_end_matches('.')).is_some_and(|host| same_network(host, *network, *bits))
            }
            Hosts::Domain(domain) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        };
        is_host && (self.port.is_none() || self.port == port)
    }
}

/// An address, with or without the brackets of IPv6.
fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    }
}

/// Whether the first `bits` of two addresses are the same.
fn same_network(one: IpAddr, other: IpAddr, bits: u32) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
        _ => false,
    }
}

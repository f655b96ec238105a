//! Where a container's credentials may be asked for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::header::HeaderValue;

use super::{FULL_URI, RELATIVE_URI, SOURCE};
use crate::auth::AuthError;
use crate::base::quote::escape;
use crate::base::uri;
use crate::machine::Machine;

/// The host of relative URIs: the agent of ECS.
const ECS: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 2);
/// The agent of EKS Pod Identity.
const EKS: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 23);
const EKS_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23);

/// Where a container's credentials are, checked: only addresses that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerAddress {
    configured: String,
    variable: &'static str,
    targets: Vec<Uri>,
    host_header: Option<HeaderValue>,
}

impl ContainerAddress {
    /// The address that the environment names; `None` when it names none.
    ///
    /// # Errors
    ///
    /// When it is not a URL, or leads to a host that may not be asked.
    pub fn find(machine: &dyn Machine) -> Result<Option<Self>, AuthError> {
        if let Some(relative) = machine.setting(RELATIVE_URI) {
            return Self::relative(&relative)
                .map(Some)
                .map_err(|problem| refusal(RELATIVE_URI, &relative, &problem));
        }
        let Some(full) = machine.setting(FULL_URI) else { return Ok(None) };
        Self::full(&full, machine).map(Some).map_err(|problem| refusal(FULL_URI, &full, &problem))
    }

    /// The URL as configured, in full.
    #[must_use]
    pub fn configured(&self) -> &str {
        &self.configured
    }

    /// The variable that names it.
    #[must_use]
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// The URLs that requests go to: for a host name over plain `http`, one for each of its addresses.
    #[must_use]
    pub fn targets(&self) -> &[Uri] {
        &self.targets
    }

    /// The name that goes into the `host` header in place of the address.
    #[must_use]
    pub fn host_header(&self) -> Option<&HeaderValue> {
        self.host_header.as_ref()
    }

    /// The target number `index`, counted around.
    pub(super) fn target(&self, index: usize) -> Uri {
        let index = index.checked_rem(self.targets.len()).unwrap_or(0);
        self.targets.get(index).cloned().unwrap_or_default()
    }

    fn relative(path: &str) -> Result<Self, String> {
        if !path.starts_with('/') {
            return Err("it does not begin with /".to_owned());
        }
        let configured = format!("http://{ECS}{path}");
        let target = parse(&configured)?;
        Ok(Self { configured, variable: RELATIVE_URI, targets: vec![target], host_header: None })
    }

    fn full(text: &str, machine: &dyn Machine) -> Result<Self, String> {
        let uri = parse(text)?;
        let authority = uri.authority().ok_or("it does not say which host to ask")?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("it begins with neither https:// nor http://".to_owned()),
        };
        if authority.as_str().contains('@') {
            return Err("it holds user information".to_owned());
        }
        let name = authority.host();
        let port = port(authority.as_str().get(name.len()..).unwrap_or_default())?;
        let literal = literal(name)?;
        let mut found = Self {
            configured: uri.to_string(),
            variable: FULL_URI,
            targets: vec![uri.clone()],
            host_header: None,
        };
        match literal {
            _ if is_https => {}
            Some(address) if is_allowed(address) => {}
            Some(address) => return Err(not_allowed(&address.to_string())),
            None => {
                let addresses =
                    machine.resolve(name).map_err(|error| format!("{name} cannot be resolved: {error}"))?;
                if addresses.is_empty() {
                    return Err(format!("{name} has no address"));
                }
                if let Some(bad) = addresses.iter().find(|address| !is_allowed(**address)) {
                    return Err(not_allowed(&format!("{name} ({bad})")));
                }
                // Most such servers listen on IPv4 only.
                let (first, last): (Vec<_>, Vec<_>) = addresses.iter().partition(|address| address.is_ipv4());
                let path = uri.path_and_query().map_or("/", |path| path.as_str());
                let at = |address: &IpAddr| match address {
                    IpAddr::V4(address) => parse(&format!("http://{address}{port}{path}")),
                    IpAddr::V6(address) => parse(&format!("http://[{address}]{port}{path}")),
                };
                found.targets = first.into_iter().chain(last).map(at).collect::<Result<_, _>>()?;
                found.host_header = uri::host_header(&uri).and_then(|name| HeaderValue::from_str(name).ok());
            }
        }
        Ok(found)
    }
}

fn refusal(variable: &str, value: &str, problem: &str) -> AuthError {
    // What stands before an @ may be a password.
    let shown = if value.contains('@') { "(not shown)".to_owned() } else { escape(value) };
    AuthError::new(
        SOURCE,
        format!("{variable} = {shown} cannot be asked for credentials: {}", escape(problem)),
    )
    .with_hint(format!("correct {variable}, or unset it to use another source"))
}

fn not_allowed(host: &str) -> String {
    format!(
        "{host} is not allowed over plain http; use https, a loopback address, {ECS}, {EKS} or [{EKS_V6}]"
    )
}

fn parse(text: &str) -> Result<Uri, String> {
    if text.contains('#') {
        return Err("it has a fragment (#...)".to_owned());
    }
    text.parse().map_err(|_| "it is not a URL".to_owned())
}

/// `:8080`, as it stands behind the host; nothing for none.
fn port(text: &str) -> Result<&str, String> {
    let valid = match text.strip_prefix(':') {
        Some(digits) => {
            digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.parse::<u16>().is_ok_and(|port| port > 0)
        }
        None => text.is_empty(),
    };
    if valid { Ok(text) } else { Err("its port is not a number from 1 to 65535".to_owned()) }
}

/// The address that `host` is; `None` for a name.
///
/// Other spellings of addresses, such as `2852039170` and `0x7f.1`, are refused: this code and the system's resolver
/// must not read them differently.
fn literal(host: &str) -> Result<Option<IpAddr>, String> {
    if let Some(inside) = host.strip_prefix('[') {
        let inside = inside.strip_suffix(']').unwrap_or(inside);
        return match inside.parse::<Ipv6Addr>() {
            Ok(address) => Ok(Some(address.into())),
            Err(_) => Err("its host is not an IPv6 address".to_owned()),
        };
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(Some(address.into()));
    }
    let mut labels = host.strip_suffix('.').unwrap_or(host).split('.');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if !labels.clone().all(is_label) {
        return Err("its host is not a name".to_owned());
    }
    let last = labels.next_back().unwrap_or_default().to_ascii_lowercase();
    if last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x") {
        return Err("its host is neither a name nor an address of four numbers from 0 to 255".to_owned());
    }
    Ok(None)
}

fn is_allowed(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address == ECS || address == EKS,
        IpAddr::V6(address) => address.is_loopback() || address == EKS_V6,
    }
}

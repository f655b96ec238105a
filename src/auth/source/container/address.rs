//! Where a container's credentials may be requested from.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::header::HeaderValue;

use super::{FULL_URI, RELATIVE_URI, SOURCE};
use crate::auth::AuthError;
use crate::base::quote::escape;
use crate::base::uri;
use crate::machine::Machine;

/// The host for relative URIs: the ECS agent.
const ECS: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 2);
/// The EKS Pod Identity agent.
const EKS: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 23);
const EKS_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23);

/// The URI of a container's credentials, from the environment: checked, except for the addresses of a host name.
///
/// ```
/// use bedrill::auth::container::ContainerUri;
/// use bedrill::machine::StaticMachine;
///
/// let machine = StaticMachine::new().with_var("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:8080/c");
/// let uri = ContainerUri::find(&machine)?.expect("a URI");
/// assert_eq!(uri.unresolved(), Some("localhost"));
/// let address = uri.resolved(Ok(vec!["127.0.0.1".parse()?]))?;
/// assert_eq!(address.targets(), ["http://127.0.0.1:8080/c"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerUri {
    /// The address as if there were no name to resolve.
    address: ContainerAddress,
    /// The variable's value.
    value: String,
    unresolved: Option<Name>,
}

/// A host name over plain `http`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    name: String,
    /// Includes the colon.
    port: String,
}

impl ContainerUri {
    /// Finds the URI that the environment names; `None` when it names none.
    ///
    /// # Errors
    ///
    /// When it is not a URL, or its host is not allowed.
    pub fn find(machine: &dyn Machine) -> Result<Option<Self>, AuthError> {
        let (variable, value, read): (_, _, fn(&str) -> _) = match machine.setting(RELATIVE_URI) {
            Some(relative) => (RELATIVE_URI, relative, relative_uri),
            None => match machine.setting(FULL_URI) {
                Some(full) => (FULL_URI, full, full_uri),
                None => return Ok(None),
            },
        };
        let (uri, unresolved) = read(&value).map_err(|problem| refusal(variable, &value, &problem))?;
        let configured = uri.to_string();
        let address = ContainerAddress { configured, variable, targets: vec![uri], host_header: None };
        Ok(Some(Self { address, value, unresolved }))
    }

    /// Returns the host name whose addresses to pass to [`resolved`](Self::resolved); `None` when there is nothing to
    /// resolve.
    #[must_use]
    pub fn unresolved(&self) -> Option<&str> {
        self.unresolved.as_ref().map(|name| name.name.as_str())
    }

    /// Returns where to send the request. `addresses` is the result of resolving the host name; it is ignored when
    /// there is none.
    ///
    /// # Errors
    ///
    /// When the name has no address, or one that is not allowed.
    pub fn resolved(self, addresses: io::Result<Vec<IpAddr>>) -> Result<ContainerAddress, AuthError> {
        let Self { address, value, unresolved } = self;
        let Some(name) = unresolved else { return Ok(address) };
        let variable = address.variable;
        address.at(&name, addresses).map_err(|problem| refusal(variable, &value, &problem))
    }
}

/// The checked URI of a container's credentials: only allowed addresses. [`ContainerUri::resolved`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerAddress {
    configured: String,
    variable: &'static str,
    targets: Vec<Uri>,
    host_header: Option<HeaderValue>,
}

impl ContainerAddress {
    /// Returns the URL as configured, in full.
    #[must_use]
    pub fn configured(&self) -> &str {
        &self.configured
    }

    /// Returns the variable that names it.
    #[must_use]
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// Returns the URLs to send requests to: for a host name over plain `http`, one for each of its addresses.
    #[must_use]
    pub fn targets(&self) -> &[Uri] {
        &self.targets
    }

    /// Returns the name that goes into the `host` header in place of the address.
    #[must_use]
    pub fn host_header(&self) -> Option<&HeaderValue> {
        self.host_header.as_ref()
    }

    /// Returns target number `index`, wrapping around.
    pub(super) fn target(&self, index: usize) -> Uri {
        let index = index.checked_rem(self.targets.len()).unwrap_or(0);
        self.targets.get(index).cloned().unwrap_or_default()
    }

    /// As it is, for the `addresses` of the host `name`.
    fn at(mut self, name: &Name, addresses: io::Result<Vec<IpAddr>>) -> Result<Self, String> {
        let Name { name, port } = name;
        let addresses = addresses.map_err(|error| format!("{name} cannot be resolved: {error}"))?;
        if addresses.is_empty() {
            return Err(format!("{name} has no address"));
        }
        if let Some(bad) = addresses.iter().find(|address| !is_allowed(**address)) {
            return Err(not_allowed(&format!("{name} ({bad})")));
        }
        let uri = self.target(0);
        // Most such servers listen on IPv4 only.
        let (first, last): (Vec<_>, Vec<_>) = addresses.iter().partition(|address| address.is_ipv4());
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let at = |address: &IpAddr| match address {
            IpAddr::V4(address) => parse(&format!("http://{address}{port}{path}")),
            IpAddr::V6(address) => parse(&format!("http://[{address}]{port}{path}")),
        };
        self.targets = first.into_iter().chain(last).map(at).collect::<Result<_, _>>()?;
        self.host_header = uri::host_header(&uri).and_then(|name| HeaderValue::from_str(name).ok());
        Ok(self)
    }
}

fn relative_uri(path: &str) -> Result<(Uri, Option<Name>), String> {
    if !path.starts_with('/') {
        return Err("it does not begin with /".to_owned());
    }
    Ok((parse(&format!("http://{ECS}{path}"))?, None))
}

fn full_uri(text: &str) -> Result<(Uri, Option<Name>), String> {
    let uri = parse(text)?;
    let authority = uri.authority().ok_or("it does not say which host to ask")?;
    let is_https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err("it begins with neither https:// nor http://".to_owned()),
    };
    if authority.as_str().contains('@') {
        return Err("it contains user information".to_owned());
    }
    let name = authority.host();
    let port = port(authority.as_str().get(name.len()..).unwrap_or_default())?;
    let unresolved = match literal(name)? {
        _ if is_https => None,
        Some(address) if is_allowed(address) => None,
        Some(address) => return Err(not_allowed(&address.to_string())),
        None => Some(Name { name: name.to_owned(), port: port.to_owned() }),
    };
    Ok((uri, unresolved))
}

fn refusal(variable: &str, value: &str, problem: &str) -> AuthError {
    // The part before an @ may be a password.
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

/// `:8080`, as it follows the host; empty for none.
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

/// Parses `host` as an address; `None` for a name.
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

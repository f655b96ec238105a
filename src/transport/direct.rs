//! Which hosts are never reached through a proxy.

use std::net::{IpAddr, Ipv6Addr};

use crate::base::uri;
use crate::endpoint::is_loopback;

/// Whether requests to `host` always go directly: this machine and its link-local network, where a machine or container
/// on AWS requests its credentials (169.254.0.0/16, fe80::/10, fd00:ec2::/32). A proxy would see those credentials, or
/// return those of its own machine.
pub(super) fn is_direct(host: &str) -> bool {
    is_loopback(host)
        || match uri::literal_address(host) {
            Some(IpAddr::V4(address)) => address.is_link_local(),
            Some(IpAddr::V6(address)) => address.is_unicast_link_local() || is_of_ec2(address),
            None => false,
        }
}

fn is_of_ec2(address: Ipv6Addr) -> bool {
    matches!(address.segments(), [0xfd00, 0x0ec2, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_the_credential_endpoints_are_direct() {
        for host in [
            "localhost",
            "127.0.0.1",
            "[::1]",
            "169.254.169.254",
            "169.254.170.2",
            "[fd00:ec2::254]",
            "[fe80::1]",
        ] {
            assert!(is_direct(host), "{host}");
        }
        for host in
            ["example.com", "10.0.0.1", "169.255.0.1", "[fd00:ec3::1]", "169.254.169.254.evil.test", ""]
        {
            assert!(!is_direct(host), "{host}");
        }
    }
}

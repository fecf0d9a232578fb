//! The Instance Metadata Service: `GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=…` at
//! 169.254.169.254, with `Metadata: true` and without a key. It is served in a network of its own alone, where
//! nobody is but who may ask. Its replies are those of [`azurerm`](super::azurerm), which takes its endpoint for this
//! one. <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use std::net::{Ipv4Addr, SocketAddrV4};

/// Where programs look for it.
pub(crate) const AT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(169, 254, 169, 254), 80);

pub(crate) const PATH: &str = "/metadata/identity/oauth2/token";

/// The first version with this path. All later ones have it alike.
const FIRST_VERSION: &str = "2018-02-01";

/// Whether this is a version that the service has had: a date.
pub(crate) fn is_version(text: &str) -> bool {
    let is_date = text.len() == FIRST_VERSION.len()
        && text.bytes().zip(FIRST_VERSION.bytes()).all(|(own, of_date)| match of_date {
            b'-' => own == b'-',
            _ => own.is_ascii_digit(),
        });
    is_date && text >= FIRST_VERSION
}

/// Whether a request names the service, with the port or without.
pub(crate) fn is_host(host: &[u8]) -> bool {
    host == AT.ip().to_string().as_bytes() || host == AT.to_string().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn a_version_is_a_date_from_the_first_on() {
        for version in ["2018-02-01", "2019-08-01", "2021-12-13"] {
            assert!(is_version(version), "{version}");
        }
        for other in ["", "2017-09-01", "2018-01-31", "2018-02-1", "2018-02-01x", "20180201--"] {
            assert!(!is_version(other), "{other}");
        }
    }
}

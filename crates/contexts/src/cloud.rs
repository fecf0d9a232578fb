//! Azure clouds: the built-in ones, and those that files define.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A cloud that Microsoft runs.
pub struct BuiltInCloud {
    /// Its name in Azure PowerShell and Azure CLI.
    pub name: &'static str,
    /// Hosts of its sign-in authority; the first is the one in use today, the others are the
    /// aliases that token caches of older tools name.
    pub authority_hosts: &'static [&'static str],
}

/// AzureEnvironmentConstants.cs of azure-powershell-common, azure-cli-core cloud.py, and the
/// alias lists of MSAL's instance discovery.
pub const BUILT_IN_CLOUDS: &[BuiltInCloud] = &[
    BuiltInCloud {
        name: "AzureCloud",
        authority_hosts: &[
            "login.microsoftonline.com",
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ],
    },
    BuiltInCloud {
        name: "AzureChinaCloud",
        authority_hosts: &["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
    },
    BuiltInCloud {
        name: "AzureUSGovernment",
        authority_hosts: &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    },
    BuiltInCloud { name: "AzureGermanCloud", authority_hosts: &["login.microsoftonline.de"] },
    BuiltInCloud { name: "AzureBleuCloud", authority_hosts: &["login.sovcloud-identity.fr"] },
];

/// The built-in cloud whose authority a host (`login.windows.net`, port allowed) or URL is.
pub fn cloud_of_authority(authority: &str) -> Option<&'static str> {
    let host = host_of(authority);
    BUILT_IN_CLOUDS
        .iter()
        .find(|cloud| cloud.authority_hosts.iter().any(|h| h.eq_ignore_ascii_case(host)))
        .map(|cloud| cloud.name)
}

/// The host in a host, a `host:port` or a URL.
fn host_of(authority: &str) -> &str {
    let rest = authority.split_once("://").map_or(authority, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host }
    })
}

/// A cloud that a file defines: Azure Stack, a private cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name, compared without case.
    pub name: String,
    /// Its members as text, under the names of the file (`ActiveDirectoryAuthority`,
    /// `endpoint_active_directory`, …).
    pub settings: BTreeMap<String, String>,
}

impl Environment {
    /// Whether this environment's sign-in authority is at that host (port allowed) or URL.
    pub fn signs_in_at(&self, authority: &str) -> bool {
        ["ActiveDirectoryAuthority", "ActiveDirectory", "endpoint_active_directory"]
            .iter()
            .filter_map(|name| self.settings.get(*name))
            .any(|url| host_of(url).eq_ignore_ascii_case(host_of(authority)))
    }
}

#[cfg(test)]
mod tests {
    use super::cloud_of_authority;

    #[test]
    fn a_cloud_is_known_by_any_alias_of_its_authority() {
        for (authority, cloud) in [
            ("login.windows.net", Some("AzureCloud")),
            ("login.microsoftonline.com:443", Some("AzureCloud")),
            ("https://login.chinacloudapi.cn/common", Some("AzureChinaCloud")),
            ("https://LOGIN.microsoftonline.us", Some("AzureUSGovernment")),
            ("adfs.local.example", None),
            ("https://login.windows.net.evil.example/", None),
        ] {
            assert_eq!(cloud_of_authority(authority), cloud, "{authority}");
        }
    }
}

//! Azure clouds: the built-in ones, and those that files define.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::caseless;

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
        self.authority().is_some_and(|own| host_of(own).eq_ignore_ascii_case(host_of(authority)))
    }

    /// The address where it signs in.
    fn authority(&self) -> Option<&str> {
        ["ActiveDirectoryAuthority", "ActiveDirectory", "endpoint_active_directory"]
            .iter()
            .filter_map(|wanted| {
                self.settings.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            })
            .map(|(_, url)| url.as_str())
            .find(|url| !url.is_empty())
    }
}

/// What makes two names of clouds one: where they sign in. An Azure Stack Hub that uses Microsoft
/// Entra signs in where the public cloud does, so an identity of one is the identity of the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CloudKey(Key);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    /// Host of the sign-in authority, with its port unless that is 443.
    Host(Cow<'static, str>),
    /// A cloud that nobody defines, by its name.
    Name(String),
}

impl std::fmt::Display for CloudKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Key::Host(text) => f.write_str(text),
            Key::Name(text) => f.write_str(text),
        }
    }
}

/// The clouds that are known, to compare names of clouds and hosts of authorities by.
#[derive(Clone, Debug, Default)]
pub struct Clouds {
    /// Names without case, and where these clouds sign in.
    custom: BTreeMap<String, Key>,
}

impl Clouds {
    /// The built-in clouds and these.
    pub fn of<'a>(environments: impl IntoIterator<Item = &'a Environment>) -> Self {
        let mut custom = BTreeMap::new();
        for environment in environments {
            if let Some(authority) = environment.authority() {
                custom.insert(
                    caseless::key(&environment.name).into_owned(),
                    key_of_authority(authority),
                );
            }
        }
        Self { custom }
    }

    /// The key of a cloud's name, or of the host or address of an authority.
    pub fn key(&self, cloud: &str) -> CloudKey {
        if let Some(built_in) = BUILT_IN_CLOUDS.iter().find(|c| c.name.eq_ignore_ascii_case(cloud))
        {
            return CloudKey(Key::Host(built_in.authority_hosts[0].into()));
        }
        let name = caseless::key(cloud);
        if let Some(custom) = self.custom.get(&*name) {
            return CloudKey(custom.clone());
        }
        CloudKey(match cloud.contains(['.', ':']) {
            true => key_of_authority(cloud),
            false => Key::Name(name.to_lowercase()),
        })
    }
}

/// The aliases of a built-in cloud are one.
fn key_of_authority(authority: &str) -> Key {
    if let Some(cloud) = cloud_of_authority(authority) {
        let known = BUILT_IN_CLOUDS.iter().find(|known| known.name == cloud);
        return Key::Host(known.map_or(cloud, |known| known.authority_hosts[0]).into());
    }
    let rest = authority.split_once("://").map_or(authority, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest).to_lowercase();
    Key::Host(host.strip_suffix(":443").map_or(host.clone(), str::to_owned).into())
}

#[cfg(test)]
mod tests {
    use super::{Clouds, Environment, cloud_of_authority};

    #[test]
    fn clouds_are_one_where_they_sign_in_at_one_host() {
        let environment = |name: &str, setting: &str, url: &str| Environment {
            name: name.to_owned(),
            settings: [(setting.to_owned(), url.to_owned())].into(),
        };
        let clouds = Clouds::of(&[
            environment("Stack Hub", "ActiveDirectoryAuthority", "https://login.windows.net/"),
            environment("Own", "endpoint_active_directory", "https://ADFS.example:443/adfs"),
            environment("Other", "activeDirectoryAuthority", "https://localhost:8443/adfs"),
            environment("Third", "ActiveDirectory", "https://localhost:9443/adfs"),
            environment("Silent", "ResourceManagerUrl", "https://arm.example/"),
        ]);
        for (one, other, same) in [
            ("AzureCloud", "azurecloud", true),
            ("AzureCloud", "sts.windows.net", true),
            ("AzureCloud", "stack hub", true),
            ("AzureChinaCloud", "login.partner.microsoftonline.cn", true),
            ("AzureCloud", "AzureUSGovernment", false),
            ("Own", "adfs.example", true),
            ("OWN", "https://adfs.example/adfs", true),
            ("Own", "Stack Hub", false),
            ("Other", "localhost:8443", true),
            ("Other", "Third", false),
            ("Silent", "silent", true),
            ("Silent", "Unknown", false),
            ("unknown", "UNKNOWN", true),
            ("login.windows.net.evil.example", "AzureCloud", false),
        ] {
            assert_eq!(clouds.key(one) == clouds.key(other), same, "{one} {other}");
        }
    }

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

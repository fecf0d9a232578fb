//! An Azure cloud: where it is signed in to, where its resource manager is, what its resources are
//! called. Built in, or from the settings of an environment once its hosts are confirmed.

use std::collections::BTreeSet;

use azvault_model::rules::token_cache::is_same_resource;
use azvault_model::{Environment, cloud_of_authority};
use url::Url;

use crate::authority::{Authority, TenantName};
use crate::error::Error;
use crate::http::{Plain, check_scheme};
use crate::resource;

/// An Azure cloud whose hosts are known or confirmed.
#[derive(Clone, Debug)]
pub struct Cloud {
    name: String,
    /// The name of the cloud of Microsoft's that signs in here, if it is one.
    microsofts: Option<&'static str>,
    authority: Url,
    resource_manager: Option<Url>,
    /// Short name and resource.
    resources: Vec<(&'static str, String)>,
}

/// Origins (`https://host:port`) that a person has confirmed: they were shown, and agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmed(BTreeSet<String>);

impl Confirmed {
    /// Nobody confirmed anything.
    pub fn none() -> Self {
        Self::default()
    }

    /// These, as [`Error::Unconfirmed`] gave them.
    pub fn these(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().collect())
    }

    /// An error that names what of these origins is missing here.
    pub(crate) fn require(&self, origins: &[String]) -> Result<(), Error> {
        let mut missing: Vec<_> =
            origins.iter().filter(|o| !self.0.contains(*o)).cloned().collect();
        missing.dedup();
        if missing.is_empty() { Ok(()) } else { Err(Error::Unconfirmed { origins: missing }) }
    }
}

/// Names under which a setting stands: Azure PowerShell today, AzureRM 1-3, Azure CLI.
const AUTHORITY: [&str; 3] =
    ["ActiveDirectoryAuthority", "ActiveDirectory", "endpoint_active_directory"];
const RESOURCE_MANAGER: [&str; 3] =
    ["ResourceManagerUrl", "ResourceManager", "endpoint_resource_manager"];

impl Cloud {
    /// A cloud that Microsoft runs, by its name in Azure PowerShell, without case.
    pub fn built_in(name: &str) -> Option<Self> {
        let known = resource::CLOUDS.iter().find(|c| c.name.eq_ignore_ascii_case(name))?;
        let url = |text: &str| Url::parse(text).ok();
        let resources = resource::rows();
        Some(Self {
            name: known.name.to_owned(),
            microsofts: Some(known.name),
            authority: url(known.authority)?,
            resource_manager: Some(url(known.resource_manager)?),
            resources: resources
                .filter_map(|row| Some((row.short, row.of_cloud(known.name)?.to_owned())))
                .collect(),
        })
    }

    /// A cloud that a file defines.
    ///
    /// Its authority and its resource manager must be those of one cloud that Microsoft runs, or
    /// confirmed: the first is given credentials, the second access tokens.
    pub fn custom(environment: &Environment, confirmed: &Confirmed) -> Result<Self, Error> {
        let setting = |names: &[&str]| {
            names.iter().find_map(|name| {
                environment.settings.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))
            })
        };
        let url = |names: &[&str]| -> Result<Option<Url>, Error> {
            let Some((_, text)) = setting(names).filter(|(_, text)| !text.is_empty()) else {
                return Ok(None);
            };
            let bad = |_| Error::Input { what: "an address of this environment cannot be read" };
            let url = Url::parse(text).map_err(bad)?;
            check_scheme(&url, Plain::Loopback)?;
            if !url.username().is_empty() || url.password().is_some() {
                return Err(Error::Input { what: "an address of this environment has a user" });
            }
            Ok(Some(url))
        };
        let missing = Error::Input { what: "this environment names no sign-in authority" };
        let authority = url(&AUTHORITY)?.ok_or(missing)?;
        let resource_manager = url(&RESOURCE_MANAGER)?;

        let cloud = known_cloud(&authority);
        let mut foreign = Vec::new();
        if cloud.is_none() {
            foreign.push(origin(&authority));
        }
        if let Some(url) = &resource_manager {
            let own = cloud.and_then(Self::built_in).and_then(|cloud| cloud.resource_manager);
            if own.as_ref().map(Url::origin) != Some(url.origin()) {
                foreign.push(origin(url));
            }
        }
        confirmed.require(&foreign)?;

        let resources = resource::rows().filter_map(|row| {
            let own = setting(row.settings).map(|(_, text)| text.clone());
            let known = || cloud.and_then(|cloud| row.of_cloud(cloud)).map(str::to_owned);
            own.filter(|text| !text.is_empty()).or_else(known).map(|text| (row.short, text))
        });
        Ok(Self {
            name: environment.name.clone(),
            microsofts: cloud,
            resources: resources.collect(),
            authority,
            resource_manager,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where one signs in for a tenant.
    pub fn authority(&self, tenant: TenantName) -> Authority {
        Authority::at(&self.authority, tenant)
    }

    /// Where Azure Resource Manager is.
    pub fn resource_manager(&self) -> Result<&Url, Error> {
        let missing = Error::Input { what: "this environment names no resource manager" };
        self.resource_manager.as_ref().ok_or(missing)
    }

    /// The resource of a short name (`arm`, `graph`, `keyvault`, …); `None` where the cloud has
    /// none, or the name is not known.
    pub fn resource(&self, short: &str) -> Option<&str> {
        let short = resource::canonical(short)?;
        self.resources.iter().find(|(name, _)| *name == short).map(|(_, text)| text.as_str())
    }

    /// Every resource that has a short name here.
    pub fn resources(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.resources.iter().map(|(short, text)| (*short, text.as_str()))
    }

    /// Whether tokens to a resource are this cloud's to give. What a cloud names itself is; else it is
    /// any that is well formed, and not at a host of another cloud of Microsoft's. A cloud with a
    /// sign-in service of its own gives tokens that no other takes: there the form alone counts.
    pub fn check_resource(&self, resource: &str) -> Result<(), Foreign> {
        if self.resources.iter().any(|(_, own)| is_same_resource(own, resource)) {
            return Ok(());
        }
        resource::check(resource).map_err(Foreign::Malformed)?;
        let host = resource::host_of(resource);
        match (host.as_deref().and_then(resource::cloud_of_host), self.microsofts) {
            (Some(other), Some(own)) if other != own => Err(Foreign::OfCloud(other)),
            _ => Ok(()),
        }
    }

    /// The names under which a resource is known: those of the table, by its address in this or
    /// another cloud, by its application id, or by a host of it.
    pub fn names_of(&self, resource: &str) -> Vec<&'static str> {
        let host = resource::host_of(resource);
        let manager = self.resource_manager.as_ref().and_then(Url::host_str);
        let is_manager = host.is_some() && host.as_deref() == manager;
        let is_own = |row: &&resource::Row| {
            let mut own = self.resources.iter().filter(|(short, _)| *short == row.short);
            own.any(|(_, own)| is_same_resource(own, resource))
                || row.has(resource, host.as_deref())
                || is_manager && row.short == "arm"
        };
        resource::rows().filter(is_own).flat_map(|row| row.names()).collect()
    }
}

/// Why tokens to a resource are not a cloud's to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// It is no resource; in our own words, never its text.
    #[error("{0}")]
    Malformed(&'static str),
    /// It is of this cloud.
    #[error("it is of {0}")]
    OfCloud(&'static str),
}

/// `https://host:port`, the port left out where it is the usual one.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The built-in cloud whose authority this is; only at the usual port, over TLS.
fn known_cloud(url: &Url) -> Option<&'static str> {
    let usual = url.scheme() == "https" && url.port().is_none();
    url.host_str().filter(|_| usual).and_then(cloud_of_authority)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Cloud, Confirmed, Foreign};
    use crate::error::Error;
    use azvault_model::Environment;

    fn environment(settings: &[(&str, &str)]) -> Environment {
        let settings: BTreeMap<_, _> =
            settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Environment { name: "Stack".into(), settings }
    }

    #[test]
    fn a_host_that_could_be_a_command_is_none() {
        for host in ["a;id", "$(id)", "`id`", "a&b", "a'b", "a\"b", "a!b", "a,b", "a{b}"] {
            let address = format!("https://{host}.example/");
            let settings = [("ActiveDirectoryAuthority", address.as_str())];
            let refused = Cloud::custom(&environment(&settings), &Confirmed::none());
            assert!(matches!(refused, Err(Error::Input { .. })), "{host}");
        }
        for host in ["login.example", "xn--bcher-kva.example", "10.0.0.1:8443", "[fd00::1]:8443"] {
            let address = format!("https://{host}/");
            let settings = [("ActiveDirectoryAuthority", address.as_str())];
            let asked = Cloud::custom(&environment(&settings), &Confirmed::none());
            assert!(matches!(asked, Err(Error::Unconfirmed { .. })), "{host}");
        }
    }

    #[test]
    fn hosts_that_are_no_known_clouds_must_be_confirmed() {
        let graph = "https://management.azure.com/";
        for (authority, manager, unconfirmed) in [
            ("https://login.microsoftonline.com/", graph, &[][..]),
            ("https://login.windows.net/", "", &[]),
            ("https://LOGIN.microsoftonline.com", graph, &[]),
            (
                "https://login.microsoftonline.com/",
                "https://arm.evil.example/",
                &["https://arm.evil.example"],
            ),
            ("https://login.microsoftonline.us/", graph, &["https://management.azure.com"]),
            (
                "https://login.microsoftonline.com:444/",
                graph,
                &["https://login.microsoftonline.com:444", "https://management.azure.com"],
            ),
            (
                "https://login.microsoftonline.com.evil.example/",
                "",
                &["https://login.microsoftonline.com.evil.example"],
            ),
            (
                "https://adfs.local/adfs",
                "https://arm.local/",
                &["https://adfs.local", "https://arm.local"],
            ),
        ] {
            let environment = environment(&[
                ("ActiveDirectoryAuthority", authority),
                ("ResourceManagerUrl", manager),
            ]);
            let found = match Cloud::custom(&environment, &Confirmed::none()) {
                Ok(_) => Vec::new(),
                Err(Error::Unconfirmed { origins }) => origins,
                Err(other) => panic!("{authority}: {other}"),
            };
            assert_eq!(found, unconfirmed, "{authority} {manager}");
            let all = Confirmed::these(found);
            assert!(Cloud::custom(&environment, &all).is_ok(), "{authority} once confirmed");
        }
    }

    #[test]
    fn an_address_without_tls_or_with_a_user_is_refused_whoever_confirms() {
        for authority in [
            "http://login.microsoftonline.com/",
            "ftp://x/",
            "login.microsoftonline.com",
            "https://user@login.microsoftonline.com/",
            "",
        ] {
            let environment = environment(&[("endpoint_active_directory", authority)]);
            let all = Confirmed::these([authority.trim_end_matches('/').to_owned()]);
            let found = Cloud::custom(&environment, &all);
            assert!(matches!(found, Err(Error::Input { .. })), "{authority}");
        }
    }

    #[test]
    fn resources_come_from_the_environment_first_and_from_its_cloud_second() {
        let cloud = Cloud::custom(
            &environment(&[
                ("ActiveDirectoryAuthority", "https://login.microsoftonline.com/"),
                ("endpoint_active_directory_resource_id", "https://management.own/1"),
            ]),
            &Confirmed::none(),
        )
        .unwrap();
        assert_eq!(cloud.resource("arm"), Some("https://management.own/1"));
        assert_eq!(cloud.resource("keyvault"), Some("https://vault.azure.net"));
    }

    #[test]
    fn a_cloud_gives_tokens_to_what_is_its_own_or_nobodys() {
        let own = |settings: &[(&str, &str)]| {
            let own = environment(settings);
            let Err(Error::Unconfirmed { origins }) = Cloud::custom(&own, &Confirmed::none())
            else {
                return Cloud::custom(&own, &Confirmed::none()).unwrap();
            };
            Cloud::custom(&own, &Confirmed::these(origins)).unwrap()
        };
        let public = Cloud::built_in("AzureCloud").unwrap();
        let china = Cloud::built_in("AzureChinaCloud").unwrap();
        let government = Cloud::built_in("AzureUSGovernment").unwrap();
        let renamed = own(&[("ActiveDirectoryAuthority", "https://login.microsoftonline.us/")]);
        let stack = own(&[
            ("ActiveDirectoryAuthority", "https://adfs.local/adfs"),
            ("endpoint_active_directory_resource_id", "odd resource of a stack"),
        ]);
        for (cloud, resource, found) in [
            (&public, "https://acct.documents.azure.com:443/", Ok(())),
            (&public, "https://my-own.contoso.example/app", Ok(())),
            (&public, "api://my-own-app", Ok(())),
            (&public, "6dae42f8-4368-4678-94ff-3960e28e3630", Ok(())),
            (
                &public,
                "https://Management.ChinaCloudAPI.cn/",
                Err(Foreign::OfCloud("AzureChinaCloud")),
            ),
            (
                &public,
                "https://vault.usgovcloudapi.net",
                Err(Foreign::OfCloud("AzureUSGovernment")),
            ),
            (&public, "http://graph.microsoft.us", Err(Foreign::OfCloud("AzureUSGovernment"))),
            (&china, "https://management.azure.com/", Err(Foreign::OfCloud("AzureCloud"))),
            (&china, "https://acct.blob.core.chinacloudapi.cn", Ok(())),
            // Called the same in several clouds.
            (&china, "https://storage.azure.com", Ok(())),
            (&government, "https://servicebus.azure.net/", Ok(())),
            (&government, "https://graph.windows.net/", Ok(())),
            (&government, "https://graph.microsoft.com/", Err(Foreign::OfCloud("AzureCloud"))),
            (&renamed, "https://management.azure.com", Err(Foreign::OfCloud("AzureCloud"))),
            (&renamed, "https://vault.usgovcloudapi.net", Ok(())),
            (&stack, "https://vault.azure.net", Ok(())),
            (&stack, "odd resource of a stack", Ok(())),
        ] {
            assert_eq!(cloud.check_resource(resource), found, "{} {resource}", cloud.name());
        }
        let malformed = public.check_resource("keyvalt");
        assert!(matches!(malformed, Err(Foreign::Malformed(_))), "{malformed:?}");
    }

    #[test]
    fn a_resource_has_its_names_however_it_is_written() {
        let public = Cloud::built_in("AzureCloud").unwrap();
        for (resource, name) in [
            ("https://management.core.windows.net/", "arm"),
            ("https://management.azure.com", "arm"),
            ("797F4846-ba00-4fd7-ba43-dac1f8f63013", "arm"),
            ("https://graph.microsoft.com", "ms-graph"),
            ("https://acct.blob.core.windows.net", "storage"),
            ("https://acct.documents.azure.com:443/", "cosmos"),
            ("https://vault.azure.net", "keyvault"),
            ("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/", "databricks"),
        ] {
            assert!(public.names_of(resource).contains(&name), "{resource}");
        }
        assert!(public.names_of("https://contoso.example").is_empty());
        assert!(!public.names_of("https://vault.azure.net.evil.example").contains(&"keyvault"));
    }
}

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
    /// Where Microsoft Graph is, if that is not what its resource says.
    graph: Option<String>,
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
const GRAPH: [&str; 2] = ["MicrosoftGraphUrl", "endpoint_microsoft_graph"];

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
            graph: None,
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
            graph: setting(&GRAPH).map(|(_, text)| text.clone()).filter(|text| !text.is_empty()),
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

    /// Where Microsoft Graph is: as the cloud's own, or at an origin that was confirmed for it with others.
    pub fn graph(&self) -> Result<Url, Error> {
        let missing = || Error::Input { what: "this environment names no Microsoft Graph" };
        let url = self.graph.as_deref().or_else(|| self.resource("graph")).ok_or_else(missing)?;
        let url = Url::parse(url).map_err(|_| missing())?;
        check_scheme(&url, Plain::Loopback)?;
        let own = self.microsofts.and_then(Self::built_in);
        let own = own.and_then(|own| Url::parse(own.resource("graph")?).ok());
        let known = [own.as_ref(), Some(&self.authority), self.resource_manager.as_ref()];
        match known.into_iter().flatten().any(|known| known.origin() == url.origin()) {
            true => Ok(url),
            false => Err(Error::Input {
                what: "the Microsoft Graph of this environment is on a host of its own",
            }),
        }
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
mod tests;

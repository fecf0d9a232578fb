//! The file with which `Import-AzContext` gives Azure PowerShell the contexts that an endpoint serves: each
//! account is a managed identity in it, by the name under which the endpoint is asked, and nothing in it is a
//! secret.

use azvault_exporter::azure_powershell::{self, Credentials};
use azvault_model::{
    Context, ContextAccount, ContextName, Environment, KEPT_NAME, Kept, KnownAccountType, Profile,
};

use serde::{Deserialize, Serialize};

use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::online;
use crate::verbs::ServedContext;

/// Its name in the folder of the endpoint, which is Azure PowerShell's own.
pub(super) const AZ_PROFILE: &str = "AzureRmContext.json";

/// A context that the file has not.
#[derive(Serialize, Deserialize)]
pub struct LeftFromAz {
    pub name: ContextName,
    pub because: String,
}

/// The file for these contexts, the first of which is Azure PowerShell's current one, and which are not in it.
pub(crate) fn az_profile(
    contexts: &Contexts,
    served: &[ServedContext],
) -> Result<(String, Vec<LeftFromAz>), Failure> {
    let is_of_one = |environment: &&Environment| {
        let mut named = served.iter().filter_map(|served| served.context.environment.as_deref());
        named.any(|own| own.eq_ignore_ascii_case(&environment.name))
    };
    let environments = contexts.vault.environments.iter().filter(is_of_one);
    // The hosts of others were not confirmed: tokens would go there.
    let trusted = environments.filter(|own| online::cloud(contexts, &own.name).is_ok());
    let trusted = trusted.map(with_hosts_of_the_cloud);
    let profile = Profile {
        default: served.first().map(|first| first.context.name.clone()),
        contexts: served.iter().map(as_managed_identity).collect(),
        environments: trusted.collect(),
        ..Profile::default()
    };
    let written = azure_powershell::write(&profile, Credentials::Without);
    let left = written.left_contexts.iter().map(|left| LeftFromAz {
        name: left.name.clone(),
        because: left.because.in_words().to_owned(),
    });
    let text = std::str::from_utf8(&written.bytes);
    let text = text.map_err(|e| Failure::new(Kind::Other, format!("the contexts for Az: {e}")))?;
    Ok((text.to_owned(), left.collect()))
}

/// A cloud without the hosts that nobody has confirmed: what lies in the domain of its resource manager stays,
/// and so do its authority and what is no host.
fn with_hosts_of_the_cloud(environment: &Environment) -> Environment {
    let is = |name: &str, others: &[&str]| others.iter().any(|own| name.eq_ignore_ascii_case(own));
    let manager = environment.settings.iter().find(|(name, _)| is(name, &RESOURCE_MANAGER));
    let domain = manager.and_then(|(_, url)| Some(host(url).split_once('.')?.1.to_owned()));
    let stays = |name: &str, value: &str| {
        let host = host(value);
        let is_below = |domain: &String| {
            domain.contains('.') && (host == *domain || host.ends_with(&format!(".{domain}")))
        };
        is(name, &RESOURCE_MANAGER)
            || is(name, &AUTHORITY)
            || NO_HOSTS.iter().any(|end| name.to_ascii_lowercase().ends_with(end))
            || domain.as_ref().is_some_and(is_below)
    };
    let settings = environment.settings.iter().filter(|(name, value)| stays(name, value));
    let settings = settings.map(|(name, value)| (name.clone(), value.clone())).collect();
    Environment { name: environment.name.clone(), settings }
}

const RESOURCE_MANAGER: [&str; 3] =
    ["ResourceManagerUrl", "Endpoints/ResourceManager", "endpoint_resource_manager"];

const AUTHORITY: [&str; 3] =
    ["ActiveDirectoryAuthority", "Endpoints/ActiveDirectory", "endpoint_active_directory"];

/// How settings end that are no place to send anything to.
const NO_HOSTS: [&str; 8] = [
    "resourceid",
    "resource_id",
    "name",
    "type",
    "tenant",
    "onpremise",
    "versionprofiles",
    "profile",
];

/// The host of an address, or a suffix of hosts without its dot.
fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default().trim_start_matches('.').to_ascii_lowercase()
}

fn as_managed_identity(served: &ServedContext) -> Context {
    Context {
        account: Some(ContextAccount {
            id: served.id.as_str().into(),
            account_type: KnownAccountType::ManagedService.into(),
            // What Azure PowerShell makes a file of is known again: these are no identities of the machine.
            properties: [(KEPT_NAME.to_owned(), "1".to_owned())].into(),
        }),
        // Members that nobody here knows may hold a secret.
        kept: Kept::default(),
        ..served.context.copied()
    }
}

#[cfg(test)]
mod tests {
    use azvault_model::Environment;

    use super::with_hosts_of_the_cloud;

    #[test]
    fn a_cloud_keeps_the_hosts_of_its_domain_and_no_other() {
        let settings = [
            ("ActiveDirectoryAuthority", "https://login.example/", true),
            ("ResourceManagerUrl", "https://management.local.stack.example:30005/", true),
            ("AzureKeyVaultDnsSuffix", "vault.local.stack.example", true),
            ("StorageEndpointSuffix", ".local.stack.example", true),
            ("GalleryUrl", "https://gallery.LOCAL.stack.example/", true),
            ("GraphEndpointResourceId", "https://anything.example/", true),
            ("AdTenant", "common", true),
            ("ExtendedProperties/OperationalInsightsEndpoint", "https://evil.example/", false),
            ("AzureKeyVaultDnsSuffix2", "evil.example", false),
            ("GraphUrl", "https://evillocal.stack.example/", false),
            ("SqlDatabaseDnsSuffix", "evil.example/local.stack.example", false),
            ("ManagementPortalUrl", "https://x.local.stack.example@evil.example", false),
        ];
        let all = settings.map(|(name, value, _)| (name.to_owned(), value.to_owned()));
        let given = Environment { name: "Stack".to_owned(), settings: all.into_iter().collect() };
        let kept = with_hosts_of_the_cloud(&given).settings;
        for (name, value, stays) in settings {
            assert_eq!(kept.contains_key(name), stays, "{name} {value}");
        }
        // The public domain of a single label is no domain.
        let flat =
            [("ResourceManagerUrl", "https://arm.example"), ("GraphUrl", "https://evil.example")];
        let flat = flat.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let flat = Environment { name: "Flat".to_owned(), settings: flat.into_iter().collect() };
        assert_eq!(with_hosts_of_the_cloud(&flat).settings.len(), 1);
    }
}

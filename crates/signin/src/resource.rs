//! Resources, their short names in each cloud, and the scopes that stand for them.

mod clouds;
mod form;
mod names;

pub(crate) use self::clouds::{CLOUDS, cloud_of_host};
pub(crate) use self::form::{check, host_of};
pub(crate) use self::names::{Row, rows};

/// The short name that a name stands for, without case.
pub fn canonical(name: &str) -> Option<&'static str> {
    let is = |own: &str| own.eq_ignore_ascii_case(name);
    rows().find(|row| row.names().any(is)).map(|row| row.short)
}

/// Each short name with what it stands for, in the order of the table.
pub fn short_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows().map(|row| (row.short, row.title))
}

/// Whether a text can be a resource: an address, an application id or a short name.
pub fn is_well_formed(text: &str) -> bool {
    canonical(text).is_some() || check(text).is_ok()
}

/// The scope that stands for a resource in the v2 protocol.
///
/// Nothing is taken away: a resource that ends in `/` has two of them in its scope, because Entra
/// cuts `/.default` off and compares the audience to the letter.
pub fn scope_of(resource: &str) -> String {
    format!("{resource}/.default")
}

/// The resource that a scope is of; `None` for the scopes of OpenID Connect.
///
/// A name without a resource before it is Microsoft Graph's, as in Entra.
pub fn resource_of(scope: &str) -> Option<&str> {
    if OPENID.contains(&scope) || scope.is_empty() {
        return None;
    }
    if let Some(resource) = scope.strip_suffix("/.default") {
        return Some(resource).filter(|resource| !resource.is_empty());
    }
    match scope.rsplit_once('/') {
        Some((resource, name)) if !name.is_empty() && resource.contains([':', '-']) => {
            Some(resource).filter(|resource| !resource.ends_with(":/"))
        }
        Some(_) => Some(scope),
        None => Some("https://graph.microsoft.com"),
    }
}

/// The scopes that every sign-in of a person asks for besides.
pub(crate) const OPENID: [&str; 4] = ["openid", "profile", "offline_access", "email"];

#[cfg(test)]
mod tests {
    use super::{canonical, resource_of, scope_of};
    use crate::Cloud;

    #[test]
    fn a_resource_becomes_a_scope_and_comes_back_to_the_letter() {
        for (resource, scope) in [
            (
                "https://management.core.windows.net/",
                "https://management.core.windows.net//.default",
            ),
            ("https://vault.azure.net", "https://vault.azure.net/.default"),
            ("api://one-app", "api://one-app/.default"),
            (
                "499b84ac-1321-427f-aa17-267ca6975798",
                "499b84ac-1321-427f-aa17-267ca6975798/.default",
            ),
        ] {
            assert_eq!(scope_of(resource), scope);
            assert_eq!(resource_of(scope), Some(resource));
        }
    }

    #[test]
    fn a_scope_names_its_resource() {
        for (scope, resource) in [
            ("openid", None),
            ("offline_access", None),
            ("", None),
            ("/.default", None),
            ("User.Read", Some("https://graph.microsoft.com")),
            ("https://graph.microsoft.com/User.Read", Some("https://graph.microsoft.com")),
            (
                "https://database.windows.net//user_impersonation",
                Some("https://database.windows.net/"),
            ),
            ("api://a-b/Files.Read", Some("api://a-b")),
            ("https://vault.azure.net", None),
        ] {
            assert_eq!(resource_of(scope), resource, "{scope}");
        }
    }

    #[test]
    fn short_names_are_known_in_each_cloud() {
        for (cloud, short, resource) in [
            ("AzureCloud", "arm", Some("https://management.core.windows.net/")),
            ("azurecloud", "ARM", Some("https://management.core.windows.net/")),
            ("AzureCloud", "ms-graph", Some("https://graph.microsoft.com/")),
            ("AzureChinaCloud", "graph", Some("https://microsoftgraph.chinacloudapi.cn/")),
            ("AzureUSGovernment", "sql", Some("https://database.usgovcloudapi.net/")),
            ("AzureUSGovernment", "storage", Some("https://storage.azure.com/")),
            ("AzureCloud", "oss-rdbms", Some("https://ossrdbms-aad.database.windows.net")),
            ("AzureChinaCloud", "datalake", None),
            ("AzureCloud", "nothing", None),
        ] {
            let cloud = Cloud::built_in(cloud).unwrap();
            assert_eq!(cloud.resource(short), resource, "{} {short}", cloud.name());
        }
        assert!(Cloud::built_in("AzureGermanCloud").is_none());
        assert_eq!(canonical("data-lake"), Some("datalake"));
    }
}

//! Which hosts are Azure's. A credential for any other host is another user's, and no finding.

/// The host of a URL or of an address without scheme: no user, port or path.
pub(super) fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.split(':').next().unwrap_or_default()
}

/// Container registries: public, China, US government, and the Germany of before 2021.
pub(super) fn is_registry(host: &str) -> bool {
    ends_with(host, &[".azurecr.io", ".azurecr.cn", ".azurecr.us", ".azurecr.de"])
}

/// Azure DevOps, with its feeds, and the names it had as Visual Studio Team Services.
pub(super) fn is_devops(host: &str) -> bool {
    is_or_below(host, "dev.azure.com") || ends_with(host, &[".visualstudio.com"])
}

/// API servers of AKS, Azure Red Hat OpenShift, and clusters on virtual machines of Azure.
pub(super) fn is_cluster(host: &str) -> bool {
    ends_with(
        host,
        &[
            ".azmk8s.io",
            ".azk8s.cn",
            ".aks.containerservice.azure.us",
            ".aroapp.io",
            ".cloudapp.azure.com",
            ".cloudapp.chinacloudapi.cn",
            ".cloudapp.usgovcloudapi.net",
        ],
    )
}

/// Workspaces and the account console of Databricks on Azure.
pub(super) fn is_databricks(host: &str) -> bool {
    ends_with(host, &[".azuredatabricks.net", ".databricks.azure.us", ".databricks.azure.cn"])
}

/// Where code is pushed to an App Service with a password.
pub(super) fn is_publishing(host: &str) -> bool {
    ends_with(host, &[".scm.azurewebsites.net", ".scm.azurewebsites.us", ".scm.chinacloudsites.cn"])
        || ends_with(host, &[".azurewebsites.windows.net"])
}

/// Databases, caches and queues whose URL carries a password.
pub(super) fn is_data_service(host: &str) -> bool {
    ends_with(
        host,
        &[
            ".database.windows.net",
            ".database.azure.com",
            ".cosmos.azure.com",
            ".documents.azure.com",
            ".redis.cache.windows.net",
            ".redis.azure.net",
            ".redisenterprise.cache.azure.net",
            ".servicebus.windows.net",
            ".database.chinacloudapi.cn",
            ".database.usgovcloudapi.net",
        ],
    )
}

fn is_or_below(host: &str, domain: &str) -> bool {
    host.eq_ignore_ascii_case(domain)
        || host
            .len()
            .checked_sub(domain.len() + 1)
            .is_some_and(|at| host.as_bytes()[at] == b'.' && ends_with(host, &[domain]))
}

fn ends_with(host: &str, ends: &[&str]) -> bool {
    let host = host.trim_end_matches('.').as_bytes();
    ends.iter().any(|end| {
        host.len() > end.len()
            && host[host.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::{host_of, is_cluster, is_databricks, is_devops, is_publishing, is_registry};

    #[test]
    fn a_host_is_azures_by_its_end() {
        for (is, host, wanted) in [
            (is_registry as fn(&str) -> bool, "contoso.azurecr.io", true),
            (is_registry, "CONTOSO.AZURECR.IO", true),
            (is_registry, "azurecr.io", false),
            (is_registry, "contoso.azurecr.io.example", false),
            (is_registry, "notazurecr.io", false),
            (is_registry, "docker.io", false),
            (is_devops, "dev.azure.com", true),
            (is_devops, "pkgs.dev.azure.com", true),
            (is_devops, "contoso.visualstudio.com", true),
            (is_devops, "contoso.pkgs.visualstudio.com", true),
            (is_devops, "evildev.azure.com", false),
            (is_devops, "visualstudio.com", false),
            (is_devops, "github.com", false),
            (is_devops, "", false),
            (is_cluster, "a.hcp.westeurope.azmk8s.io", true),
            (is_cluster, "a.privatelink.westeurope.azmk8s.io", true),
            (is_cluster, "a.hcp.chinaeast2.cx.prod.service.azk8s.cn", true),
            (is_cluster, "api.a.westeurope.aroapp.io", true),
            (is_cluster, "a.eks.amazonaws.com", false),
            (is_cluster, "10.0.0.5", false),
            (is_databricks, "adb-1.7.azuredatabricks.net", true),
            (is_databricks, "dbc-1.cloud.databricks.com", false),
            (is_publishing, "shop.scm.azurewebsites.net", true),
            (is_publishing, "shop.azurewebsites.net", false),
        ] {
            assert_eq!(is(host), wanted, "{host}");
        }
    }

    #[test]
    fn the_host_of_an_address_is_what_stands_between_user_and_path() {
        for (address, host) in [
            ("https://a:b@dev.azure.com:443/x?y", "dev.azure.com"),
            ("https://a:b@c@dev.azure.com", "dev.azure.com"),
            ("//pkgs.dev.azure.com/contoso/:_password", "pkgs.dev.azure.com"),
            ("contoso.azurecr.io", "contoso.azurecr.io"),
            ("https://index.docker.io/v1/", "index.docker.io"),
            ("https://example.com/?u=https://x@dev.azure.com", "example.com"),
            ("", ""),
        ] {
            assert_eq!(host_of(address), host, "{address}");
        }
    }
}

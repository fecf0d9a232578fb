//! The clouds that Microsoft runs, and the domains of their services.

/// A cloud that Microsoft runs.
pub(crate) struct CloudRow {
    pub(crate) name: &'static str,
    pub(crate) authority: &'static str,
    pub(crate) resource_manager: &'static str,
}

/// AzureEnvironmentConstants.cs of azure-powershell-common; azure-cli-core cloud.py for the last.
/// AzureGermanCloud is not here: it was closed in 2021, and nobody answers.
pub(crate) const CLOUDS: [CloudRow; 4] = [
    CloudRow {
        name: "AzureCloud",
        authority: "https://login.microsoftonline.com/",
        resource_manager: "https://management.azure.com/",
    },
    CloudRow {
        name: "AzureChinaCloud",
        authority: "https://login.chinacloudapi.cn/",
        resource_manager: "https://management.chinacloudapi.cn/",
    },
    CloudRow {
        name: "AzureUSGovernment",
        authority: "https://login.microsoftonline.us/",
        resource_manager: "https://management.usgovcloudapi.net/",
    },
    CloudRow {
        name: "AzureBleuCloud",
        authority: "https://login.sovcloud-identity.fr/",
        resource_manager: "https://management.sovcloud-api.fr/",
    },
];

/// Domains of services, by the name of their cloud: Cloud.cs of azure-powershell-common, cloud.py of
/// azure-cli-core, and <https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure>.
/// The last of them is closed: nothing there is of a cloud that still runs.
const DOMAINS: [(&str, &[&str]); 5] = [
    (
        "AzureCloud",
        &[
            "applicationinsights.io",
            "azconfig.io",
            "azure.com",
            "azure.net",
            "azurecr.io",
            "azuresynapse.net",
            "azurewebsites.net",
            "dynamics.com",
            "loganalytics.io",
            "microsoft.com",
            "microsoftonline.com",
            "office.com",
            "office365.com",
            "powerbi.com",
            "sharepoint.com",
            "windows.net",
        ],
    ),
    (
        "AzureChinaCloud",
        &[
            "azure.cn",
            "azurecr.cn",
            "chinacloudapi.cn",
            "chinacloudsites.cn",
            "dynamics.cn",
            "microsoftonline.cn",
            "office365.cn",
            "powerbi.cn",
            "sharepoint.cn",
            "windowsazure.cn",
        ],
    ),
    (
        "AzureUSGovernment",
        &[
            "applicationinsights.us",
            "azure.us",
            "azurecr.us",
            "azurewebsites.us",
            "loganalytics.us",
            "microsoft.us",
            "microsoftdynamics.us",
            "microsoftonline.us",
            "office365.us",
            "powerbigov.us",
            "sharepoint.us",
            "usgovcloudapi.net",
            "windows.us",
            "windowsazure.us",
        ],
    ),
    ("AzureBleuCloud", &["sovcloud-api.fr", "sovcloud-identity.fr"]),
    ("AzureGermanCloud", &["azure.de", "cloudapi.de", "microsoftazure.de", "microsoftonline.de"]),
];

/// Whose a host is; `None` for one that is no cloud's, such as that of an application's owner.
pub(crate) fn cloud_of_host(host: &str) -> Option<&'static str> {
    let is_there = |domains: &&[&str]| domains.iter().any(|domain| is_below(host, domain));
    DOMAINS.iter().find(|(_, domains)| is_there(domains)).map(|(name, _)| *name)
}

/// Whether a host is that domain or below it.
pub(super) fn is_below(host: &str, domain: &str) -> bool {
    let at = host.len().checked_sub(domain.len());
    at.is_some_and(|at| {
        let (before, end) = host.as_bytes().split_at(at);
        end.eq_ignore_ascii_case(domain.as_bytes()) && matches!(before.last(), None | Some(b'.'))
    })
}

#[cfg(test)]
mod tests {
    use super::cloud_of_host;

    #[test]
    fn a_host_is_of_the_cloud_that_has_its_domain() {
        for (host, cloud) in [
            ("management.azure.com", Some("AzureCloud")),
            ("ACCT.blob.core.windows.net", Some("AzureCloud")),
            ("management.chinacloudapi.cn", Some("AzureChinaCloud")),
            ("vault.usgovcloudapi.net", Some("AzureUSGovernment")),
            ("graph.microsoft.us", Some("AzureUSGovernment")),
            ("management.sovcloud-api.fr", Some("AzureBleuCloud")),
            ("management.microsoftazure.de", Some("AzureGermanCloud")),
            ("azure.com", Some("AzureCloud")),
            ("notazure.com", None),
            ("azure.com.evil.example", None),
            ("contoso.example", None),
        ] {
            assert_eq!(cloud_of_host(host), cloud, "{host}");
        }
    }
}

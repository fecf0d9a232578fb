//! Resources, their short names in each cloud, and the scopes that stand for them.

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

/// A short name: its other names, the settings of an environment that hold it, and the resource in
/// each of [`CLOUDS`].
pub(crate) struct Row {
    pub(crate) short: &'static str,
    other: &'static [&'static str],
    pub(crate) settings: &'static [&'static str],
    clouds: [Option<&'static str>; 4],
}

impl Row {
    pub(crate) fn of_cloud(&self, name: &str) -> Option<&'static str> {
        let at = CLOUDS.iter().position(|cloud| cloud.name == name)?;
        self.clouds[at]
    }
}

const fn row(
    short: &'static str,
    other: &'static [&'static str],
    settings: &'static [&'static str],
    clouds: [Option<&'static str>; 4],
) -> Row {
    Row { short, other, settings, clouds }
}

/// The names of `az account get-access-token --resource-type` and of
/// `Get-AzAccessToken -ResourceTypeName` are among them.
pub(crate) const NAMES: [Row; 16] = [
    row(
        "arm",
        &["resource-manager", "management"],
        &["ActiveDirectoryServiceEndpointResourceId", "endpoint_active_directory_resource_id"],
        [
            Some("https://management.core.windows.net/"),
            Some("https://management.core.chinacloudapi.cn/"),
            Some("https://management.core.usgovcloudapi.net/"),
            Some("https://management.sovcloud-api.fr/"),
        ],
    ),
    row(
        "graph",
        &["ms-graph", "msgraph"],
        &["MicrosoftGraphEndpointResourceId", "endpoint_microsoft_graph_resource_id"],
        [
            Some("https://graph.microsoft.com/"),
            Some("https://microsoftgraph.chinacloudapi.cn/"),
            Some("https://graph.microsoft.us/"),
            None,
        ],
    ),
    row(
        "aad-graph",
        &["aadgraph"],
        &["GraphEndpointResourceId", "endpoint_active_directory_graph_resource_id"],
        [
            Some("https://graph.windows.net/"),
            Some("https://graph.chinacloudapi.cn/"),
            Some("https://graph.windows.net/"),
            None,
        ],
    ),
    row(
        "keyvault",
        &["vault"],
        &["AzureKeyVaultServiceEndpointResourceId"],
        [
            Some("https://vault.azure.net"),
            Some("https://vault.azure.cn"),
            Some("https://vault.usgovcloudapi.net"),
            None,
        ],
    ),
    row(
        "managedhsm",
        &["managed-hsm"],
        &["ManagedHsmServiceEndpointResourceId"],
        [
            Some("https://managedhsm.azure.net"),
            Some("https://managedhsm.azure.cn"),
            Some("https://managedhsm.usgovcloudapi.net"),
            None,
        ],
    ),
    row("storage", &[], &[], [Some("https://storage.azure.com/"); 4]),
    row(
        "sql",
        &["database"],
        &[],
        [
            Some("https://database.windows.net/"),
            Some("https://database.chinacloudapi.cn/"),
            Some("https://database.usgovcloudapi.net/"),
            None,
        ],
    ),
    row(
        "oss-rdbms",
        &["postgres", "mysql"],
        &["endpoint_ossrdbms_resource_id"],
        [
            Some("https://ossrdbms-aad.database.windows.net"),
            Some("https://ossrdbms-aad.database.chinacloudapi.cn"),
            Some("https://ossrdbms-aad.database.usgovcloudapi.net"),
            None,
        ],
    ),
    row(
        "batch",
        &[],
        &["BatchEndpointResourceId", "endpoint_batch_resource_id"],
        [
            Some("https://batch.core.windows.net/"),
            Some("https://batch.chinacloudapi.cn/"),
            Some("https://batch.core.usgovcloudapi.net/"),
            None,
        ],
    ),
    row(
        "datalake",
        &["data-lake"],
        &["DataLakeEndpointResourceId", "endpoint_active_directory_data_lake_resource_id"],
        [Some("https://datalake.azure.net/"), None, None, None],
    ),
    row(
        "media",
        &[],
        &["endpoint_media_resource_id"],
        [
            Some("https://rest.media.azure.net"),
            Some("https://rest.media.chinacloudapi.cn"),
            Some("https://rest.media.usgovcloudapi.net"),
            None,
        ],
    ),
    row(
        "loganalytics",
        &["operational-insights", "log-analytics"],
        &["OperationalInsightsEndpointResourceId", "endpoint_log_analytics_resource_id"],
        [
            Some("https://api.loganalytics.io"),
            Some("https://api.loganalytics.azure.cn"),
            Some("https://api.loganalytics.us"),
            None,
        ],
    ),
    row(
        "analysis-services",
        &["analysisservices"],
        &["AnalysisServicesEndpointResourceId"],
        [
            Some("https://region.asazure.windows.net"),
            Some("https://region.asazure.chinacloudapi.cn"),
            Some("https://region.asazure.usgovcloudapi.net"),
            None,
        ],
    ),
    row(
        "service-management",
        &["asm"],
        &["ServiceManagementUrl", "ServiceManagement", "endpoint_management"],
        [
            Some("https://management.core.windows.net/"),
            Some("https://management.core.chinacloudapi.cn/"),
            Some("https://management.core.usgovcloudapi.net/"),
            None,
        ],
    ),
    // SDKs ask for Resource Manager by its address; Entra gives the same token.
    row(
        "arm-endpoint",
        &[],
        &["ResourceManagerUrl", "ResourceManager", "endpoint_resource_manager"],
        [
            Some("https://management.azure.com/"),
            Some("https://management.chinacloudapi.cn/"),
            Some("https://management.usgovcloudapi.net/"),
            Some("https://management.sovcloud-api.fr/"),
        ],
    ),
    row(
        "devops",
        &["azure-devops"],
        &[],
        [Some("499b84ac-1321-427f-aa17-267ca6975798"), None, None, None],
    ),
];

/// The short name that a name stands for, without case.
pub fn canonical(name: &str) -> Option<&'static str> {
    let is = |other: &&str| other.eq_ignore_ascii_case(name);
    NAMES.iter().find(|row| is(&row.short) || row.other.iter().any(is)).map(|row| row.short)
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

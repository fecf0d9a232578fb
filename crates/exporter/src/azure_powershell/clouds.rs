//! The endpoints of the public clouds, and what other files call them
//! (APC src/Authentication.Abstractions/AzureEnvironmentConstants.cs at 0378509).

/// Clouds that every Azure PowerShell knows; `Save` takes them out of the table (RM/AzureRmProfile.cs).
pub(super) const PUBLIC: [&str; 3] = ["AzureCloud", "AzureChinaCloud", "AzureUSGovernment"];

/// A member: its name, its names in `Endpoints` of AzureRM 1-3 and in `clouds.config` of Azure CLI
/// (azure-cli-core cloud.py), and its value in each of [`PUBLIC`].
pub(super) struct Url {
    pub(super) name: &'static str,
    pub(super) legacy: &'static str,
    pub(super) cli: &'static str,
    pub(super) public: [Option<&'static str>; 3],
}

const fn url(
    name: &'static str,
    legacy: &'static str,
    cli: &'static str,
    public: [Option<&'static str>; 3],
) -> Url {
    Url { name, legacy, cli, public }
}

/// In the product's order, between `OnPremise` and `VersionProfiles`.
pub(super) const URLS: [Url; 20] = [
    url(
        "ServiceManagementUrl",
        "ServiceManagement",
        "endpoint_management",
        [
            Some("https://management.core.windows.net/"),
            Some("https://management.core.chinacloudapi.cn/"),
            Some("https://management.core.usgovcloudapi.net/"),
        ],
    ),
    url(
        "ResourceManagerUrl",
        "ResourceManager",
        "endpoint_resource_manager",
        [
            Some("https://management.azure.com/"),
            Some("https://management.chinacloudapi.cn/"),
            Some("https://management.usgovcloudapi.net/"),
        ],
    ),
    url(
        "ManagementPortalUrl",
        "ManagementPortalUrl",
        "endpoint_portal",
        [
            Some("https://portal.azure.com/"),
            Some("https://portal.azure.cn/"),
            Some("https://portal.azure.us/"),
        ],
    ),
    url(
        "PublishSettingsFileUrl",
        "PublishSettingsFileUrl",
        "",
        [
            Some("https://go.microsoft.com/fwlink/?LinkID=301775"),
            Some("https://go.microsoft.com/fwlink/?LinkID=301776"),
            Some("https://manage.windowsazure.us/publishsettings/index"),
        ],
    ),
    url(
        "ActiveDirectoryAuthority",
        "ActiveDirectory",
        "endpoint_active_directory",
        [
            Some("https://login.microsoftonline.com/"),
            Some("https://login.chinacloudapi.cn/"),
            Some("https://login.microsoftonline.us/"),
        ],
    ),
    url(
        "GalleryUrl",
        "Gallery",
        "endpoint_gallery",
        [
            Some("https://gallery.azure.com/"),
            Some("https://gallery.chinacloudapi.cn/"),
            Some("https://gallery.usgovcloudapi.net/"),
        ],
    ),
    url(
        "GraphUrl",
        "Graph",
        "",
        [
            Some("https://graph.windows.net/"),
            Some("https://graph.chinacloudapi.cn/"),
            Some("https://graph.windows.net/"),
        ],
    ),
    url(
        "ActiveDirectoryServiceEndpointResourceId",
        "ActiveDirectoryServiceEndpointResourceId",
        "endpoint_active_directory_resource_id",
        [
            Some("https://management.core.windows.net/"),
            Some("https://management.core.chinacloudapi.cn/"),
            Some("https://management.core.usgovcloudapi.net/"),
        ],
    ),
    url(
        "StorageEndpointSuffix",
        "StorageEndpointSuffix",
        "suffix_storage_endpoint",
        [Some("core.windows.net"), Some("core.chinacloudapi.cn"), Some("core.usgovcloudapi.net")],
    ),
    url(
        "SqlDatabaseDnsSuffix",
        "SqlDatabaseDnsSuffix",
        "suffix_sql_server_hostname",
        [
            Some(".database.windows.net"),
            Some(".database.chinacloudapi.cn"),
            Some(".database.usgovcloudapi.net"),
        ],
    ),
    url(
        "TrafficManagerDnsSuffix",
        "TrafficManagerDnsSuffix",
        "",
        [Some("trafficmanager.net"), Some("trafficmanager.cn"), Some("usgovtrafficmanager.net")],
    ),
    url(
        "AzureKeyVaultDnsSuffix",
        "AzureKeyVaultDnsSuffix",
        "suffix_keyvault_dns",
        [Some("vault.azure.net"), Some("vault.azure.cn"), Some("vault.usgovcloudapi.net")],
    ),
    url(
        "AzureKeyVaultServiceEndpointResourceId",
        "AzureKeyVaultServiceEndpointResourceId",
        "",
        [
            Some("https://vault.azure.net"),
            Some("https://vault.azure.cn"),
            Some("https://vault.usgovcloudapi.net"),
        ],
    ),
    url(
        "GraphEndpointResourceId",
        "GraphEndpointResourceId",
        "endpoint_active_directory_graph_resource_id",
        [
            Some("https://graph.windows.net/"),
            Some("https://graph.chinacloudapi.cn/"),
            Some("https://graph.windows.net/"),
        ],
    ),
    url(
        "DataLakeEndpointResourceId",
        "DataLakeEndpointResourceId",
        "endpoint_active_directory_data_lake_resource_id",
        [Some("https://datalake.azure.net/"), None, None],
    ),
    url(
        "BatchEndpointResourceId",
        "BatchEndpointResourceId",
        "endpoint_batch_resource_id",
        [
            Some("https://batch.core.windows.net/"),
            Some("https://batch.chinacloudapi.cn/"),
            Some("https://batch.core.usgovcloudapi.net/"),
        ],
    ),
    url(
        "AzureDataLakeAnalyticsCatalogAndJobEndpointSuffix",
        "AzureDataLakeAnalyticsCatalogAndJobEndpointSuffix",
        "suffix_azure_datalake_analytics_catalog_and_job_endpoint",
        [Some("azuredatalakeanalytics.net"), None, None],
    ),
    url(
        "AzureDataLakeStoreFileSystemEndpointSuffix",
        "AzureDataLakeStoreFileSystemEndpointSuffix",
        "suffix_azure_datalake_store_file_system_endpoint",
        [Some("azuredatalakestore.net"), None, None],
    ),
    url("AdTenant", "AdTenant", "", [Some("Common"), Some("Common"), Some("Common")]),
    url(
        "ContainerRegistryEndpointSuffix",
        "ContainerRegistryEndpointSuffix",
        "suffix_acr_login_server_endpoint",
        [Some("azurecr.io"), Some("azurecr.cn"), Some("azurecr.us")],
    ),
];

/// `ExtendedProperties` of [`PUBLIC`].
pub(super) const EXTENDED: [(&str, [Option<&str>; 3]); 8] = [
    (
        "OperationalInsightsEndpoint",
        [
            Some("https://api.loganalytics.io/v1"),
            Some("https://api.loganalytics.azure.cn/v1"),
            Some("https://api.loganalytics.us/v1"),
        ],
    ),
    (
        "OperationalInsightsEndpointResourceId",
        [
            Some("https://api.loganalytics.io"),
            Some("https://api.loganalytics.azure.cn"),
            Some("https://api.loganalytics.us"),
        ],
    ),
    (
        "AzureAnalysisServicesEndpointSuffix",
        [
            Some("asazure.windows.net"),
            Some("asazure.chinacloudapi.cn"),
            Some("asazure.usgovcloudapi.net"),
        ],
    ),
    (
        "AnalysisServicesEndpointResourceId",
        [
            Some("https://region.asazure.windows.net"),
            Some("https://region.asazure.chinacloudapi.cn"),
            Some("https://region.asazure.usgovcloudapi.net"),
        ],
    ),
    (
        "ManagedHsmServiceEndpointSuffix",
        [
            Some("managedhsm.azure.net"),
            Some("managedhsm.azure.cn"),
            Some("managedhsm.usgovcloudapi.net"),
        ],
    ),
    (
        "ManagedHsmServiceEndpointResourceId",
        [
            Some("https://managedhsm.azure.net"),
            Some("https://managedhsm.azure.cn"),
            Some("https://managedhsm.usgovcloudapi.net"),
        ],
    ),
    (
        "MicrosoftGraphUrl",
        [
            Some("https://graph.microsoft.com"),
            Some("https://microsoftgraph.chinacloudapi.cn"),
            Some("https://graph.microsoft.us"),
        ],
    ),
    (
        "MicrosoftGraphEndpointResourceId",
        [
            Some("https://graph.microsoft.com/"),
            Some("https://microsoftgraph.chinacloudapi.cn/"),
            Some("https://graph.microsoft.us/"),
        ],
    ),
];

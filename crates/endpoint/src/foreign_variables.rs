//! Variables by which tools of Azure sign in as somebody else, or ask somebody else for tokens.
//!
//! One row a variable, or a family of them: the tool whose source or documentation names it, and
//! what it holds. `exec` and `shell` take all of them out of the environment of what they start;
//! `doctor` names those that hold a secret.

/// A variable that a tool of Azure reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignVariable {
    /// Its name; with `*` at its end, every name that begins so.
    pub name: &'static str,
    /// The tool that reads it, the best known where several do.
    pub tool: &'static str,
    /// What it holds.
    pub holds: Holds,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A password, a key or a token.
    Secret,
    /// An identity, where its credential lies, or which way of signing in to take.
    Identity,
    /// Where tokens are asked for.
    Endpoint,
}

impl ForeignVariable {
    /// Whether it is the variable of that name.
    pub fn is(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.name,
        }
    }
}

/// The row for a name, if tools of Azure read it.
pub fn foreign_variable(name: &str) -> Option<&'static ForeignVariable> {
    FOREIGN_VARIABLES.iter().find(|row| row.is(name))
}

macro_rules! rows {
    ($($tool:literal { $($holds:ident: $($name:literal),+ $(,)?);+ $(;)? })+) => {
        &[$($($(ForeignVariable { name: $name, tool: $tool, holds: Holds::$holds }),+),+),+]
    };
}

/// All of them. Names that only say which subscription or tenant to use stand here where a tool
/// takes them together with a credential: the context that acts says its own.
pub const FOREIGN_VARIABLES: &[ForeignVariable] = rows! {
    // EnvironmentCredential, WorkloadIdentityCredential and ManagedIdentityCredential.
    "azure-identity" {
        Secret: "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD";
        Identity: "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID",
            "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
            "AZURE_USERNAME", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TOKEN_CREDENTIALS";
        Endpoint: "AZURE_AUTHORITY_HOST", "AZURE_REGIONAL_AUTHORITY_NAME",
            "AZURE_POD_IDENTITY_AUTHORITY_HOST", "AZURE_KUBERNETES_TOKEN_PROXY",
            "AZURE_KUBERNETES_SNI_NAME", "AZURE_KUBERNETES_CA_FILE", "AZURE_KUBERNETES_CA_DATA",
            "AZUREPS_HOST_ENVIRONMENT", "IMDS_ENDPOINT", "MSI_ENDPOINT",
            "IDENTITY_SERVER_THUMBPRINT";
    }
    "MSAL" { Secret: "MSI_SECRET" }
    "object_store" { Endpoint: "AZURE_MSI_ENDPOINT" }
    "azure-cli" {
        Secret: "AZURE_ACCESS_TOKEN", "AZURE_BATCH_ACCESS_KEY", "AZURE_COSMOS_KEY",
            "AZURE_APPCONFIG_CONNECTION_STRING", "AZURE_IOT_HUB_CONNECTION_STRING";
        Identity: "AZURE_ACCESS_TOKEN_FILE";
    }
    "azure-devops" {
        Secret: "AZURE_DEVOPS_EXT_PAT", "AZURE_DEVOPS_EXT_GITHUB_PAT",
            "AZDO_PERSONAL_ACCESS_TOKEN", "AZDO_CLIENT_SECRET", "AZDO_TOKEN";
    }
    "Azure Storage" {
        Secret: "AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCESS_KEY",
            "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_SAS_TOKEN",
            "AZURE_STORAGE_SAS_URL";
    }
    "blobfuse" {
        Secret: "AZURE_STORAGE_SPN_CLIENT_SECRET", "AZURE_STORAGE_WORKLOAD_IDENTITY_TOKEN";
        Identity: "AZURE_STORAGE_SPN_*", "AZURE_STORAGE_IDENTITY_*", "AZURE_STORAGE_AUTH_TYPE",
            "AZURE_OAUTH_TOKEN_FILE";
        Endpoint: "AZURE_STORAGE_AAD_ENDPOINT";
    }
    "azd" {
        Secret: "AZD_AUTH_KEY";
        // With a certificate azd insists on https.
        Endpoint: "AZD_AUTH_ENDPOINT", "AZD_AUTH_CERT";
    }
    // azurerm, azuread, azapi and their backends; Pulumi and the Databricks provider read them too.
    "terraform" {
        Secret: "ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE_PASSWORD",
            "ARM_ACCESS_KEY", "ARM_SAS_TOKEN", "ARM_ACCESS_TOKEN", "ARM_OIDC_TOKEN",
            "ARM_OIDC_REQUEST_TOKEN";
        // Whatever azurerm tries before a managed identity, and tenants that it cannot have with one.
        Identity: "ARM_CLIENT_ID", "ARM_CLIENT_ID_FILE_PATH", "ARM_CLIENT_SECRET_FILE_PATH",
            "ARM_CLIENT_CERTIFICATE_PATH", "ARM_OIDC_TOKEN_FILE_PATH",
            "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
            "ARM_USE_OIDC", "ARM_USE_AKS_WORKLOAD_IDENTITY", "ARM_USE_AZUREAD", "ARM_USE_CLI",
            "ARM_USE_MSI", "ARM_MSI_CLIENT_ID", "ARM_AUXILIARY_TENANT_IDS", "ARM_TENANT_ID",
            "ARM_SUBSCRIPTION_ID", "ARM_ENVIRONMENT";
        Endpoint: "ARM_OIDC_REQUEST_URL", "ARM_MSI_ENDPOINT", "ARM_MSI_API_VERSION",
            "ARM_METADATA_HOST", "ARM_METADATA_HOSTNAME";
    }
    // AZURE_CREDENTIAL_ENV_MAPPING of azure_rm_common.
    "Ansible" {
        Secret: "AZURE_SECRET";
        Identity: "AZURE_TENANT", "AZURE_AD_USER", "AZURE_PROFILE", "AZURE_THUMBPRINT",
            "AZURE_X509_CERTIFICATE_PATH", "AZURE_CLOUD_ENVIRONMENT", "ANSIBLE_AZURE_AUTH_SOURCE";
        Endpoint: "AZURE_ADFS_AUTHORITY_URL";
    }
    "Chef" { Identity: "AZURE_CREDS_FILE", "AZURE_CREDENTIALS_FILE" }
    "azcopy" {
        Secret: "AZCOPY_SPA_CLIENT_SECRET", "AZCOPY_SPA_CERT_PASSWORD", "AZCOPY_OAUTH_TOKEN_INFO";
        Identity: "AZCOPY_SPA_*", "AZCOPY_MSI_*", "AZCOPY_AUTO_LOGIN_TYPE", "AZCOPY_TENANT_ID";
        Endpoint: "AZCOPY_ACTIVE_DIRECTORY_ENDPOINT", "AZCOPY_AAD_ENDPOINT";
    }
    "kubelogin" {
        Secret: "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET",
            "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD", "AAD_USER_PRINCIPAL_PASSWORD";
        Identity: "AAD_SERVICE_PRINCIPAL_*", "AAD_USER_PRINCIPAL_*", "AAD_LOGIN_METHOD";
    }
    "AppAuthentication" { Secret: "AzureServicesAuthConnectionString" }
    // auth.NewAuthorizerFromEnvironment and NewAuthorizerFromFile.
    "go-autorest" {
        Secret: "AZURE_CERTIFICATE_PASSWORD";
        Identity: "AZURE_CERTIFICATE_PATH", "AZURE_AUTH_LOCATION", "AZURE_ENVIRONMENT",
            "AZURE_AD_RESOURCE";
    }
    "GitHub azure/login" { Secret: "AZURE_CREDENTIALS" }
    "Databricks" {
        Secret: "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET", "DATABRICKS_PASSWORD",
            "DATABRICKS_AZURE_CLIENT_SECRET", "DATABRICKS_OIDC_TOKEN";
        Identity: "DATABRICKS_CLIENT_ID", "DATABRICKS_USERNAME", "DATABRICKS_AUTH_TYPE",
            "DATABRICKS_AZURE_CLIENT_ID", "DATABRICKS_AZURE_TENANT_ID",
            "DATABRICKS_CONFIG_PROFILE", "DATABRICKS_OIDC_TOKEN_FILEPATH";
    }
    "rclone" {
        Secret: "RCLONE_AZUREBLOB_KEY", "RCLONE_AZUREBLOB_SAS_URL",
            "RCLONE_AZUREBLOB_CONNECTION_STRING", "RCLONE_AZUREBLOB_CLIENT_SECRET",
            "RCLONE_AZUREBLOB_CLIENT_CERTIFICATE_PASSWORD", "RCLONE_AZUREBLOB_PASSWORD",
            "RCLONE_AZUREFILES_KEY", "RCLONE_AZUREFILES_SAS_URL",
            "RCLONE_AZUREFILES_CONNECTION_STRING", "RCLONE_AZUREFILES_CLIENT_SECRET",
            "RCLONE_AZUREFILES_CLIENT_CERTIFICATE_PASSWORD", "RCLONE_AZUREFILES_PASSWORD";
        Identity: "RCLONE_AZUREBLOB_CLIENT_ID", "RCLONE_AZUREBLOB_TENANT",
            "RCLONE_AZUREBLOB_CLIENT_CERTIFICATE_PATH", "RCLONE_AZUREBLOB_USERNAME",
            "RCLONE_AZUREBLOB_SERVICE_PRINCIPAL_FILE", "RCLONE_AZUREBLOB_MSI_*",
            "RCLONE_AZUREFILES_CLIENT_ID", "RCLONE_AZUREFILES_TENANT",
            "RCLONE_AZUREFILES_CLIENT_CERTIFICATE_PATH", "RCLONE_AZUREFILES_USERNAME",
            "RCLONE_AZUREFILES_SERVICE_PRINCIPAL_FILE", "RCLONE_AZUREFILES_MSI_*";
    }
    "Microsoft Graph PowerShell" {
        Identity: "MSGRAPH_CLIENT_ID", "MSGRAPH_TENANT_ID";
    }
    "CLI for Microsoft 365" {
        Secret: "CLIMICROSOFT365_CLIENT_SECRET";
        Identity: "CLIMICROSOFT365_ENTRAAPPID", "CLIMICROSOFT365_TENANT",
            "CLIMICROSOFT365_AADAPPID";
    }
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{FOREIGN_VARIABLES, Holds, foreign_variable};

    #[test]
    fn a_variable_is_found_by_its_name_or_by_the_beginning_of_its_family() {
        for (name, found) in [
            ("AZURE_CLIENT_SECRET", Some(Holds::Secret)),
            ("AZCOPY_SPA_CLIENT_SECRET", Some(Holds::Secret)),
            ("AZCOPY_SPA_APPLICATION_ID", Some(Holds::Identity)),
            ("AZCOPY_SPA_WHATEVER_COMES_NEXT", Some(Holds::Identity)),
            ("AZCOPY_CONCURRENCY_VALUE", None),
            ("AzureServicesAuthConnectionString", Some(Holds::Secret)),
            ("azureservicesauthconnectionstring", None),
            ("AZURE_STORAGE_ACCOUNT", None),
            ("AZURE_CONFIG_DIR", None),
            ("AZURE_CLIENT_SECRET_", None),
            ("PATH", None),
            ("", None),
        ] {
            assert_eq!(foreign_variable(name).map(|row| row.holds), found, "{name}");
        }
    }

    #[test]
    fn each_name_stands_once_and_no_family_hides_a_secret_that_stands_below_it() {
        let mut names = BTreeSet::new();
        for row in FOREIGN_VARIABLES {
            assert!(names.insert(row.name), "{} stands twice", row.name);
            let first = foreign_variable(row.name.trim_end_matches('*')).unwrap();
            assert!(first.holds == row.holds || first.name == row.name, "{}", row.name);
        }
    }
}

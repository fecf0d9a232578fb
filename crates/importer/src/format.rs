//! The names of formats and products. What is known of each stands in [`crate::formats::table`].

use crate::formats::table::row;

/// The formats azvault knows; the words of `migrate plan`. In the order of the table, which is the
/// order in which a file is asked whether it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Zero bytes, or a BOM alone.
    Empty,
    /// Encrypted by Windows for one user.
    DpapiBlob,
    /// ADAL binary cache, schema version 2.
    AdalCacheV2,
    /// ADAL binary cache, schema version 3.
    AdalCacheV3,
    /// It was one of these once; its content is lost, or of a version nobody documents.
    Unreadable,
    /// A certificate file that an entry points to.
    Certificate,
    /// Contexts of AzureRM 4 to Az today.
    AzpsContext,
    /// Profile of AzureRM 1-3.
    AzpsContextLegacy,
    /// Profile of Azure Service Management.
    AsmProfile,
    /// `AzureRmContextSettings.json`.
    AzpsAutosaveSettings,
    /// `AzurePSDataCollectionProfile.json`.
    AzpsDataCollection,
    /// `PSConfig.json`.
    AzpsConfig,
    /// `keystore.cache`.
    AzpsKeystore,
    /// `azureProfile.json`.
    AzcliProfile,
    /// `accessTokens.json`.
    AzcliAccessTokens,
    /// `service_principal_entries.json`.
    AzcliServicePrincipals,
    /// `config` of Azure CLI.
    AzcliConfig,
    /// `clouds.config`.
    AzcliClouds,
    /// MSAL unified cache.
    MsalCache,
    /// Somebody else's file.
    NotAContextFile,
}

impl Format {
    /// The format as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        row(self).name
    }
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Azure PowerShell (Az, AzureRM).
    AzurePowerShell,
    /// Azure CLI.
    AzureCli,
    /// Azure Service Management, before AzureRM.
    AzureServiceManagement,
    /// Nobody's that we know.
    Unknown,
}

impl Product {
    /// The product as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    /// The product as its users call it.
    pub fn title(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::AzurePowerShell => ("azure-powershell", "Azure PowerShell"),
            Self::AzureCli => ("azure-cli", "Azure CLI"),
            Self::AzureServiceManagement => ("asm", "Azure Service Management"),
            Self::Unknown => ("none", "unknown"),
        }
    }
}

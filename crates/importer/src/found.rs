//! What a reader finds: nothing lost, nothing invented.

use azvault_contexts::{ContextName, Profile};

/// The formats azvault knows; the words of `migrate plan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Contexts of AzureRM 4 to Az today.
    AzpsContext,
    /// Profile of AzureRM 1-3.
    AzpsContextLegacy,
    /// `AzureRmContextSettings.json`.
    AzpsAutosaveSettings,
    /// `AzurePSDataCollectionProfile.json`.
    AzpsDataCollection,
    /// `PSConfig.json`.
    AzpsConfig,
    /// ADAL binary cache, schema version 2.
    AdalCacheV2,
    /// ADAL binary cache, schema version 3.
    AdalCacheV3,
    /// MSAL unified cache.
    MsalCache,
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
    /// A certificate file that an entry points to.
    Certificate,
    /// Encrypted by Windows for one user.
    DpapiBlob,
    /// Zero bytes, or a BOM alone.
    Empty,
    /// Profile of Azure Service Management.
    AsmProfile,
    /// Somebody else's file.
    NotAContextFile,
    /// It was one of these once; its content is lost, or of a version nobody documents.
    Unreadable,
}

impl Format {
    /// The format as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AzpsContext => "azps-context",
            Self::AzpsContextLegacy => "azps-context-legacy",
            Self::AzpsAutosaveSettings => "azps-autosave-settings",
            Self::AzpsDataCollection => "azps-data-collection",
            Self::AzpsConfig => "azps-config",
            Self::AdalCacheV2 => "adal-cache-v2",
            Self::AdalCacheV3 => "adal-cache-v3",
            Self::MsalCache => "msal-cache",
            Self::AzpsKeystore => "azps-keystore",
            Self::AzcliProfile => "azcli-profile",
            Self::AzcliAccessTokens => "azcli-access-tokens",
            Self::AzcliServicePrincipals => "azcli-service-principals",
            Self::AzcliConfig => "azcli-config",
            Self::AzcliClouds => "azcli-clouds",
            Self::Certificate => "certificate",
            Self::DpapiBlob => "dpapi-blob",
            Self::Empty => "empty",
            Self::AsmProfile => "asm-profile",
            Self::NotAContextFile => "not-a-context-file",
            Self::Unreadable => "unreadable",
        }
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
        match self {
            Self::AzurePowerShell => "azure-powershell",
            Self::AzureCli => "azure-cli",
            Self::AzureServiceManagement => "asm",
            Self::Unknown => "none",
        }
    }
}

/// What becomes of a file; ordered from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Imported whole.
    Accept,
    /// Imported, and a note names a point that the user should know.
    Warn,
    /// It holds something, but not for this machine: DPAPI, keychain, keyring, WAM.
    Opaque,
    /// Nothing of it is imported; a note says where and why.
    Reject,
}

impl Outcome {
    /// The outcome as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Warn => "warn",
            Self::Opaque => "opaque",
            Self::Reject => "reject",
        }
    }
}

/// One remark about a file. It never holds a value of the file, only places and our own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where: a JSON pointer, `byte 2500`, `item 3`; empty for the file as a whole. A pointer can
    /// hold names of the file: show it escaped.
    pub place: String,
    /// What is there, and what follows.
    pub text: String,
}

/// Azure CLI spreads its default over three files; each says its part.
#[derive(Default)]
pub struct AzCliHints {
    /// `[cloud] name` of `config`.
    pub active_cloud: Option<String>,
    /// `subscription` of each section of `clouds.config`: (cloud, subscription id).
    pub cloud_subscriptions: Vec<(String, String)>,
    /// Contexts of `azureProfile.json` with `isDefault`.
    pub marked_default: Vec<ContextName>,
    /// Certificate files that entries point to, as written.
    pub certificates: Vec<CertificatePointer>,
}

/// An entry that points to a certificate file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatePointer {
    /// Path as written, `~` and relative paths included.
    pub path: String,
    /// Application id of the service principal.
    pub client_id: String,
    /// Its tenant.
    pub tenant: Option<String>,
}

/// What one file holds.
pub struct Found {
    /// What it is.
    pub format: Format,
    /// Whose.
    pub product: Product,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why, and what else the user should know.
    pub notes: Vec<Note>,
    /// Its content, in azvault's words. Empty for `Reject` and `Opaque`.
    pub profile: Profile,
    /// Azure CLI's part of a default.
    pub azcli: AzCliHints,
}

impl Found {
    /// A file that was recognised; nothing found in it yet.
    pub fn new(format: Format, product: Product) -> Self {
        Self {
            format,
            product,
            outcome: Outcome::Accept,
            notes: Vec::new(),
            profile: Profile::default(),
            azcli: AzCliHints::default(),
        }
    }

    /// Adds a remark that changes nothing.
    pub fn remark(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.notes.push(Note { place: place.into(), text: text.into() });
    }

    /// Adds a remark that makes the outcome at least a warning.
    pub fn warn(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.remark(place, text);
        self.outcome = self.outcome.max(Outcome::Warn);
    }

    /// Nothing of this file is imported, and why.
    pub fn rejected(
        format: Format,
        product: Product,
        place: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let mut found = Self::new(format, product);
        found.outcome = Outcome::Reject;
        found.remark(place, text);
        found
    }

    /// Its content cannot be opened here, and what to do.
    pub fn opaque(format: Format, product: Product, text: impl Into<String>) -> Self {
        let mut found = Self::new(format, product);
        found.outcome = Outcome::Opaque;
        found.remark("", text);
        found
    }
}

//! Azure PowerShell, and Service Management before it.

use crate::formats::azps;
use crate::formats::row::{Clean, Folder, Holds, ProductFiles, Reader, Recognised, Row};
use crate::{Format, Found, Product};

/// AU/AzureSessionInitializer.cs: the profile folder of every era.
const PROFILE_FOLDERS: &[Folder] = &[
    Folder::Home(".Azure"),
    Folder::Home(".azure"),
    Folder::Roaming("Windows Azure Powershell"),
    Folder::Config("Windows Azure Powershell"),
];

const SIGN_OUT: &str = "Disconnect-AzAccount forgets them here; an administrator ends them with \
                        Revoke-MgUserSignInSession";
const SECRETS: &str = "a new secret of the application: az ad app credential reset";

const fn lies(files: &'static [&'static str]) -> [ProductFiles; 1] {
    [ProductFiles { product: Product::AzurePowerShell, folders: PROFILE_FOLDERS, files }]
}

/// What the rows here have in common; each says the rest.
const EMPTY: Row = Row {
    format: Format::AzpsContext,
    name: "",
    product: Product::AzurePowerShell,
    versions: "",
    lies: &[],
    recognised: Recognised::NOT,
    holds: Holds::SignIns,
    reader: Reader::Nothing,
    read_by: "",
    protection: "unencrypted",
    clean: Clean::Removes,
    revoke: SIGN_OUT,
    source: "",
    fixtures: &[],
};

pub(super) const ADAL_V2: Row = Row {
    format: Format::AdalCacheV2,
    name: "adal-cache-v2",
    versions: "AzureRM",
    recognised: Recognised {
        bytes: |bytes, _| adal_version(bytes) == Some(2),
        by: "its first number is 2",
        ..Recognised::NOT
    },
    reader: Reader::Bytes(|format, bytes, _| azps::token_cache_dat::read(format, bytes)),
    read_by: "formats/azps/token_cache_dat.rs",
    protection: "unencrypted inside of saved files; DPAPI in TokenCache.dat of AzureRM on Windows",
    source: "ADAL TokenCache.cs, AuthenticationResultEx.cs",
    fixtures: &["azure-powershell/files/caches/TokenCache.v2.dat"],
    ..EMPTY
};

pub(super) const ADAL_V3: Row = Row {
    format: Format::AdalCacheV3,
    name: "adal-cache-v3",
    versions: "AzureRM 6, Az 1-4",
    lies: &lies(&["TokenCache.dat"]),
    recognised: Recognised {
        bytes: |bytes, _| adal_version(bytes) == Some(3),
        names: &["TokenCache.dat"],
        by: "its first number is 3",
        ..Recognised::NOT
    },
    fixtures: &["azure-powershell/files/caches/TokenCache.v3.dat"],
    ..ADAL_V2
};

/// `int32 version, int32 count`, little-endian. Text never has three NULs at these places.
pub(super) fn adal_version(bytes: &[u8]) -> Option<i32> {
    bytes.split_first_chunk::<4>().map(|(version, _)| i32::from_le_bytes(*version))
}

pub(super) const CONTEXT: Row = Row {
    format: Format::AzpsContext,
    name: "azps-context",
    versions: "AzureRM 4 to Az today",
    lies: &lies(&["AzureRmContext.json"]),
    recognised: Recognised {
        object: |shape| {
            shape.has("Contexts")
                || shape.has("DefaultContextKey")
                || shape.has_object("EnvironmentTable")
        },
        words: &[&["\"DefaultContextKey\""], &["\"Contexts\""]],
        names: &["AzureRmContext.json"],
        by: "`Contexts`, `DefaultContextKey` or `EnvironmentTable`",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| azps::context_file::read(root, found)),
    read_by: "formats/azps/context_file.rs",
    source: "AP RM/AzureRmProfile.cs, APC AzureContext.cs",
    fixtures: &["azure-powershell/files/contexts", "azure-powershell/files/odd", "real-az"],
    ..EMPTY
};

pub(super) const CONTEXT_LEGACY: Row = Row {
    format: Format::AzpsContextLegacy,
    name: "azps-context-legacy",
    versions: "AzureRM 1-3, any path given to Save-AzureRmProfile",
    recognised: Recognised {
        object: |shape| shape.has_object("Context"),
        words: &[&["\"Context\"", "\"Endpoints\""]],
        by: "`Context`",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| azps::azurerm_profile::read(root, found)),
    read_by: "formats/azps/azurerm_profile.rs",
    source: "AP RM/Serialization/Legacy*.cs",
    fixtures: &["azure-powershell/files/contexts/07-azurerm3-legacy-profile.json"],
    ..EMPTY
};

pub(super) const ASM_PROFILE: Row = Row {
    format: Format::AsmProfile,
    name: "asm-profile",
    product: Product::AzureServiceManagement,
    versions: "Azure Service Management, before AzureRM",
    lies: &[ProductFiles {
        product: Product::AzureServiceManagement,
        folders: PROFILE_FOLDERS,
        files: &["AzureProfile.json"],
    }],
    recognised: Recognised {
        object: |shape| shape.has("Subscriptions") && shape.has("Accounts"),
        names: &["AzureProfile.json"],
        by: "`Subscriptions` and `Accounts`",
        ..Recognised::NOT
    },
    holds: Holds::Nothing,
    reader: Reader::Bytes(|format, _, _| {
        Found::rejected(
            format,
            Product::AzureServiceManagement,
            "",
            "a profile of Azure Service Management, from before AzureRM: it holds no contexts",
        )
    }),
    clean: Clean::Leaves("nothing of it is in the vault"),
    revoke: "nothing: Azure Service Management was retired",
    source: "azure-sdk-tools AzureSMProfile.cs",
    fixtures: &["azure-powershell/files/odd/asm-AzureProfile.json"],
    ..EMPTY
};

pub(super) const AUTOSAVE_SETTINGS: Row = Row {
    format: Format::AzpsAutosaveSettings,
    name: "azps-autosave-settings",
    versions: "AzureRM 4.4 to Az today",
    lies: &lies(&["AzureRmContextSettings.json"]),
    recognised: Recognised {
        object: |shape| {
            shape.has("Mode") && (shape.has("ContextDirectory") || shape.has("CacheDirectory"))
        },
        words: &[&["\"ContextDirectory\""]],
        names: &["AzureRmContextSettings.json"],
        by: "`Mode` with `ContextDirectory` or `CacheDirectory`",
        ..Recognised::NOT
    },
    holds: Holds::Settings,
    reader: Reader::Json(|root, _, found| azps::autosave_settings::read(root, found)),
    read_by: "formats/azps/autosave_settings.rs",
    protection: "no secret in it",
    clean: Clean::Leaves("Azure PowerShell goes by these settings"),
    revoke: "nothing: no secret is in it",
    source: "AP AU/ContextAutosaveSettings.cs",
    fixtures: &["azure-powershell/files/settings/AzureRmContextSettings.modern.json"],
    ..EMPTY
};

pub(super) const DATA_COLLECTION: Row = Row {
    format: Format::AzpsDataCollection,
    name: "azps-data-collection",
    lies: &lies(&["AzurePSDataCollectionProfile.json"]),
    recognised: Recognised {
        object: |shape| shape.has("enableAzureDataCollection"),
        names: &["AzurePSDataCollectionProfile.json"],
        by: "`enableAzureDataCollection`",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| azps::switches::read(root, found)),
    read_by: "formats/azps/switches.rs",
    source: "APC AzurePSDataCollectionProfile.cs",
    fixtures: &["azure-powershell/files/settings/AzurePSDataCollectionProfile.json"],
    ..AUTOSAVE_SETTINGS
};

pub(super) const CONFIG: Row = Row {
    format: Format::AzpsConfig,
    name: "azps-config",
    versions: "Az 8 to today",
    lies: &lies(&["PSConfig.json"]),
    recognised: Recognised { names: &["PSConfig.json"], by: "its name", ..Recognised::NOT },
    reader: Reader::Json(|root, _, found| azps::switches::read(root, found)),
    read_by: "formats/azps/switches.rs",
    source: "AP AU/Config/ConfigManager.cs",
    fixtures: &["real-az"],
    ..AUTOSAVE_SETTINGS
};

pub(super) const KEYSTORE: Row = Row {
    format: Format::AzpsKeystore,
    name: "azps-keystore",
    versions: "Az 9.2 to today",
    lies: &lies(&["keystore.cache"]),
    recognised: Recognised {
        item: |shape| shape.has("keyStoreKey") || shape.has("keyStoreValue"),
        words: &[&["\"keyStoreKey\""]],
        names: &["keystore.cache"],
        by: "`keyStoreKey` or `keyStoreValue`",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| azps::keystore::read(root, found)),
    read_by: "formats/azps/keystore.rs",
    protection: "unencrypted on Linux without keyring, else DPAPI, keychain, libsecret",
    revoke: SECRETS,
    source: "AP AU/KeyStore/*.cs",
    fixtures: &["azure-powershell/files/caches/keystore.cache.plaintext"],
    ..EMPTY
};

//! Folders where files of several formats lie.

use crate::formats::row::Folder;

/// AU/Utilities/MsalCacheHelperProvider.cs and SharedUtilities.cs of Azure PowerShell, azure-identity
/// `_persistent_cache.py`: .NET's and Python's ideas of the folder of an application's local data.
pub(super) const IDENTITY_SERVICE: &[Folder] = &[
    Folder::Data(".IdentityService"),
    Folder::Home(".IdentityService"),
    Folder::Local(".IdentityService"),
    Folder::Library(".IdentityService"),
];

/// Where Power Platform CLI keeps its files: the folder's name differs in case between systems.
pub(super) const POWER_APPS: &[Folder] = &[
    Folder::Data("Microsoft/PowerAppsCli"),
    Folder::Data("Microsoft/PowerAppsCLI"),
    Folder::Local("Microsoft/PowerAppsCLI"),
    Folder::Library("Microsoft/PowerAppsCli"),
];

//! Service principals in files of their own.

use super::folders::POWER_APPS;
use crate::formats::row::{Clean, Folder, Holds, ProductFiles, Reader, Recognised, Row};
use crate::formats::{azd, power_platform, principal, principal_text, publish_settings};
use crate::{Format, Product};

pub(super) const JSON: Row = Row {
    format: Format::ServicePrincipal,
    name: "service-principal",
    product: Product::AzureSdk,
    versions: "az ad sp create-for-rbac with and without --sdk-auth, AZURE_AUTH_LOCATION, azure.json of \
               Kubernetes",
    lies: &[
        ProductFiles {
            product: Product::AzureSdk,
            folders: &[Folder::Variable("AZURE_AUTH_LOCATION")],
            files: &["*"],
        },
        ProductFiles {
            product: Product::AzureSdk,
            folders: &[Folder::Home(""), Folder::AzureConfig("")],
            files: &["azureauth.json", "azure-credentials.json", "azure_credentials.json"],
        },
    ],
    recognised: Recognised {
        object: principal::is_one,
        item: principal::is_one,
        by: "the id of an application, its tenant, and its secret or certificate, in any spelling",
        ..Recognised::NOT
    },
    holds: Holds::SignIns,
    reader: Reader::Json(|root, _, found| principal::read(root, found)),
    read_by: "formats/principal.rs",
    protection: "unencrypted",
    clean: Clean::Removes,
    revoke: "a new secret of the application: az ad app credential reset",
    source: "azure-cli `role/custom.py`, azure-sdk-for-go `azure/auth/auth.go`",
    fixtures: &["other-tools/service-principal"],
};

pub(super) const AKS: Row = Row {
    format: Format::AksServicePrincipals,
    name: "aks-service-principals",
    product: Product::AzureCli,
    versions: "az aks create and az acs create to 2022",
    lies: &[ProductFiles {
        product: Product::AzureCli,
        folders: &[Folder::AzureConfig("")],
        files: &["aksServicePrincipal.json", "acsServicePrincipal.json"],
    }],
    recognised: Recognised {
        object: principal::is_by_subscription,
        names: &["aksServicePrincipal.json", "acsServicePrincipal.json"],
        by: "subscription ids, each with an object",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| principal::read_by_subscription(root, found)),
    source: "azure-cli `acs/custom.py` `store_acs_service_principal`",
    fixtures: &["other-tools/azure-cli-aks"],
    ..JSON
};

pub(super) const INI: Row = Row {
    format: Format::ServicePrincipalIni,
    name: "service-principal-ini",
    product: Product::Ansible,
    versions: "the `credentials` of Ansible, Chef, Test Kitchen and InSpec",
    lies: &[ProductFiles {
        product: Product::Ansible,
        folders: &[Folder::AzureConfig("")],
        files: &["credentials"],
    }],
    recognised: Recognised {
        text: principal_text::is_ini,
        by: "`client_id`, `secret` or `client_secret`, `tenant` or `tenant_id` in a section",
        ..Recognised::NOT
    },
    reader: Reader::Text(|text, _, found| principal_text::read(text, found)),
    read_by: "formats/principal_text.rs",
    source: "azure.azcollection `azure_rm_common.py`; inspec-azure",
    fixtures: &["other-tools/ansible", "other-tools/ansible-variants"],
    ..JSON
};

pub(super) const PROPERTIES: Row = Row {
    format: Format::ServicePrincipalProperties,
    name: "service-principal-properties",
    product: Product::AzureSdk,
    versions: "the Azure libraries for Java 1.x",
    lies: &[],
    recognised: Recognised {
        text: principal_text::is_properties,
        by: "`client`, `key` or `certificate`, `tenant` in no section",
        ..Recognised::NOT
    },
    reader: Reader::Text(|text, _, found| principal_text::read(text, found)),
    read_by: "formats/principal_text.rs",
    source: "autorest-clientruntime-for-java `AuthFile.java`",
    fixtures: &["other-tools/azure-sdk-java"],
    ..JSON
};

pub(super) const AZD: Row = Row {
    format: Format::AzdCredential,
    name: "azd-credential",
    product: Product::AzureDeveloperCli,
    versions: "azd auth login --client-id",
    lies: &[ProductFiles {
        product: Product::AzureDeveloperCli,
        folders: &[Folder::Home(".azd/auth")],
        files: &["cred*.json", "cred*.bin"],
    }],
    recognised: Recognised {
        bytes: azd::is_credential,
        by: "`clientSecret`, `clientCertificate` or `federatedAuth` in a file `cred<tenant>.<client>.json`",
        ..Recognised::NOT
    },
    reader: Reader::Json(azd::read_credential),
    read_by: "formats/azd.rs",
    protection: "unencrypted outside Windows",
    source: "azure-dev `cli/azd/pkg/auth/manager.go`, `file_cache.go`",
    fixtures: &["other-tools/azd/auth"],
    ..JSON
};

pub(super) const AZD_CURRENT_USER: Row = Row {
    format: Format::AzdCurrentUser,
    name: "azd-current-user",
    versions: "azd",
    lies: &[ProductFiles {
        product: Product::AzureDeveloperCli,
        folders: &[Folder::Home(".azd")],
        files: &["auth.json", "config.json"],
    }],
    recognised: Recognised {
        bytes: azd::is_current_user,
        by: "`auth` and `currentUser`",
        ..Recognised::NOT
    },
    holds: Holds::Settings,
    reader: Reader::Json(|root, _, found| azd::read_current_user(root, found)),
    protection: "no secret in it",
    clean: Clean::Leaves("azd goes by it; azd auth logout removes it"),
    revoke: "nothing: no secret is in it",
    fixtures: &["other-tools/azd/auth.json"],
    ..AZD
};

pub(super) const PAC_SECRETS: Row = Row {
    format: Format::PacSecrets,
    name: "pac-secrets",
    product: Product::PowerPlatformCli,
    versions: "pac auth create --applicationId",
    lies: &[ProductFiles {
        product: Product::PowerPlatformCli,
        folders: POWER_APPS,
        files: &["pac.spn.cache*.dat"],
    }],
    recognised: Recognised {
        bytes: power_platform::is_secrets,
        by: "an object in a file `pac.spn.cache*.dat`",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| power_platform::read_secrets(root, found)),
    read_by: "formats/power_platform.rs",
    protection: "unencrypted on Linux without keyring, else DPAPI, keychain, libsecret",
    source: "programs that read it: pac itself has no public source",
    fixtures: &["other-tools/power-platform-cli/pac.spn.cache.fallback.dat"],
    ..JSON
};

pub(super) const PUBLISH_SETTINGS: Row = Row {
    format: Format::PublishSettings,
    name: "publish-settings",
    product: Product::AzureServiceManagement,
    versions: "classic Azure CLI, Service Management",
    lies: &[ProductFiles {
        product: Product::AzureServiceManagement,
        folders: &[Folder::AzureConfig(""), Folder::Home("")],
        files: &["publishSettings.xml", "*.publishsettings"],
    }],
    recognised: Recognised {
        text: publish_settings::is_one,
        by: "`<PublishData` with `ManagementCertificate`",
        ..Recognised::NOT
    },
    reader: Reader::Text(|text, _, found| publish_settings::read(text, found)),
    read_by: "formats/publish_settings.rs",
    protection: "unencrypted",
    revoke: "nothing ends it: Azure Service Management was retired; replace the key where else it is used",
    source: "azure-xplat-cli `lib/util/profile/publishSettings.js`",
    fixtures: &["other-tools/classic-cli"],
    ..JSON
};

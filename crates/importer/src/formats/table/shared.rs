//! Formats of several products, and what is no format.

use super::azps::adal_version;
use super::folders::{IDENTITY_SERVICE, POWER_APPS};
use crate::decode::contains;
use crate::formats::msal_cache;
use crate::formats::row::{Clean, Folder, Holds, ProductFiles, Reader, Recognised, Row};
use crate::formats::table::product_by_name;
use crate::{Format, Found, Product, empty, system_sealed};

pub(super) const EMPTY: Row = Row {
    format: Format::Empty,
    name: "empty",
    product: Product::Unknown,
    versions: "a cache that is only touched: its content is in a keyring",
    lies: &[],
    recognised: Recognised {
        bytes: |bytes, _| matches!(bytes, b"" | b"\xef\xbb\xbf" | b"\xff\xfe" | b"\xfe\xff"),
        by: "nothing, or a byte order mark alone",
        ..Recognised::NOT
    },
    holds: Holds::Nothing,
    reader: Reader::Bytes(|_, _, reading| empty::read(reading.file_name)),
    read_by: "empty.rs",
    protection: "-",
    clean: Clean::Leaves("nothing of it is in the vault"),
    revoke: "nothing: no secret is in it",
    source: "-",
    fixtures: &["azure-powershell/files/odd/empty-file.json"],
};

pub(super) const DPAPI: Row = Row {
    format: Format::DpapiBlob,
    name: "dpapi-blob",
    versions: "every product on Windows",
    recognised: Recognised {
        bytes: |bytes, _| system_sealed::is_sealed(bytes),
        by: "the header of DPAPI",
        ..Recognised::NOT
    },
    holds: Holds::Sealed,
    reader: Reader::Bytes(|format, _, reading| {
        Found::opaque(
            format,
            product_by_name(format, reading.file_name),
            system_sealed::why_closed(),
        )
    }),
    protection: "DPAPI",
    revoke: "sign out in the product that wrote it",
    source: "Windows `CryptProtectData`",
    fixtures: &["other-tools/dpapi"],
    read_by: "",
    ..EMPTY
};

pub(super) const UNREADABLE: Row = Row {
    format: Format::Unreadable,
    name: "unreadable",
    versions: "lost content, or a cache of a version that nobody documents",
    recognised: Recognised {
        bytes: |bytes, _| {
            let unknown = adal_version(bytes).is_some_and(|version| (1..=255).contains(&version));
            let lost = !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0);
            lost || (unknown && bytes.len() >= 8 && contains(bytes, ":::"))
        },
        by: "NUL bytes alone, or an ADAL cache of another version",
        ..Recognised::NOT
    },
    holds: Holds::Sealed,
    reader: Reader::Bytes(|format, _, reading| {
        Found::rejected(
            format,
            product_by_name(format, reading.file_name),
            "",
            "unreadable: nothing but NUL bytes, or a cache of an unknown version; it may hold \
             unencrypted tokens",
        )
    }),
    protection: "unencrypted",
    revoke: "sign out in the product that wrote it",
    fixtures: &[
        "azure-powershell/files/odd/all-nul.json",
        "azure-powershell/files/caches/TokenCache.unknown-version.dat",
    ],
    read_by: "",
    ..EMPTY
};

pub(super) const CERTIFICATE: Row = Row {
    format: Format::Certificate,
    name: "certificate",
    versions: "service principals: where an entry points, by path or by thumbprint; az ad sp \
               create-for-rbac --create-cert; `azure account cert export` of the classic Azure CLI",
    lies: &[
        ProductFiles {
            product: Product::AzureCli,
            folders: &[Folder::Home("")],
            files: &["tmp????????.pem"],
        },
        ProductFiles {
            product: Product::AzureCli,
            folders: &[Folder::AzureConfig("")],
            files: &["*.pem", "*.pfx", "*.p12"],
        },
    ],
    recognised: Recognised {
        bytes: is_certificate,
        by: "PEM, or the bytes of PFX under its name",
        ..Recognised::NOT
    },
    holds: Holds::Certificate,
    reader: Reader::Bytes(|format, _, _| Found::new(format, Product::Unknown)),
    read_by: "folder/certificates.rs",
    protection: "unencrypted, or a password of its own",
    clean: Clean::Removes,
    revoke: "remove the certificate from the application: az ad app credential delete",
    source: "RFC 7468, RFC 7292",
    fixtures: &["azure-cli/certs", "real-az/certificates"],
    ..EMPTY
};

fn is_certificate(bytes: &[u8], file_name: &str) -> bool {
    let pem = bytes.starts_with(b"-----BEGIN ") || contains(bytes, "\n-----BEGIN ");
    let name = file_name.to_ascii_lowercase();
    pem || (bytes.starts_with(&[0x30, 0x82]) && (name.ends_with(".pfx") || name.ends_with(".p12")))
}

pub(super) const MSAL_CACHE: Row = Row {
    format: Format::MsalCache,
    name: "msal-cache",
    product: Product::AzurePowerShell,
    versions: "Az 5 to today, Azure CLI 2.30 to today, and every tool on MSAL; `CacheData` of saved files",
    lies: &[
        ProductFiles {
            product: Product::AzurePowerShell,
            folders: IDENTITY_SERVICE,
            files: &["msal.cache.nocae", "msal.cache.cae", "msal.cache"],
        },
        ProductFiles {
            product: Product::AzureCli,
            folders: &[Folder::AzureConfig("")],
            files: &["msal_token_cache.json", "msal_token_cache.bin"],
        },
        ProductFiles {
            product: Product::AzureDeveloperCli,
            folders: &[Folder::Home(".azd/auth/msal")],
            files: &["cache*.json", "cache*.bin"],
        },
        ProductFiles {
            product: Product::GraphPowerShell,
            folders: IDENTITY_SERVICE,
            files: &["mg.msal.cache*"],
        },
        ProductFiles {
            product: Product::GraphPowerShell,
            folders: &[Folder::Home(".mg"), Folder::Home(".graph")],
            files: &["*"],
        },
        ProductFiles { product: Product::AzureIdentity, folders: IDENTITY_SERVICE, files: &["*"] },
        ProductFiles {
            product: Product::CliForMicrosoft365,
            folders: &[Folder::Home("")],
            files: &[".cli-m365-msal.json"],
        },
        ProductFiles {
            product: Product::PowerPlatformCli,
            folders: POWER_APPS,
            files: &["tokencache_msalv3.dat", "tokencache_spn_msalv3.dat"],
        },
    ],
    recognised: Recognised {
        object: |shape| {
            ["AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"]
                .iter()
                .any(|section| shape.has_object(section))
        },
        words: &[&["\"home_account_id\""], &["\"credential_type\""]],
        names: &[
            "msal.cache",
            "msal.cache.cae",
            "msal.cache.nocae",
            "msal_token_cache.json",
            "msal_token_cache.bin",
        ],
        by: "`AccessToken`, `RefreshToken`, `IdToken`, `Account` or `AppMetadata`",
        ..Recognised::NOT
    },
    holds: Holds::SignIns,
    reader: Reader::Json(|root, _, found| msal_cache::read_into(root, found)),
    read_by: "formats/msal_cache.rs",
    protection: "unencrypted on Linux without keyring, else DPAPI, keychain, libsecret",
    clean: Clean::Removes,
    revoke: "sign out in the product; an administrator ends sign-ins with \
             Revoke-MgUserSignInSession",
    source: "MSAL Cache/Items/*.cs",
    fixtures: &[
        "azure-powershell/files/caches/msal.cache.plaintext",
        "azure-cli/msal-2.91.0/msal_token_cache.json",
        "real-net/loose",
        "other-tools/azd/auth/msal",
        "other-tools/azure-identity",
        "other-tools/azure-identity-node",
        "other-tools/graph-powershell",
        "other-tools/cli-microsoft365/.cli-m365-msal.json",
        "other-tools/power-platform-cli/tokencache_msalv3.dat",
    ],
};

pub(super) const NOT_A_CONTEXT_FILE: Row = Row {
    format: Format::NotAContextFile,
    name: "not-a-context-file",
    versions: "-",
    recognised: Recognised { by: "nothing else fits", ..Recognised::NOT },
    reader: Reader::Bytes(|format, _, _| {
        Found::rejected(
            format,
            Product::Unknown,
            "",
            "not a file of Azure PowerShell or Azure CLI that azvault knows",
        )
    }),
    read_by: "",
    fixtures: &["azure-powershell/files/odd/not-an-object.json"],
    ..EMPTY
};

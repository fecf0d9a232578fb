//! Tools for storage and data.

use super::base::{OTHERS, STORAGE_KEY};
use crate::formats::row::{Folder, ProductFiles, Reader, Recognised, Row};
use crate::reported::storage;
use crate::{Format, Product};

pub(in crate::formats::table) const RCLONE_CONFIG: Row = Row {
    format: Format::RcloneConfig,
    name: "rclone-config",
    product: Product::Rclone,
    versions: "rclone",
    lies: &[
        ProductFiles {
            product: Product::Rclone,
            folders: &[Folder::Config("rclone"), Folder::Roaming("rclone")],
            files: &["rclone.conf"],
        },
        ProductFiles {
            product: Product::Rclone,
            folders: &[Folder::Home("")],
            files: &[".rclone.conf"],
        },
    ],
    recognised: Recognised {
        text: storage::is_rclone,
        names: &["rclone.conf", ".rclone.conf"],
        by: "`type = azureblob`, `azurefiles` or `onedrive`",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(storage::read_rclone),
    read_by: "reported/storage.rs",
    protection: "unencrypted, or obscured, unless the file is encrypted as a whole",
    revoke: STORAGE_KEY,
    source: "rclone/rclone backend/azureblob, backend/azurefiles, backend/onedrive",
    fixtures: &["other-tools/rclone/rclone.conf"],
    ..OTHERS
};

pub(in crate::formats::table) const BLOBFUSE_CONFIG: Row = Row {
    format: Format::BlobfuseConfig,
    name: "blobfuse-config",
    product: Product::Blobfuse,
    versions: "blobfuse 1 and 2",
    lies: &[ProductFiles {
        product: Product::Blobfuse,
        folders: &[Folder::Home(""), Folder::Home(".blobfuse2"), Folder::Home(".blobfuse")],
        files: &["blobfuse*.yaml", "fuse_connection.cfg", "connection.cfg", "config.yaml"],
    }],
    recognised: Recognised {
        text: storage::is_blobfuse,
        by: "`azstorage:`, or `accountName` and `containerName`",
        ..Recognised::NOT
    },
    reader: Reader::Report(storage::read_blobfuse),
    protection: "unencrypted unless the file is encrypted as a whole",
    source: "Azure/azure-storage-fuse setup/baseConfig.yaml",
    fixtures: &["other-tools/blobfuse/config.yaml", "other-tools/blobfuse/fuse_connection.cfg"],
    ..RCLONE_CONFIG
};

pub(in crate::formats::table) const DATABRICKS_CONFIG: Row = Row {
    format: Format::DatabricksConfig,
    name: "databricks-config",
    product: Product::Databricks,
    versions: "Databricks CLI and SDKs",
    lies: &[ProductFiles {
        product: Product::Databricks,
        folders: &[Folder::Home("")],
        files: &[".databrickscfg"],
    }],
    recognised: Recognised {
        text: storage::is_databricks,
        names: &[".databrickscfg"],
        by: "`host` of Databricks in a section, or `azure_client_secret`",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(storage::read_databricks),
    protection: "unencrypted",
    revoke: "databricks tokens delete TOKEN_ID",
    source: "databricks/databricks-sdk-go config/config.go",
    fixtures: &["other-tools/databricks/databrickscfg"],
    ..RCLONE_CONFIG
};

pub(in crate::formats::table) const DATABRICKS_TOKENS: Row = Row {
    format: Format::DatabricksTokens,
    name: "databricks-tokens",
    versions: "Databricks CLI: databricks auth login",
    lies: &[ProductFiles {
        product: Product::Databricks,
        folders: &[Folder::Home(".databricks")],
        files: &["token-cache.json"],
    }],
    recognised: Recognised {
        object: |shape| shape.has_object("tokens") && shape.has("version"),
        names: &["token-cache.json"],
        by: "`tokens` and `version`",
        ..Recognised::NOT
    },
    reader: Reader::Report(storage::read_databricks_tokens),
    revoke: "databricks auth logout, and the account console ends the user's sessions",
    source: "databricks/databricks-sdk-go credentials/u2m/cache",
    fixtures: &["other-tools/databricks/token-cache.json"],
    ..DATABRICKS_CONFIG
};

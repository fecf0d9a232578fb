//! Feeds of Azure Artifacts.

use super::base::{OTHERS, PATS};
use crate::formats::row::{Folder, ProductFiles, Reader, Recognised, Row};
use crate::reported::feeds;
use crate::{Format, Product};

const fn lies(folders: &'static [Folder], files: &'static [&'static str]) -> ProductFiles {
    ProductFiles { product: Product::PackageManagers, folders, files }
}

pub(in crate::formats::table) const NUGET_CONFIG: Row = Row {
    format: Format::NugetConfig,
    name: "nuget-config",
    product: Product::PackageManagers,
    versions: "NuGet, dotnet",
    lies: &[lies(
        &[Folder::Home(".nuget/NuGet"), Folder::Config("NuGet"), Folder::Roaming("NuGet")],
        &["NuGet.Config"],
    )],
    recognised: Recognised {
        text: |text| text.contains("<packageSourceCredentials") && text.contains("<configuration"),
        names: &["NuGet.Config"],
        by: "`packageSourceCredentials`",
        ..Recognised::NOT
    },
    reader: Reader::Report(feeds::read_nuget),
    read_by: "reported/feeds.rs",
    protection: "unencrypted as `ClearTextPassword`; DPAPI as `Password`",
    revoke: PATS,
    source: "NuGet/NuGet.Client NuGet.Configuration/PackageSource",
    fixtures: &["other-tools/nuget/NuGet.Config"],
    ..OTHERS
};

pub(in crate::formats::table) const NPMRC: Row = Row {
    format: Format::Npmrc,
    name: "npmrc",
    versions: "npm, pnpm, yarn 1",
    lies: &[lies(&[Folder::Home("")], &[".npmrc"])],
    recognised: Recognised {
        text: |text| {
            [":_authToken=", ":_password=", ":_auth="].iter().any(|member| text.contains(member))
                && text.lines().any(|line| line.trim_start().starts_with("//"))
        },
        names: &[".npmrc", "npmrc"],
        by: "`//HOST/:_authToken=` or `:_password=`",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(feeds::read_npmrc),
    protection: "unencrypted, or in base64",
    source: "npm/config lib/index.js",
    fixtures: &["other-tools/npm/npmrc"],
    ..NUGET_CONFIG
};

pub(in crate::formats::table) const PYTHON_INDEXES: Row = Row {
    format: Format::PythonIndexes,
    name: "python-indexes",
    versions: "pip, twine",
    lies: &[
        lies(&[Folder::Home("")], &[".pypirc"]),
        lies(
            &[Folder::Config("pip"), Folder::Home(".pip"), Folder::Roaming("pip")],
            &["pip.conf", "pip.ini"],
        ),
    ],
    recognised: Recognised {
        text: |text| {
            text.contains("[distutils]")
                || (text.contains("index-url") && text.contains("[global]"))
        },
        names: &[".pypirc", "pypirc", "pip.conf", "pip.ini"],
        by: "`[distutils]`, or `index-url` in `[global]`",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(feeds::read_python),
    protection: "unencrypted",
    source: "packaging.python.org .pypirc, pip `_internal/configuration.py`",
    fixtures: &["other-tools/python/pip.conf", "other-tools/python/pypirc"],
    ..NUGET_CONFIG
};

pub(in crate::formats::table) const MAVEN_SETTINGS: Row = Row {
    format: Format::MavenSettings,
    name: "maven-settings",
    versions: "Maven",
    lies: &[lies(&[Folder::Home(".m2")], &["settings.xml"])],
    recognised: Recognised {
        text: |text| text.contains("<settings") && text.contains("<servers>"),
        by: "`servers` in `settings`",
        ..Recognised::NOT
    },
    reader: Reader::Report(feeds::read_maven),
    protection: "unencrypted unless `{...}`",
    source: "apache/maven maven-settings settings.mdo",
    fixtures: &["other-tools/maven/settings.xml"],
    ..NUGET_CONFIG
};

pub(in crate::formats::table) const ARTIFACTS_TOKENS: Row = Row {
    format: Format::ArtifactsTokens,
    name: "artifacts-session-tokens",
    product: Product::AzureArtifacts,
    versions: "Azure Artifacts credential provider without a keychain",
    lies: &[ProductFiles {
        product: Product::AzureArtifacts,
        folders: &[
            Folder::Data("MicrosoftCredentialProvider"),
            Folder::Local("MicrosoftCredentialProvider"),
        ],
        files: &["SessionTokenCache.dat"],
    }],
    recognised: Recognised { names: &["SessionTokenCache.dat"], by: "its name", ..Recognised::NOT },
    reader: Reader::Report(feeds::read_session_tokens),
    protection: "unencrypted; DPAPI on Windows",
    source: "microsoft/artifacts-credprovider SessionTokenCache.cs",
    fixtures: &["other-tools/artifacts/SessionTokenCache.dat"],
    ..NUGET_CONFIG
};

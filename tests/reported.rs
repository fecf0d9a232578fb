//! Files of other tools, as those tools wrote them: which credentials of Azure are named, and that
//! a file without one names nothing.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use azvault_importer::formats::row::Holds;
use azvault_importer::formats::table::{FORMATS, row};
use azvault_importer::{Found, Outcome, Reading};

fn others() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/other-tools")
}

fn read_as(fixture: &str, name: &str) -> Found {
    let bytes = fs::read(others().join(fixture)).unwrap();
    let time_zone = &jiff::tz::TimeZone::UTC;
    azvault_importer::read(&bytes, &Reading { file_name: name, time_zone })
}

/// (fixture, the name that the tool gives it, format, credentials).
type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

const CASES: [Case; 41] = [
    (
        "kubectl/config",
        "config",
        "kubeconfig",
        &[
            "/users/1/user/client-key-data client key of a cluster's certificate",
            "/users/1/user/token token of a cluster",
            "/users/2/user/exec/args/4 client secret of a service principal",
            "/users/2/user/exec/env/0/value client secret of a service principal",
            "/users/3/user/auth-provider/config/access-token access token of Microsoft Entra",
            "/users/3/user/auth-provider/config/refresh-token refresh token of a Microsoft Entra user",
        ],
    ),
    (
        "docker/config.json",
        "config.json",
        "container-registries",
        &[
            "/auths/basic.azurecr.io/auth client secret of a service principal",
            "/auths/contoso.azurecr.io/auth token of an Azure container registry",
            "/auths/contosobasic.azurecr.cn/auth password of an Azure container registry",
        ],
    ),
    (
        "docker/identity-token.json",
        "auth.json",
        "container-registries",
        &["/auths/contoso.azurecr.io/identitytoken token of an Azure container registry"],
    ),
    (
        "git/git-credentials",
        ".git-credentials",
        "git-credentials",
        &[
            "line 1 personal access token of Azure DevOps",
            "line 2 personal access token of Azure DevOps",
        ],
    ),
    (
        "git/config",
        "config",
        "git-config",
        &[
            "line 7 personal access token of Azure DevOps",
            "line 10 personal access token of Azure DevOps",
        ],
    ),
    (
        "git/gitconfig",
        ".gitconfig",
        "git-config",
        &["line 1 personal access token of Azure DevOps"],
    ),
    ("git/netrc", ".netrc", "netrc", &["line 3 personal access token of Azure DevOps"]),
    ("npm/npmrc", ".npmrc", "npmrc", &["line 2 personal access token of Azure DevOps"]),
    (
        "python/pip.conf",
        "pip.conf",
        "python-indexes",
        &["line 2 personal access token of Azure DevOps"],
    ),
    (
        "python/pypirc",
        ".pypirc",
        "python-indexes",
        &["line 13 personal access token of Azure DevOps"],
    ),
    (
        "nuget/NuGet.Config",
        "NuGet.Config",
        "nuget-config",
        &["line 10 personal access token of Azure DevOps"],
    ),
    (
        "maven/settings.xml",
        "settings.xml",
        "maven-settings",
        &["line 7 personal access token of Azure DevOps"],
    ),
    (
        "artifacts/SessionTokenCache.dat",
        "SessionTokenCache.dat",
        "artifacts-session-tokens",
        &[
            "/https:~1~1pkgs.dev.azure.com~1contoso~1_packaging~1feed~1nuget~1v3~1index.json session token of an Azure Artifacts feed",
        ],
    ),
    (
        "az-devops/personalAccessTokens",
        "personalAccessTokens",
        "azdevops-pats",
        &[
            "line 2 personal access token of Azure DevOps",
            "line 5 personal access token of Azure DevOps",
        ],
    ),
    (
        "az-github/github_token_cache.json",
        "github_token_cache.json",
        "azcli-github-tokens",
        &["/0/value GitHub token that Azure CLI cached"],
    ),
    (
        "databricks/databrickscfg",
        ".databrickscfg",
        "databricks-config",
        &["line 3 personal access token of Azure Databricks"],
    ),
    (
        "databricks/databrickscfg-service-principal",
        ".databrickscfg",
        "databricks-config",
        &["line 5 client secret of a service principal"],
    ),
    (
        "databricks/token-cache.json",
        "token-cache.json",
        "databricks-tokens",
        &[
            "/tokens/https:~1~1adb-1234567890123456.7.azuredatabricks.net/access_token OAuth token of Azure Databricks",
            "/tokens/https:~1~1adb-1234567890123456.7.azuredatabricks.net/refresh_token OAuth token of Azure Databricks",
        ],
    ),
    (
        "rclone/rclone.conf",
        "rclone.conf",
        "rclone-config",
        &[
            "line 4 access key of a storage account",
            "line 8 shared access signature",
            "line 15 client secret of a service principal",
            "line 20 connection string of an Azure service",
            "line 25 password of a service principal's certificate",
            "line 33 refresh token of a Microsoft Entra user",
        ],
    ),
    (
        "blobfuse/config.yaml",
        "config.yaml",
        "blobfuse-config",
        &["/azstorage/account-key access key of a storage account"],
    ),
    (
        "blobfuse/fuse_connection.cfg",
        "fuse_connection.cfg",
        "blobfuse-config",
        &["line 2 access key of a storage account"],
    ),
    (
        "terraform/terraform.tfstate",
        "terraform.tfstate",
        "terraform-state",
        &[
            "/outputs/admin_password/value sensitive output of an infrastructure with Azure resources",
            "/resources/0/instances/0/attributes/primary_access_key access key of a storage account",
            "/resources/0/instances/0/attributes/primary_connection_string connection string of an Azure service",
            "/resources/1/instances/0/attributes/value client secret of a service principal",
        ],
    ),
    (
        "terraform/backend.tfstate",
        "terraform.tfstate",
        "terraform-state",
        &["/backend/config/access_key access key of a storage account"],
    ),
    (
        "terraform/terraform.tfvars",
        "terraform.tfvars",
        "terraform-code",
        &["line 4 client secret of a service principal"],
    ),
    (
        "terraform/prod.tfvars.json",
        "prod.tfvars.json",
        "terraform-code",
        &["line 3 client secret of a service principal"],
    ),
    (
        "pulumi/Pulumi.dev.yaml",
        "Pulumi.dev.yaml",
        "pulumi-stack",
        &["/config/azure-native:clientSecret client secret of a service principal"],
    ),
    (
        "pulumi/dev.json",
        "dev.json",
        "pulumi-state",
        &[
            "/checkpoint/latest/resources/0/outputs/primaryAccessKey access key of a storage account",
        ],
    ),
    (
        "dotnet/secrets.json",
        "secrets.json",
        "dotnet-settings",
        &["/AzureAd:ClientSecret client secret of a service principal"],
    ),
    (
        "dotnet/local.settings.json",
        "local.settings.json",
        "dotnet-settings",
        &["/Values/AzureWebJobsStorage access key of a storage account"],
    ),
    (
        "powershell/sp.xml",
        "sp.xml",
        "powershell-clixml",
        &["line 10 client secret of a service principal"],
    ),
    ("powershell/user.xml", "user.xml", "powershell-clixml", &["line 10 password"]),
    (
        "powershell/secure-string.xml",
        "secure-string.xml",
        "powershell-clixml",
        &["line 2 secret without encryption (SecureString of PowerShell)"],
    ),
    (
        "powershell/secure-string.txt",
        "secret.txt",
        "powershell-secure-string",
        &["line 1 secret without encryption (SecureString of PowerShell)"],
    ),
    (
        "powershell/access-token.xml",
        "token.xml",
        "powershell-clixml",
        &["line 8 access token of Microsoft Entra"],
    ),
    (
        "shells/bash_history",
        ".bash_history",
        "shell-history",
        &[
            "line 1 client secret of a service principal",
            "line 2 client secret of a service principal",
        ],
    ),
    (
        "shells/zsh_history",
        ".zsh_history",
        "shell-history",
        &["line 1 client secret of a service principal"],
    ),
    (
        "shells/fish_history",
        "fish_history",
        "shell-history",
        &["line 1 client secret of a service principal"],
    ),
    (
        "shells/ConsoleHost_history.txt",
        "ConsoleHost_history.txt",
        "shell-history",
        &[
            "line 1 client secret of a service principal",
            "line 3 client secret of a service principal",
            "line 4 access key of a storage account",
        ],
    ),
    (
        "shells/variables/.env",
        ".env",
        "shell-variables",
        &["line 3 client secret of a service principal", "line 4 access key of a storage account"],
    ),
    ("logs/azcopy.log", "azcopy.log", "azure-log", &["line 3 shared access signature"]),
    (
        "classic/WindowsAzureProfile.xml",
        "WindowsAzureProfile.xml",
        "asm-subscriptions",
        &["line 6 management certificate of Azure Service Management, by its thumbprint"],
    ),
];

#[test]
fn every_credential_is_named_with_its_place_and_what_revokes_it() {
    for (fixture, name, format, wanted) in CASES {
        let found = read_as(fixture, name);

        assert_eq!(row(found.format).name, format, "{fixture}");
        assert_eq!(found.outcome, Outcome::Report, "{fixture}");
        let reported: Vec<_> =
            found.reported.iter().map(|r| format!("{} {}", r.place, r.what)).collect();
        assert_eq!(reported, wanted, "{fixture}");
        assert!(found.reported.iter().all(|r| !r.revoke.is_empty() && r.value.is_none()));
        // Nothing of it goes into a vault.
        assert!(found.profile.secrets.is_empty() && found.profile.contexts.is_empty());
    }
}

#[test]
fn a_sibling_without_a_credential_of_azure_names_nothing() {
    for (fixture, name) in [
        ("kubectl/without", "config"),
        ("docker/without.json", "config.json"),
        ("git/without-git-credentials", ".git-credentials"),
        ("git/without-config", "config"),
        ("npm/without", ".npmrc"),
        ("python/without-pip.conf", "pip.conf"),
        ("nuget/without.config", "NuGet.Config"),
        ("maven/without.xml", "settings.xml"),
        ("artifacts/without.dat", "SessionTokenCache.dat"),
        ("az-devops/without", "personalAccessTokens"),
        ("az-github/without.json", "github_token_cache.json"),
        ("databricks/without", ".databrickscfg"),
        ("databricks/without-token-cache.json", "token-cache.json"),
        ("rclone/without.conf", "rclone.conf"),
        ("rclone/encrypted.conf", "rclone.conf"),
        ("blobfuse/without.yaml", "config.yaml"),
        ("terraform/without.tfstate", "terraform.tfstate"),
        ("terraform/without.tfvars", "terraform.tfvars"),
        ("pulumi/Pulumi.without.yaml", "Pulumi.prod.yaml"),
        ("pulumi/without.json", "dev.json"),
        ("dotnet/without-secrets.json", "secrets.json"),
        ("dotnet/without-local.settings.json", "local.settings.json"),
        ("powershell/without-local-account.xml", "root.xml"),
        ("powershell/without-settings.xml", "settings.xml"),
        ("shells/without-history", ".bash_history"),
        ("shells/variables/without.env", ".envrc"),
        ("logs/without.log", "azcopy.log"),
        ("classic/without.xml", "WindowsAzureProfile.xml"),
    ] {
        let found = read_as(fixture, name);
        let places: Vec<_> =
            found.reported.iter().map(|r| format!("{} {}", r.place, r.what)).collect();
        assert_eq!(places, [""; 0], "{fixture}");
        assert_eq!(found.outcome, Outcome::Accept, "{fixture}");
        assert_eq!(row(found.format).holds, Holds::OthersCredentials, "{fixture}");
    }
}

#[test]
fn every_row_has_a_case() {
    let rows: BTreeSet<_> = FORMATS
        .iter()
        .filter(|row| row.holds == Holds::OthersCredentials)
        .map(|row| row.name)
        .collect();
    let cases: BTreeSet<_> = CASES.iter().map(|(_, _, format, _)| *format).collect();
    assert!(rows.is_superset(&cases));
    let missing: Vec<_> = rows.difference(&cases).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn damage_is_refused_with_its_place_and_what_stands_before_it_stays_named() {
    for (fixture, name) in CASES.iter().map(|(fixture, name, ..)| (*fixture, *name)) {
        let bytes = fs::read(others().join(fixture)).unwrap();
        let time_zone = &jiff::tz::TimeZone::UTC;
        let reading = Reading { file_name: name, time_zone };
        for length in 0..bytes.len().min(600) {
            // Neither panics nor says of half a file that it was read.
            let found = azvault_importer::read(&bytes[..length], &reading);
            assert!(found.profile.secrets.is_empty(), "{fixture} {length}");
        }
    }
    let cut = b"apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: [";
    let time_zone = &jiff::tz::TimeZone::UTC;
    let found = azvault_importer::read(cut, &Reading { file_name: "config", time_zone });
    assert_eq!(
        (found.format, found.outcome),
        (azvault_importer::Format::Kubeconfig, Outcome::Reject)
    );
    assert!(found.notes[0].place.starts_with("line "), "{:?}", found.notes);
}
